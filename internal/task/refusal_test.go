package task_test

import (
	"context"
	"testing"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
	"countersign/internal/testkit"
)

const kindStale = fault.Stale

// A press is one verb on a task in the state that the verb is for.
type press struct {
	action authz.Action
	ready  func(b *bench) (task.Task, ident.VersionID)
	do     func(b *bench, who actor.Actor, t task.Task, v ident.VersionID, rev int64) error
	wrong  string // a person who sees the task and may not
	stale  bool   // the verb carries the revision that the person saw
}

func presses() []press {
	one := func(f func(b *bench) task.Task) func(b *bench) (task.Task, ident.VersionID) {
		return func(b *bench) (task.Task, ident.VersionID) { return f(b), "" }
	}
	queued := one(func(b *bench) task.Task { return b.released(b.pack()) })
	drafting := one((*bench).drafting)
	toSubmit := func(b *bench) (task.Task, ident.VersionID) {
		t := b.drafting()
		return t, b.file(t, "memo.docx", "one", testkit.Junior)
	}
	bg := context.Background()
	hold := func(verb func(*task.Service) func(context.Context, actor.Actor, ident.TaskID, int64, string) (task.Task, error)) func(*bench, actor.Actor, task.Task, ident.VersionID, int64) error {
		return func(b *bench, who actor.Actor, t task.Task, _ ident.VersionID, rev int64) error {
			_, err := verb(b.s.Service)(bg, who, t.ID, rev, "Because.")
			return err
		}
	}
	type verb = func(context.Context, actor.Actor, ident.TaskID, int64, string) (task.Task, error)
	return []press{
		{task.DoAssign, queued, func(b *bench, who actor.Actor, t task.Task, _ ident.VersionID, rev int64) error {
			_, err := b.s.Assign(bg, who, t.ID, rev, testkit.PersonID(testkit.Junior2), "")
			return err
		}, testkit.Junior, true},
		{task.DoTake, queued, func(b *bench, who actor.Actor, t task.Task, _ ident.VersionID, _ int64) error {
			_, err := b.s.Take(bg, who, t.ID)
			return err
		}, testkit.Partner, false},
		{task.DoDecline, queued, func(b *bench, who actor.Actor, t task.Task, _ ident.VersionID, rev int64) error {
			_, err := b.s.Decline(bg, who, t.ID, rev, []string{"Exhibit 4"})
			return err
		}, testkit.Junior, true},
		{task.DoCheck, drafting, func(b *bench, who actor.Actor, t task.Task, _ ident.VersionID, _ int64) error {
			return b.s.Check(bg, who, t.ID, 0, true)
		}, testkit.Junior2, false},
		{task.DoSubmit, toSubmit, func(b *bench, who actor.Actor, t task.Task, v ident.VersionID, rev int64) error {
			_, err := b.s.Submit(bg, who, task.HandIn{Task: t.ID, Rev: rev, Files: []ident.VersionID{v}})
			return err
		}, testkit.Junior2, true},
		{task.DoFind, (*bench).submitted, func(b *bench, who actor.Actor, t task.Task, v ident.VersionID, _ int64) error {
			_, err := b.s.RaiseFinding(bg, who, task.NewFinding{Task: t.ID, Severity: "minor", Code: "D-C1", Version: v, Text: "Wrong."})
			return err
		}, testkit.Senior, false},
		{task.DoApprove, (*bench).submitted, func(b *bench, who actor.Actor, t task.Task, _ ident.VersionID, rev int64) error {
			_, err := b.s.Approve(bg, who, task.Verdict{Task: t.ID, Rev: rev})
			return err
		}, testkit.Attorney, true},
		{task.DoReturn, (*bench).submitted, func(b *bench, who actor.Actor, t task.Task, _ ident.VersionID, rev int64) error {
			_, err := b.s.Return(bg, who, task.Verdict{Task: t.ID, Rev: rev})
			return err
		}, testkit.Lead, true},
		{task.DoSignOff, (*bench).accepting, func(b *bench, who actor.Actor, t task.Task, v ident.VersionID, rev int64) error {
			_, err := b.s.SignOff(bg, who, task.SignOff{Task: t.ID, Rev: rev, Files: []ident.VersionID{v}})
			return err
		}, testkit.Partner, true},
		{task.DoAsk, drafting, func(b *bench, who actor.Actor, t task.Task, _ ident.VersionID, _ int64) error {
			_, err := b.s.Ask(bg, who, task.NewQuestion{Task: t.ID, Text: "Which date?", Proposed: "The postmark.", Silence: b.Now().Add(2 * time.Hour)})
			return err
		}, testkit.Senior, false},
		{task.DoPause, drafting, hold(func(s *task.Service) verb { return s.Pause }), testkit.Junior, true},
		{task.DoRecall, drafting, hold(func(s *task.Service) verb { return s.Recall }), testkit.Lead, true},
		{task.DoCancel, drafting, hold(func(s *task.Service) verb { return s.Cancel }), testkit.Operations, true},
		{task.DoRush, drafting, func(b *bench, who actor.Actor, t task.Task, _ ident.VersionID, rev int64) error {
			_, err := b.s.MarkRush(bg, who, t.ID, rev, true, "The hearing moved.")
			return err
		}, testkit.Junior, true},
		{task.DoAmend, drafting, func(b *bench, who actor.Actor, t task.Task, _ ident.VersionID, rev int64) error {
			_, err := b.s.Amend(bg, who, t.ID, rev, b.pack(), "The court asked for more.")
			return err
		}, testkit.Lead, true},
	}
}

