package desk

import (
	"context"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
)

// A Paper is a document on the desk.
type Paper struct {
	ID          ident.DocumentID
	Name        string
	Quarantined bool
	Versions    []PaperVersion // newest first; the first may be handed in
}

// A PaperVersion is one version of a Paper.
type PaperVersion struct {
	ID     ident.VersionID
	N      int64
	Size   int64 // bytes
	By     string
	At     time.Time
	Reason string
}

// papers lists the documents that came with the package, and the work product of the task.
func papers(ctx context.Context, v gate.View, t task.Task) (sources, work []Paper, err error) {
	sources, err = documents(ctx, v, db.SQL(`d.id IN (SELECT td.document_id FROM task_document td WHERE td.task_id = ?)`, t.ID))
	if err != nil {
		return nil, nil, err
	}
	work, err = documents(ctx, v, db.SQL(`d.task_id = ?`, t.ID))
	return sources, work, err
}

func documents(ctx context.Context, v gate.View, where db.Frag) (out []Paper, err error) {
	type row struct {
		Paper
		state string
		ver   PaperVersion
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT d.id, d.name, d.state, ve.id, ve.n, ve.size_bytes, p.name, ve.made_at, ve.reason
		FROM document d JOIN version ve ON ve.document_id = d.id JOIN person p ON p.id = ve.author_id WHERE 1 = 1`).And(where, v.Visible("d.matter_id")).
		Join(db.SQL(` ORDER BY d.name, d.id, ve.n DESC`)), func(rs *db.Rows, r *row) error {
		return rs.Scan(&r.ID, &r.Name, &r.state, &r.ver.ID, &r.ver.N, &r.ver.Size, &r.ver.By, db.At{T: &r.ver.At}, &r.ver.Reason)
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].ID != r.ID {
			r.Quarantined = r.state != "active"
			out = append(out, r.Paper)
		}
		last := &out[len(out)-1]
		last.Versions = append(last.Versions, r.ver)
	}
	return out, nil
}

// A Handed is one submission in the history, with the verdicts on it.
type Handed struct {
	N        int
	Stage    task.Stage
	By       string // display name
	At       time.Time
	Note     string
	Files    []string // "summary.docx v3", in the order of the manifest
	Verdicts []Given
}

// A Given is a review that was handed in.
type Given struct {
	Stage    task.Stage
	By       string // display name
	Returned bool
	Note     string
	At       time.Time
}

// history lists what was handed in and what came of it, newest first.
func history(ctx context.Context, v gate.View, t task.Task) ([]Handed, error) {
	type row struct {
		Handed
		id    string
		stage int
		note  []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT s.id, s.n, s.stage, p.name, s.at, s.note FROM submission s JOIN person p ON p.id = s.author_id
		WHERE s.task_id = ? ORDER BY s.n DESC`, t.ID), func(rs *db.Rows, r *row) error {
		return rs.Scan(&r.id, &r.N, &r.stage, &r.By, db.At{T: &r.At}, &r.note)
	})
	if err != nil {
		return nil, err
	}
	var out []Handed
	for _, r := range rows {
		r.Stage = t.StageOr(r.stage)
		if r.Note, err = words(ctx, v, t, r.note, "submission.note/"+r.id); err != nil {
			return nil, err
		}
		if r.Files, err = db.Column[string](ctx, v, db.SQL(`SELECT d.name || ' v' || CAST(ve.n AS TEXT) FROM submission_file sf JOIN version ve ON ve.id = sf.version_id
			JOIN document d ON d.id = ve.document_id WHERE sf.submission_id = ? ORDER BY sf.place`, r.id)); err != nil {
			return nil, err
		}
		if r.Verdicts, err = verdicts(ctx, v, t, r.id); err != nil {
			return nil, err
		}
		out = append(out, r.Handed)
	}
	return out, nil
}

func verdicts(ctx context.Context, v gate.View, t task.Task, submission string) ([]Given, error) {
	type row struct {
		Given
		id, verdict string
		stage       int
		note        []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT r.id, r.stage, p.name, r.verdict, r.note, r.handed_at FROM review r JOIN person p ON p.id = r.reviewer_id
		WHERE r.submission_id = ? AND r.handed_at > 0 ORDER BY r.handed_at, r.id`, submission), func(rs *db.Rows, r *row) error {
		return rs.Scan(&r.id, &r.stage, &r.By, &r.verdict, &r.note, db.At{T: &r.At})
	})
	if err != nil {
		return nil, err
	}
	var out []Given
	for _, r := range rows {
		r.Stage, r.Returned = t.StageOr(r.stage), r.verdict == "returned"
		if r.Note, err = words(ctx, v, t, r.note, "review.note/"+r.id); err != nil {
			return nil, err
		}
		out = append(out, r.Given)
	}
	return out, nil
}
