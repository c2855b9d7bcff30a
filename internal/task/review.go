package task

import (
	"context"
	"errors"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/area"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A NewFinding is a fault that a reviewer found, with its place in an exact version.
type NewFinding struct {
	Task       ident.TaskID
	Severity   string // critical, major, minor
	Code       string // of the firm's taxonomy
	Version    ident.VersionID
	Page, Line int    // 0: not given
	Area       string // rectangle of the page that was pointed to: "0.1,0.25,0.3,0.02", in parts of it; "" for none
	Quote      string // the words it stands at; may be ""
	Text       string
}

func (f NewFinding) check() error {
	switch {
	case f.Severity != "critical" && f.Severity != "major" && f.Severity != "minor":
		return fault.InField("severity", "Choose critical, major or minor.")
	case strings.TrimSpace(f.Text) == "":
		return fault.InField("text", "Say what is wrong and what would be right.")
	case len(f.Text) > maxWords || len(f.Quote) > maxWords:
		return fault.InField("text", "A finding has at most 20,000 characters.")
	case f.Page < 0 || f.Page > 100_000 || f.Line < 0 || f.Line > 100_000:
		return fault.InField("page", "Pages and lines are counted from 1.")
	}
	if _, ok := area.Parse(f.Area); f.Area != "" && (f.Page == 0 || !ok) {
		return fault.InField("page", "The place on the page cannot be read. Point to it again.")
	}
	return nil
}

// openReview returns the actor's review of the newest submission at the open stage, beginning it when there is none.
func openReview(ctx context.Context, tx *gate.Tx, t Task) (id, submission string, err error) {
	if err := tx.QueryRow(ctx, db.SQL(`SELECT id FROM submission WHERE task_id = ? ORDER BY n DESC LIMIT 1`, t.ID)).Scan(&submission); err != nil {
		return "", "", err
	}
	err = tx.QueryRow(ctx, db.SQL(`SELECT id FROM review WHERE task_id = ? AND submission_id = ? AND stage = ? AND reviewer_id = ? AND handed_at = 0`,
		t.ID, submission, t.Stage, tx.Who.Person)).Scan(&id)
	if err == nil || !errors.Is(err, db.ErrNoRows) {
		return id, submission, err
	}
	id = ident.New()
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO review (id, task_id, submission_id, stage, reviewer_id, verdict, blind, note, opened_at, handed_at) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, 0)`,
		id, t.ID, submission, t.Stage, tx.Who.Person, t.At().Blind(t.ID), []byte{}, db.Micros(tx.Now)))
	return id, submission, err
}

// RaiseFinding records a finding of the open review. It returns the finding's identifier.
//
// Faults: Invalid (fields severity, code, version, text, page), Conflict (no open review), Forbidden.
func (s *Service) RaiseFinding(ctx context.Context, who actor.Actor, in NewFinding) (id string, err error) {
	defer fault.Wrap(&err, "task.RaiseFinding(%s)", in.Task)
	err = s.gate.Write(ctx, who, DoFind, func(tx *gate.Tx) error {
		t, err := load(ctx, tx, in.Task)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		if err := t.must(t.State == Open && t.At().Kind != Draft, "There is nothing handed in to review."); err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		review, submission, err := openReview(ctx, tx, t)
		if err != nil {
			return err
		}
		if err := placed(ctx, tx, t, in, submission); err != nil {
			return err
		}
		if id, err = insertFinding(ctx, tx, t, in, review); err != nil {
			return err
		}
		tx.Record(t.entry(map[string]string{"finding": id, "severity": in.Severity, "code": in.Code}))
		tx.Announce("matter/" + string(t.Matter))
		return nil
	})
	return id, err
}

// placed checks that category and place exist: a live code of the firm's taxonomy, a file of this submission.
func placed(ctx context.Context, tx *gate.Tx, t Task, in NewFinding, submission string) error {
	var n int
	if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM defect WHERE firm_id = ? AND code = ? AND retired_at = 0`, t.Firm, in.Code)).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return fault.InField("code", "Choose a category of the firm's taxonomy.")
	}
	if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM submission_file WHERE submission_id = ? AND version_id = ?`, submission, in.Version)).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return fault.InField("version", "Choose a file of this submission.")
	}
	return nil
}

func insertFinding(ctx context.Context, tx *gate.Tx, t Task, in NewFinding, review string) (string, error) {
	id := ident.New()
	quote, err := tx.Seal(ctx, t.Matter, in.Quote, "finding.quote/"+id)
	if err != nil {
		return "", err
	}
	text, err := tx.Seal(ctx, t.Matter, in.Text, "finding.text/"+id)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO finding (id, task_id, review_id, number, severity, code, version_id, page, line, area, quote, text, state, answer, answered_by, answered_at, raised_by, raised_at, rev)
		VALUES (?, ?, ?, (SELECT COALESCE(MAX(number), 0) + 1 FROM finding WHERE task_id = ?), ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, '', 0, ?, ?, 1)`,
		id, t.ID, review, t.ID, in.Severity, in.Code, in.Version, in.Page, in.Line, in.Area, quote, text, []byte{}, tx.Who.Person, db.Micros(tx.Now)))
	return id, err
}

