package document_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"countersign/internal/document"
	"countersign/internal/document/redline"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
	"countersign/internal/testkit"
)

func TestMain(m *testing.M) {
	docwork.BeChild()
	os.Exit(m.Run())
}

// A bench is a world with a bucket in a folder and real keys for its matters.
type bench struct {
	*testkit.World
	*document.Service
	blobs *blob.Store
	clock *testkit.Clock
}

func newBench(t *testing.T, w *testkit.World) bench {
	t.Helper()
	ctx := t.Context()
	blobs, err := blob.Open(ctx, "file://"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	clock := &testkit.Clock{}
	ring := keys.NewRing(keys.NewMemoryKeeper(), clock.Now)
	if err := ring.Provision(ctx, testkit.Firm); err != nil {
		t.Fatal(err)
	}
	for _, m := range []ident.MatterID{testkit.Matter, testkit.Shut} {
		if err := w.DB.Write(ctx, func(tx *db.Tx) error { return ring.Make(ctx, tx, keys.Matter(m), testkit.Firm) }); err != nil {
			t.Fatal(err)
		}
	}
	s := document.NewService(document.Deps{Gate: w.Gate, Blobs: blobs, Keys: ring, MaxBytes: 100 << 20, Clock: clock.Now, Files: testkit.Files(t)})
	return bench{w, s, blobs, clock}
}

func eachBench(t *testing.T, fn func(t *testing.T, b bench)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) { fn(t, newBench(t, w)) })
}

// put uploads text as a source of the matter.
func (b bench) put(t *testing.T, who, name, text string) document.Received {
	t.Helper()
	got, err := b.Upload(t.Context(), testkit.As(who), document.Upload{Matter: testkit.Matter, Kind: document.Source, Name: name}, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// wantNothingKept fails unless every blob that was begun is gone, with its note.
func (b bench) wantNothingKept(t *testing.T, versions int64) {
	t.Helper()
	if n := b.Int(db.SQL(`SELECT COUNT(*) FROM blob_pending`)); n != 0 {
		t.Errorf("%d blobs are pending", n)
	}
	if n := b.Int(db.SQL(`SELECT COUNT(*) FROM version`)); n != versions {
		t.Errorf("%d versions, want %d", n, versions)
	}
}

func (b bench) read(t *testing.T, who string, id ident.VersionID) string {
	t.Helper()
	o, err := b.Open(t.Context(), testkit.As(who), id)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Body.Close()
	all, err := io.ReadAll(o.Body)
	if err != nil || sha256.Sum256(all) != o.SHA256 {
		t.Fatalf("%v; hash of the bytes agrees: %v", err, sha256.Sum256(all) == o.SHA256)
	}
	return string(all)
}

func TestUploadRefusals(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		good := document.Upload{Matter: testkit.Matter, Kind: document.Source, Name: "Order.pdf"}
		for _, c := range []struct {
			name, who string
			change    func(*document.Upload)
			want      fault.Kind
			field     string
		}{
			{"walled", testkit.Walled, nil, fault.NotFound, ""},
			{"not on the matter", testkit.Outside, nil, fault.NotFound, ""},
			{"another firm", testkit.Stranger, nil, fault.NotFound, ""},
			{"another provider", testkit.Rival, nil, fault.NotFound, ""},
			{"matter not open to the provider", testkit.Lead, func(u *document.Upload) { u.Matter = testkit.Shut }, fault.NotFound, ""},
			{"no such matter", testkit.Partner, func(u *document.Upload) { u.Matter = ident.MatterID(ident.New()) }, fault.NotFound, ""},
			{"provider adds a source", testkit.Junior, nil, fault.Forbidden, ""},
			{"lead is not on the team", testkit.Lead, func(u *document.Upload) { u.Kind = document.Work }, fault.Forbidden, ""},
			{"unknown kind", testkit.Attorney, func(u *document.Upload) { u.Kind = "memo" }, fault.Invalid, "kind"},
			{"no name", testkit.Attorney, func(u *document.Upload) { u.Name = "../.." }, fault.Invalid, "file"},
			{"folder upwards", testkit.Attorney, func(u *document.Upload) { u.Folder = "a/../b" }, fault.Invalid, "folder"},
			{"long reason", testkit.Attorney, func(u *document.Upload) { u.Reason = strings.Repeat("x", 501) }, fault.Invalid, "reason"},
			{"source of a task", testkit.Attorney, func(u *document.Upload) { u.Task = "t" }, fault.Invalid, "kind"},
		} {
			u := good
			if c.change != nil {
				c.change(&u)
			}
			body := iotest.ErrReader(errors.New("a refused upload was read"))
			_, err := b.Upload(ctx, testkit.As(c.who), u, body)
			if fault.KindOf(err) != c.want || fault.Field(err) != c.field {
				t.Errorf("%s: %v (field %q)", c.name, err, fault.Field(err))
			}
		}
		if done, refused := b.Entries(document.UploadFile); done != 0 || refused != 8 {
			t.Errorf("%d entries, %d refusals", done, refused)
		}
		b.wantNothingKept(t, 0)
	})
}

