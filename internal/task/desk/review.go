package desk

import (
	"context"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
)

// A ReviewView is one tier's review: what changed, what is still open, what to tick, and the verdict.
type ReviewView struct {
	Case
	Task       task.Task
	Now        time.Time
	Playbook   string
	Newest     Submission
	Base       int       // number of the submission that the reader saw before; 0: this is the first look
	BaseAt     time.Time // when the reader saw it
	BaseNote   string    // what the drafter says changed is Newest.Note
	Changes    []Change
	Asked      Desk // what the firm asked for: words, standing instructions, procedure, sources; nothing else of it is read
	Checklist  []CheckItem
	Mine       []FindingLine
	Others     []FindingLine
	Blind      bool // Others and Tiers are withheld until this review is handed in
	WasBlind   bool // this tier's review of this task is drawn to be blind
	Tiers      []Tier
	Taxonomy   []DefectGroup
	Author     Hand
	OpenedAt   time.Time // when the reader began this review; zero when they have not
	Looked     bool      // the look at Newest is on the record
	Acceptance bool      // the reader is the supervising attorney
	Standing   int       // findings open or disputed that the reader may know of
}

// A Change is what became of one file since the reader's last look.
type Change struct {
	File
	Kind ChangeKind
	Was  File // before; zero unless Replaced or Unchanged
}

// A ChangeKind is what became of a file.
type ChangeKind string

// The kinds of changes. Unchanged means equal bytes, whatever the version's number.
const (
	Added     ChangeKind = "new"
	Replaced  ChangeKind = "replaced"
	Unchanged ChangeKind = "unchanged"
	Removed   ChangeKind = "removed"
)

// A DefectGroup is the firm's categories of one severity, worst first.
type DefectGroup struct {
	Severity string
	Codes    []DefectCode
}

// A DefectCode is one category of findings.
type DefectCode struct{ Code, Name string }

// A Tier is one review of one submission.
type Tier struct {
	ID                 string
	Submission         int
	Stage              int
	StageName          string
	Kind               task.StageKind
	By                 Hand
	Verdict            string // "" while open, approved, returned
	Blind              bool
	Note               string
	OpenedAt, HandedAt time.Time
	Critical           int
	Major, Minor       int
}

// says is the outcome of a tier in words; without its findings while they are withheld.
func (t Tier) says(withheld bool) string {
	out := t.Verdict
	if t.Blind {
		out += ", blind"
	}
	if withheld {
		return out
	}
	for _, c := range []struct {
		n    int
		word string
	}{{t.Critical, "critical"}, {t.Major, "major"}, {t.Minor, "minor"}} {
		if c.n > 0 {
			out += ", " + strconv.Itoa(c.n) + " " + c.word
		}
	}
	return out
}

// Says is the outcome of the tier in words.
func (t Tier) Says() string { return t.says(false) }

// ReviewView answers with the review that the actor holds.
//
// Faults: NotFound, Forbidden (the review is not theirs), Conflict (nothing is handed in).
func (s *Service) ReviewView(ctx context.Context, who actor.Actor, id ident.TaskID) (r ReviewView, err error) {
	defer fault.Wrap(&err, "desk.ReviewView(%s)", id)
	v := s.gate.View(who)
	t, err := seeTask(ctx, v, id)
	if err != nil {
		return r, err
	}
	r.Task, r.Now, r.Acceptance, r.WasBlind = t, v.Now, t.At().Kind == task.Acceptance, t.At().Blind(t.ID)
	if err := mayReview(ctx, v, t); err != nil {
		return r, err
	}
	if r.Case, err = caseOf(ctx, v, t); err != nil {
		return r, err
	}
	if err := r.compare(ctx, v); err != nil {
		return r, err
	}
	for _, read := range []func(context.Context, gate.View, task.Task) error{r.Asked.brief, r.Asked.inherited, r.Asked.checks, r.Asked.sources} {
		if err := read(ctx, v, t); err != nil {
			return r, err
		}
	}
	r.Playbook, r.Checklist = r.Asked.Procedure.Playbook, r.Asked.Checks
	r.Taxonomy, err = taxonomyOf(ctx, v, t)
	return r, err
}

// mayReview says who may open the review: whoever may raise a finding in it now.
func mayReview(ctx context.Context, v gate.View, t task.Task) error {
	if t.State != task.Open || t.At().Kind == task.Draft {
		return fault.New(fault.Conflict, "There is nothing handed in to review.")
	}
	d, err := v.May(ctx, task.DoFind, t.Subject())
	switch {
	case err != nil || d.Allowed:
		return err
	case len(d.Rules) == 0 && t.Holder == "":
		return fault.New(fault.Forbidden, "This review waits in the queue. Take it there first.")
	case len(d.Rules) == 0:
		return fault.New(fault.Forbidden, "This review is with someone else.")
	}
	return fault.Refused(d)
}

