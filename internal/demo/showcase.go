package demo

import (
	"context"
	"slices"
	"strings"
	"time"

	"countersign/internal/demo/world"
	"countersign/internal/task"
)

// showcase brings the tasks of the day to where they stand when the demonstration opens.
func (b *builder) showcase() {
	for _, t := range world.Tasks() {
		m, _ := world.MatterBy(t.Matter)
		j := &job{builder: b, matter: m, typ: t.Type, title: t.Title, body: t.Instructions, accept: t.Accept, files: t.Files, sources: t.Sources, due: t.Due, rush: t.Rush}
		if t.Stage == "unreleased" {
			b.at(world.Clock.Add(-30*time.Minute), t.Title, j.prepare)
			continue
		}
		b.at(t.Released.Add(-20*time.Minute), t.Title, j.prepare)
		b.at(t.Released, t.Title, j.release)
		j.spread(t.Released, world.Clock.Add(-20*time.Minute), j.until(t))
		j.talk(t)
	}
}

// until lists the steps that bring a task to the stage in which it stands.
func (j *job) until(t world.Task) []step {
	if t.Drafter == "" {
		return nil
	}
	peer, senior := j.reviewer("peer_reviewer", t.Holder, ""), ""
	senior = j.reviewer("senior_reviewer", t.Holder, peer)
	switch t.Stage {
	case "draft":
		return j.untilDraft(t, peer)
	case "peer_review":
		steps := each(j.assign(t.Drafter), j.draft(t.Drafter, 0), j.submit(t.Drafter, "First submission."))
		if t.Holder != "" {
			steps = append(steps, each(j.assign(t.Holder))...)
		}
		return steps
	case "senior_review":
		return append(j.course(t.Drafter, []string{peer}, t.Findings, false), each(j.assign(senior))...)
	case "attorney":
		return j.course(t.Drafter, []string{peer, senior}, t.Findings, false)
	}
	return j.course(t.Drafter, []string{peer, senior}, t.Findings, true)
}

func (j *job) untilDraft(t world.Task, peer string) []step {
	steps := each(j.assign(t.Drafter))
	if len(t.Files) > 0 {
		steps = append(steps, each(j.draft(t.Drafter, 0))...)
	}
	if t.Returned {
		steps = append(steps, each(j.submit(t.Drafter, "First submission."), j.assign(peer), j.look(peer))...)
		for _, f := range t.Findings {
			f.By = peer
			steps = append(steps, step{j.find(f), j.reading(peer) / 4})
		}
		steps = append(steps, step{j.back(peer), j.reading(peer) / 4})
	}
	if t.Paused {
		steps = append(steps, each(func(ctx context.Context) error {
			return j.keep(j.Task.Pause(ctx, j.requester(), j.task.ID, 0, "Waiting for the client; the answer is expected this week."))
		})...)
	}
	return steps
}

// reviewer chooses who reviews: the holder if the role is theirs, else the first of the team who has it.
func (j *job) reviewer(role, holder, not string) string {
	for _, key := range append([]string{holder}, j.matter.Team...) {
		if p, ok := world.PersonBy(key); ok && key != not && slices.Contains(p.Roles, role) {
			return key
		}
	}
	return ""
}

// talk adds the questions and messages of a task.
func (j *job) talk(t world.Task) {
	for _, q := range t.Questions {
		if q.Default == "" {
			q.Default = "The sealed part is left out."
		}
		if !q.Until.After(world.Clock) {
			q.Until = q.Asked.Add(8 * time.Hour)
		}
		j.at(q.Asked, t.Title+": question", func(ctx context.Context) error {
			_, err := j.Task.Ask(ctx, j.as(q.By), task.NewQuestion{Task: j.task.ID, Text: q.Text, Proposed: q.Default, Silence: q.Until})
			return err
		})
		if q.Until.Before(world.Clock) {
			j.at(q.Until.Add(time.Minute), t.Title+": silence", func(ctx context.Context) error {
				_, err := j.Task.AssumeSilent(ctx)
				return err
			})
		}
	}
	for _, m := range t.Messages {
		j.at(m.At, t.Title+": message", func(ctx context.Context) error {
			_, err := j.Thread.Post(ctx, j.as(m.By), "task", string(j.task.ID), strings.ReplaceAll(m.Text, "@Asha ", "@Asha Deshpande "))
			return err
		})
	}
}
