package documentweb

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/document"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/area"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// widths are the sizes in which pages are drawn, in pixels: a thumbnail, and three steps of zoom.
var widths = []int{96, 935, 1400, 2000}

// perView is how many pages one view of the reader holds.
const perView = 200

// A readPage is a version as it is read.
type readPage struct {
	Chrome ui.Chrome
	View   document.View
	From   int // first page in this view, from 1
	Width  int // of the pages, of widths
	Turns  int
	Find   string
	Hits   []document.Hit
	Say    string         // why nothing could be looked for
	Task   ident.TaskID   // that this reading is for
	Board  document.Board // what that task says of these pages; places can be pointed to
	At     mark           // a place that is shown
}

// A mark is a rectangle of a page, in parts of it.
type mark struct {
	Page int
	Area area.Area
}

// markOf reads "7:0.1,0.25,0.3,0.02".
func markOf(s string) mark {
	page, rest, _ := strings.Cut(s, ":")
	at, ok := area.Parse(rest)
	if !ok {
		return mark{}
	}
	return mark{number(page, 0), at}
}

func (p pages) read(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	part, err := partOf(r)
	if err != nil {
		return err
	}
	v, err := p.s.View(r.Context(), web.Who(r), part)
	if err != nil {
		return err
	}
	c := web.Chrome(r, v.Document.Name)
	c.Scripts = append(c.Scripts, ui.Asset("reader.js"))
	x := readPage{Chrome: c, View: v, From: number(q.Get("from"), 1), Width: number(q.Get("w"), widths[1]), Turns: number(q.Get("turn"), 0) % 4, Find: strings.TrimSpace(q.Get("q"))}
	x.At = markOf(q.Get("at"))
	if t := q.Get("task"); ident.Valid(t) {
		x.Task = ident.TaskID(t)
		// A finding or a question stands in a file of the task, not in one inside it.
		if len(part.In) == 0 {
			if x.Board, err = p.s.Pinned(r.Context(), web.Who(r), x.Task, part.Version); err != nil {
				return err
			}
		}
	}
	if x.At.Page > 0 && !q.Has("from") {
		x.From = x.At.Page
	}
	if x.From = (max(x.From, 1)-1)/perView*perView + 1; x.From > len(v.Info.Pages) {
		x.From = 1
	}
	if !slices.Contains(widths[1:], x.Width) {
		x.Width = widths[1]
	}
	if x.Find != "" && v.Native.Allowed {
		x.Hits, err = p.s.FindIn(r.Context(), web.Who(r), part, x.Find)
		if fault.KindOf(err) == fault.Invalid && err != nil {
			x.Say, err = fault.Say(err), nil
		}
		if err != nil {
			return err
		}
	}
	return web.Page(w, r, http.StatusOK, readView(x))
}

// readNumbered leads to a version by its number in its document.
func (p pages) readNumbered(w http.ResponseWriter, r *http.Request) error {
	sh, err := p.s.Sheet(r.Context(), web.Who(r), ident.DocumentID(r.PathValue("id")))
	if err != nil {
		return err
	}
	n := int64(number(r.URL.Query().Get("v"), int(sh.Document.Current)))
	for _, l := range sh.Lines {
		if l.Version.N == n {
			q := r.URL.Query()
			q.Del("v")
			to := readPath(l.Version.ID)
			if len(q) > 0 {
				to += "?" + q.Encode()
			}
			return web.Redirect(w, r, to, "")
		}
	}
	return fault.Missing()
}

// number reads a number that is not negative; anything else is other.
func number(s string, other int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return other
	}
	return n
}

// page sends one page as a picture with the reader's mark.
func (p pages) page(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	look := document.Look{Width: number(q.Get("w"), widths[1]), Turns: number(q.Get("turn"), 0)}
	if !slices.Contains(widths, look.Width) {
		look.Width = widths[1]
	}
	part, n, err := pageOf(r)
	if err != nil {
		return err
	}
	return sendPage(r.Context(), w, p.s, web.Who(r), part, n, look)
}

