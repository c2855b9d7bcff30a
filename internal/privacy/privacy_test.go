package privacy_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"countersign/internal/account"
	"countersign/internal/document"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
	"countersign/internal/privacy"
	"countersign/internal/testkit"
)

func TestMain(m *testing.M) {
	docwork.BeChild()
	os.Exit(m.Run())
}

// A bench is the small world with the features whose rows are erased.
type bench struct {
	*testkit.World
	s     *privacy.Service
	docs  *document.Service
	ring  *keys.Ring
	files *memory
}

// memory keeps exports.
type memory struct{ files map[string][]byte }

func (m *memory) Put(_ context.Context, _ ident.OrgID, binding string, r io.Reader) (string, int64, error) {
	b, err := io.ReadAll(r)
	m.files[binding] = b
	return binding, int64(len(b)), err
}

func (m *memory) Open(_ context.Context, _ ident.OrgID, binding, name string) (io.ReadCloser, error) {
	if b, ok := m.files[name]; ok && binding == name {
		return io.NopCloser(bytes.NewReader(b)), nil
	}
	return nil, os.ErrNotExist
}

func (m *memory) Delete(_ context.Context, name string) error { delete(m.files, name); return nil }

func eachBench(t *testing.T, fn func(t *testing.T, b bench)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		ctx := t.Context()
		store, err := blob.Open(ctx, "file://"+t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		clock := &testkit.Clock{}
		ring := keys.NewRing(keys.NewMemoryKeeper(), clock.Now)
		if err := ring.Provision(ctx, testkit.Firm); err != nil {
			t.Fatal(err)
		}
		if err := w.DB.Write(ctx, func(tx *db.Tx) error { return ring.Make(ctx, tx, keys.Matter(testkit.Matter), testkit.Firm) }); err != nil {
			t.Fatal(err)
		}
		b := bench{World: w, ring: ring, files: &memory{map[string][]byte{}}}
		b.docs = document.NewService(document.Deps{Gate: w.Gate, Blobs: store, Keys: ring, MaxBytes: 1 << 20, Clock: clock.Now, Files: testkit.Files(t)})
		people := account.New(account.Deps{Gate: w.Gate, Now: clock.Now})
		matters := matter.New(w.Gate, nil)
		b.s = privacy.New(w.Gate, b.files, privacy.Erasers{Person: []func(context.Context, *gate.Tx, ident.PersonID) ([]string, error){people.EraseIn}, Client: matters.EraseClientIn,
			Matter: []func(context.Context, *gate.Tx, ident.MatterID) ([]string, error){b.docs.DisposeIn, matters.DisposeIn},
			Key: func(ctx context.Context, tx *db.Tx, m ident.MatterID) error {
				return ring.Destroy(ctx, tx, keys.Matter(m))
			},
			Blobs: func(ctx context.Context) error { _, err := b.docs.Sweep(ctx); return err }})
		fn(t, b)
	})
}

// work carries out what is enqueued for a request.
func (b bench) work(t *testing.T, id string) privacy.Request {
	t.Helper()
	if err := b.s.Work(t.Context(), privacy.Work{Request: id}); err != nil {
		t.Fatal(err)
	}
	sh, err := b.s.Sheet(t.Context(), testkit.As(testkit.Compliance), id)
	if err != nil {
		t.Fatal(err)
	}
	return sh.Request
}

// leave ends the membership of a person of the firm.
func (b bench) leave(t *testing.T, short string) {
	t.Helper()
	if err := b.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), db.SQL(`UPDATE member SET until_at = ? WHERE person_id = ?`, db.Micros(b.Gate.Now()), testkit.PersonID(short)))
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func ask(kind privacy.Kind, subject, id string) privacy.NewRequest {
	return privacy.NewRequest{Kind: kind, SubjectKind: subject, SubjectID: id, Reason: "By letter"}
}

