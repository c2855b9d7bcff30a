package taskweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/ui"
)

// reviewRoutes are reviewing, signing off and the supervision record.
func reviewRoutes(mux web.Router, h *handler) {
	mux.Handle("GET /tasks/{id}/review", web.Handler(h.reviewView))
	mux.Handle("POST /tasks/{id}/review/findings", web.Handler(h.raiseFinding))
	mux.Handle("POST /tasks/{id}/review/findings/{finding}", web.Handler(h.settleFinding))
	mux.Handle("POST /tasks/{id}/review/checklist", web.Handler(h.tickReview))
	mux.Handle("POST /tasks/{id}/review/approve", web.Handler(h.approve))
	mux.Handle("POST /tasks/{id}/review/return", web.Handler(h.returnWork))
	mux.Handle("GET /tasks/{id}/sign", web.Handler(h.signView))
	mux.Handle("POST /tasks/{id}/sign", web.Handler(h.signOff))
	mux.Handle("GET /tasks/{id}/record", web.Handler(h.record))
	mux.Handle("GET /tasks/{id}/record.json", web.Handler(h.recordJSON))
}

// A reviewPage is one tier's review with what was typed and not taken.
type reviewPage struct {
	Chrome  ui.Chrome
	Reader  web.Reader
	View    desk.ReviewView
	Finding findingFields
	Note    string
	Lead    string
	Errors  []ui.FieldError
}

// findingFields is what the form of a finding posts.
type findingFields struct{ Severity, Code, Version, Page, Line, Area, Quote, Text string }

func (h *handler) reviewView(w http.ResponseWriter, r *http.Request) error {
	v, err := h.reads.ReviewView(r.Context(), web.Who(r), taskID(r))
	if err != nil {
		return err
	}
	if !v.Looked {
		if err := h.tasks.Look(r.Context(), web.Who(r), v.Task.ID); err != nil {
			return err
		}
	}
	return web.Page(w, r, http.StatusOK, reviewView(reviewPageOf(r, v)))
}

func reviewPageOf(r *http.Request, v desk.ReviewView) reviewPage {
	chrome := web.Chrome(r, "Review "+v.Task.Name())
	chrome.Wide = true
	chrome.Scripts = append(chrome.Scripts, ui.Asset("reader.js"))
	p := reviewPage{Chrome: chrome, Reader: web.ReaderOf(r), View: v}
	p.Finding.Severity = "major"
	if len(v.Newest.Files) == 1 {
		p.Finding.Version = string(v.Newest.Files[0].Version)
	}
	if q := r.URL.Query(); q.Has("version") { // pointed to while reading
		p.Finding.Version, p.Finding.Page, p.Finding.Area = q.Get("version"), q.Get("page"), q.Get("area")
	}
	return p
}

// reviewAgain shows the review with what was refused, or passes on an error that the form cannot mend.
func (h *handler) reviewAgain(w http.ResponseWriter, r *http.Request, err error, lead string, fill func(*reviewPage)) error {
	errs := web.FieldErrors(err)
	if errs == nil {
		return err
	}
	v, again := h.reads.ReviewView(r.Context(), web.Who(r), taskID(r))
	if again != nil {
		return err // the review is no longer the reader's: what was refused says more
	}
	p := reviewPageOf(r, v)
	p.Errors, p.Lead = errs, lead
	fill(&p)
	return web.Page(w, r, web.Status(err), reviewView(p))
}

func (h *handler) raiseFinding(w http.ResponseWriter, r *http.Request) error {
	f := findingFields{Severity: r.PostFormValue("severity"), Code: r.PostFormValue("code"), Version: r.PostFormValue("version"),
		Page: strings.TrimSpace(r.PostFormValue("page")), Line: strings.TrimSpace(r.PostFormValue("line")), Area: r.PostFormValue("area"), Quote: r.PostFormValue("quote"), Text: r.PostFormValue("text")}
	in := task.NewFinding{Task: taskID(r), Severity: f.Severity, Code: f.Code, Version: ident.VersionID(f.Version), Page: counting(f.Page), Line: counting(f.Line), Area: f.Area, Quote: f.Quote, Text: f.Text}
	if _, err := h.tasks.RaiseFinding(r.Context(), web.Who(r), in); err != nil {
		return h.reviewAgain(w, r, err, "The finding is not kept yet.", func(p *reviewPage) { p.Finding = f })
	}
	return web.Redirect(w, r, pagePath(in.Task, "/review"), "The finding is kept.")
}

