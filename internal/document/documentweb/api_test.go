package documentweb_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"image/png"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/document"
	"countersign/internal/document/documentweb"
	"countersign/internal/platform/db"
	"countersign/internal/platform/web"
	"countersign/internal/testkit"
)

// call asks the API for something as a person.
func (s site) call(t *testing.T, who, path string, want int) *httptest.ResponseRecorder {
	t.Helper()
	return s.send(t, who, "GET", path, "", want)
}

// send puts JSON to the API as a person.
func (s site) send(t *testing.T, who, method, path, body string, want int) *httptest.ResponseRecorder {
	t.Helper()
	a := testkit.As(who)
	a.Via = "api"
	rq := httptest.NewRequest(method, web.APIPath+path, strings.NewReader(body))
	rq.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	web.Guard(s.mux).ServeHTTP(rec, rq.WithContext(web.WithReader(rq.Context(), web.Reader{Actor: a})))
	if rec.Code != want {
		t.Fatalf("%s %s as %s: %d, want %d\n%s", method, path, who, rec.Code, want, rec.Body)
	}
	return rec
}

// Pages by the API are those of the browser: marked, on record, and under the same rules, for files inside too.
func TestPagesByAPI(t *testing.T) {
	eachSite(t, func(t *testing.T, s site) {
		documentweb.API(web.NewAPI(s.mux, s.Gate.Done), s.s)
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range []string{"one.txt", "two.bin"} {
			w, err := z.Create(name)
			if err == nil {
				_, err = w.Write([]byte(map[string]string{"one.txt": "Deeply hidden words.", "two.bin": "\x00\x01"}[name]))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		a := decode(t, s.do(t, testkit.Attorney, script(form(library, url.Values{"kind": {"source"}}, 0, file{"Bundle.zip", b.String()})), 201))
		at := "/versions/" + string(a.Files[0].Version)
		var info struct {
			Kind, Why string
			Native    bool
			Pages     []struct{ W, H float64 }
			Inside    []struct {
				In, Name string
				Size     int64 `json:"size_bytes"`
			}
		}
		if err := json.Unmarshal(s.call(t, testkit.Junior, at+"/pages", 200).Body.Bytes(), &info); err != nil {
			t.Fatal(err)
		}
		if info.Kind != "ZIP archive" || !info.Native || len(info.Pages) != 1 || len(info.Inside) != 2 || info.Inside[0].In != "1" || info.Inside[0].Name != "one.txt" || info.Inside[0].Size != 20 {
			t.Errorf("%+v", info)
		}
		if err := json.Unmarshal(s.call(t, testkit.Junior, at+"/pages?in=2", 200).Body.Bytes(), &info); err != nil || len(info.Pages) != 0 || info.Why == "" {
			t.Errorf("%+v, %v", info, err)
		}
		rec := s.call(t, testkit.Junior, at+"/pages/1?in=1&width=1400&turn=1", 200)
		m, err := png.Decode(rec.Body)
		if err != nil || m.Bounds().Dy() != 1400 || rec.Header().Get("Content-Type") != "image/png" || rec.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%v, %v", rec.Header(), err)
		}
		if text := s.call(t, testkit.Junior, at+"/words/1?in=1", 200).Body.String(); !strings.Contains(text, "Deeply hidden words.") {
			t.Error(text)
		}
		if n := s.Int(db.SQL(`SELECT COUNT(*) FROM page_seen WHERE inside = '1' AND page = 1 AND times = 2`)); n != 1 {
			t.Errorf("%d sights of the file inside are on record", n)
		}
		var who struct {
			Takings []struct{ Person string }
			Pages   []struct {
				In          string
				Page, Times int
				First       time.Time `json:"first_at"`
			}
		}
		if err := json.Unmarshal(s.call(t, testkit.Junior, "/documents/"+string(a.Files[0].Document)+"/readers", 200).Body.Bytes(), &who); err != nil {
			t.Fatal(err)
		}
		if len(who.Pages) != 1 || who.Pages[0].In != "1" || who.Pages[0].Page != 1 || who.Pages[0].Times != 2 || who.Pages[0].First.IsZero() || len(who.Takings) != 0 {
			t.Errorf("%+v", who)
		}
		s.call(t, testkit.Walled, "/documents/"+string(a.Files[0].Document)+"/readers", 404)
		for path, want := range map[string]int{"/pages?in=3": 404, "/pages?in=x": 404, "/pages/9": 404, "/pages/0": 422, "/pages/1?in=2": 404, "/pages/1?width=99": 422, "/words/1?at=2,2,2,2": 422, "/words/1?in=1.1": 404} {
			s.call(t, testkit.Junior, at+path, want)
		}
		for _, path := range []string{"/pages", "/pages/1", "/words/1"} {
			s.call(t, testkit.Walled, at+path, 404)
		}
		if err := s.s.SetResidency(t.Context(), testkit.As(testkit.Attorney), document.NewResidency{Scope: document.OnDocument, ScopeID: string(a.Files[0].Document), Covers: document.Sources}); err != nil {
			t.Fatal(err)
		}
		s.call(t, testkit.Junior, at+"/pages/1?in=1", 200)
		if body := s.call(t, testkit.Junior, at+"/words/1?in=1", 403).Body.String(); strings.Contains(body, "hidden") {
			t.Error(body)
		}
	})
}

// Rules of residency are set, listed and lifted by the API as on the page, by those who may.
func TestResidencyByAPI(t *testing.T) {
	eachSite(t, func(t *testing.T, s site) {
		documentweb.API(web.NewAPI(s.mux, s.Gate.Done), s.s)
		rule := `{"scope":"folder","of":"` + string(testkit.Matter) + `","folder":"Productions","covers":"source","networks":"203.0.113.0/24","from":"09:00","until":"18:00"}`
		s.send(t, testkit.Junior, "POST", "/residency", rule, 403)
		s.send(t, testkit.Walled, "POST", "/residency", rule, 404)
		s.send(t, testkit.Attorney, "POST", "/residency", `{"scope":"folder","of":"`+string(testkit.Matter)+`","covers":"source"}`, 422)
		s.send(t, testkit.Attorney, "POST", "/residency", strings.Replace(rule, "203.0.113.0/24", "nowhere", 1), 422)
		s.send(t, testkit.Attorney, "POST", "/residency", rule, 204)
		s.send(t, testkit.Attorney, "POST", "/residency", rule, 409)
		var got struct {
			Country string
			Rules   []struct {
				ID, Scope, Of, Folder, Covers, Networks, Hours string
				LiftedBy                                       string `json:"lifted_by"`
			}
		}
		read := func() {
			t.Helper()
			got.Rules = nil
			if err := json.Unmarshal(s.call(t, testkit.Attorney, "/matters/"+string(testkit.Matter)+"/residency", 200).Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
		}
		read()
		if len(got.Rules) != 1 || got.Country != "US" {
			t.Fatalf("%+v", got)
		}
		r := got.Rules[0]
		if r.Scope != "folder" || r.Of != string(testkit.Matter) || r.Folder != "Productions" || r.Covers != "source" || r.Networks != "203.0.113.0/24" || r.Hours != "09:00 to 18:00" || r.LiftedBy != "" {
			t.Errorf("%+v", r)
		}
		s.send(t, testkit.Junior, "POST", "/residency/"+r.ID+"/lift", "", 403)
		s.send(t, testkit.Attorney, "POST", "/residency/"+r.ID+"/lift", "", 204)
		s.send(t, testkit.Attorney, "POST", "/residency/"+r.ID+"/lift", "", 409)
		if read(); len(got.Rules) != 1 || got.Rules[0].LiftedBy == "" {
			t.Errorf("%+v", got)
		}
		s.call(t, testkit.Walled, "/matters/"+string(testkit.Matter)+"/residency", 404)
	})
}
