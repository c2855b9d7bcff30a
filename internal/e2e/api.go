package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"countersign/internal/account"
	"countersign/internal/client"
)

// A Session is a person of the demonstration signed in without a browser.
type Session struct {
	Server *Server
	Name   string

	t    testing.TB
	http *http.Client
}

// As signs in a person of the demonstration through its door.
func (s *Server) As(t testing.TB, name string) *Session {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	x := &Session{Server: s, Name: name, t: t, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	_, page := x.Get("/sign-in")
	door := regexp.MustCompile(`name="person" value="([^"]+)"><b>` + regexp.QuoteMeta(name) + `</b>`).FindStringSubmatch(page)
	if door == nil {
		t.Fatalf("the demonstration has no door for %s", name)
	}
	if status, body := x.Post("/demo/as", url.Values{"person": {door[1]}}); status != http.StatusSeeOther {
		t.Fatalf("entering as %s: %d %s", name, status, Excerpt(body))
	}
	return x
}

// Get asks for a page.
func (x *Session) Get(path string) (status int, body string) {
	x.t.Helper()
	rq, err := http.NewRequestWithContext(x.t.Context(), http.MethodGet, x.Server.URL+path, nil)
	if err != nil {
		x.t.Fatal(err)
	}
	return x.do(rq)
}

// Post sends a form.
func (x *Session) Post(path string, form url.Values) (status int, body string) {
	x.t.Helper()
	rq, err := http.NewRequestWithContext(x.t.Context(), http.MethodPost, x.Server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		x.t.Fatal(err)
	}
	rq.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return x.do(rq)
}

func (x *Session) do(rq *http.Request) (int, string) {
	x.t.Helper()
	res, err := x.http.Do(rq)
	if err != nil {
		x.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // it is only read
	body, err := io.ReadAll(res.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// Token makes an API token of the person with every scope, or with those given, as they would in their settings.
func (x *Session) Token(scopes ...string) string {
	x.t.Helper()
	if scopes == nil {
		for _, s := range account.Scopes {
			scopes = append(scopes, s.ID)
		}
	}
	status, page := x.Post("/settings/tokens", url.Values{"name": {"script"}, "days": {"2"}, "scopes": scopes})
	token := regexp.MustCompile(account.TokenPrefix + `[A-Za-z0-9_-]{20,}`).FindString(page)
	if status != http.StatusOK || token == "" {
		x.t.Fatalf("a token of %s: %d %s", x.Name, status, Excerpt(page))
	}
	return token
}

// API is the person's way through the API.
func (x *Session) API(scopes ...string) *API {
	x.t.Helper()
	c, err := client.New(x.Server.URL, x.Token(scopes...))
	if err != nil {
		x.t.Fatal(err)
	}
	return &API{c, x.t}
}

// An API is a client whose requests are expected to be carried out.
type API struct {
	*client.Client
	t testing.TB
}

// Doc is a JSON object.
type Doc = map[string]any

// Read gets one object.
func (a *API) Read(path string) (out Doc) {
	a.t.Helper()
	if err := a.Get(a.t.Context(), path, &out); err != nil {
		a.t.Fatalf("GET %s: %v", path, err)
	}
	return out
}

// Do carries out one verb.
func (a *API) Do(path string, in any) (out Doc) {
	a.t.Helper()
	if _, err := a.Client.Post(a.t.Context(), path, in, &out); err != nil && err != io.EOF {
		a.t.Fatalf("POST %s: %v", path, err)
	}
	return out
}

// Put uploads a file and returns the identifiers of its document and version.
func (a *API) Put(path, name string, file io.Reader) (document, version string) {
	a.t.Helper()
	var out struct{ Document, Version struct{ ID string } }
	if _, err := a.Upload(a.t.Context(), path+"&name="+url.QueryEscape(name), file, &out); err != nil {
		a.t.Fatalf("uploading %.60q: %v", name, err)
	}
	return out.Document.ID, out.Version.ID
}

// Refused says how a verb was refused.
func (a *API) Refused(path string, in any) *client.Problem {
	a.t.Helper()
	_, err := a.Client.Post(a.t.Context(), path, in, nil)
	p, ok := err.(*client.Problem)
	if !ok {
		a.t.Fatalf("POST %s: not refused: %v", path, err)
	}
	return p
}

// Excerpt shortens a page for the message of a failed test.
func Excerpt(body string) string {
	if i := strings.Index(body, "<main"); i >= 0 {
		body = body[i:]
	}
	body = regexp.MustCompile(`<[^>]*>|\s+`).ReplaceAllString(body, " ")
	return fmt.Sprintf("%.400s", body)
}
