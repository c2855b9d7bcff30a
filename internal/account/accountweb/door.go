package accountweb

import (
	"net/http"
	"strconv"

	"countersign/internal/account"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// A Door is the data of the pages outside the frame.
type Door struct {
	Next   string
	Email  string
	Name   string
	Errors []ui.FieldError
	Demo   *DemoDoor // nil outside the demonstration
}

// A DemoDoor is what the pages before the frame tell a visitor of the demonstration, who has no authenticator.
type DemoDoor struct {
	Casts          []ui.DemoCast // for the sign-in page
	Password, Code string        // what everybody's authenticator shows now
}

// door begins the data of a page before the frame.
func (h *Web) door(r *http.Request) Door {
	d := Door{Next: next(r)}
	if h.DemoFactors != nil {
		d.Demo = &DemoDoor{}
		d.Demo.Password, d.Demo.Code = h.DemoFactors()
	}
	return d
}

func (d Door) with(email, name string, errors []ui.FieldError) Door {
	d.Email, d.Name, d.Errors = email, name, errors
	return d
}

func (h *Web) signIn(w http.ResponseWriter, r *http.Request) error {
	if x, ok := sessionOf(r); ok && x.Kind == account.Web && !x.Locked {
		return web.Redirect(w, r, next(r), "")
	}
	empty, err := h.Account.Empty(r.Context())
	if err != nil {
		return err
	}
	if empty {
		return web.Redirect(w, r, "/first-run", "")
	}
	d := h.door(r)
	if d.Demo != nil {
		all, err := h.Demo(r.Context(), web.Who(r))
		if err != nil {
			return err
		}
		d.Demo.Casts = all.Casts
	}
	return web.Page(w, r, http.StatusOK, signInPage(d))
}

func (h *Web) postSignIn(w http.ResponseWriter, r *http.Request) error {
	o, err := h.Account.SignIn(r.Context(), r.FormValue("email"), r.FormValue("password"), h.device(r))
	if lines, ok := complaints(err, "email"); ok {
		return web.Page(w, r, refusedStatus(err), signInPage(h.door(r).with(r.FormValue("email"), "", lines)))
	}
	if err != nil {
		return err
	}
	return h.through(w, r, o)
}

// through keeps a fresh secret and goes where the sign-in goes on.
func (h *Web) through(w http.ResponseWriter, r *http.Request, o account.Opened) error {
	h.keep(w, r, o)
	path := next(r)
	switch {
	case o.Kind == account.Pending && o.Enrol:
		path = onTo("/enrol", path)
	case o.Kind == account.Pending:
		path = onTo("/sign-in/code", path)
	case o.Orgs > 1:
		path = onTo("/as-org", path)
	}
	return web.Redirect(w, r, path, "")
}

func (h *Web) code(w http.ResponseWriter, r *http.Request) error {
	x, ok := sessionOf(r)
	if !ok || x.Kind != account.Pending {
		return web.Redirect(w, r, onTo("/sign-in", next(r)), "")
	}
	return web.Page(w, r, http.StatusOK, codePage(h.door(r).with(x.Email, "", nil)))
}

func (h *Web) postCode(w http.ResponseWriter, r *http.Request) error {
	o, err := h.Account.ProveCode(r.Context(), h.secret(r), r.FormValue("code"), h.device(r))
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return web.Redirect(w, r, onTo("/sign-in", next(r)), "")
	}
	if lines, ok := complaints(err, "code"); ok {
		x, _ := sessionOf(r)
		return web.Page(w, r, refusedStatus(err), codePage(h.door(r).with(x.Email, "", lines)))
	}
	if err != nil {
		return err
	}
	return h.through(w, r, o)
}

func (h *Web) recovery(w http.ResponseWriter, r *http.Request) error {
	x, ok := sessionOf(r)
	if !ok || x.Kind != account.Pending {
		return web.Redirect(w, r, onTo("/sign-in", next(r)), "")
	}
	return web.Page(w, r, http.StatusOK, recoveryPage(Door{Next: next(r), Email: x.Email}))
}

func (h *Web) postRecovery(w http.ResponseWriter, r *http.Request) error {
	o, err := h.Account.ProveRecovery(r.Context(), h.secret(r), r.FormValue("recovery"), h.device(r))
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return web.Redirect(w, r, onTo("/sign-in", next(r)), "")
	}
	if lines, ok := complaints(err, "recovery"); ok {
		x, _ := sessionOf(r)
		return web.Page(w, r, refusedStatus(err), recoveryPage(Door{Next: next(r), Email: x.Email, Errors: lines}))
	}
	if err != nil {
		return err
	}
	h.keep(w, r, o)
	left, err := h.Account.RecoveryLeft(r.Context(), h.ownerOf(r))
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/settings/sessions", "Signed in with a recovery code. "+ui.Plural(left, "code is", "codes are")+" left; set up your authenticator again if it is lost.")
}

