package worktime

import (
	"sort"
	"sync/atomic"
	"time"
)

// part is how much of a calendar is worked out at once.
const part = 28 * 24 * time.Hour

// mostParts bounds what is kept: half a century.
const mostParts = 650

// A window is an open span of a part, measured from the part's begin.
type window struct {
	from, to time.Duration
	before   time.Duration // working time of the part that ends before it
}

// A stretch is what a calendar says of one part.
type stretch struct {
	index   int64
	begin   time.Time // UTC
	open    time.Duration
	windows []window
}

// remembered keeps what a calendar said, part by part, with sums: the rules of a zone are asked once for each, and who counts
// looks up two sums.
type remembered struct {
	Calendar
	parts [mostParts]atomic.Pointer[stretch] // each at its index modulo; what takes its place later displaces it
}

// Remember returns the same calendar, faster. The calendar must not change any more; its boundaries are whole seconds.
func Remember(c Calendar) Calendar { return &remembered{Calendar: c} }

// partOf is the index of the part in which an instant lies.
func partOf(t time.Time) int64 {
	const seconds = int64(part / time.Second)
	i := t.Unix() / seconds
	if t.Unix() < i*seconds { // before 1970
		i--
	}
	return i
}

func (r *remembered) part(i int64) *stretch {
	slot := &r.parts[(i%mostParts+mostParts)%mostParts]
	if s := slot.Load(); s != nil && s.index == i {
		return s
	}
	s := &stretch{index: i, begin: time.Unix(i*int64(part/time.Second), 0).UTC()}
	for _, o := range r.Calendar.Open(s.begin, s.begin.Add(part)) {
		w := window{o.From.Sub(s.begin), o.To.Sub(s.begin), s.open}
		s.windows = append(s.windows, w)
		s.open += w.to - w.from
	}
	slot.Store(s)
	return s
}

// sum is the working time of the part before a moment of it.
func (s *stretch) sum(at time.Duration) time.Duration {
	i := sort.Search(len(s.windows), func(i int) bool { return s.windows[i].to > at })
	if i == len(s.windows) {
		return s.open
	}
	return s.windows[i].before + max(0, at-s.windows[i].from)
}

// due implements Due.
func (r *remembered) due(start time.Time, amount time.Duration) (time.Time, error) {
	s := r.part(partOf(start))
	from := start.Sub(s.begin)
	if amount <= 0 { // the effective start
		for ; s.begin.Sub(start) < horizon; s, from = r.part(s.index+1), 0 {
			if i := sort.Search(len(s.windows), func(i int) bool { return s.windows[i].to > from }); i < len(s.windows) {
				return s.begin.Add(max(from, s.windows[i].from)), nil
			}
		}
		return time.Time{}, ErrNever
	}
	for amount += s.sum(from); amount > s.open; s = r.part(s.index + 1) {
		if amount -= s.open; s.begin.Sub(start) >= horizon {
			return time.Time{}, ErrNever
		}
	}
	w := s.windows[sort.Search(len(s.windows), func(i int) bool {
		return s.windows[i].before+s.windows[i].to-s.windows[i].from >= amount
	})]
	return s.begin.Add(w.from + amount - w.before), nil
}

// elapsed is the working time between two instants of which a is not the later.
func (r *remembered) elapsed(a, b time.Time) (d time.Duration) {
	s, last := r.part(partOf(a)), partOf(b)
	d = -s.sum(a.Sub(s.begin))
	for ; s.index < last; s = r.part(s.index + 1) {
		d += s.open
	}
	return d + s.sum(b.Sub(s.begin))
}

// Open implements Calendar.
func (r *remembered) Open(from, to time.Time) (out []Span) {
	if !from.Before(to) {
		return nil
	}
	for i := partOf(from); ; i++ {
		s := r.part(i)
		if !s.begin.Before(to) {
			return out
		}
		since := from.Sub(s.begin) // negative in the parts after the first
		for _, w := range s.windows[sort.Search(len(s.windows), func(i int) bool { return s.windows[i].to > since }):] {
			x := Span{s.begin.Add(max(w.from, since)), s.begin.Add(w.to)}
			if !x.From.Before(to) {
				return out
			}
			if x.To.After(to) {
				x.To = to
			}
			if n := len(out); n > 0 && out[n-1].To.Equal(x.From) { // open across the border of two parts
				out[n-1].To = x.To
				continue
			}
			out = append(out, x)
		}
	}
}