// sendPage sends one page of a part, drawn for who looks at it.
func sendPage(ctx context.Context, w http.ResponseWriter, s *document.Service, who actor.Actor, part document.Part, n int, look document.Look) error {
	var b bytes.Buffer // its length is told first
	if err := s.Page(ctx, who, part, n, look, &b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, err := b.WriteTo(w)
	if err != nil {
		return nil // the reader scrolled on
	}
	return nil
}

// pageOf reads which page of which part an address names.
func pageOf(r *http.Request) (part document.Part, n int, err error) {
	if part, err = partOf(r); err != nil {
		return part, 0, err
	}
	if n, err = strconv.Atoi(r.PathValue("n")); err != nil {
		return part, 0, fault.Missing()
	}
	return part, n, nil
}

// words sends the text of a page for those who may have it: screen readers, and whoever cannot see pictures.
func (p pages) words(w http.ResponseWriter, r *http.Request) error {
	part, n, err := pageOf(r)
	if err != nil {
		return err
	}
	text, err := p.s.Quote(r.Context(), web.Who(r), part, n, areaOf(r.URL.Query()))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", "inline")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write([]byte(text)) //nolint:gosec // as plain text, under nosniff
	if err != nil {
		return nil // the reader left
	}
	return nil
}

// areaOf reads a rectangle in parts of the page; nil means the whole page.
func areaOf(q url.Values) *area.Area {
	if a, ok := area.Parse(q.Get("at")); ok {
		return &a
	}
	return nil
}

// shown takes the browser's word for how long pages were on screen: p7=1200 is 1.2 s of page 7.
func (p pages) shown(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "This report cannot be read.")
	}
	seen := map[int]time.Duration{}
	for name, values := range r.PostForm {
		n, err := strconv.Atoi(strings.TrimPrefix(name, "p"))
		ms, err2 := strconv.Atoi(values[0])
		if err == nil && err2 == nil && strings.HasPrefix(name, "p") && n > 0 && ms > 0 && len(seen) < perView {
			seen[n] = time.Duration(ms) * time.Millisecond
		}
	}
	part, err := partOf(r)
	if err != nil {
		return err
	}
	if err := p.s.Shown(r.Context(), web.Who(r), part, seen); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func readPath(id ident.VersionID) string { return "/versions/" + url.PathEscape(string(id)) + "/read" }

func (x readPage) src(n, width int) string {
	s := "/versions/" + url.PathEscape(string(x.View.Version.ID)) + "/pages/" + strconv.Itoa(n) + "?w=" + strconv.Itoa(width) + x.part()
	if x.Turns != 0 {
		s += "&turn=" + strconv.Itoa(x.Turns)
	}
	return s
}

// to is the address of the same version, looked at otherwise.
func (x readPage) to(change func(*readPage)) string {
	change(&x)
	q := url.Values{}
	if x.From > 1 {
		q.Set("from", strconv.Itoa(x.From))
	}
	if x.Width != widths[1] {
		q.Set("w", strconv.Itoa(x.Width))
	}
	if x.Turns%4 != 0 {
		q.Set("turn", strconv.Itoa(x.Turns%4))
	}
	if x.Find != "" {
		q.Set("q", x.Find)
	}
	if x.Task != "" {
		q.Set("task", string(x.Task))
	}
	if len(x.View.In) > 0 {
		q.Set("in", x.View.In.String())
	}
	if len(q) == 0 {
		return readPath(x.View.Version.ID)
	}
	return readPath(x.View.Version.ID) + "?" + q.Encode()
}

// toPage is the address of a page, in whichever view holds it.
func (x readPage) toPage(n int) string {
	return x.to(func(y *readPage) { y.From = (n-1)/perView*perView + 1 }) + "#p" + strconv.Itoa(n)
}

// last is the last page in this view.
func (x readPage) last() int { return min(x.From+perView-1, len(x.View.Info.Pages)) }

// zoomed is the next width in a direction; the same when there is none.
func (x readPage) zoomed(by int) int {
	i := slices.Index(widths, x.Width) + by
	if i < 1 || i >= len(widths) {
		return x.Width
	}
	return widths[i]
}

// size is a page's width and height as it is drawn.
func (x readPage) size(n, width int) (w, h int) {
	s := x.View.Info.Pages[n-1]
	w, h = width, max(1, int(float32(width)*s.H/s.W))
	if x.Turns%2 == 1 {
		w, h = h, w
	}
	return w, h
}

// pageCount says how many pages there are; nothing when there are none.
func pageCount(x readPage) string {
	if n := len(x.View.Info.Pages); n > 0 {
		return ", " + ui.Plural(n, "page", "pages")
	}
	return ""
}

// ofVersion is the address of something else about the part that is read.
func (x readPage) ofVersion(what string) string {
	at := "/versions/" + url.PathEscape(string(x.View.Version.ID)) + "/" + what
	if len(x.View.In) > 0 {
		at += "?in=" + x.View.In.String()
	}
	return at
}

// takeOut names the button that takes out the file: always the whole one.
func takeOut(x readPage) string {
	if len(x.View.In) > 0 {
		return "Take out the whole file"
	}
	return "Take out the file"
}

func percent(f float64) string { return strconv.FormatFloat(100*f, 'f', 3, 64) + "%" }

func altOf(x readPage, n int) string {
	return "Page " + strconv.Itoa(n) + " of " + x.name() + ", version " + strconv.FormatInt(x.View.Version.N, 10)
}
