package accountweb_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"

	"countersign/internal/account"
	"countersign/internal/account/accountweb"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/web"
	"countersign/internal/testkit"
)

const (
	email  = "p.nair@meridian.example"
	pass   = "ledger-orchid-tumble-42"
	secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

type noKeys struct{}

func (noKeys) Provision(context.Context, ident.OrgID) error            { return nil }
func (noKeys) Make(context.Context, *db.Tx, string, ident.OrgID) error { return nil }

// a site is the pages on a World, with one page of another feature behind the doors, and a browser that keeps cookies.
type site struct {
	*testing.T
	world    *testkit.World
	accounts *account.Service
	real     testkit.Clock
	handler  http.Handler
	cookies  map[string]string
}

func newSite(t *testing.T, totp string) *site {
	t.Helper()
	s := &site{T: t, world: testkit.NewWorld(t, testkit.SQLite(t)), cookies: map[string]string{}}
	key, err := account.NewSecretKey(bytes.Repeat([]byte("secret"), 8))
	if err != nil {
		t.Fatal(err)
	}
	s.accounts = account.New(account.Deps{Gate: s.world.Gate, Keys: noKeys{}, Installation: key, Now: s.real.Now})
	_, err = s.accounts.AddPerson(t.Context(), actor.System("demo"), account.PersonSpec{Name: "Priya Nair", Email: email, Org: testkit.Provider,
		Roles: []string{"junior", account.Administrator}, Password: pass, TOTPSecret: totp})
	if err != nil {
		t.Fatal(err)
	}
	pages := accountweb.New(accountweb.Config{Account: s.accounts, Now: s.real.Now})
	mux := http.NewServeMux()
	pages.Routes(mux)
	home := web.Handler(func(w http.ResponseWriter, r *http.Request) error {
		_, err := w.Write([]byte("reader " + string(web.Who(r).Org) + " via " + web.Who(r).Via))
		return err
	})
	mux.Handle("/matters", home)
	mux.Handle("/api/v1/tasks", home)
	mux.Handle("/{$}", home)
	s.handler = web.Guard(pages.Authenticate(mux))
	return s
}

type answer struct {
	*testing.T
	code int
	to   string // Location
	body string
	head http.Header
}

func (s *site) do(method, target string, form url.Values, head ...string) answer {
	s.Helper()
	r := httptest.NewRequest(method, "http://example.test"+target, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	for name, v := range s.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: v})
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			s.Errorf("cookie %s is not HttpOnly, Lax and for /", c.Name)
		}
		if c.MaxAge < 0 {
			delete(s.cookies, c.Name)
		} else {
			s.cookies[c.Name] = c.Value
		}
	}
	return answer{s.T, w.Code, w.Header().Get("Location"), w.Body.String(), w.Header()}
}

func (a answer) want(code int, to string, words ...string) answer {
	a.Helper()
	if a.code != code || a.to != to {
		a.Fatalf("%d to %q, want %d to %q\n%s", a.code, a.to, code, to, a.body)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			a.Errorf("the page does not say %q:\n%s", w, a.body)
		}
	}
	return a
}

func (s *site) code(key string) string {
	c, err := hotp.GenerateCode(key, uint64(s.real.Now().Unix()/30))
	if err != nil {
		s.Fatal(err)
	}
	return c
}

func (s *site) signIn() {
	s.Helper()
	s.real.Advance(30 * time.Second)
	s.do("POST", "/sign-in", url.Values{"email": {email}, "password": {pass}}).want(303, "/sign-in/code")
	s.do("POST", "/sign-in/code", url.Values{"code": {s.code(secret)}}).want(303, "/")
}

