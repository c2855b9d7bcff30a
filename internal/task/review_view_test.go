package task_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/testkit"
)

// sealed gives every version the sealed hash of its bytes, as package document stores it.
func (b *bench) sealed() {
	b.T.Helper()
	type row struct {
		id, matter string
		same       []byte
	}
	b.System(func(ctx context.Context, tx *gate.Tx) error {
		all, err := db.All(ctx, tx, db.SQL(`SELECT id, matter_id, same FROM version`), func(rs *db.Rows, r *row) error { return rs.Scan(&r.id, &r.matter, &r.same) })
		for _, r := range all {
			sum := sha256.Sum256(r.same)
			words, err := tx.Seal(ctx, ident.MatterID(r.matter), string(sum[:]), "version.sha256/"+r.id)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, db.SQL(`UPDATE version SET sha256 = ? WHERE id = ?`, words, r.id)); err != nil {
				return err
			}
		}
		return err
	})
}

// blind makes every review of the long playbook blind.
func (b *bench) blind() {
	track := strings.ReplaceAll(longTrack, `_reviewer","blind_percent":0`, `_reviewer","blind_percent":100`)
	b.Exec(db.SQL(`UPDATE playbook_version SET stages = ? WHERE playbook_id = ?`, track, book))
}

// second puts another document into the task's work product.
func (b *bench) second(t task.Task, name, bytes string) ident.VersionID {
	b.T.Helper()
	doc, ver := ident.New(), ident.VersionID(ident.New())
	b.Exec(db.SQL(`INSERT INTO document (id, matter_id, task_id, kind, name, folder, state, current_n, made_by, made_at, rev) VALUES (?, ?, ?, 'work', ?, '', 'active', 1, ?, 1, 1)`,
		doc, t.Matter, t.ID, name, testkit.PersonID(testkit.Junior)))
	b.Exec(db.SQL(`INSERT INTO version (id, document_id, matter_id, n, blob, name, size_bytes, sha256, same, media_type, author_id, org_id, stage, reason, made_at)
		VALUES (?, ?, ?, 1, ?, ?, 3, ?, ?, 'text/plain', ?, ?, 'draft', '', 1)`, ver, doc, t.Matter, string(ver), name, []byte{1}, []byte(bytes), testkit.PersonID(testkit.Junior), testkit.Provider))
	return ver
}

func (b *bench) reviewing(who string, t task.Task) desk.ReviewView {
	b.T.Helper()
	b.sealed()
	r, err := b.s.ReviewView(b.T.Context(), testkit.As(who), t.ID)
	if err != nil {
		b.T.Fatal(err)
	}
	return r
}

func (b *bench) look(who string, t task.Task) {
	b.T.Helper()
	if err := b.s.Look(b.T.Context(), testkit.As(who), t.ID); err != nil {
		b.T.Fatal(err)
	}
}

func TestReviewIsItsHoldersAlone(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		tk, _ := b.submitted()
		b.sealed()
		for who, want := range map[string]fault.Kind{testkit.Junior: fault.Forbidden, testkit.Senior: fault.Forbidden, testkit.Lead: fault.Forbidden,
			testkit.Attorney: fault.Forbidden, testkit.Walled: fault.NotFound, testkit.Outside: fault.NotFound, testkit.Stranger: fault.NotFound} {
			_, err := b.s.ReviewView(ctx, testkit.As(who), tk.ID)
			if err == nil || fault.KindOf(err) != want {
				t.Errorf("view by %s: %v", who, err)
			}
			err = b.s.Look(ctx, testkit.As(who), tk.ID)
			if err == nil || fault.KindOf(err) != want {
				t.Errorf("look by %s: %v", who, err)
			}
		}
		_, err := b.s.ReviewView(ctx, testkit.As(testkit.Junior), b.released(b.pack()).ID)
		testkit.WantKind(t, err, fault.Conflict)
	})
}

