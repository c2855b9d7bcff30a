// Package window says from which networks and in which hours something may be seen.
//
// Owns: Window.
// Invariants: pure; an address that cannot be read is in no network.
// Not here: what a window is set on, and whose clock it goes by (package document).
package window

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/fault"
)

// A Window is networks and hours. The zero Window is open from everywhere and always.
type Window struct {
	Networks    []netip.Prefix // none: from everywhere
	From, Until int            // minutes of the day, Until exclusive; the same: the whole day. From after Until goes over midnight
}

// mostNetworks bounds the networks of one window.
const mostNetworks = 50

// Parse reads networks ("203.0.113.0/24, 2001:db8::/32, 198.51.100.7") and hours ("09:00", "19:00"; both empty for all).
//
// Faults: Invalid (fields networks, from, until).
func Parse(networks, from, until string) (w Window, err error) {
	fields := strings.FieldsFunc(networks, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
	if len(fields) > mostNetworks {
		return w, fault.InField("networks", "At most "+strconv.Itoa(mostNetworks)+" networks.")
	}
	for _, f := range fields {
		p, err := prefix(f)
		if err != nil {
			return w, fault.InField("networks", "Write networks as 203.0.113.0/24 or single addresses, with spaces between.")
		}
		w.Networks = append(w.Networks, p)
	}
	from, until = strings.TrimSpace(from), strings.TrimSpace(until)
	if from == "" && until == "" {
		return w, nil
	}
	if w.From, err = minute("from", from); err != nil {
		return w, err
	}
	if w.Until, err = minute("until", until); err != nil {
		return w, err
	}
	if w.From == w.Until {
		return w, fault.InField("until", "The hours end when they begin. Leave both empty for the whole day.")
	}
	return w, nil
}

func prefix(s string) (netip.Prefix, error) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, err
		}
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

func minute(field, s string) (int, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fault.InField(field, "Write the hour as 09:00.")
	}
	return t.Hour()*60 + t.Minute(), nil
}

// Written is the networks as Parse reads them.
func (w Window) Written() string {
	parts := make([]string, len(w.Networks))
	for i, p := range w.Networks {
		parts[i] = p.String()
	}
	return strings.Join(parts, " ")
}

// Hours is the hours in words, "09:00 to 19:00"; "" for the whole day.
func (w Window) Hours() string {
	if w.From == w.Until {
		return ""
	}
	clock := func(m int) string { return time.Date(2000, 1, 1, 0, m, 0, 0, time.UTC).Format("15:04") }
	return clock(w.From) + " to " + clock(w.Until)
}

// The ways in which a window is shut.
const (
	Network = "network"
	Hours   = "hours"
)

// Shut lists why who asks from an address at an instant, told in the zone that counts, is outside; none when inside.
func (w Window) Shut(address string, at time.Time) (why []string) {
	if len(w.Networks) > 0 && !w.holds(address) {
		why = append(why, Network)
	}
	now := at.Hour()*60 + at.Minute()
	in := w.From == w.Until || w.From < w.Until && w.From <= now && now < w.Until || w.From > w.Until && (w.From <= now || now < w.Until)
	if !in {
		why = append(why, Hours)
	}
	return why
}

func (w Window) holds(address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	for _, p := range w.Networks {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
