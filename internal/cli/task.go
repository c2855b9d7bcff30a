package cli

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"countersign/internal/client"
)

// taskVerbs is the table of what is done with a task. The name of a command is the last part of its address, and the type
// of its body is its flags, so a verb is one line here.
type taskVerbs struct {
	Show    taskShow        `cmd:"" default:"withargs" help:"Show a task with all that hangs on it."`
	Take    move[plainBody] `cmd:"" help:"Take a task that waits in the queue."`
	Submit  move[submit]    `cmd:"" help:"Hand the draft in to the next tier."`
	Approve move[verdict]   `cmd:"" help:"Approve, and pass the work to the next tier."`
	Return  move[verdict]   `cmd:"" help:"Return the work to its author."`
	SignOff move[sign]      `cmd:"" help:"Sign the exact versions, accept and deliver. Needs step-up."`
	Ask     move[question]  `cmd:"" help:"Ask the firm a question, with what you will do if nobody objects."`
	Answer  answer          `cmd:"" help:"Answer a question."`
	Release move[release]   `cmd:"" help:"Release a package to the provider, through every gate."`
	Assign  move[assign]    `cmd:"" help:"Assign the open stage to a person."`
	Decline move[decline]   `cmd:"" help:"Decline a package, and name what is missing."`
	Rush    move[rush]      `cmd:"" help:"Set or lift the rush mark."`
	Pause   move[reason]    `cmd:"" help:"Pause an open task."`
	Resume  move[reason]    `cmd:"" help:"Resume a paused task."`
	Recall  move[reason]    `cmd:"" help:"Recall a package to the firm."`
	Cancel  move[reason]    `cmd:"" help:"Cancel a task for good."`
}

// A body is both the flags of a command and the JSON that is sent.
type (
	plainBody struct{}
	seen      struct {
		Rev int64 `json:"rev,omitempty" help:"The revision that you saw; a change since then refuses the move." placeholder:"N"`
	}
	submit struct {
		Files    []string `json:"files" arg:"" name:"version" help:"Versions, in the order of the manifest."`
		Note     string   `json:"note,omitempty" help:"What changed, for the next reader."`
		FixedAll bool     `json:"fixed_all,omitempty" help:"Answer every open finding: fixed."`
		seen     `embed:""`
	}
	verdict struct {
		Note string `json:"note,omitempty" help:"For the next reader."`
		seen `embed:""`
	}
	sign struct {
		Files []string `json:"files" arg:"" name:"version" help:"The versions that you saw and sign, in the order of the manifest."`
		Note  string   `json:"note,omitempty" help:"For the next reader."`
		seen  `embed:""`
	}
	question struct {
		Text     string    `json:"text" arg:"" help:"The question."`
		Proposed string    `json:"proposed" required:"" help:"What you will do if nobody objects."`
		Silence  time.Time `json:"silence" required:"" placeholder:"2026-03-04T15:00:00Z" help:"From then on silence means yes."`
	}
	release struct {
		Condition bool `json:"condition,omitempty" help:"The condition of a conditional task type holds."`
		seen      `embed:""`
	}
	assign struct {
		Person string `json:"person" arg:"" help:"Identifier of who is to do it."`
		Reason string `json:"reason,omitempty" help:"Wanted when somebody holds the task already."`
		seen   `embed:""`
	}
	decline struct {
		Missing []string `json:"missing" arg:"" help:"What is missing, one thing each."`
		seen    `embed:""`
	}
	reason struct {
		Reason string `json:"reason" required:"" help:"It stands in the trail."`
		seen   `embed:""`
	}
	rush struct {
		Rush   bool `json:"rush" name:"on" negatable:"" default:"true" help:"--no-on lifts the mark."`
		reason `embed:""`
	}
)

// A move is a verb on one task.
type move[B any] struct {
	Remote `embed:""`
	Once   `embed:""`
	Task   string `arg:"" help:"Number (T-2094) or identifier of the task."`
	Body   B      `embed:""`
}

// Run carries the verb out and says where the task is then.
func (m move[B]) Run(ctx context.Context, k *kong.Context, o *IO) error {
	c, err := m.dial()
	if err != nil {
		return err
	}
	id, err := taskID(ctx, c, m.Task)
	if err != nil {
		return err
	}
	var body any = m.Body
	if _, none := body.(plainBody); none {
		body = nil
	}
	return post(ctx, c, m.Remote, o, m.key(), "/tasks/"+url.PathEscape(id)+"/"+k.Selected().Name, body, func(p *page, t client.Task) {
		if t.Number == "" { // a question was made
			p.line("Asked: question %s.", t.ID)
			return
		}
		p.line("%s is %s. %s", t.Number, where(t), t.Title)
	})
}

type answer struct {
	Remote   `embed:""`
	Once     `embed:""`
	Question string `arg:"" help:"Identifier of the question."`
	Text     string `arg:"" optional:"" json:"text" help:"Left out: agreed with what was proposed."`
}

