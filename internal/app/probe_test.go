package app

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/internal/account/accountweb"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/config"
	"countersign/internal/platform/db"
	"countersign/internal/platform/web"
	"countersign/internal/probe"
)

// leaky gives a version away in every way that the probe must notice. It is what a careless route would be.
func (a *App) leaky(mux *web.Mux, _ *accountweb.Web) {
	give := func(path string, send func(w http.ResponseWriter, native []byte, words string)) {
		mux.HandleFunc("GET /leak/"+path+"/{id}", func(w http.ResponseWriter, r *http.Request) {
			native, words := a.taken(r)
			if len(native) > 0 {
				send(w, native, words)
			}
		})
	}
	give("file", func(w http.ResponseWriter, native []byte, _ string) { _, _ = w.Write(native) })
	give("part", func(w http.ResponseWriter, native []byte, _ string) { _, _ = w.Write(native[len(native)/3:]) })
	give("base64", func(w http.ResponseWriter, native []byte, _ string) {
		_ = json.NewEncoder(w).Encode(map[string]string{"data": "x" + base64.StdEncoding.EncodeToString(append([]byte("?"), native...))})
	})
	give("zip", func(w http.ResponseWriter, native []byte, _ string) {
		var inner bytes.Buffer
		for _, out := range []io.Writer{&inner, w} {
			z := zip.NewWriter(out)
			f, _ := z.Create("inside")
			if out == w {
				_, _ = f.Write(inner.Bytes())
			} else {
				_, _ = f.Write(native)
			}
			_ = z.Close()
		}
	})
	give("page", func(w http.ResponseWriter, _ []byte, words string) {
		_, _ = io.WriteString(w, "<p>"+strings.ReplaceAll(html.EscapeString(words), " ", " <b></b>")+"</p>")
	})
	give("json", func(w http.ResponseWriter, _ []byte, words string) { _ = json.NewEncoder(w).Encode([]string{words}) })
	give("picture", func(w http.ResponseWriter, _ []byte, _ string) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = io.WriteString(w, "\x89PNG\r\n\x1a\n")
	})
	mux.HandleFunc("GET /leak/search", func(w http.ResponseWriter, r *http.Request) {
		_, words := a.read(r, r.URL.Query().Get("version")) // an index would find it without being told
		_, _ = io.WriteString(w, snippets(words, r.URL.Query().Get("q")))
	})
}

// snippets is what stands around each place of a word, as a search shows it.
func snippets(text, word string) string {
	var b strings.Builder
	low := strings.ToLower(text)
	for at := 0; word != ""; {
		i := strings.Index(low[at:], word)
		if i < 0 {
			break
		}
		at += i + len(word)
		b.WriteString(text[max(0, at-60):min(len(text), at+60)] + " … ")
	}
	return b.String()
}

func (a *App) taken(r *http.Request) (native []byte, words string) {
	id := r.PathValue("id")
	var n int
	if err := a.stores.db.QueryRow(r.Context(), db.SQL(`SELECT COUNT(*) FROM version WHERE id = ?`, id)).Scan(&n); err != nil || n == 0 {
		return nil, ""
	}
	return a.read(r, id)
}

// read takes the file past the gate.
func (a *App) read(r *http.Request, version string) (native []byte, words string) {
	passages, paragraphs, _ := a.Document.Sample(r.Context(), ident.VersionID(version))
	return bytes.Join(passages, []byte("…")), strings.Join(paragraphs, " ")
}

// TestProbe walks the demonstration with leaky routes beside its own: each of them is named, no other is, and nobody is on
// record for what was asked in their name.
func TestProbe(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the demonstration is not built")
	}
	ctx := t.Context()
	a, err := OpenDemo(ctx, &config.Config{Data: filepath.Join(t.TempDir(), "demo"), BaseURL: "http://127.0.0.1:1", From: "Countersign <demo@countersign.example>"},
		slog.New(slog.DiscardHandler), func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close() //nolint:errcheck // the test has ended
	a.door.extra = a.leaky
	left := func() (n int64) {
		q := db.SQL(`SELECT (SELECT COUNT(*) FROM entry) + (SELECT COUNT(*) FROM page_seen) + (SELECT COUNT(*) FROM version) + (SELECT COUNT(*) FROM session) + (SELECT COUNT(*) FROM task) + (SELECT COUNT(*) FROM residency WHERE lifted_at = 0)`)
		if err := a.stores.db.QueryRow(ctx, q).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	officer := demoActor(t, a, "Thomas Lindqvist")
	stays, _, err := a.Document.Staying(ctx, officer.Org, 50)
	if err != nil || len(stays) < 5 {
		t.Fatalf("%d documents stay, %v", len(stays), err)
	}
	for _, k := range stays { // the walk draws one of them: each must do
		passages, words, err := a.Document.Sample(ctx, k.Version)
		if err != nil {
			t.Fatal(err)
		}
		tr := probe.NewTraces(passages, words, nil)
		if found := tr.In([]byte(snippets(strings.Join(words, " "), tr.Looking))); found != probe.ItsWords {
			t.Errorf("%s: what stands around %q is not known again", k.Document.Name, tr.Looking)
		}
	}
	before := left()
	r := walked(t, a, officer)
	if after := left(); after != before+2 {
		t.Errorf("%d rows more, and only the probe's own two entries are to stay", after-before)
	}
	if len(r.Drawn) != 1 || r.Blind() > 0 || r.Asked() < 500 || len(r.Walks) < 5 {
		t.Errorf("drawn %+v, %d requests by %d people", r.Drawn, r.Asked(), len(r.Walks))
	}
	for _, route := range []string{"GET /versions/{id}/file", "GET /api/v1/versions/{id}/bytes"} {
		if !slices.Contains(r.AtHome, probe.Gives{Route: route, What: probe.TheFile}) {
			t.Errorf("%s is not among what the probe sees at home: %+v", route, r.AtHome)
		}
	}
	pages := 0
	for _, w := range r.Walks {
		pages += w.Pages
		if w.Failed > 0 {
			t.Errorf("%s: %d failed, last %s", w.Person, w.Failed, w.FailedAt)
		}
	}
	if pages == 0 {
		t.Error("no page was shown")
	}
	found := map[string]bool{}
	for _, l := range r.Leaks {
		if !strings.HasPrefix(l.Route, "GET /leak/") {
			t.Errorf("%+v", l)
		}
		found[l.Route] = true
	}
	for _, p := range a.door.Routes() {
		if strings.HasPrefix(p.Pattern, "GET /leak/") && !found[p.Pattern] {
			t.Errorf("%s leaks and was not caught", p.Pattern)
		}
	}
}

func walked(t *testing.T, a *App, who actor.Actor) probe.Report {
	t.Helper()
	id, err := a.Probe.Ask(t.Context(), who, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Probe.Walk(t.Context(), probe.WalkJob{ID: id}); err != nil {
		t.Fatal(err)
	}
	p, err := a.Probe.Probe(t.Context(), who, id)
	if err != nil || p.State != probe.Ended {
		t.Fatalf("%+v, %v", p, err)
	}
	return p.Report
}

func demoActor(t *testing.T, a *App, name string) actor.Actor {
	t.Helper()
	people, err := a.demo.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		if p.Name == name {
			return actor.Actor{Person: p.ID, Org: p.Org, Session: "test", Via: "web", MFA: true}
		}
	}
	t.Fatal("nobody is called " + name)
	return actor.Actor{}
}