// EnrolPage offers a second factor.
type EnrolPage struct {
	Door
	account.Enrolment
	First bool // at the first sign-in, not in place of another
}

func (h *Web) enrol(w http.ResponseWriter, r *http.Request) error {
	return h.showEnrol(w, r, http.StatusOK, nil)
}

func (h *Web) showEnrol(w http.ResponseWriter, r *http.Request, status int, lines []ui.FieldError) error {
	x, ok := sessionOf(r)
	switch {
	case !ok || x.Locked || x.Kind == account.Token:
		return web.Redirect(w, r, onTo("/sign-in", next(r)), "")
	case x.Kind == account.Pending && x.Enrolled:
		return web.Redirect(w, r, onTo("/sign-in/code", next(r)), "")
	case x.Kind == account.Web && !h.stepped(x):
		return web.Redirect(w, r, onTo("/step-up", "/enrol"), "")
	}
	e, err := h.Account.Enrolment(r.Context(), x)
	if err != nil {
		return err
	}
	return web.Page(w, r, status, enrolPage(EnrolPage{Door{Next: next(r), Email: x.Email, Errors: lines}, e, x.Kind == account.Pending}))
}

// CodesPage shows recovery codes, once.
type CodesPage struct {
	Codes []string
	Next  string
}

func (h *Web) postEnrol(w http.ResponseWriter, r *http.Request) error {
	x, ok := sessionOf(r)
	if !ok || x.Locked || x.Kind == account.Token {
		return web.Redirect(w, r, onTo("/sign-in", next(r)), "")
	}
	codes, o, err := h.Account.Enrol(r.Context(), x, r.FormValue("code"), h.device(r))
	if freshFactor(err) {
		return web.Redirect(w, r, onTo("/step-up", "/enrol"), "")
	}
	if lines, ok := complaints(err, "code"); ok {
		return h.showEnrol(w, r, refusedStatus(err), lines)
	}
	if err != nil {
		return err
	}
	page := CodesPage{codes, next(r)}
	if o.Secret != "" {
		h.keep(w, r, o)
		if o.Orgs > 1 {
			page.Next = onTo("/as-org", page.Next)
		}
	} else if page.Next == "/" {
		page.Next = "/settings/sessions"
	}
	return web.Page(w, r, http.StatusOK, codesPage(page))
}

func (h *Web) unlock(w http.ResponseWriter, r *http.Request) error {
	x, ok := sessionOf(r)
	switch {
	case !ok || x.Kind != account.Web:
		return web.Redirect(w, r, onTo("/sign-in", next(r)), "")
	case !x.Locked:
		return web.Redirect(w, r, next(r), "")
	}
	return web.Page(w, r, http.StatusOK, unlockPage(h.door(r).with("", x.Name, nil)))
}

