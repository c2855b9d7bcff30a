package task_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
	"countersign/internal/testkit"
)

// role gives a person of the provider a further role.
func (b *bench) role(who, role string) {
	b.T.Helper()
	b.System(func(ctx context.Context, tx *gate.Tx) error {
		return tx.Grant(ctx, gate.Grant{Person: testkit.PersonID(who), ScopeKind: "org", ScopeID: string(testkit.Provider), Org: testkit.Provider, Role: role, Reason: "test"})
	})
}

func TestSeparationOfDuties(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, lead := t.Context(), testkit.As(testkit.Lead)
		for _, who := range []string{testkit.Junior, testkit.Junior2, testkit.Peer} {
			b.role(who, "peer_reviewer")
			b.role(who, "senior_reviewer")
		}
		notTo := func(k task.Task, who, why string) {
			t.Helper()
			_, err := b.s.Assign(ctx, lead, k.ID, k.Rev, testkit.PersonID(who), "Because.")
			testkit.WantKind(t, err, fault.Invalid)
			if fault.Field(err) != "person" || fault.Say(err) != why {
				t.Errorf("%s: %v", who, err)
			}
		}
		const drafted, reviewed = "Who drafted this work may not review or sign it.", "Who reviewed this work at one tier may not draft it or review it at another."

		// The author does not review, and does not take the review either.
		k, v := b.submitted()
		notTo(k, testkit.Junior, drafted)
		// Nor does a former author, after the work was given to someone else.
		b.find(testkit.Peer, k, v, "Wrong.")
		k = b.must(b.s.Return(ctx, testkit.As(testkit.Peer), task.Verdict{Task: k.ID, Rev: k.Rev}))
		notTo(k, testkit.Peer, reviewed) // a reviewer does not draft
		k = b.must(b.s.Assign(ctx, lead, k.ID, k.Rev, testkit.PersonID(testkit.Junior2), "On leave."))
		k = b.must(b.s.Submit(ctx, testkit.As(testkit.Junior2), task.HandIn{Task: k.ID, Rev: k.Rev, Files: []ident.VersionID{v}, FixedAll: true}))
		notTo(k, testkit.Junior, drafted)
		notTo(k, testkit.Junior2, drafted)
	})
}

// A reviewer who was relieved at a tier does not review at another, and may come back to the first.
func TestAReviewerServesAtOneTier(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, lead := t.Context(), testkit.As(testkit.Lead)
		b.role(testkit.Peer, "senior_reviewer")
		b.role(testkit.Senior, "peer_reviewer")
		k, v := b.submitted()
		b.find(testkit.Peer, k, v, "Wrong.")
		k = b.must(b.s.Return(ctx, testkit.As(testkit.Peer), task.Verdict{Task: k.ID, Rev: k.Rev}))
		k = b.must(b.s.Submit(ctx, testkit.As(testkit.Junior), task.HandIn{Task: k.ID, Rev: k.Rev, Files: []ident.VersionID{v}, FixedAll: true}))
		k = b.must(b.s.Assign(ctx, lead, k.ID, k.Rev, testkit.PersonID(testkit.Senior), "End of shift."))
		k = b.must(b.s.Assign(ctx, lead, k.ID, k.Rev, testkit.PersonID(testkit.Peer), "She is back."))
		k = b.must(b.s.Assign(ctx, lead, k.ID, k.Rev, testkit.PersonID(testkit.Senior), "End of shift."))
		k = b.must(b.s.Approve(ctx, testkit.As(testkit.Senior), task.Verdict{Task: k.ID, Rev: k.Rev}))
		for _, who := range []string{testkit.Peer, testkit.Senior} {
			_, err := b.s.Take(ctx, testkit.As(who), k.ID)
			testkit.WantKind(t, err, fault.Forbidden)
			testkit.WantRule(t, err, "duty-reviewer")
		}
	})
}

