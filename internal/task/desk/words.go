package desk

import (
	"context"
	"strconv"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
)

// The sealed words of a task, opened for reading. Each place is the one that the verbs sealed under.

// A Question is asked of the firm, with what is assumed when nobody objects.
type Question struct {
	ID                 string
	Text, Proposed     string
	Silence            time.Time // from then on silence means yes
	State              string    // open, answered, assumed, withdrawn
	Answer             string    // "" on an answered question: agreed
	Asker              ident.PersonID
	AskerName          string
	AnsweredBy         string // display name; "" by silence or while open
	AskedAt, SettledAt time.Time
	Version            ident.VersionID // of the document it is about; "" for none
	Document           ident.DocumentID
	File               string // name of that document; "Quarantined file" while it is set aside
	FileN              int64  // number of the version
	Page               int
	Area               string // rectangle of the page, in parts of it; "" for none
}

// Assumption reports whether the work rests on the proposed default without the firm's word.
func (q Question) Assumption() bool { return q.State == "open" || q.State == "assumed" }

func questions(ctx context.Context, v gate.View, t task.Task) ([]Question, error) {
	type row struct {
		Question
		text, proposed, answer []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT q.id, q.text, q.proposed, q.silence_at, q.state, q.answer, q.asker_id, p.name, COALESCE(a.name, ''), q.asked_at, q.answered_at,
			q.version_id, q.page, q.area, COALESCE(d.id, ''), CASE WHEN d.id IS NULL THEN '' WHEN d.state = 'active' THEN d.name ELSE 'Quarantined file' END, COALESCE(ver.n, 0)
		FROM question q JOIN person p ON p.id = q.asker_id LEFT JOIN person a ON a.id = q.answered_by
			LEFT JOIN version ver ON ver.id = q.version_id LEFT JOIN document d ON d.id = ver.document_id
		WHERE q.task_id = ? ORDER BY CASE WHEN q.state = 'open' THEN 0 ELSE 1 END, q.asked_at, q.id`, t.ID), func(rs *db.Rows, r *row) error {
		return rs.Scan(&r.ID, &r.text, &r.proposed, db.At{T: &r.Silence}, &r.State, &r.answer, &r.Asker, &r.AskerName, &r.AnsweredBy, db.At{T: &r.AskedAt}, db.At{T: &r.SettledAt},
			&r.Version, &r.Page, &r.Area, &r.Document, &r.File, &r.FileN)
	})
	if err != nil {
		return nil, err
	}
	var out []Question
	for _, r := range rows {
		if r.Text, err = words(ctx, v, t, r.text, "question.text/"+r.ID); err != nil {
			return nil, err
		}
		if r.Proposed, err = words(ctx, v, t, r.proposed, "question.proposed/"+r.ID); err != nil {
			return nil, err
		}
		if r.Answer, err = words(ctx, v, t, r.answer, "question.answer/"+r.ID); err != nil {
			return nil, err
		}
		out = append(out, r.Question)
	}
	return out, nil
}

// words opens a sealed column; an empty one was never written.
func words(ctx context.Context, v gate.View, t task.Task, sealed []byte, place string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	return v.Open(ctx, t.Matter, sealed, place)
}

// A Missing is one thing that a lead named when declining a package.
type Missing struct {
	Text     string
	By       string // display name
	At       time.Time
	Supplied time.Time // zero while it is missing
}

func missingItems(ctx context.Context, v gate.View, t task.Task) ([]Missing, error) {
	type row struct {
		Missing
		id   string
		text []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT mi.id, mi.text, p.name, mi.named_at, mi.supplied_at FROM missing_item mi JOIN person p ON p.id = mi.named_by
		WHERE mi.task_id = ? ORDER BY mi.named_at, mi.id`, t.ID), func(rs *db.Rows, r *row) error {
		return rs.Scan(&r.id, &r.text, &r.By, db.At{T: &r.At}, db.At{T: &r.Supplied})
	})
	if err != nil {
		return nil, err
	}
	var out []Missing
	for _, r := range rows {
		if r.Text, err = words(ctx, v, t, r.text, "missing_item.text/"+r.id); err != nil {
			return nil, err
		}
		out = append(out, r.Missing)
	}
	return out, nil
}

// A Fix is a finding as the author meets it.
type Fix struct {
	ID         string
	Number     int
	Severity   string
	Category   string // "D-C4 Wrong party, court, form or jurisdiction"
	Document   ident.DocumentID
	File       string // name of the document it stands in, with its version: "summary.docx v2"
	FileN      int64  // number of that version
	Page, Line int    // 0: not given
	Area       string // rectangle of the page, in parts of it; "" for none
	Quote      string
	Text       string
	State      string // open, fixed, disputed, accepted, withdrawn
	Answer     string
	By         string // display name of who raised it
	At         time.Time
}

func fixes(ctx context.Context, v gate.View, t task.Task) ([]Fix, error) {
	type row struct {
		Fix
		n                   int64
		quote, text, answer []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT f.id, f.number, f.severity, f.code, COALESCE(de.name, ''), d.id, d.name, ve.n, f.page, f.line, f.area, f.quote, f.text, f.state, f.answer, p.name, f.raised_at
		FROM finding f JOIN version ve ON ve.id = f.version_id JOIN document d ON d.id = ve.document_id JOIN person p ON p.id = f.raised_by
			LEFT JOIN defect de ON de.firm_id = ? AND de.code = f.code
		WHERE f.task_id = ? AND f.state <> 'withdrawn'
		ORDER BY CASE f.severity WHEN 'critical' THEN 0 WHEN 'major' THEN 1 ELSE 2 END, f.number`, t.Firm, t.ID), func(rs *db.Rows, r *row) error {
		var code, name string
		err := rs.Scan(&r.ID, &r.Number, &r.Severity, &code, &name, &r.Document, &r.File, &r.n, &r.Page, &r.Line, &r.Area, &r.quote, &r.text, &r.State, &r.answer, &r.By, db.At{T: &r.At})
		r.Category = code
		if name != "" {
			r.Category += " " + name
		}
		r.FileN = r.n
		r.File += " v" + strconv.Itoa(int(r.n))
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Fix
	for _, r := range rows {
		if r.Quote, err = words(ctx, v, t, r.quote, "finding.quote/"+r.ID); err != nil {
			return nil, err
		}
		if r.Text, err = words(ctx, v, t, r.text, "finding.text/"+r.ID); err != nil {
			return nil, err
		}
		if r.Answer, err = words(ctx, v, t, r.answer, "finding.answer/"+r.ID); err != nil {
			return nil, err
		}
		out = append(out, r.Fix)
	}
	return out, nil
}
