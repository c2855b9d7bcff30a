package taskweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task"
)

// A wireID is the answer of an operation that made something.
type wireID struct {
	ID string `json:"id"`
}

func apiWork(api huma.API, s *task.Service) {
	type assign struct {
		Person ident.PersonID `json:"person" doc:"Who is to do the open stage."`
		Reason string         `json:"reason,omitempty" doc:"Wanted when somebody holds the task already."`
		WireRev
	}
	apiMove(api, task.DoAssign, "assign", "Assign the open stage to a person", func(ctx context.Context, who actor.Actor, id ident.TaskID, b assign) (task.Task, error) {
		return s.Assign(ctx, who, id, b.Rev, b.Person, b.Reason)
	})
	web.Offer(api, web.Endpoint{ID: string(task.DoTake), Path: "/tasks/{id}/take", Summary: "Take a task that waits in the queue"},
		func(ctx context.Context, who actor.Actor, in *ByID) (WireTask, error) {
			t, err := s.Take(ctx, who, in.ID)
			return taskOnWire(t), err
		})
	web.Offer(api, web.Endpoint{ID: "task.take_next", Path: "/tasks/take-next", Summary: "Take the most urgent task that you may do", Detail: "Rush first, then by due time."},
		func(ctx context.Context, who actor.Actor, _ *struct{}) (WireTask, error) {
			t, err := s.TakeNext(ctx, who)
			return taskOnWire(t), err
		})
	type check struct {
		Item int  `json:"item" minimum:"0" maximum:"999" doc:"Place of the item in the open stage's checklist, from 0."`
		Done bool `json:"done"`
	}
	web.Do(api, web.Endpoint{ID: string(task.DoCheck), Path: "/tasks/{id}/check", Summary: "Tick or untick an item of the checklist"},
		func(ctx context.Context, who actor.Actor, in *withBody[check]) error {
			return s.Check(ctx, who, in.ID, in.Body.Item, in.Body.Done)
		})
	apiMove(api, task.DoSubmit, "submit", "Hand the draft in to the next tier", func(ctx context.Context, who actor.Actor, id ident.TaskID, b wireHandIn) (task.Task, error) {
		in := task.HandIn{Task: id, Rev: b.Rev, Files: b.Files, Note: b.Note, FixedAll: b.FixedAll}
		for _, a := range b.Answers {
			in.Answers = append(in.Answers, task.Answer{Finding: a.Finding, Disputed: a.Disputed, Text: a.Text})
		}
		return s.Submit(ctx, who, in)
	})
}

func apiTalk(api huma.API, s *task.Service) {
	type ask struct {
		Text     string    `json:"text"`
		Proposed string    `json:"proposed" doc:"What you will do if nobody objects."`
		Silence  time.Time `json:"silence" doc:"From then on silence means yes; at least an hour ahead."`
		WirePlace
	}
	web.Offer(api, web.Endpoint{ID: string(task.DoAsk), Path: "/tasks/{id}/ask", Summary: "Ask the firm a question, with a default", Status: 201},
		func(ctx context.Context, who actor.Actor, in *withBody[ask]) (wireID, error) {
			id, err := s.Ask(ctx, who, task.NewQuestion{Task: in.ID, Text: in.Body.Text, Proposed: in.Body.Proposed, Silence: in.Body.Silence,
				Version: in.Body.Version, Page: in.Body.Page, Area: in.Body.Area})
			return wireID{id}, err
		})
	type ByQuestion struct {
		Question string `path:"question" doc:"Identifier of the question."`
	}
	type answerBody struct {
		Text string `json:"text,omitempty" doc:"Left out: agreed with what was proposed."`
	}
	type answer struct {
		ByQuestion
		Body answerBody
	}
	web.Do(api, web.Endpoint{ID: string(task.DoAnswer), Path: "/questions/{question}/answer", Summary: "Answer a question"},
		func(ctx context.Context, who actor.Actor, in *answer) error {
			return s.Answer(ctx, who, in.Question, in.Body.Text)
		})
	web.Do(api, web.Endpoint{ID: string(task.DoWithdraw), Path: "/questions/{question}/withdraw", Summary: "Withdraw a question"},
		func(ctx context.Context, who actor.Actor, in *ByQuestion) error {
			return s.Withdraw(ctx, who, in.Question)
		})
}

func apiReviews(api huma.API, s *task.Service) {
	web.Offer(api, web.Endpoint{ID: string(task.DoFind), Path: "/tasks/{id}/findings", Summary: "Raise a finding", Status: 201},
		func(ctx context.Context, who actor.Actor, in *withBody[wireNewFinding]) (wireID, error) {
			b := in.Body
			id, err := s.RaiseFinding(ctx, who, task.NewFinding{Task: in.ID, Severity: b.Severity, Code: b.Code, Version: b.Version, Page: b.Page, Line: b.Line, Area: b.Area, Quote: b.Quote, Text: b.Text})
			return wireID{id}, err
		})
	type settleBody struct {
		State string `json:"state" enum:"accepted,withdrawn,open" doc:"accepted: the answer settles it. withdrawn: it was wrong. open: it is raised again."`
	}
	type settle struct {
		ByID
		Finding string `path:"finding" doc:"Identifier of the finding."`
		Body    settleBody
	}
	web.Do(api, web.Endpoint{ID: "task.settle_finding", Path: "/tasks/{id}/findings/{finding}/settle", Summary: "Settle a finding"},
		func(ctx context.Context, who actor.Actor, in *settle) error {
			return s.SettleFinding(ctx, who, in.ID, in.Finding, in.Body.State)
		})
	web.Do(api, web.Endpoint{ID: task.DoLook, Path: "/tasks/{id}/look", Summary: "Begin the review of the newest submission", Detail: "The record counts from here how long it takes."},
		func(ctx context.Context, who actor.Actor, in *ByID) error { return s.Look(ctx, who, in.ID) })
	type verdict struct {
		Note string `json:"note,omitempty"`
		WireRev
	}
	apiMove(api, task.DoApprove, "approve", "Approve, and pass the work to the next tier", func(ctx context.Context, who actor.Actor, id ident.TaskID, b verdict) (task.Task, error) {
		return s.Approve(ctx, who, task.Verdict{Task: id, Rev: b.Rev, Note: b.Note})
	})
	apiMove(api, task.DoReturn, "return", "Return the work to its author, with findings", func(ctx context.Context, who actor.Actor, id ident.TaskID, b verdict) (task.Task, error) {
		return s.Return(ctx, who, task.Verdict{Task: id, Rev: b.Rev, Note: b.Note})
	})
	type sign struct {
		Files []ident.VersionID `json:"files" minItems:"1" doc:"The exact versions that you saw and sign, in the order of the manifest."`
		Note  string            `json:"note,omitempty"`
		WireRev
	}
	apiMove(api, task.DoSignOff, "sign-off", "Sign the exact bytes, accept and deliver", func(ctx context.Context, who actor.Actor, id ident.TaskID, b sign) (task.Task, error) {
		return s.SignOff(ctx, who, task.SignOff{Task: id, Rev: b.Rev, Files: b.Files, Note: b.Note})
	})
}
