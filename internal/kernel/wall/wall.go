// Package wall maps wall time of a zone to instants.
//
// Owns: what becomes of a wall time that a zone skips or shows twice.
// Invariants: the answer is a function of the zone's rules alone; a skipped time gives the first instant after the gap.
// Not here: calendars and what they mean (deadline, sla).
package wall

import "time"

// Which of two instants a wall time means where the clock is set back over it.
const (
	First  = false
	Second = true
)

// reach is more than any zone is away from UTC.
const reach = 16 * time.Hour

// At returns the instant at which the clocks of loc show the date and time of t; the zone of t is not looked at. A time
// shown twice is the first or the second of the two; a time that is skipped is the first instant after the gap.
func At(loc *time.Location, t time.Time, second bool) time.Time {
	shown := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	var found, gap time.Time
	// A zone is a row of stretches, each with one offset. The instants looked for lie in the stretches near by.
	for from := shown.Add(-reach); ; {
		start, end := from.In(loc).ZoneBounds()
		_, offset := from.In(loc).Zone()
		at := shown.Add(-time.Duration(offset) * time.Second)
		switch {
		case !start.IsZero() && at.Before(start): // this stretch begins later than the time looked for
			if gap.IsZero() {
				gap = start
			}
		case end.IsZero() || at.Before(end):
			if found.IsZero() || second {
				found = at
			}
		}
		if end.IsZero() || end.After(shown.Add(reach)) {
			break
		}
		from = end
	}
	if found.IsZero() {
		found = gap
	}
	return found.In(loc)
}
