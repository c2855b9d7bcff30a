package accountweb

import (
	"net/http"
	"time"

	"countersign/internal/account"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// PeoplePage lists the members of the reader's organization.
type PeoplePage struct {
	Chrome    ui.Chrome
	Errors    []ui.FieldError
	OrgErrors []ui.FieldError
	account.People
	Org      string
	Side     ui.Side
	Now      time.Time
	Zone     *time.Location
	Other    *time.Location
	Roles    []account.Role
	Asked    account.Invitation
	NewOrg   account.OrgSpec
	NewAdmin account.Invitation
	Link     string // an invitation's, shown this once
	LinkFor  string
}

func (h *Web) people(w http.ResponseWriter, r *http.Request) error {
	return h.showPeople(w, r, http.StatusOK, PeoplePage{})
}

func (h *Web) showPeople(w http.ResponseWriter, r *http.Request, status int, p PeoplePage) error {
	rd := web.ReaderOf(r)
	x, _ := sessionOf(r)
	p.Chrome, p.Org, p.Side, p.Now, p.Zone, p.Other, p.Roles = web.Chrome(r, "People"), x.OrgName, rd.Side, h.Now(), rd.Zone, rd.Other, account.RolesOf(x.OrgKind)
	if p.NewOrg.Kind == "" {
		p.NewOrg = account.OrgSpec{Kind: "provider", Zone: x.Zone}
	}
	var err error
	if p.People, err = h.Account.People(r.Context(), rd.Actor); err != nil {
		return err
	}
	return web.Page(w, r, status, peoplePage(p))
}

// address is the link as the person who is invited opens it.
func (h *Web) address(r *http.Request, link string) string {
	scheme := "http://"
	if h.secure(r) {
		scheme = "https://"
	}
	return scheme + r.Host + "/invitation/" + link
}

func (h *Web) invite(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	in := account.Invitation{Name: r.FormValue("name"), Email: r.FormValue("email"), Title: r.FormValue("title"), Roles: r.Form["roles"]}
	link, err := h.Account.Invite(r.Context(), web.Who(r), in)
	if lines, ok := complaints(err, "email"); ok {
		return h.showPeople(w, r, refusedStatus(err), PeoplePage{Errors: lines, Asked: in})
	}
	if err != nil {
		return err
	}
	return h.showPeople(w, r, http.StatusOK, PeoplePage{Link: h.address(r, link), LinkFor: in.Name})
}

func (h *Web) resend(w http.ResponseWriter, r *http.Request) error {
	link, err := h.Account.Resend(r.Context(), web.Who(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	return h.showPeople(w, r, http.StatusOK, PeoplePage{Link: h.address(r, link), LinkFor: "the person invited"})
}

func (h *Web) revokeInvitation(w http.ResponseWriter, r *http.Request) error {
	return done(w, r, h.Account.RevokeInvitation(r.Context(), web.Who(r), r.PathValue("id")), "/people", "The invitation is revoked; its link opens nothing.")
}

func (h *Web) addOrg(w http.ResponseWriter, r *http.Request) error {
	org := account.OrgSpec{Kind: r.FormValue("kind"), Name: r.FormValue("org"), Country: r.FormValue("country"), Zone: r.FormValue("zone")}
	admin := account.Invitation{Name: r.FormValue("name"), Email: r.FormValue("email")}
	_, link, err := h.Account.AddOrg(r.Context(), web.Who(r), org, &admin)
	if lines, ok := complaints(err, "org"); ok {
		return h.showPeople(w, r, refusedStatus(err), PeoplePage{OrgErrors: lines, NewOrg: org, NewAdmin: admin})
	}
	if err != nil {
		return done(w, r, err, "/people", "")
	}
	return h.showPeople(w, r, http.StatusOK, PeoplePage{Link: h.address(r, link), LinkFor: admin.Name})
}

// PersonPage is one member.
type PersonPage struct {
	Chrome ui.Chrome
	Errors []ui.FieldError
	account.MemberPage
	Side  ui.Side
	Now   time.Time
	Zone  *time.Location
	Other *time.Location
	All   []account.Role
	Self  bool
	Link  string // of a reset, shown this once
}

func (h *Web) person(w http.ResponseWriter, r *http.Request) error {
	return h.showPerson(w, r, http.StatusOK, PersonPage{})
}

func (h *Web) showPerson(w http.ResponseWriter, r *http.Request, status int, p PersonPage) error {
	rd := web.ReaderOf(r)
	x, _ := sessionOf(r)
	var err error
	if p.MemberPage, err = h.Account.Member(r.Context(), rd.Actor, personID(r.PathValue("id"))); err != nil {
		return err
	}
	p.Chrome, p.Side, p.Now, p.Zone, p.Other = web.Chrome(r, p.Name), rd.Side, h.Now(), rd.Zone, rd.Other
	p.All, p.Self = account.RolesOf(x.OrgKind), p.Person == rd.Actor.Person
	return web.Page(w, r, status, personPage(p))
}

// changed answers a change to a member: the page again with what was wrong, or with a flash.
func (h *Web) changed(w http.ResponseWriter, r *http.Request, err error, path, flash string) error {
	if lines, ok := complaints(err, "roles"); ok {
		return h.showPerson(w, r, refusedStatus(err), PersonPage{Errors: lines})
	}
	return done(w, r, err, path, flash)
}

func (h *Web) changeRoles(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	id := r.PathValue("id")
	return h.changed(w, r, h.Account.ChangeRoles(r.Context(), web.Who(r), personID(id), r.Form["roles"]), "/people/"+id, "Roles changed. They hold from this second.")
}

func (h *Web) dedicate(w http.ResponseWriter, r *http.Request) error {
	id, firm, flash := r.PathValue("id"), posted(r.FormValue("firm")), "Dedicated to that firm."
	if firm == "" {
		flash = "No longer dedicated to one firm."
	}
	return h.changed(w, r, h.Account.Dedicate(r.Context(), web.Who(r), personID(id), orgID(firm)), "/people/"+id, flash)
}

func (h *Web) setSite(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return h.changed(w, r, h.Account.SetSite(r.Context(), web.Who(r), personID(id), r.FormValue("site")), "/people/"+id, "Saved. It counts from this second.")
}

func (h *Web) endMember(w http.ResponseWriter, r *http.Request) error {
	return h.changed(w, r, h.Account.EndMember(r.Context(), web.Who(r), personID(r.PathValue("id")), r.FormValue("reason")), "/people", "The membership has ended. Roles, matters and sessions went with it.")
}

func (h *Web) resetFactor(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return h.changed(w, r, h.Account.ResetFactor(r.Context(), web.Who(r), personID(id)), "/people/"+id, "The second factor is reset and every session signed out. Another is set up at the next sign-in.")
}

func (h *Web) resetAccess(w http.ResponseWriter, r *http.Request) error {
	link, err := h.Account.ResetAccess(r.Context(), web.Who(r), personID(r.PathValue("id")))
	if err != nil {
		return h.changed(w, r, err, "/people/"+r.PathValue("id"), "")
	}
	return h.showPerson(w, r, http.StatusOK, PersonPage{Link: h.address(r, link)})
}