func TestEveryVerbRefuses(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, p := range presses() {
			k, v := p.ready(b)
			for _, who := range []string{testkit.Walled, testkit.Outside, testkit.Stranger, testkit.Rival} {
				if err := p.do(b, testkit.As(who), k, v, k.Rev); fault.KindOf(err) != fault.NotFound || err == nil {
					t.Errorf("%s by %s: %v, want not found", p.action, who, err)
				}
			}
			_, before := b.Entries(p.action)
			if err := p.do(b, testkit.As(p.wrong), k, v, k.Rev); fault.KindOf(err) != fault.Forbidden || err == nil {
				t.Errorf("%s by %s: %v, want forbidden", p.action, p.wrong, err)
			}
			if _, after := b.Entries(p.action); after != before+1 {
				t.Errorf("%s by %s left %d refusal entries", p.action, p.wrong, after-before)
			}
			if p.stale {
				if err := p.do(b, testkit.As(p.wrong), k, v, k.Rev-1); fault.KindOf(err) != fault.Stale {
					t.Errorf("%s on an overtaken page: %v, want stale", p.action, err)
				}
			}
		}
	})
}

func TestWhatTheStateForbids(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		lead, junior, peer, att := testkit.As(testkit.Lead), testkit.As(testkit.Junior), testkit.As(testkit.Peer), testkit.As(testkit.Attorney)
		k, v := b.submitted()
		_, err := b.s.Submit(ctx, junior, task.HandIn{Task: k.ID, Files: []ident.VersionID{v}})
		testkit.WantKind(t, err, fault.Conflict)
		_, err = b.s.Return(ctx, peer, task.Verdict{Task: k.ID, Rev: k.Rev})
		testkit.WantKind(t, err, fault.Conflict) // a return says what to fix
		_, err = b.s.Decline(ctx, lead, k.ID, k.Rev, []string{"Exhibit 4"})
		testkit.WantKind(t, err, fault.Conflict)
		b.find(testkit.Peer, k, v, "Wrong.")
		_, err = b.s.Approve(ctx, peer, task.Verdict{Task: k.ID, Rev: k.Rev})
		testkit.WantKind(t, err, fault.Conflict) // open findings
		k = b.must(b.s.Return(ctx, peer, task.Verdict{Task: k.ID, Rev: k.Rev}))
		_, err = b.s.Submit(ctx, junior, task.HandIn{Task: k.ID, Files: []ident.VersionID{v}})
		testkit.WantKind(t, err, fault.Invalid) // the finding has no answer
		if fault.Field(err) != "answers" {
			t.Errorf("field %q", fault.Field(err))
		}
		k = b.must(b.s.Pause(ctx, lead, k.ID, k.Rev, "Waiting for the client."))
		_, err = b.s.Submit(ctx, junior, task.HandIn{Task: k.ID, Files: []ident.VersionID{v}, FixedAll: true})
		testkit.WantKind(t, err, fault.Conflict)
		_, err = b.s.Pause(ctx, lead, k.ID, k.Rev, "Again.")
		testkit.WantKind(t, err, fault.Conflict)
		k = b.must(b.s.Cancel(ctx, att, k.ID, k.Rev, "Settled."))
		_, err = b.s.Cancel(ctx, att, k.ID, k.Rev, "Again.")
		testkit.WantKind(t, err, fault.Conflict)
	})
}

