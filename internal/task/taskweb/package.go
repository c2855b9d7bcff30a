package taskweb

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/ui"
)

// packageRoutes are writing, amending and releasing a package.
func packageRoutes(mux web.Router, h *handler) {
	mux.Handle("GET /matters/{id}/packages/new", web.Handler(h.newPackage))
	mux.Handle("POST /matters/{id}/packages/new", web.Handler(h.prepare))
	mux.Handle("GET /tasks/{id}/package", web.Handler(h.packageOf))
	mux.Handle("POST /tasks/{id}/package", web.Handler(h.rewrite))
	mux.Handle("GET /tasks/{id}/release", web.Handler(h.releaseView))
	mux.Handle("POST /tasks/{id}/release", web.Handler(h.release))
}

// dueLayout is how a browser writes a date and time without a zone; the zone is the reader's.
const dueLayout = "2006-01-02T15:04"

// A packagePage is the form of a package, new or kept.
type packagePage struct {
	Chrome ui.Chrome
	Reader web.Reader
	Form   desk.PackageForm
	Kept   *desk.PackageView // nil for a new one
	Typed  packageFields
	Errors []ui.FieldError
	Theirs *task.Package // what was saved meanwhile; nil unless the form was overtaken
	Action string
}

// packageFields is what a package form posts.
type packageFields struct {
	Playbook, Engagement, Title, Instructions, Acceptance, Due, Reason string
	Rush                                                               bool
	Documents                                                          []string
	Rev                                                                int64
}

func packageFieldsOf(r *http.Request) packageFields {
	rev, _ := strconv.ParseInt(r.PostFormValue("rev"), 10, 64) // 0 reads as "whatever is kept"
	return packageFields{
		Playbook: r.PostFormValue("playbook"), Engagement: r.PostFormValue("engagement"), Title: r.PostFormValue("title"),
		Instructions: r.PostFormValue("instructions"), Acceptance: r.PostFormValue("acceptance"), Due: r.PostFormValue("due"),
		Reason: r.PostFormValue("reason"), Rush: r.PostFormValue("rush") == "yes", Documents: r.PostForm["documents"], Rev: rev,
	}
}

// request makes the words of the form a package. An empty due time takes the playbook's suggestion.
func (f packageFields) request(form desk.PackageForm, zone *time.Location) (p task.Package, err error) {
	p = task.Package{Matter: form.Matter, Engagement: ident.EngagementID(f.Engagement), Playbook: ident.PlaybookID(f.Playbook),
		Title: f.Title, Instructions: f.Instructions, Acceptance: f.Acceptance, Rush: f.Rush}
	for _, d := range f.Documents {
		p.Documents = append(p.Documents, ident.DocumentID(d))
	}
	if strings.TrimSpace(f.Due) == "" {
		for _, pb := range form.Playbooks {
			if pb.ID == p.Playbook {
				p.Due = pb.Due
				if f.Rush {
					p.Due = pb.RushDue
				}
			}
		}
		return p, nil
	}
	if p.Due, err = time.ParseInLocation(dueLayout, f.Due, zone); err != nil {
		return p, fault.InField("due", "Write the due time as a date and a time, such as 2026-11-25 17:00.")
	}
	return p, nil
}

func (h *handler) newPackage(w http.ResponseWriter, r *http.Request) error {
	form, err := h.reads.PackageForm(r.Context(), web.Who(r), ident.MatterID(r.PathValue("id")))
	if err != nil {
		return err
	}
	p := newPackagePage(r, form)
	p.Typed.Playbook = r.URL.Query().Get("playbook")
	p.tickAdded()
	return web.Page(w, r, http.StatusOK, packageForm(p))
}

// tickAdded chooses what the reader has just uploaded.
func (p *packagePage) tickAdded() {
	for _, d := range p.Form.Documents {
		if d.JustAdded && !p.chosen(d) {
			p.Typed.Documents = append(p.Typed.Documents, string(d.ID))
		}
	}
}

func newPackagePage(r *http.Request, form desk.PackageForm) packagePage {
	return packagePage{Chrome: web.Chrome(r, "New work package"), Reader: web.ReaderOf(r), Form: form, Action: r.URL.Path}
}

func (h *handler) prepare(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	form, err := h.reads.PackageForm(r.Context(), web.Who(r), ident.MatterID(r.PathValue("id")))
	if err != nil {
		return err
	}
	p := newPackagePage(r, form)
	p.Typed = packageFieldsOf(r)
	in, err := p.Typed.request(form, p.Reader.Zone)
	var t task.Task
	if err == nil {
		t, err = h.tasks.Prepare(r.Context(), web.Who(r), in)
	}
	if p.Errors = web.FieldErrors(err); p.Errors != nil {
		return web.Page(w, r, web.Status(err), packageForm(p))
	}
	if err != nil {
		return err
	}
	return kept(w, r, t)
}

// kept leads on from a package that was kept, to its release if that was asked for.
func kept(w http.ResponseWriter, r *http.Request, t task.Task) error {
	if r.PostFormValue("then") == "release" {
		return web.Redirect(w, r, pagePath(t.ID, "/release"), t.Name()+" is kept. Nobody of the provider sees it before you release it.")
	}
	return web.Redirect(w, r, pagePath(t.ID, "/package"), t.Name()+" is kept.")
}

func pagePath(id ident.TaskID, page string) string { return "/tasks/" + string(id) + page }

func taskID(r *http.Request) ident.TaskID { return ident.TaskID(r.PathValue("id")) }

func (h *handler) packageOf(w http.ResponseWriter, r *http.Request) error {
	v, err := h.reads.PackageOf(r.Context(), web.Who(r), taskID(r))
	if err != nil {
		return err
	}
	p := keptPackagePage(r, v)
	p.Typed = typedOf(v.Words, v.Task.Rev, p.Reader.Zone)
	if r.URL.Query().Has("added") { // back from an upload, which is for this package
		p.tickAdded()
	}
	return web.Page(w, r, http.StatusOK, packageForm(p))
}

