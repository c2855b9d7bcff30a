package sla

import (
	"context"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/sla/minutes"
	"countersign/internal/task"
)

// A Pause is a stretch for which the firm stopped the clock, as both sides read it.
type Pause struct {
	ID     string
	Kind   minutes.Kind // Firm, Court or Hold
	Reason string       // the evidence, in words
	By     string       // display name
	At     time.Time
	Until  time.Time // zero while it stands
}

// PauseKinds are what a clock may be stopped for.
var PauseKinds = []minutes.Kind{minutes.Court, minutes.Hold, minutes.Firm}

func pauseSubject(t task.Task) authz.Subject {
	return authz.Subject{Ref: t.Ref(), Matter: string(t.Matter), Engagement: string(t.Engagement), Org: string(t.Firm), Provider: string(t.Provider)}
}

// PauseClock stops the clock of a task from now, for a reason of the closed list and with its evidence. Nothing is paused after the fact.
//
// Faults: NotFound, Forbidden (role), Invalid (kind, reason), Conflict (not released, over, or stopped already).
func (s *Service) PauseClock(ctx context.Context, who actor.Actor, id ident.TaskID, kind minutes.Kind, reason string) (err error) {
	defer fault.Wrap(&err, "sla.PauseClock(%s)", id)
	return s.stop(ctx, who, DoPause, id, func(tx *gate.Tx, t task.Task, standing string) (map[string]string, error) {
		reason = strings.TrimSpace(reason)
		switch {
		case kind != minutes.Court && kind != minutes.Hold && kind != minutes.Firm:
			return nil, fault.InField("kind", "Choose what the work waits for: a court, a legal hold or the firm.")
		case reason == "" || len(reason) > 2000:
			return nil, fault.InField("reason", "Name the evidence, in at most 2,000 characters, such as the order and its date.")
		case t.State == task.Preparing || t.State == task.Delivered || t.State == task.Cancelled:
			return nil, fault.New(fault.Conflict, "No clock runs: the task is not released, or it is over.")
		case standing != "":
			return nil, fault.New(fault.Conflict, "The clock stands already. Let it go on first.")
		}
		p := ident.New()
		sealed, err := tx.Seal(ctx, t.Matter, reason, "clock_pause.reason/"+p)
		if err != nil {
			return nil, err
		}
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO clock_pause (id, task_id, matter_id, kind, reason, from_at, until_at, set_by, ended_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')`,
			p, t.ID, t.Matter, string(kind), sealed, db.Micros(tx.Now), forever, who.Person))
		return map[string]string{"pause": p, "kind": string(kind), "reason": reason}, err
	})
}

// ResumeClock lets the clock of a task go on.
//
// Faults: NotFound, Forbidden (role), Conflict (it does not stand for a pause).
func (s *Service) ResumeClock(ctx context.Context, who actor.Actor, id ident.TaskID) (err error) {
	defer fault.Wrap(&err, "sla.ResumeClock(%s)", id)
	return s.stop(ctx, who, DoResume, id, func(tx *gate.Tx, _ task.Task, standing string) (map[string]string, error) {
		if standing == "" {
			return nil, fault.New(fault.Conflict, "The clock does not stand for a pause.")
		}
		_, err := tx.Exec(ctx, db.SQL(`UPDATE clock_pause SET until_at = ?, ended_by = ? WHERE id = ? AND until_at = ?`, db.Micros(tx.Now), who.Person, standing, forever))
		return map[string]string{"pause": standing}, err
	})
}

// stop is the shape of both: load, permit, decide, record. standing is the pause that stands, or "".
func (s *Service) stop(ctx context.Context, who actor.Actor, action authz.Action, id ident.TaskID, do func(tx *gate.Tx, t task.Task, standing string) (map[string]string, error)) error {
	return s.gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		t, err := loadTask(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, pauseSubject(t)); err != nil {
			return err
		}
		now, err := db.Column[string](ctx, tx, db.SQL(`SELECT id FROM clock_pause WHERE task_id = ? AND until_at = ?`, t.ID, forever))
		if err != nil {
			return err
		}
		values, err := do(tx, t, strings.Join(now, ""))
		if err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: t.Ref(), Rev: t.Rev, Matter: t.Matter, Owner: t.Firm, Values: values})
		tx.Announce("matter/"+string(t.Matter), "org/"+string(t.Firm), "org/"+string(t.Provider))
		return nil
	})
}

// loadTask reads a task that the actor may know of, and keeps it from moving until the write ends.
func loadTask(ctx context.Context, tx *gate.Tx, id ident.TaskID) (task.Task, error) {
	q := db.SQL(`SELECT `+task.Columns+task.From+`WHERE t.id = ?`, id).And(tx.Visible("t.matter_id"), task.Seen(tx.Who.Org))
	if lock := tx.ForUpdate(); lock.Text != "" {
		q = q.Join(lock, db.SQL(" OF t"))
	}
	found, err := db.All(ctx, tx, q, func(rs *db.Rows, t *task.Task) error { return task.Scan(rs, t) })
	if err != nil {
		return task.Task{}, err
	}
	if len(found) == 0 {
		return task.Task{}, tx.Absent("task", string(id))
	}
	return found[0], nil
}

// readPauses opens the firm's pauses of a task, newest first.
func readPauses(ctx context.Context, v gate.View, t task.Task) ([]Pause, error) {
	type row struct {
		sealed []byte
		Pause
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT c.id, c.kind, c.reason, COALESCE(p.name, ''), c.from_at, CASE WHEN c.until_at = ? THEN 0 ELSE c.until_at END
		FROM clock_pause c LEFT JOIN person p ON p.id = c.set_by WHERE c.task_id = ? ORDER BY c.from_at DESC, c.id DESC`, forever, t.ID),
		func(rs *db.Rows, r *row) error {
			return rs.Scan(&r.ID, &r.Kind, &r.sealed, &r.By, db.At{T: &r.At}, db.At{T: &r.Until})
		})
	if err != nil {
		return nil, err
	}
	out := make([]Pause, 0, len(rows))
	for _, r := range rows {
		if r.Reason, err = v.Open(ctx, t.Matter, r.sealed, "clock_pause.reason/"+r.ID); err != nil {
			return nil, err
		}
		out = append(out, r.Pause)
	}
	return out, nil
}
