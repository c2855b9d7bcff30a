package accountweb

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"countersign/internal/account"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// SettingsPage is the profile of the reader.
type SettingsPage struct {
	Chrome ui.Chrome
	Errors []ui.FieldError
	Email  string
	account.Settings
	Orgs int
}

func (h *Web) settings(w http.ResponseWriter, r *http.Request) error {
	x, _ := sessionOf(r)
	return web.Page(w, r, http.StatusOK, settingsPage(SettingsPage{Chrome: web.Chrome(r, "Settings"), Email: x.Email, Orgs: x.Orgs,
		Settings: account.Settings{Name: x.Name, Zone: x.Zone, Theme: x.Theme, Density: x.Density, KeysOn: x.KeysOn}}))
}

func (h *Web) postSettings(w http.ResponseWriter, r *http.Request) error {
	in := account.Settings{Name: r.FormValue("name"), Zone: r.FormValue("zone"), Theme: posted(r.FormValue("theme")), Density: posted(r.FormValue("density")), KeysOn: r.FormValue("keys") == "on"}
	err := h.Account.ChangeSettings(r.Context(), web.Who(r), in)
	if lines, ok := complaints(err, "name"); ok {
		x, _ := sessionOf(r)
		return web.Page(w, r, refusedStatus(err), settingsPage(SettingsPage{web.Chrome(r, "Settings"), lines, x.Email, in, x.Orgs}))
	}
	return done(w, r, err, "/settings", "Settings saved.")
}

func (h *Web) postTheme(w http.ResponseWriter, r *http.Request) error {
	err := h.Account.SetTheme(r.Context(), web.Who(r), r.FormValue("theme"))
	if err == nil && scripted(r) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	path := back(r)
	if path == "/settings/theme" {
		path = "/"
	}
	return done(w, r, err, path, "")
}

// SessionsPage lists where the reader is signed in, and holds what proves who they are.
type SessionsPage struct {
	Chrome   ui.Chrome
	Errors   []ui.FieldError
	Now      time.Time
	Zone     *time.Location
	Other    *time.Location
	Sessions []account.OpenSession
	Codes    int // unused recovery codes
	Idle     time.Duration
}

func (h *Web) sessions(w http.ResponseWriter, r *http.Request) error {
	return h.showSessions(w, r, http.StatusOK, nil)
}

func (h *Web) showSessions(w http.ResponseWriter, r *http.Request, status int, lines []ui.FieldError) error {
	rd := web.ReaderOf(r)
	x, _ := sessionOf(r)
	p := SessionsPage{Chrome: web.Chrome(r, "Sign-in and sessions"), Errors: lines, Now: h.Now(), Zone: rd.Zone, Other: rd.Other, Idle: x.Idle()}
	var err error
	if p.Sessions, err = h.Account.Sessions(r.Context(), rd.Actor, account.Web); err != nil {
		return err
	}
	if p.Codes, err = h.Account.RecoveryLeft(r.Context(), rd.Actor); err != nil {
		return err
	}
	return web.Page(w, r, status, sessionsPage(p))
}

func (h *Web) postPassword(w http.ResponseWriter, r *http.Request) error {
	err := h.Account.ChangePassword(r.Context(), web.Who(r), r.FormValue("current"), r.FormValue("password"))
	if lines, ok := complaints(err, "current"); ok {
		return h.showSessions(w, r, refusedStatus(err), lines)
	}
	return done(w, r, err, "/settings/sessions", "Password changed. Your other sessions are signed out.")
}

func (h *Web) postRecoveryCodes(w http.ResponseWriter, r *http.Request) error {
	codes, err := h.Account.RenewRecovery(r.Context(), web.Who(r))
	if err != nil {
		return done(w, r, err, "/settings/sessions", "")
	}
	return web.Page(w, r, http.StatusOK, codesPage(CodesPage{codes, "/settings/sessions"}))
}

func (h *Web) endOthers(w http.ResponseWriter, r *http.Request) error {
	return done(w, r, h.Account.EndOtherSessions(r.Context(), web.Who(r)), "/settings/sessions", "Every other session is signed out.")
}

func (h *Web) endSession(w http.ResponseWriter, r *http.Request) error {
	return done(w, r, h.Account.EndSession(r.Context(), web.Who(r), ident.SessionID(r.PathValue("id"))), "/settings/sessions", "The session is signed out.")
}

// TokensPage lists the API tokens of the reader.
type TokensPage struct {
	Chrome ui.Chrome
	Errors []ui.FieldError
	Now    time.Time
	Zone   *time.Location
	Other  *time.Location
	Tokens []account.OpenSession
	Secret string // of the token just made; shown this once
	Asked  account.TokenRequest
}

func (h *Web) tokens(w http.ResponseWriter, r *http.Request) error {
	return h.showTokens(w, r, http.StatusOK, TokensPage{Asked: account.TokenRequest{Days: 90}})
}

func (h *Web) showTokens(w http.ResponseWriter, r *http.Request, status int, p TokensPage) error {
	rd := web.ReaderOf(r)
	p.Chrome, p.Now, p.Zone, p.Other = web.Chrome(r, "API tokens"), h.Now(), rd.Zone, rd.Other
	var err error
	if p.Tokens, err = h.Account.Sessions(r.Context(), rd.Actor, account.Token); err != nil {
		return err
	}
	return web.Page(w, r, status, tokensPage(p))
}

func (h *Web) postToken(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	days, _ := strconv.Atoi(r.FormValue("days")) // what is no number is refused as 0 days
	in := account.TokenRequest{Name: r.FormValue("name"), Scopes: r.Form["scopes"], Days: days}
	secret, err := h.Account.MakeToken(r.Context(), web.Who(r), in, h.device(r))
	if lines, ok := complaints(err, "name"); ok {
		return h.showTokens(w, r, refusedStatus(err), TokensPage{Errors: lines, Asked: in})
	}
	if err != nil {
		return done(w, r, err, "/settings/tokens", "")
	}
	return h.showTokens(w, r, http.StatusOK, TokensPage{Secret: secret, Asked: account.TokenRequest{Days: 90}})
}

func (h *Web) revokeToken(w http.ResponseWriter, r *http.Request) error {
	return done(w, r, h.Account.EndSession(r.Context(), web.Who(r), ident.SessionID(r.PathValue("id"))), "/settings/tokens", "The token opens nothing from now on.")
}

// agentName names browser and system of a user agent, roughly: enough to recognise one's own devices.
func agentName(agent string) string {
	browser, system := "Another program", ""
	for _, b := range [][2]string{{"Edg/", "Edge"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, b[0]) {
			browser = b[1]
			break
		}
	}
	for _, s := range [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, s[0]) {
			system = " on " + s[1]
			break
		}
	}
	return browser + system
}

func scopeNames(ids []string) string {
	var names []string
	for _, s := range account.Scopes {
		for _, id := range ids {
			if s.ID == id {
				names = append(names, s.Name)
			}
		}
	}
	return strings.Join(names, "; ")
}
