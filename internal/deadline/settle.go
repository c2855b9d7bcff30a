package deadline

import (
	"context"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// on runs a verb on one deadline: load, permit, change, entry, announcement.
func (s *Service) on(ctx context.Context, who actor.Actor, a authz.Action, id string, change func(tx *gate.Tx, d *Deadline) (map[string]string, error)) error {
	return s.gate.Write(ctx, who, a, func(tx *gate.Tx) error {
		d, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, d.Subject()); err != nil {
			return err
		}
		values, err := change(tx, &d)
		if err != nil {
			return err
		}
		values["deadline"] = d.Name()
		tx.Record(gate.Entry{Subject: d.ref(), Rev: d.Rev, Matter: d.Matter, Owner: d.Firm, Values: values})
		tx.Announce(topic(d.Matter))
		return nil
	})
}

// Satisfy says that what was due is done, and how.
//
// Faults: NotFound, Forbidden (offshore), Invalid (field "reason"), Conflict (not open).
func (s *Service) Satisfy(ctx context.Context, who actor.Actor, id, reason string) (err error) {
	defer fault.Wrap(&err, "deadline.Satisfy(%s)", id)
	return s.settle(ctx, who, DoSatisfy, id, Satisfied, reason)
}

// Cancel says that a deadline does not bind any more, and why.
//
// Faults: NotFound, Forbidden (offshore), Invalid (field "reason"), Conflict (not open).
func (s *Service) Cancel(ctx context.Context, who actor.Actor, id, reason string) (err error) {
	defer fault.Wrap(&err, "deadline.Cancel(%s)", id)
	return s.settle(ctx, who, DoCancel, id, Cancelled, reason)
}

func (s *Service) settle(ctx context.Context, who actor.Actor, a authz.Action, id string, becomes State, reason string) error {
	return s.on(ctx, who, a, id, func(tx *gate.Tx, d *Deadline) (map[string]string, error) {
		if d.State != Open {
			return nil, fault.New(fault.Conflict, "This deadline is "+string(d.State)+" already.")
		}
		if err := needReason(reason); err != nil {
			return nil, err
		}
		words, err := seal(ctx, tx, d.Matter, strings.TrimSpace(reason), settledAAD(d.ID))
		if err != nil {
			return nil, err
		}
		at := db.Micros(tx.Now)
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE deadline SET state = ?, reason = ?, settled_by = ?, settled_at = ?, changed_at = ?, rev = rev + 1 WHERE id = ?`,
			becomes, words, who.Person, at, at, d.ID)); err != nil {
			return nil, err
		}
		d.State, d.Rev = becomes, d.Rev+1
		tx.Tell(d.Owner, "deadline-"+string(becomes), d.Matter, d.ref())
		return map[string]string{"reason": reason, "becomes": string(becomes)}, endLadder(ctx, tx, d.ID)
	})
}

func settledAAD(id string) string { return "deadline.reason/" + id }

// Give makes another person the owner, who is reminded first.
//
// Faults: NotFound, Forbidden, Invalid (field "owner"), Conflict (not open).
func (s *Service) Give(ctx context.Context, who actor.Actor, id string, to ident.PersonID) (err error) {
	defer fault.Wrap(&err, "deadline.Give(%s)", id)
	return s.on(ctx, who, DoGive, id, func(tx *gate.Tx, d *Deadline) (map[string]string, error) {
		if d.State != Open {
			return nil, fault.New(fault.Conflict, "This deadline is "+string(d.State)+" already.")
		}
		org, err := mayOwn(ctx, tx, to, d.Subject())
		if err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE deadline SET owner_id = ?, owner_org = ?, rev = rev + 1 WHERE id = ?`, to, org, d.ID)); err != nil {
			return nil, err
		}
		d.Rev++
		tx.Tell(to, "deadline-given", d.Matter, d.ref())
		return map[string]string{"person": string(to)}, nil
	})
}

// LinkTask says that a task is done for a deadline, or with not, that it is not: a move of the deadline then tells who
// holds it.
//
// Faults: NotFound, Forbidden, Invalid (field "task").
func (s *Service) LinkTask(ctx context.Context, who actor.Actor, id string, task ident.TaskID, not bool) (err error) {
	defer fault.Wrap(&err, "deadline.LinkTask(%s)", id)
	return s.on(ctx, who, DoLink, id, func(tx *gate.Tx, d *Deadline) (map[string]string, error) {
		var n int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM task WHERE id = ? AND matter_id = ? AND state <> 'preparing'`, task, d.Matter)).Scan(&n); err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, fault.InField("task", "Choose a released task of this matter.")
		}
		if not {
			_, err := tx.Exec(ctx, db.SQL(`DELETE FROM deadline_task WHERE deadline_id = ? AND task_id = ?`, d.ID, task))
			return map[string]string{"task": string(task), "linked": "no"}, err
		}
		_, err := tx.Exec(ctx, db.SQL(`INSERT INTO deadline_task (deadline_id, task_id) VALUES (?, ?) ON CONFLICT (deadline_id, task_id) DO NOTHING`, d.ID, task))
		return map[string]string{"task": string(task), "linked": "yes"}, err
	})
}