// postUnlock serves the lock over a page, which a script posts, and the page of the lock.
func (h *Web) postUnlock(w http.ResponseWriter, r *http.Request) error {
	x, ok := sessionOf(r)
	if !ok || x.Kind != account.Web {
		if scripted(r) {
			http.Error(w, "The session has ended. Sign in again in another tab: your text stays here.", http.StatusUnauthorized)
			return nil
		}
		return web.Redirect(w, r, onTo("/sign-in", next(r)), "")
	}
	err := h.Account.Unlock(r.Context(), x, r.FormValue("factor"), h.device(r))
	lines, ok := complaints(err, "factor")
	switch {
	case ok && scripted(r):
		return plain(w, err)
	case ok:
		return web.Page(w, r, refusedStatus(err), unlockPage(h.door(r).with("", x.Name, lines)))
	case err != nil:
		return err
	case scripted(r):
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return web.Redirect(w, r, next(r), "")
}

// StepUpPage asks for a fresh code.
type StepUpPage struct {
	Chrome ui.Chrome
	Door
}

func (h *Web) stepUp(w http.ResponseWriter, r *http.Request) error {
	return web.Page(w, r, http.StatusOK, stepUpPage(StepUpPage{web.Chrome(r, "Confirm it is you"), h.door(r)}))
}

func (h *Web) postStepUp(w http.ResponseWriter, r *http.Request) error {
	err := h.Account.StepUp(r.Context(), web.Who(r), r.FormValue("code"))
	lines, ok := complaints(err, "code")
	switch {
	case ok && scripted(r):
		return plain(w, err)
	case ok:
		return web.Page(w, r, refusedStatus(err), stepUpPage(StepUpPage{web.Chrome(r, "Confirm it is you"), h.door(r).with("", "", lines)}))
	case err != nil:
		return err
	case scripted(r):
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return web.Redirect(w, r, next(r), "Confirmed for the next ten minutes.")
}

// AsOrgPage lets a person of several organizations choose.
type AsOrgPage struct {
	Chrome  ui.Chrome
	Next    string
	Orgs    []ui.Option
	Current string
}

func (h *Web) asOrg(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Account.Memberships(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	p := AsOrgPage{Chrome: web.Chrome(r, "Choose an organization"), Next: next(r), Current: string(web.Who(r).Org)}
	for _, m := range all {
		p.Orgs = append(p.Orgs, ui.Option{Value: string(m.Org), Label: m.Name, Hint: account.RoleNames(m.Roles)})
	}
	return web.Page(w, r, http.StatusOK, asOrgPage(p))
}

func (h *Web) postAsOrg(w http.ResponseWriter, r *http.Request) error {
	return done(w, r, h.Account.ActFor(r.Context(), web.Who(r), orgID(r.FormValue("org"))), next(r), "")
}

func (h *Web) signOut(w http.ResponseWriter, r *http.Request) error {
	if x, ok := sessionOf(r); ok && x.Kind == account.Web {
		if err := h.Account.SignOut(r.Context(), h.Account.Actor(x, h.device(r))); err != nil {
			return err
		}
	}
	h.forget(w, r)
	return web.Redirect(w, r, "/sign-in", "")
}

// FirstRunPage founds the installation.
type FirstRunPage struct {
	Errors []ui.FieldError
	Code   bool // a set-up code is asked for
	Org    account.OrgSpec
	First  account.PersonSpec
}

func (h *Web) firstRun(w http.ResponseWriter, r *http.Request) error {
	empty, err := h.Account.Empty(r.Context())
	if err != nil {
		return err
	}
	if !empty {
		return web.Redirect(w, r, "/sign-in", "")
	}
	return web.Page(w, r, http.StatusOK, firstRunPage(FirstRunPage{Code: h.Account.SetupCode != "", Org: account.OrgSpec{Kind: "firm", Country: "US", Zone: "America/New_York"}}))
}

func (h *Web) postFirstRun(w http.ResponseWriter, r *http.Request) error {
	p := FirstRunPage{Code: h.Account.SetupCode != "",
		Org:   account.OrgSpec{Kind: r.FormValue("kind"), Name: r.FormValue("org"), Country: r.FormValue("country"), Zone: r.FormValue("zone")},
		First: account.PersonSpec{Name: r.FormValue("name"), Email: r.FormValue("email"), Password: r.FormValue("password")}}
	o, err := h.Account.Found(r.Context(), p.Org, p.First, r.FormValue("code"), h.device(r))
	if lines, ok := complaints(err, "org"); ok {
		p.Errors = lines
		return web.Page(w, r, refusedStatus(err), firstRunPage(p))
	}
	if err != nil {
		return err
	}
	return h.through(w, r, o)
}

// InvitationPage is a link that is open.
type InvitationPage struct {
	account.Invited
	Errors []ui.FieldError
	Action string
	Name   string
	Zone   string
}

func (h *Web) invitation(w http.ResponseWriter, r *http.Request) error {
	x, err := h.Account.Invited(r.Context(), r.PathValue("link"))
	if err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, invitationPage(InvitationPage{Invited: x, Action: r.URL.Path, Name: x.Name, Zone: x.OrgZone}))
}

func (h *Web) postInvitation(w http.ResponseWriter, r *http.Request) error {
	in := account.Acceptance{Name: r.FormValue("name"), Zone: r.FormValue("zone"), Password: r.FormValue("password")}
	o, err := h.Account.Accept(r.Context(), r.PathValue("link"), in, h.device(r))
	if lines, ok := complaints(err, "password"); ok {
		x, gone := h.Account.Invited(r.Context(), r.PathValue("link"))
		if gone != nil {
			return gone
		}
		return web.Page(w, r, refusedStatus(err), invitationPage(InvitationPage{Invited: x, Errors: lines, Action: r.URL.Path, Name: in.Name, Zone: in.Zone}))
	}
	if err != nil {
		return err
	}
	return h.through(w, r, o)
}

// cells draws the dark modules of a square code as one path, a unit each.
func cells(modules [][]bool) (path string) {
	b := make([]byte, 0, 16*len(modules)*len(modules))
	for y, row := range modules {
		for x, dark := range row {
			if dark {
				b = append(b, 'M')
				b = strconv.AppendInt(b, int64(x+4), 10)
				b = append(b, ' ')
				b = strconv.AppendInt(b, int64(y+4), 10)
				b = append(b, "h1v1h-1z"...)
			}
		}
	}
	return string(b)
}

// viewBox leaves the quiet zone of four modules around the code (ISO/IEC 18004 section 9.1).
func viewBox(modules [][]bool) string {
	n := strconv.Itoa(len(modules) + 8)
	return "0 0 " + n + " " + n
}
