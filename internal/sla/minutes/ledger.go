package minutes

import (
	"errors"
	"slices"
	"time"

	"countersign/internal/sla/worktime"
)

// ErrNoTerms is that nothing was agreed when the work was released.
var ErrNoTerms = errors.New("minutes: no terms were in force when the work was released")

// A Segment is a half-open stretch of a task's life that counts as one thing.
type Segment struct {
	From, To time.Time
	Kind     Kind
	Ref      string // evidence of a pause; "" otherwise
	Stage    string // key of the stage in which it lies
}

// Long is how long a segment lasts.
func (s Segment) Long() time.Duration { return s.To.Sub(s.From) }

// A Ledger is what the life of a task counts as.
type Ledger struct {
	Terms    Terms
	Released time.Time
	Until    time.Time // the end, or now
	Ended    bool
	Cutoff   time.Time
	Now      Kind // what the instant Until counts as; of work that ended, Outside
	Waits    Kind // the pause that runs at Until, whether or not anybody is on shift; "" for none
	Segments []Segment
	Totals   map[Kind]time.Duration
	SLA, Own Clock   // Own is zero when the terms have no target
	Stages   []Clock // in the order of the terms' shares
	Delay    *Delay  // nil while the work is within what its release promised
	Credit   Credit
}

// Of works out the ledger of a life at an instant.
func Of(life Life, versions []Terms, now time.Time) (l Ledger, err error) {
	terms, ok := InForce(versions, life.Released)
	if !ok {
		return l, ErrNoTerms
	}
	l = Ledger{Terms: terms, Released: life.Released, Until: now, Cutoff: life.Cutoff, Now: Outside, Totals: map[Kind]time.Duration{}}
	if !life.Ended.IsZero() && !life.Ended.After(now) {
		l.Until, l.Ended = life.Ended, true
	}
	if l.Until.Before(l.Released) {
		l.Until = l.Released
	}
	l.cut(life)
	if !l.Ended {
		l.Now, l.Waits = l.at(life)
	}
	for _, s := range l.Segments {
		l.Totals[s.Kind] += s.Long()
	}
	if err := l.wind(life); err != nil {
		return l, err
	}
	return l, l.settle()
}

// An edge is where a pause, an open span or a stage begins or ends.
type edge struct {
	at    time.Time
	kind  Kind // Counted for the calendar, "" for a stage
	begin bool
	ref   string
}

// edges are all of a life up to the ledger's end, in order.
func (l *Ledger) edges(life Life) []edge {
	out := make([]edge, 0, 2*len(life.Pauses)+len(life.Stages)+16)
	span := func(from, to time.Time, k Kind, ref string) {
		if from.Before(l.Released) {
			from = l.Released
		}
		if to.IsZero() || to.After(l.Until) {
			to = l.Until
		}
		if from.Before(to) {
			out = append(out, edge{from, k, true, ref}, edge{to, k, false, ref})
		}
	}
	for _, p := range life.Pauses {
		if p.Kind.Pauses() {
			span(p.From, p.To, p.Kind, p.Ref)
		}
	}
	for _, s := range l.Terms.Calendar.Open(l.Released, l.Until) {
		span(s.From, s.To, Counted, "")
	}
	for _, t := range life.Stages {
		out = append(out, edge{t.At, "", true, t.Stage})
	}
	slices.SortStableFunc(out, func(a, b edge) int { return a.at.Compare(b.at) })
	return out
}

// cut goes along the edges and writes a segment wherever what counts changes.
func (l *Ledger) cut(life Life) {
	var running []edge // pauses, in the order in which they began
	from, open, stage := l.Released, 0, ""
	write := func(to time.Time) {
		if to.After(l.Until) {
			to = l.Until
		}
		if !from.Before(to) {
			return
		}
		s := Segment{From: from, To: to, Stage: stage}
		s.Kind, s.Ref = counts(open > 0, running)
		from = to
		if n := len(l.Segments); n > 0 {
			if p := &l.Segments[n-1]; p.Kind == s.Kind && p.Ref == s.Ref && p.Stage == s.Stage {
				p.To = s.To
				return
			}
		}
		l.Segments = append(l.Segments, s)
	}
	edges := l.edges(life)
	l.Segments = make([]Segment, 0, len(edges)+1)
	for _, e := range edges {
		write(e.at)
		switch {
		case e.kind == "":
			stage = e.ref
		case e.kind == Counted && e.begin:
			open++
		case e.kind == Counted:
			open--
		case e.begin:
			running = append(running, e)
		default:
			i := slices.IndexFunc(running, func(r edge) bool { return r.kind == e.kind && r.ref == e.ref })
			running = slices.Delete(running, i, i+1)
		}
	}
	write(l.Until)
}

// counts is what an instant counts as, and by which pause: of equals the one that began first.
func counts(open bool, running []edge) (k Kind, ref string) {
	if !open {
		return Outside, ""
	}
	k = Counted
	for _, r := range running {
		if rank[r.kind] > rank[k] {
			k, ref = r.kind, r.ref
		}
	}
	return k, ref
}

// at is what the ledger's last instant counts as, for work that goes on, and what it waits for.
func (l *Ledger) at(life Life) (now, waits Kind) {
	var running []edge
	for _, p := range life.Pauses {
		if p.Kind.Pauses() && !p.From.After(l.Until) && (p.To.IsZero() || p.To.After(l.Until)) {
			running = append(running, edge{kind: p.Kind})
		}
	}
	if waits, _ = counts(true, running); waits == Counted {
		waits = ""
	}
	now, _ = counts(len(l.Terms.Calendar.Open(l.Until, l.Until.Add(time.Nanosecond))) > 0, running)
	return now, waits
}

// ErrNever is that the calendar of the terms is hardly ever open.
var ErrNever = worktime.ErrNever
