package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
)

// A Record is the supervision record of a task: who did what, when and for how long, to which procedure, and what the
// signature covers. The json names are those of /tasks/{id}/record.json and never change.
type Record struct {
	Task        task.Task      `json:"-"`
	Case        Case           `json:"-"`
	Now         time.Time      `json:"-"`
	TaskNumber  string         `json:"task"`
	TaskTitle   string         `json:"title"`
	State       task.State     `json:"state"`
	MatterTitle string         `json:"matter"`
	MatterNo    string         `json:"matter_number"`
	Provider    string         `json:"provider"`
	Country     string         `json:"country"`
	Code        string         `json:"task_type"`
	Playbook    string         `json:"playbook"`
	PlaybookN   int64          `json:"playbook_version"`
	Template    string         `json:"template,omitempty"` // name and version; "" when the playbook has none
	ReleasedBy  *Hand          `json:"released_by,omitempty"`
	ReleasedAt  time.Time      `json:"released_at,omitzero"`
	CompleteAt  time.Time      `json:"complete_at,omitzero"` // when the package last became complete
	Steps       []Step         `json:"steps"`
	Submissions []Submission   `json:"submissions"`
	Findings    []FindingLine  `json:"findings"`
	Withheld    bool           `json:"findings_withheld"` // the reader's own review is blind and not handed in
	Assumptions []Assumption   `json:"assumptions"`
	Signature   *SignedLine    `json:"sign_off,omitempty"`
	Delivered   []File         `json:"delivered_files"`
	Counts      map[string]int `json:"findings_by_severity"`
}

// A Hand is a person with the side on which they act in this task.
type Hand struct {
	ID       ident.PersonID `json:"id"`
	Name     string         `json:"name"`
	Offshore bool           `json:"offshore"` // of the provider
}

// A Step is one thing that somebody did. Took is elapsed time, not working time; zero when it was not measured.
type Step struct {
	What string        `json:"what"`
	By   Hand          `json:"by"`
	At   time.Time     `json:"at"`
	Took time.Duration `json:"elapsed_ns"`
	Says string        `json:"result"`
}

// A Submission is a manifest that was handed in.
type Submission struct {
	ID    string    `json:"-"`
	N     int       `json:"n"`
	Stage int       `json:"-"`
	By    Hand      `json:"by"`
	At    time.Time `json:"at"`
	Note  string    `json:"note"`
	Files []File    `json:"files"`
}

// A File is an exact version in a manifest.
type File struct {
	Document ident.DocumentID `json:"document"`
	Version  ident.VersionID  `json:"version"`
	Name     string           `json:"name"`
	N        int64            `json:"n"`
	Size     int64            `json:"size_bytes"`
	Type     string           `json:"media_type"`
	SHA256   string           `json:"sha256"` // hex
	same     string
}

// A FindingLine is a finding as pages show it.
type FindingLine struct {
	ID         string           `json:"-"`
	Number     int              `json:"number"`
	Severity   string           `json:"severity"`
	Code       string           `json:"code"`
	Category   string           `json:"category"`
	Version    ident.VersionID  `json:"version"`
	Document   ident.DocumentID `json:"document"`
	File       string           `json:"file"`
	FileN      int64            `json:"file_n"`
	Page       int              `json:"page,omitempty"`
	Line       int              `json:"line,omitempty"`
	Area       string           `json:"area,omitempty"` // rectangle of the page, in parts of it
	Quote      string           `json:"quote,omitempty"`
	Text       string           `json:"text"`
	State      string           `json:"state"` // open, fixed, disputed, accepted, withdrawn
	Answer     string           `json:"answer,omitempty"`
	AnsweredBy Hand             `json:"answered_by,omitzero"`
	AnsweredAt time.Time        `json:"answered_at,omitzero"`
	RaisedBy   Hand             `json:"raised_by"`
	RaisedAt   time.Time        `json:"raised_at"`
	review     string
}

// Open reports whether the finding still stands in the way of an approval.
func (f FindingLine) Open() bool { return f.State == "open" || f.State == "disputed" }

// An Assumption is a question whose proposed default took effect, or that was answered.
type Assumption struct {
	Text     string    `json:"question"`
	Proposed string    `json:"proposed"`
	Answer   string    `json:"answer,omitempty"`
	State    string    `json:"state"` // open, answered, assumed
	By       Hand      `json:"asked_by"`
	Since    time.Time `json:"settled_at,omitzero"`
}

// A SignedLine is the attorney's signature and whether it still covers the files.
type SignedLine struct {
	By       Hand       `json:"by"`
	At       time.Time  `json:"at"`
	Manifest string     `json:"manifest_sha256"`
	OwnEdits bool       `json:"own_edits"`
	Void     []VoidLine `json:"void_because"` // none: it stands
}

