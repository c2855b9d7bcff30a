package findweb

import (
	"net/http"
	"net/url"
	"strings"

	"countersign/internal/find"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// Routes registers the pages.
func Routes(mux web.Router, s *find.Service) {
	h := pages{s}
	mux.Handle("GET /find", web.Handler(h.find))
}

type pages struct{ s *find.Service }

// A page is what was found.
type page struct {
	Chrome ui.Chrome
	Query  string
	Groups []group
	Error  string // why nothing was looked for
}

type group struct {
	Name string
	Hits []hit
}

// id names the group's heading.
func (g group) id() string { return "found-" + strings.ReplaceAll(strings.ToLower(g.Name), " ", "-") }

type hit struct{ Href, Title, Second string }

func (h pages) find(w http.ResponseWriter, r *http.Request) error {
	p := page{Query: r.URL.Query().Get("q")}
	found, err := h.s.Find(r.Context(), web.Who(r), p.Query)
	if err != nil && fault.KindOf(err) != fault.Invalid {
		return err
	}
	status := http.StatusOK
	if err != nil {
		p.Error, status = fault.Say(err), web.Status(err)
	} else {
		p.Groups = append(groups(found), goTo(web.ReaderOf(r).Nav, p.Query)...)
	}
	if web.Part(r) {
		return web.Page(w, r, http.StatusOK, results(p)) // the palette shows the reason in place of hits
	}
	p.Chrome = web.Chrome(r, "Find")
	return web.Page(w, r, status, findPage(p))
}

// goTo offers the pages of the reader's navigation whose name has a word that begins like the query; all of them for an empty one.
func goTo(nav []ui.NavSection, q string) []group {
	q = strings.ToLower(strings.TrimSpace(q))
	g := group{Name: "Go to"}
	for _, section := range nav {
		for _, x := range section.Items {
			name := strings.ToLower(x.Label)
			if strings.HasPrefix(name, q) || strings.Contains(name, " "+q) {
				g.Hits = append(g.Hits, hit{x.Href, x.Label, ""})
			}
		}
	}
	if len(g.Hits) == 0 {
		return nil
	}
	return []group{g}
}

var kinds = map[string]struct{ name, word string }{
	"matter": {"Matters", "matters"}, "task": {"Tasks", "tasks"}, "document": {"Documents", "documents"}, "person": {"People", "people"}, "playbook": {"Playbooks", "playbooks"},
}

func groups(found []find.Group) (out []group) {
	for _, f := range found {
		g := group{Name: kinds[f.Kind].name}
		for _, x := range f.Hits {
			g.Hits = append(g.Hits, hit{"/" + kinds[f.Kind].word + "/" + url.PathEscape(x.ID), x.Title, x.Second})
		}
		out = append(out, g)
	}
	return out
}