func TestOneOfTwoWins(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		race := func(name string, press ...func() error) {
			t.Helper()
			errs := make([]error, len(press))
			var wg sync.WaitGroup
			for i, p := range press {
				wg.Go(func() { errs[i] = p() })
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				switch k := fault.KindOf(err); {
				case err == nil:
					won++
				case k != fault.Conflict && k != fault.Stale:
					t.Errorf("%s: the other got %v", name, err)
				}
			}
			if won != 1 {
				t.Errorf("%s: %d won", name, won)
			}
		}
		ctx := t.Context()
		q := b.released(b.pack())
		take := func(who string) func() error {
			return func() error { _, err := b.s.Take(ctx, testkit.As(who), q.ID); return err }
		}
		race("take", take(testkit.Junior), take(testkit.Junior2))
		if done, _ := b.Entries(task.DoTake); done != 1 {
			t.Errorf("%d entries of one taking", done)
		}
		k := b.drafting()
		v := b.file(k, "memo.docx", "one", testkit.Junior)
		submit := func() error {
			_, err := b.s.Submit(ctx, testkit.As(testkit.Junior), task.HandIn{Task: k.ID, Rev: k.Rev, Files: []ident.VersionID{v}})
			return err
		}
		race("submit", submit, submit)
		d := b.drafting()
		question, err := b.s.Ask(ctx, testkit.As(testkit.Junior), task.NewQuestion{Task: d.ID, Text: "Which?", Proposed: "This.", Silence: b.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		answer := func(who, text string) func() error {
			return func() error { return b.s.Answer(ctx, testkit.As(who), question, text) }
		}
		race("answer", answer(testkit.Attorney, "That."), answer(testkit.Partner, ""))
		if done, _ := b.Entries(task.DoAnswer); done != 1 {
			t.Errorf("%d entries of one answer", done)
		}
		s, _ := b.accepting()
		pause := func(who string) func() error {
			return func() error {
				_, err := b.s.Pause(ctx, testkit.As(who), s.ID, s.Rev, "Wait.")
				return err
			}
		}
		race("pause", pause(testkit.Attorney), pause(testkit.Lead))
	})
}

func TestSilenceMeansYesAtItsTime(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		k := b.drafting()
		at := b.Now().Add(3 * time.Hour)
		ask := func() string {
			t.Helper()
			id, err := b.s.Ask(ctx, testkit.As(testkit.Junior), task.NewQuestion{Task: k.ID, Text: "Which date?", Proposed: "The postmark.", Silence: at})
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		silent, answered := ask(), ask()
		assume := func(want int) {
			t.Helper()
			if n, err := b.s.AssumeSilent(ctx); err != nil || n != want {
				t.Errorf("%d were assumed, want %d (%v)", n, want, err)
			}
		}
		b.Later(3*time.Hour - time.Microsecond)
		assume(0)
		if err := b.s.Answer(ctx, testkit.As(testkit.Attorney), answered, "The other."); err != nil {
			t.Fatal(err)
		}
		b.Later(time.Microsecond)
		b.TakeJobs()
		assume(1)
		assume(0)
		told := false
		for _, j := range b.TakeJobs() {
			n, ok := j.(gate.Notice)
			told = told || ok && n.What == "assumed" && n.Person == testkit.PersonID(testkit.Junior)
		}
		if !told {
			t.Error("the asker was not told")
		}
		d, err := b.s.Desk(ctx, testkit.As(testkit.Junior), k.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range d.Questions {
			if want := map[string]string{silent: "assumed", answered: "answered"}[q.ID]; q.State != want {
				t.Errorf("question %s is %s, want %s", q.Text, q.State, want)
			}
		}
		err = b.s.Answer(ctx, testkit.As(testkit.Attorney), silent, "Too late.")
		testkit.WantKind(t, err, fault.Conflict)
	})
}

// A wall on another matter is no wall on this one: who is screened elsewhere still answers here.
func TestAWallElsewhereLeavesQuestionsHere(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		k := b.drafting()
		id, err := b.s.Ask(ctx, testkit.As(testkit.Junior), task.NewQuestion{Task: k.ID, Text: "Which?", Proposed: "This.", Silence: b.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		b.System(func(ctx context.Context, tx *gate.Tx) error {
			_, _, err := tx.RaiseWall(ctx, testkit.Firm, testkit.Shut, testkit.PersonID(testkit.Partner), "test")
			return err
		})
		if err := b.s.Answer(ctx, testkit.As(testkit.Partner), id, "That."); err != nil {
			t.Error(err)
		}
		for _, who := range []string{testkit.Walled, testkit.Outside, testkit.Stranger} {
			testkit.WantKind(t, b.s.Answer(ctx, testkit.As(who), id, "Mine."), fault.NotFound)
		}
		testkit.WantKind(t, b.s.Answer(ctx, testkit.As(testkit.Junior), id, "Mine."), fault.Forbidden)
		testkit.WantKind(t, b.s.Withdraw(ctx, testkit.As(testkit.Lead), id), fault.Forbidden) // she may, of her own
	})
}

func TestSigningTakesAFreshFactor(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		k, v := b.accepting()
		sign := func(a actor.Actor) error {
			_, err := b.s.SignOff(t.Context(), a, task.SignOff{Task: k.ID, Rev: k.Rev, Files: []ident.VersionID{v}})
			return err
		}
		for _, old := range []time.Time{{}, b.Now().Add(-gate.StepUpLasts - time.Second)} {
			a := testkit.As(testkit.Attorney)
			a.SteppedUpAt = old
			err := sign(a)
			testkit.WantKind(t, err, fault.Forbidden)
			testkit.WantRule(t, err, "step-up")
		}
		if err := sign(testkit.As(testkit.Attorney)); err != nil {
			t.Error(err)
		}
		if n := b.Int(db.SQL(`SELECT COUNT(*) FROM sign_off`)); n != 1 {
			t.Errorf("%d signatures", n)
		}
	})
}