// A VoidLine is a file whose current bytes are not the signed ones.
type VoidLine struct {
	Name              string    `json:"name"`
	SignedN, CurrentN int64     `json:"-"`
	By                Hand      `json:"replaced_by"`
	At                time.Time `json:"replaced_at"`
}

// Record answers with the supervision record of a task.
//
// Faults: NotFound.
func (s *Service) Record(ctx context.Context, who actor.Actor, id ident.TaskID) (r Record, err error) {
	defer fault.Wrap(&err, "desk.Record(%s)", id)
	v := s.gate.View(who)
	t, err := seeTask(ctx, v, id)
	if err != nil {
		return r, err
	}
	r = Record{Task: t, Now: v.Now, TaskNumber: t.Name(), TaskTitle: t.Title, State: t.State, Code: t.Code, PlaybookN: t.PlaybookN, ReleasedAt: t.ReleasedAt, CompleteAt: t.CompleteAt}
	if r.Case, err = caseOf(ctx, v, t); err != nil {
		return r, err
	}
	r.MatterTitle, r.MatterNo = r.Case.Title, r.Case.Number
	if r.Playbook, r.Provider, r.Country, err = partnersOf(ctx, v, t); err != nil {
		return r, err
	}
	if r.Template, err = templateOf(ctx, v, t); err != nil {
		return r, err
	}
	if err := r.work(ctx, v); err != nil {
		return r, err
	}
	return r, r.sign(ctx, v)
}

// work reads what was handed in, reviewed, found and assumed.
func (r *Record) work(ctx context.Context, v gate.View) error {
	t := r.Task
	who, err := rollOf(ctx, v, t)
	if err != nil {
		return err
	}
	if r.Submissions, err = submissionsOf(ctx, v, t, who); err != nil {
		return err
	}
	tiers, err := tiersOf(ctx, v, t, who)
	if err != nil {
		return err
	}
	if r.Withheld = blindNow(v, t, tiers); !r.Withheld {
		if r.Findings, err = findingsOf(ctx, v, t, who); err != nil {
			return err
		}
	}
	r.Counts = map[string]int{}
	for _, f := range r.Findings {
		if f.State != "withdrawn" {
			r.Counts[f.Severity]++
		}
	}
	if r.Assumptions, err = assumptionsOf(ctx, v, t, who); err != nil {
		return err
	}
	if t.ReleasedBy != "" {
		by := who.of(t.ReleasedBy)
		r.ReleasedBy = &by
	}
	r.Steps = stepsOf(r, tiers)
	return nil
}

func (r *Record) sign(ctx context.Context, v gate.View) (err error) {
	t := r.Task
	who, err := rollOf(ctx, v, t)
	if err != nil {
		return err
	}
	sg, err := task.SignatureOf(ctx, v, t)
	if err != nil || sg == nil {
		return err
	}
	line := SignedLine{By: who.of(sg.By), Manifest: sg.Manifest, OwnEdits: sg.OwnEdits}
	if err := v.QueryRow(ctx, db.SQL(`SELECT at FROM sign_off WHERE id = ?`, sg.ID)).Scan(db.At{T: &line.At}); err != nil {
		return err
	}
	line.Void, err = db.All(ctx, v, db.SQL(`SELECT d.name, s.n, c.n, c.author_id, c.made_at FROM sign_off_file f JOIN version s ON s.id = f.version_id JOIN document d ON d.id = s.document_id
		JOIN version c ON c.document_id = d.id AND c.n = d.current_n WHERE f.sign_off_id = ? AND c.same <> s.same ORDER BY f.place`, sg.ID),
		func(rs *db.Rows, l *VoidLine) error {
			var by ident.PersonID
			err := rs.Scan(&l.Name, &l.SignedN, &l.CurrentN, &by, db.At{T: &l.At})
			l.By = who.of(by)
			return err
		})
	if err != nil {
		return err
	}
	r.Signature = &line
	r.Delivered, err = filesOf(ctx, v, t, db.SQL(`FROM sign_off_file x JOIN version ver ON ver.id = x.version_id JOIN document d ON d.id = ver.document_id WHERE x.sign_off_id = ? ORDER BY x.place`, sg.ID))
	r.Steps = append(r.Steps, Step{What: "Signed and delivered", By: line.By, At: line.At, Says: signedSays(line)})
	slices.SortStableFunc(r.Steps, func(a, b Step) int { return a.At.Compare(b.At) })
	return err
}

