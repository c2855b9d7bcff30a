package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// everyMixed thins out the folder of all kinds of files: the run has other things to do.
const everyMixed = 12

// patience for one answer about a file: the child has 20 s, and may be started twice.
const oneFile = 45 * time.Second

// TestHostileFiles puts the hostile files of the corpus, and some of every other kind, through the whole path: each is shown,
// or a sentence says why not, in bounded time, and the program is there afterwards.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: no server")
	}
	dir := corpus(t)
	s := Common(t)
	c := castOf(t, s)
	c.open()
	token := s.As(t, "Margaret Ansel").Token()
	ask := func(name, path string, into any) (status int) {
		t.Helper()
		begun := time.Now()
		status, body := raw(t, s, token, http.MethodGet, "/api/v1"+path, "application/json", nil)
		if took := time.Since(begun); took > oneFile {
			t.Errorf("%s: an answer took %v", name, took)
		}
		if status >= http.StatusInternalServerError {
			t.Errorf("%s: %s answers %d: %s", name, path, status, Excerpt(body))
		}
		if into != nil {
			if err := json.Unmarshal([]byte(body), into); err != nil {
				t.Errorf("%s: %v: %s", name, err, Excerpt(body))
			}
		}
		return status
	}
	shown, said := 0, 0
	for _, path := range append(filesIn(t, filepath.Join(dir, "hostile"), 1), filesIn(t, filepath.Join(dir, "mixed"), everyMixed)...) {
		name := strings.TrimPrefix(path, dir)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, version := c.attorney.Put("/matters/"+c.matter+"/documents?kind=source", filepath.Base(path), bytes.NewReader(data))
		var is struct {
			Kind, Why string
			Pages     []any
		}
		ask(name, "/versions/"+version+"/pages", &is)
		if len(is.Pages) == 0 {
			if said++; is.Why == "" || is.Kind == "" {
				t.Errorf("%s is %q, has no pages, and nothing says why", name, is.Kind)
			}
			continue
		}
		if shown++; ask(name, "/versions/"+version+"/pages/1", nil) == http.StatusNotFound {
			t.Errorf("%s has %d pages and not the first", name, len(is.Pages))
		}
		ask(name, "/versions/"+version+"/words/1", nil)
	}
	if shown < 10 || said < 5 {
		t.Errorf("%d shown, %d with a sentence", shown, said)
	}
	if status, _ := raw(t, s, "", http.MethodGet, "/healthz", "", nil); status != http.StatusOK {
		t.Errorf("the program answers %d", status)
	}
}

// filesIn lists the files under a folder, each nth of them.
func filesIn(t *testing.T, dir string, nth int) (out []string) {
	t.Helper()
	i := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if i++; i%nth == 0 {
				out = append(out, path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clip(out)
}
