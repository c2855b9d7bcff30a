package documentweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"countersign/internal/document"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// perBeside is how many rows of two pages one view holds.
const perBeside = 100

// A besidePage is two versions of a document next to each other, page by page.
type besidePage struct {
	Chrome      ui.Chrome
	Left, Right document.View
	Versions    []int64 // numbers of all there are, newest first
	Compare     bool    // the reader may see what changed, word by word
	From        int     // first page of the left version in this view, from 1
	Width       int     // pixels of a page, of widths
	Shift       int     // the right page beside page n is n + Shift
	Task        ident.TaskID
}

// mostShift bounds how far the right version can be moved against the left one.
const mostShift = 50

func (p pages) beside(w http.ResponseWriter, r *http.Request) error {
	who, q := web.Who(r), r.URL.Query()
	sh, err := p.s.Sheet(r.Context(), who, ident.DocumentID(r.PathValue("id")))
	if err != nil {
		return err
	}
	now := sh.Document.Current
	x := besidePage{Compare: sh.Open.Allowed, From: number(q.Get("from"), 1), Width: number(q.Get("w"), widths[1])}
	ids := map[int64]ident.VersionID{}
	for _, l := range sh.Lines {
		ids[l.Version.N] = l.Version.ID
		x.Versions = append(x.Versions, l.Version.N)
	}
	for _, side := range []struct {
		n  int64
		to *document.View
	}{{int64(number(q.Get("left"), int(max(1, now-1)))), &x.Left}, {int64(number(q.Get("right"), int(now))), &x.Right}} {
		id, ok := ids[side.n]
		if !ok {
			return fault.Missing()
		}
		if *side.to, err = p.s.View(r.Context(), who, document.Part{Version: id}); err != nil {
			return err
		}
	}
	if n, err := strconv.Atoi(q.Get("shift")); err == nil {
		x.Shift = min(max(n, -mostShift), mostShift)
	}
	if x.Width != widths[2] {
		x.Width = widths[1]
	}
	if t := q.Get("task"); ident.Valid(t) {
		x.Task = ident.TaskID(t)
	}
	if x.From = (max(x.From, 1)-1)/perBeside*perBeside + 1; x.From > x.rows() {
		x.From = 1
	}
	x.Chrome = web.Chrome(r, sh.Document.Name)
	x.Chrome.Wide = true
	x.Chrome.Scripts = append(x.Chrome.Scripts, ui.Asset("reader.js"))
	return web.Page(w, r, http.StatusOK, besideView(x))
}

// rows is how many rows there are: until both versions have ended.
func (x besidePage) rows() int {
	return max(len(x.Left.Info.Pages), len(x.Right.Info.Pages)-x.Shift)
}

// last is the last row in this view.
func (x besidePage) last() int { return min(x.From+perBeside-1, x.rows()) }

// right is the page of the right version that stands beside page n of the left one.
func (x besidePage) right(n int) int { return n + x.Shift }

func has(v document.View, n int) bool { return n >= 1 && n <= len(v.Info.Pages) }

// besideLabel says what stands in half a row.
func besideLabel(v document.View, n int) string {
	s := "Version " + itoa(v.Version.N)
	if has(v, n) {
		s += ", page " + strconv.Itoa(n)
	}
	return s
}

// seen names the pages of a row, for the report of how long they were on screen.
func (x besidePage) seen(n int) string {
	var s string
	if has(x.Left, n) {
		s = shownPath(x.Left.Version.ID) + "#" + strconv.Itoa(n)
	}
	if has(x.Right, x.right(n)) {
		s += " " + shownPath(x.Right.Version.ID) + "#" + strconv.Itoa(x.right(n))
	}
	return strings.TrimSpace(s)
}

func shownPath(id ident.VersionID) string {
	return "/versions/" + url.PathEscape(string(id)) + "/shown"
}

// side is a version as the reader of one would show it, for the addresses and sizes of its pages.
func (x besidePage) side(v document.View) readPage { return readPage{View: v, Width: x.Width} }

// to is the address of the same two versions, looked at otherwise.
func (x besidePage) to(change func(*besidePage)) string {
	change(&x)
	q := url.Values{"left": {itoa(x.Left.Version.N)}, "right": {itoa(x.Right.Version.N)}}
	if x.From > 1 {
		q.Set("from", strconv.Itoa(x.From))
	}
	if x.Width != widths[1] {
		q.Set("w", strconv.Itoa(x.Width))
	}
	if x.Shift != 0 {
		q.Set("shift", strconv.Itoa(x.Shift))
	}
	if x.Task != "" {
		q.Set("task", string(x.Task))
	}
	return documentPath(x.Left.Document.ID) + "/beside?" + q.Encode()
}

func (x besidePage) toRow(n int) string {
	return x.to(func(y *besidePage) { y.From = (n-1)/perBeside*perBeside + 1 }) + "#p" + strconv.Itoa(n)
}

func (x besidePage) shifted(by int) string {
	return x.to(func(y *besidePage) { y.Shift = min(max(y.Shift+by, -mostShift), mostShift) })
}

func (x besidePage) options() []ui.Option {
	var out []ui.Option
	for _, n := range x.Versions {
		out = append(out, ui.Option{Value: itoa(n), Label: "Version " + itoa(n)})
	}
	return out
}

// shiftSays tells which pages stand beside each other when they are not the same ones.
func (x besidePage) shiftSays() string {
	switch {
	case x.Shift > 0:
		return "The right one is " + ui.Plural(x.Shift, "page", "pages") + " ahead."
	case x.Shift < 0:
		return "The right one is " + ui.Plural(-x.Shift, "page", "pages") + " behind."
	}
	return ""
}

// besidePath is the address of two versions next to each other.
func besidePath(id ident.DocumentID, left, right int64) string {
	return documentPath(id) + "/beside?left=" + itoa(left) + "&right=" + itoa(right)
}
