package playbookweb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/platform/web"
	"countersign/internal/playbook"
	"countersign/internal/playbook/playbookweb"
	"countersign/internal/testkit"
	"countersign/internal/ui"
)

// A site is the pages over a world.
type site struct {
	*testkit.World
	mux *http.ServeMux
	s   *playbook.Service
}

func eachSite(t *testing.T, fn func(t *testing.T, s site)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := site{w, http.NewServeMux(), playbook.NewService(w.Gate)}
		playbookweb.Routes(s.mux, s.s)
		fn(t, s)
	})
}

// ask sends a request as a person: GET without form, POST with one. It wants the status, and returns page and Location.
func (s site) ask(t *testing.T, who, target string, form url.Values, want int) (page, location string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	rd := web.Reader{Actor: testkit.As(who), Zone: time.UTC, Other: time.UTC,
		Chrome: func(_ *http.Request, title string) ui.Chrome { return ui.Chrome{Title: title, Person: who} }}
	rec := httptest.NewRecorder()
	web.Guard(s.mux).ServeHTTP(rec, r.WithContext(web.WithReader(r.Context(), rd)))
	if rec.Code != want {
		t.Fatalf("%s %s as %s: %d, want %d\n%s", r.Method, target, who, rec.Code, want, rec.Body)
	}
	return rec.Body.String(), rec.Header().Get("Location")
}

func has(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
}

func TestPagesFromImportToRelease(t *testing.T) {
	eachSite(t, func(t *testing.T, s site) {
		page, _ := s.ask(t, testkit.Operations, "/playbooks", nil, 200)
		has(t, page, "No playbook yet", "Add the defaults")
		if page, _ = s.ask(t, testkit.Compliance, "/playbooks", nil, 200); strings.Contains(page, "Add the defaults") {
			t.Error("who may not import is offered it")
		}
		s.ask(t, testkit.Compliance, "/playbooks/import", url.Values{}, 403)
		s.ask(t, testkit.Junior, "/playbooks", nil, 403)
		s.ask(t, testkit.Operations, "/playbooks/import", url.Values{}, 303)
		page, _ = s.ask(t, testkit.Operations, "/playbooks?area=litigation&q=privilege+log", nil, 200)
		has(t, page, "Privilege log drafting", "Litigation", "On a condition")
		page, _ = s.ask(t, testkit.Operations, "/playbooks?q=%3Cscript%3E", nil, 200)
		has(t, page, "Nothing found", "&lt;script&gt;")

		l, err := s.s.List(t.Context(), testkit.As(testkit.Operations), playbook.Filter{Find: "LI-02"})
		if err != nil {
			t.Fatal(err)
		}
		at := "/playbooks/" + string(l.Cards[0].ID)
		page, _ = s.ask(t, testkit.Attorney, at, nil, 200)
		has(t, page, "Version 1 is in force", "Export metadata", "Checklist: Peer review", "Start version 2")
		s.ask(t, testkit.Stranger, at, nil, 404)
		s.ask(t, testkit.Attorney, "/playbooks/nothing", nil, 404)
		s.ask(t, testkit.Attorney, at+"/edit", nil, 409)
		_, to := s.ask(t, testkit.Attorney, at+"/versions", url.Values{}, 303)
		page, _ = s.ask(t, testkit.Attorney, to, nil, 200)
		has(t, page, `name="stage-1-name"`, `value="Peer review"`, `name="rev" value="1"`)
		if strings.Contains(page, "Enter in a field") {
			t.Error("a comment is on the page")
		}

		form := editor(2, 1)
		form.Set("act", "down-1") // rows move without being stored
		page, _ = s.ask(t, testkit.Attorney, to, form, 200)
		has(t, page, "Not saved yet")
		if strings.Index(page, `value="Cite check"`) > strings.Index(page, `value="Peer review"`) {
			t.Error("the stage did not move down")
		}
		form.Set("act", "save")
		form.Set("stage-1-name", "")
		page, _ = s.ask(t, testkit.Attorney, to, form, 422)
		has(t, page, "Nothing was saved.", "Give the stage a name.", "read the protocol")
		form = editor(2, 1)
		form.Set("rush", "soon")
		page, _ = s.ask(t, testkit.Attorney, to, form, 422)
		has(t, page, "Write a whole number.", `value="soon"`)
		s.ask(t, testkit.Attorney, to, editor(2, 1), 303)
		form = editor(2, 1)
		form.Set("steps", "mine")
		page, _ = s.ask(t, testkit.Attorney, to, form, 409)
		has(t, page, "What they saved", "<del>read the protocol</del>", "<ins>mine</ins>", `name="rev" value="2"`)
		form = editor(2, 2)
		form.Set("act", "release")
		_, to = s.ask(t, testkit.Attorney, to, form, 303)
		page, _ = s.ask(t, testkit.Compliance, to, nil, 200)
		has(t, page, "Version 2 is in force", "read the protocol", "compare?from=1&amp;to=2")
		page, _ = s.ask(t, testkit.Compliance, at+"/compare?from=1&to=2", nil, 200)
		has(t, page, "<del>Export metadata</del>", "<ins>read the protocol</ins>", "Cite check")
		s.ask(t, testkit.Compliance, at+"/compare?from=1&to=x", nil, 404)
		s.ask(t, testkit.Compliance, at+"/retire", url.Values{}, 403)
		s.ask(t, testkit.Attorney, at+"/retire", url.Values{}, 303)
	})
}

