package task

import (
	"context"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A SubmissionID names a submission.
type SubmissionID string

// A HandIn is the manifest that an author hands to the next tier.
type HandIn struct {
	Task     ident.TaskID
	Rev      int64             // the revision the author was looking at
	Files    []ident.VersionID // exact versions, in the order of the manifest
	Note     string            // what changed, for the next reader
	Answers  []Answer          // to the open findings, on a returned task
	FixedAll bool              // answers "fixed" to every open finding that has no answer of its own
}

// An Answer is the author's word on one finding.
type Answer struct {
	Finding  string
	Disputed bool // not fixed, and why
	Text     string
}

// Submit hands the draft to the next tier.
//
// Faults: Conflict (draft not open), Invalid ("files", "answers"), Stale, Forbidden.
func (s *Service) Submit(ctx context.Context, who actor.Actor, in HandIn) (out Task, err error) {
	defer fault.Wrap(&err, "task.Submit(%s)", in.Task)
	return s.move(ctx, who, DoSubmit, in.Task, in.Rev, func(tx *gate.Tx, t Task) (Task, map[string]string, error) {
		before := t
		t, err := t.Submit("", tx.Now)
		if err != nil {
			return t, nil, err
		}
		reviewer, err := reviewerAt(ctx, tx, t.ID, t.Stage)
		if err != nil {
			return t, nil, err
		}
		t.Holder = t.heldAt(reviewer)
		if err := answerFindings(ctx, tx, before, in); err != nil {
			return t, nil, err
		}
		n, err := keepSubmission(ctx, tx, before, before.Stage, in.Files, in.Note)
		if err != nil {
			return t, nil, err
		}
		tx.Tell(t.Holder, "submitted", t.Matter, t.Ref())
		return t, map[string]string{"submission": itoa(n), "files": itoa(len(in.Files))}, nil
	})
}

// keepSubmission stores the manifest. Every file must be the current version of an active document of this task.
func keepSubmission(ctx context.Context, tx *gate.Tx, t Task, stage int, files []ident.VersionID, note string) (n int, err error) {
	if len(files) == 0 {
		return 0, fault.InField("files", "Choose at least one file to hand in.")
	}
	if len(note) > maxWords {
		return 0, fault.InField("note", "A note has at most 20,000 characters.")
	}
	if err := tx.QueryRow(ctx, db.SQL(`SELECT COALESCE(MAX(n), 0) + 1 FROM submission WHERE task_id = ?`, t.ID)).Scan(&n); err != nil {
		return 0, err
	}
	id := ident.New()
	sealed, err := tx.Seal(ctx, t.Matter, note, "submission.note/"+id)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO submission (id, task_id, n, stage, author_id, at, note) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id, t.ID, n, stage, tx.Who.Person, db.Micros(tx.Now), sealed)); err != nil {
		return 0, err
	}
	seen := map[ident.VersionID]bool{}
	for i, f := range files {
		if seen[f] {
			return 0, fault.InField("files", "A file stands twice in the manifest.")
		}
		seen[f] = true
		rows, err := tx.Exec(ctx, db.SQL(`INSERT INTO submission_file (submission_id, place, document_id, version_id)
			SELECT ?, ?, d.id, v.id FROM version v JOIN document d ON d.id = v.document_id
			WHERE v.id = ? AND d.task_id = ? AND d.state = 'active' AND v.n = d.current_n`, id, i, f, t.ID))
		if err != nil {
			return 0, err
		}
		if rows == 0 {
			return 0, fault.InField("files", "A chosen file is not the newest version of this task's work. Look again, then hand in.")
		}
	}
	return n, nil
}

// answerFindings gives every open finding its answer, or refuses.
func answerFindings(ctx context.Context, tx *gate.Tx, t Task, in HandIn) error {
	open, err := db.Column[string](ctx, tx, db.SQL(`SELECT id FROM finding WHERE task_id = ? AND state = 'open' ORDER BY number`, t.ID))
	if err != nil {
		return err
	}
	answers := map[string]Answer{}
	for _, a := range in.Answers {
		answers[a.Finding] = a
	}
	for _, id := range open {
		a, ok := answers[id]
		switch {
		case !ok && !in.FixedAll:
			return fault.InField("answers", "Answer every finding: fixed, or disputed with the reason.")
		case a.Disputed && strings.TrimSpace(a.Text) == "":
			return fault.InField("answers", "Say why you dispute the finding.")
		case len(a.Text) > maxWords:
			return fault.InField("answers", "An answer has at most 20,000 characters.")
		}
		state := "fixed"
		if a.Disputed {
			state = "disputed"
		}
		sealed, err := tx.Seal(ctx, t.Matter, a.Text, "finding.answer/"+id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE finding SET state = ?, answer = ?, answered_by = ?, answered_at = ?, rev = rev + 1 WHERE id = ?`,
			state, sealed, tx.Who.Person, db.Micros(tx.Now), id)); err != nil {
			return err
		}
	}
	return nil
}
