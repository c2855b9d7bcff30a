package documentweb

import (
	"net/http"
	"net/url"
	"strings"

	"countersign/internal/document"
	"countersign/internal/document/window"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// A residencyPage is where the documents of a matter may go.
type residencyPage struct {
	Chrome    ui.Chrome
	Residence document.Residence
	Zones     zones
	Errors    []ui.FieldError
	Lead      string
	Typed     document.NewResidency
}

func (p pages) residency(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return p.showResidency(w, r, document.NewResidency{Scope: document.Scope(q.Get("scope")), ScopeID: q.Get("of"), Folder: q.Get("folder"), Covers: document.Sources}, nil)
}

func (p pages) showResidency(w http.ResponseWriter, r *http.Request, typed document.NewResidency, refused error) error {
	res, err := p.s.Residence(r.Context(), web.Who(r), ident.MatterID(r.PathValue("id")))
	if err != nil {
		return err
	}
	x := residencyPage{Chrome: web.Chrome(r, "Residency of "+res.Number), Residence: res, Zones: zonesOf(r), Errors: web.FieldErrors(refused), Typed: typed}
	status := http.StatusOK
	if refused != nil {
		status, x.Lead = web.Status(refused), "The rule is not set."
	}
	return web.Page(w, r, status, residencyView(x))
}

func (p pages) setResidency(w http.ResponseWriter, r *http.Request) error {
	m := r.PathValue("id")
	in := document.NewResidency{Scope: document.Scope(r.PostFormValue("scope")), ScopeID: r.PostFormValue("of"), Folder: r.PostFormValue("folder"), Covers: document.Covers(r.PostFormValue("covers")),
		Networks: r.PostFormValue("networks"), From: r.PostFormValue("from"), Until: r.PostFormValue("until")}
	if in.Scope == document.OnMatter || in.Scope == document.OnFolder {
		in.ScopeID = m
	}
	if in.Scope == document.OnEngagement {
		in.ScopeID = r.PostFormValue("engagement")
	}
	err := p.s.SetResidency(r.Context(), web.Who(r), in)
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Conflict) {
		return p.showResidency(w, r, in, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/matters/"+url.PathEscape(m)+"/residency", "The rule stands. What it covers is seen abroad as marked pages from now on.")
}

func (p pages) liftResidency(w http.ResponseWriter, r *http.Request) error {
	if err := p.s.LiftResidency(r.Context(), web.Who(r), r.PathValue("rule")); err != nil {
		return err
	}
	return web.Redirect(w, r, "/matters/"+url.PathEscape(r.PathValue("id"))+"/residency", "The rule is lifted.")
}

// says puts in plain words what leaves the country.
func (x residencyPage) says() (sources, work string) {
	stands := func(c document.Covers) string {
		for _, r := range x.Residence.Rules {
			if r.LiftedAt.IsZero() && r.Covers == c && r.Scope == document.OnMatter {
				return "Stay on the host. Abroad they are displayed to named persons as marked pages; no file and no text is sent."
			}
		}
		for _, r := range x.Residence.Rules {
			if r.LiftedAt.IsZero() && r.Covers == c {
				return "Some stay on the host, by the rules below. The others may be taken out abroad by those on the matter."
			}
		}
		return "May be taken out abroad by those on the matter. Each time leaves its entry."
	}
	return stands(document.Sources), stands(document.WorkProduct)
}

func (x residencyPage) scopes() []ui.Option {
	out := []ui.Option{{Value: string(document.OnMatter), Label: "This matter"}, {Value: string(document.OnFolder), Label: "A folder of it"}}
	if len(x.Residence.Abroad) > 0 {
		out = append(out, ui.Option{Value: string(document.OnEngagement), Label: "Everything for one provider", Hint: "Every matter under that engagement."})
	}
	return out
}

func (x residencyPage) engagements() (out []ui.Option) {
	for _, a := range x.Residence.Abroad {
		out = append(out, ui.Option{Value: a.Engagement, Label: a.Name + " (" + a.Country + ")"})
	}
	return out
}

var coverOptions = []ui.Option{
	{Value: string(document.Sources), Label: "Sources", Hint: "What came from the client, the court or the other side, and evidence."},
	{Value: string(document.WorkProduct), Label: "Work product", Hint: "Drafts and templates. Those who draft abroad then have pages to look at, and no file to edit."},
}

var coverNames = map[document.Covers]string{document.Sources: "Sources", document.WorkProduct: "Work product"}

func firstScope(s document.Scope) string {
	if s == "" {
		return string(document.OnMatter)
	}
	return string(s)
}

// windowSays is a window in words; "" for one that is always open.
func windowSays(w window.Window) string {
	var parts []string
	if n := w.Written(); n != "" {
		parts = append(parts, "from "+n)
	}
	if h := w.Hours(); h != "" {
		parts = append(parts, h+" by the provider's clock")
	}
	if len(parts) == 0 {
		return ""
	}
	return "Seen only " + strings.Join(parts, ", ")
}