// SettleFinding closes a finding of the actor's own: "accepted" when the answer settles it, "withdrawn" when it was
// wrong, "open" to raise it again.
func (s *Service) SettleFinding(ctx context.Context, who actor.Actor, task ident.TaskID, finding, state string) (err error) {
	defer fault.Wrap(&err, "task.SettleFinding(%s)", finding)
	return s.gate.Write(ctx, who, DoFind, func(tx *gate.Tx) error {
		t, err := load(ctx, tx, task)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		if err := t.must(t.State == Open, "The task is held; findings are settled when it goes on."); err != nil {
			return err
		}
		if state != "accepted" && state != "withdrawn" && state != "open" {
			return fault.InField("state", "A finding is accepted, withdrawn or open again.")
		}
		n, err := tx.Exec(ctx, db.SQL(`UPDATE finding SET state = ?, rev = rev + 1 WHERE id = ? AND task_id = ? AND (raised_by = ? OR state IN ('fixed', 'disputed'))`, state, finding, t.ID, who.Person))
		if err != nil {
			return err
		}
		if n == 0 {
			return tx.Absent("finding", finding)
		}
		tx.Record(t.entry(map[string]string{"finding": finding, "becomes": state}))
		tx.Announce("matter/" + string(t.Matter))
		return nil
	})
}

// A Verdict ends a review.
type Verdict struct {
	Task ident.TaskID
	Rev  int64
	Note string
}

// Approve passes the work to the next tier. Open findings of one's own must be settled first, criticals above all.
func (s *Service) Approve(ctx context.Context, who actor.Actor, in Verdict) (out Task, err error) {
	defer fault.Wrap(&err, "task.Approve(%s)", in.Task)
	return s.move(ctx, who, DoApprove, in.Task, in.Rev, func(tx *gate.Tx, t Task) (Task, map[string]string, error) {
		if err := handIn(ctx, tx, t, "approved", in.Note); err != nil {
			return t, nil, err
		}
		var open int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM finding WHERE task_id = ? AND state IN ('open', 'disputed')`, t.ID)).Scan(&open); err != nil {
			return t, nil, err
		}
		if open > 0 {
			return t, nil, fault.New(fault.Conflict, "There are findings open or disputed. Settle them, or return the work.")
		}
		next, err := reviewerAt(ctx, tx, t.ID, t.Stage+1)
		if err != nil {
			return t, nil, err
		}
		if t, err = t.Approve(next, tx.Now); err != nil {
			return t, nil, err
		}
		what := "submitted"
		if t.At().Kind == Acceptance {
			what = "ready-to-sign"
		}
		tx.Tell(t.Holder, what, t.Matter, t.Ref())
		return t, map[string]string{"verdict": "approved"}, nil
	})
}

// Return sends the work back to its author. It takes at least one open finding: a return says what to fix.
func (s *Service) Return(ctx context.Context, who actor.Actor, in Verdict) (out Task, err error) {
	defer fault.Wrap(&err, "task.Return(%s)", in.Task)
	return s.move(ctx, who, DoReturn, in.Task, in.Rev, func(tx *gate.Tx, t Task) (Task, map[string]string, error) {
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE finding SET state = 'open', rev = rev + 1 WHERE task_id = ? AND state = 'disputed'`, t.ID)); err != nil {
			return t, nil, err
		}
		var open int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM finding WHERE task_id = ? AND state = 'open'`, t.ID)).Scan(&open); err != nil {
			return t, nil, err
		}
		if open == 0 {
			return t, nil, fault.New(fault.Conflict, "Name what is to be fixed: a return carries at least one finding.")
		}
		if err := handIn(ctx, tx, t, "returned", in.Note); err != nil {
			return t, nil, err
		}
		t, err := t.Return(tx.Now)
		if err != nil {
			return t, nil, err
		}
		tx.Tell(t.Author, "returned", t.Matter, t.Ref())
		return t, map[string]string{"verdict": "returned", "findings": itoa(open)}, nil
	})
}

// handIn closes the actor's review with a verdict.
func handIn(ctx context.Context, tx *gate.Tx, t Task, verdict, note string) error {
	if err := t.must(t.State == Open && t.At().Kind != Draft, "There is nothing handed in to review."); err != nil {
		return err
	}
	if len(note) > maxWords {
		return fault.InField("note", "A note has at most 20,000 characters.")
	}
	id, _, err := openReview(ctx, tx, t)
	if err != nil {
		return err
	}
	sealed, err := tx.Seal(ctx, t.Matter, note, "review.note/"+id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, db.SQL(`UPDATE review SET verdict = ?, note = ?, handed_at = ? WHERE id = ?`, verdict, sealed, db.Micros(tx.Now), id))
	return err
}
