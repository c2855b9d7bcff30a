package matterweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/web"
)

// Routes adds the routes.
func Routes(mux web.Router, s *matter.Service) {
	p := pages{s}
	for pattern, h := range map[string]web.Handler{
		"GET /clients":                                   p.clients,
		"POST /clients":                                  p.addClient,
		"POST /clients/{client}/rename":                  p.renameClient,
		"GET /matters":                                   p.list,
		"POST /matters":                                  p.open,
		"GET /matters/new":                               p.newForm,
		"GET /matters/{id}":                              p.overview,
		"GET /matters/{id}/edit":                         p.edit,
		"POST /matters/{id}/edit":                        p.save,
		"POST /matters/{id}/close":                       p.turn,
		"POST /matters/{id}/reopen":                      p.turn,
		"POST /matters/{id}/facts":                       p.addFact,
		"POST /matters/{id}/facts/{fact}":                p.changeFact,
		"POST /matters/{id}/parties":                     p.addParty,
		"POST /matters/{id}/parties/{pty}":               p.changeParty,
		"GET /matters/{id}/gates":                        p.gates,
		"POST /matters/{id}/consents":                    p.consent,
		"POST /matters/{id}/consents/{consent}/withdraw": p.withdrawConsent,
		"POST /matters/{id}/conflict-checks":             p.ask,
		"POST /matters/{id}/restrictions":                p.restrict,
		"POST /matters/{id}/undertakings":                p.undertaking,
		"GET /matters/{id}/team":                         p.team,
		"POST /matters/{id}/team":                        p.addToTeam,
		"POST /matters/{id}/team/remove":                 p.removeFromTeam,
		"POST /matters/{id}/attorneys":                   p.assign,
		"POST /matters/{id}/walls":                       p.raiseWall,
		"GET /walls":                                     p.walls,
		"POST /walls/{wall}/lower":                       p.lowerWall,
		"GET /conflict-checks":                           p.checks,
		"POST /conflict-checks/{check}":                  p.answer,
	} {
		mux.Handle(pattern, h)
	}
}

type pages struct{ s *matter.Service }

func id(r *http.Request) ident.MatterID { return ident.MatterID(r.PathValue("id")) }

func matterPath(r *http.Request, page string) string { return "/matters/" + r.PathValue("id") + page }

// done answers a form: on a fault that can be corrected show renders the page again with what was typed.
func done(w http.ResponseWriter, r *http.Request, err error, which, path, flash string, show func(http.ResponseWriter, *http.Request, web.Form) error) error {
	if fault.Correctable(err) {
		return show(w, r, web.Refused(which, r, err))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, path, flash)
}

func (p pages) clients(w http.ResponseWriter, r *http.Request) error {
	return p.showClients(w, r, web.Form{})
}

func (p pages) showClients(w http.ResponseWriter, r *http.Request, f web.Form) error {
	q := r.URL.Query()
	l, err := p.s.Clients(r.Context(), web.Who(r), q.Get("q"), q.Get("after"))
	if err != nil {
		return err
	}
	return web.Page(w, r, f.Code(), clientsPage(web.Chrome(r, "Clients"), l, q, f))
}

func (p pages) addClient(w http.ResponseWriter, r *http.Request) error {
	_, err := p.s.AddClient(r.Context(), web.Who(r), r.FormValue("name"))
	return done(w, r, err, "client", "/clients", "Added. Open a matter for the client next.", p.showClients)
}

func (p pages) renameClient(w http.ResponseWriter, r *http.Request) error {
	rev, _ := strconv.ParseInt(r.FormValue("rev"), 10, 64) // 0, as when absent, takes the present one
	which := "rename-" + r.PathValue("client")
	err := p.s.RenameClient(r.Context(), web.Who(r), ident.ClientID(r.PathValue("client")), r.FormValue("name"), rev)
	return done(w, r, err, which, "/clients", "Renamed.", p.showClients)
}

func (p pages) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	l, err := p.s.List(r.Context(), web.Who(r), matter.Filter{Text: q.Get("q"), PracticeArea: q.Get("area"), State: matter.State(q.Get("state")),
		Mine: q.Get("mine") != "", Client: ident.ClientID(q.Get("client")), After: q.Get("after")})
	if err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, listPage(web.Chrome(r, "Matters"), l, q))
}

func (p pages) newForm(w http.ResponseWriter, r *http.Request) error {
	return p.showNew(w, r, web.Form{})
}

func (p pages) showNew(w http.ResponseWriter, r *http.Request, f web.Form) error {
	n, err := p.s.NewForm(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	return web.Page(w, r, f.Code(), newPage(web.Chrome(r, "Open a matter"), n, f, r.URL.Query().Get("client")))
}

func (p pages) open(w http.ResponseWriter, r *http.Request) error {
	m, err := p.s.Open(r.Context(), web.Who(r), matter.NewMatter{
		Number: r.FormValue("number"), Title: r.FormValue("title"), Client: ident.ClientID(r.FormValue("client")),
		PracticeArea: r.FormValue("practice_area"), Jurisdiction: r.FormValue("jurisdiction"), DataClass: r.FormValue("data_class"),
		Supervisor: ident.PersonID(r.FormValue("supervisor")), Delegate: ident.PersonID(r.FormValue("delegate")),
		Standing: r.FormValue("standing"), Parties: partyLines(r.FormValue("parties"))})
	return done(w, r, err, "matter", "/matters/"+string(m), "Opened. The gates below say what a first release waits for.", p.showNew)
}

// partyLines reads one party a line, "Name; role".
func partyLines(text string) []matter.NewParty {
	var out []matter.NewParty
	for l := range strings.Lines(text) {
		name, role, _ := strings.Cut(l, ";")
		if strings.TrimSpace(name) != "" {
			out = append(out, matter.NewParty{Name: name, Role: role})
		}
	}
	return out
}

func (p pages) overview(w http.ResponseWriter, r *http.Request) error {
	o, err := p.s.Overview(r.Context(), web.Who(r), id(r))
	if err != nil {
		return err
	}
	c := web.Chrome(r, o.Number+" "+o.Title)
	c.LiveTopics = append(c.LiveTopics, "matter/"+string(o.ID))
	return web.Page(w, r, http.StatusOK, overviewPage(c, o))
}

// link builds an address with the query q and one value changed; an empty value is left out.
func link(path string, q url.Values, name, value string) string {
	out := url.Values{}
	for k, v := range q {
		if k != "after" && k != name && len(v) > 0 && v[0] != "" {
			out.Set(k, v[0])
		}
	}
	if value != "" {
		out.Set(name, value)
	}
	if len(out) == 0 {
		return path
	}
	return path + "?" + out.Encode()
}
