package task

import (
	"context"
	"errors"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Whole is a task with the words and records that hang on it, as the API sends it. Pages ask narrower questions.
type Whole struct {
	Task
	Instructions, Acceptance string
	Reason                   string // why it is held; "" when it is not
	Documents                []ident.DocumentID
	Missing                  []WholeMissing
	Checked                  []int // ticked items of the open stage's checklist
	Submissions              []WholeSubmission
	Findings                 []WholeFinding
	Blind                    bool // the reader reviews blind: findings of others are held back until the review is handed in
	Questions                []WholeQuestion
	Signature                *Signature // nil until it is signed
}

// A WholeMissing is a thing that a lead named as missing.
type WholeMissing struct {
	ID, Text string
	At       time.Time
	Supplied time.Time // zero while it is wanted
}

// A WholeSubmission is one manifest that was handed in.
type WholeSubmission struct {
	ID     string
	N      int
	Stage  int
	Author ident.PersonID
	At     time.Time
	Note   string
	Files  []ident.VersionID // in the order of the manifest
}

// A WholeFinding is a finding with its answer.
type WholeFinding struct {
	ID, Severity, Code, State string
	Number, Page, Line        int
	Version                   ident.VersionID
	Area, Quote, Text, Answer string
	By                        ident.PersonID
	At                        time.Time
}

// A WholeQuestion is a question to the firm.
type WholeQuestion struct {
	ID, State              string
	Text, Proposed, Answer string
	Asker, AnsweredBy      ident.PersonID
	Silence, At            time.Time
	Version                ident.VersionID // it is about; "" for none
	Page                   int
	Area                   string
}

// A Filter narrows a list of tasks. Zero fields do not narrow.
type Filter struct {
	Matter ident.MatterID
	State  State
	Number int64        // as people say it, "T-2094"; each firm counts its own
	Mine   bool         // held by the reader
	After  ident.TaskID // the last task of the page before
	Limit  int          // 1 to 200; 0 for 50
}

// List returns the tasks that the reader may know of, in the order in which they were made.
func (s *Service) List(ctx context.Context, who actor.Actor, f Filter) (out []Task, err error) {
	defer fault.Wrap(&err, "task.List")
	v := s.gate.View(who)
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = 50
	}
	q := db.SQL(`SELECT `+Columns+From+`WHERE t.id > ?`, f.After).And(v.Visible("t.matter_id"), Seen(who.Org))
	if f.Matter != "" {
		q = q.And(db.SQL(`t.matter_id = ?`, f.Matter))
	}
	if f.State != "" {
		q = q.And(db.SQL(`t.state = ?`, f.State))
	}
	if f.Number != 0 {
		q = q.And(db.SQL(`t.number = ?`, f.Number))
	}
	if f.Mine {
		q = q.And(db.SQL(`t.holder_id = ?`, who.Person))
	}
	q = q.Join(db.SQL(` ORDER BY t.id LIMIT ?`, f.Limit))
	return db.All(ctx, v, q, func(rs *db.Rows, t *Task) error { return Scan(rs, t) })
}

// Get returns one task with all that hangs on it.
//
// Faults: NotFound (absent or walled).
func (s *Service) Get(ctx context.Context, who actor.Actor, id ident.TaskID) (w Whole, err error) {
	defer fault.Wrap(&err, "task.Get(%s)", id)
	v := s.gate.View(who)
	err = Scan(v.QueryRow(ctx, db.SQL(`SELECT `+Columns+From+`WHERE t.id = ?`, id).And(v.Visible("t.matter_id"), Seen(who.Org))), &w.Task)
	if errors.Is(err, db.ErrNoRows) {
		return w, fault.Missing()
	}
	if err != nil {
		return w, err
	}
	w.Blind = w.State == Open && w.Holder == who.Person && w.At().Blind(w.ID)
	for _, read := range []func(context.Context, gate.View) error{w.words, w.lists, w.missing, w.submissions, w.findings, w.questions} {
		if err := read(ctx, v); err != nil {
			return w, err
		}
	}
	w.Signature, err = SignatureOf(ctx, v, w.Task)
	return w, err
}

func (w *Whole) words(ctx context.Context, v gate.View) error {
	err := v.QueryRow(ctx, db.SQL(`SELECT instructions, acceptance, reason FROM task WHERE id = ?`, w.ID)).Scan(&w.Instructions, &w.Acceptance, &w.Reason)
	if err != nil {
		return err
	}
	if w.State != Declined && w.State != Paused && w.State != Recalled && w.State != Cancelled {
		w.Reason = "" // of a hold that is over
	}
	return w.open(ctx, v, string(w.ID), column{"task.instructions", &w.Instructions}, column{"task.acceptance", &w.Acceptance}, column{"task.reason", &w.Reason})
}

