package document_test

import (
	"bytes"
	"errors"
	"image/png"
	"strings"
	"testing"
	"time"

	"countersign/internal/demo/paper"
	"countersign/internal/document"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/testkit"
)

var look = document.Look{Width: 600}

// pdf is a document of several pages.
func pdf(t *testing.T) string {
	t.Helper()
	b, err := paper.PDF(paper.Doc{Title: "Order", Kind: paper.Memo, Author: "Test", Date: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
		Blocks: []paper.Block{paper.Heading{Text: "Order", Level: 1}, paper.Para{Text: strings.Repeat("The motion is granted in part. ", 400)}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (b bench) page(who string, id ident.VersionID, n int) (string, error) {
	var out bytes.Buffer
	err := b.Page(b.T.Context(), testkit.As(who), whole(id), n, look, &out)
	return out.String(), err
}

func whole(id ident.VersionID) document.Part { return document.Part{Version: id} }

// A page is a picture of its own for each reader, and is on record before it goes out; who may not know of the document
// gets the same answer as for one that is not there.
func TestPages(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		v := b.put(t, testkit.Attorney, "Order.pdf", pdf(t)).Version.ID
		view, err := b.View(ctx, testkit.As(testkit.Junior), whole(v))
		if err != nil || len(view.Info.Pages) < 2 || !view.Native.Allowed || !strings.Contains(view.Says, view.Code) {
			t.Fatalf("%+v, %v", view, err)
		}
		mine, err := b.page(testkit.Junior, v, 1)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(strings.NewReader(mine))
		if err != nil || m.Bounds().Dx() != look.Width {
			t.Fatalf("%v, %v", m.Bounds(), err)
		}
		other, err := b.page(testkit.Attorney, v, 1)
		if err != nil || mine == other {
			t.Errorf("two readers have the same pixels (%v)", err)
		}
		if n := b.Int(db.SQL(`SELECT COUNT(*) FROM page_seen WHERE page = 1 AND times = 1`)); n != 2 {
			t.Errorf("%d sights of page 1 are on record", n)
		}
		for _, c := range []struct {
			who  string
			page int
			want fault.Kind
		}{{testkit.Walled, 1, fault.NotFound}, {testkit.Outside, 1, fault.NotFound}, {testkit.Stranger, 1, fault.NotFound}, {testkit.Junior, 0, fault.NotFound}, {testkit.Junior, 999, fault.NotFound}} {
			_, err := b.page(c.who, v, c.page)
			testkit.WantKind(t, err, c.want)
			_, err = b.View(ctx, testkit.As(c.who), whole(v))
			if c.page == 1 {
				testkit.WantKind(t, err, c.want)
			}
		}
		if n := b.Int(db.SQL(`SELECT COUNT(*) FROM page_seen`)); n != 2 {
			t.Errorf("%d sights are on record after refusals", n)
		}
		text, err := b.Quote(ctx, testkit.As(testkit.Junior), whole(v), 1, nil)
		if err != nil || !strings.Contains(text, "granted in part") {
			t.Errorf("%q, %v", text, err)
		}
		hits, err := b.FindIn(ctx, testkit.As(testkit.Junior), whole(v), "Granted  IN part")
		if err != nil || len(hits) < 2 || hits[0].Page != 0 {
			t.Errorf("%+v, %v", hits, err)
		}
		if seen := b.Int(db.SQL(`SELECT COUNT(*) FROM page_seen WHERE version_id = ? AND page > 1`, v)); int(seen) != len(hits)-1 {
			t.Errorf("%d of the pages that a search showed lines of are on record", seen)
		}
		if err := b.Quarantine(ctx, testkit.As(testkit.Junior), document.QuarantineRequest{Document: view.Document.ID, Cause: document.WrongMatter, Reason: "Not ours"}); err != nil {
			t.Fatal(err)
		}
		_, err = b.page(testkit.Junior, v, 1)
		testkit.WantKind(t, err, fault.Forbidden)
	})
}

// A rule on any level keeps the file and its text from people abroad, and leaves them the pages. Lifting it gives them back.
func TestResidency(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		got, err := b.Upload(ctx, testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Matter, Kind: document.Source, Name: "Order.pdf", Folder: "Court/Orders"}, strings.NewReader(pdf(t)))
		if err != nil {
			t.Fatal(err)
		}
		d, v := got.Document.ID, got.Version.ID
		for _, r := range []document.NewResidency{
			{Scope: document.OnEngagement, ScopeID: string(testkit.Engagement), Covers: document.Sources},
			{Scope: document.OnMatter, ScopeID: string(testkit.Matter), Covers: document.Sources},
			{Scope: document.OnFolder, ScopeID: string(testkit.Matter), Folder: "Court", Covers: document.Sources},
			{Scope: document.OnFolder, ScopeID: string(testkit.Matter), Folder: "/Court/Orders/", Covers: document.Sources},
			{Scope: document.OnDocument, ScopeID: string(d), Covers: document.Sources},
		} {
			refusal := fault.Forbidden
			if r.Scope == document.OnEngagement {
				refusal = fault.NotFound // it is the firm's to set
			}
			testkit.WantKind(t, b.SetResidency(ctx, testkit.As(testkit.Junior), r), refusal)
			if err := b.SetResidency(ctx, testkit.As(testkit.Attorney), r); err != nil {
				t.Fatalf("%+v: %v", r, err)
			}
			testkit.WantKind(t, b.SetResidency(ctx, testkit.As(testkit.Attorney), r), fault.Conflict)
			if _, err := b.page(testkit.Junior, v, 1); err != nil {
				t.Errorf("%+v: the page is gone too: %v", r, err)
			}
			for what, err := range map[string]error{
				"the file":  second(b.Open(ctx, testkit.As(testkit.Junior), v)),
				"the words": second(b.Quote(ctx, testkit.As(testkit.Junior), whole(v), 1, nil)),
				"a search":  second(b.FindIn(ctx, testkit.As(testkit.Junior), whole(v), "granted")),
				"a redline": second(b.Compare(ctx, testkit.As(testkit.Junior), d, 1, 1)),
			} {
				if fault.KindOf(err) != fault.Forbidden {
					t.Errorf("%+v: %s came out abroad: %v", r, what, err)
				}
			}
			if o, err := b.Open(ctx, testkit.As(testkit.Attorney), v); err != nil {
				t.Errorf("%+v: the firm itself is shut out: %v", r, err)
			} else {
				o.Body.Close()
			}
			res, err := b.Residence(ctx, testkit.As(testkit.Junior), testkit.Matter)
			if err != nil || len(res.Rules) == 0 || res.Rules[0].LiftedBy != "" || res.Set.Allowed {
				t.Fatalf("%+v, %v", res, err)
			}
			testkit.WantKind(t, b.LiftResidency(ctx, testkit.As(testkit.Junior), res.Rules[0].ID), refusal)
			if err := b.LiftResidency(ctx, testkit.As(testkit.Attorney), res.Rules[0].ID); err != nil {
				t.Fatal(err)
			}
			testkit.WantKind(t, b.LiftResidency(ctx, testkit.As(testkit.Attorney), res.Rules[0].ID), fault.Conflict)
			if o, err := b.Open(ctx, testkit.As(testkit.Junior), v); err != nil {
				t.Errorf("%+v: lifted, and still shut: %v", r, err)
			} else {
				o.Body.Close()
			}
		}
		// Rules that speak of other documents.
		for _, r := range []document.NewResidency{
			{Scope: document.OnMatter, ScopeID: string(testkit.Matter), Covers: document.WorkProduct},
			{Scope: document.OnFolder, ScopeID: string(testkit.Matter), Folder: "Cour", Covers: document.Sources},
			{Scope: document.OnFolder, ScopeID: string(testkit.Matter), Folder: "Court/Orders/Old", Covers: document.Sources},
		} {
			if err := b.SetResidency(ctx, testkit.As(testkit.Attorney), r); err != nil {
				t.Fatal(err)
			}
		}
		if o, err := b.Open(ctx, testkit.As(testkit.Junior), v); err != nil {
			t.Errorf("a rule about other documents holds for this one: %v", err)
		} else {
			o.Body.Close()
		}
	})
}