// compare reads submissions, reviews and findings and keeps from the reader what a blind review withholds.
func (r *ReviewView) compare(ctx context.Context, v gate.View) error {
	t := r.Task
	who, err := rollOf(ctx, v, t)
	if err != nil {
		return err
	}
	all, err := submissionsOf(ctx, v, t, who)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fault.New(fault.Conflict, "There is nothing handed in to review.")
	}
	tiers, err := tiersOf(ctx, v, t, who)
	if err != nil {
		return err
	}
	r.Newest, r.Author, r.Blind = all[len(all)-1], who.of(t.Author), blindNow(v, t, tiers)
	var look int
	if look, r.BaseAt, err = lookOf(ctx, v, t); err != nil {
		return err
	}
	r.base(v, tiers, look)
	var before []File
	for _, s := range all {
		if s.N == r.Base {
			before = s.Files
		}
	}
	r.Changes = changesOf(before, r.Newest.Files)
	if !r.Blind {
		r.Tiers = tiers
	}
	findings, err := findingsOf(ctx, v, t, who)
	for _, f := range findings {
		switch {
		case f.RaisedBy.ID == v.Who.Person:
			r.Mine = append(r.Mine, f)
		case !r.Blind:
			r.Others = append(r.Others, f)
		default:
			continue
		}
		if f.Open() {
			r.Standing++
		}
	}
	return err
}

