package document_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"countersign/internal/document"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/testkit"
)

// zipped makes an archive of pairs of name and text.
func zipped(t *testing.T, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err == nil {
			_, err = io.WriteString(w, pairs[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// letter is an e-mail with one attachment.
func letter(name, attached string) string {
	return "From: Ann Example <a@example.org>\r\nTo: b@example.org\r\nSubject: The file\r\nDate: Mon, 23 Nov 2026 08:40:00 -0600\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSee what is attached.\r\n" +
		"--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString([]byte(attached)) + "\r\n--x--\r\n"
}

func TestParsePath(t *testing.T) {
	for s, want := range map[string]bool{"": true, "1": true, "1.30.2": true, "1.1.1.1.1": true,
		"0": false, "-1": false, "1.": false, ".1": false, "01": false, "+1": false, "1.1.1.1.1.1": false, "a": false, "1000001": false, "1,2": false} {
		p, ok := document.ParsePath(s)
		if ok != want || ok && p.String() != s {
			t.Errorf("%q: %v, %t", s, p, ok)
		}
	}
	one := document.Path{1}
	if a, b := one.To(2), one.To(3); a.String() != "1.2" || b.String() != "1.3" || b.Out().String() != "1" {
		t.Errorf("%v, %v", a, b)
	}
}

// What is attached to a message in an archive reads as a document of its own: pages, words, marks, and who saw it.
func TestFamily(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx, junior := t.Context(), testkit.As(testkit.Junior)
		bundle := zipped(t, "a note.txt", "Outer words.", "mail.eml", letter("inner.zip", zipped(t, "Order.pdf", pdf(t), "bomb.txt", strings.Repeat(" ", 17<<20))))
		v := b.put(t, testkit.Attorney, "Bundle.zip", bundle).Version.ID
		at := func(path string) document.Part {
			in, ok := document.ParsePath(path)
			if !ok {
				t.Fatal(path)
			}
			return document.Part{Version: v, In: in}
		}
		var tree []string
		view, err := b.View(ctx, junior, at("2.1.1"))
		for _, k := range view.Family {
			tree = append(tree, strings.TrimSpace(k.In.String()+" "+k.Name))
			if (k.Why != "") != (k.Name == "bomb.txt") {
				t.Errorf("%+v", k)
			}
		}
		if got, want := strings.Join(tree, "|"), "Bundle.zip|1 a note.txt|2 mail.eml|2.1 inner.zip|2.1.1 Order.pdf|2.1.2 bomb.txt"; err != nil || got != want || view.Info.Kind != "PDF" || len(view.Info.Pages) < 2 {
			t.Fatalf("%s, %v, %+v", got, err, view.Info)
		}
		var pixels bytes.Buffer
		if err := b.Page(ctx, junior, at("2.1.1"), 2, look, &pixels); err != nil {
			t.Fatal(err)
		}
		if m, err := png.Decode(&pixels); err != nil || m.Bounds().Dx() != look.Width {
			t.Errorf("%v", err)
		}
		if err := b.Shown(ctx, junior, at("2.1.1"), map[int]time.Duration{2: time.Second}); err != nil {
			t.Fatal(err)
		}
		text, err := b.Quote(ctx, junior, at("2.1.1"), 1, nil)
		if err != nil || !strings.Contains(text, "granted in part") {
			t.Errorf("%q, %v", text, err)
		}
		if hits, err := b.FindIn(ctx, junior, at("2"), "what is attached"); err != nil || len(hits) != 1 {
			t.Errorf("%v, %v", hits, err)
		}
		if view, err := b.View(ctx, junior, at("2.1.2")); err != nil || !strings.Contains(view.Info.Why, "unpacks to far more") || len(view.Family) != 6 {
			t.Errorf("%+v, %v", view.Info, err)
		}
		testkit.WantKind(t, b.Page(ctx, junior, at("2.1.2"), 1, look, io.Discard), fault.Invalid)
		for _, gone := range []string{"3", "2.2", "1.1", "2.1.1.1"} {
			testkit.WantKind(t, second(b.View(ctx, junior, at(gone))), fault.NotFound)
			testkit.WantKind(t, b.Page(ctx, junior, at(gone), 1, look, io.Discard), fault.NotFound)
		}
		for _, who := range []string{testkit.Walled, testkit.Outside, testkit.Stranger} {
			testkit.WantKind(t, second(b.View(ctx, testkit.As(who), at("2.1.1"))), fault.NotFound)
			testkit.WantKind(t, b.Page(ctx, testkit.As(who), at("2.1.1"), 1, look, io.Discard), fault.NotFound)
		}
		b.wantRecord(t, v)
		b.wantNoWordsAbroad(t, at("2.1.1"), view.Document.ID)
	})
}

// wantRecord looks for who saw which page of the file inside, and of the message around it that a search showed a line of,
// and for their entries.
func (b bench) wantRecord(t *testing.T, v ident.VersionID) {
	t.Helper()
	had, err := b.Readers(t.Context(), testkit.As(testkit.Attorney), b.docOf(t, v))
	if err != nil || len(had.Sights) != 3 {
		t.Fatalf("%+v, %v", had.Sights, err)
	}
	for _, s := range had.Sights {
		searched := s.Inside.String() == "2" && s.Page == 1
		if !searched && s.Inside.String() != "2.1.1" || s.Version != v || s.Page == 2 && s.Shown != time.Second {
			t.Errorf("%+v", s)
		}
	}
	if n, err := b.Tell(t.Context()); err != nil || n != 2 { // one for each file that was read
		t.Errorf("%d entries, %v", n, err)
	}
	if n := b.Int(db.SQL(`SELECT COUNT(*) FROM page_seen WHERE told < times`)); n != 0 {
		t.Errorf("%d sights have no entry", n)
	}
}

// wantNoWordsAbroad sets a rule on the document and asks for what lies inside it.
func (b bench) wantNoWordsAbroad(t *testing.T, p document.Part, d ident.DocumentID) {
	t.Helper()
	ctx, junior := t.Context(), testkit.As(testkit.Junior)
	if err := b.SetResidency(ctx, testkit.As(testkit.Attorney), document.NewResidency{Scope: document.OnDocument, ScopeID: string(d), Covers: document.Sources}); err != nil {
		t.Fatal(err)
	}
	testkit.WantKind(t, second(b.Quote(ctx, junior, p, 1, nil)), fault.Forbidden)
	testkit.WantKind(t, second(b.FindIn(ctx, junior, p, "granted")), fault.Forbidden)
	if view, err := b.View(ctx, junior, p); err != nil || view.Native.Allowed {
		t.Errorf("%+v, %v", view.Native, err)
	}
	if err := b.Page(ctx, junior, p, 1, look, io.Discard); err != nil {
		t.Errorf("the page is gone too: %v", err)
	}
	if _, err := b.Quote(ctx, testkit.As(testkit.Attorney), p, 1, nil); err != nil {
		t.Errorf("the firm itself is shut out: %v", err)
	}
}
