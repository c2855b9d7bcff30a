package matterweb_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/matter/matterweb"
	"countersign/internal/platform/db"
	"countersign/internal/platform/web"
	"countersign/internal/testkit"
)

type noKeys struct{}

func (noKeys) Make(context.Context, *db.Tx, string, ident.OrgID) error { return nil }

// call asks for a page, or posts a form, as a person of the small world.
func call(t *testing.T, h http.Handler, who, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	ctx := web.WithReader(r.Context(), web.Reader{Actor: testkit.As(who), Name: who, Zone: time.UTC, Other: time.UTC})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(ctx))
	return w
}

func TestPages(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		mux := http.NewServeMux()
		s := matter.New(w.Gate, noKeys{})
		matterweb.Routes(mux, s)
		check, err := s.AddParty(t.Context(), testkit.As(testkit.Attorney), testkit.Matter, matter.NewParty{Name: "Orlovane Estate", Role: "opponent"})
		if err != nil {
			t.Fatal(check, err)
		}
		if _, err := s.AskConflictCheck(t.Context(), testkit.As(testkit.Attorney), testkit.Matter, testkit.Provider); err != nil {
			t.Fatal(err)
		}
		m, shut := "/matters/"+string(testkit.Matter), "/matters/"+string(testkit.Shut)
		for _, c := range []struct {
			who, path string
			status    int
			has, not  string
		}{
			{testkit.Attorney, "/matters", 200, "Brandt v. Kestrel", ""},
			{testkit.Junior, "/matters", 200, "Brandt v. Kestrel", "Kestrel Logistics"},
			{testkit.Walled, "/matters", 200, "No matter is open to you", "Brandt"},
			{testkit.Walled, "/matters?q=brandt", 200, "Nothing matches", "Brandt v."},
			{testkit.Stranger, "/matters", 200, "No matter yet", "Brandt"},
			{testkit.Attorney, m, 200, "1 gate is closed", ""},
			{testkit.Attorney, shut, 200, "2 gates are closed", ""},
			{testkit.Junior, m, 200, "Orlovane Estate", "Kestrel Logistics"},
			{testkit.Junior, shut, 404, "", "reorganization"},
			{testkit.Walled, m, 404, "", "Brandt"},
			{testkit.Attorney, "/matters/nonsense", 404, "", ""},
			{testkit.Attorney, "/matters/new", 200, "Kestrel Logistics", ""},
			{testkit.Junior, "/matters/new", 403, "", "Kestrel"},
			{testkit.Attorney, m + "/gates", 200, "Record consent", ""},
			{testkit.Lead, m + "/gates", 200, "Client consent", "Record consent"},
			{testkit.Attorney, m + "/team", 200, "senior", "Raise an ethical wall"},
			{testkit.Compliance, m + "/team", 200, "Raise an ethical wall", "screened"},
			{testkit.Attorney, m + "/edit", 200, "Orlovane Estate", ""},
			{testkit.Junior, m + "/edit", 403, "", ""},
			{testkit.Partner, "/clients", 200, "Kestrel Logistics", ""},
			{testkit.Lead, "/clients", 403, "", "Kestrel"},
			{testkit.Compliance, "/walls", 200, "walled", ""},
			{testkit.Partner, "/walls", 403, "", "walled"},
			{testkit.Lead, "/conflict-checks", 200, "Orlovane Estate", "Brandt"},
			{testkit.Attorney, "/conflict-checks", 403, "", "Orlovane"},
		} {
			got := call(t, mux, c.who, "GET", c.path, nil)
			body := got.Body.String()
			if got.Code != c.status || !strings.Contains(body, c.has) || c.not != "" && strings.Contains(body, c.not) {
				t.Errorf("%s %s: %d, want %d with %q and without %q", c.who, c.path, got.Code, c.status, c.has, c.not)
			}
			if strings.Contains(body, "style=") || strings.Contains(body, "<script>") {
				t.Errorf("%s: inline style or script", c.path)
			}
		}
	})
}

func TestForms(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		mux := http.NewServeMux()
		matterweb.Routes(mux, matter.New(w.Gate, noKeys{}))
		m := "/matters/" + string(testkit.Matter)
		for _, c := range []struct {
			who, path string
			form      url.Values
			status    int
			has       string // on the page, or in the address the browser is sent to
		}{
			{testkit.Partner, "/matters", url.Values{"number": {"N-7"}, "title": {"Typed with care"}}, 422, "Typed with care"},
			{testkit.Partner, "/matters", url.Values{"number": {"N-7"}, "title": {"In re Vireo"}, "client": {string(testkit.Client)}, "practice_area": {"corporate"},
				"jurisdiction": {"US-DE"}, "data_class": {"privileged"}, "supervisor": {string(testkit.PersonID(testkit.Attorney))}, "parties": {"Vireo; client\n\nOpponent LLC"}}, 303, "/matters/"},
			{testkit.Attorney, m + "/consents", url.Values{"provider": {string(testkit.Provider)}, "given_by": {"Karen Brandt"}}, 422, "Karen Brandt"},
			{testkit.Attorney, m + "/consents", url.Values{"provider": {string(testkit.Provider)}, "given_by": {"Karen Brandt"}, "given_on": {"2026-11-20"}}, 303, "/gates"},
			{testkit.Attorney, m + "/facts", url.Values{"label": {"Court"}, "value": {"N.D. Ill."}}, 303, "/edit"},
			{testkit.Attorney, m + "/parties", url.Values{"name": {""}, "role": {"kept role"}}, 422, "kept role"},
			{testkit.Attorney, m + "/edit", url.Values{"number": {"2026-0001"}, "title": {"Mine"}, "practice_area": {"litigation"}, "jurisdiction": {"US"}, "data_class": {"confidential"}, "rev": {"99"}}, 409, "Someone changed this matter"},
			{testkit.Lead, m + "/team", url.Values{"person": {string(testkit.PersonID(testkit.Outside))}}, 303, "/team"},
			{testkit.Junior, m + "/team", url.Values{"person": {string(testkit.PersonID(testkit.Outside))}}, 403, ""},
			{testkit.Walled, m + "/team", url.Values{"person": {string(testkit.PersonID(testkit.Outside))}}, 404, ""},
			{testkit.Compliance, m + "/walls", url.Values{"person": {string(testkit.PersonID(testkit.Peer))}, "reason": {"Sister of a party"}}, 303, "/team"},
			{testkit.Partner, "/clients", url.Values{"name": {"Kestrel Logistics"}}, 422, "there already"},
			{testkit.Attorney, m + "/close", url.Values{}, 422, "Say why"},
		} {
			got := call(t, mux, c.who, "POST", c.path, c.form)
			if got.Code != c.status || !strings.Contains(got.Body.String()+got.Header().Get("Location"), c.has) {
				t.Errorf("%s %s %v: %d to %q, want %d with %q", c.who, c.path, c.form, got.Code, got.Header().Get("Location"), c.status, c.has)
			}
		}
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM party p JOIN matter m ON m.id = p.matter_id WHERE m.number = 'N-7'`)); n != 2 {
			t.Errorf("%d parties of the new matter, want 2", n)
		}
	})
}