// What is held about a person goes out as a file, to officers and to the person; thirty days later it is gone.
func TestAccess(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		attorney := testkit.PersonID(testkit.Attorney)
		_, err := b.s.Ask(ctx, testkit.As(testkit.Attorney), ask(privacy.Access, "person", string(testkit.PersonID(testkit.Partner))))
		testkit.WantKind(t, err, fault.Forbidden)
		_, err = b.s.Ask(ctx, testkit.As(testkit.Attorney), ask(privacy.Erasure, "person", string(attorney)))
		testkit.WantKind(t, err, fault.Forbidden)
		_, err = b.s.Ask(ctx, testkit.As(testkit.Compliance), ask(privacy.Access, "person", string(testkit.PersonID(testkit.Junior))))
		testkit.WantKind(t, err, fault.Invalid) // of another organization
		_, err = b.s.Ask(ctx, testkit.As(testkit.Compliance), ask("other", "person", string(attorney)))
		testkit.WantKind(t, err, fault.Invalid)
		late := ask(privacy.Access, "person", string(attorney))
		late.ReceivedOn = "2999-01-01"
		_, err = b.s.Ask(ctx, testkit.As(testkit.Compliance), late)
		testkit.WantKind(t, err, fault.Invalid)
		id, err := b.s.Ask(ctx, testkit.As(testkit.Attorney), ask(privacy.Access, "person", string(attorney)))
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.s.Ask(ctx, testkit.As(testkit.Compliance), ask(privacy.Access, "person", string(attorney)))
		testkit.WantKind(t, err, fault.Conflict)
		_, _, err = b.s.TakeOut(ctx, testkit.As(testkit.Attorney), id)
		testkit.WantKind(t, err, fault.Conflict)
		r := b.work(t, id)
		if r.State != privacy.Done || r.SizeBytes == 0 || r.DueOn <= r.ReceivedOn {
			t.Fatalf("%+v", r)
		}
		_, _, err = b.s.TakeOut(ctx, testkit.As(testkit.Partner), id)
		testkit.WantKind(t, err, fault.Forbidden)
		_, _, err = b.s.TakeOut(ctx, testkit.As(testkit.Lead), id)
		testkit.WantKind(t, err, fault.NotFound)
		_, err = b.s.Sheet(ctx, testkit.As(testkit.Partner), id)
		testkit.WantKind(t, err, fault.NotFound)
		body, _, err := b.s.TakeOut(ctx, testkit.As(testkit.Attorney), id)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(body) //nolint:errcheck // from memory
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Open("data.json")
		if err != nil {
			t.Fatal(err)
		}
		data, _ := io.ReadAll(f) //nolint:errcheck // from memory
		for _, want := range []string{string(attorney), `"supervising_attorney"`, `"deeds"`, "file the request"} {
			if !strings.Contains(string(data), want) {
				t.Errorf("%s is not in the export: %.300s", want, data)
			}
		}
		b.Later(privacy.ExportLasts + time.Hour)
		if err := b.s.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		_, _, err = b.s.TakeOut(ctx, testkit.As(testkit.Attorney), id)
		testkit.WantKind(t, err, fault.Conflict)
		if len(b.files.files) != 0 {
			t.Error("the file is still there")
		}
	})
}

