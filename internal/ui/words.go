package ui

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Dual is one instant as two sides read it.
type Dual struct {
	Instant time.Time
	Reader  string // "Wed 25 Nov 23:59 CST", or "23:59 CST" on the reader's own day
	Other   string // "Thu 26 Nov 11:29 IST"; the day is named when it differs from the reader's
	Side    Side   // of the reader, for the marks of a DualChip
}

// DualOf writes t for a reader, and for the other side. It names the reader's day when now is on another day there,
// the other day when it differs from the reader's, and the year when it is not the reader's present year.
func DualOf(t, now time.Time, reader, other *time.Location) Dual {
	mine, theirs, today := t.In(reader), t.In(other), now.In(reader)
	dual := Dual{Instant: t, Reader: Clock(mine), Other: Clock(theirs)}
	if !sameDay(mine, today) {
		dual.Reader = day(mine, today.Year()) + " " + dual.Reader
	}
	if !sameDay(mine, theirs) {
		dual.Other = day(theirs, today.Year()) + " " + dual.Other
	}
	return dual
}

// Clock is the time of day with its zone, "08:40 CST". The zone is the one t is in.
func Clock(t time.Time) string { return t.Format("15:04 ") + zoneWord(t) }

// zoneWord is the zone's abbreviation. Manila's own, PST, reads as Pacific time in a U.S. firm.
func zoneWord(t time.Time) string {
	if t.Location().String() == "Asia/Manila" {
		return "PHT"
	}
	return t.Format("MST")
}

// DayOf is a day that is stored as text, "10 Mar 2026"; other text stays as it is.
func DayOf(on string) string {
	t, err := time.Parse(time.DateOnly, on)
	if err != nil {
		return on
	}
	return t.Format("2 Jan 2006")
}

// Country is an ISO 3166-1 code in words: "India"; an unknown code stays as it is.
func Country(code string) string {
	r, err := language.ParseRegion(code)
	if err != nil || !r.IsCountry() {
		return code
	}
	return display.English.Regions().Name(r)
}

// Day is a date, "Wed 25 Nov"; the year follows when it is not the year of now.
func Day(t, now time.Time) string { return day(t, now.Year()) }

func day(t time.Time, year int) string {
	if t.Year() != year {
		return t.Format("Mon 2 Jan 2006")
	}
	return t.Format("Mon 2 Jan")
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

// Instant is t for the datetime attribute: UTC, to the second.
func Instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// Duration writes d in hours and minutes, "4 h 10 min"; below a minute in seconds. Minutes are rounded down, so time
// that is left is never overstated. A negative duration is written by its size: the words beside it say "over".
func Duration(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	if d < time.Minute {
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
	hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case hours == 0:
		return strconv.Itoa(minutes) + " min"
	case minutes == 0:
		return Number(hours) + " h"
	}
	return Number(hours) + " h " + strconv.Itoa(minutes) + " min"
}

// Initials are the first letters of the first and the last name, "MA"; an en dash for nobody.
func Initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
	if len(words) == 0 {
		return "–"
	}
	first, _ := utf8.DecodeRuneInString(words[0])
	if len(words) == 1 {
		return string(unicode.ToUpper(first))
	}
	last, _ := utf8.DecodeRuneInString(words[len(words)-1])
	return string(unicode.ToUpper(first)) + string(unicode.ToUpper(last))
}

// Bytes writes a size in bytes for people, in powers of 1,000: "3.2 MB".
func Bytes(size int64) string {
	if size < 1000 {
		return strconv.FormatInt(size, 10) + " B"
	}
	value, unit := float64(size)/1000, "kB"
	for _, next := range []string{"MB", "GB", "TB"} {
		if value < 999.95 {
			break
		}
		value, unit = value/1000, next
	}
	text := strconv.FormatFloat(value, 'f', 1, 64)
	return strings.TrimSuffix(text, ".0") + " " + unit
}

// Number groups thousands, "48,230".
func Number(n int) string {
	text := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, text = "−", text[1:]
	}
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return sign + text
}

// Plural counts things, "1 finding", "3 findings".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// SeverityIcon is the diamond of a severity: "critical" full, "major" half, anything else hollow.
func SeverityIcon(severity string) IconName {
	switch strings.ToLower(severity) {
	case "critical":
		return IconCritical
	case "major":
		return IconMajor
	}
	return IconMinor
}

// SeverityTone is the colour that goes with SeverityIcon.
func SeverityTone(severity string) Tone {
	switch strings.ToLower(severity) {
	case "critical":
		return Solid
	case "major":
		return Warn
	}
	return Plain
}
