package task_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/testkit"
)

func TestRecordOfAPackageBelongsToTheFirmUntilItIsReleased(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		made := b.must(b.s.Prepare(t.Context(), testkit.As(testkit.Attorney), b.pack()))
		_, err := b.s.Record(t.Context(), testkit.As(testkit.Lead), made.ID)
		testkit.WantKind(t, err, fault.NotFound)
		if r, err := b.s.Record(t.Context(), testkit.As(testkit.Operations), made.ID); err != nil || len(r.Steps) != 0 || r.Signature != nil {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestRecordTellsWhoDidWhatAndForHowLong(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		tk := b.drafting()
		b.Later(3 * time.Hour)
		v := b.file(tk, "memo.docx", "one", testkit.Junior)
		tk = b.must(b.s.Submit(ctx, testkit.As(testkit.Junior), task.HandIn{Task: tk.ID, Rev: tk.Rev, Files: []ident.VersionID{v}, Note: "First draft."}))
		if _, err := b.s.Ask(ctx, testkit.As(testkit.Junior), task.NewQuestion{Task: tk.ID, Text: "Seven years?", Proposed: "Yes, seven.", Silence: b.Now().Add(2 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		tk = b.must(b.s.Take(ctx, testkit.As(testkit.Peer), tk.ID))
		b.look(testkit.Peer, tk)
		b.Later(48 * time.Minute)
		b.find(testkit.Peer, tk, v, "Wrong page.")
		tk = b.must(b.s.Return(ctx, testkit.As(testkit.Peer), task.Verdict{Task: tk.ID, Note: "See 1."}))
		b.Later(30 * time.Minute)
		v = b.file(tk, "memo.docx", "two", testkit.Junior)
		tk = b.must(b.s.Submit(ctx, testkit.As(testkit.Junior), task.HandIn{Task: tk.ID, Files: []ident.VersionID{v}, FixedAll: true}))
		tk = b.must(b.s.Approve(ctx, testkit.As(testkit.Peer), task.Verdict{Task: tk.ID}))
		b.must(b.s.Take(ctx, testkit.As(testkit.Senior), tk.ID))
		tk = b.must(b.s.Approve(ctx, testkit.As(testkit.Senior), task.Verdict{Task: tk.ID}))
		b.Later(24 * time.Hour)
		if _, err := b.s.AssumeSilent(ctx); err != nil {
			t.Fatal(err)
		}
		att := testkit.As(testkit.Attorney)
		att.SteppedUpAt = b.Now()
		b.must(b.s.SignOff(ctx, att, task.SignOff{Task: tk.ID, Files: []ident.VersionID{v}}))
		b.sealed()
		r, err := b.s.Record(ctx, testkit.As(testkit.Junior), tk.ID)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, s := range r.Steps {
			told = append(told, s.What+" "+s.By.Name+" "+s.Took.String())
		}
		want := "Package released attorney 0s|Draft handed in junior 3h0m0s|Peer review peer 48m0s|Draft handed in junior 30m0s|Peer review peer 0s|Senior review senior 0s|Signed and delivered attorney 0s"
		if got := strings.Join(told, "|"); got != want {
			t.Errorf("steps\n%s\nwant\n%s", got, want)
		}
		if r.Counts["major"] != 1 || r.Findings[0].State != "accepted" || r.Findings[0].RaisedBy.Name != "peer" || !r.Findings[0].RaisedBy.Offshore {
			t.Errorf("findings %+v", r.Findings)
		}
		if len(r.Assumptions) != 1 || r.Assumptions[0].State != "assumed" || r.Assumptions[0].Proposed != "Yes, seven." {
			t.Errorf("assumptions %+v", r.Assumptions)
		}
		if len(r.Delivered) != 1 || r.Delivered[0].Version != v || r.Signature == nil || len(r.Signature.Void) != 0 || len(r.Signature.Manifest) != 64 || r.PlaybookN != 1 {
			t.Errorf("%+v %+v", r.Delivered, r.Signature)
		}
		wantJSON(t, r)
	})
}

func wantJSON(t *testing.T, r desk.Record) {
	t.Helper()
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"task", "steps", "submissions", "findings", "assumptions", "sign_off", "delivered_files", "playbook_version"} {
		if back[name] == nil {
			t.Errorf("the record has no %q: %s", name, raw)
		}
	}
}

func TestALaterVersionVoidsTheSignatureAndTheRecordSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		tk, v := b.accepting()
		b.must(b.s.SignOff(t.Context(), testkit.As(testkit.Attorney), task.SignOff{Task: tk.ID, Rev: tk.Rev, Files: []ident.VersionID{v}}))
		b.file(tk, "memo.docx", "one", testkit.Attorney) // the same bytes again
		b.sealed()
		if r, err := b.s.Record(t.Context(), testkit.As(testkit.Attorney), tk.ID); err != nil || len(r.Signature.Void) != 0 {
			t.Errorf("the same bytes: %+v, %v", r.Signature, err)
		}
		b.file(tk, "memo.docx", "changed", testkit.Attorney)
		b.sealed()
		r, err := b.s.Record(t.Context(), testkit.As(testkit.Junior), tk.ID)
		if err != nil || len(r.Signature.Void) != 1 {
			t.Fatalf("%+v, %v", r.Signature, err)
		}
		if l := r.Signature.Void[0]; l.Name != "memo.docx" || l.SignedN != 1 || l.CurrentN != 3 || l.By.Name != "attorney" {
			t.Errorf("void: %+v", l)
		}
		if r.Delivered[0].Version != v {
			t.Errorf("delivered %+v", r.Delivered)
		}
	})
}
