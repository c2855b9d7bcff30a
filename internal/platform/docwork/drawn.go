package docwork

import (
	"bytes"
	"context"
	"errors"
	"io"
	"unicode/utf16"

	"countersign/internal/platform/soffice"
)

// An Office draws office documents as PDF, in a process of its own: soffice.Program.
type Office interface {
	PDF(ctx context.Context, kind string, file io.Reader) ([]byte, error)
}

// What a rendition says of itself.
const (
	drawnLeaves = "LibreOffice drew it: lines, pages and fonts may fall otherwise than in the program that wrote it, and comments, notes and what is hidden are left out."
	notDrawn    = "LibreOffice could not draw it, so these are its words. "
	needsOffice = "This kind of file is shown only where LibreOffice is installed beside the server and can draw it."
)

// drawing is the name of the question to LibreOffice, under which its failure is remembered.
const drawing = "drawing"

// redraw has LibreOffice draw the file, and the child show what was drawn. A file that cannot be drawn stays as it is, and
// says so. The caller has the turn.
func (f *File) redraw() error {
	key := f.src.Key
	if f.drawn == nil && f.pool.verdict(key, drawing) == "" {
		pdf, err := f.pool.set.Office.PDF(f.pool.ctx, f.info.Office, io.NewSectionReader(f.bytes, 0, f.src.Size))
		switch {
		case err == nil:
			f.drawn = pdf
		case errors.Is(err, soffice.ErrFailed), errors.Is(err, soffice.ErrTooLong):
			f.pool.judge(key, drawing, err.Error())
		default: // the store's fault, or the machine's
			f.end()
			return err
		}
	}
	if f.pool.verdict(key, drawing) != "" {
		f.info = undrawn(f.info)
		return nil
	}
	if err := f.bytes.Close(); err != nil {
		f.end()
		return err
	}
	f.bytes, f.size = kept{bytes.NewReader(f.drawn)}, int64(len(f.drawn))
	err := f.ask(drawing, askDrawn, opening{Size: f.size}, &f.info)
	if _, ok := errors.AsType[Sentence](err); ok { // the child died of it: another opens the file, and shows its words
		f.drawn = nil
		return f.open()
	}
	return err
}

// kept is bytes in memory.
type kept struct{ *bytes.Reader }

func (kept) Close() error { return nil }

// undrawn is what is said of a file that LibreOffice could not draw.
func undrawn(i Info) Info {
	i.Office = ""
	if len(i.Pages) > 0 {
		i.Leaves = notDrawn + i.Leaves
	} else {
		i.Why = "LibreOffice could not draw it, and there is no other way to show it here."
	}
	return i
}

// A drawn file shows the pages that LibreOffice made of it; its words are those that the file itself says, when they are
// known.
type drawn struct {
	*pdfFile
	says  Info
	wrote file
}

// drawnBy is a file with the PDF that was made of it. When that is none, the file stays what it was, and says so.
func drawnBy(wrote, pdf file) file {
	if d, again := wrote.(*drawn); again { // it was drawn anew after a child died
		wrote = d.wrote
	}
	p, ok := pdf.(*pdfFile)
	if !ok {
		switch f := wrote.(type) {
		case *sheets:
			f.says = undrawn(f.says)
		case nothing:
			return nothing(undrawn(Info(f)))
		}
		return wrote
	}
	says := wrote.info()
	says.Pages, says.Why, says.Office, says.Leaves = p.says.Pages, "", "", drawnLeaves
	return &drawn{p, says, wrote}
}

func (d *drawn) info() Info { return d.says }

func (d *drawn) words() Text {
	if s, ok := d.wrote.(*sheets); ok {
		return s.words()
	}
	return d.pdfFile.words()
}

func kindOf(kind string) func([]byte) string { return func([]byte) string { return kind } }

// openDocumentKind reads what an OpenDocument file says it is, in its first member (ODF 1.3 part 2, section 3.3).
func openDocumentKind(data []byte) string {
	head := data[:min(len(data), 128)]
	for kind, is := range map[string]string{"odt": "text", "ods": "spreadsheet", "odp": "presentation"} {
		if bytes.Contains(head, []byte("application/vnd.oasis.opendocument."+is)) {
			return kind
		}
	}
	return ""
}

// oleHeader is how an OLE container begins, in which old office programs keep their files ([MS-CFB], section 2.2).
var oleHeader = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

func isOLE(data []byte, _ string) bool { return bytes.HasPrefix(data, oleHeader) }

// oleKinds are known by the name of a stream, which stands in the container in UTF-16.
var oleKinds = []struct{ stream, is, office string }{
	{"EncryptedPackage", "Locked office document", ""},
	{"WordDocument", "Old Word document", "doc"},
	{"PowerPoint Document", "Old presentation", "ppt"},
	{"Workbook", "Old workbook", "xls"},
	{"Book", "Old workbook", "xls"},
}

// openOLE shows nothing itself: it says what the container is for.
func openOLE(data []byte) file {
	for _, k := range oleKinds {
		var name []byte
		for _, u := range utf16.Encode([]rune(k.stream)) {
			name = append(name, byte(u), byte(u>>8))
		}
		if !bytes.Contains(data, append(name, 0, 0)) {
			continue
		}
		if k.office == "" {
			return cannot(k.is, "The document is locked with a password, and only a PDF can be unlocked here. Ask for it without one.")
		}
		return nothing{Kind: k.is, Why: needsOffice, Office: k.office}
	}
	return cannot("File", "This kind of file cannot be shown here.")
}

// mayBeOffice looks at the beginning: of an archive, a container, or rich text.
func mayBeOffice(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, oleHeader) || bytes.HasPrefix(head, []byte(`{\rtf`))
}
