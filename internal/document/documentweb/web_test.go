package documentweb_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"countersign/internal/document"
	"countersign/internal/document/documentweb"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/keys"
	"countersign/internal/platform/web"
	"countersign/internal/testkit"
	"countersign/internal/ui"
)

func TestMain(m *testing.M) {
	docwork.BeChild()
	os.Exit(m.Run())
}

// A site is the pages over a world.
type site struct {
	*testkit.World
	mux *http.ServeMux
	s   *document.Service
}

func eachSite(t *testing.T, fn func(t *testing.T, s site)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		ctx, clock := t.Context(), &testkit.Clock{}
		blobs, err := blob.Open(ctx, "mem:")
		if err != nil {
			t.Fatal(err)
		}
		ring := keys.NewRing(keys.NewMemoryKeeper(), clock.Now)
		if err := ring.Provision(ctx, testkit.Firm); err != nil {
			t.Fatal(err)
		}
		if err := w.DB.Write(ctx, func(tx *db.Tx) error { return ring.Make(ctx, tx, keys.Matter(testkit.Matter), testkit.Firm) }); err != nil {
			t.Fatal(err)
		}
		s := site{w, http.NewServeMux(), document.NewService(document.Deps{Gate: w.Gate, Blobs: blobs, Keys: ring, MaxBytes: 1 << 20, Clock: clock.Now, Files: testkit.Files(t)})}
		documentweb.Routes(s.mux, s.s)
		fn(t, s)
	})
}

// do serves a request as a person and wants the status.
func (s site) do(t *testing.T, who string, r *http.Request, want int) *httptest.ResponseRecorder {
	t.Helper()
	rd := web.Reader{Actor: testkit.As(who), Zone: time.UTC, Other: time.UTC,
		Chrome: func(_ *http.Request, title string) ui.Chrome { return ui.Chrome{Title: title, Person: who} }}
	rec := httptest.NewRecorder()
	web.Guard(s.mux).ServeHTTP(rec, r.WithContext(web.WithReader(r.Context(), rd)))
	if rec.Code != want {
		t.Fatalf("%s %s as %s: %d, want %d\n%s", r.Method, r.URL, who, rec.Code, want, rec.Body)
	}
	return rec
}

func (s site) get(t *testing.T, who, target string, want int) string {
	t.Helper()
	return s.do(t, who, httptest.NewRequest(http.MethodGet, target, nil), want).Body.String()
}

func (s site) post(t *testing.T, who, target string, form url.Values, want int) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(t, who, r, want)
}

// A file of a form: name as it stands in the header, unescaped.
type file struct{ name, text string }

// form builds an upload. cut leaves the end of the body out.
func form(target string, fields url.Values, cut int, files ...file) *http.Request {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name := range fields {
		_ = m.WriteField(name, fields.Get(name)) // a buffer takes everything
	}
	for _, f := range files {
		h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + f.name + `"`}, "Content-Type": {"application/octet-stream"}}
		part, _ := m.CreatePart(h)
		_, _ = io.WriteString(part, f.text)
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, target, bytes.NewReader(b.Bytes()[:b.Len()-cut]))
	r.Header.Set("Content-Type", m.FormDataContentType())
	return r
}

func script(r *http.Request) *http.Request {
	r.Header.Set("Accept", "application/json")
	return r
}

type answer struct {
	Detail string `json:"detail"`
	Files  []struct {
		Name, Detail string
		Status       int
		Document     ident.DocumentID
		Version      ident.VersionID
		Notes        []string
	} `json:"files"`
}

func decode(t *testing.T, rec *httptest.ResponseRecorder) (a answer) {
	t.Helper()
	if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil {
		t.Fatalf("%v: %s", err, rec.Body)
	}
	return a
}

const library = "/matters/" + string(testkit.Matter) + "/documents"

