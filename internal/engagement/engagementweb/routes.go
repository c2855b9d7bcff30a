package engagementweb

import (
	"net/http"

	"countersign/internal/engagement"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
)

// Routes adds the routes.
func Routes(mux web.Router, s *engagement.Service) {
	p := pages{s}
	mux.Handle("GET /engagements", web.Handler(p.list))
	mux.Handle("POST /engagements", web.Handler(p.open))
	mux.Handle("GET /engagements/{id}", web.Handler(p.page))
	mux.Handle("POST /engagements/{id}/phase", web.Handler(p.phase))
	mux.Handle("POST /engagements/{id}/agreements", web.Handler(p.agreement))
	mux.Handle("POST /engagements/{id}/agreements/withdraw", web.Handler(p.withdraw))
	mux.Handle("POST /engagements/{id}/clauses", web.Handler(p.clause))
}

type pages struct{ s *engagement.Service }

func (p pages) list(w http.ResponseWriter, r *http.Request) error {
	return p.showList(w, r, web.Form{})
}

func (p pages) showList(w http.ResponseWriter, r *http.Request, f web.Form) error {
	l, err := p.s.List(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	return web.Page(w, r, f.Code(), listPage(web.Chrome(r, "Engagements"), l, f))
}

func (p pages) open(w http.ResponseWriter, r *http.Request) error {
	id, err := p.s.Open(r.Context(), web.Who(r), engagement.NewEngagement{
		Provider: ident.OrgID(r.FormValue("provider")), Name: r.FormValue("name"), Country: r.FormValue("country")})
	if fault.Correctable(err) {
		return p.showList(w, r, web.Refused("open", r, err))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/engagements/"+string(id), "Opened in evaluation. Put the signed agreements on file, then begin the pilot.")
}

func (p pages) page(w http.ResponseWriter, r *http.Request) error { return p.show(w, r, web.Form{}) }

func (p pages) show(w http.ResponseWriter, r *http.Request, f web.Form) error {
	e, err := p.s.Page(r.Context(), web.Who(r), ident.EngagementID(r.PathValue("id")))
	if err != nil {
		return err
	}
	c := web.Chrome(r, e.FirmName+" with "+e.ProviderName)
	c.LiveTopics = append(c.LiveTopics, "org/"+string(web.Who(r).Org))
	rd := web.ReaderOf(r)
	return web.Page(w, r, f.Code(), engagementPage(c, e, f, zones{rd.Zone, rd.Other}))
}

// done answers a form of the page called which.
func (p pages) done(w http.ResponseWriter, r *http.Request, which, flash string, err error) error {
	if fault.Correctable(err) {
		return p.show(w, r, web.Refused(which, r, err))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/engagements/"+r.PathValue("id"), flash)
}

func (p pages) phase(w http.ResponseWriter, r *http.Request) error {
	to := engagement.Phase(r.FormValue("to"))
	err := p.s.MovePhase(r.Context(), web.Who(r), engagement.PhaseMove{
		ID: ident.EngagementID(r.PathValue("id")), To: to, Reason: r.FormValue("reason")})
	return p.done(w, r, "phase", "Moved to "+string(to)+". Both sides see it now.", err)
}

func (p pages) agreement(w http.ResponseWriter, r *http.Request) error {
	_, err := p.s.RecordAgreement(r.Context(), web.Who(r), engagement.NewAgreement{
		Engagement: ident.EngagementID(r.PathValue("id")), Kind: r.FormValue("kind"),
		SignedOn: r.FormValue("signed_on"), ExpiresOn: r.FormValue("expires_on"), Note: r.FormValue("note")})
	return p.done(w, r, "agreement", "On file. The gates rest on it from now.", err)
}

func (p pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	err := p.s.WithdrawAgreement(r.Context(), web.Who(r), ident.EngagementID(r.PathValue("id")), r.FormValue("kind"), r.FormValue("reason"))
	return p.done(w, r, "withdraw", "Taken off the file. Releases that need it are refused from now.", err)
}

func (p pages) clause(w http.ResponseWriter, r *http.Request) error {
	err := p.s.AddClause(r.Context(), web.Who(r), engagement.NewClause{
		Engagement: ident.EngagementID(r.PathValue("id")), Name: r.FormValue("name"), Say: r.FormValue("say"),
		Fix: r.FormValue("fix"), Forbid: r.FormValue("text")})
	return p.done(w, r, "clause", "In force. Every request on this engagement is asked against it.", err)
}
