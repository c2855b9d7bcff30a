package sla

import (
	"context"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/sla/minutes"
	"countersign/internal/task"
)

// An event is a move of a task, as its entry tells it.
type event struct {
	id   string // of the entry
	verb authz.Action
	org  ident.OrgID // for which it was done
	at   time.Time
}

// A wait is a stretch that the task's own rows tell: a question, or a pause of this package.
type wait struct {
	kind     minutes.Kind
	id       string // "question/…" or "pause/…"
	from, to time.Time
}

// A story is all that is known of one task's time.
type story struct {
	task      task.Task
	events    []event
	questions []wait
	pauses    []wait
}

// moves are the entries that change what a task's time counts as.
var moves = []authz.Action{task.DoRelease, task.DoDecline, task.DoRecall, task.DoPause, task.DoResume, task.DoSubmit, task.DoApprove, task.DoReturn, task.DoCancel}

// stories reads what the clocks of tasks rest on. The reader may know of each of the tasks: nothing is asked here.
func stories(ctx context.Context, q db.Reader, tasks []task.Task) (map[ident.TaskID]*story, error) {
	out := map[ident.TaskID]*story{}
	ids := make([]string, 0, len(tasks))
	for _, t := range tasks {
		out[t.ID] = &story{task: t}
		ids = append(ids, string(t.ID))
	}
	type row struct {
		task ident.TaskID
		event
	}
	events, err := db.All(ctx, q, db.SQL(`SELECT e.subject_id, e.id, e.verb, e.org_id, e.at FROM entry e WHERE e.subject_kind = 'task' AND NOT e.refused AND `).
		Join(db.In("e.subject_id", ids), db.SQL(` AND `), db.In("e.verb", moves), db.SQL(` ORDER BY e.at, e.id`)),
		func(rs *db.Rows, r *row) error { return rs.Scan(&r.task, &r.id, &r.verb, &r.org, db.At{T: &r.at}) })
	if err != nil {
		return nil, err
	}
	for _, r := range events {
		out[r.task].events = append(out[r.task].events, r.event)
	}
	type asked struct {
		task ident.TaskID
		wait
	}
	questions, err := db.All(ctx, q, db.SQL(`SELECT q.task_id, q.id, q.asked_at, q.answered_at FROM question q WHERE `).Join(db.In("q.task_id", ids), db.SQL(` ORDER BY q.asked_at, q.id`)),
		func(rs *db.Rows, r *asked) error {
			return rs.Scan(&r.task, &r.id, db.At{T: &r.from}, db.At{T: &r.to})
		})
	if err != nil {
		return nil, err
	}
	for _, r := range questions {
		r.kind, r.id = minutes.Firm, "question/"+r.id
		out[r.task].questions = append(out[r.task].questions, r.wait)
	}
	pauses, err := db.All(ctx, q, db.SQL(`SELECT p.task_id, p.id, p.kind, p.from_at, p.until_at FROM clock_pause p WHERE `).Join(db.In("p.task_id", ids), db.SQL(` ORDER BY p.from_at, p.id`)),
		func(rs *db.Rows, r *asked) error {
			var until int64
			err := rs.Scan(&r.task, &r.id, &r.kind, db.At{T: &r.from}, &until)
			if until != forever {
				r.to = db.Instant(until)
			}
			return err
		})
	for _, r := range pauses {
		r.id = "pause/" + r.id
		out[r.task].pauses = append(out[r.task].pauses, r.wait)
	}
	return out, err
}

// life is a task's story as the ledger takes it. Whose turn it is follows from the moves, by the rules of the task itself.
//
// The clock stands: from a decline to the next release (the package is incomplete); from a recall to it, while the firm holds
// the task, and while it awaits the attorney's acceptance (for the firm); while a question is open, where the terms say so; in the
// firm's pauses. A pause of the provider's own does not stop it.
func (s *story) life(questions bool) minutes.Life {
	l := minutes.Life{Released: s.task.ReleasedAt}
	at := task.Task{State: task.Open, Stages: s.task.Stages} // where the task was
	turn := func(t time.Time) { l.Stages = append(l.Stages, minutes.Turn{Stage: at.At().Key, At: t}) }
	var hold, accept *minutes.Pause // that run
	begin := func(k minutes.Kind, e event) *minutes.Pause {
		return &minutes.Pause{Kind: k, From: e.at, Ref: "entry/" + e.id}
	}
	end := func(p **minutes.Pause, t time.Time) {
		if *p != nil {
			(*p).To = t
			l.Pauses = append(l.Pauses, **p)
			*p = nil
		}
	}
	for _, e := range s.events {
		was := at.Stage
		switch e.verb {
		case task.DoRelease:
			end(&hold, e.at)
			if len(l.Stages) == 0 {
				turn(e.at)
			}
		case task.DoDecline:
			end(&hold, e.at)
			hold = begin(minutes.Incomplete, e)
		case task.DoRecall:
			end(&hold, e.at)
			hold = begin(minutes.Firm, e)
		case task.DoPause:
			if end(&hold, e.at); e.org == s.task.Firm {
				hold = begin(minutes.Firm, e)
			}
		case task.DoResume:
			end(&hold, e.at)
		case task.DoCancel:
			l.Ended = e.at
		default:
			at = moved(at, e.verb, e.at)
		}
		if at.Stage != was {
			turn(e.at)
			if end(&accept, e.at); at.At().Kind == task.Acceptance {
				accept = begin(minutes.Firm, e)
			}
		}
	}
	for _, p := range []*minutes.Pause{hold, accept} { // still running
		if p != nil {
			l.Pauses = append(l.Pauses, *p)
		}
	}
	if s.task.State == task.Delivered {
		l.Ended = s.task.DoneAt
	}
	for _, w := range s.pauses {
		l.Pauses = append(l.Pauses, minutes.Pause{Kind: w.kind, From: w.from, To: w.to, Ref: w.id})
	}
	for _, w := range s.questions {
		if questions {
			l.Pauses = append(l.Pauses, minutes.Pause{Kind: w.kind, From: w.from, To: w.to, Ref: w.id})
		}
	}
	return l
}

// moved is a task after a move of its stage, by the task's own rules; what they refuse moves nothing.
func moved(t task.Task, verb authz.Action, at time.Time) task.Task {
	var next task.Task
	var err error
	switch verb {
	case task.DoSubmit:
		next, err = t.Submit("", at)
	case task.DoApprove:
		next, err = t.Approve("", at)
	case task.DoReturn:
		next, err = t.Return(at)
	default:
		return t
	}
	if err != nil {
		return t
	}
	return next
}