func TestUploadRoutes(t *testing.T) {
	eachSite(t, func(t *testing.T, s site) {
		source := url.Values{"kind": {"source"}, "folder": {"Orders"}}
		for _, c := range []struct {
			name, who string
			r         *http.Request
			want      int
			say       string
		}{
			{"walled", testkit.Walled, form(library, source, 0, file{"a.txt", "a"}), 404, "There is no such record"},
			{"role", testkit.Junior, form(library, source, 0, file{"a.txt", "a"}), 403, "Your role does not include this."},
			{"no file", testkit.Attorney, form(library, source, 0), 422, "Choose a file"},
			{"no form of files", testkit.Attorney, httptest.NewRequest(http.MethodPost, library, strings.NewReader("kind=source")), 422, "Choose a file"},
			{"torn", testkit.Attorney, form(library, source, 60, file{"a.txt", strings.Repeat("a", 9000)}), 422, "The connection broke"},
			{"torn before a file", testkit.Attorney, form(library, source, 30), 422, "The connection broke"},
			{"too large", testkit.Attorney, form(library, source, 0, file{"a.txt", strings.Repeat("a", 1<<20+1)}), 413, "larger than this installation takes"},
			{"no name left", testkit.Attorney, form(library, source, 0, file{"../..", "a"}), 422, "no name that can be kept"},
			{"no such task", testkit.Junior, form("/tasks/"+ident.New()+"/documents", nil, 0, file{"a.txt", "a"}), 404, "There is no such record"},
		} {
			t.Run(c.name, func(t *testing.T) {
				rec := s.do(t, c.who, script(c.r), c.want)
				if a := decode(t, rec); !strings.Contains(a.Detail, c.say) || rec.Header().Get("Content-Type") != "application/problem+json" {
					t.Errorf("%s", rec.Body)
				}
			})
		}
		if n := s.Int(db.SQL(`SELECT COUNT(*) FROM version`)) + s.Int(db.SQL(`SELECT COUNT(*) FROM blob_pending`)); n != 0 {
			t.Errorf("%d rows are left", n)
		}

		// What fails has its sentence, the others are stored.
		a := decode(t, s.do(t, testkit.Attorney, script(form(library, source, 0, file{"one.txt", "one"}, file{"big.bin", strings.Repeat("x", 1<<20+1)}, file{"three.pdf", "one"})), 207))
		if len(a.Files) != 3 || a.Files[0].Status != 201 || a.Files[1].Status != 413 || a.Files[1].Detail == "" || len(a.Files[2].Notes) != 2 {
			t.Errorf("%+v", a)
		}
		page := s.do(t, testkit.Attorney, form(library, source, 0, file{"two.txt", "two"}, file{`..`, "x"}), 422).Body.String()
		if !strings.Contains(page, "Not every file was taken") || !strings.Contains(page, "no name that can be kept") {
			t.Error(page)
		}
		rec := s.do(t, testkit.Attorney, form(library, source, 0, file{"four.txt", "four"}), 303)
		if to := rec.Header().Get("Location"); to != library {
			t.Errorf("sent to %s", to)
		}
		page = s.get(t, testkit.Junior, library, 200)
		for _, want := range []string{"one.txt", "two.txt", "three.pdf", "named .pdf, is text", "Orders", "4 documents"} {
			if !strings.Contains(page, want) {
				t.Errorf("the list lacks %q", want)
			}
		}
		if strings.Contains(page, "big.bin") {
			t.Error("the list shows a file that was not taken")
		}
		s.get(t, testkit.Walled, library, 404)
		if page = s.get(t, testkit.Junior, library+"?q=t%22%3E%3Cb%3E", 200); !strings.Contains(page, "Nothing found") || strings.Contains(page, "<b>t") || strings.Contains(page, `"><b>`) {
			t.Error(page)
		}
	})
}

func TestFileRoute(t *testing.T) {
	eachSite(t, func(t *testing.T, s site) {
		text := "<html><script>alert(1)</script>" + strings.Repeat("z", 200_000)
		a := decode(t, s.do(t, testkit.Attorney, script(form(library, url.Values{"kind": {"source"}}, 0, file{`Résumé 100%.html`, text})), 201))
		at := "/versions/" + string(a.Files[0].Version) + "/file"
		s.get(t, testkit.Walled, at, 404)
		s.get(t, testkit.Rival, at, 404)
		s.get(t, testkit.Junior, "/versions/x/file", 404)

		rec := s.do(t, testkit.Junior, httptest.NewRequest(http.MethodGet, at, nil), 200)
		h := rec.Header()
		if rec.Body.String() != text || h.Get("Content-Security-Policy") != "sandbox; default-src 'none'" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%d bytes, %v", rec.Body.Len(), h)
		}
		if kind, params, err := mime.ParseMediaType(h.Get("Content-Disposition")); err != nil || kind != "attachment" || params["filename"] != "Résumé 100%.html" {
			t.Errorf("%s: %v", h.Get("Content-Disposition"), err)
		}
		r := httptest.NewRequest(http.MethodGet, at, nil)
		r.Header.Set("Range", "bytes=100000-100009")
		if part := s.do(t, testkit.Junior, r, 206).Body.String(); part != text[100000:100010] {
			t.Errorf("range: %q", part)
		}
		if done, refused := s.Entries(document.OpenFile); done != 2 || refused != 3 {
			t.Errorf("%d entries, %d refusals", done, refused)
		}
		page := s.get(t, testkit.Attorney, "/documents/"+string(a.Files[0].Document)+"/readers", 200)
		if strings.Count(page, "Meridian") != 2 {
			t.Error(page)
		}
	})
}

