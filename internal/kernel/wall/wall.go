// Package wall maps wall time of a zone to instants.
//
// Owns: what becomes of a wall time that a zone skips or shows twice; when a zone's clocks change.
// Invariants: the answer is a function of the zone's offsets alone; a skipped time gives the first instant after the gap.
// Not here: calendars and what they mean (deadline, sla).
package wall

import "time"

// Which of two instants a wall time means where the clock is set back over it.
const (
	First  = false
	Second = true
)

const (
	reach = 16 * time.Hour // more than any zone is away from UTC
	probe = 8 * time.Hour  // no zone changes its clocks twice within
)

// At returns the instant at which the clocks of loc show the date and time of t; the zone of t is not looked at. A time
// shown twice is the first or the second of the two; a time that is skipped is the first instant after the gap.
//
// It asks for offsets only. Time.ZoneBounds (Go 1.26) ends the last stretch of a leap year a day early where a zone is ruled by
// the tail of its file, as New York is in the files that Go ships: on 31 December 2028 it says that the stretch ended at 00:00.
func At(loc *time.Location, t time.Time, second bool) time.Time {
	shown := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	var found, gap time.Time
	last := shown.Add(reach)
	for start, first := shown.Add(-reach), true; ; first = false {
		end, changes := Change(loc, start, last)
		at := shown.Add(-offset(loc, start))
		switch {
		case !first && at.Before(start): // this stretch begins later than the time looked for
			if gap.IsZero() {
				gap = start
			}
		case !changes || at.Before(end):
			if found.IsZero() || second {
				found = at
			}
		}
		if !changes {
			break
		}
		start = end
	}
	if found.IsZero() {
		found = gap
	}
	return found.In(loc)
}

// Change is the first instant after from, and not after to, at which the clocks of loc change; false if there is none.
func Change(loc *time.Location, from, to time.Time) (time.Time, bool) {
	was := offset(loc, from)
	for from.Before(to) {
		next := from.Add(probe)
		if next.After(to) {
			next = to
		}
		if offset(loc, next) != was {
			return between(loc, from, next), true
		}
		from = next
	}
	return time.Time{}, false
}

// between narrows down, to the second, a change of clocks after a and not after b.
func between(loc *time.Location, a, b time.Time) time.Time {
	was := offset(loc, a)
	low, high := a.Unix(), b.Unix()
	for high-low > 1 {
		if mid := low + (high-low)/2; offset(loc, time.Unix(mid, 0)) == was {
			low = mid
		} else {
			high = mid
		}
	}
	return time.Unix(high, 0).UTC()
}

// offset is how far the clocks of loc are ahead of UTC.
func offset(loc *time.Location, t time.Time) time.Duration {
	_, seconds := t.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}
