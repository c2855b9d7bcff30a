package task_test

import (
	"testing"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/testkit"
)

func (b *bench) signing(t task.Task) desk.SignView {
	b.T.Helper()
	b.sealed()
	r, err := b.s.SignView(b.T.Context(), testkit.As(testkit.Attorney), t.ID)
	if err != nil {
		b.T.Fatal(err)
	}
	return r
}

func TestSignViewIsTheSupervisingAttorneys(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		tk, _ := b.accepting()
		b.sealed()
		for who, want := range map[string]fault.Kind{testkit.Partner: fault.Forbidden, testkit.Senior: fault.Forbidden, testkit.Junior: fault.Forbidden,
			testkit.Walled: fault.NotFound, testkit.Stranger: fault.NotFound} {
			_, err := b.s.SignView(t.Context(), testkit.As(who), tk.ID)
			if err == nil || fault.KindOf(err) != want {
				t.Errorf("%s: %v", who, err)
			}
		}
		early, _ := b.submitted()
		_, err := b.s.SignView(t.Context(), testkit.As(testkit.Attorney), early.ID)
		testkit.WantKind(t, err, fault.Conflict)
	})
}

func TestSignViewShowsExactFilesAndOwnEdits(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		tk, v := b.accepting()
		r := b.signing(tk)
		if len(r.Files) != 1 || r.Files[0].Version != v || r.OwnEdits != 0 || r.Overtaken || r.NeedsStepUp || len(r.Tiers) != 2 || len(r.Files[0].SHA256) != 64 {
			t.Fatalf("%+v", r)
		}
		stale := testkit.As(testkit.Attorney)
		stale.SteppedUpAt = b.Now().Add(-time.Hour)
		if r, err := b.s.SignView(ctx, stale, tk.ID); err != nil || !r.NeedsStepUp || len(r.Refused.Rules) != 0 {
			t.Errorf("step-up %v, %v", r.NeedsStepUp, err)
		}
		edited := b.file(tk, "memo.docx", "hers", testkit.Attorney)
		r = b.signing(tk)
		if r.OwnEdits != 1 || !r.Files[0].Own || r.Files[0].Version != edited || r.Files[0].HandedIn != 1 || r.Overtaken {
			t.Errorf("own edits: %+v", r.Files)
		}
		b.must(b.s.SignOff(ctx, testkit.As(testkit.Attorney), task.SignOff{Task: tk.ID, Rev: tk.Rev, Files: []ident.VersionID{r.Files[0].Version}}))

		other, _ := b.accepting()
		b.file(other, "memo.docx", "slipped in", testkit.Junior)
		if r = b.signing(other); !r.Overtaken || r.OwnEdits != 0 || !r.Files[0].Overtaken {
			t.Errorf("overtaken: %+v", r.Files)
		}
		b.Exec(db.SQL(`UPDATE document SET state = 'quarantined' WHERE task_id = ?`, other.ID))
		if r = b.signing(other); !r.Overtaken || len(r.Files) != 0 {
			t.Errorf("quarantined: %+v", r)
		}
	})
}

func TestSignViewWalksThroughAllThatWaits(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var ids []ident.TaskID
		for range 3 {
			tk, _ := b.accepting()
			ids = append(ids, tk.ID)
		}
		b.submitted() // waits for a reviewer, not for her
		for i, id := range ids {
			q := b.signing(task.Task{ID: id}).Queue
			if q.At != i+1 || q.Of != 3 || q.Next != ids[(i+1)%3] || i > 0 && q.Prev != ids[i-1] {
				t.Errorf("%d: %+v", i, q)
			}
		}
	})
}
