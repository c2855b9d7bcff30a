package docwork

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"countersign/internal/platform/soffice"
)

// A fakeOffice draws every file as the same bytes, or not at all.
type fakeOffice struct {
	pdf   []byte
	err   error
	kinds []string // that it was asked for
}

func (o *fakeOffice) PDF(_ context.Context, kind string, file io.Reader) ([]byte, error) {
	o.kinds = append(o.kinds, kind)
	_, err := io.Copy(io.Discard, file)
	return o.pdf, errors.Join(o.err, err)
}

// madePDF is a PDF whose pages say what they are told; a password locks it.
func madePDF(t testing.TB, password string, pages ...string) []byte {
	t.Helper()
	p := fpdf.New("P", "mm", "Letter", "")
	p.SetFont("Helvetica", "", 12)
	if password != "" {
		p.SetProtection(fpdf.CnProtectPrint, password, password+" of its owner")
	}
	for _, says := range pages {
		p.AddPage()
		p.Cell(40, 10, says)
	}
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func ole(stream string) []byte {
	data := append([]byte{}, oleHeader...)
	for _, r := range stream {
		data = append(data, byte(r), 0)
	}
	return append(data, 0, 0, 0, 0)
}

// An office document is what LibreOffice drew of it, and else its words; which it is, it says.
func TestOffice(t *testing.T) {
	docx := zipped(t, map[string]string{"word/document.xml": word})
	drawnPDF := madePDF(t, "", "Drawn page one", "Drawn page two")
	for _, c := range []struct {
		what   string
		data   []byte
		office *fakeOffice
		pages  int
		says   string // of the rendition, or why there is none
		text   string // of the first page
		words  string
	}{
		{"drawn", docx, &fakeOffice{pdf: drawnPDF}, 2, "LibreOffice drew it", "Drawn page one", "The court  finds|for plaintiff"},
		{"not drawn", docx, &fakeOffice{err: soffice.ErrFailed}, 1, "LibreOffice could not draw it, so these are its words. Fonts", "The court  finds", "The court  finds|for plaintiff"},
		{"too long", docx, &fakeOffice{err: soffice.ErrTooLong}, 1, "LibreOffice could not draw it", "The court  finds", "The court  finds|for plaintiff"},
		{"garbage", docx, &fakeOffice{pdf: []byte("no PDF")}, 1, "LibreOffice could not draw it", "The court  finds", "The court  finds|for plaintiff"},
		{"old Word", ole("WordDocument"), &fakeOffice{pdf: drawnPDF}, 2, "LibreOffice drew it", "Drawn page one", "Drawn page one|Drawn page two"},
		{"old Word, not drawn", ole("WordDocument"), &fakeOffice{err: soffice.ErrFailed}, 0, "LibreOffice could not draw it, and", "", ""},
		{"old Word without LibreOffice", ole("WordDocument"), nil, 0, "This kind of file is shown only where LibreOffice", "", ""},
		{"locked", ole("EncryptedPackage"), &fakeOffice{pdf: drawnPDF}, 0, "The document is locked with a password", "", ""},
		{"plain text", []byte("Just words."), &fakeOffice{pdf: drawnPDF}, 1, "", "Just words.", "Just words."},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := Settings{}
			if c.office != nil {
				s.Office = c.office
			}
			p := pool(t, s)
			for range 2 { // the second time it is open already
				err := p.Do(t.Context(), source(c.what, c.data), func(f *File) error {
					info := f.Info()
					if len(info.Pages) != c.pages || !strings.HasPrefix(info.Leaves+info.Why, c.says) || info.Office != "" && c.office != nil {
						t.Errorf("%+v", info)
					}
					if c.pages == 0 {
						return nil
					}
					text, err := f.Text(0, nil)
					if err != nil || !strings.HasPrefix(text, c.text) {
						t.Errorf("the first page says %q, %v", text, err)
					}
					if got := strings.Join(f.Words().Paragraphs, "|"); got != c.words {
						t.Errorf("it says %q", got)
					}
					page, err := f.Draw(c.pages-1, 100)
					if err == nil {
						page.Release()
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if c.office != nil && len(c.office.kinds) > 1 {
				t.Errorf("it was drawn %d times", len(c.office.kinds))
			}
		})
	}
}

// A machine that fails is not the file's fault: the next reading tries again.
func TestOfficeOfAFailingMachine(t *testing.T) {
	o := &fakeOffice{err: errors.New("no room")}
	p := pool(t, Settings{Office: o})
	src := source("again", zipped(t, map[string]string{"word/document.xml": word}))
	if err := p.Do(t.Context(), src, func(*File) error { return nil }); err == nil {
		t.Error("a machine that fails was taken for a file that cannot be drawn")
	}
	o.err, o.pdf = nil, madePDF(t, "", "Drawn")
	if err := p.Do(t.Context(), src, func(f *File) error {
		if len(f.Info().Pages) != 1 || f.Info().Leaves != drawnLeaves {
			t.Errorf("%+v", f.Info())
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if o.kinds[0] != "docx" {
		t.Errorf("drawn as %v", o.kinds)
	}
}