func TestUploadAndItsTraces(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		got, err := b.Upload(t.Context(), testkit.As(testkit.Attorney),
			document.Upload{Matter: testkit.Matter, Kind: document.Source, Folder: "Pleadings//Orders", Name: `C:\temp\Order.pdf`, Reason: "served today"}, strings.NewReader("PK\x03\x04 not a PDF"))
		if err != nil {
			t.Fatal(err)
		}
		d, v := got.Document, got.Version
		if d.Name != "Order.pdf" || d.Folder != "Pleadings/Orders" || d.Current != 1 || v.N != 1 || v.MediaType != "application/zip" || v.SizeBytes != 14 || v.Stage != "" {
			t.Errorf("%+v\n%+v", d, v)
		}
		if len(got.Notes) != 2 || got.Notes[1] != "Stored as it is: named .pdf, is a ZIP archive." {
			t.Errorf("notes %q", got.Notes)
		}
		if done, _ := b.Entries(document.UploadFile); done != 1 {
			t.Errorf("%d entries", done)
		}
		if topics := b.TakeTopics(); !slices.Equal(topics, []string{"matter/" + string(testkit.Matter)}) {
			t.Errorf("announced %v", topics)
		}
		b.wantNothingKept(t, 1)

		// The same bytes again are told, in this matter and in no other.
		if again := b.put(t, testkit.Partner, "Copy.zip", "PK\x03\x04 not a PDF"); !slices.Contains(again.Notes, "The same bytes as Order.pdf v1.") {
			t.Errorf("notes %q", again.Notes)
		}
		other, err := b.Upload(t.Context(), testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Shut, Kind: document.Source, Name: "x"}, strings.NewReader("PK\x03\x04 not a PDF"))
		if err != nil || len(other.Notes) != 0 {
			t.Errorf("notes %q, %v", other.Notes, err)
		}
		if empty := b.put(t, testkit.Attorney, "nothing.pdf", ""); empty.Version.MediaType != document.EmptyType || !slices.Contains(empty.Notes, "Stored as it is: an empty file.") {
			t.Errorf("%+v", empty)
		} else if text := b.read(t, testkit.Junior, empty.Version.ID); text != "" {
			t.Errorf("read %q", text)
		}
	})
}

func TestTornAndOversizeUploadsKeepNothing(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		broken := errors.New("the connection broke")
		gone, cancel := context.WithCancel(t.Context())
		for _, c := range []struct {
			name string
			ctx  context.Context
			body io.Reader
			want error
		}{
			{"torn in the head", t.Context(), io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken)), broken},
			{"torn late", t.Context(), io.MultiReader(zeros(1<<20), iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF},
			{"too large", t.Context(), zeros(100<<20 + 1), document.ErrTooLarge},
			{"the sender left", gone, io.MultiReader(zeros(1<<20), readerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })), context.Canceled},
		} {
			_, err := b.Upload(c.ctx, testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Matter, Kind: document.Source, Name: "a.bin"}, c.body)
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
			b.wantNothingKept(t, 0)
		}
		if done, _ := b.Entries(document.UploadFile); done != 0 {
			t.Errorf("%d entries", done)
		}
		if _, err := b.Upload(t.Context(), testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Matter, Kind: document.Source, Name: "a.bin"}, zeros(100<<20)); err != nil {
			t.Errorf("exactly the limit: %v", err)
		}
	})
}

