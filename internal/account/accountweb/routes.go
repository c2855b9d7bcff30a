package accountweb

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"countersign/internal/account"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// Routes puts the pages on mux. The whole mux belongs behind Authenticate.
func (h *Web) Routes(mux web.Router) {
	for pattern, serve := range map[string]web.Handler{
		"GET /sign-in": h.signIn, "POST /sign-in": h.postSignIn,
		"GET /sign-in/code": h.code, "POST /sign-in/code": h.postCode,
		"GET /recovery": h.recovery, "POST /recovery": h.postRecovery,
		"GET /enrol": h.enrol, "POST /enrol": h.postEnrol,
		"GET /unlock": h.unlock, "POST /unlock": h.postUnlock,
		"GET /step-up": h.stepUp, "POST /step-up": h.postStepUp,
		"GET /as-org": h.asOrg, "POST /as-org": h.postAsOrg,
		"POST /sign-out": h.signOut,
		"GET /signin":    h.signIn, "POST /signout": h.signOut, // as the frame of a page spells them
		"GET /alive": h.alive, "POST /alive": h.alive,
		"GET /first-run": h.firstRun, "POST /first-run": h.postFirstRun,
		"GET /invitation/{link}": h.invitation, "POST /invitation/{link}": h.postInvitation,

		"GET /settings": h.settings, "POST /settings": h.postSettings,
		"POST /settings/theme": h.postTheme, "POST /settings/password": h.postPassword, "POST /settings/recovery": h.postRecoveryCodes,
		"GET /settings/sessions": h.sessions, "POST /settings/sessions/end-others": h.endOthers, "POST /settings/sessions/{id}/end": h.endSession,
		"GET /settings/tokens": h.tokens, "POST /settings/tokens": h.postToken, "POST /settings/tokens/{id}/revoke": h.revokeToken,

		"GET /people": h.people, "POST /people/invite": h.invite, "POST /people/organizations": h.addOrg,
		"POST /people/invitations/{id}/resend": h.resend, "POST /people/invitations/{id}/revoke": h.revokeInvitation,
		"GET /people/{id}": h.person, "POST /people/{id}/roles": h.changeRoles, "POST /people/{id}/dedicate": h.dedicate, "POST /people/{id}/site": h.setSite,
		"POST /people/{id}/end": h.endMember, "POST /people/{id}/reset-factor": h.resetFactor, "POST /people/{id}/reset-access": h.resetAccess,
	} {
		mux.Handle(pattern, serve)
	}
	if h.DemoAs != nil {
		mux.Handle("POST /demo/as", web.Handler(h.demoAs))
	}
}

// alive says whether the session still holds; a post also notes that its person is there.
func (h *Web) alive(w http.ResponseWriter, r *http.Request) error {
	x, ok := sessionOf(r)
	switch {
	case ok && x.Kind == account.Web && x.Locked:
		w.WriteHeader(http.StatusLocked)
	case ok && x.Kind == account.Web:
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusUnauthorized)
	}
	return nil
}

func (h *Web) demoAs(w http.ResponseWriter, r *http.Request) error {
	o, err := h.DemoAs(r.Context(), r.FormValue("person"), h.device(r))
	if err != nil {
		return err
	}
	h.keep(w, r, o)
	return web.Redirect(w, r, "/", "")
}

func next(r *http.Request) string { return web.LocalPath(r.FormValue("next")) }

// onTo adds the address to return to.
func onTo(path, next string) string {
	if next == "/" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

// complaints turns an error that the form can show into its lines; ok is false for any other error. An error that names
// no field is shown at first.
func complaints(err error, first string) (lines []ui.FieldError, ok bool) {
	lines = web.FieldErrors(err)
	for i := range lines {
		if lines[i].Name == "" {
			lines[i].Name = first
		}
	}
	return lines, len(lines) > 0
}

// says is what a form shows at a field.
func says(lines []ui.FieldError, name string) string {
	for _, l := range lines {
		if l.Name == name {
			return l.Text
		}
	}
	return ""
}

// refusedStatus is the status of a form that is shown again: 429 while a wait lasts.
func refusedStatus(err error) int {
	if _, ok := errors.AsType[*account.TooMany](err); ok {
		return http.StatusTooManyRequests
	}
	return web.Status(err)
}

// plain answers a form that a script sent: one sentence as text.
func plain(w http.ResponseWriter, err error) error {
	http.Error(w, fault.Say(err), refusedStatus(err))
	return nil
}

// freshFactor reports whether err only asks for a code first.
func freshFactor(err error) bool {
	for _, rule := range fault.Rules(err) {
		if rule.ID != "fresh-factor" {
			return false
		}
	}
	return len(fault.Rules(err)) > 0
}

// done ends a post: back to path with a flash, or first to the step-up when a fresh factor is all that is missing.
func done(w http.ResponseWriter, r *http.Request, err error, path, flash string) error {
	if freshFactor(err) {
		return web.Redirect(w, r, onTo("/step-up", path), "")
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, path, flash)
}

// stepped reports whether a session has a fresh factor; a page asks before a form is filled in, not after.
func (h *Web) stepped(x account.Session) bool {
	return !x.SteppedUpAt.IsZero() && h.Now().Sub(x.SteppedUpAt) < 9*time.Minute
}
