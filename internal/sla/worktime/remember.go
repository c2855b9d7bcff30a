package worktime

import (
	"sync"
	"time"
)

// part is how much of a calendar is worked out at once.
const part = 28 * 24 * time.Hour

// mostParts bounds what is kept: half a century.
const mostParts = 650

// remembered keeps what a calendar said, part by part: the rules of a zone are asked once for each.
type remembered struct {
	Calendar
	mu    sync.RWMutex
	parts map[int64][]Span
}

// Remember returns the same calendar, faster. The calendar must not change any more.
func Remember(c Calendar) Calendar { return &remembered{Calendar: c, parts: map[int64][]Span{}} }

func (r *remembered) part(i int64) []Span {
	r.mu.RLock()
	spans, ok := r.parts[i]
	r.mu.RUnlock()
	if ok {
		return spans
	}
	from := time.Unix(i*int64(part/time.Second), 0).UTC()
	spans = r.Calendar.Open(from, from.Add(part))
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.parts) >= mostParts {
		clear(r.parts)
	}
	r.parts[i] = spans
	return spans
}

// Open implements Calendar.
func (r *remembered) Open(from, to time.Time) (out []Span) {
	if !from.Before(to) {
		return nil
	}
	const seconds = int64(part / time.Second)
	first := from.Unix() / seconds
	if from.Unix() < first*seconds { // before 1970
		first--
	}
	for i := first; i*seconds <= to.Unix(); i++ {
		for _, s := range r.part(i) {
			if !s.From.Before(to) {
				return out
			}
			if !s.To.After(from) {
				continue
			}
			if s.From.Before(from) {
				s.From = from
			}
			if s.To.After(to) {
				s.To = to
			}
			if n := len(out); n > 0 && out[n-1].To.Equal(s.From) { // open across the border of two parts
				out[n-1].To = s.To
				continue
			}
			out = append(out, s)
		}
	}
	return out
}