func TestVersions(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		work, err := b.Upload(ctx, testkit.As(testkit.Junior), document.Upload{Matter: testkit.Matter, Kind: document.Work, Name: "Draft.txt"}, strings.NewReader("one"))
		if err != nil {
			t.Fatal(err)
		}
		source := b.put(t, testkit.Attorney, "Order.txt", "order")
		for _, c := range []struct {
			who  string
			in   document.NewVersion
			want fault.Kind
		}{
			{testkit.Walled, document.NewVersion{Document: work.Document.ID, Name: "a"}, fault.NotFound},
			{testkit.Rival, document.NewVersion{Document: work.Document.ID, Name: "a"}, fault.NotFound},
			{testkit.Junior, document.NewVersion{Document: "no", Name: "a"}, fault.NotFound},
			{testkit.Junior, document.NewVersion{Document: source.Document.ID, Name: "a"}, fault.Forbidden},
			{testkit.Lead, document.NewVersion{Document: work.Document.ID, Name: "a"}, fault.Forbidden},
			{testkit.Junior, document.NewVersion{Document: work.Document.ID, Name: "a", After: 9}, fault.Stale},
		} {
			_, err := b.AddVersion(ctx, testkit.As(c.who), c.in, strings.NewReader("x"))
			testkit.WantKind(t, err, c.want)
		}
		b.wantNothingKept(t, 2)

		two, err := b.AddVersion(ctx, testkit.As(testkit.Junior), document.NewVersion{Document: work.Document.ID, After: 1, Name: "Draft final.txt", Reason: "cites checked"}, strings.NewReader("two"))
		if err != nil || two.Version.N != 2 || two.Document.Current != 2 || two.Document.Name != "Draft.txt" {
			t.Fatalf("%+v, %v", two, err)
		}
		_, err = b.RestoreVersion(ctx, testkit.As(testkit.Junior), two.Version.ID, 0, "")
		testkit.WantKind(t, err, fault.Conflict)
		_, err = b.RestoreVersion(ctx, testkit.As(testkit.Walled), work.Version.ID, 0, "")
		testkit.WantKind(t, err, fault.NotFound)
		three, err := b.RestoreVersion(ctx, testkit.As(testkit.Junior), work.Version.ID, 2, "")
		if err != nil || three.Version.N != 3 || three.Version.Reason != "Version 1 restored" {
			t.Fatalf("%+v, %v", three, err)
		}
		for id, want := range map[ident.VersionID]string{work.Version.ID: "one", two.Version.ID: "two", three.Version.ID: "one"} {
			if got := b.read(t, testkit.Peer, id); got != want {
				t.Errorf("read %q, want %q", got, want)
			}
		}
		vs, err := document.VersionsOf(ctx, b.DB, []ident.VersionID{three.Version.ID, "gone", work.Version.ID})
		if err != nil || len(vs) != 2 || vs[0].N != 3 || vs[1].N != 1 {
			t.Errorf("%+v, %v", vs, err)
		}
		sum, err := document.HashOf(ctx, b.Gate.View(testkit.As(testkit.Peer)), work.Version.ID)
		if err != nil || sum != sha256.Sum256([]byte("one")) {
			t.Errorf("%x, %v", sum, err)
		}
		sh, err := b.Sheet(ctx, testkit.As(testkit.Peer), work.Document.ID)
		if err != nil || len(sh.Lines) != 3 || sh.Lines[1].Version.Reason != "cites checked" || sh.Lines[2].SHA256 != sum || !sh.Open.Allowed || sh.Lift.Allowed {
			t.Errorf("%+v, %v", sh, err)
		}
		had, err := b.Readers(ctx, testkit.As(testkit.Attorney), work.Document.ID)
		if readers := had.Readings; err != nil || len(readers) != 3 || readers[0].Person != "peer" || readers[0].Org != "Meridian" {
			t.Errorf("%+v, %v", had, err)
		}
	})
}

