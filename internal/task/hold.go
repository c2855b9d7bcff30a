package task

import (
	"context"
	"fmt"
	"strconv"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

func itoa(n int) string { return strconv.Itoa(n) }

// hold is the shape of the verbs that stop or restart a task with a reason.
func (s *Service) hold(ctx context.Context, who actor.Actor, action authz.Action, id ident.TaskID, rev int64, reason, notice string, step func(Task) (Task, error)) (Task, error) {
	return s.move(ctx, who, action, id, rev, func(tx *gate.Tx, t Task) (Task, map[string]string, error) {
		if err := needReason(reason); err != nil {
			return t, nil, err
		}
		holder := t.Holder
		t, err := step(t)
		if err != nil {
			return t, nil, err
		}
		if err := setReason(ctx, tx, t, reason); err != nil {
			return t, nil, err
		}
		tx.Tell(holder, notice, t.Matter, t.Ref())
		if holder != t.Supervisor {
			tx.Tell(t.Supervisor, notice, t.Matter, t.Ref())
		}
		return t, map[string]string{"reason": reason}, nil
	})
}

// Pause holds an open task; either side may, with a reason.
func (s *Service) Pause(ctx context.Context, who actor.Actor, id ident.TaskID, rev int64, reason string) (out Task, err error) {
	defer fault.Wrap(&err, "task.Pause(%s)", id)
	return s.hold(ctx, who, DoPause, id, rev, reason, "paused", Task.Pause)
}

// Resume lets a paused task go on where it was.
func (s *Service) Resume(ctx context.Context, who actor.Actor, id ident.TaskID, rev int64, reason string) (out Task, err error) {
	defer fault.Wrap(&err, "task.Resume(%s)", id)
	return s.hold(ctx, who, DoResume, id, rev, reason, "resumed", Task.Resume)
}

// Recall takes the package back to the firm, which may release it again.
func (s *Service) Recall(ctx context.Context, who actor.Actor, id ident.TaskID, rev int64, reason string) (out Task, err error) {
	defer fault.Wrap(&err, "task.Recall(%s)", id)
	return s.hold(ctx, who, DoRecall, id, rev, reason, "recalled", Task.Recall)
}

// Cancel ends the task for good.
func (s *Service) Cancel(ctx context.Context, who actor.Actor, id ident.TaskID, rev int64, reason string) (out Task, err error) {
	defer fault.Wrap(&err, "task.Cancel(%s)", id)
	return s.hold(ctx, who, DoCancel, id, rev, reason, "cancelled", Task.Cancel)
}

// MarkRush sets or lifts the rush mark.
func (s *Service) MarkRush(ctx context.Context, who actor.Actor, id ident.TaskID, rev int64, rush bool, reason string) (out Task, err error) {
	defer fault.Wrap(&err, "task.MarkRush(%s)", id)
	return s.hold(ctx, who, DoRush, id, rev, reason, "rush", func(t Task) (Task, error) {
		err := t.must(t.State != Delivered && t.State != Cancelled, "The task is finished.")
		t.Rush = rush
		return t, err
	})
}

// DisposeIn takes away the titles of a matter's tasks; their other words are sealed under its key. It says what it took.
func (s *Service) DisposeIn(ctx context.Context, tx *gate.Tx, m ident.MatterID) ([]string, error) {
	n, err := tx.Exec(ctx, db.SQL(`UPDATE task SET title = '', rev = rev + 1 WHERE matter_id = ?`, m))
	if err != nil || n == 0 {
		return nil, err
	}
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE sign_off SET void_reason = '' WHERE task_id IN (SELECT id FROM task WHERE matter_id = ?)`, m)); err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("The titles of %d tasks, with their instructions, findings and answers", n)}, nil
}
