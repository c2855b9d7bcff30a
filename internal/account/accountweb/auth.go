package accountweb

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/internal/account"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// Config is what the pages are built from.
type Config struct {
	Account *account.Service
	Now     func() time.Time // real time

	// TrustProxy takes address and scheme of the client from X-Forwarded-For and X-Forwarded-Proto, when the request comes
	// from one of Proxies; none listed means any.
	TrustProxy bool
	Proxies    []netip.Prefix

	// Public holds further paths, or beginnings of paths that end in "/", that need no session.
	Public []string

	Notices func(ctx context.Context, who actor.Actor) ([]ui.Notice, int, error)               // newest and number unread; nil for none
	Shift   func(ctx context.Context, who actor.Actor) *ui.Shift                               // the shift line; nil for none
	Demo    func(ctx context.Context, who actor.Actor) (*ui.Demo, error)                       // the person switcher; nil elsewhere
	DemoAs  func(ctx context.Context, person string, d account.Device) (account.Opened, error) // what a switch opens; nil elsewhere

	DemoFactors func() (password, code string) // what signs everybody in now; nil elsewhere
}

// A Web serves the pages.
type Web struct {
	Config
	public []string
}

// New returns the pages.
func New(c Config) *Web {
	return &Web{c, append([]string{"/sign-in", "/sign-in/", "/enrol", "/recovery", "/unlock", "/sign-out", "/signin", "/signout", "/alive", "/invitation/", "/first-run", "/assets/", "/demo/as", "/healthz"}, c.Public...)}
}

type sessionKey struct{}

// sessionOf is the session of a request, of any kind, also a pending or locked one; ok is false without one.
func sessionOf(r *http.Request) (account.Session, bool) {
	x, ok := r.Context().Value(sessionKey{}).(account.Session)
	return x, ok
}

// Authenticate finds who makes a request. Without a session a page leads to the sign-in and back, an address of the API
// answers 401; a locked session leads to the lock, or answers 423 to a script.
func (h *Web) Authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			next.ServeHTTP(w, r)
			return
		}
		x, ok, err := h.Account.Resolve(r.Context(), h.secret(r))
		if err != nil {
			web.Fail(w, r, err)
			return
		}
		if ok {
			r = r.WithContext(context.WithValue(r.Context(), sessionKey{}, x))
		}
		open := ok && (x.Kind == account.Token || x.Kind == account.Web && !x.Locked)
		switch {
		case open:
			h.serveOpen(w, r, x, next)
		case h.isPublic(r.URL.Path):
			next.ServeHTTP(w, r)
		default:
			h.turnAway(w, r, ok && x.Locked)
		}
	})
}

// As serves requests as in an open session x, which the browser need not have.
func (h *Web) As(x account.Session, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.serveOpen(w, r.WithContext(context.WithValue(r.Context(), sessionKey{}, x)), x, next)
	})
}

func (h *Web) serveOpen(w http.ResponseWriter, r *http.Request, x account.Session, next http.Handler) {
	if !background(r) {
		if err := h.Account.Seen(r.Context(), x); err != nil {
			web.Fail(w, r, err)
			return
		}
	}
	r = r.WithContext(web.WithReader(r.Context(), h.reader(w, r, x)))
	if onlyClient(x) && !clientPage(r.URL.Path) {
		web.Fail(w, r, fault.Refused(authz.Decision{Rules: []authz.Rule{{ID: "client-access", Name: "Client access",
			Say: "A client reads what was outsourced, to whom and under what protection; drafts, reviews and talk are between the firm and its provider.", Fix: "Ask the firm for the file or the record."}}}))
		return
	}
	next.ServeHTTP(w, r)
}

// onlyClient reports whether somebody is a client of the firm and nothing else in it. They may know of their matters, so
// the visibility of records cannot keep the firm's own work from them: their way in is these pages and no other.
func onlyClient(x account.Session) bool {
	return len(x.Roles) == 1 && x.Roles[0] == "client_reader"
}