func TestReviewOpensOnWhatChangedSinceTheLastLook(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, junior, peer := t.Context(), testkit.As(testkit.Junior), testkit.As(testkit.Peer)
		tk := b.drafting()
		memo, list := b.file(tk, "memo.docx", "one", testkit.Junior), b.second(tk, "list.txt", "list")
		tk = b.must(b.s.Submit(ctx, junior, task.HandIn{Task: tk.ID, Rev: tk.Rev, Files: []ident.VersionID{memo, list}, Note: "First draft."}))
		tk = b.must(b.s.Assign(ctx, testkit.As(testkit.Lead), tk.ID, tk.Rev, testkit.PersonID(testkit.Peer), ""))
		r := b.reviewing(testkit.Peer, tk)
		if r.Looked || r.Base != 0 || len(r.Changes) != 2 || r.Changes[0].Kind != desk.Added || r.Newest.Note != "First draft." || len(r.Checklist) != 1 {
			t.Fatalf("%+v", r)
		}
		want := sha256.Sum256([]byte("one"))
		if r.Changes[0].SHA256 != hex.EncodeToString(want[:]) {
			t.Errorf("hash %s", r.Changes[0].SHA256)
		}
		b.look(testkit.Peer, tk)
		b.Later(20 * time.Minute)
		b.look(testkit.Peer, tk)
		r = b.reviewing(testkit.Peer, tk)
		if !r.Looked || r.Base != 0 || r.Now.Sub(r.OpenedAt) != 20*time.Minute || len(r.Tiers) != 1 {
			t.Errorf("after looking twice: looked %v, base %d, open for %s, %d reviews", r.Looked, r.Base, r.Now.Sub(r.OpenedAt), len(r.Tiers))
		}
		b.find(testkit.Peer, tk, memo, "Wrong page.")
		tk = b.must(b.s.Return(ctx, peer, task.Verdict{Task: tk.ID, Rev: tk.Rev, Note: "See 1."}))

		memo2, cover := b.file(tk, "memo.docx", "two", testkit.Junior), b.second(tk, "cover.txt", "cover")
		answers := []task.Answer{{Finding: r0(b, tk), Disputed: true, Text: "The page is right."}}
		tk = b.must(b.s.Submit(ctx, junior, task.HandIn{Task: tk.ID, Rev: tk.Rev, Files: []ident.VersionID{memo2, cover}, Note: "Second.", Answers: answers}))
		for range 2 { // loading it again tells the same
			r = b.reviewing(testkit.Peer, tk)
			kinds := map[string]desk.ChangeKind{}
			for _, c := range r.Changes {
				kinds[c.Name] = c.Kind
			}
			if r.Base != 1 || kinds["memo.docx"] != desk.Replaced || kinds["cover.txt"] != desk.Added || kinds["list.txt"] != desk.Removed {
				t.Errorf("since %d: %v", r.Base, kinds)
			}
			b.look(testkit.Peer, tk)
		}
		if r.Changes[0].Was.N != 1 || r.Changes[0].N != 2 || len(r.Mine) != 1 || r.Mine[0].State != "disputed" || r.Mine[0].Answer != "The page is right." || r.Standing != 1 {
			t.Errorf("%+v\n%+v", r.Changes[0], r.Mine)
		}
		if done, _ := b.Entries(task.DoLook); done != 4 {
			t.Errorf("%d entries of looks", done)
		}
	})
}

func r0(b *bench, t task.Task) (id string) {
	b.T.Helper()
	if err := b.DB.QueryRow(b.T.Context(), db.SQL(`SELECT id FROM finding WHERE task_id = ? AND number = 1`, t.ID)).Scan(&id); err != nil {
		b.T.Fatal(err)
	}
	return id
}

