package accessweb

import (
	"net/http"
	"net/url"

	"countersign/internal/access"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// A whatIf is what a change would do, before it is saved. The page holds the form of the change as it was typed, so that it
// can be made from here.
type whatIf struct {
	access.Effect
	Chrome  ui.Chrome
	Title   string
	Back    ui.Crumb
	Action  string // where the change itself is posted
	Verb    string
	Typed   []ui.HiddenField
	Refused error // the change would be refused
}

func (h pages) ifAdded(w http.ResponseWriter, r *http.Request) error {
	m := ident.MatterID(r.PathValue("id"))
	e, err := h.s.IfAdded(r.Context(), web.Who(r), m, ident.PersonID(r.PostFormValue("person")))
	at := "/matters/" + url.PathEscape(string(m)) + "/team"
	return answer(w, r, err, whatIf{Effect: e, Title: "If this person joins the team", Back: ui.Crumb{Label: "Team", Href: at}, Action: at, Verb: "Add to the team"}, "person")
}

func (h pages) ifWalled(w http.ResponseWriter, r *http.Request) error {
	m := ident.MatterID(r.PathValue("id"))
	e, err := h.s.IfWalled(r.Context(), web.Who(r), m, ident.PersonID(r.PostFormValue("person")), r.PostFormValue("reason"))
	at := "/matters/" + url.PathEscape(string(m))
	return answer(w, r, err, whatIf{Effect: e, Title: "If this wall is raised", Back: ui.Crumb{Label: "Team", Href: at + "/team"}, Action: at + "/walls", Verb: "Raise the wall"}, "person", "reason")
}

func (h pages) ifEnded(w http.ResponseWriter, r *http.Request) error {
	id := ident.EngagementID(r.PathValue("id"))
	e, err := h.s.IfEnded(r.Context(), web.Who(r), id, r.PostFormValue("reason"))
	at := "/engagements/" + url.PathEscape(string(id))
	x := whatIf{Effect: e, Title: "If this engagement ends", Back: ui.Crumb{Label: "Engagement", Href: at}, Action: at + "/phase", Verb: "End the engagement", Typed: []ui.HiddenField{{Name: "to", Value: "ended"}}}
	return answer(w, r, err, x, "reason")
}

// answer shows an effect. A change that would be refused says so in place of it.
func answer(w http.ResponseWriter, r *http.Request, err error, x whatIf, fields ...string) error {
	status, err := refusal(err)
	if status == 0 {
		return err
	}
	for _, f := range fields {
		x.Typed = append(x.Typed, ui.HiddenField{Name: f, Value: r.PostFormValue(f)})
	}
	x.Refused = err
	x.Chrome = web.Chrome(r, x.Title)
	return web.Page(w, r, status, whatIfPage(x))
}