// An erasure needs a second person and no membership; a legal hold wins, and when it is lifted the name is nowhere, while every leaf is as it was.
func TestErasure(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		attorney := testkit.PersonID(testkit.Attorney)
		in := ask(privacy.Erasure, "person", string(attorney))
		_, err := b.s.Ask(ctx, testkit.As(testkit.Compliance), privacy.NewRequest{Kind: privacy.Erasure, SubjectKind: "person", SubjectID: string(attorney)})
		testkit.WantKind(t, err, fault.Invalid) // no reason
		_, err = b.s.Ask(ctx, testkit.As(testkit.Compliance), in)
		testkit.WantKind(t, err, fault.Conflict) // a member still
		if _, err := b.docs.Upload(ctx, testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Matter, Kind: document.Source, Name: "a.txt"}, strings.NewReader("words")); err != nil {
			t.Fatal(err)
		}
		// An entry about the person, with a value that tells who they are.
		if err := b.Gate.Write(ctx, testkit.As(testkit.Compliance), "member.add", func(tx *gate.Tx) error {
			ref := authz.Ref{Kind: "person", ID: string(attorney)}
			if err := tx.PermitAs(ctx, privacy.SetRetention, authz.Subject{Ref: ref, Org: string(testkit.Firm), Attrs: map[string]any{"kind": "", "about": "", "made_by": ""}}); err != nil {
				return err
			}
			tx.Record(gate.Entry{Subject: ref, Owner: testkit.Firm, Values: map[string]string{"email": "marked@person.example"}})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		b.leave(t, testkit.Attorney)
		id, err := b.s.Ask(ctx, testkit.As(testkit.Compliance), in)
		if err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, b.s.Approve(ctx, testkit.As(testkit.Compliance), id), fault.Forbidden)
		testkit.WantKind(t, b.s.Approve(ctx, testkit.As(testkit.Partner), id), fault.Forbidden)
		testkit.WantKind(t, b.s.Approve(ctx, testkit.As(testkit.Lead), id), fault.NotFound)
		testkit.WantKind(t, b.s.Hold(ctx, testkit.As(testkit.Junior), testkit.Matter, "x"), fault.NotFound)
		testkit.WantKind(t, b.s.Hold(ctx, testkit.As(testkit.Compliance), testkit.Matter, " "), fault.Invalid)
		if err := b.s.Hold(ctx, testkit.As(testkit.Compliance), testkit.Matter, "Preservation letter"); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, b.s.Hold(ctx, testkit.As(testkit.Compliance), testkit.Matter, "again"), fault.Conflict)
		if err := b.s.Approve(ctx, testkit.As(testkit.FirmAdmin), id); err != nil {
			t.Fatal(err)
		}
		before := b.Int(db.SQL(`SELECT COUNT(*) FROM entry`))
		for range 2 {
			if r := b.work(t, id); r.State != privacy.Held || len(r.Outcome.Waits) != 1 || !strings.Contains(r.Outcome.Waits[0], "legal hold") {
				t.Fatalf("%+v", r)
			}
		}
		if n := b.Int(db.SQL(`SELECT COUNT(*) FROM entry`)); n != before+1 {
			t.Errorf("waiting left %d entries", n-before)
		}
		leaves, err := db.Column[[]byte](ctx, b.DB, db.SQL(`SELECT leaf FROM entry ORDER BY id`))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.s.LiftHold(ctx, testkit.As(testkit.Compliance), testkit.Matter); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, b.s.LiftHold(ctx, testkit.As(testkit.Compliance), testkit.Matter), fault.Conflict)
		if err := b.s.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		r := b.work(t, id) // again: nothing happens
		if r.State != privacy.Done || r.Label != "" || len(r.Outcome.Erased) < 2 || len(r.Outcome.Remains) < 3 {
			t.Fatalf("%+v", r)
		}
		if n := b.Int(db.SQL(`SELECT COUNT(*) FROM person WHERE id = ? AND name LIKE 'Erased person%' AND email LIKE 'erased-%' AND disabled_at > 0`, attorney)); n != 1 {
			t.Error("the person has a name still")
		}
		after, err := db.Column[[]byte](ctx, b.DB, db.SQL(`SELECT leaf FROM entry ORDER BY id`))
		if err != nil || !bytes.Equal(bytes.Join(leaves, nil), bytes.Join(after[:len(leaves)], nil)) {
			t.Errorf("a leaf changed: %v", err)
		}
		if opened := b.openings(t); strings.Contains(opened, "marked@person.example") {
			t.Error("the address is in an entry still")
		}
	})
}

