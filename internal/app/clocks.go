package app

import (
	"context"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/sla"
	"countersign/internal/sla/minutes"
	"countersign/internal/sla/worktime"
	"countersign/internal/task/agreed"
)

// clocks lets the pages of tasks show agreed time.
type clocks struct{ sla *sla.Service }

func (k clocks) Agreed(ctx context.Context, who actor.Actor, t ident.TaskID) (out agreed.Clock, err error) {
	c, err := k.sla.Clock(ctx, who, t)
	if err != nil {
		return out, err
	}
	out.Says, out.Hours = c.Says(), c.Hours
	l := c.Ledger
	if l == nil {
		return out, nil
	}
	out.Version, out.Breach, out.Late, out.Credit = l.Terms.Version, l.Breach(), l.Credit.Late, l.Credit.Percent
	if left, ok := c.Left(); ok {
		short := agreed.Left(left)
		out.Left = &short
	}
	for _, x := range c.Lines() {
		out.Lines = append(out.Lines, agreed.Line{Name: x.Name, Used: x.Used, Amount: x.Amount, Due: x.Due, Passed: x.Passed})
	}
	for _, kind := range minutes.Kinds {
		if d := l.Totals[kind]; d > 0 {
			out.Totals = append(out.Totals, agreed.Total{Name: kind.Label(), Long: d})
		}
	}
	for _, s := range l.Segments {
		out.Segments = append(out.Segments, agreed.Segment{From: s.From, To: s.To, Name: s.Kind.Label(), Stage: c.StageName(s.Stage), Because: sla.Evidence(s.Ref)})
	}
	return out, nil
}

func (k clocks) Lefts(ctx context.Context, who actor.Actor, ts []ident.TaskID) (map[ident.TaskID]agreed.Left, error) {
	all, err := k.sla.Clocks(ctx, who, ts)
	out := map[ident.TaskID]agreed.Left{}
	for id, c := range all {
		if left, ok := c.Left(); ok {
			out[id] = agreed.Left(left)
		}
	}
	return out, err
}

func (k clocks) Meeting(ctx context.Context, who actor.Actor, m ident.MatterID) (out agreed.Meeting, ok bool, err error) {
	w, ok, err := k.sla.Window(ctx, who, m)
	if err != nil || !ok {
		return out, false, err
	}
	return agreed.Meeting{Firm: side(w.Firm), Provider: side(w.Provider), Joint: stretches(w.Joint), Next: w.Next}, true, nil
}

func side(s sla.Side) agreed.Side {
	return agreed.Side{Name: s.Name, Zone: s.Zone, Open: s.Open, Until: s.Until, Today: stretches(s.Today), OnShift: s.OnShift}
}

func stretches(spans []worktime.Span) (out []agreed.Stretch) {
	for _, s := range spans {
		out = append(out, agreed.Stretch(s))
	}
	return out
}