// Run answers the question.
func (a answer) Run(ctx context.Context, o *IO) error {
	c, err := a.dial()
	if err != nil {
		return err
	}
	body := map[string]string{}
	if a.Text != "" {
		body["text"] = a.Text
	}
	return post(ctx, c, a.Remote, o, a.key(), "/questions/"+url.PathEscape(a.Question)+"/answer", body, func(p *page, _ struct{}) { p.line("Answered.") })
}

type tasks struct {
	Remote `embed:""`
	Mine   bool   `help:"Only tasks that you hold."`
	State  string `help:"${enum}." enum:",preparing,open,declined,paused,recalled,cancelled,delivered" default:"" placeholder:"STATE"`
	Matter string `help:"Only tasks of this matter: number or identifier." placeholder:"MATTER"`
	After  string `help:"Begin after this task: number or identifier." placeholder:"TASK"`
	Limit  int    `help:"At most so many." default:"50"`
}

// Run lists tasks.
func (t tasks) Run(ctx context.Context, o *IO) error {
	c, err := t.dial()
	if err != nil {
		return err
	}
	q := url.Values{"limit": {strconv.Itoa(t.Limit)}}
	if t.Mine {
		q.Set("mine", "true")
	}
	if t.State != "" {
		q.Set("state", t.State)
	}
	for name, find := range map[string]func() (string, error){
		"matter": func() (string, error) { return matterID(ctx, c, t.Matter) }, "after": func() (string, error) { return taskID(ctx, c, t.After) },
	} {
		if name == "matter" && t.Matter == "" || name == "after" && t.After == "" {
			continue
		}
		id, err := find()
		if err != nil {
			return err
		}
		q.Set(name, id)
	}
	return get(ctx, t.Remote, o, "/tasks?"+q.Encode(), func(p *page, l struct{ Tasks []client.Task }) {
		if len(l.Tasks) == 0 {
			p.line("There are no such tasks.")
			return
		}
		p.row("TASK", "TYPE", "WHERE", "DUE", "", "TITLE")
		for _, t := range l.Tasks {
			p.row(t.Number, t.Type, where(t), instant(t.Due), yes(t.Rush, "rush"), t.Title)
		}
		if len(l.Tasks) == t.Limit {
			p.line("More may follow: --after %s", l.Tasks[len(l.Tasks)-1].Number)
		}
	})
}

// where says how a task stands: "open, at peer", "open, back at draft", "delivered".
func where(t client.Task) string {
	switch {
	case t.State != "open":
		return t.State
	case t.Returned:
		return "open, back at " + t.Stage
	case t.Holder == "":
		return "open, waits for " + t.Stage
	}
	return "open, at " + t.Stage
}

type taskShow struct {
	Remote `embed:""`
	Task   string `arg:"" help:"Number (T-2094) or identifier of the task."`
}

// Run shows the task.
func (s taskShow) Run(ctx context.Context, o *IO) error {
	c, err := s.dial()
	if err != nil {
		return err
	}
	id, err := taskID(ctx, c, s.Task)
	if err != nil {
		return err
	}
	return get(ctx, s.Remote, o, "/tasks/"+url.PathEscape(id), tellTask)
}

func tellTask(p *page, t client.Task) {
	p.line("%s  %s", t.Number, t.Title)
	p.field("  id", t.ID)
	p.field("  matter", t.Matter)
	p.field("  type", t.Type)
	p.field("  is", where(t)+yes(t.Rush, ", rush"))
	p.field("  reason", t.Reason)
	p.field("  due", instant(t.Due))
	p.field("  revision", strconv.FormatInt(t.Rev, 10))
	section(p, "Instructions", t.Instructions)
	section(p, "Acceptance", t.Acceptance)
	for i, m := range t.Missing {
		heading(p, i, "Missing")
		p.row("  " + m.Text)
	}
	for i, s := range t.Submissions {
		heading(p, i, "Handed in")
		p.row("  "+strconv.Itoa(s.N), strings.Join(s.Files, " "), s.Note)
	}
	for i, f := range t.Findings {
		heading(p, i, "Findings")
		p.row("  "+strconv.Itoa(f.Number), f.Severity, f.Code, f.State, f.Text)
	}
	for i, q := range t.Questions {
		heading(p, i, "Questions")
		p.row("  "+q.ID, q.State, q.Text)
		p.row("", "", yes(q.Answer == "", "proposed: "+q.Proposed)+yes(q.Answer != "", "answer: "+q.Answer))
	}
	if sg := t.Signature; sg != nil {
		p.line("\nSigned by %s, manifest %s%s", sg.By, sg.Manifest, yes(!sg.Stands, "; it no longer stands: "+strings.Join(sg.Void, ", ")))
	}
}

func section(p *page, name, text string) {
	if strings.TrimSpace(text) != "" {
		heading(p, 0, name)
		p.block(text)
	}
}

// heading begins a part before its first row.
func heading(p *page, i int, name string) {
	if i == 0 {
		p.line("\n%s", name)
	}
}
