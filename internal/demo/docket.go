package demo

import (
	"context"
	"time"

	"countersign/internal/deadline"
	"countersign/internal/demo/world"
)

// dockets enters the events of the showcase: most by two people, one that waits for the second, one that they read
// differently, and one whose move waits for approval.
func (b *builder) dockets() {
	ids := map[string]string{}
	for _, e := range world.Docket() {
		b.at(e.At, "event "+e.Key, func(ctx context.Context) (err error) {
			ids[e.Key], err = b.Deadline.Enter(ctx, b.as(e.By), deadline.NewTrigger{Matter: b.matters[e.Matter], What: read(e, e.On), Title: e.Title, Note: e.Note,
				Source: b.sources[[2]string{e.Matter, e.Source}]})
			return err
		})
		if e.Second != "" {
			b.at(e.At.Add(50*time.Minute), "second entry of "+e.Key, func(ctx context.Context) error {
				on := e.On
				if e.Misread != "" {
					on = e.Misread
				}
				_, err := b.Deadline.Confirm(ctx, b.as(e.Second), ids[e.Key], read(e, on))
				return err
			})
		}
		if e.MoveTo != "" {
			b.at(e.At.AddDate(0, 0, 3), "move of "+e.Key, func(ctx context.Context) error {
				_, err := b.Deadline.ProposeMove(ctx, b.as(e.MoveBy), deadline.NewMove{Trigger: ids[e.Key], On: courtDay(e.MoveTo), Service: deadline.Manner(e.Service), Reason: e.Reason})
				return err
			})
		}
	}
	// Fourteen days before the first of them, at nine in Chicago: the reminder waits for an acknowledgement.
	b.at(time.Date(2026, time.November, 20, 15, 1, 0, 0, time.UTC), "reminders", func(ctx context.Context) error {
		_, err := b.Deadline.Remind(ctx)
		return err
	})
	b.at(world.Clock.Add(-20*time.Hour), "a task for the hearing", b.linkHearing)
}

// linkHearing says that the exhibit list is done for the deadline of the hearing: a move touches who holds it.
func (b *builder) linkHearing(ctx context.Context) error {
	d, err := b.Deadline.List(ctx, b.as("ansel"), deadline.Filter{Matter: b.matters["brandt"]})
	if err != nil {
		return err
	}
	for _, r := range d.Rows {
		if task, ok := b.tasks["Exhibit list, hearing 10 December"]; ok && r.Rule == "FRCP-6C2" {
			return b.Deadline.LinkTask(ctx, b.as("ansel"), r.ID, task, false)
		}
	}
	return nil
}

func read(e world.DocketEvent, on string) deadline.What {
	return deadline.What{Rule: e.Rule, Chain: e.Chain, Event: e.Event, On: courtDay(on), Service: deadline.Manner(e.Service), Jurisdiction: e.Jurisdiction}
}

func courtDay(on string) deadline.Day {
	d, err := deadline.ParseDay(on)
	if err != nil {
		panic("demo: not a date: " + on)
	}
	return d
}
