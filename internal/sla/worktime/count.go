package worktime

import (
	"errors"
	"time"
)

// ErrNever is that a calendar does not open often enough: not in ten years.
var ErrNever = errors.New("worktime: the calendar is not open long enough within ten years")

const (
	nearby  = 3 * 24 * time.Hour // most amounts end within
	step    = 14 * 24 * time.Hour
	horizon = 10 * 366 * 24 * time.Hour
)

// Due is when an amount of working time after start has passed. Outside hours it begins at the next opening; what fills a
// shift exactly ends at its close; of nothing it is the effective start.
func Due(c Calendar, start time.Time, amount time.Duration) (time.Time, error) {
	if r, ok := c.(*remembered); ok {
		return r.due(start, amount)
	}
	next := start.Add(nearby)
	for from := start; from.Sub(start) < horizon; from, next = next, next.Add(step) {
		for _, s := range c.Open(from, next) {
			if open := s.To.Sub(s.From); amount > open {
				amount -= open
				continue
			}
			return s.From.Add(amount), nil
		}
	}
	return time.Time{}, ErrNever
}

// Elapsed is the working time between two instants, without what lies in pauses. Pauses may overlap; nothing is taken off twice.
func Elapsed(c Calendar, a, b time.Time, pauses []Span) (d time.Duration) {
	if !a.Before(b) {
		return 0
	}
	if r, ok := c.(*remembered); ok && len(pauses) == 0 {
		return r.elapsed(a, b)
	}
	open := c.Open(a, b)
	for _, s := range open {
		d += s.To.Sub(s.From)
	}
	for _, s := range both(open, merge(append([]Span(nil), pauses...))) {
		d -= s.To.Sub(s.From)
	}
	return d
}

// Joint is when two calendars are open together on a day of the first one's zone, and the hours that the second's clock is ahead at
// that day's noon.
func Joint(a, b Calendar, day time.Time) (windows []Span, ahead time.Duration) {
	y, m, d := day.Date()
	midnight := func(d int) time.Time { return instant(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), a.Zone(), false) }
	noon := instant(time.Date(y, m, d, 12, 0, 0, 0, time.UTC), a.Zone(), false)
	_, here := noon.In(a.Zone()).Zone()
	_, there := noon.In(b.Zone()).Zone()
	return Intersection{a, b}.Open(midnight(d), midnight(d+1)), time.Duration(there-here) * time.Second
}
