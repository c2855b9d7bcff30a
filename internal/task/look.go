package task

import (
	"context"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// DoLook begins the review of the newest submission: from then on the record counts how long it takes.
const DoLook = "task.look"

// Look keeps that the actor saw the newest submission, and begins their review of it. Looking again changes nothing.
//
// Faults: NotFound, Forbidden (the review is not theirs).
func (s *Service) Look(ctx context.Context, who actor.Actor, id ident.TaskID) (err error) {
	defer fault.Wrap(&err, "task.Look(%s)", id)
	return s.gate.Write(ctx, who, DoLook, func(tx *gate.Tx) error {
		t, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COALESCE(MAX(n), 0) FROM submission WHERE task_id = ?`, t.ID)).Scan(&n); err != nil {
			return err
		}
		if err := t.must(n > 0, "There is nothing handed in to review."); err != nil {
			return err
		}
		// The row is locked before the review is looked for, so that two tabs do not begin it twice.
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO task_look (task_id, person_id, submission_n, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (task_id, person_id) DO UPDATE SET submission_n = excluded.submission_n, at = excluded.at`, t.ID, who.Person, n, db.Micros(tx.Now))); err != nil {
			return err
		}
		if _, _, err := openReview(ctx, tx, t); err != nil {
			return err
		}
		tx.Record(t.entry(map[string]string{"submission": itoa(n)}))
		return nil
	})
}
