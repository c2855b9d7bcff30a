package taskweb

import (
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/task"
)

// The wire has types of its own: adding a field is compatible, changing one is not. Those that others embed are exported,
// because the document shows exported fields only.

// A WirePackage is what the firm writes.
type WirePackage struct {
	Title        string             `json:"title" doc:"Names the work; at most 200 characters."`
	Instructions string             `json:"instructions" doc:"What is to be done."`
	Acceptance   string             `json:"acceptance" doc:"How you will know that it is right: one criterion a line."`
	Due          time.Time          `json:"due"`
	Rush         bool               `json:"rush,omitempty"`
	Documents    []ident.DocumentID `json:"documents,omitempty" maxItems:"1000" doc:"Documents of the matter that go with it."`
}

type wireNewPackage struct {
	Matter     ident.MatterID     `json:"matter"`
	Engagement ident.EngagementID `json:"engagement"`
	Playbook   ident.PlaybookID   `json:"playbook"`
	WirePackage
}

func (p WirePackage) pack() task.Package {
	return task.Package{Title: p.Title, Instructions: p.Instructions, Acceptance: p.Acceptance, Due: p.Due, Rush: p.Rush, Documents: p.Documents}
}

type wireHandIn struct {
	Files    []ident.VersionID `json:"files" minItems:"1" doc:"Exact versions, in the order of the manifest."`
	Note     string            `json:"note,omitempty" doc:"What changed, for the next reader."`
	Answers  []wireAnswer      `json:"answers,omitempty" doc:"To the open findings, on a returned task."`
	FixedAll bool              `json:"fixed_all,omitempty" doc:"Answers \"fixed\" to every open finding that has no answer of its own."`
	WireRev
}

type wireAnswer struct {
	Finding  string `json:"finding"`
	Disputed bool   `json:"disputed,omitempty" doc:"Not fixed; text says why."`
	Text     string `json:"text,omitempty"`
}

type wireNewFinding struct {
	Severity string          `json:"severity" enum:"critical,major,minor"`
	Code     string          `json:"code" doc:"Category of the firm's taxonomy."`
	Version  ident.VersionID `json:"version" doc:"A file of the newest submission."`
	Page     int             `json:"page,omitempty" minimum:"0"`
	Line     int             `json:"line,omitempty" minimum:"0"`
	Area     string          `json:"area,omitempty" doc:"A rectangle of the page: x, y, width and height in parts of it, such as 0.1,0.25,0.3,0.02."`
	Quote    string          `json:"quote,omitempty" doc:"The words it stands at."`
	Text     string          `json:"text" doc:"What is wrong, and what would be right."`
}

type wireStage struct {
	Key  string         `json:"key"`
	Name string         `json:"name"`
	Kind task.StageKind `json:"kind" enum:"draft,review,acceptance"`
}

// A WireTask is a task.
type WireTask struct {
	ID         ident.TaskID       `json:"id"`
	Number     string             `json:"number" example:"T-2094"`
	Title      string             `json:"title"`
	Firm       ident.OrgID        `json:"firm"`
	Provider   ident.OrgID        `json:"provider"`
	Matter     ident.MatterID     `json:"matter"`
	Engagement ident.EngagementID `json:"engagement"`
	Playbook   ident.PlaybookID   `json:"playbook"`
	PlaybookN  int64              `json:"playbook_version" doc:"Pinned when the package was prepared."`
	Type       string             `json:"type" doc:"Code of the task type."`
	State      task.State         `json:"state" enum:"preparing,open,declined,paused,recalled,cancelled,delivered"`
	Stage      string             `json:"stage" doc:"Key of the open stage."`
	Stages     []wireStage        `json:"stages"`
	Returned   bool               `json:"returned" doc:"A reviewer returned the draft."`
	Author     ident.PersonID     `json:"author,omitempty"`
	Holder     ident.PersonID     `json:"holder,omitempty" doc:"With whom it is; absent while it waits in a queue."`
	Supervisor ident.PersonID     `json:"supervisor"`
	Reviewers  []ident.PersonID   `json:"reviewers,omitempty"`
	Rush       bool               `json:"rush"`
	Due        time.Time          `json:"due"`
	Cycle      int                `json:"cycle" doc:"Drafts handed in so far."`
	Rev        int64              `json:"rev"`
	ReleasedAt *time.Time         `json:"released_at,omitempty"`
	CompleteAt *time.Time         `json:"complete_at,omitempty" doc:"When the package last became complete."`
	StageAt    *time.Time         `json:"stage_at,omitempty" doc:"When the open stage began."`
	DoneAt     *time.Time         `json:"delivered_at,omitempty"`
}

type wireTasks struct {
	Tasks []WireTask `json:"tasks"`
}

// apiInstant is t in UTC, or nil for the zero time.
func apiInstant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func taskOnWire(t task.Task) WireTask {
	if len(t.Stages) == 0 { // the zero task beside an error
		return WireTask{}
	}
	w := WireTask{ID: t.ID, Number: t.Name(), Title: t.Title, Firm: t.Firm, Provider: t.Provider, Matter: t.Matter, Engagement: t.Engagement,
		Playbook: t.Playbook, PlaybookN: t.PlaybookN, Type: t.Code, State: t.State, Stage: t.At().Key, Returned: t.Returned,
		Author: t.Author, Holder: t.Holder, Supervisor: t.Supervisor, Reviewers: t.Reviewers, Rush: t.Rush, Due: t.Due.UTC(), Cycle: t.Cycle, Rev: t.Rev,
		ReleasedAt: apiInstant(t.ReleasedAt), CompleteAt: apiInstant(t.CompleteAt), StageAt: apiInstant(t.StageAt), DoneAt: apiInstant(t.DoneAt)}
	for _, s := range t.Stages {
		w.Stages = append(w.Stages, wireStage{s.Key, s.Name, s.Kind})
	}
	return w
}
