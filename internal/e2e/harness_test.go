package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

const form = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Upload</title><meta name="viewport" content="width=device-width"></head>
<body><main><h1>Upload a draft</h1><form method="post" enctype="multipart/form-data" action="/">
<label for="note">Note</label> <input id="note" name="note" value="old">
<label for="file">File</label> <input id="file" type="file" name="file">
<button type="submit">Upload draft</button></form></main></body></html>`

// The harness is tried on a page of its own, with the policy that the program sends.
func page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch {
	case r.URL.Path == "/breaks":
		io.WriteString(w, `<!doctype html><html lang="en"><head><title>x</title><style>p { color: red }</style></head><body><main><h1>Breaks</h1><script>document.title = "y"</script><img alt="" src="http://localhost:1/x.png"></main></body></html>`)
	case r.URL.Path == "/bad":
		io.WriteString(w, `<!doctype html><html><head><title>x</title></head><body><main><h1>Bad</h1><input name="nameless"></main></body></html>`)
	case r.Method == http.MethodPost:
		f, head, err := r.FormFile("file")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		content, _ := io.ReadAll(f)
		io.WriteString(w, `<!doctype html><html lang="en"><head><title>Done</title></head><body><main><h1>Done</h1><p id="result">`+
			r.FormValue("note")+" "+head.Filename+" "+string(content)+`</p></main></body></html>`)
	default:
		io.WriteString(w, form)
	}
}

func TestHarness(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no browser")
	}
	s := httptest.NewServer(http.HandlerFunc(page))
	defer s.Close()
	draft := filepath.Join(t.TempDir(), "draft.txt")
	if err := os.WriteFile(draft, []byte("Whereas"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := Open(t, s.URL, "/", Narrow)
	p.See("Upload a draft")
	p.Accessible()
	p.Shot("harness-form")
	p.Fill("#note", "second try")
	p.Upload("#file", draft)
	p.Press("Upload draft")
	p.See("Done")
	p.Gone("Upload a draft")
	if got := p.Text("#result"); got != "second try draft.txt Whereas" {
		t.Errorf("the server got %q", got)
	}
	p.Go("/bad")
	if got := p.Path(); got != "/bad" {
		t.Errorf("path %q", got)
	}
	var rules []string
	for _, v := range p.Violations() {
		rules = append(rules, v.Rule)
	}
	p.seen.take()
	p.Go("/breaks")
	p.See("Breaks")
	if got := strings.Join(p.seen.take(), "\n"); !strings.Contains(got, "inline script") || !strings.Contains(got, "inline style") || !strings.Contains(got, "localhost:1") {
		t.Errorf("noted of a page with an inline style, an inline script and a picture from elsewhere: %s", got)
	}
	if got := strings.Join(rules, " "); !strings.Contains(got, "html-has-lang") || !strings.Contains(got, "label") {
		t.Errorf("axe-core found %q on a page with no language and a field with no label", got)
	}
}