func TestTheSameBytesAreUnchanged(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		tk, v := b.submitted()
		b.look(testkit.Peer, tk)
		b.find(testkit.Peer, tk, v, "Wrong page.")
		tk = b.must(b.s.Return(t.Context(), testkit.As(testkit.Peer), task.Verdict{Task: tk.ID, Rev: tk.Rev}))
		again := b.file(tk, "memo.docx", "one", testkit.Junior)
		tk = b.must(b.s.Submit(t.Context(), testkit.As(testkit.Junior), task.HandIn{Task: tk.ID, Rev: tk.Rev, Files: []ident.VersionID{again}, FixedAll: true}))
		if r := b.reviewing(testkit.Peer, tk); r.Changes[0].Kind != desk.Unchanged || r.Changes[0].N != 2 || r.Changes[0].Was.N != 1 {
			t.Errorf("%+v", r.Changes[0])
		}
	})
}

func TestABlindReviewWithholdsWhatOthersFound(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.blind()
		ctx, senior := t.Context(), testkit.As(testkit.Senior)
		tk, v := b.submitted()
		first := b.find(testkit.Peer, tk, v, "Wrong page.")
		if err := b.s.SettleFinding(ctx, testkit.As(testkit.Peer), tk.ID, first, "accepted"); err != nil {
			t.Fatal(err)
		}
		tk = b.must(b.s.Approve(ctx, testkit.As(testkit.Peer), task.Verdict{Task: tk.ID, Rev: tk.Rev, Note: "One thing."}))
		tk = b.must(b.s.Take(ctx, senior, tk.ID))
		r := b.reviewing(testkit.Senior, tk)
		if !r.Blind || len(r.Others) != 0 || len(r.Tiers) != 0 {
			t.Errorf("blind %v, others %v, tiers %v", r.Blind, r.Others, r.Tiers)
		}
		rec, err := b.s.Record(ctx, senior, tk.ID)
		if err != nil || !rec.Withheld || len(rec.Findings) != 0 || len(rec.Counts) != 0 {
			t.Errorf("record: withheld %v, %v, %v", rec.Withheld, rec.Findings, err)
		}
		for _, s := range rec.Steps {
			if strings.Contains(s.Says, "major") {
				t.Errorf("a step tells: %s", s.Says)
			}
		}
		own := b.find(testkit.Senior, tk, v, "Another.")
		if r = b.reviewing(testkit.Senior, tk); len(r.Mine) != 1 || r.Mine[0].ID != own || r.Standing != 1 {
			t.Errorf("own findings: %+v", r.Mine)
		}
		tk = b.must(b.s.Return(ctx, senior, task.Verdict{Task: tk.ID, Rev: tk.Rev}))
		tk = b.must(b.s.Submit(ctx, testkit.As(testkit.Junior), task.HandIn{Task: tk.ID, Rev: tk.Rev, Files: []ident.VersionID{v}, FixedAll: true}))
		if r = b.reviewing(testkit.Senior, tk); r.Blind || len(r.Others) != 1 || r.Others[0].Text != "Wrong page." {
			t.Errorf("after handing in: blind %v, others %+v", r.Blind, r.Others)
		}
		if rec, err = b.s.Record(ctx, testkit.As(testkit.Attorney), tk.ID); err != nil || rec.Withheld || len(rec.Findings) != 2 {
			t.Errorf("the attorney's record: %v, %+v", err, rec.Findings)
		}
	})
}

func TestTaxonomyIsGroupedWorstFirst(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, d := range [][3]any{{"D-N1", "minor", 0}, {"D-C9", "critical", 0}, {"D-M9", "major", 1}} {
			b.Exec(db.SQL(`INSERT INTO defect (firm_id, code, severity, name, examples, points, retired_at, rev) VALUES (?, ?, ?, 'Name', '', 1, ?, 1)`, testkit.Firm, d[0], d[1], d[2]))
		}
		tk, _ := b.submitted()
		r := b.reviewing(testkit.Peer, tk)
		if len(r.Taxonomy) != 3 || r.Taxonomy[0].Severity != "critical" || r.Taxonomy[1].Codes[0].Code != "D-C1" || len(r.Taxonomy[1].Codes) != 1 || r.Taxonomy[2].Severity != "minor" {
			t.Errorf("%+v", r.Taxonomy)
		}
	})
}