// openings is every value behind a commitment that can be opened.
func (b bench) openings(t *testing.T) string {
	t.Helper()
	sealed, err := db.Column[[]byte](t.Context(), b.DB, db.SQL(`SELECT openings FROM entry`))
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.Join(sealed, nil)) // the small world seals by writing in the open
}

// A closed matter goes when its schedule is over, a second person agrees and no hold stands; then nobody reads it again.
func TestDisposal(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		up, err := b.docs.Upload(ctx, testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Matter, Kind: document.Source, Name: "secret name.txt"}, strings.NewReader("secret words"))
		if err != nil {
			t.Fatal(err)
		}
		in := ask(privacy.Disposal, "matter", string(testkit.Matter))
		refused := func(want string) {
			t.Helper()
			_, err := b.s.Ask(ctx, testkit.As(testkit.Compliance), in)
			if fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.Say(err), want) {
				t.Errorf("%v, want %s", err, want)
			}
		}
		refused("not closed")
		matters := matter.New(b.Gate, nil)
		if err := matters.Close(ctx, testkit.As(testkit.Attorney), testkit.Matter, "Settled"); err != nil {
			t.Fatal(err)
		}
		refused("No schedule")
		for _, bad := range []privacy.Rule{{-1, "x"}, {1, ""}, {100, "x"}} {
			testkit.WantKind(t, b.s.SetRetention(ctx, testkit.As(testkit.Compliance), "", bad), fault.Invalid)
		}
		testkit.WantKind(t, b.s.SetRetention(ctx, testkit.As(testkit.Junior), "", privacy.Rule{Years: 1, Basis: "x"}), fault.Forbidden)
		if err := b.s.SetRetention(ctx, testkit.As(testkit.Compliance), "", privacy.Rule{Years: 7, Basis: "Engagement letter § 12"}); err != nil {
			t.Fatal(err)
		}
		refused("kept until")
		if err := b.s.SetRetention(ctx, testkit.As(testkit.Compliance), testkit.Matter, privacy.Rule{Years: 1, Basis: "Client's policy"}); err != nil {
			t.Fatal(err)
		}
		b.Later(370 * 24 * time.Hour)
		p, err := b.s.Page(ctx, testkit.As(testkit.Compliance))
		if err != nil || len(p.Kept) != 1 || !p.Kept[0].Own || p.Kept[0].Until >= p.Today {
			t.Fatalf("%+v, %v", p.Kept, err)
		}
		id, err := b.s.Ask(ctx, testkit.As(testkit.Compliance), in)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.s.Approve(ctx, testkit.As(testkit.FirmAdmin), id); err != nil {
			t.Fatal(err)
		}
		r := b.work(t, id)
		if r.State != privacy.Done || !strings.Contains(strings.Join(r.Outcome.Erased, "\n"), "1 documents in 1 versions") {
			t.Fatalf("%+v", r)
		}
		b.ring.Forget(keys.Matter(testkit.Matter))
		if _, err := b.ring.BlobKey(ctx, b.DB, keys.Matter(testkit.Matter)); err == nil {
			t.Error("the key is there still")
		}
		if n := b.Int(db.SQL(`SELECT COUNT(*) FROM version v, document d, matter m WHERE v.blob <> '' OR v.name <> '' OR d.name <> '' OR m.title <> '' AND m.id = ?`, testkit.Matter)); n != 0 {
			t.Errorf("%d words are left", n)
		}
		if n := b.Int(db.SQL(`SELECT COUNT(*) FROM blob_pending`)); n != 0 {
			t.Errorf("%d blobs wait", n)
		}
		_, err = b.docs.Open(ctx, testkit.As(testkit.Attorney), up.Version.ID)
		testkit.WantKind(t, err, fault.NotFound)
		testkit.WantKind(t, errors.Join(matters.Reopen(ctx, testkit.As(testkit.Attorney), testkit.Matter, "Back")), fault.NotFound)
		if err := b.s.Work(ctx, privacy.Work{Request: id}); err != nil { // a job that runs again
			t.Error(err)
		}
	})
}
