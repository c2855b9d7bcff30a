package engagementweb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/engagement"
	"countersign/internal/engagement/engagementweb"
	"countersign/internal/platform/web"
	"countersign/internal/testkit"
)

func TestPages(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		mux := http.NewServeMux()
		engagementweb.Routes(mux, engagement.New(w.Gate))
		e := "/engagements/" + string(testkit.Engagement)
		for _, c := range []struct {
			who, method, path string
			form              url.Values
			status            int
			has, not          string
		}{
			{testkit.Operations, "GET", "/engagements", nil, 200, "Open an engagement", ""},
			{testkit.Lead, "GET", "/engagements", nil, 200, "Halsted", "Open an engagement"},
			{testkit.Rival, "GET", "/engagements", nil, 200, "No firm yet", "Halsted"},
			{testkit.Junior, "GET", "/engagements", nil, 403, "", "Halsted"},
			{testkit.Lead, "GET", e, nil, 200, "Business associate agreement", "Put a clause in force"},
			{testkit.Compliance, "GET", e, nil, 200, "Put a clause in force", ""},
			{testkit.Stranger, "GET", e, nil, 404, "", "Halsted"},
			{testkit.Operations, "POST", "/engagements", url.Values{"provider": {string(testkit.Other)}, "country": {"Philippines"}}, 422, "Philippines", ""},
			{testkit.Operations, "POST", "/engagements", url.Values{"provider": {string(testkit.Other)}}, 303, "/engagements/", ""},
			{testkit.Operations, "POST", e + "/phase", url.Values{"to": {"suspended"}}, 422, "Say why", ""},
			{testkit.Operations, "POST", e + "/phase", url.Values{"to": {"suspended"}, "reason": {"Audit"}}, 303, e, ""},
			{testkit.Compliance, "POST", e + "/agreements", url.Values{"kind": {"nda"}, "signed_on": {"soon"}}, 422, "day of signature", ""},
			{testkit.Compliance, "POST", e + "/agreements", url.Values{"kind": {"nda"}, "signed_on": {"2026-11-01"}}, 303, e, ""},
			{testkit.Compliance, "POST", e + "/clauses", url.Values{"name": {"Clause 9"}, "say": {"No."}, "text": {"allow all"}}, 422, "allow all", ""},
			{testkit.Lead, "POST", e + "/clauses", url.Values{"name": {"Clause 9"}}, 403, "", ""},
		} {
			r := httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(c.form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			got := httptest.NewRecorder()
			mux.ServeHTTP(got, r.WithContext(web.WithReader(r.Context(), web.Reader{Actor: testkit.As(c.who), Zone: time.UTC, Other: time.UTC})))
			body := got.Body.String() + got.Header().Get("Location")
			if got.Code != c.status || !strings.Contains(body, c.has) || c.not != "" && strings.Contains(body, c.not) {
				t.Errorf("%s %s %s: %d, want %d with %q and without %q", c.who, c.method, c.path, got.Code, c.status, c.has, c.not)
			}
		}
	})
}
