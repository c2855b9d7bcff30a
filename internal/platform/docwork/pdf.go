package docwork

import (
	"context"
	"errors"
	"image"
	"io"
	"math"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"countersign/internal/kernel/area"
	"countersign/internal/platform/docwork/linear"
)

var errNoPage = errors.New("This page is not there.") //nolint:staticcheck // a sentence for the reader

// An engine is PDFium as WebAssembly, compiled and started.
type engine struct {
	pool pdfium.Pool
	pdf  pdfium.Pdfium
}

// memoryPages bounds PDFium's memory to 256 MB: pages of 64 KiB.
const memoryPages = 4096

// newEngine starts PDFium. The compiled code is kept in the folder cache: compiling takes seconds, loading a moment. It
// reads files, so it comes before the child gives them up. PDFium itself is given none: its default would be all.
func newEngine(cache string) (*engine, error) {
	config := wazero.NewRuntimeConfig().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).WithMemoryLimitPages(memoryPages)
	if cache != "" {
		if c, err := wazero.NewCompilationCacheWithDir(cache); err == nil { // without, it is only slower
			config = config.WithCompilationCache(c)
		}
	}
	pool, err := webassembly.Init(webassembly.Config{Context: experimental.WithMemoryAllocator(context.Background(), linear.Memory()), MinIdle: 1, MaxIdle: 1, MaxTotal: 1,
		FSConfig: wazero.NewFSConfig(), RuntimeConfig: config, Stdout: io.Discard, Stderr: io.Discard})
	if err != nil {
		return nil, err
	}
	e := &engine{pool: pool}
	e.pdf, err = pool.GetInstance(time.Minute)
	return e, err
}

// renew ends PDFium and starts another: nothing of a file, and none of the memory that it took, is there for the next.
func (e *engine) renew() (err error) {
	if err = e.pdf.Close(); err == nil {
		e.pdf, err = e.pool.GetInstance(time.Minute)
	}
	return err
}

type pdfFile struct {
	e     *engine
	doc   references.FPDF_DOCUMENT
	says  Info
	forms bool
}

func (e *engine) openPDF(r io.ReadSeeker, o opening) file {
	if e == nil {
		return cannot("PDF", "This installation cannot show PDF files.")
	}
	ask := &requests.OpenDocument{FileReader: r, FileReaderSize: o.Size}
	if o.Password != "" {
		ask.Password = &o.Password
	}
	opened, err := e.pdf.OpenDocument(ask)
	switch {
	case errors.Is(err, pdferrors.ErrPassword) && o.Password != "":
		return locked("PDF", "The PDF is locked, and this password does not open it.")
	case errors.Is(err, pdferrors.ErrPassword):
		return locked("PDF", "The PDF is locked with a password.")
	case errors.Is(err, pdferrors.ErrSecurity):
		return cannot("PDF", "The PDF is encrypted in a way that cannot be read here.")
	case err != nil:
		return cannot("PDF", "The PDF is broken: it begins like one and has no pages that can be found.")
	}
	f := &pdfFile{e: e, doc: opened.Document, says: Info{Kind: "PDF"}}
	count, err := e.pdf.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: f.doc})
	switch {
	case err != nil || count.PageCount == 0:
		return cannot("PDF", "The PDF has no pages that can be found.")
	case count.PageCount > maxPages:
		return cannot("PDF", "The PDF has more pages than are shown here.")
	}
	for i := range count.PageCount {
		size, err := e.pdf.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: f.doc, Index: i})
		if err != nil || !sane(size.Width) || !sane(size.Height) {
			f.says.Pages = append(f.says.Pages, Size{612, 792})
			continue
		}
		f.says.Pages = append(f.says.Pages, Size{float32(size.Width), float32(size.Height)})
	}
	if form, err := e.pdf.FPDF_GetFormType(&requests.FPDF_GetFormType{Document: f.doc}); err == nil {
		f.forms = form.FormType == enums.FPDF_FORMTYPE_ACRO_FORM
	}
	return f
}

// sane is whether a length in points is one of a page: PDF 32000-1 annex C bounds it by 14,400.
func sane(points float64) bool { return points >= 1 && points <= 20_000 && !math.IsNaN(points) }

func (f *pdfFile) info() Info { return f.says }

// Close lets go of the document, and of all that PDFium holds.
func (f *pdfFile) Close() error { return f.e.renew() }

func (f *pdfFile) page(n int) (requests.Page, error) {
	if n < 0 || n >= len(f.says.Pages) {
		return requests.Page{}, errNoPage
	}
	return requests.Page{ByIndex: &requests.PageByIndex{Document: f.doc, Index: n}}, nil
}

func (f *pdfFile) draw(n, width int) (image.Image, func(), error) {
	page, err := f.page(n)
	if err != nil {
		return nil, nil, err
	}
	w, h := fit(f.says.Pages[n], width)
	in := &requests.RenderPageInPixels{Page: page, Width: w, Height: h, RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT}
	if f.forms {
		in.RenderForm, in.Document = true, &f.doc
	}
	got, err := f.e.pdf.RenderPageInPixels(in)
	if err != nil {
		return nil, nil, errors.New("This page is broken and cannot be drawn.") //nolint:staticcheck // a sentence for the reader
	}
	return got.Result.RenderedImage, got.Cleanup, nil
}

// fit is the pixels of a page that is to be width wide. A very long one is drawn smaller.
func fit(s Size, width int) (w, h int) {
	ratio := float64(s.H) / float64(s.W)
	if most := math.Sqrt(maxPixels / ratio); float64(width) > most {
		width = int(most)
	}
	return max(1, width), max(1, int(math.Ceil(float64(width)*ratio)))
}

func (f *pdfFile) text(n int) (string, error) {
	page, err := f.page(n)
	if err != nil {
		return "", err
	}
	got, err := f.e.pdf.GetPageText(&requests.GetPageText{Page: page})
	if err != nil {
		return "", errors.New("This page is broken and cannot be read.") //nolint:staticcheck // a sentence for the reader
	}
	return got.Text, nil
}

func (f *pdfFile) within(n int, in area.Area) (string, error) {
	page, err := f.page(n)
	if err != nil {
		return "", err
	}
	opened, err := f.e.pdf.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
	if err != nil {
		return "", err
	}
	defer f.e.pdf.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: opened.TextPage}) //nolint:errcheck // nothing was written
	size := f.says.Pages[n]
	w, h := float64(size.W), float64(size.H)
	got, err := f.e.pdf.FPDFText_GetBoundedText(&requests.FPDFText_GetBoundedText{TextPage: opened.TextPage,
		Left: in.X * w, Right: (in.X + in.W) * w, Top: (1 - in.Y) * h, Bottom: (1 - in.Y - in.H) * h})
	if err != nil {
		return "", err
	}
	return got.Text, nil
}

// words is the text of all pages, line by line: a PDF knows no paragraphs.
func (f *pdfFile) words() (t Text) {
	size := 0
	for i := range f.says.Pages {
		text, err := f.text(i)
		if err != nil {
			continue
		}
		for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
			if size += len(line) + 8; size > maxText {
				return Text{Why: "The file holds more text than can be compared."}
			}
			if line = strings.TrimSpace(clean(line)); line != "" {
				t.Paragraphs = append(t.Paragraphs, line)
			}
		}
	}
	if len(t.Paragraphs) == 0 {
		return Text{Why: "The PDF has no text, only pictures of it: look at both versions side by side."}
	}
	return t
}
