package playbook

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
)

// Verbs of this package.
const (
	Read           authz.Action = "playbook.read"
	Import         authz.Action = "playbook.import"
	New            authz.Action = "playbook.new"
	StartVersion   authz.Action = "playbook.start_version"
	EditVersion    authz.Action = "playbook.edit_version"
	ReleaseVersion authz.Action = "playbook.release_version"
	Retire         authz.Action = "playbook.retire"
	AddDefect      authz.Action = "defect.add"
	EditDefect     authz.Action = "defect.edit"
	RetireDefect   authz.Action = "defect.retire"
)

// A Playbook is a firm's procedure for one task type.
type Playbook struct {
	ID      ident.PlaybookID
	Firm    ident.OrgID
	Code    string // task type: "LI-03"
	Name    string
	Area    string // practice area
	Current int64  // the released version; 0 while only a draft exists
	Retired time.Time
	Made    time.Time
	Rev     int64
	Draft   int64 // the version being drafted; 0 when there is none
}

// Subject is the playbook as the policies see it.
func (p Playbook) Subject() authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: "playbook", ID: string(p.ID)}, Org: string(p.Firm)}
}

// Topic is what open pages of the firm's playbooks listen to.
func Topic(firm ident.OrgID) string { return "org/" + string(firm) }

// A State is where a version stands.
type State string

// The states of a version.
const (
	Drafting State = "draft"
	InForce  State = "released" // for good: it never changes, though a newer one may be current
)

// Offshore says whether a task type may leave the firm.
type Offshore string

// The answers.
const (
	Yes         Offshore = "yes"
	Conditional Offshore = "conditional" // on the Body's Condition, which somebody confirms at each release
	No          Offshore = "no"          // attorneys only
)

// A Version is one state of a playbook. A released one never changes.
type Version struct {
	Playbook        ident.PlaybookID
	Firm            ident.OrgID
	Code            string // of the playbook
	Name            string // of the playbook
	Area            string // of the playbook
	N               int64
	State           State
	Offshore        Offshore
	TurnaroundHours int64 // business hours
	RushHours       int64 // business hours
	Stages          []Stage
	Body            Body
	Template        ident.VersionID // document version; "" when there is none
	MadeBy          ident.PersonID
	MadeAt          time.Time
	ReleasedBy      ident.PersonID // "" while it is a draft
	ReleasedAt      time.Time
	Note            string // what changed, in one line
	Rev             int64
}

// A Body is the words of a version. It is sealed under the firm's key.
type Body struct {
	Steps       []string    `json:"steps"`
	Checklists  []Checklist `json:"checklists"`
	Condition   string      `json:"condition"` // what must hold before a conditional task type may leave
	Flags       []string    `json:"flags"`
	Deliverable string      `json:"deliverable"`
	Inputs      []string    `json:"inputs"`
	Defects     []string    `json:"defects"` // what commonly goes wrong
	Template    string      `json:"template"`
}

// A Checklist is what is ticked at one stage.
type Checklist struct {
	StageKey string   `json:"stage_key"`
	Items    []string `json:"items"`
}

// Checklist returns what is ticked at a stage; nothing for a stage without one.
func (b Body) Checklist(stageKey string) []string {
	for _, c := range b.Checklists {
		if c.StageKey == stageKey {
			return c.Items
		}
	}
	return nil
}

// StageAt returns the index of a stage by its key, or -1.
func (v Version) StageAt(key string) int {
	for i, s := range v.Stages {
		if s.Key == key {
			return i
		}
	}
	return -1
}

// The bounds of a version's words, so that a page of them still opens.
const (
	maxLines     = 200
	maxLineRunes = 2000
	maxTextRunes = 20000
	maxHours     = 2000
)

// Check holds the rules of a whole version.
//
// Faults: Invalid.
func (v Version) Check() error {
	if err := CheckStages(v.Stages); err != nil {
		return err
	}
	switch {
	case v.Offshore != Yes && v.Offshore != Conditional && v.Offshore != No:
		return fault.InField("offshore", "Say whether the task type may leave the firm: yes, on a condition, or no.")
	case v.Offshore == Conditional && strings.TrimSpace(v.Body.Condition) == "":
		return fault.InField("condition", "Name the condition that must hold before this task type may leave the firm.")
	case v.TurnaroundHours < 1 || v.TurnaroundHours > maxHours:
		return fault.InField("turnaround", "The turnaround is between 1 and 2,000 business hours.")
	case v.RushHours < 1 || v.RushHours > v.TurnaroundHours:
		return fault.InField("rush", "A rush takes at least 1 business hour and no longer than the standard turnaround.")
	case utf8.RuneCountInString(v.Note) > 300 || strings.ContainsAny(v.Note, "\r\n"):
		return fault.InField("note", "What changed is one line of at most 300 characters.")
	}
	return v.Body.check(v)
}

func (b Body) check(v Version) error {
	for _, l := range []struct {
		field string
		lines []string
	}{{"steps", b.Steps}, {"flags", b.Flags}, {"inputs", b.Inputs}, {"defects", b.Defects}} {
		if err := checkLines(l.field, l.lines); err != nil {
			return err
		}
	}
	for _, t := range []struct{ field, text string }{{"condition", b.Condition}, {"deliverable", b.Deliverable}, {"template", b.Template}} {
		if utf8.RuneCountInString(t.text) > maxTextRunes {
			return fault.InField(t.field, "This text is longer than 20,000 characters.")
		}
	}
	seen := map[string]bool{}
	for _, c := range b.Checklists {
		at := v.StageAt(c.StageKey)
		if at < 0 || seen[c.StageKey] {
			return fault.InField("stages", "Each checklist belongs to one stage of this version.")
		}
		seen[c.StageKey] = true
		if err := checkLines(stageField(at, "checklist"), c.Items); err != nil {
			return err
		}
	}
	return nil
}

func checkLines(field string, lines []string) error {
	if len(lines) > maxLines {
		return fault.InField(field, "This list has more than 200 lines.")
	}
	for i, l := range lines {
		if strings.TrimSpace(l) == "" || utf8.RuneCountInString(l) > maxLineRunes {
			return fault.InField(field, "Line "+strconv.Itoa(i+1)+" is empty or longer than 2,000 characters.")
		}
	}
	return nil
}

// Edit is what can be changed in a draft version.
type Edit struct {
	Playbook ident.PlaybookID
	N        int64
	Rev      int64 // the revision that the editor was looking at

	Offshore        Offshore
	TurnaroundHours int64
	RushHours       int64
	Stages          []Stage
	Body            Body
	Template        ident.VersionID
	Note            string
}

// With returns the version with the edit in place of its words. It is pure.
//
// Faults: Conflict (the version is released), Invalid.
func (v Version) With(e Edit) (Version, error) {
	if v.State != Drafting {
		return v, fault.New(fault.Conflict, "Version "+strconv.FormatInt(v.N, 10)+" is released and never changes. Start a new version.")
	}
	next := v
	next.Offshore, next.TurnaroundHours, next.RushHours = e.Offshore, e.TurnaroundHours, e.RushHours
	next.Stages, next.Body, next.Template, next.Note = e.Stages, e.Body, e.Template, strings.TrimSpace(e.Note)
	if err := next.Check(); err != nil {
		return v, err
	}
	return next, nil
}
