package task_test

import (
	"testing"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
	"countersign/internal/testkit"
)

func TestTheWholeCircle(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		k, v1 := b.submitted()
		if k.At().Key != "peer" || k.Holder != testkit.PersonID(testkit.Peer) || k.Cycle != 1 {
			t.Fatalf("after submission: stage %s, holder %s, cycle %d", k.At().Key, k.Holder, k.Cycle)
		}
		f := b.find(testkit.Peer, k, v1, "The cite is to the question.")
		k = b.must(b.s.Return(ctx, testkit.As(testkit.Peer), task.Verdict{Task: k.ID, Rev: k.Rev, Note: "Close."}))
		if !k.Returned || k.Holder != testkit.PersonID(testkit.Junior) || k.At().Kind != task.Draft {
			t.Fatalf("after return: %+v", k)
		}
		v2 := b.file(k, "memo.docx", "two", testkit.Junior)
		again := task.HandIn{Task: k.ID, Rev: k.Rev, Files: []ident.VersionID{v2}, Answers: []task.Answer{{Finding: f, Text: "Cited the answer."}}}
		k = b.must(b.s.Submit(ctx, testkit.As(testkit.Junior), again))
		if k.At().Key != "peer" || k.Holder != testkit.PersonID(testkit.Peer) || k.Returned {
			t.Fatalf("a resubmission goes back to its reviewer, not to %s of %s", k.Holder, k.At().Key)
		}
		k = b.must(b.s.Approve(ctx, testkit.As(testkit.Peer), task.Verdict{Task: k.ID, Rev: k.Rev}))
		k = b.must(b.s.Take(ctx, testkit.As(testkit.Senior), k.ID))
		k = b.must(b.s.Approve(ctx, testkit.As(testkit.Senior), task.Verdict{Task: k.ID, Rev: k.Rev}))
		if k.Holder != testkit.PersonID(testkit.Attorney) {
			t.Fatalf("acceptance is with %s", k.Holder)
		}
		b.TakeJobs()
		k = b.must(b.s.SignOff(ctx, testkit.As(testkit.Attorney), task.SignOff{Task: k.ID, Rev: k.Rev, Files: []ident.VersionID{v2}}))
		if k.State != task.Delivered || !k.DoneAt.Equal(b.Now()) || k.Holder != "" {
			t.Fatalf("after sign-off: %+v", k)
		}
		told := map[ident.PersonID]bool{}
		for _, j := range b.TakeJobs() {
			if n, ok := j.(gate.Notice); ok && n.What == "delivered" {
				told[n.Person] = true
			}
		}
		for _, p := range []string{testkit.Junior, testkit.Peer, testkit.Senior} {
			if !told[testkit.PersonID(p)] {
				t.Errorf("%s was not told of the delivery", p)
			}
		}
		for verb, want := range map[authz.Action]int64{task.DoPrepare: 1, task.DoRelease: 1, task.DoTake: 2, task.DoSubmit: 2, task.DoFind: 1, task.DoReturn: 1, task.DoApprove: 2, task.DoSignOff: 1} {
			if done, refused := b.Entries(verb); done != want || refused != 0 {
				t.Errorf("%s: %d entries and %d refusals, want %d and 0", verb, done, refused, want)
			}
		}
		if n := b.Int(db.SQL(`SELECT COUNT(*) FROM sign_off_file`)); n != 1 {
			t.Errorf("%d files are bound", n)
		}
	})
}

func TestASignatureIsVoidWhileTheBytesDiffer(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, att := t.Context(), testkit.As(testkit.Attorney)
		k, v := b.accepting()
		b.must(b.s.SignOff(ctx, att, task.SignOff{Task: k.ID, Rev: k.Rev, Files: []ident.VersionID{v}}))
		void := func() []string {
			d, err := b.s.Desk(ctx, att, k.ID)
			if err != nil {
				t.Fatal(err)
			}
			return d.Signature.Void
		}
		if n := void(); len(n) != 0 {
			t.Errorf("void at once: %v", n)
		}
		b.file(k, "memo.docx", "other bytes", testkit.Junior)
		if n := void(); len(n) != 1 || n[0] != "memo.docx" {
			t.Errorf("changed bytes leave the signature standing: %v", n)
		}
		b.file(k, "memo.docx", "one", testkit.Junior)
		if n := void(); len(n) != 0 {
			t.Errorf("the signed bytes are back and the signature is void: %v", n)
		}
	})
}

func TestTheAttorneySignsHerOwnEdits(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, att := t.Context(), testkit.As(testkit.Attorney)
		k, v := b.accepting()
		own := b.file(k, "memo.docx", "hers", testkit.Attorney)
		_, err := b.s.SignOff(ctx, att, task.SignOff{Task: k.ID, Rev: k.Rev, Files: []ident.VersionID{v}})
		testkit.WantKind(t, err, kindStale)
		b.must(b.s.SignOff(ctx, att, task.SignOff{Task: k.ID, Rev: k.Rev, Files: []ident.VersionID{own}}))
		d, err := b.s.Desk(ctx, att, k.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !d.Signature.OwnEdits || len(d.History) != 2 || d.History[0].Stage.Kind != task.Acceptance {
			t.Errorf("own edits are not kept as a submission of hers: %+v", d.History)
		}
	})
}
