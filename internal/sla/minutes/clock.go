package minutes

import (
	"time"

	"countersign/internal/sla/worktime"
)

// A Clock is an amount of working time that runs out.
type Clock struct {
	Stage  string        // key of the stage whose share it is; "" for the whole work
	Amount time.Duration // agreed, working time
	Used   time.Duration // counted so far
	Due    time.Time     // when Used reaches Amount, if nothing pauses from now on; zero for a stage that is not open and has time left.
	// While the ledger waits (Waits), it moves with every instant that the wait goes on.
	Passed bool // the work, or the stage, went on after Due
}

// Left is what is left of the amount, working time; negative when it is over.
func (c Clock) Left() time.Duration { return c.Amount - c.Used }

// wind sets the clocks.
func (l *Ledger) wind(life Life) (err error) {
	if l.SLA, err = l.clock("", l.Terms.SLA, true); err != nil {
		return err
	}
	if l.Terms.Own > 0 {
		if l.Own, err = l.clock("", l.Terms.Own, true); err != nil {
			return err
		}
	}
	open := ""
	for _, t := range life.Stages {
		if !t.At.After(l.Until) {
			open = t.Stage
		}
	}
	for _, s := range l.Terms.Shares {
		c, err := l.clock(s.Stage, l.Terms.SLA*time.Duration(s.Percent)/100, s.Stage == open && !l.Ended)
		if err != nil {
			return err
		}
		l.Stages = append(l.Stages, c)
	}
	return nil
}

// clock counts towards an amount, in one stage or in all. Its due instant is where it was reached, or would be.
func (l *Ledger) clock(stage string, amount time.Duration, running bool) (c Clock, err error) {
	c = Clock{Stage: stage, Amount: amount}
	for _, s := range l.Segments {
		if s.Kind != Counted || stage != "" && s.Stage != stage {
			continue
		}
		if left := c.Left(); c.Due.IsZero() && s.Long() >= left {
			c.Due = s.From.Add(left)
		}
		c.Used += s.Long()
	}
	c.Passed = c.Used > amount
	if c.Due.IsZero() && running {
		c.Due, err = worktime.Due(l.Terms.Calendar, l.Until, c.Left())
	}
	return c, err
}

// Owed is the instant that binds: the agreed one, or what a docketed deadline leaves if that is earlier (DOMAIN.md 2.3).
func (l Ledger) Owed() time.Time {
	if !l.Cutoff.IsZero() && l.Cutoff.Before(l.SLA.Due) {
		return l.Cutoff
	}
	return l.SLA.Due
}