func TestOpenRefusals(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		got := b.put(t, testkit.Attorney, "Order.txt", "order")
		for _, c := range []struct {
			who  string
			id   ident.VersionID
			want fault.Kind
		}{
			{testkit.Walled, got.Version.ID, fault.NotFound},
			{testkit.Outside, got.Version.ID, fault.NotFound},
			{testkit.Stranger, got.Version.ID, fault.NotFound},
			{testkit.Peer, ident.VersionID(ident.New()), fault.NotFound},
		} {
			_, err := b.Open(t.Context(), testkit.As(c.who), c.id)
			testkit.WantKind(t, err, c.want)
		}
		b.System(func(ctx context.Context, tx *gate.Tx) error {
			return tx.Grant(ctx, gate.Grant{Person: testkit.PersonID(testkit.FirmAdmin), ScopeKind: "matter", ScopeID: string(testkit.Matter), Org: testkit.Firm, Role: "client_reader", Reason: "test"})
		})
		_, err := b.Open(t.Context(), testkit.As(testkit.FirmAdmin), got.Version.ID)
		testkit.WantRule(t, err, "document-client-reader")
		if done, refused := b.Entries(document.OpenFile); done != 0 || refused != 5 {
			t.Errorf("%d entries, %d refusals", done, refused)
		}
	})
}

func TestQuarantine(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		got := b.put(t, testkit.Partner, "Secret name.txt", "privileged")
		b.read(t, testkit.Junior, got.Version.ID)
		q := document.QuarantineRequest{Document: got.Document.ID, Cause: document.Clawback, Reason: "opposing counsel asks for it back"}
		testkit.WantKind(t, b.Quarantine(ctx, testkit.As(testkit.Walled), q), fault.NotFound)
		testkit.WantKind(t, b.Quarantine(ctx, testkit.As(testkit.Peer), document.QuarantineRequest{Document: q.Document, Cause: "x", Reason: "x"}), fault.Invalid)
		testkit.WantKind(t, b.Quarantine(ctx, testkit.As(testkit.Peer), document.QuarantineRequest{Document: q.Document, Cause: q.Cause}), fault.Invalid)
		testkit.WantKind(t, b.LiftQuarantine(ctx, testkit.As(testkit.Compliance), q.Document), fault.Conflict)
		b.TakeTopics()
		if err := b.Quarantine(ctx, testkit.As(testkit.Junior), q); err != nil {
			t.Fatal(err)
		}
		if topics := b.TakeTopics(); !slices.Contains(topics, "matter/"+string(testkit.Matter)) {
			t.Errorf("announced %v", topics)
		}

		for _, who := range []string{testkit.Junior, testkit.Peer, testkit.Lead, testkit.Partner, testkit.Operations} {
			as := testkit.As(who)
			_, err := b.Open(ctx, as, got.Version.ID)
			testkit.WantRule(t, err, "document-quarantined")
			sh, err := b.Sheet(ctx, as, q.Document)
			testkit.WantRule(t, err, "document-quarantined")
			if sh.Document.Name != "" {
				t.Errorf("%s is told the name", who)
			}
			_, err = b.Readers(ctx, as, q.Document)
			testkit.WantKind(t, err, fault.Forbidden)
			if l, err := b.Library(ctx, as, testkit.Matter, document.Filter{}); err != nil || len(l.Items) != 0 || l.Total != 0 || len(l.Folders) != 0 {
				t.Errorf("%s: %+v, %v", who, l, err)
			}
			testkit.WantKind(t, b.LiftQuarantine(ctx, as, q.Document), fault.Forbidden)
		}
		if vs, err := document.VersionsOf(ctx, b.DB, []ident.VersionID{got.Version.ID}); err != nil || vs[0].Name != "Quarantined file" || vs[0].State != document.Quarantined {
			t.Errorf("%+v, %v", vs, err)
		}
		for _, who := range []string{testkit.Compliance, testkit.Attorney} {
			if got := b.read(t, who, got.Version.ID); got != "privileged" {
				t.Errorf("%s reads %q", who, got)
			}
			sh, err := b.Sheet(ctx, testkit.As(who), q.Document)
			if err != nil || len(sh.Holds) != 1 || sh.Holds[0].Reason != q.Reason || sh.Holds[0].SetBy != "junior" || sh.Lines[0].Version.Name != "Secret name.txt" {
				t.Errorf("%s: %+v, %v", who, sh, err)
			}
		}
		had, err := b.Readers(ctx, testkit.As(testkit.Compliance), q.Document)
		if readers := had.Readings; err != nil || len(readers) != 3 || readers[2].Person != "junior" {
			t.Errorf("%+v, %v", had, err)
		}
		testkit.WantKind(t, b.Quarantine(ctx, testkit.As(testkit.Compliance), q), fault.Conflict)
		_, err = b.AddVersion(ctx, testkit.As(testkit.Attorney), document.NewVersion{Document: q.Document, Name: "a"}, strings.NewReader(""))
		testkit.WantKind(t, err, fault.Conflict)
		if again := b.put(t, testkit.Partner, "Again.txt", "privileged"); len(again.Notes) != 0 {
			t.Errorf("the twin in quarantine is told: %q", again.Notes)
		}
		if err := b.LiftQuarantine(ctx, testkit.As(testkit.Compliance), q.Document); err != nil {
			t.Fatal(err)
		}
		b.read(t, testkit.Junior, got.Version.ID)
	})
}

