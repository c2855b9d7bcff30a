package taskweb

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task"
)

// API offers the verbs and questions of tasks. An operation is called as its action is, and a move answers with the task
// as it stands after it.
func API(api huma.API, s *task.Service) {
	apiReads(api, s)
	apiPackages(api, s)
	apiHolds(api, s)
	apiWork(api, s)
	apiTalk(api, s)
	apiReviews(api, s)
}

// A ByID is the input of an operation on one task that has no body.
type ByID struct {
	ID ident.TaskID `path:"id" doc:"Identifier of the task."`
}

// A withBody is the input of an operation on one task.
type withBody[B any] struct {
	ByID
	Body B
}

// A WireRev is the revision that the caller saw.
type WireRev struct {
	Rev int64 `json:"rev,omitempty" minimum:"0" doc:"The revision that you saw; a change since then refuses the move. Left out: the task as it stands."`
}

// A WireReason is the reason of a move; it stands in the trail.
type WireReason struct {
	Reason string `json:"reason" doc:"Stands in the trail. At most 2,000 characters."`
	WireRev
}

// apiMove offers a verb that answers with the moved task.
func apiMove[B any](api huma.API, action authz.Action, path, summary string, do func(ctx context.Context, who actor.Actor, id ident.TaskID, b B) (task.Task, error)) {
	web.Offer(api, web.Endpoint{ID: string(action), Path: "/tasks/{id}/" + path, Summary: summary},
		func(ctx context.Context, who actor.Actor, in *withBody[B]) (WireTask, error) {
			t, err := do(ctx, who, in.ID, in.Body)
			return taskOnWire(t), err
		})
}

type wireFilter struct {
	Matter ident.MatterID `query:"matter" doc:"Only tasks of this matter."`
	State  task.State     `query:"state" enum:"preparing,open,declined,paused,recalled,cancelled,delivered"`
	Number int64          `query:"number" minimum:"1" doc:"Only tasks of this number, 2094 for T-2094; each firm counts its own."`
	Mine   bool           `query:"mine" doc:"Only tasks that you hold."`
	After  ident.TaskID   `query:"after" doc:"The last task of the page before."`
	Limit  int            `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func apiReads(api huma.API, s *task.Service) {
	web.Offer(api, web.Endpoint{ID: "task.list", Method: "GET", Path: "/tasks", Summary: "List tasks", Detail: "In the order in which they were made; a page is full while more may follow."},
		func(ctx context.Context, who actor.Actor, in *wireFilter) (out wireTasks, err error) {
			ts, err := s.List(ctx, who, task.Filter{Matter: in.Matter, State: in.State, Number: in.Number, Mine: in.Mine, After: in.After, Limit: in.Limit})
			out.Tasks = make([]WireTask, len(ts))
			for i, t := range ts {
				out.Tasks[i] = taskOnWire(t)
			}
			return out, err
		})
	web.Offer(api, web.Endpoint{ID: "task.get", Method: "GET", Path: "/tasks/{id}", Summary: "Get a task with all that hangs on it"},
		func(ctx context.Context, who actor.Actor, in *ByID) (wireWhole, error) {
			w, err := s.Get(ctx, who, in.ID)
			if err != nil {
				return wireWhole{}, err
			}
			return wholeOnWire(w), nil
		})
}

func apiPackages(api huma.API, s *task.Service) {
	type prepareIn struct{ Body wireNewPackage }
	web.Offer(api, web.Endpoint{ID: string(task.DoPrepare), Path: "/tasks", Summary: "Prepare a package", Status: 201, Detail: "The provider does not know of it before its release."},
		func(ctx context.Context, who actor.Actor, in *prepareIn) (WireTask, error) {
			p := in.Body.pack()
			p.Matter, p.Engagement, p.Playbook = in.Body.Matter, in.Body.Engagement, in.Body.Playbook
			t, err := s.Prepare(ctx, who, p)
			return taskOnWire(t), err
		})
	type edit struct {
		WirePackage
		WireRev
	}
	apiMove(api, task.DoEdit, "edit", "Rewrite a package that is with the firm", func(ctx context.Context, who actor.Actor, id ident.TaskID, b edit) (task.Task, error) {
		return s.Edit(ctx, who, id, b.Rev, b.pack())
	})
	type amend struct {
		WirePackage
		WireReason
	}
	apiMove(api, task.DoAmend, "amend", "Change a package that the provider has", func(ctx context.Context, who actor.Actor, id ident.TaskID, b amend) (task.Task, error) {
		return s.Amend(ctx, who, id, b.Rev, b.pack(), b.Reason)
	})
	type release struct {
		Condition bool `json:"condition,omitempty" doc:"The condition of a conditional task type holds."`
		WireRev
	}
	apiMove(api, task.DoRelease, "release", "Release a package through every gate", func(ctx context.Context, who actor.Actor, id ident.TaskID, b release) (task.Task, error) {
		return s.Release(ctx, who, id, b.Rev, b.Condition)
	})
	type decline struct {
		Missing []string `json:"missing" minItems:"1" maxItems:"50" doc:"What is missing, one thing each."`
		WireRev
	}
	apiMove(api, task.DoDecline, "decline", "Decline an incomplete package", func(ctx context.Context, who actor.Actor, id ident.TaskID, b decline) (task.Task, error) {
		return s.Decline(ctx, who, id, b.Rev, b.Missing)
	})
}

func apiHolds(api huma.API, s *task.Service) {
	for _, h := range []struct {
		action        authz.Action
		path, summary string
		do            func(context.Context, actor.Actor, ident.TaskID, int64, string) (task.Task, error)
	}{
		{task.DoPause, "pause", "Pause an open task", s.Pause},
		{task.DoResume, "resume", "Resume a paused task", s.Resume},
		{task.DoRecall, "recall", "Recall a package to the firm", s.Recall},
		{task.DoCancel, "cancel", "Cancel a task for good", s.Cancel},
	} {
		apiMove(api, h.action, h.path, h.summary, func(ctx context.Context, who actor.Actor, id ident.TaskID, b WireReason) (task.Task, error) {
			return h.do(ctx, who, id, b.Rev, b.Reason)
		})
	}
	type rush struct {
		Rush bool `json:"rush"`
		WireReason
	}
	apiMove(api, task.DoRush, "rush", "Set or lift the rush mark", func(ctx context.Context, who actor.Actor, id ident.TaskID, b rush) (task.Task, error) {
		return s.MarkRush(ctx, who, id, b.Rev, b.Rush, b.Reason)
	})
}