func keptPackagePage(r *http.Request, v desk.PackageView) packagePage {
	title := "Change " + v.Task.Name()
	if v.Amend {
		title = "Amend " + v.Task.Name()
	}
	return packagePage{Chrome: web.Chrome(r, title), Reader: web.ReaderOf(r), Form: v.PackageForm, Kept: &v, Action: r.URL.Path}
}

func typedOf(p task.Package, rev int64, zone *time.Location) packageFields {
	f := packageFields{Playbook: string(p.Playbook), Engagement: string(p.Engagement), Title: p.Title, Instructions: p.Instructions,
		Acceptance: p.Acceptance, Due: p.Due.In(zone).Format(dueLayout), Rush: p.Rush, Rev: rev}
	for _, d := range p.Documents {
		f.Documents = append(f.Documents, string(d))
	}
	return f
}

func (h *handler) rewrite(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v, err := h.reads.PackageOf(r.Context(), web.Who(r), taskID(r))
	if err != nil {
		return err
	}
	p := keptPackagePage(r, v)
	p.Typed = packageFieldsOf(r)
	p.Typed.Playbook, p.Typed.Engagement = string(v.Words.Playbook), string(v.Words.Engagement)
	in, err := p.Typed.request(v.PackageForm, p.Reader.Zone)
	t := v.Task
	if err == nil && v.Amend {
		t, err = h.tasks.Amend(r.Context(), web.Who(r), t.ID, p.Typed.Rev, in, p.Typed.Reason)
	} else if err == nil {
		t, err = h.tasks.Edit(r.Context(), web.Who(r), t.ID, p.Typed.Rev, in)
	}
	if p.Errors = web.FieldErrors(err); p.Errors != nil {
		if fault.KindOf(err) == fault.Stale {
			p.Theirs, p.Typed.Rev = &v.Words, v.Task.Rev // seen now: the next post may replace it
		}
		return web.Page(w, r, web.Status(err), packageForm(p))
	}
	if err != nil {
		return err
	}
	if v.Amend {
		return web.Redirect(w, r, pagePath(t.ID, ""), t.Name()+" is amended. Who works on it is told.")
	}
	return kept(w, r, t)
}

func (p packagePage) chosen(d desk.DocumentChoice) bool {
	return slices.Contains(p.Typed.Documents, string(d.ID))
}

func (p packagePage) errorOf(field string) string {
	for _, e := range p.Errors {
		if e.Name == field {
			return e.Text
		}
	}
	return ""
}

// keep is the key under which the browser keeps unsent text of a field: person and record.
func (p packagePage) keep(field string) string {
	record := "matter/" + string(p.Form.Matter)
	if p.Kept != nil {
		record = "task/" + string(p.Kept.Task.ID)
	}
	return string(p.Reader.Actor.Person) + "/" + record + "/package." + field
}

func (p packagePage) playbooks() []ui.Option {
	out := []ui.Option{{Value: "", Label: "Choose the task type"}}
	for _, b := range p.Form.Playbooks {
		label := b.Code + " " + b.Name + ": " + strconv.FormatInt(b.Hours, 10) + " working hours, suggests " + ui.Day(b.Due.In(p.Reader.Zone), p.Form.Now.In(p.Reader.Zone)) + " " + ui.Clock(b.Due.In(p.Reader.Zone))
		switch b.Offshore {
		case "conditional":
			label += ", on a condition"
		case "no":
			label += ", attorneys only"
		}
		out = append(out, ui.Option{Value: string(b.ID), Label: label})
	}
	return out
}

func (p packagePage) engagements() []ui.Option {
	var out []ui.Option
	for _, e := range p.Form.Engagements {
		label := e.Provider + ", " + e.Country
		if e.Phase != "active" && e.Phase != "pilot" {
			label += " (" + e.Phase + ")"
		}
		out = append(out, ui.Option{Value: string(e.ID), Label: label})
	}
	return out
}

func (p packagePage) zone() string { return p.Form.Now.In(p.Reader.Zone).Format("MST") }

func documentHint(d desk.DocumentChoice) string {
	hint := "v" + strconv.FormatInt(d.N, 10) + ", " + ui.Bytes(d.Size)
	if d.Folder != "" {
		hint = d.Folder + ", " + hint
	}
	if d.JustAdded {
		hint += ", added by you just now"
	}
	return hint
}

// compareHref shows what changed between two versions.
func compareHref(document ident.DocumentID, from, to int64) string {
	return documentPath(document) + "/compare?from=" + strconv.FormatInt(from, 10) + "&to=" + strconv.FormatInt(to, 10)
}

// besideHref shows two versions next to each other, for the review of a task.
func besideHref(document ident.DocumentID, left, right int64, t ident.TaskID) string {
	return documentPath(document) + "/beside?left=" + strconv.FormatInt(left, 10) + "&right=" + strconv.FormatInt(right, 10) + "&task=" + string(t)
}

// placeHref leads to a place in a file: the page, with the rectangle marked, among all that the task says of it.
func placeHref(document ident.DocumentID, n int64, page int, area string, t ident.TaskID) string {
	href := fileHref(document, n) + "&task=" + string(t)
	if page == 0 {
		return href
	}
	p := strconv.Itoa(page)
	if area != "" {
		href += "&at=" + p + ":" + area
	}
	return href + "#p" + p
}

// fileHref opens an exact version.
func fileHref(document ident.DocumentID, n int64) string {
	return documentPath(document) + "/read?v=" + strconv.FormatInt(n, 10)
}