func TestLibrary(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		for _, n := range []string{"b_1.txt", "a.txt", "B%2.txt"} {
			b.put(t, testkit.Attorney, n, n)
		}
		if _, err := b.Upload(ctx, testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Matter, Kind: document.Evidence, Folder: "Consents/2026", Name: "c.txt"}, strings.NewReader("c")); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			f    document.Filter
			want int
		}{{document.Filter{}, 4}, {document.Filter{Kind: document.Evidence}, 1}, {document.Filter{Folder: "Consents"}, 1}, {document.Filter{Folder: "Cons"}, 0},
			{document.Filter{Find: "B_"}, 1}, {document.Filter{Find: "%"}, 1}, {document.Filter{Find: ".TXT"}, 4}} {
			l, err := b.Library(ctx, testkit.As(testkit.Junior), testkit.Matter, c.f)
			if err != nil || len(l.Items) != c.want || l.Total != c.want || len(l.Folders) != 2 || !slices.Equal(l.Uploads, []document.Kind{document.Work}) {
				t.Errorf("%+v: %d items, %+v, %v", c.f, len(l.Items), l, err)
			}
		}
		for _, who := range []string{testkit.Walled, testkit.Outside, testkit.Stranger} {
			_, err := b.Library(ctx, testkit.As(who), testkit.Matter, document.Filter{})
			testkit.WantKind(t, err, fault.NotFound)
		}
		first, err := b.Library(ctx, testkit.As(testkit.Partner), testkit.Matter, document.Filter{})
		if err != nil || len(first.Uploads) != 4 {
			t.Fatal(err)
		}
		rest, err := b.Library(ctx, testkit.As(testkit.Partner), testkit.Matter, document.Filter{After: first.Items[1].Document.ID})
		if err != nil || len(rest.Items) != 2 || rest.Items[0].Document.ID != first.Items[2].Document.ID {
			t.Errorf("%+v, %v", rest.Items, err)
		}
	})
}

// tasks answers for package task.
type tasks struct {
	stage string
	err   error
	asked []int64
}

func (x *tasks) VersionComing(_ context.Context, tx *gate.Tx, d document.Document) (string, error) {
	x.asked = append(x.asked, d.Current)
	return x.stage, x.err
}

func TestTasksDecideOnTheirWork(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx, x := t.Context(), &tasks{stage: "draft"}
		b.UseTasks(x)
		u := document.Upload{Matter: testkit.Matter, Task: "t1", Kind: document.Work, Name: "Draft.txt"}
		got, err := b.Upload(ctx, testkit.As(testkit.Junior), u, strings.NewReader("one"))
		if err != nil || got.Version.Stage != "draft" || got.Document.Task != "t1" || !slices.Equal(x.asked, []int64{0}) {
			t.Fatalf("%+v, %v", got, err)
		}
		x.err = fault.Refused(authz.Decision{Rules: []authz.Rule{{ID: "not-yours", Say: "The draft is with somebody else."}}})
		_, err = b.AddVersion(ctx, testkit.As(testkit.Junior2), document.NewVersion{Document: got.Document.ID, Name: "x"}, strings.NewReader("two"))
		testkit.WantRule(t, err, "not-yours")
		b.wantNothingKept(t, 1)
	})
}