// words is where the words of the place pointed to are. They stand in no address of a page: browsers keep those.
func (f findingFields) words() string {
	return "/versions/" + url.PathEscape(f.Version) + "/words/" + url.PathEscape(f.Page) + "?at=" + url.QueryEscape(f.Area)
}

// counting reads a page or line number; what is none becomes -1, which the verb refuses with its sentence.
func counting(s string) int {
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func (h *handler) settleFinding(w http.ResponseWriter, r *http.Request) error {
	state := r.PostFormValue("state")
	if err := h.tasks.SettleFinding(r.Context(), web.Who(r), taskID(r), r.PathValue("finding"), state); err != nil {
		return h.reviewAgain(w, r, err, "Nothing was changed.", func(*reviewPage) {})
	}
	say := map[string]string{"accepted": "The answer is accepted.", "open": "The finding stands again.", "withdrawn": "The finding is withdrawn."}[state]
	return web.Redirect(w, r, pagePath(taskID(r), "/review"), say)
}

// tickReview takes the checklist as a whole and carries out what differs.
func (h *handler) tickReview(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v, err := h.reads.ReviewView(r.Context(), web.Who(r), taskID(r))
	if err != nil {
		return err
	}
	ticked := map[string]bool{}
	for _, item := range r.PostForm["item"] {
		ticked[item] = true
	}
	for _, c := range v.Checklist {
		if done := ticked[strconv.Itoa(c.N)]; done != c.Done {
			if err := h.tasks.Check(r.Context(), web.Who(r), v.Task.ID, c.N, done); err != nil {
				return err
			}
		}
	}
	return web.Redirect(w, r, pagePath(v.Task.ID, "/review"), "The checklist is kept.")
}

func verdictOf(r *http.Request) task.Verdict {
	rev, _ := strconv.ParseInt(r.PostFormValue("rev"), 10, 64)
	return task.Verdict{Task: taskID(r), Rev: rev, Note: r.PostFormValue("note")}
}

func (h *handler) approve(w http.ResponseWriter, r *http.Request) error {
	in := verdictOf(r)
	t, err := h.tasks.Approve(r.Context(), web.Who(r), in)
	if err != nil {
		return h.reviewAgain(w, r, err, "Not approved.", func(p *reviewPage) { p.Note = in.Note })
	}
	return web.Redirect(w, r, pagePath(t.ID, ""), "Approved. "+t.Name()+" goes on to "+t.At().Name+".")
}

func (h *handler) returnWork(w http.ResponseWriter, r *http.Request) error {
	in := verdictOf(r)
	t, err := h.tasks.Return(r.Context(), web.Who(r), in)
	if err != nil {
		return h.reviewAgain(w, r, err, "Not returned.", func(p *reviewPage) { p.Note = in.Note })
	}
	return web.Redirect(w, r, pagePath(t.ID, ""), "Returned. The drafter sees the findings at once.")
}

func (p reviewPage) keep(field string) string {
	return string(p.Reader.Actor.Person) + "/task/" + string(p.View.Task.ID) + "/" + field
}

func (p reviewPage) errorOf(field string) string {
	for _, e := range p.Errors {
		if e.Name == field {
			return e.Text
		}
	}
	return ""
}

func (p reviewPage) path(page string) string { return pagePath(p.View.Task.ID, "/review"+page) }

// since says what the changes are counted from.
func (p reviewPage) since() string {
	if p.View.Base == 0 {
		return "your first look"
	}
	return "since submission " + strconv.Itoa(p.View.Base) + ", which you saw"
}

// changed sums the changes up in a few words.
func (p reviewPage) changed() string {
	n := map[desk.ChangeKind]int{}
	for _, c := range p.View.Changes {
		n[c.Kind]++
	}
	if p.View.Base == 0 {
		return ui.Plural(n[desk.Added], "file", "files")
	}
	var parts []string
	for _, k := range []desk.ChangeKind{desk.Replaced, desk.Added, desk.Removed} {
		if n[k] > 0 {
			parts = append(parts, strconv.Itoa(n[k])+" "+string(k))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// open sums up the findings that stand in the way, worst first; tone says how bad it is.
func (p reviewPage) open() (words string, tone ui.Tone) {
	n := map[string]int{}
	for _, f := range append(append([]desk.FindingLine{}, p.View.Mine...), p.View.Others...) {
		if f.Open() {
			n[f.Severity]++
		}
	}
	var parts []string
	for _, s := range []string{"critical", "major", "minor"} {
		if n[s] > 0 {
			parts = append(parts, strconv.Itoa(n[s])+" "+s)
		}
	}
	switch {
	case len(parts) == 0:
		return "none", ui.OK
	case n["critical"] > 0:
		return strings.Join(parts, ", "), ui.Bad
	}
	return strings.Join(parts, ", "), ui.Warn
}

func (p reviewPage) figures() []ui.Figure {
	done := 0
	for _, c := range p.View.Checklist {
		if c.Done {
			done++
		}
	}
	open, tone := p.open()
	openNote := "findings"
	if p.View.Blind {
		openNote = "of your findings; others' are not shown yet"
	}
	checks := ui.Figure{Label: "Checklist", Value: strconv.Itoa(done) + " of " + strconv.Itoa(len(p.View.Checklist)), Note: "of this tier"}
	if len(p.View.Checklist) == 0 {
		checks = ui.Figure{Label: "Checklist", Value: "none", Note: "the playbook has none for this tier"}
	}
	answered := 0
	for _, f := range p.answered() {
		if f.State == "fixed" || f.State == "disputed" {
			answered++
		}
	}
	return []ui.Figure{
		{Label: "Changed", Value: p.changed(), Note: p.since()},
		{Label: "Still open", Value: open, Note: openNote, Tone: tone},
		{Label: "Answers to judge", Value: strconv.Itoa(answered), Note: "the drafter says fixed or disputes"},
		checks,
	}
}

// answered are the findings that the drafter answered and nobody settled.
func (p reviewPage) answered() (out []desk.FindingLine) {
	for _, f := range append(append([]desk.FindingLine{}, p.View.Mine...), p.View.Others...) {
		if f.State == "fixed" || f.State == "disputed" {
			out = append(out, f)
		}
	}
	return out
}

// raised are the reader's findings that wait for no judgement of theirs.
func (p reviewPage) raised(all []desk.FindingLine) (out []desk.FindingLine) {
	for _, f := range all {
		if f.State != "fixed" && f.State != "disputed" {
			out = append(out, f)
		}
	}
	return out
}

func card(f desk.FindingLine, t ident.TaskID) ui.FindingCard {
	c := ui.FindingCard{ID: "finding-" + strconv.Itoa(f.Number), Number: f.Number, Severity: f.Severity, Where: place(f.File+" v"+strconv.FormatInt(f.FileN, 10), f.Page, f.Line), Href: placeHref(f.Document, f.FileN, f.Page, f.Area, t),
		Quote: f.Quote, Text: f.Text, Category: strings.TrimSpace(f.Code + " " + f.Category)}
	switch f.State {
	case "fixed":
		c.Answer, c.Fixed = "Answered: fixed", true
	case "disputed":
		c.Answer = "Disputed"
	case "accepted":
		c.Answer, c.Fixed = "Settled", true
	case "withdrawn":
		c.Answer = "Withdrawn"
	}
	return c
}

func (p reviewPage) files() []ui.Option {
	var out []ui.Option
	if len(p.View.Newest.Files) > 1 {
		out = append(out, ui.Option{Label: "Choose the file"})
	}
	for _, f := range p.View.Newest.Files {
		out = append(out, ui.Option{Value: string(f.Version), Label: f.Name + " v" + strconv.FormatInt(f.N, 10)})
	}
	return out
}

func changeBadge(c desk.Change) (tone ui.Tone, icon ui.IconName, word string) {
	switch c.Kind {
	case desk.Added:
		return ui.Accent, ui.IconAdd, "New"
	case desk.Replaced:
		return ui.Warn, ui.IconReturn, "Replaced, v" + strconv.FormatInt(c.Was.N, 10) + " → v" + strconv.FormatInt(c.N, 10)
	case desk.Removed:
		return ui.Bad, ui.IconClose, "No longer handed in"
	}
	if c.Was.N != c.N {
		return ui.Plain, ui.IconOK, "Unchanged, the same bytes"
	}
	return ui.Plain, ui.IconOK, "Unchanged"
}

// canApprove says why an approval would be refused now; "" when it would not.
func (p reviewPage) approveRefused() string {
	if p.View.Standing > 0 {
		return "Refused while " + ui.Plural(p.View.Standing, "finding is", "findings are") + " open: settle them, or return the work."
	}
	return ""
}
