package ui

import "time"

// Part is a stretch of a day, as parts of it from 0 to 1.
type Part struct{ From, Until float64 }

// DayBar draws a day with the hours that somebody works.
type DayBar struct {
	Says string // the same in words, for who does not see it
	Side Side
	Open []Part
	Both []Part  // when the other side is at work too
	Now  float64 // the present instant; negative when it is on another day
}

// DayPart is where an instant lies in a day that begins at from and ends at until.
func DayPart(t, from, until time.Time) float64 {
	return min(max(float64(t.Sub(from))/float64(until.Sub(from)), 0), 1)
}
