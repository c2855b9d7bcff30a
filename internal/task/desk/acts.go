package desk

import (
	"context"

	"countersign/internal/kernel/authz"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
)

// An Act is a verb that the reader might press. It is shown when their role includes it and the state allows it; Why
// then says which rule still refuses, and "" that nothing does.
type Act struct {
	Shown bool
	Why   string
	Rules []authz.Rule
}

// Ready reports whether the act would be carried out now.
func (a Act) Ready() bool { return a.Shown && a.Why == "" }

// Acts are the verbs of a desk.
type Acts struct {
	Take, Assign, Decline, Check, Submit, Ask, Answer, Withdraw Act
	Pause, Resume, Recall, Cancel, Rush                         Act
	Edit, Amend, Release                                        Act
	Review, Sign                                                Act
}

// An asker asks about one task for its reader, until the first error.
type asker struct {
	ctx context.Context
	v   gate.View
	t   task.Task
	err error
}

// may fills an act, when the state fits it.
func (k *asker) may(act *Act, action authz.Action, fits bool) {
	if k.err != nil || !fits {
		return
	}
	d, err := k.v.May(k.ctx, action, k.t.Subject())
	if err != nil {
		k.err = err
		return
	}
	act.Shown = d.Allowed || len(d.Rules) > 0
	if !d.Allowed && len(d.Rules) > 0 {
		act.Why, act.Rules = d.Rules[0].Say, d.Rules
	}
}

func acts(ctx context.Context, v gate.View, t task.Task) (a Acts, err error) {
	k := &asker{ctx: ctx, v: v, t: t}
	a.ofProvider(k)
	a.ofFirm(k)
	k.may(&a.Check, task.DoCheck, t.State == task.Open)
	k.may(&a.Pause, task.DoPause, t.State == task.Open)
	k.may(&a.Resume, task.DoResume, t.State == task.Paused)
	k.may(&a.Rush, task.DoRush, t.State != task.Delivered && t.State != task.Cancelled)
	k.may(&a.Review, task.DoApprove, t.Holder == v.Who.Person && t.State == task.Open && t.At().Kind == task.Review)
	k.may(&a.Sign, task.DoSignOff, t.Supervisor == v.Who.Person && t.State == task.Open && t.At().Kind == task.Acceptance)
	return a, k.err
}

func (a *Acts) ofProvider(k *asker) {
	t := k.t
	if t.Provider != k.v.Who.Org {
		return
	}
	at, open, live := t.At().Kind, t.State == task.Open, t.State == task.Open || t.State == task.Paused
	k.may(&a.Take, task.DoTake, open && t.Holder == "")
	if a.Take.Ready() {
		k.may(&a.Take, t.WorkAction(), true)
		if !a.Take.Shown {
			a.Take = Act{Shown: true, Why: "Your role does not include this stage."}
		}
	}
	k.may(&a.Assign, task.DoAssign, open && at != task.Acceptance)
	k.may(&a.Decline, task.DoDecline, open && at == task.Draft && t.Cycle == 0)
	k.may(&a.Submit, task.DoSubmit, open && at == task.Draft)
	k.may(&a.Ask, task.DoAsk, live)
	k.may(&a.Withdraw, task.DoWithdraw, live)
}

func (a *Acts) ofFirm(k *asker) {
	t := k.t
	if t.Firm != k.v.Who.Org {
		return
	}
	live, own := t.State == task.Open || t.State == task.Paused, t.Editable() == nil
	k.may(&a.Answer, task.DoAnswer, live)
	k.may(&a.Recall, task.DoRecall, live || t.State == task.Declined)
	k.may(&a.Cancel, task.DoCancel, t.State != task.Delivered && t.State != task.Cancelled)
	k.may(&a.Edit, task.DoEdit, own)
	k.may(&a.Amend, task.DoAmend, live)
	k.may(&a.Release, task.DoRelease, own)
}
