package task

import (
	"context"

	"countersign/internal/kernel/authz"
	"countersign/internal/platform/gate"
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

func acts(ctx context.Context, v gate.View, t Task) (a Acts, err error) {
	may := func(act *Act, action authz.Action, fits bool) {
		if err != nil || !fits {
			return
		}
		var d authz.Decision
		if d, err = v.May(ctx, action, t.Subject()); err == nil {
			act.Shown = d.Allowed || len(d.Rules) > 0
			if !d.Allowed && len(d.Rules) > 0 {
				act.Why, act.Rules = d.Rules[0].Say, d.Rules
			}
		}
	}
	at, live := t.At().Kind, t.State == Open || t.State == Paused
	firm, provider := t.Firm == v.Who.Org, t.Provider == v.Who.Org
	own := t.State == Preparing || t.State == Declined || t.State == Recalled
	may(&a.Take, DoTake, provider && t.State == Open && t.Holder == "")
	if a.Take.Ready() {
		may(&a.Take, t.workAction(), true)
		if !a.Take.Shown {
			a.Take = Act{Shown: true, Why: "Your role does not include this stage."}
		}
	}
	may(&a.Assign, DoAssign, provider && t.State == Open && at != Acceptance)
	may(&a.Decline, DoDecline, provider && t.State == Open && at == Draft && t.Cycle == 0)
	may(&a.Check, DoCheck, t.State == Open)
	may(&a.Submit, DoSubmit, provider && t.State == Open && at == Draft)
	may(&a.Ask, DoAsk, provider && live)
	may(&a.Answer, DoAnswer, firm && live)
	may(&a.Withdraw, DoWithdraw, provider && live)
	may(&a.Pause, DoPause, t.State == Open)
	may(&a.Resume, DoResume, t.State == Paused)
	may(&a.Recall, DoRecall, firm && (live || t.State == Declined))
	may(&a.Cancel, DoCancel, firm && t.State != Delivered && t.State != Cancelled)
	may(&a.Rush, DoRush, t.State != Delivered && t.State != Cancelled)
	may(&a.Edit, DoEdit, firm && own)
	may(&a.Amend, DoAmend, firm && live)
	may(&a.Release, DoRelease, firm && own)
	may(&a.Review, DoApprove, t.Holder == v.Who.Person && t.State == Open && at == Review)
	may(&a.Sign, DoSignOff, t.Supervisor == v.Who.Person && t.State == Open && at == Acceptance)
	return a, err
}