// editor is the form of a draft with one review fewer than the default.
func editor(n, rev int) url.Values {
	f := url.Values{"n": {ui.Number(n)}, "rev": {ui.Number(rev)}, "count": {"4"}, "act": {"save"}, "offshore": {"yes"}, "turnaround": {"10"}, "rush": {"5"},
		"steps": {"read the protocol\r\n\r\n log it \r\n"}, "note": {"shorter"}}
	for i, s := range [][5]string{{"draft", "Draft", "draft", "junior", "0"}, {"peer", "Peer review", "review", "peer_reviewer", "50"},
		{"cite", "Cite check", "review", "senior_reviewer", "0"}, {"acceptance", "Acceptance", "acceptance", "supervising_attorney", "0"}} {
		at := "stage-" + ui.Number(i) + "-"
		for j, name := range []string{"key", "name", "kind", "role", "blind"} {
			f.Set(at+name, s[j])
		}
		f.Set(at+"checklist", "look twice")
	}
	return f
}

func TestNewAndDefects(t *testing.T) {
	eachSite(t, func(t *testing.T, s site) {
		page, _ := s.ask(t, testkit.Partner, "/playbooks", url.Values{"code": {"x"}, "name": {"Exhibit binder"}, "area": {"litigation"}}, 422)
		has(t, page, "A code is capitals", `value="Exhibit binder"`)
		_, to := s.ask(t, testkit.Partner, "/playbooks", url.Values{"code": {"X-1"}, "name": {"Exhibit binder"}, "area": {"litigation"}}, 303)
		page, _ = s.ask(t, testkit.Partner, to, nil, 200)
		has(t, page, "Exhibit binder, version 1")

		code := url.Values{"code": {"D-X1"}, "severity": {"minor"}, "name": {"Tab colors"}, "points": {"one"}}
		page, _ = s.ask(t, testkit.Partner, "/defects", code, 422)
		has(t, page, "The points are between", `value="Tab colors"`)
		code.Set("points", "1")
		s.ask(t, testkit.Compliance, "/defects", code, 403)
		s.ask(t, testkit.Partner, "/defects", code, 303)
		page, _ = s.ask(t, testkit.Partner, "/defects?edit=D-X1", nil, 200)
		has(t, page, "Edit D-X1", `name="rev" value="1"`)
		s.ask(t, testkit.Partner, "/defects/D-X1", url.Values{"severity": {"major"}, "name": {"Tabs"}, "points": {"3"}, "rev": {"1"}}, 303)
		s.ask(t, testkit.Partner, "/defects/D-X1", url.Values{"severity": {"major"}, "name": {"Tabs"}, "points": {"3"}, "rev": {"1"}}, 409)
		s.ask(t, testkit.Partner, "/defects/D-X1/retire", url.Values{"rev": {"2"}}, 303)
		page, _ = s.ask(t, testkit.Compliance, "/defects", nil, 200)
		has(t, page, "Tabs", "Retired")
	})
}