func signedSays(l SignedLine) string {
	if l.OwnEdits {
		return "accepted with her own edits"
	}
	return "accepted as handed in"
}

// stepsOf lays submissions and reviews along time. A draft took as long as it was with the drafter: from the first
// release, or from the return before it.
func stepsOf(r *Record, tiers []Tier) (out []Step) {
	t := r.Task
	if r.ReleasedBy != nil && !t.ReleasedAt.IsZero() {
		out = append(out, Step{What: "Package released", By: *r.ReleasedBy, At: t.ReleasedAt, Says: "to " + r.Provider + " in " + r.Country})
	}
	for _, s := range r.Submissions {
		from := t.ReleasedAt
		for _, tier := range tiers {
			if tier.Verdict == "returned" && tier.HandedAt.Before(s.At) && tier.HandedAt.After(from) {
				from = tier.HandedAt
			}
		}
		step := Step{What: "Draft handed in", By: s.By, At: s.At, Says: "submission " + strconv.Itoa(s.N) + ", " + counted(len(s.Files), "file", "files")}
		if t.Stages[min(s.Stage, len(t.Stages)-1)].Kind == task.Acceptance {
			step.What = "Own edits kept"
		} else if !from.IsZero() {
			step.Took = s.At.Sub(from)
		}
		out = append(out, step)
	}
	for _, tier := range tiers {
		if tier.HandedAt.IsZero() || tier.Kind == task.Acceptance && tier.Verdict == "approved" {
			continue // still open, or told by the signature
		}
		out = append(out, Step{What: tier.StageName, By: tier.By, At: tier.HandedAt, Took: tier.HandedAt.Sub(tier.OpenedAt), Says: tier.says(r.Withheld)})
	}
	slices.SortStableFunc(out, func(a, b Step) int { return a.At.Compare(b.At) })
	return out
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// A roll is the people of a task by identifier.
type roll map[ident.PersonID]Hand

func (h roll) of(id ident.PersonID) Hand {
	if known, ok := h[id]; ok {
		return known
	}
	return Hand{ID: id}
}

// rollOf reads everybody who had a hand in the task.
func rollOf(ctx context.Context, v gate.View, t task.Task) (roll, error) {
	list, err := db.All(ctx, v, db.SQL(`SELECT p.id, p.name, CASE WHEN EXISTS (SELECT 1 FROM member m WHERE m.person_id = p.id AND m.org_id = ?) THEN 1 ELSE 0 END FROM person p
		WHERE p.id IN (?, ?, ?, ?, ?)
			OR p.id IN (SELECT author_id FROM submission WHERE task_id = ?) OR p.id IN (SELECT reviewer_id FROM review WHERE task_id = ?)
			OR p.id IN (SELECT raised_by FROM finding WHERE task_id = ?) OR p.id IN (SELECT answered_by FROM finding WHERE task_id = ?)
			OR p.id IN (SELECT asker_id FROM question WHERE task_id = ?) OR p.id IN (SELECT person_id FROM sign_off WHERE task_id = ?)
			OR p.id IN (SELECT ver.author_id FROM version ver JOIN document d ON d.id = ver.document_id WHERE d.task_id = ?)`,
		t.Provider, t.MadeBy, t.ReleasedBy, t.Author, t.Holder, t.Supervisor, t.ID, t.ID, t.ID, t.ID, t.ID, t.ID, t.ID),
		func(rs *db.Rows, h *Hand) error { return rs.Scan(&h.ID, &h.Name, &h.Offshore) })
	out := roll{}
	for _, h := range list {
		out[h.ID] = h
	}
	return out, err
}

// templateOf names the template of the pinned playbook version.
func templateOf(ctx context.Context, v gate.View, t task.Task) (string, error) {
	var name string
	var n int64
	err := v.QueryRow(ctx, db.SQL(`SELECT ver.name, ver.n FROM playbook_version pv JOIN version ver ON ver.id = pv.template_version_id WHERE pv.playbook_id = ? AND pv.n = ?`,
		t.Playbook, t.PlaybookN)).Scan(&name, &n)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return name + " v" + strconv.Itoa(int(n)), err
}

// assumptionsOf lists the questions that the work rests on.
func assumptionsOf(ctx context.Context, v gate.View, t task.Task, who roll) (out []Assumption, err error) {
	all, err := questions(ctx, v, t)
	for _, q := range all {
		if q.State != "withdrawn" {
			out = append(out, Assumption{Text: q.Text, Proposed: q.Proposed, Answer: q.Answer, State: q.State, By: who.of(q.Asker), Since: q.SettledAt})
		}
	}
	return out, err
}
