package task_test

import (
	"context"
	"testing"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task/desk"
	"countersign/internal/testkit"
)

// source gives the matter a document of its own.
func (b *bench) source(name, by string, at time.Time) ident.DocumentID {
	b.T.Helper()
	doc := ident.DocumentID(ident.New())
	b.Exec(db.SQL(`INSERT INTO document (id, matter_id, task_id, kind, name, folder, state, current_n, made_by, made_at, rev) VALUES (?, ?, '', 'source', ?, '', 'active', 1, ?, ?, 1)`,
		doc, testkit.Matter, name, testkit.PersonID(by), db.Micros(at)))
	b.Exec(db.SQL(`INSERT INTO version (id, document_id, matter_id, n, blob, name, size_bytes, sha256, same, media_type, author_id, org_id, stage, reason, made_at)
		VALUES (?, ?, ?, 1, ?, ?, 3, ?, ?, 'text/plain', ?, ?, '', '', 1)`, ident.New(), doc, testkit.Matter, ident.New(), name, []byte{1}, []byte(name), testkit.PersonID(by), testkit.Firm))
	return doc
}

// stand gives firm and matter their standing instructions.
func (b *bench) stand() {
	b.System(func(ctx context.Context, tx *gate.Tx) error {
		firm, err := tx.SealOrg(ctx, testkit.Firm, "American spelling.", "org.standing/"+string(testkit.Firm))
		if err != nil {
			return err
		}
		matter, err := tx.Seal(ctx, testkit.Matter, "Dunmore is a subsidiary.", "matter.standing/"+string(testkit.Matter))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE org SET standing = ? WHERE id = ?`, firm, testkit.Firm)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, db.SQL(`UPDATE matter SET standing = ? WHERE id = ?`, matter, testkit.Matter))
		return err
	})
}

func TestPackageFormIsTheFirms(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for who, want := range map[string]fault.Kind{testkit.Junior: fault.Forbidden, testkit.Lead: fault.Forbidden, testkit.Walled: fault.NotFound,
			testkit.Outside: fault.NotFound, testkit.Stranger: fault.NotFound, testkit.Compliance: fault.Forbidden} {
			_, err := b.s.PackageForm(t.Context(), testkit.As(who), testkit.Matter)
			if fault.KindOf(err) != want || err == nil {
				t.Errorf("%s: %v", who, err)
			}
		}
	})
}

func TestPackageFormOffersWhatBelongsToFirmAndMatter(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.stand()
		fresh, old := b.source("new.pdf", testkit.Attorney, b.Now().Add(-time.Minute)), b.source("old.pdf", testkit.Attorney, b.Now().Add(-2*time.Hour))
		gone := b.source("gone.pdf", testkit.Attorney, b.Now())
		b.Exec(db.SQL(`UPDATE document SET state = 'quarantined' WHERE id = ?`, gone))
		b.Exec(db.SQL(`UPDATE playbook SET retired_at = 1 WHERE id = ?`, never))
		f, err := b.s.PackageForm(t.Context(), testkit.As(testkit.Attorney), testkit.Matter)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Playbooks) != 2 || f.Playbooks[0].ID != book || f.Playbooks[1].Offshore != "conditional" || f.Playbooks[0].Hours != 16 {
			t.Errorf("playbooks %+v", f.Playbooks)
		}
		if len(f.Engagements) != 1 || f.Engagements[0].Country != "India" || f.Engagements[0].Provider != "Meridian" {
			t.Errorf("engagements %+v", f.Engagements)
		}
		if f.Standing != (desk.Standing{Firm: "American spelling.", Matter: "Dunmore is a subsidiary."}) || f.Title != "Brandt v. Kestrel" || f.Client != "Kestrel Logistics" {
			t.Errorf("%+v %+v", f.Standing, f.Case)
		}
		if len(f.Documents) != 2 || f.Documents[0].ID != fresh || !f.Documents[0].JustAdded || f.Documents[1].ID != old || f.Documents[1].JustAdded {
			t.Errorf("documents %+v", f.Documents)
		}
	})
}

func TestPackageOfIsReadAsItIsKept(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, att := t.Context(), testkit.As(testkit.Attorney)
		b.source("other.pdf", testkit.Attorney, b.Now())
		doc := b.source("with.pdf", testkit.Attorney, b.Now())
		in := b.pack()
		in.Documents = []ident.DocumentID{doc}
		made := b.must(b.s.Prepare(ctx, att, in))
		_, err := b.s.PackageOf(ctx, testkit.As(testkit.Lead), made.ID)
		testkit.WantKind(t, err, fault.NotFound) // the provider does not know of it
		p, err := b.s.PackageOf(ctx, att, made.ID)
		if err != nil || p.Amend || p.Words.Instructions != in.Instructions || p.Words.Acceptance != in.Acceptance || p.Provider != "Meridian" {
			t.Fatalf("%+v, %v", p.Words, err)
		}
		for _, d := range p.Documents {
			if d.Chosen != (d.ID == doc) {
				t.Errorf("%s chosen: %v", d.Name, d.Chosen)
			}
		}
		b.must(b.s.Release(ctx, att, made.ID, made.Rev, false))
		if p, err = b.s.PackageOf(ctx, att, made.ID); err != nil || !p.Amend {
			t.Errorf("amend %v, %v", p.Amend, err)
		}
		_, err = b.s.PackageOf(ctx, testkit.As(testkit.Lead), made.ID)
		testkit.WantKind(t, err, fault.Forbidden)
		if _, err := b.s.Decline(ctx, testkit.As(testkit.Lead), made.ID, 0, []string{"Volume II"}); err != nil {
			t.Fatal(err)
		}
		if p, err = b.s.PackageOf(ctx, att, made.ID); err != nil || len(p.Missing) != 1 || p.Missing[0] != "Volume II" || p.Amend {
			t.Errorf("missing %v, %v", p.Missing, err)
		}
	})
}

func TestSuggestedDueCountsBusinessHoursOfTheFirm(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, c := range []struct {
			name  string
			hours int
			later time.Duration // after Monday 23 November 2026, 09:00 in Chicago
			want  string        // in Chicago
		}{
			{"the same day", 4, 0, "Mon 23 Nov 13:00"},
			{"to the end of the day", 8, 0, "Mon 23 Nov 17:00"},
			{"over two days", 16, 0, "Tue 24 Nov 17:00"},
			{"from the middle", 8, 3 * time.Hour, "Tue 24 Nov 12:00"},
			{"over the weekend", 8, 4*24*time.Hour + 4*time.Hour, "Mon 30 Nov 13:00"},
			{"from the night", 1, 12 * time.Hour, "Tue 24 Nov 10:00"},
			{"rounded up", 1, 7 * time.Minute, "Mon 23 Nov 10:15"},
		} {
			b.Exec(db.SQL(`UPDATE playbook_version SET turnaround_hours = ? WHERE playbook_id = ?`, c.hours, book))
			b.Later(c.later)
			f, err := b.s.PackageForm(t.Context(), testkit.As(testkit.Attorney), testkit.Matter)
			b.Later(-c.later)
			if err != nil {
				t.Fatal(err)
			}
			chicago, _ := time.LoadLocation("America/Chicago")
			if got := f.Playbooks[0].Due.In(chicago).Format("Mon 2 Jan 15:04"); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
	})
}
