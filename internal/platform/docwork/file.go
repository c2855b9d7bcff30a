package docwork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"strconv"
	"strings"

	"countersign/internal/kernel/area"
	"countersign/internal/platform/docwork/parcel"
)

// An Info is what can be said of a file before a page of it is drawn.
type Info struct {
	Kind     string   `json:"kind"`     // "PDF", "Word document"
	Pages    []Size   `json:"pages"`    // none: Why tells
	Why      string   `json:"why"`      // one sentence: why there are no pages
	Office   string   `json:"office"`   // LibreOffice may draw it, as a file of this kind: "docx"; "" when it may not, or did
	Locked   bool     `json:"locked"`   // there are none for want of the password
	Leaves   string   `json:"leaves"`   // one sentence: what the pages leave out; "" when they show the file as it is
	Children []Member `json:"children"` // attachments of a message, members of an archive
}

// A Size is that of a page, in points (1/72 inch), or whatever unit the file has: only the ratio counts.
type Size struct {
	W float32 `json:"w"`
	H float32 `json:"h"`
}

// A Member is a file inside the file.
type Member = parcel.Member

// A Hit is a page that holds the words looked for.
type Hit struct {
	Page  int    `json:"page"` // from 0
	Count int    `json:"count"`
	Text  string `json:"text"` // the line around the first
}

// The bounds of a file that is shown.
const (
	maxPages = 10_000
	maxHits  = 500
)

// A file is an opened one, of any kind.
type file interface {
	info() Info
	draw(page, width int) (image.Image, func(), error) // the function gives the pixels back
	text(page int) (string, error)
	within(page int, in area.Area) (string, error)
}

// nothing is a file of which nothing is shown.
type nothing Info

func (n nothing) info() Info { return Info(n) }

func (nothing) draw(int, int) (image.Image, func(), error) { return nil, nil, errNoPage }
func (nothing) text(int) (string, error)                   { return "", errNoPage }
func (nothing) within(int, area.Area) (string, error)      { return "", errNoPage }

func cannot(kind, why string) file { return nothing{Kind: kind, Why: why} }

// locked is a file that opens with a password only.
func locked(kind, why string) file { return nothing{Kind: kind, Why: why, Locked: true} }

// openFile finds out what the bytes are and opens them as that. It must not trust a single one of them.
func (e *engine) openFile(r io.ReadSeeker, o opening) file {
	size := o.Size
	head := make([]byte, min(size, 4096))
	if _, err := io.ReadFull(r, head); err != nil {
		return cannot("File", "The file did not come through whole.")
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return cannot("File", "The file did not come through whole.")
	}
	switch {
	case size == 0:
		return cannot("Empty file", "The file is empty.")
	case isPDF(head):
		return e.openPDF(r, o)
	}
	if kind := pictureKind(head); kind != "" {
		return openPicture(kind, r, size)
	}
	if size > MaxFile {
		if at, ok := r.(io.ReaderAt); ok && isArchive(head, o.Name) {
			return openZIP(at, size)
		}
		return cannot("File", "The file is larger than what is read for its text.")
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return cannot("File", "The file did not come through whole.")
	}
	return openText(data, o.Name)
}

// pdfHeader is how a PDF begins, within its first pdfWithin bytes.
var pdfHeader = []byte("%PDF-")

const pdfWithin = 1024

// isPDF allows for what some programs put before the header (PDF 32000-1 annex H, note 13), but not for another kind of
// file that has a PDF in it.
func isPDF(head []byte) bool {
	at := bytes.Index(head[:min(len(head), pdfWithin)], pdfHeader)
	return at == 0 || at > 0 && !headerLine.Match(head) && !bytes.HasPrefix(head, []byte("PK\x03\x04"))
}

// errNoMember is the answer where a file inside is asked for that is not there.
var errNoMember = errors.New("There is no such file in it.") //nolint:staticcheck // a sentence for the reader

// member is what the child hands out of a file: the bytes of one inside it.
func member(f file, i int) ([]byte, error) {
	s, ok := f.(*sheets)
	if !ok || s.inside == nil || i < 0 || i >= len(s.says.Children) {
		return nil, errNoMember
	}
	return s.inside(i)
}

// Member returns the bytes of a file inside, by its place in Info.Children. A Sentence tells why there are none.
func (f *File) Member(i int) ([]byte, error) {
	if i < 0 || i >= len(f.info.Children) {
		return nil, Sentence(errNoMember.Error())
	}
	size := f.info.Children[i].SizeBytes
	b, err := f.answer(fmt.Sprint("member ", i), askInner, memberWanted{i}, inner, nil)
	if err == nil && int64(len(b)) != size {
		return nil, garbled
	}
	return b, err
}

// An Opener opens files: a Pool.
type Opener interface {
	Do(ctx context.Context, s Source, ask func(*File) error) error
}

// ErrNotInside is the error of a path that leads nowhere.
var ErrNotInside = errors.New("docwork: there is no file at this place")

// Inside returns the file at a path inside s: places in the lists of Children, from 0 and from the outside in. Its bytes
// come from the child of the file around it, whole, when it is opened; no more than MaxFile of them are held. outer says
// what each file on the way is, s first. A Sentence tells why the file cannot be had; outer then ends with the one that
// holds it.
func Inside(ctx context.Context, o Opener, s Source, path []int) (_ Source, outer []Info, err error) {
	for _, i := range path {
		var info Info
		if err := o.Do(ctx, s, func(f *File) error { info = f.Info(); return nil }); err != nil {
			return s, outer, err
		}
		outer = append(outer, info)
		if i < 0 || i >= len(info.Children) {
			return s, outer, ErrNotInside
		}
		m, around := info.Children[i], s
		if m.Why != "" {
			return s, outer, Sentence(m.Why)
		}
		s = Source{Key: around.Key + "." + strconv.Itoa(i), Group: around.Group, Name: m.Name, Size: m.SizeBytes, Bytes: func(ctx context.Context) (Bytes, error) {
			var b []byte
			err := o.Do(ctx, around, func(f *File) (err error) { b, err = f.Member(i); return err })
			return held{bytes.NewReader(b)}, err
		}}
	}
	return s, outer, nil
}

// held are the bytes of a file inside, while it is open.
type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

// find looks for words page by page. Case and runs of spaces do not count.
func find(f file, words string) (hits []Hit, err error) {
	words = strings.ToLower(strings.Join(strings.Fields(words), " "))
	if words == "" {
		return nil, nil
	}
	for i := range f.info().Pages {
		text, err := f.text(i)
		if err != nil {
			continue // a page that cannot be read does not hide the others
		}
		text = strings.Join(strings.Fields(text), " ")
		low := strings.ToLower(text)
		n := strings.Count(low, words)
		if n == 0 {
			continue
		}
		h := Hit{Page: i, Count: n}
		if len(low) == len(text) { // else the places in the two differ
			at := strings.Index(low, words)
			h.Text = around(text, at, at+len(words))
		}
		if hits = append(hits, h); len(hits) == maxHits {
			break
		}
	}
	return hits, nil
}

// around is the words on either side of a place.
func around(text string, from, to int) string {
	const side = 40
	a, b := max(0, from-side), min(len(text), to+side)
	if i := strings.IndexByte(text[a:from], ' '); a > 0 && i >= 0 {
		a += i + 1
	}
	if i := strings.LastIndexByte(text[to:b], ' '); b < len(text) && i >= 0 {
		b = to + i
	}
	return strings.ToValidUTF8(text[a:b], "")
}