func TestDocumentPageVersionsAndQuarantine(t *testing.T) {
	eachSite(t, func(t *testing.T, s site) {
		a := decode(t, s.do(t, testkit.Junior, script(form(library, url.Values{"kind": {"work"}}, 0, file{"Draft.txt", "one"})), 201))
		at := "/documents/" + string(a.Files[0].Document)
		rec := s.do(t, testkit.Junior, form(at+"/versions", url.Values{"after": {"1"}, "reason": {"cites <checked>"}}, 0, file{"Draft.txt", "two"}), 303)
		if rec.Header().Get("Location") != at {
			t.Errorf("sent to %s", rec.Header().Get("Location"))
		}
		late := decode(t, s.do(t, testkit.Junior2, script(form(at+"/versions", url.Values{"after": {"1"}}, 0, file{"Draft.txt", "three"})), 409))
		if !strings.Contains(late.Detail, "Someone changed this document") {
			t.Errorf("%+v", late)
		}
		page := s.get(t, testkit.Peer, at, 200)
		for _, want := range []string{"Version 2", "cites &lt;checked&gt;", "SHA-256", "Restore", "Put in quarantine", "junior, Meridian"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		s.get(t, testkit.Walled, at, 404)
		s.post(t, testkit.Walled, "/versions/"+string(a.Files[0].Version)+"/restore", url.Values{}, 404)
		s.post(t, testkit.Peer, "/versions/"+string(a.Files[0].Version)+"/restore", url.Values{"after": {"2"}}, 303)

		page = s.post(t, testkit.Peer, at+"/quarantine", url.Values{"cause": {"clawback"}, "reason": {""}}, 422).Body.String()
		if !strings.Contains(page, "Say in one line what happened.") || !strings.Contains(page, `value="clawback" checked`) {
			t.Error(page)
		}
		s.post(t, testkit.Peer, at+"/quarantine", url.Values{"cause": {"clawback"}, "reason": {"asked back"}, "matter": {string(testkit.Matter)}}, 303)
		if page = s.get(t, testkit.Peer, at, 403); strings.Contains(page, "Draft.txt") || !strings.Contains(page, "Quarantine") {
			t.Error(page)
		}
		if page = s.get(t, testkit.Peer, library, 200); strings.Contains(page, "Draft.txt") {
			t.Error("the list shows what is in quarantine")
		}
		s.get(t, testkit.Peer, "/versions/"+string(a.Files[0].Version)+"/file", 403)
		s.post(t, testkit.Peer, at+"/lift", url.Values{}, 403)
		page = s.get(t, testkit.Compliance, at, 200)
		if !strings.Contains(page, "In quarantine: clawback.") || !strings.Contains(page, "Lift the quarantine") {
			t.Error(page)
		}
		s.post(t, testkit.Compliance, at+"/lift", url.Values{}, 303)
		s.get(t, testkit.Peer, at, 200)
	})
}

func TestIsUpload(t *testing.T) {
	for _, c := range []struct {
		r    *http.Request
		want bool
	}{
		{form(library, nil, 0), true},
		{form("/documents/x/versions", nil, 0), true},
		{form("/documents/x/quarantine", nil, 0), false},
		{httptest.NewRequest(http.MethodPost, library, nil), false},
		{httptest.NewRequest(http.MethodGet, library, nil), false},
	} {
		if got := documentweb.IsUpload(c.r); got != c.want {
			t.Errorf("%s %s: %v", c.r.Method, c.r.URL, got)
		}
	}
}
