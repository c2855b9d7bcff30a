package app

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"strings"
	"sync"

	"countersign/internal/account/accountweb"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/probe"
)

// A door lets the probe ask the program what it would answer a person, behind the sign-in and before the network.
type door struct {
	app   *App
	built func() (*web.Mux, *accountweb.Web)
	extra func(mux *web.Mux, pages *accountweb.Web) // further routes; tests leak with them
}

func newDoor(a *App) *door {
	d := &door{app: a}
	d.built = sync.OnceValues(func() (*web.Mux, *accountweb.Web) {
		mux, pages := a.mux()
		if d.extra != nil {
			d.extra(mux, pages)
		}
		return mux, pages
	})
	return d
}

// Routes lists what the program serves, with the parameters that the API's document gives each.
func (d *door) Routes() (out []probe.Route) {
	mux, _ := d.built()
	for _, p := range mux.Patterns {
		out = append(out, probe.Route{Pattern: p, Query: d.app.queries[p]})
	}
	return out
}

// As gives the way in of a person, as if they had signed in with a second factor just now.
func (d *door) As(ctx context.Context, person ident.PersonID, org ident.OrgID) (probe.Ask, bool, error) {
	mux, pages := d.built()
	x, ok, err := d.app.Account.Standing(ctx, person, org)
	if err != nil || !ok {
		return nil, false, err
	}
	h := web.Guard(limited(pages.As(x, mux)))
	return func(ctx context.Context, q probe.Question) probe.Answer { return through(ctx, h, q) }, true, nil
}

// through asks one question of the whole program.
func through(ctx context.Context, h http.Handler, q probe.Question) probe.Answer {
	ctx, done := context.WithCancel(ctx)
	defer done()
	target, body := q.Path, ""
	switch {
	case q.Method != http.MethodGet && strings.HasPrefix(q.Path, web.APIPath+"/"):
		body = "{}"
	case q.Method != http.MethodGet:
		body = q.Query.Encode()
	case len(q.Query) > 0:
		target += "?" + q.Query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, q.Method, target, strings.NewReader(body))
	if err != nil {
		return probe.Answer{Status: http.StatusBadRequest}
	}
	r.Host, r.RequestURI, r.RemoteAddr = "probe.invalid", target, "127.0.0.1:0"
	switch {
	case strings.HasPrefix(body, "{"):
		r.Header.Set("Content-Type", "application/json")
	case body != "":
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if q.Method != http.MethodGet {
		r.Header.Set("Origin", "http://probe.invalid") // as a form of our own page is sent
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := &answer{header: http.Header{}, leave: done}
	h.ServeHTTP(w, r)
	kind, _, err := mime.ParseMediaType(w.header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	return probe.Answer{Status: max(w.status, http.StatusOK), Type: kind, Stored: !strings.Contains(w.header.Get("Cache-Control"), "no-store"), Body: w.body.Bytes()}
}

// most is how much of an answer is looked at.
const most = 64 << 20

// An answer takes what a handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
	leave  func()
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write takes all, and keeps what is looked at.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	a.body.Write(p[:min(len(p), max(0, most-a.body.Len()))])
	return len(p), nil
}

// Flush implements http.Flusher: a stream of events never ends by itself, and its first ones are enough.
func (a *answer) Flush() {
	if strings.HasPrefix(a.header.Get("Content-Type"), "text/event-stream") {
		a.leave()
	}
}
