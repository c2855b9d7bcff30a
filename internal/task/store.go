package task

import (
	"context"
	"errors"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Columns of a task, with those of its pinned playbook version, for Scan.
const Columns = `t.id, t.number, t.firm_id, t.matter_id, t.engagement_id, t.provider_id, t.playbook_id, t.playbook_n, t.code, t.title,
	t.state, t.stage, t.returned, t.return_stage, t.author_id, t.holder_id, t.supervisor_id, t.rush, t.due_at, t.cycle, t.rev,
	t.made_by, t.made_at, t.released_by, t.released_at, t.complete_at, t.stage_at, t.delivered_at, pv.stages, pv.offshore`

// From is the tables of Columns.
const From = ` FROM task t JOIN playbook_version pv ON pv.playbook_id = t.playbook_id AND pv.n = t.playbook_n `

// ByUrgency puts rush first, then what is due first.
const ByUrgency = `CASE WHEN t.rush THEN 0 ELSE 1 END, t.due_at, t.id`

// fields are where a row of Columns is scanned to; the last but one is the stage track as text.
func fields(t *Task, stages *string) []any {
	return []any{&t.ID, &t.Number, &t.Firm, &t.Matter, &t.Engagement, &t.Provider, &t.Playbook, &t.PlaybookN, &t.Code, &t.Title,
		&t.State, &t.Stage, &t.Returned, &t.ReturnTo, &t.Author, &t.Holder, &t.Supervisor, &t.Rush, db.At{T: &t.Due}, &t.Cycle, &t.Rev,
		&t.MadeBy, db.At{T: &t.MadeAt}, &t.ReleasedBy, db.At{T: &t.ReleasedAt}, db.At{T: &t.CompleteAt}, db.At{T: &t.StageAt}, db.At{T: &t.DoneAt}, stages, &t.Offshore}
}

// Scan reads a row of Columns; more are what follows them in the row.
func Scan(rs interface{ Scan(...any) error }, t *Task, more ...any) (err error) {
	var stages string
	if err = rs.Scan(append(fields(t, &stages), more...)...); err != nil {
		return err
	}
	t.Stages, err = ParseStages(stages)
	return err
}

// Seen keeps a package that the firm still writes from the provider: it does not exist for the other side.
func Seen(org ident.OrgID) db.Frag {
	return db.SQL(`(t.state <> 'preparing' OR t.firm_id = ? OR ? = '')`, org, org)
}

// load reads one task that the actor may know of, and keeps it from moving until the write ends: of two people who
// press at once, the second decides on what the first left.
func load(ctx context.Context, tx *gate.Tx, id ident.TaskID) (t Task, err error) {
	q := db.SQL(`SELECT `+Columns+From+`WHERE t.id = ?`, id).And(tx.Visible("t.matter_id"), Seen(tx.Who.Org))
	if lock := tx.ForUpdate(); lock.Text != "" {
		q = q.Join(lock, db.SQL(" OF t"))
	}
	err = Scan(tx.QueryRow(ctx, q), &t)
	if errors.Is(err, db.ErrNoRows) {
		return t, tx.Absent("task", string(id))
	}
	if err != nil {
		return t, err
	}
	return t, t.Hands(ctx, tx)
}

// Hands reads through whose hands the task went, on which separation of duties rests: who is down for a review or did
// one, at other stages than the open one too, and who drafted, even when someone else is the author now.
func (t *Task) Hands(ctx context.Context, q db.Reader) (err error) {
	if t.Reviewers, err = db.Column[ident.PersonID](ctx, q, db.SQL(`SELECT person_id FROM task_reviewer WHERE task_id = ? ORDER BY stage`, t.ID)); err != nil {
		return err
	}
	if t.elsewhere, err = db.Column[string](ctx, q, db.SQL(`SELECT person_id FROM task_reviewer WHERE task_id = ? AND stage <> ?
		UNION SELECT reviewer_id FROM review WHERE task_id = ? AND stage <> ?`, t.ID, t.Stage, t.ID, t.Stage)); err != nil {
		return err
	}
	t.drafters, err = db.Column[string](ctx, q, db.SQL(`SELECT author_id FROM submission WHERE task_id = ? AND stage = 0
		UNION SELECT v.author_id FROM version v JOIN document d ON d.id = v.document_id WHERE d.task_id = ? AND v.stage = ? AND v.org_id = ?`,
		t.ID, t.ID, t.Stages[0].Key, t.Provider))
	return err
}

// reviewerAt returns who is down for a stage, or "".
func reviewerAt(ctx context.Context, tx *gate.Tx, id ident.TaskID, stage int) (p ident.PersonID, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT person_id FROM task_reviewer WHERE task_id = ? AND stage = ?`, id, stage)).Scan(&p)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return p, err
}

func setReviewer(ctx context.Context, tx *gate.Tx, id ident.TaskID, stage int, p ident.PersonID) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO task_reviewer (task_id, stage, person_id) VALUES (?, ?, ?)
		ON CONFLICT (task_id, stage) DO UPDATE SET person_id = excluded.person_id`, id, stage, p))
	return err
}

// save writes the moved task over its row if that is still at revision rev; rev 0 skips the check of what the person
// saw and relies on what was loaded. It returns the task at its new revision.
func save(ctx context.Context, tx *gate.Tx, t Task, rev int64) (Task, error) {
	if rev == 0 {
		rev = t.Rev
	}
	n, err := tx.Exec(ctx, db.SQL(`UPDATE task SET title = ?, state = ?, stage = ?, stage_key = ?, stages = ?, returned = ?, return_stage = ?, author_id = ?, holder_id = ?,
			supervisor_id = ?, rush = ?, due_at = ?, cycle = ?, released_by = ?, released_at = ?, complete_at = ?, stage_at = ?, delivered_at = ?, rev = rev + 1
		WHERE id = ? AND rev = ?`,
		t.Title, t.State, t.Stage, t.At().Key, len(t.Stages), t.Returned, t.ReturnTo, t.Author, t.Holder,
		t.Supervisor, t.Rush, db.Micros(t.Due), t.Cycle, t.ReleasedBy, db.Micros(t.ReleasedAt), db.Micros(t.CompleteAt), db.Micros(t.StageAt), db.Micros(t.DoneAt),
		t.ID, rev))
	if err == nil && n == 0 {
		err = overtaken()
	}
	t.Rev++
	return t, err
}

func overtaken() error {
	return fault.New(fault.Stale, "Someone moved this task since you opened it. Look again, then repeat; what you typed is kept.")
}

// setReason keeps, sealed, why a task is held.
func setReason(ctx context.Context, tx *gate.Tx, t Task, reason string) error {
	sealed, err := tx.Seal(ctx, t.Matter, reason, "task.reason/"+string(t.ID))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, db.SQL(`UPDATE task SET reason = ? WHERE id = ?`, sealed, t.ID))
	return err
}
