package taskweb

import (
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/task"
)

type wireWhole struct {
	WireTask
	Instructions string             `json:"instructions"`
	Acceptance   string             `json:"acceptance"`
	Reason       string             `json:"reason,omitempty" doc:"Why it is held."`
	Documents    []ident.DocumentID `json:"documents"`
	Missing      []wireMissing      `json:"missing"`
	Checked      []int              `json:"checked" doc:"Ticked items of the open stage's checklist."`
	Submissions  []wireSubmission   `json:"submissions"`
	Blind        bool               `json:"blind" doc:"You review blind: findings of others are held back until you hand in."`
	Findings     []wireFinding      `json:"findings"`
	Questions    []wireQuestion     `json:"questions"`
	Signature    *wireSignature     `json:"signature,omitempty"`
}

type wireMissing struct {
	Text       string     `json:"text"`
	NamedAt    time.Time  `json:"named_at"`
	SuppliedAt *time.Time `json:"supplied_at,omitempty"`
}

type wireSubmission struct {
	ID     string            `json:"id"`
	N      int               `json:"n"`
	Stage  string            `json:"stage"`
	Author ident.PersonID    `json:"author"`
	At     time.Time         `json:"at"`
	Note   string            `json:"note,omitempty"`
	Files  []ident.VersionID `json:"files"`
}

type wireFinding struct {
	ID       string          `json:"id"`
	Number   int             `json:"number"`
	Severity string          `json:"severity" enum:"critical,major,minor"`
	Code     string          `json:"code"`
	State    string          `json:"state" enum:"open,fixed,disputed,accepted,withdrawn"`
	Version  ident.VersionID `json:"version"`
	Page     int             `json:"page,omitempty"`
	Line     int             `json:"line,omitempty"`
	Area     string          `json:"area,omitempty"`
	Quote    string          `json:"quote,omitempty"`
	Text     string          `json:"text"`
	Answer   string          `json:"answer,omitempty"`
	By       ident.PersonID  `json:"by"`
	At       time.Time       `json:"at"`
}

type wireQuestion struct {
	ID         string         `json:"id"`
	State      string         `json:"state" enum:"open,answered,assumed,withdrawn"`
	Text       string         `json:"text"`
	Proposed   string         `json:"proposed"`
	Silence    time.Time      `json:"silence"`
	Asker      ident.PersonID `json:"asker"`
	Answer     string         `json:"answer,omitempty"`
	AnsweredBy ident.PersonID `json:"answered_by,omitempty"`
	At         time.Time      `json:"at"`
	WirePlace
}

// A WirePlace is what a question is about; others embed it.
type WirePlace struct {
	Version ident.VersionID `json:"version,omitempty" doc:"Of the document it is about."`
	Page    int             `json:"page,omitempty" minimum:"0"`
	Area    string          `json:"area,omitempty" doc:"The rectangle of the page that was pointed to, in parts of it: x,y,width,height." example:"0.1,0.25,0.3,0.02"`
}

type wireSignature struct {
	ID       string         `json:"id"`
	By       ident.PersonID `json:"by"`
	Manifest string         `json:"manifest" doc:"SHA-256, in hex, over the SHA-256 of each file in order."`
	OwnEdits bool           `json:"own_edits"`
	Stands   bool           `json:"stands" doc:"The current bytes of every file are those that were signed."`
	Void     []string       `json:"void,omitempty" doc:"Files whose current bytes differ from the signed ones."`
}

func wholeOnWire(t task.Whole) wireWhole {
	w := wireWhole{WireTask: taskOnWire(t.Task), Instructions: t.Instructions, Acceptance: t.Acceptance, Reason: t.Reason, Blind: t.Blind,
		Documents: append([]ident.DocumentID{}, t.Documents...), Checked: append([]int{}, t.Checked...),
		Missing: []wireMissing{}, Submissions: []wireSubmission{}, Findings: []wireFinding{}, Questions: []wireQuestion{}}
	for _, m := range t.Missing {
		w.Missing = append(w.Missing, wireMissing{m.Text, m.At.UTC(), apiInstant(m.Supplied)})
	}
	for _, s := range t.Submissions {
		w.Submissions = append(w.Submissions, wireSubmission{s.ID, s.N, t.Stages[s.Stage].Key, s.Author, s.At.UTC(), s.Note, s.Files})
	}
	for _, f := range t.Findings {
		w.Findings = append(w.Findings, wireFinding{f.ID, f.Number, f.Severity, f.Code, f.State, f.Version, f.Page, f.Line, f.Area, f.Quote, f.Text, f.Answer, f.By, f.At.UTC()})
	}
	for _, q := range t.Questions {
		w.Questions = append(w.Questions, wireQuestion{q.ID, q.State, q.Text, q.Proposed, q.Silence.UTC(), q.Asker, q.Answer, q.AnsweredBy, q.At.UTC(), WirePlace{q.Version, q.Page, q.Area}})
	}
	if sg := t.Signature; sg != nil {
		w.Signature = &wireSignature{sg.ID, sg.By, sg.Manifest, sg.OwnEdits, len(sg.Void) == 0, sg.Void}
	}
	return w
}
