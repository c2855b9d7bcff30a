package task

import (
	"encoding/json"
	"hash/fnv"
	"strconv"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/gate"
)

// A State is where a task stands as a whole. The stored text never changes meaning.
type State string

// The states. In Open the stage says with which tier it is.
const (
	Preparing State = "preparing" // the firm writes the package; the provider does not know of it
	Open      State = "open"
	Declined  State = "declined" // the lead named what is missing; the firm supplies it and releases again
	Paused    State = "paused"   // either side holds it, with a reason
	Recalled  State = "recalled" // the firm took it back; it may be released again
	Cancelled State = "cancelled"
	Delivered State = "delivered"
)

// A StageKind says what is done in a stage.
type StageKind string

// The kinds of stages: one draft first, reviews between, one acceptance last.
const (
	Draft      StageKind = "draft"
	Review     StageKind = "review"
	Acceptance StageKind = "acceptance"
)

// A Stage is one station of the track that the pinned playbook version lays down.
type Stage struct {
	Key          string    `json:"key"`
	Name         string    `json:"name"`
	Kind         StageKind `json:"kind"`
	Role         string    `json:"role"`          // organization role that works in it
	BlindPercent int       `json:"blind_percent"` // share of tasks whose reviewer does not see earlier findings first
}

// Blind reports whether this task's review at the stage is blind. It is drawn from the task's random identifier, so
// nobody chooses it and everybody can redo it.
func (s Stage) Blind(id ident.TaskID) bool {
	h := fnv.New32a()
	h.Write([]byte(string(id) + "/" + s.Key)) //nolint:errcheck // a hash does not fail
	return s.Kind == Review && int(h.Sum32()%100) < s.BlindPercent
}

// A Task is one piece of work on a matter, done to a playbook.
type Task struct {
	ID         ident.TaskID
	Number     int64 // "T-2094"
	Firm       ident.OrgID
	Matter     ident.MatterID
	Engagement ident.EngagementID
	Provider   ident.OrgID
	Playbook   ident.PlaybookID
	PlaybookN  int64
	Code       string // task type
	Title      string
	State      State
	Stage      int // index into Stages
	Stages     []Stage
	Returned   bool // the draft is open because a reviewer returned it
	ReturnTo   int  // review stage to which the resubmission goes; 0 when there was no return
	Author     ident.PersonID
	Holder     ident.PersonID // with whom it is; "" while it waits in a queue
	Supervisor ident.PersonID
	Reviewers  []ident.PersonID // who has been given a review of this task, by stage
	Rush       bool
	Due        time.Time
	Cycle      int
	Offshore   string // of the playbook version: yes, conditional, no
	Rev        int64

	drafters  []string // who drafted any of it, whoever is the author now
	elsewhere []string // who reviewed, or is down to review, at a stage other than the open one

	MadeBy, ReleasedBy                              ident.PersonID
	MadeAt, ReleasedAt, CompleteAt, StageAt, DoneAt time.Time
}

// Name is what people call the task.
func (t Task) Name() string { return "T-" + strconv.FormatInt(t.Number, 10) }

// At returns the open stage. Before release it is the draft stage.
func (t Task) At() Stage { return t.Stages[t.Stage] }

// Ref names the task in entries and notices.
func (t Task) Ref() authz.Ref { return authz.Ref{Kind: "task", ID: string(t.ID)} }

// Subject is the task as the policies see it.
func (t Task) Subject() authz.Subject {
	return authz.Subject{
		Ref: t.Ref(), Matter: string(t.Matter), Engagement: string(t.Engagement), Org: string(t.Firm), Provider: string(t.Provider),
		Attrs: map[string]any{
			"state": string(t.State), "stage_kind": string(t.At().Kind), "stage_role": t.At().Role,
			"author": string(t.Author), "holder": string(t.Holder), "drafters": t.drafters, "reviewers": t.elsewhere, "supervisor": string(t.Supervisor),
			"offshore": t.Offshore, "condition_met": false,
		},
	}
}

func (t Task) entry(values map[string]string) gate.Entry {
	if values == nil {
		values = map[string]string{}
	}
	values["state"], values["stage"], values["holder"] = string(t.State), t.At().Key, string(t.Holder)
	return gate.Entry{Subject: t.Ref(), Rev: t.Rev, Matter: t.Matter, Owner: t.Firm, Values: values}
}

// topics are what open pages listen to: the board, and the queues of both sides.
func (t Task) topics() []string {
	return []string{"matter/" + string(t.Matter), "org/" + string(t.Firm), "org/" + string(t.Provider)}
}

// ParseStages reads the stage track of a playbook version.
func ParseStages(text string) (s []Stage, err error) {
	if err = json.Unmarshal([]byte(text), &s); err == nil && len(s) < 2 {
		err = fault.New(fault.Conflict, "This playbook version has no usable stages.")
	}
	return s, err
}

// reviewStageAfter is the stage to which a resubmission goes after a return from stage: that tier again; from the
// attorney, the last tier before her.
func (t Task) reviewStageAfter(stage int) int {
	if t.Stages[stage].Kind == Acceptance {
		stage--
	}
	return max(stage, 1)
}

// StageOr is the stage at an index that a row gives; the open one for a row that cannot be right.
func (t Task) StageOr(i int) Stage {
	if i < 0 || i >= len(t.Stages) {
		return t.At()
	}
	return t.Stages[i]
}

// Progress says how far the stage at an index is: "done", "now", "back" when the work came back to it, "" ahead.
func (t Task) Progress(i int) string {
	switch {
	case t.State == Preparing:
		return ""
	case t.State == Delivered || i < t.Stage:
		return "done"
	case i == t.Stage && t.Returned:
		return "back"
	case i == t.Stage:
		return "now"
	}
	return ""
}
