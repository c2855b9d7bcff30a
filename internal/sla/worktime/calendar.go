package worktime

import (
	"slices"
	"time"

	"countersign/internal/kernel/wall"
)

// A Span is a half-open interval of instants.
type Span struct{ From, To time.Time }

// A Calendar says when it is open.
type Calendar interface {
	// Open returns the open spans within [from, to), in order, apart from one another and clipped.
	Open(from, to time.Time) []Span
	// Zone is where its people read the clock; UTC for a combination.
	Zone() *time.Location
}

// A Shift is open from one wall-clock time to another, on the days on which it starts.
type Shift struct {
	Days        [7]bool // from Monday
	Open, Close int     // minutes of the day; a close that is not after the open is on the next day
	From, Until string  // it starts on days from From and before Until, "2026-07-03"; "" is no bound
}

// starts reports whether the shift starts on a day of that name.
func (s Shift) starts(day time.Time, name string) bool {
	return s.Days[(day.Weekday()+6)%7] && name >= s.From && (s.Until == "" || name < s.Until)
}

// Shifts is a calendar of shifts in one zone.
type Shifts struct {
	In     *time.Location
	Shifts []Shift
	Closed map[string]bool // days on which no shift starts, "2026-07-03"
}

// Zone implements Calendar.
func (c *Shifts) Zone() *time.Location { return c.In }

// Open implements Calendar.
func (c *Shifts) Open(from, to time.Time) (out []Span) {
	y, m, d := from.In(c.In).Date()
	last := to.In(c.In).AddDate(0, 0, 1).Format(time.DateOnly)
	for day := time.Date(y, m, d-2, 0, 0, 0, 0, time.UTC); ; day = day.AddDate(0, 0, 1) { // shifts of the evening before, and of a day that a zone skipped
		name := day.Format(time.DateOnly)
		if name > last {
			break
		}
		if c.Closed[name] {
			continue
		}
		for _, s := range c.Shifts {
			if !s.starts(day, name) {
				continue
			}
			end := day
			if s.Close <= s.Open {
				end = day.AddDate(0, 0, 1)
			}
			out = append(out, Span{instant(reading(day, s.Open), c.In, false), instant(reading(end, s.Close), c.In, true)})
		}
	}
	return clip(merge(out), from, to)
}

// reading is a wall-clock reading, written as if it were UTC.
func reading(day time.Time, minutes int) time.Time {
	return day.Add(time.Duration(minutes) * time.Minute)
}

// instant is when clocks in a zone show a reading, which is written as if it were UTC. Of one that they show twice it is the
// first or the later; of one that they skip it is the first instant after the gap.
func instant(reading time.Time, in *time.Location, later bool) time.Time {
	return wall.At(in, reading, later).UTC()
}

// merge sorts spans and joins those that meet.
func merge(spans []Span) (out []Span) {
	slices.SortFunc(spans, func(a, b Span) int { return a.From.Compare(b.From) })
	for _, s := range spans {
		if !s.From.Before(s.To) {
			continue
		}
		if n := len(out); n > 0 && !s.From.After(out[n-1].To) {
			if s.To.After(out[n-1].To) {
				out[n-1].To = s.To
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

func clip(spans []Span, from, to time.Time) (out []Span) {
	for _, s := range spans {
		if s.From.Before(from) {
			s.From = from
		}
		if s.To.After(to) {
			s.To = to
		}
		if s.From.Before(s.To) {
			out = append(out, s)
		}
	}
	return out
}

// both is what two lists of spans have in common.
func both(a, b []Span) (out []Span) {
	for len(a) > 0 && len(b) > 0 {
		out = append(out, clip(b[:1], a[0].From, a[0].To)...)
		if a[0].To.Before(b[0].To) {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

// Union is open when any of its calendars is: follow the sun.
type Union []Calendar

// Zone implements Calendar.
func (Union) Zone() *time.Location { return time.UTC }

// Open implements Calendar.
func (u Union) Open(from, to time.Time) (out []Span) {
	for _, c := range u {
		out = append(out, c.Open(from, to)...)
	}
	return merge(out)
}

// Intersection is open when all of its calendars are: joint time.
type Intersection []Calendar

// Zone implements Calendar.
func (Intersection) Zone() *time.Location { return time.UTC }

// Open implements Calendar.
func (x Intersection) Open(from, to time.Time) []Span {
	out := []Span{{from, to}}
	for _, c := range x {
		out = both(out, c.Open(from, to))
	}
	return out
}
