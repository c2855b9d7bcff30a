package findweb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/find"
	"countersign/internal/find/findweb"
	"countersign/internal/platform/web"
	"countersign/internal/testkit"
	"countersign/internal/ui"
)

func TestFind(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		mux := http.NewServeMux()
		findweb.Routes(mux, find.New(w.Gate))
		nav := []ui.NavSection{{Items: []ui.NavItem{{Label: "Your own trail", Href: "/trail"}}}, {Items: []ui.NavItem{{Label: "Home", Href: "/"}}}}
		for _, c := range []struct {
			who, q string
			part   bool
			status int
			says   string
			not    string
		}{
			{testkit.Walled, "brandt", true, 200, "Nothing begins like that", "Brandt v."},
			{testkit.Walled, "brandt", false, 200, "Nothing begins like that", "Brandt v."},
			{testkit.Junior, "brandt", true, 200, `<a href="/matters/` + string(testkit.Matter) + `">`, "<html"},
			{testkit.Junior, "brandt", false, 200, `href="/matters/` + string(testkit.Matter) + `"`, "Logistics"},
			{testkit.Junior, "peer", true, 200, `<a href="/people/` + string(testkit.PersonID(testkit.Peer)), ""},
			{testkit.Junior, "trail", true, 200, `<a href="/trail">`, `<a href="/">`},
			{testkit.Junior, "", true, 200, `<a href="/">`, ""},
			{testkit.Junior, strings.Repeat("x", 101), false, 422, "at most 100 characters", ""},
			{testkit.Junior, strings.Repeat("x", 101), true, 200, "at most 100 characters", ""},
			{testkit.Junior, `"><script>`, false, 200, "&#34;&gt;&lt;script&gt;", "<script>"},
		} {
			r := httptest.NewRequest(http.MethodGet, "/find?q="+url.QueryEscape(c.q), nil)
			if c.part {
				r.Header.Set("X-Part", "1")
			}
			r = r.WithContext(web.WithReader(r.Context(), web.Reader{Actor: testkit.As(c.who), Nav: nav, Zone: time.UTC, Other: time.UTC}))
			got := httptest.NewRecorder()
			mux.ServeHTTP(got, r)
			body := got.Body.String()
			if got.Code != c.status || !strings.Contains(body, c.says) || c.not != "" && strings.Contains(body, c.not) {
				t.Errorf("%s finds %q: %d in\n%s", c.who, c.q, got.Code, body[max(0, len(body)-1200):])
			}
		}
	})
}