// A column holds sealed bytes as they were read, until open puts the words in their place.
type column struct {
	name  string
	words *string
}

// open decrypts columns of one row, after the rows are closed: a key may have to be read too.
func (w *Whole) open(ctx context.Context, v gate.View, row string, columns ...column) (err error) {
	for _, c := range columns {
		if *c.words == "" {
			continue
		}
		if *c.words, err = v.Open(ctx, w.Matter, []byte(*c.words), c.name+"/"+row); err != nil {
			return err
		}
	}
	return nil
}

func (w *Whole) lists(ctx context.Context, v gate.View) (err error) {
	if err = w.Hands(ctx, v); err != nil {
		return err
	}
	if w.Documents, err = db.Column[ident.DocumentID](ctx, v, db.SQL(`SELECT document_id FROM task_document WHERE task_id = ? ORDER BY document_id`, w.ID)); err != nil {
		return err
	}
	w.Checked, err = db.Column[int](ctx, v, db.SQL(`SELECT item FROM task_check WHERE task_id = ? AND stage_key = ? ORDER BY item`, w.ID, w.At().Key))
	return err
}

func (w *Whole) missing(ctx context.Context, v gate.View) (err error) {
	w.Missing, err = db.All(ctx, v, db.SQL(`SELECT id, text, named_at, supplied_at FROM missing_item WHERE task_id = ? ORDER BY named_at, id`, w.ID),
		func(rs *db.Rows, m *WholeMissing) error {
			return rs.Scan(&m.ID, &m.Text, db.At{T: &m.At}, db.At{T: &m.Supplied})
		})
	for i := range w.Missing {
		if err == nil {
			err = w.open(ctx, v, w.Missing[i].ID, column{"missing_item.text", &w.Missing[i].Text})
		}
	}
	return err
}

func (w *Whole) submissions(ctx context.Context, v gate.View) (err error) {
	w.Submissions, err = db.All(ctx, v, db.SQL(`SELECT id, n, stage, author_id, at, note FROM submission WHERE task_id = ? ORDER BY n`, w.ID),
		func(rs *db.Rows, s *WholeSubmission) error {
			return rs.Scan(&s.ID, &s.N, &s.Stage, &s.Author, db.At{T: &s.At}, &s.Note)
		})
	for i := range w.Submissions {
		s := &w.Submissions[i]
		if err == nil {
			err = w.open(ctx, v, s.ID, column{"submission.note", &s.Note})
		}
		if err == nil {
			s.Files, err = db.Column[ident.VersionID](ctx, v, db.SQL(`SELECT version_id FROM submission_file WHERE submission_id = ? ORDER BY place`, s.ID))
		}
	}
	return err
}

func (w *Whole) findings(ctx context.Context, v gate.View) (err error) {
	q := db.SQL(`SELECT id, number, severity, code, version_id, page, line, area, quote, text, state, answer, raised_by, raised_at FROM finding WHERE task_id = ?`, w.ID)
	if w.Blind {
		q = q.And(db.SQL(`raised_by = ?`, v.Who.Person))
	}
	w.Findings, err = db.All(ctx, v, q.Join(db.SQL(` ORDER BY number`)), func(rs *db.Rows, f *WholeFinding) error {
		return rs.Scan(&f.ID, &f.Number, &f.Severity, &f.Code, &f.Version, &f.Page, &f.Line, &f.Area, &f.Quote, &f.Text, &f.State, &f.Answer, &f.By, db.At{T: &f.At})
	})
	for i := range w.Findings {
		if f := &w.Findings[i]; err == nil {
			err = w.open(ctx, v, f.ID, column{"finding.quote", &f.Quote}, column{"finding.text", &f.Text}, column{"finding.answer", &f.Answer})
		}
	}
	return err
}

func (w *Whole) questions(ctx context.Context, v gate.View) (err error) {
	w.Questions, err = db.All(ctx, v, db.SQL(`SELECT id, state, text, proposed, answer, asker_id, answered_by, silence_at, asked_at, version_id, page, area FROM question WHERE task_id = ? ORDER BY asked_at, id`, w.ID),
		func(rs *db.Rows, q *WholeQuestion) error {
			return rs.Scan(&q.ID, &q.State, &q.Text, &q.Proposed, &q.Answer, &q.Asker, &q.AnsweredBy, db.At{T: &q.Silence}, db.At{T: &q.At}, &q.Version, &q.Page, &q.Area)
		})
	for i := range w.Questions {
		if q := &w.Questions[i]; err == nil {
			err = w.open(ctx, v, q.ID, column{"question.text", &q.Text}, column{"question.proposed", &q.Proposed}, column{"question.answer", &q.Answer})
		}
	}
	return err
}
