// Package ical writes calendars in iCalendar, RFC 5545.
//
// Owns: folding, escaping, events of a day, events of an hour with the zone that they are in.
// Invariants: pure; the same calendar is always the same bytes; no line is longer than 75 octets and none is broken inside a
// character; every zone that an event names is defined for the years of the events.
// Not here: what stands in a calendar and who may read it (packages deadline and deadlineweb).
package ical

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A Calendar is what a program subscribes to.
type Calendar struct {
	Name   string
	Events []Event
}

// An Event is one entry. UID names it for ever; Sequence grows with every change.
type Event struct {
	UID       string
	Sequence  int64
	Stamp     time.Time // of the last change
	Day       time.Time // its date, where it lasts the whole day: the parts of the date are taken as they are
	Start     time.Time // in the zone that it is in, where it has an hour; the zero time for a whole day
	Summary   string
	About     string
	URL       string // "" for none
	Cancelled bool
}

// Write writes the calendar.
func (c Calendar) Write(to io.Writer) error {
	w := &writer{}
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", "-//Countersign//Docket//EN")
	w.line("CALSCALE", "GREGORIAN")
	w.line("METHOD", "PUBLISH")
	w.line("X-WR-CALNAME", escape(c.Name))
	w.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	w.line("X-PUBLISHED-TTL", "PT1H")
	for _, z := range c.zones() {
		w.zone(z)
	}
	for _, e := range c.Events {
		w.event(e)
	}
	w.line("END", "VCALENDAR")
	_, err := io.WriteString(to, w.b.String())
	return err
}

// A span is a zone with the years in which events are in it.
type span struct {
	zone     *time.Location
	from, to int
}

// zones are those of the events that have an hour, in the order of their names.
func (c Calendar) zones() []span {
	by := map[string]*span{}
	for _, e := range c.Events {
		if e.Start.IsZero() || e.Start.Location() == time.UTC {
			continue
		}
		name, y := e.Start.Location().String(), e.Start.Year()
		if by[name] == nil {
			by[name] = &span{e.Start.Location(), y, y}
		}
		by[name].from, by[name].to = min(by[name].from, y), max(by[name].to, y)
	}
	var out []span
	for _, s := range by {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b span) int { return strings.Compare(a.zone.String(), b.zone.String()) })
	return out
}

type writer struct{ b strings.Builder }

// line writes one content line, folded.
func (w *writer) line(name, value string) {
	rest, room := name+":"+value, 75
	for len(rest) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(rest[cut]) {
			cut--
		}
		w.b.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], 74 // the space counts
	}
	w.b.WriteString(rest + "\r\n")
}

func (w *writer) event(e Event) {
	w.line("BEGIN", "VEVENT")
	w.line("UID", e.UID)
	w.line("DTSTAMP", utc(e.Stamp))
	w.line("LAST-MODIFIED", utc(e.Stamp))
	w.line("SEQUENCE", fmt.Sprint(e.Sequence))
	switch {
	case e.Start.IsZero():
		w.line("DTSTART;VALUE=DATE", e.Day.Format("20060102"))
		w.line("DTEND;VALUE=DATE", e.Day.AddDate(0, 0, 1).Format("20060102")) // the day after is no part of it
	case e.Start.Location() == time.UTC:
		w.line("DTSTART", utc(e.Start))
	default:
		w.line("DTSTART;TZID="+e.Start.Location().String(), e.Start.Format(local))
	}
	w.line("SUMMARY", escape(e.Summary))
	if e.About != "" {
		w.line("DESCRIPTION", escape(e.About))
	}
	if e.URL != "" {
		w.line("URL", e.URL)
	}
	if e.Cancelled {
		w.line("STATUS", "CANCELLED")
	} else {
		w.line("STATUS", "CONFIRMED")
	}
	w.line("TRANSP", "TRANSPARENT")
	w.line("END", "VEVENT")
}

const local = "20060102T150405"

func utc(t time.Time) string { return t.UTC().Format(local + "Z") }

// zone defines a zone by its changes, one by one: a rule that repeats would promise what a legislature may change.
func (w *writer) zone(s span) {
	w.line("BEGIN", "VTIMEZONE")
	w.line("TZID", s.zone.String())
	for t := time.Date(s.from, time.January, 1, 0, 0, 0, 0, s.zone); ; {
		begins, ends := t.ZoneBounds()
		w.observance(t, begins)
		if ends.IsZero() || ends.Year() > s.to {
			break
		}
		t = ends
	}
	w.line("END", "VTIMEZONE")
}

func (w *writer) observance(t, begins time.Time) {
	kind := "STANDARD"
	if t.IsDST() {
		kind = "DAYLIGHT"
	}
	name, to := t.Zone()
	from := to
	onset := time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC) // a zone that never changed
	if !begins.IsZero() {
		_, from = begins.Add(-time.Second).Zone()
		onset = begins.UTC().Add(time.Duration(from) * time.Second) // by the clock that it changes
	}
	w.line("BEGIN", kind)
	w.line("DTSTART", onset.Format(local))
	w.line("TZOFFSETFROM", offset(from))
	w.line("TZOFFSETTO", offset(to))
	w.line("TZNAME", escape(name))
	w.line("END", kind)
}

func offset(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	s := fmt.Sprintf("%s%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		s += fmt.Sprintf("%02d", seconds%60)
	}
	return s
}

// escape makes a text value of words; what steers a terminal or a parser is left out.
func escape(s string) string {
	s = strings.NewReplacer("\r\n", "\n").Replace(s)
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}
