package playbookweb

import (
	"net/http"
	"net/url"
	"strconv"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/playbook"
	"countersign/internal/ui"
)

// Routes adds the routes.
func Routes(mux web.Router, s *playbook.Service) {
	p := pages{s}
	mux.Handle("GET /playbooks", web.Handler(p.list))
	mux.Handle("POST /playbooks", web.Handler(p.create))
	mux.Handle("POST /playbooks/import", web.Handler(p.importDefaults))
	mux.Handle("GET /playbooks/{id}", web.Handler(p.sheet))
	mux.Handle("POST /playbooks/{id}/versions", web.Handler(p.start))
	mux.Handle("GET /playbooks/{id}/edit", web.Handler(p.edit))
	mux.Handle("POST /playbooks/{id}/edit", web.Handler(p.save))
	mux.Handle("POST /playbooks/{id}/retire", web.Handler(p.retire))
	mux.Handle("GET /playbooks/{id}/compare", web.Handler(p.compare))
	mux.Handle("GET /defects", web.Handler(p.defects))
	mux.Handle("POST /defects", web.Handler(p.addDefect))
	mux.Handle("POST /defects/{code}", web.Handler(p.editDefect))
	mux.Handle("POST /defects/{code}/retire", web.Handler(p.retireDefect))
}

type pages struct{ s *playbook.Service }

func id(r *http.Request) ident.PlaybookID { return ident.PlaybookID(r.PathValue("id")) }

// number reads a number of the form or address; junk is 0, which no version and no revision has.
func number(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.FormValue(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func path(id ident.PlaybookID) string { return "/playbooks/" + url.PathEscape(string(id)) }

func chrome(r *http.Request, title string) ui.Chrome {
	c := web.Chrome(r, title)
	c.LiveTopics = append(c.LiveTopics, playbook.Topic(web.Who(r).Org))
	return c
}

// A listPage is the list with the form for a new playbook.
type listPage struct {
	Chrome ui.Chrome
	Filter playbook.Filter
	List   playbook.List
	New    playbook.NewRequest
	Errors []ui.FieldError
}

func (p pages) list(w http.ResponseWriter, r *http.Request) error {
	return p.showList(w, r, playbook.NewRequest{}, nil)
}

func (p pages) showList(w http.ResponseWriter, r *http.Request, typed playbook.NewRequest, refused error) error {
	q := r.URL.Query()
	f := playbook.Filter{Area: q.Get("area"), Find: q.Get("q"), Retired: q.Get("retired") != "", After: q.Get("after")}
	l, err := p.s.List(r.Context(), web.Who(r), f)
	if err != nil {
		return err
	}
	page := listPage{Chrome: chrome(r, "Playbooks"), Filter: f, List: l, New: typed, Errors: web.FieldErrors(refused)}
	return web.Page(w, r, status(refused), listView(page))
}

// status is that of a page that shows a form, perhaps a refused one.
func status(refused error) int {
	if refused == nil {
		return http.StatusOK
	}
	return web.Status(refused)
}

func (p pages) create(w http.ResponseWriter, r *http.Request) error {
	in := playbook.NewRequest{Code: r.PostFormValue("code"), Name: r.PostFormValue("name"), Area: r.PostFormValue("area")}
	v, err := p.s.NewPlaybook(r.Context(), web.Who(r), in)
	if fault.Correctable(err) {
		return p.showList(w, r, in, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, path(v.Playbook)+"/edit", "Version 1 is a draft. Write its steps, then release it.")
}

func (p pages) importDefaults(w http.ResponseWriter, r *http.Request) error {
	got, err := p.s.ImportCatalogue(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/playbooks", ui.Plural(got.Playbooks, "playbook", "playbooks")+" and "+ui.Plural(got.Defects, "defect code", "defect codes")+
		" added. They are yours to change.")
}

// A sheetPage is a playbook with one version to read.
type sheetPage struct {
	Chrome ui.Chrome
	Sheet  playbook.Sheet
	Zones  zones
}

func (p pages) sheet(w http.ResponseWriter, r *http.Request) error {
	sh, err := p.s.Sheet(r.Context(), web.Who(r), id(r), number(r, "n"))
	if err != nil {
		return err
	}
	page := sheetPage{chrome(r, sh.Playbook.Code+" "+sh.Playbook.Name), sh, zonesOf(r)}
	return web.Page(w, r, http.StatusOK, sheetView(page))
}

func (p pages) start(w http.ResponseWriter, r *http.Request) error {
	v, err := p.s.StartVersion(r.Context(), web.Who(r), id(r))
	if err != nil {
		return err
	}
	return web.Redirect(w, r, path(id(r))+"/edit", "Version "+strconv.FormatInt(v.N, 10)+" is a draft. Tasks go on with the released one until you release it.")
}

func (p pages) retire(w http.ResponseWriter, r *http.Request) error {
	if err := p.s.Retire(r.Context(), web.Who(r), id(r)); err != nil {
		return err
	}
	return web.Redirect(w, r, "/playbooks", "Retired. Work begun on it goes on; new tasks cannot choose it.")
}

// A comparePage is two versions side by side.
type comparePage struct {
	Chrome     ui.Chrome
	Comparison playbook.Comparison
}

func (p pages) compare(w http.ResponseWriter, r *http.Request) error {
	c, err := p.s.Compare(r.Context(), web.Who(r), id(r), number(r, "from"), number(r, "to"))
	if err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, compareView(comparePage{chrome(r, c.Playbook.Code+": what changed"), c}))
}
