package minutes

import (
	"slices"
	"time"

	"countersign/internal/sla/worktime"
)

// A Delay is by how much work comes after the instant that its release promised: what would have been due had nothing paused.
// It is a breach when some of it is the provider's.
type Delay struct {
	Promised time.Time
	Total    time.Duration // working time after Promised; the sum of the parts
	Parts    map[Party]time.Duration
	Evidence []Charge // in the order of time
}

// A Charge is working time that is put down to somebody.
type Charge struct {
	Party Party
	Segment
}

// Breach reports whether the agreed time itself was overrun.
func (l Ledger) Breach() bool { return l.SLA.Passed }

// A Credit is what the provider owes for a breach.
type Credit struct {
	Percent  int // of the item's fee
	Late     time.Duration
	Evidence []Charge // the provider's
}

// Of is the credit on a fee, in its smallest unit, halves up.
func (c Credit) Of(fee int64) int64 { return (fee*int64(c.Percent) + 50) / 100 }

// settle finds whose a delay is. All working time since the release is work, the firm's waits or neither's. The provider's part
// is the work beyond the agreed time. What remains of the delay are waits, the latest first: earlier ones were made good by time
// that was not needed.
func (l *Ledger) settle() error {
	promised, err := worktime.Due(l.Terms.Calendar, l.Released, l.Terms.SLA)
	if err != nil {
		return err
	}
	total := -l.Terms.SLA
	for k, d := range l.Totals {
		if k != Outside {
			total += d
		}
	}
	if total <= 0 {
		return nil
	}
	d := &Delay{Promised: promised, Total: total, Parts: map[Party]time.Duration{}}
	late := max(0, l.SLA.Used-l.SLA.Amount)
	d.charge(l.Segments, late, func(k Kind) bool { return k == Counted })
	d.charge(l.Segments, total-late, Kind.Pauses)
	slices.SortFunc(d.Evidence, func(a, b Charge) int { return a.From.Compare(b.From) })
	l.Delay = d
	l.Credit = l.Terms.credit(late, d.Evidence)
	return nil
}

// charge puts an amount down to the latest segments of some kinds.
func (d *Delay) charge(segments []Segment, amount time.Duration, of func(Kind) bool) {
	for _, s := range slices.Backward(segments) {
		if amount <= 0 {
			return
		}
		if !of(s.Kind) {
			continue
		}
		if s.Long() > amount {
			s.From = s.To.Add(-amount)
		}
		amount -= s.Long()
		c := Charge{s.Kind.Party(), s}
		d.Parts[c.Party] += s.Long()
		d.Evidence = append(d.Evidence, c)
	}
}

// credit is what the terms give for lateness.
func (t Terms) credit(late time.Duration, evidence []Charge) (c Credit) {
	if late <= 0 {
		return c
	}
	c.Late = late
	for _, s := range t.Credits {
		if late > s.Late {
			c.Percent = max(c.Percent, s.Percent)
		}
	}
	if t.Cap > 0 {
		c.Percent = min(c.Percent, t.Cap)
	}
	for _, e := range evidence {
		if e.Party == ByProvider {
			c.Evidence = append(c.Evidence, e)
		}
	}
	return c
}
