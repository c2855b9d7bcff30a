package task

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

// WorkAction is what a person must be allowed to do to be given the open stage.
func (t Task) WorkAction() authz.Action {
	if t.At().Kind == Draft {
		return DoDraft
	}
	return DoReview
}

// Assign gives the open stage to a person who may do it; it is also how a lead reassigns.
//
// Faults: Invalid (field "person", with the reason why that person may not).
func (s *Service) Assign(ctx context.Context, who actor.Actor, id ident.TaskID, rev int64, person ident.PersonID, reason string) (out Task, err error) {
	defer fault.Wrap(&err, "task.Assign(%s)", id)
	return s.move(ctx, who, DoAssign, id, rev, func(tx *gate.Tx, t Task) (Task, map[string]string, error) {
		before := t.Holder
		if before != "" {
			if err := needReason(reason); err != nil {
				return t, nil, err
			}
		}
		d, err := tx.MayOther(ctx, person, t.Provider, t.WorkAction(), t.Subject())
		if err != nil {
			return t, nil, err
		}
		if !d.Allowed {
			return t, nil, fault.InField("person", WhyNot(d))
		}
		if t, err = s.give(ctx, tx, t, person); err != nil {
			return t, nil, err
		}
		tx.Tell(person, "assigned", t.Matter, t.Ref())
		tx.Tell(before, "taken-away", t.Matter, t.Ref())
		return t, map[string]string{"reason": reason}, nil
	})
}

// WhyNot says in one sentence why a person may not be given the work.
func WhyNot(d authz.Decision) string {
	switch {
	case d.Policy == "":
		return "This person is not on the matter's team."
	case len(d.Rules) == 0:
		return "This person does not have the role that this stage needs."
	}
	return d.Rules[0].Say
}

func (s *Service) give(ctx context.Context, tx *gate.Tx, t Task, p ident.PersonID) (Task, error) {
	t, err := t.Assign(p)
	if err == nil && t.At().Kind == Review {
		err = setReviewer(ctx, tx, t.ID, t.Stage, p)
	}
	return t, err
}

// Take gives the actor a task that waits in the queue.
func (s *Service) Take(ctx context.Context, who actor.Actor, id ident.TaskID) (out Task, err error) {
	defer fault.Wrap(&err, "task.Take(%s)", id)
	return s.move(ctx, who, DoTake, id, 0, func(tx *gate.Tx, t Task) (Task, map[string]string, error) {
		if err := t.must(t.Holder == "", "Someone else has taken this task."); err != nil {
			return t, nil, err
		}
		if err := tx.PermitAs(ctx, t.WorkAction(), t.Subject()); err != nil {
			return t, nil, err
		}
		t, err := s.give(ctx, tx, t, who.Person)
		return t, nil, err
	})
}

// TakeNext gives the actor the most urgent task of the queue that they may do: rush first, then by due time.
//
// Faults: Conflict (nothing waits that the actor may do).
func (s *Service) TakeNext(ctx context.Context, who actor.Actor) (out Task, err error) {
	defer fault.Wrap(&err, "task.TakeNext(%s)", who.Person)
	v := s.gate.View(who)
	q := db.SQL(`SELECT `+Columns+From+`WHERE t.provider_id = ? AND t.state = 'open' AND t.holder_id = ''`, who.Org).And(v.Reach("t.matter_id")).
		Join(db.SQL(` ORDER BY ` + ByUrgency + ` LIMIT 200`))
	waiting, err := db.All(ctx, v, q, func(rs *db.Rows, t *Task) error { return Scan(rs, t) })
	if err != nil {
		return out, err
	}
	for _, t := range waiting {
		// Asked before it is attempted: looking for work is no refused attempt, and leaves no entry of one.
		d, err := MayWork(ctx, v, t)
		if err != nil {
			return out, err
		}
		if !d.Allowed {
			continue
		}
		out, err = s.Take(ctx, who, t.ID)
		if err == nil || !fault.Correctable(err) { // Conflict: someone was quicker
			return out, err
		}
	}
	return Task{}, fault.New(fault.Conflict, "Nothing waits in the queue that you may take.")
}

// MayWork answers whether the viewer may be given the open stage.
func MayWork(ctx context.Context, v gate.View, t Task) (authz.Decision, error) {
	if err := t.Hands(ctx, v); err != nil {
		return authz.Decision{}, err
	}
	return v.May(ctx, t.WorkAction(), t.Subject())
}

// Decline sends an incomplete package back, naming what is missing.
func (s *Service) Decline(ctx context.Context, who actor.Actor, id ident.TaskID, rev int64, missing []string) (out Task, err error) {
	defer fault.Wrap(&err, "task.Decline(%s)", id)
	return s.move(ctx, who, DoDecline, id, rev, func(tx *gate.Tx, t Task) (Task, map[string]string, error) {
		t, err := t.Decline()
		if err != nil {
			return t, nil, err
		}
		named := 0
		for _, m := range missing {
			if m = strings.TrimSpace(m); m == "" {
				continue
			}
			named++
			item := ident.New()
			sealed, err := tx.Seal(ctx, t.Matter, m, "missing_item.text/"+item)
			if err != nil {
				return t, nil, err
			}
			if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO missing_item (id, task_id, text, named_by, named_at, supplied_at) VALUES (?, ?, ?, ?, ?, 0)`,
				item, t.ID, sealed, who.Person, db.Micros(tx.Now))); err != nil {
				return t, nil, err
			}
		}
		if named == 0 {
			return t, nil, fault.InField("missing", "Name what is missing, one thing a line.")
		}
		tx.Tell(t.ReleasedBy, "declined", t.Matter, t.Ref())
		if t.Supervisor != t.ReleasedBy {
			tx.Tell(t.Supervisor, "declined", t.Matter, t.Ref())
		}
		return t, map[string]string{"missing": strings.Join(missing, "\n")}, nil
	})
}

// Check ticks or unticks one item of the open stage's checklist.
func (s *Service) Check(ctx context.Context, who actor.Actor, id ident.TaskID, item int, done bool) (err error) {
	defer fault.Wrap(&err, "task.Check(%s)", id)
	return s.gate.Write(ctx, who, DoCheck, func(tx *gate.Tx) error {
		t, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		if item < 0 || item > 999 {
			return fault.New(fault.Invalid, "The checklist has no such item.")
		}
		q := db.SQL(`DELETE FROM task_check WHERE task_id = ? AND stage_key = ? AND item = ?`, t.ID, t.At().Key, item)
		if done {
			q = db.SQL(`INSERT INTO task_check (task_id, stage_key, item, checked_by, checked_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, t.ID, t.At().Key, item, who.Person, db.Micros(tx.Now))
		}
		if _, err := tx.Exec(ctx, q); err != nil {
			return err
		}
		tx.Record(t.entry(map[string]string{"item": itoa(item), "done": map[bool]string{true: "yes", false: "no"}[done]}))
		return nil
	})
}