func second[T any](_ T, err error) error { return err }

// What was sent becomes entries, once, and says which pages.
func TestTell(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		v := b.put(t, testkit.Attorney, "Order.pdf", pdf(t)).Version.ID
		for _, n := range []int{1, 2, 2, 1} {
			if _, err := b.page(testkit.Junior, v, n); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Shown(ctx, testkit.As(testkit.Junior), whole(v), map[int]time.Duration{2: 1500 * time.Millisecond, 99: time.Hour}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{1, 0} {
			n, err := b.Tell(ctx)
			if err != nil || n != want {
				t.Fatalf("%d entries, %v", n, err)
			}
		}
		had, err := b.Readers(ctx, testkit.As(testkit.Attorney), b.docOf(t, v))
		if err != nil || len(had.Sights) != 2 {
			t.Fatalf("%+v, %v", had, err)
		}
		for _, s := range had.Sights {
			if s.Times != 2 || s.Page == 2 && s.Shown != 1500*time.Millisecond || s.Page == 1 && s.Shown != 0 || s.Session != document.SessionCode(testkit.As(testkit.Junior)) {
				t.Errorf("%+v", s)
			}
		}
		if done, _ := b.Entries(document.SeePages); done != 1 {
			t.Errorf("%d entries", done)
		}
	})
}

func (b bench) docOf(t *testing.T, v ident.VersionID) ident.DocumentID {
	t.Helper()
	vs, err := document.VersionsOf(t.Context(), b.DB, []ident.VersionID{v})
	if err != nil || len(vs) != 1 {
		t.Fatal(err, errors.New("no version"))
	}
	return vs[0].Document
}