func TestTheWayIn(t *testing.T) {
	s := newSite(t, "")
	s.do("GET", "/matters?open=1", nil).want(303, "/sign-in?next=%2Fmatters%3Fopen%3D1")
	s.do("GET", "/sign-in?next=%2Fmatters%3Fopen%3D1", nil).want(200, "", `value="/matters?open=1"`)
	form := url.Values{"email": {email}, "password": {"wrong-orchid-tumble"}, "next": {"/matters?open=1"}}
	s.do("POST", "/sign-in", form).want(422, "", "do not belong to an account", email, `value="/matters?open=1"`)
	form.Set("password", pass)
	s.do("POST", "/sign-in", form).want(303, "/enrol?next=%2Fmatters%3Fopen%3D1")
	before := s.cookies["countersign"]
	s.do("GET", "/matters", nil).want(303, "/sign-in?next=%2Fmatters") // one factor is not enough
	page := s.do("GET", "/enrol?next=%2Fmatters%3Fopen%3D1", nil).want(200, "", "<svg", "Set second factor")
	key := strings.ReplaceAll(regexp.MustCompile(`<code class="mono">([A-Z2-7 ]+)</code>`).FindStringSubmatch(page.body)[1], " ", "")
	s.do("POST", "/enrol", url.Values{"code": {"000000"}, "next": {"/matters?open=1"}}).want(422, "", "does not match")
	done := s.do("POST", "/enrol", url.Values{"code": {s.code(key)}, "next": {"/matters?open=1"}}).want(200, "", "Keep these recovery codes", `href="/matters?open=1"`)
	if n := len(regexp.MustCompile(`<li>[A-Z2-7]{4}(-[A-Z2-7]{4}){3}</li>`).FindAllString(done.body, -1)); n != 10 {
		t.Errorf("%d codes", n)
	}
	if s.cookies["countersign"] == before {
		t.Error("the cookie is the same as before the second factor")
	}
	s.do("GET", "/matters?open=1", nil).want(200, "", "reader "+string(testkit.Provider)+" via web")
	s.do("GET", "/sign-in", nil).want(303, "/")
	s.do("POST", "/sign-out", url.Values{}).want(303, "/sign-in")
	s.do("GET", "/", nil).want(303, "/sign-in?next=%2F")
}

func TestTheLock(t *testing.T) {
	s := newSite(t, secret)
	s.signIn()
	s.do("POST", "/alive", nil, "X-Part", "1").want(204, "")
	for range 5 { // a part that refreshes itself does not keep the session awake
		s.real.Advance(4 * time.Minute)
		s.do("GET", "/matters", nil, "X-Part", "1")
	}
	s.do("GET", "/matters", nil, "X-Part", "1").want(423, "")
	s.do("POST", "/alive", nil, "X-Part", "1").want(423, "")
	s.do("GET", "/matters", nil).want(303, "/unlock?next=%2Fmatters")
	s.do("POST", "/settings", url.Values{"name": {"typed"}}, "Referer", "http://example.test/settings").want(303, "/unlock?next=%2Fsettings")
	s.do("GET", "/api/v1/tasks", nil).want(401, "")
	s.do("GET", "/unlock?next=%2Fsettings", nil).want(200, "", "Locked while you were away", `value="/settings"`)
	if a := s.do("POST", "/unlock", url.Values{"factor": {"wrong"}}, "X-Part", "1"); a.code != 422 || !strings.HasPrefix(a.head.Get("Content-Type"), "text/plain") {
		t.Errorf("%d %s", a.code, a.head)
	}
	s.do("POST", "/unlock", url.Values{"factor": {pass}}, "X-Part", "1").want(204, "")
	s.do("GET", "/matters", nil).want(200, "")
	s.real.Advance(16 * time.Minute)
	s.do("POST", "/unlock", url.Values{"factor": {s.code(secret)}, "next": {"/settings"}}).want(303, "/settings")
	s.real.Advance(12 * time.Hour)
	s.do("GET", "/matters", nil, "X-Part", "1").want(401, "")
	s.do("POST", "/unlock", url.Values{"factor": {pass}}, "X-Part", "1").want(401, "", "Sign in again")
	s.do("GET", "/settings", nil).want(303, "/sign-in?next=%2Fsettings")
}

