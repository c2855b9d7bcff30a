package document_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"countersign/internal/document"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/testkit"
)

const sesame = "open sesame"

// lockedPDF is a page that is shown to nobody without the password.
func lockedPDF(t *testing.T) string {
	t.Helper()
	p := fpdf.New("P", "mm", "Letter", "")
	p.SetProtection(fpdf.CnProtectPrint, sesame, "of its owner")
	p.SetFont("Helvetica", "", 12)
	p.AddPage()
	p.Cell(40, 10, "The sealed exhibit.")
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A locked file opens for all its readers once one of them has given its password, which lies sealed and stands in no entry.
func TestUnlock(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		data := lockedPDF(t)
		v := b.put(t, testkit.Attorney, "Exhibit.pdf", data).Version.ID
		view, err := b.View(ctx, testkit.As(testkit.Junior), document.Part{Version: v})
		if err != nil || !view.Info.Locked || !view.Unlock.Allowed || len(view.Info.Pages) != 0 {
			t.Fatalf("%+v, %v", view, err)
		}
		for _, c := range []struct {
			who, password string
			want          fault.Kind
		}{
			{testkit.Walled, sesame, fault.NotFound}, {testkit.Outside, sesame, fault.NotFound}, {testkit.Stranger, sesame, fault.NotFound},
			{testkit.Junior, "", fault.Invalid}, {testkit.Junior, "open says me", fault.Invalid}, {testkit.Junior, strings.Repeat("x", 256), fault.Invalid},
		} {
			testkit.WantKind(t, b.Unlock(ctx, testkit.As(c.who), v, c.password), c.want)
			if n := b.Int(db.SQL(`SELECT COUNT(*) FROM version_password`)); n != 0 {
				t.Fatalf("%s kept the password %q", c.who, c.password)
			}
		}
		if done, refused := b.Entries(document.UnlockFile); done != 0 || refused != 3 {
			t.Errorf("%d entries and %d refusals", done, refused)
		}
		testkit.WantKind(t, b.Unlock(ctx, testkit.As(testkit.Junior), ident.VersionID(ident.New()), sesame), fault.NotFound)

		if err := b.Unlock(ctx, testkit.As(testkit.Junior), v, sesame); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, b.Unlock(ctx, testkit.As(testkit.Junior), v, sesame), fault.Conflict)
		if done, _ := b.Entries(document.UnlockFile); done != 1 {
			t.Errorf("%d entries", done)
		}
		var sealed []byte
		if err := b.DB.QueryRow(ctx, db.SQL(`SELECT sealed FROM version_password`)).Scan(&sealed); err != nil || bytes.Contains(sealed, []byte(sesame)) {
			t.Errorf("the password lies open: %q, %v", sealed, err)
		}

		// It opens for the others, in another process too, and so do the same bytes.
		other := document.NewService(b.Deps)
		other.Files = testkit.Files(t)
		copied := b.put(t, testkit.Attorney, "Copy.pdf", data).Version.ID
		for _, id := range []ident.VersionID{v, copied} {
			text, err := other.Quote(ctx, testkit.As(testkit.Attorney), document.Part{Version: id}, 1, nil)
			if err != nil || !strings.Contains(text, "The sealed exhibit.") {
				t.Errorf("%q, %v", text, err)
			}
		}
		if _, err := b.page(testkit.Attorney, v, 1); err != nil {
			t.Error(err)
		}

		// Bytes in another matter are another file.
		if got, err := b.Upload(ctx, testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Shut, Kind: document.Source, Name: "Exhibit.pdf"}, strings.NewReader(data)); err == nil {
			view, err := b.View(context.WithoutCancel(ctx), testkit.As(testkit.Attorney), document.Part{Version: got.Version.ID})
			if err != nil || !view.Info.Locked {
				t.Errorf("in another matter: %+v, %v", view.Info, err)
			}
		}
	})
}

// Nobody unlocks what is in quarantine but those who may open it.
func TestUnlockInQuarantine(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		got := b.put(t, testkit.Attorney, "Exhibit.pdf", lockedPDF(t))
		if err := b.Quarantine(ctx, testkit.As(testkit.Junior), document.QuarantineRequest{Document: got.Document.ID, Cause: document.Clawback, Reason: "Privileged"}); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, b.Unlock(ctx, testkit.As(testkit.Junior), got.Version.ID, sesame), fault.Forbidden)
		if err := b.Unlock(ctx, testkit.As(testkit.Attorney), got.Version.ID, sesame); err != nil {
			t.Error(err)
		}
	})
}
