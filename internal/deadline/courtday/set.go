package courtday

// A Part is the days of a calendar that are at least as certain as one of the classes.
type Part struct {
	Calendar *Calendar
	Classes  Certainty
}

// A Set is days that are not counted: weekends and the holidays it was made of. It answers for First to Last and, so
// that no count runs out of it, takes every other day for a weekday.
type Set struct{ off []bool }

// Weekends is the set with no holiday in it.
var Weekends = NewSet()

// NewSet joins the parts. It computes 250 years: make it once.
func NewSet(parts ...Part) *Set {
	s := &Set{off: make([]bool, Last-First+1)}
	for i := range s.off {
		s.off[i] = (First + Day(i)).Weekend()
	}
	for _, p := range parts {
		for y := First.Year(); y <= Last.Year()+1; y++ {
			for _, h := range p.Calendar.Year(y) {
				s.add(h, p.Classes)
			}
		}
	}
	return s
}

// add takes in a holiday. A statutory date stays one where only its move to a weekday is in doubt.
func (s *Set) add(h Holiday, classes Certainty) {
	if h.Certainty&classes != 0 {
		s.mark(h.Observed)
	}
	if h.Observed != h.Actual && classes&Settled != 0 {
		s.mark(h.Actual)
	}
}

func (s *Set) mark(d Day) {
	if d >= First && d <= Last {
		s.off[d-First] = true
	}
}

// Off reports whether the day is a weekend or holiday.
func (s *Set) Off(d Day) bool {
	if d < First || d > Last {
		return false
	}
	return s.off[d-First]
}

// Roll moves d by dir (1 or -1) until it is a court day; a court day stays.
func (s *Set) Roll(d, dir Day) Day {
	for s.Off(d) {
		d += dir
	}
	return d
}

// Count is the n-th court day after d, or before it when dir is -1; d itself is not counted.
func (s *Set) Count(d Day, n int, dir Day) Day {
	for ; n > 0; n-- {
		d = s.Roll(d+dir, dir)
	}
	return d
}