func clientPage(path string) bool {
	return path == "/" || path == web.APIPath+"/me" || slices.ContainsFunc([]string{"/settings", "/notices", "/live", "/alive", "/unlock", "/sign-out", "/step-up", "/enrol", "/as-org", "/demo/as", "/healthz"},
		func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
}

// background reports whether a script asks, not a person: a live part, an event stream.
func background(r *http.Request) bool {
	return r.Method == http.MethodGet && (web.Part(r) || strings.Contains(r.Header.Get("Accept"), "text/event-stream"))
}

// scripted reports whether the answer goes to a script, which cannot follow a person to a page.
func scripted(r *http.Request) bool { return web.Part(r) || background(r) }

func (h *Web) isPublic(path string) bool {
	for _, p := range h.public {
		if path == p || strings.HasSuffix(p, "/") && strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

func (h *Web) turnAway(w http.ResponseWriter, r *http.Request, locked bool) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/"):
		problem(w, locked)
	case scripted(r) && locked:
		http.Error(w, "Locked while you were away. One factor opens it again.", http.StatusLocked)
	case scripted(r):
		http.Error(w, "Signed out. Sign in again.", http.StatusUnauthorized)
	case locked:
		http.Redirect(w, r, "/unlock?next="+url.QueryEscape(back(r)), http.StatusSeeOther)
	default:
		http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(back(r)), http.StatusSeeOther)
	}
}

// problem is the answer of the API without a session (RFC 9457, RFC 6750 section 3).
func problem(w http.ResponseWriter, locked bool) {
	detail := "Send an API token: Authorization: Bearer " + account.TokenPrefix + "…. Tokens are made in Settings."
	if locked {
		detail = "The session is locked. Unlock it, or send an API token."
	}
	w.Header().Set("WWW-Authenticate", "Bearer")
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusUnauthorized)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": "Unauthorized", "status": http.StatusUnauthorized, "detail": detail}) // a client that left is no fault of ours
}

// back is the page to return to: the address that was asked for or, when a form was sent, the page that holds it.
func back(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return web.LocalPath(r.URL.RequestURI())
	}
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return "/"
	}
	return web.LocalPath(u.RequestURI())
}

// secret is the cookie's or the bearer's. A bearer counts only for the API, a cookie only where no bearer is sent.
func (h *Web) secret(r *http.Request) string {
	if auth := r.Header.Get("Authorization"); auth != "" {
		scheme, token, _ := strings.Cut(auth, " ")
		if token = strings.TrimSpace(token); strings.EqualFold(scheme, "Bearer") && strings.HasPrefix(token, account.TokenPrefix) && strings.HasPrefix(r.URL.Path, "/api/") {
			return token
		}
		return ""
	}
	c, err := r.Cookie(h.cookieName(r))
	if err != nil || strings.HasPrefix(c.Value, account.TokenPrefix) {
		return ""
	}
	return c.Value
}

// secure reports whether the browser speaks TLS, with us or with the proxy in front.
func (h *Web) secure(r *http.Request) bool {
	return r.TLS != nil || h.fromProxy(r) && r.Header.Get("X-Forwarded-Proto") == "https"
}

func (h *Web) cookieName(r *http.Request) string {
	if h.secure(r) {
		return "__Host-countersign"
	}
	return "countersign"
}

// keep hands the browser a fresh secret.
func (h *Web) keep(w http.ResponseWriter, r *http.Request, o account.Opened) {
	http.SetCookie(w, &http.Cookie{Name: h.cookieName(r), Value: o.Secret, Path: "/", MaxAge: int(o.EndsAt.Sub(h.Now()) / time.Second),
		HttpOnly: true, Secure: h.secure(r), SameSite: http.SameSiteLaxMode})
}

func (h *Web) forget(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: h.cookieName(r), Path: "/", MaxAge: -1, HttpOnly: true, Secure: h.secure(r), SameSite: http.SameSiteLaxMode})
}

func peer(r *http.Request) string {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return address
}

func (h *Web) fromProxy(r *http.Request) bool {
	if !h.TrustProxy || len(h.Proxies) == 0 {
		return h.TrustProxy
	}
	address, err := netip.ParseAddr(peer(r))
	return err == nil && slices.ContainsFunc(h.Proxies, func(p netip.Prefix) bool { return p.Contains(address.Unmap()) })
}

// device says where a request comes from.
func (h *Web) device(r *http.Request) account.Device {
	address := peer(r)
	if forwarded := r.Header.Get("X-Forwarded-For"); forwarded != "" && h.fromProxy(r) {
		hops := strings.Split(forwarded, ",") // the last is the one that our own proxy saw
		address = strings.TrimSpace(hops[len(hops)-1])
	}
	return account.Device{Address: address, Agent: r.UserAgent()}
}
