package sla

import (
	"context"
	"errors"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/sla/minutes"
	"countersign/internal/task"
)

// forever is the until_at of a pause that still stands.
const forever = gate.Forever

// A Clock is the time of one task: what is left of what was agreed, and what every minute so far counts as.
type Clock struct {
	Now    time.Time
	Task   task.Task
	Firm   bool    // the reader is of the firm
	Terms  *Terms  // nil when none were in force at its release, or when it is not released
	Hours  string  // name of the calendar in which it counts
	Ledger *Ledger // nil without terms
	Names  map[string]string
	Pauses []Pause // of the firm's, newest first; only on the page of one task
	May    Buttons
}

// Ledger is the minute ledger of package minutes.
type Ledger = minutes.Ledger

// Buttons are what the reader may press.
type Buttons struct{ Pause, Resume bool }

// StageName is a stage's name by its key.
func (c Clock) StageName(key string) string {
	for _, s := range c.Task.Stages {
		if s.Key == key {
			return s.Name
		}
	}
	return key
}

// visibleTask reads one task that the viewer may know of.
func visibleTask(ctx context.Context, v gate.View, id ident.TaskID) (t task.Task, err error) {
	err = task.Scan(v.QueryRow(ctx, db.SQL(`SELECT `+task.Columns+task.From+`WHERE t.id = ?`, id).And(v.Visible("t.matter_id"), task.Seen(v.Who.Org))), &t)
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing()
	}
	return t, err
}

// Clock answers with the clock of one task.
//
// Faults: NotFound (absent or walled).
func (s *Service) Clock(ctx context.Context, who actor.Actor, id ident.TaskID) (c Clock, err error) {
	defer fault.Wrap(&err, "sla.Clock(%s)", id)
	v := s.gate.View(who)
	t, err := visibleTask(ctx, v, id)
	if err != nil {
		return c, err
	}
	all, err := clocks(ctx, v, []task.Task{t})
	if err != nil {
		return c, err
	}
	c = all[id]
	if c.Pauses, err = readPauses(ctx, v, t); err != nil {
		return c, err
	}
	pause, err := may(ctx, v, DoPause, pauseSubject(t))
	running := t.State != task.Preparing && t.State != task.Delivered && t.State != task.Cancelled
	standing := len(c.Pauses) > 0 && c.Pauses[0].Until.IsZero()
	c.May = Buttons{Pause: pause && running && !standing, Resume: pause && standing}
	return c, err
}

// Clocks answers with the clocks of tasks; those that the reader may not know of are absent.
func (s *Service) Clocks(ctx context.Context, who actor.Actor, ids []ident.TaskID) (out map[ident.TaskID]Clock, err error) {
	defer fault.Wrap(&err, "sla.Clocks")
	if len(ids) == 0 {
		return nil, nil
	}
	v := s.gate.View(who)
	tasks, err := db.All(ctx, v, db.SQL(`SELECT `+task.Columns+task.From+`WHERE `).Join(db.In("t.id", ids)).And(v.Visible("t.matter_id"), task.Seen(who.Org)),
		func(rs *db.Rows, t *task.Task) error { return task.Scan(rs, t) })
	if err != nil {
		return nil, err
	}
	return clocks(ctx, v, tasks)
}

// clocks works out the clocks of tasks that the viewer may know of: rows are read once for all of them.
func clocks(ctx context.Context, v gate.View, tasks []task.Task) (map[ident.TaskID]Clock, error) {
	out := map[ident.TaskID]Clock{}
	if len(tasks) == 0 {
		return out, nil
	}
	told, err := stories(ctx, v, tasks)
	if err != nil {
		return nil, err
	}
	var engagements []ident.EngagementID
	var orgs []ident.OrgID
	seen := map[ident.EngagementID]bool{}
	for _, t := range tasks {
		if !seen[t.Engagement] {
			seen[t.Engagement] = true
			engagements, orgs = append(engagements, t.Engagement), append(orgs, t.Firm, t.Provider)
		}
	}
	terms, err := agreedTerms(ctx, v, engagements)
	if err != nil {
		return nil, err
	}
	b, err := readBook(ctx, v, orgs, nil)
	if err != nil {
		return nil, err
	}
	for _, t := range tasks {
		c := Clock{Now: v.Now, Task: t, Firm: t.Firm == v.Who.Org}
		if err := c.count(told[t.ID], terms[t.Engagement], b); err != nil {
			return nil, err
		}
		out[t.ID] = c
	}
	return out, nil
}

// count fills the ledger of a released task from the terms of its type, or of every type. A calendar that is hardly ever open
// gives no clock rather than a wrong one.
func (c *Clock) count(s *story, byCode map[string][]Terms, b book) error {
	if c.Task.ReleasedAt.IsZero() {
		return nil
	}
	for _, code := range []string{c.Task.Code, ""} {
		var versions []minutes.Terms
		for _, t := range byCode[code] {
			if cal := b[t.Calendar]; cal != nil {
				versions = append(versions, t.counted(cal))
			}
		}
		in, ok := minutes.InForce(versions, c.Task.ReleasedAt)
		if !ok {
			continue
		}
		for _, t := range byCode[code] {
			if int(t.Version) == in.Version {
				c.Terms, c.Hours = &t, b[t.Calendar].Name
			}
		}
		l, err := minutes.Of(s.life(c.Terms.Questions), versions, c.Now)
		if errors.Is(err, minutes.ErrNever) {
			return nil
		}
		c.Ledger = &l
		return err
	}
	return nil
}

// Left is what lists show of a clock.
type Left struct {
	Due    time.Time     // of the agreed time; it moves while Stands
	Amount time.Duration // agreed, working time
	Left   time.Duration // of it; negative when it is over
	Used   float64       // part of the agreed time, 0 to 1
	Stands string        // what it waits for, in words; "" while it counts
	Ended  bool
}

// Left is the agreed time as lists show it; false without terms.
func (c Clock) Left() (l Left, ok bool) {
	if c.Ledger == nil {
		return l, false
	}
	k := c.Ledger.SLA
	l = Left{Due: k.Due, Amount: k.Amount, Left: k.Left(), Used: min(1, float64(k.Used)/float64(max(1, k.Amount))), Ended: c.Ledger.Ended}
	if c.Ledger.Waits != "" {
		l.Stands = c.Ledger.Waits.Label()
	} else if !l.Ended && c.Ledger.Now == minutes.Outside {
		l.Stands = minutes.Outside.Label()
	}
	return l, true
}