// base finds the newest submission before this one that the reader saw: one whose review they began, or the last look.
// A review begun stays begun, so the page opens on the same changes when it is loaded again.
func (r *ReviewView) base(v gate.View, tiers []Tier, look int) {
	lookedAt := r.BaseAt
	r.BaseAt = time.Time{}
	if look < r.Newest.N {
		r.Base, r.BaseAt = look, lookedAt
	}
	for _, tier := range tiers {
		if tier.By.ID != v.Who.Person {
			continue
		}
		if tier.Submission < r.Newest.N && tier.Submission >= r.Base {
			r.Base, r.BaseAt = tier.Submission, latest(tier.OpenedAt, tier.HandedAt)
		}
		if tier.Submission == r.Newest.N && tier.HandedAt.IsZero() && tier.Stage == r.Task.Stage {
			r.OpenedAt = tier.OpenedAt
		}
	}
	r.Looked = look == r.Newest.N && !r.OpenedAt.IsZero()
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// changesOf compares two manifests file by file; before is nil at a first look.
func changesOf(before, now []File) (out []Change) {
	was := map[ident.DocumentID]File{}
	for _, f := range before {
		was[f.Document] = f
	}
	for _, f := range now {
		old, had := was[f.Document]
		delete(was, f.Document)
		switch {
		case !had:
			out = append(out, Change{File: f, Kind: Added})
		case old.Version == f.Version || old.same == f.same:
			out = append(out, Change{File: f, Kind: Unchanged, Was: old})
		default:
			out = append(out, Change{File: f, Kind: Replaced, Was: old})
		}
	}
	for _, f := range before {
		if _, left := was[f.Document]; left {
			out = append(out, Change{File: f, Kind: Removed, Was: f})
		}
	}
	return out
}

func lookOf(ctx context.Context, v gate.View, t task.Task) (n int, at time.Time, err error) {
	err = v.QueryRow(ctx, db.SQL(`SELECT submission_n, at FROM task_look WHERE task_id = ? AND person_id = ?`, t.ID, v.Who.Person)).Scan(&n, db.At{T: &at})
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return n, at, err
}

// blindNow reports whether the reader holds a blind review and has handed in none at this tier yet: then what others
// found is withheld from them, here and in the record. After a return they have seen it, so it is not withheld again.
func blindNow(v gate.View, t task.Task, tiers []Tier) bool {
	if t.State != task.Open || t.Holder != v.Who.Person || !t.At().Blind(t.ID) {
		return false
	}
	for _, tier := range tiers {
		if tier.By.ID == v.Who.Person && tier.Stage == t.Stage && !tier.HandedAt.IsZero() {
			return false
		}
	}
	return true
}

func taxonomyOf(ctx context.Context, v gate.View, t task.Task) (out []DefectGroup, err error) {
	type row struct {
		severity string
		DefectCode
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT severity, code, name FROM defect WHERE firm_id = ? AND retired_at = 0
		ORDER BY CASE severity WHEN 'critical' THEN 0 WHEN 'major' THEN 1 ELSE 2 END, code`, t.Firm),
		func(rs *db.Rows, r *row) error { return rs.Scan(&r.severity, &r.Code, &r.Name) })
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].Severity != r.severity {
			out = append(out, DefectGroup{Severity: r.severity})
		}
		g := &out[len(out)-1]
		g.Codes = append(g.Codes, r.DefectCode)
	}
	return out, err
}

// submissionsOf reads the manifests of a task in order, with their files.
func submissionsOf(ctx context.Context, v gate.View, t task.Task, who roll) ([]Submission, error) {
	type row struct {
		Submission
		by   ident.PersonID
		note []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT id, n, stage, author_id, at, note FROM submission WHERE task_id = ? ORDER BY n`, t.ID),
		func(rs *db.Rows, r *row) error {
			return rs.Scan(&r.ID, &r.N, &r.Stage, &r.by, db.At{T: &r.At}, &r.note)
		})
	if err != nil {
		return nil, err
	}
	out := make([]Submission, len(rows))
	for i, r := range rows {
		out[i] = r.Submission
		out[i].By = who.of(r.by)
		if out[i].Note, err = words(ctx, v, t, r.note, "submission.note/"+r.ID); err != nil {
			return nil, err
		}
		if out[i].Files, err = filesOf(ctx, v, t, db.SQL(`FROM submission_file x JOIN version ver ON ver.id = x.version_id JOIN document d ON d.id = ver.document_id
			WHERE x.submission_id = ? ORDER BY x.place`, r.ID)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// filesOf reads files of a manifest; from joins version ver and document d.
func filesOf(ctx context.Context, v gate.View, t task.Task, from db.Frag) ([]File, error) {
	type row struct {
		File
		same, sha []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT d.id, ver.id, d.name, ver.n, ver.size_bytes, ver.media_type, ver.same, ver.sha256 `).Join(from),
		func(rs *db.Rows, r *row) error {
			return rs.Scan(&r.Document, &r.Version, &r.Name, &r.N, &r.Size, &r.Type, &r.same, &r.sha)
		})
	if err != nil {
		return nil, err
	}
	out := make([]File, len(rows))
	for i, r := range rows {
		out[i] = r.File
		out[i].same = string(r.same)
		sum, err := words(ctx, v, t, r.sha, "version.sha256/"+string(r.Version))
		if err != nil {
			return nil, err
		}
		out[i].SHA256 = hex.EncodeToString([]byte(sum))
	}
	return out, nil
}

// tiersOf reads the reviews of a task in the order in which they began, with the count of what each found.
func tiersOf(ctx context.Context, v gate.View, t task.Task, who roll) ([]Tier, error) {
	type row struct {
		Tier
		by   ident.PersonID
		note []byte
	}
	found := func(severity string) string {
		return `(SELECT COUNT(*) FROM finding f WHERE f.review_id = r.id AND f.severity = '` + severity + `' AND f.state <> 'withdrawn')`
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT r.id, s.n, r.stage, r.reviewer_id, r.verdict, r.blind, r.note, r.opened_at, r.handed_at, `+found("critical")+`, `+found("major")+`, `+found("minor")+`
		FROM review r JOIN submission s ON s.id = r.submission_id WHERE r.task_id = ? ORDER BY r.opened_at, r.id`, t.ID),
		func(rs *db.Rows, r *row) error {
			return rs.Scan(&r.ID, &r.Submission, &r.Stage, &r.by, &r.Verdict, &r.Blind, &r.note, db.At{T: &r.OpenedAt}, db.At{T: &r.HandedAt}, &r.Critical, &r.Major, &r.Minor)
		})
	if err != nil {
		return nil, err
	}
	out := make([]Tier, len(rows))
	for i, r := range rows {
		out[i] = r.Tier
		out[i].By = who.of(r.by)
		stage := t.Stages[min(r.Stage, len(t.Stages)-1)]
		out[i].StageName, out[i].Kind = stage.Name, stage.Kind
		if out[i].Note, err = words(ctx, v, t, r.note, "review.note/"+r.ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// findingsOf reads every finding of a task in the order of their numbers. The caller withholds what a blind review must not see.
func findingsOf(ctx context.Context, v gate.View, t task.Task, who roll) ([]FindingLine, error) {
	type row struct {
		FindingLine
		raised, answered    ident.PersonID
		quote, text, answer []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT f.id, f.review_id, f.number, f.severity, f.code, COALESCE(c.name, ''), f.version_id, ver.document_id, d.name, ver.n, f.page, f.line, f.area, f.quote, f.text,
			f.state, f.answer, f.answered_by, f.answered_at, f.raised_by, f.raised_at
		FROM finding f JOIN version ver ON ver.id = f.version_id JOIN document d ON d.id = ver.document_id LEFT JOIN defect c ON c.firm_id = ? AND c.code = f.code
		WHERE f.task_id = ? ORDER BY f.number`, t.Firm, t.ID),
		func(rs *db.Rows, r *row) error {
			return rs.Scan(&r.ID, &r.review, &r.Number, &r.Severity, &r.Code, &r.Category, &r.Version, &r.Document, &r.File, &r.FileN, &r.Page, &r.Line, &r.Area, &r.quote, &r.text,
				&r.State, &r.answer, &r.answered, db.At{T: &r.AnsweredAt}, &r.raised, db.At{T: &r.RaisedAt})
		})
	if err != nil {
		return nil, err
	}
	out := make([]FindingLine, len(rows))
	for i, r := range rows {
		f := r.FindingLine
		f.RaisedBy = who.of(r.raised)
		if r.answered != "" {
			f.AnsweredBy = who.of(r.answered)
		}
		if f.Quote, err = words(ctx, v, t, r.quote, "finding.quote/"+r.ID); err != nil {
			return nil, err
		}
		if f.Text, err = words(ctx, v, t, r.text, "finding.text/"+r.ID); err != nil {
			return nil, err
		}
		if f.Answer, err = words(ctx, v, t, r.answer, "finding.answer/"+r.ID); err != nil {
			return nil, err
		}
		out[i] = f
	}
	return out, nil
}