func TestSweep(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		kept := b.put(t, testkit.Attorney, "Kept.txt", "kept")
		at := func(d time.Duration) int64 { return db.Micros(b.clock.Now().Add(-d)) }
		old, young := blob.NewName(), blob.NewName()
		b.Exec(db.SQL(`INSERT INTO blob_pending (blob, at) VALUES (?, ?), (?, ?)`, old, at(25*time.Hour), young, at(23*time.Hour)))
		if n, err := b.Sweep(t.Context()); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		if b.Int(db.SQL(`SELECT COUNT(*) FROM blob_pending WHERE blob = ?`, young)) != 1 {
			t.Error("a young blob was swept")
		}
		b.read(t, testkit.Attorney, kept.Version.ID)

		// A sweep that comes in the midst of an upload wins, and the upload says so instead of losing bytes.
		var once sync.Once
		slow := readerFunc(func(p []byte) (int, error) {
			once.Do(func() {
				b.clock.Advance(48 * time.Hour)
				if n, err := b.Sweep(t.Context()); n != 2 || err != nil {
					t.Errorf("swept %d, %v", n, err)
				}
			})
			return 0, io.EOF
		})
		_, err := b.Upload(t.Context(), testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Matter, Kind: document.Source, Name: "a"}, slow)
		testkit.WantKind(t, err, fault.Conflict)
		b.wantNothingKept(t, 1)
	})
}

// A file far larger than the heap may grow passes through.
func TestUploadIsFlatInMemory(t *testing.T) {
	b := newBench(t, testkit.NewWorld(t, testkit.SQLite(t)))
	const size = 64 << 20
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	got, err := b.Upload(t.Context(), testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Matter, Kind: document.Source, Name: "big.bin"},
		io.LimitReader(rand.NewChaCha8([32]byte{1}), size))
	if err != nil || got.Version.SizeBytes != size {
		t.Fatalf("%+v, %v", got, err)
	}
	o, err := b.Open(t.Context(), testkit.As(testkit.Junior), got.Version.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Body.Close()
	h := sha256.New()
	if n, err := io.CopyBuffer(h, struct{ io.Reader }{o.Body}, make([]byte, 32<<10)); n != size || err != nil || !bytes.Equal(h.Sum(nil), o.SHA256[:]) {
		t.Fatalf("%d bytes, %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > size/4 {
		t.Errorf("%d bytes allocated for a file of %d", grown, size)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func zeros(n int64) io.Reader {
	return io.LimitReader(readerFunc(func(p []byte) (int, error) { clear(p); return len(p), nil }), n)
}

func TestCompare(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		d := b.put(t, testkit.Attorney, "Order.txt", "One\nTwo words here")
		id := d.Document.ID
		if _, err := b.AddVersion(ctx, testkit.As(testkit.Attorney), document.NewVersion{Document: id, Name: "Order.txt"}, strings.NewReader("One\nTwo words there")); err != nil {
			t.Fatal(err)
		}
		if _, err := b.AddVersion(ctx, testkit.As(testkit.Attorney), document.NewVersion{Document: id, Name: "Order.pdf"}, strings.NewReader("%PDF-1.7")); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			who      string
			from, to int64
			want     fault.Kind
		}{{testkit.Walled, 1, 2, fault.NotFound}, {testkit.Stranger, 1, 2, fault.NotFound}, {testkit.Junior, 1, 9, fault.NotFound}, {testkit.Junior, 0, 2, fault.NotFound}} {
			_, err := b.Compare(ctx, testkit.As(c.who), id, c.from, c.to)
			testkit.WantKind(t, err, c.want)
		}
		c, err := b.Compare(ctx, testkit.As(testkit.Junior), id, 1, 2)
		if err != nil || len(c.Passages) != 2 || c.Passages[1].Runs[1] != (redline.Run{Text: "here", Op: redline.Removed}) || c.Passages[1].Runs[2] != (redline.Run{Text: "there", Op: redline.Added}) {
			t.Errorf("%+v, %v", c.Passages, err)
		}
		if done, _ := b.Entries(document.CompareVersions); done != 1 {
			t.Errorf("%d entries of one comparison", done)
		}
		if c, err = b.Compare(ctx, testkit.As(testkit.Junior), id, 2, 3); err != nil || !strings.HasPrefix(c.Why, "The PDF is broken") {
			t.Errorf("%+v, %v", c, err)
		}
		if err := b.Quarantine(ctx, testkit.As(testkit.Junior), document.QuarantineRequest{Document: id, Cause: document.WrongMatter, Reason: "Not ours"}); err != nil {
			t.Fatal(err)
		}
		if _, err = b.Compare(ctx, testkit.As(testkit.Junior), id, 1, 2); fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Forbidden {
			t.Errorf("words of a document in quarantine: %v", err)
		}
	})
}