func TestTheQueueGivesWhatOneMayDo(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		review, _ := b.submitted()
		b.must(b.s.Approve(ctx, testkit.As(testkit.Peer), task.Verdict{Task: review.ID, Rev: review.Rev})) // waits for a senior
		late := b.pack()
		late.Due = b.Now().Add(2 * time.Hour)
		b.released(b.pack())
		soon := b.released(late)
		rush := b.pack()
		rush.Rush = true
		first := b.released(rush)
		for i, want := range []ident.TaskID{first.ID, soon.ID} {
			got := b.must(b.s.TakeNext(ctx, testkit.As(testkit.Junior)))
			if got.ID != want {
				t.Errorf("take %d gave %s, want %s", i, got.Name(), want)
			}
		}
		_, err := b.s.TakeNext(ctx, testkit.As(testkit.Outside))
		testkit.WantKind(t, err, fault.Conflict)
		if _, refused := b.Entries(task.DoTake); refused != 0 {
			t.Errorf("looking for work left %d refusals", refused)
		}
	})
}

func TestEachClosedGateIsNamed(t *testing.T) {
	matter := authz.Ref{Kind: "matter", ID: string(testkit.Matter)}
	engagement := authz.Ref{Kind: "engagement", ID: string(testkit.Engagement)}
	person := authz.Ref{Kind: "person", ID: string(testkit.PersonID(testkit.Attorney))}
	for _, c := range []struct {
		rule string
		book ident.PlaybookID
		shut func(ctx context.Context, tx *gate.Tx) error
	}{
		{"gate-consent", book, func(ctx context.Context, tx *gate.Tx) error { return tx.EndFact(ctx, matter, "consent", "") }},
		{"gate-conflict", book, func(ctx context.Context, tx *gate.Tx) error { return tx.SetFact(ctx, matter, "parties", "2") }},
		{"gate-attorney-only", never, nil},
		{"gate-condition", short, nil},
		{"gate-baa", book, func(ctx context.Context, tx *gate.Tx) error { return tx.SetFact(ctx, matter, "data_class", "phi") }},
		{"gate-protective-order", book, func(ctx context.Context, tx *gate.Tx) error {
			return tx.AddFact(ctx, matter, "restriction", "protective_order", time.Time{})
		}},
		{"gate-export", book, func(ctx context.Context, tx *gate.Tx) error {
			return tx.AddFact(ctx, matter, "restriction", "export_control", time.Time{})
		}},
		{"gate-phase", book, func(ctx context.Context, tx *gate.Tx) error { return tx.SetFact(ctx, engagement, "phase", "suspended") }},
		{"gate-matter-open", book, func(ctx context.Context, tx *gate.Tx) error { return tx.SetFact(ctx, matter, "state", "closed") }},
		{"gate-mfa", book, func(ctx context.Context, tx *gate.Tx) error { return tx.EndFact(ctx, person, "mfa", "") }},
	} {
		t.Run(c.rule, func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				ctx, att := t.Context(), testkit.As(testkit.Attorney)
				p := b.pack()
				p.Playbook = c.book
				k := b.must(b.s.Prepare(ctx, att, p))
				if c.shut != nil {
					b.System(c.shut)
				}
				_, err := b.s.Release(ctx, att, k.ID, k.Rev, false)
				testkit.WantKind(t, err, fault.Forbidden)
				testkit.WantRule(t, err, c.rule)
				if n := b.Int(db.SQL(`SELECT COUNT(*) FROM task WHERE state = 'open'`)); n != 0 {
					t.Error("it was released")
				}
			})
		})
	}
}