func TestTokensAndTheAPI(t *testing.T) {
	s := newSite(t, secret)
	a := s.do("GET", "/api/v1/tasks", nil).want(401, "")
	if a.head.Get("Content-Type") != "application/problem+json" || a.head.Get("WWW-Authenticate") == "" {
		t.Errorf("%v", a.head)
	}
	s.signIn()
	page := s.do("POST", "/settings/tokens", url.Values{"name": {"export"}, "days": {"30"}, "scopes": {"task.*"}}).want(200, "", "shown this once")
	token := regexp.MustCompile(`cs_[A-Za-z0-9_-]{43}`).FindString(page.body)
	s.do("GET", "/settings/tokens", nil).want(200, "", "export")
	cookie := s.cookies
	s.cookies = map[string]string{}
	s.do("GET", "/api/v1/tasks", nil, "Authorization", "Bearer "+token).want(200, "", "via api")
	s.do("GET", "/matters", nil, "Authorization", "Bearer "+token).want(303, "/sign-in?next=%2Fmatters") // a token opens no page
	s.cookies["countersign"] = token
	s.do("GET", "/matters", nil).want(303, "/sign-in?next=%2Fmatters")
	s.cookies = cookie
	s.do("GET", "/api/v1/tasks", nil, "Authorization", "Bearer nonsense").want(401, "") // the cookie does not step in

	s.real.Advance(11 * time.Minute)
	s.world.Later(11 * time.Minute)
	s.do("POST", "/settings/tokens", url.Values{"name": {"more"}, "days": {"30"}, "scopes": {"task.*"}}).want(303, "/step-up?next=%2Fsettings%2Ftokens")
	s.do("POST", "/step-up", url.Values{"code": {s.code(secret)}, "next": {"/settings/tokens"}}).want(303, "/settings/tokens")
	s.do("POST", "/settings/tokens", url.Values{"name": {"more"}, "days": {"30"}, "scopes": {"task.*"}}).want(200, "")
}

func TestPages(t *testing.T) {
	s := newSite(t, secret)
	s.signIn()
	s.do("GET", "/settings", nil).want(200, "", "Priya Nair", "Single-letter keys")
	s.do("POST", "/settings", url.Values{"name": {""}, "zone": {"Asia/Kolkata"}}).want(422, "", "Write your name.")
	s.do("POST", "/settings", url.Values{"name": {"Priya S. Nair"}, "zone": {"Asia/Kolkata"}, "theme": {"dark"}, "keys": {"on"}}).want(303, "/settings")
	s.do("GET", "/settings", nil).want(200, "", "Settings saved.", `data-theme="dark"`)
	s.do("GET", "/settings/sessions", nil).want(200, "", "This session", "192.0.2.1")
	s.do("GET", "/people", nil).want(200, "", "junior", "Invite a person", "Team lead")
	page := s.do("POST", "/people/invite", url.Values{"name": {"Rohan Kulkarni"}, "email": {"r.k@meridian.example"}, "roles": {"peer_reviewer"}}).want(200, "", "Give this link to Rohan Kulkarni")
	link := regexp.MustCompile(`http://example.test(/invitation/[A-Za-z0-9_-]{43})`).FindStringSubmatch(page.body)[1]
	s.do("POST", "/people/invite", url.Values{"name": {"Rohan Kulkarni"}, "email": {"r.k@meridian.example"}}).want(422, "", "Choose at least one role.", "Rohan Kulkarni")
	s.do("GET", "/people/"+string(testkit.PersonID(testkit.Junior)), nil).want(200, "", "Change roles", "Only Halsted &amp; Rowe LLP")
	s.do("GET", "/people/"+string(testkit.PersonID(testkit.Attorney)), nil).want(404, "")
	s.do("POST", "/people/"+string(testkit.PersonID(testkit.Junior))+"/roles", url.Values{"roles": {"team_lead"}}).want(303, "/people/"+string(testkit.PersonID(testkit.Junior)))

	s.cookies = map[string]string{}
	s.do("GET", link, nil).want(200, "", "Join Meridian", "Peer reviewer")
	s.do("POST", link, url.Values{"name": {"Rohan Kulkarni"}, "zone": {"Asia/Kolkata"}, "password": {"short"}}).want(422, "", "at least 12")
	s.do("POST", link, url.Values{"name": {"Rohan Kulkarni"}, "zone": {"Asia/Kolkata"}, "password": {pass}}).want(303, "/enrol")
	s.do("GET", link, nil).want(404, "", "was used, revoked or has expired")
}

func TestNextStaysHere(t *testing.T) {
	s := newSite(t, secret)
	s.do("POST", "/sign-in", url.Values{"email": {email}, "password": {pass}, "next": {"https://evil.example/"}}).want(303, "/sign-in/code")
	s.do("POST", "/sign-in/code", url.Values{"code": {s.code(secret)}, "next": {"//evil.example"}}).want(303, "/")
}

func TestCookieBehindTLS(t *testing.T) {
	s := newSite(t, secret)
	r := httptest.NewRequest("POST", "https://example.test/sign-in", strings.NewReader(url.Values{"email": {email}, "password": {pass}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	c := w.Result().Cookies()
	if len(c) != 1 || c[0].Name != "__Host-countersign" || !c[0].Secure || c[0].Domain != "" {
		t.Errorf("%v", c)
	}
}
