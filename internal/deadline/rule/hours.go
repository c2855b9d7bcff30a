package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/wall"
)

// A Stretch is a period in hours that has been counted, FRCP 6(a)(2).
type Stretch struct {
	End    time.Time // in the court's zone
	Rolled bool
	Steps  []string
}

// maxHours is ten years.
const maxHours = 10 * 366 * 24

// Hours counts every hour from the event, as they pass and not as clocks show them, and rounds nothing up. An end on a
// weekend or holiday, or on a day on which the clerk could not be reached in the last hour, goes to the same clock time on
// the next day that is neither. State is two letters, or "" for no state's holidays. Holidays are those of the prevailing
// reading.
//
// Faults: Invalid (field hours, state or start).
func Hours(start time.Time, hours int, zone *time.Location, state string, inaccessible []courtday.Day) (Stretch, error) {
	if hours < 0 || hours > maxHours {
		return Stretch{}, fault.InField("hours", "Hours are counted up to ten years.")
	}
	if d := courtday.Of(start.In(zone)); d < courtday.First+margin || d > courtday.Last-maxHours/24-margin {
		return Stretch{}, fault.InField("start", "Hours are counted from the years 1952 to 2187.")
	}
	place := "US-FED"
	if state != "" {
		place += "/" + state
	}
	c, err := courtOf(Rule{Regime: Federal, Direction: "after"}, place)
	if err != nil {
		return Stretch{}, fault.InField("state", fault.Say(err))
	}
	set := c.readings[c.prevailing]
	end := start.Add(time.Duration(hours) * time.Hour).In(zone)
	s := Stretch{End: end, Steps: []string{fmt.Sprintf("Begin at %s and count %d hours as they pass: %s. (FRCP 6(a)(2)(A), (B))", clock(start.In(zone)), hours, clock(end))}}
	from := courtday.Of(end)
	d := from
	for set.Off(d) || slices.Contains(inaccessible, d) {
		d++
	}
	if d == from {
		return s, nil
	}
	y, m, day := d.Time().Date()
	h, mi, sec := end.Clock()
	s.End, s.Rolled = wall.At(zone, time.Date(y, m, day, h, mi, sec, end.Nanosecond(), time.UTC), wall.First), true
	why, authority := "is a weekend or holiday", "FRCP 6(a)(2)(C)"
	if !set.Off(from) {
		why, authority = "is a day on which the clerk's office is inaccessible in the last hour", "FRCP 6(a)(3)(B)"
	}
	s.Steps = append(s.Steps, fmt.Sprintf("%s %s: the same clock time on the next day that counts is %s. (%s)", from.Named(), why, clock(s.End), authority))
	return s, nil
}

func clock(t time.Time) string { return t.Format("Mon 2006-01-02 15:04 -07:00") }

// Due is the instant at which the last day is over. The day belongs to the court: it ends at midnight in the court's zone,
// or at the hour that at gives: "10:00", or "23:59 America/New_York" where the rule has a zone of its own. "" and
// "end_of_day" are midnight. FRCP 6(a)(4).
//
// Faults: Invalid (field due_time).
func Due(d courtday.Day, at string, zone *time.Location) (time.Time, error) {
	if at == "" || at == "end_of_day" {
		return wall.At(zone, (d + 1).Time(), wall.First), nil
	}
	at, name, more := strings.Cut(at, " ")
	if more {
		loc, err := time.LoadLocation(name)
		if err != nil || name == "" || name == "Local" {
			return time.Time{}, fault.InField("due_time", "There is no zone "+quoted(name)+".")
		}
		zone = loc
	}
	t, err := time.Parse("15:04", at)
	if err != nil {
		return time.Time{}, fault.InField("due_time", "A time of day is written like 17:00.")
	}
	return wall.At(zone, d.Time().Add(time.Duration(t.Hour())*time.Hour+time.Duration(t.Minute())*time.Minute), wall.First), nil
}
