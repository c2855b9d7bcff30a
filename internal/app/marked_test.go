package app

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"countersign/internal/account"
	"countersign/internal/kernel/actor"
	"countersign/internal/platform/config"
	"countersign/internal/platform/db"
	"countersign/internal/platform/telemetry"
)

// A locked buffer takes the log from many goroutines.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// TestMarked has the demonstration's people do all that they do there, and strangers try names and addresses at every door:
// neither log, nor leaf, nor the columns by which entries are found hold a name, an address, a title, a file's name or a word of a message.
func TestMarked(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the demonstration is not built")
	}
	ctx := t.Context()
	out := &locked{}
	log := telemetry.NewLogger(out, "json", "debug")
	a, err := OpenDemo(ctx, &config.Config{Data: filepath.Join(t.TempDir(), "demo"), BaseURL: "http://127.0.0.1:1", From: "Countersign <demo@countersign.example>"}, log, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close() //nolint:errcheck // the test has ended
	marks := a.marks(t)
	a.knock(t, marks)
	log.LogAttrs(ctx, slog.LevelInfo, "the log is written")
	for len(marks) == 0 || !strings.Contains(out.b.String(), "the log is written") {
		t.Fatal("nothing was looked for")
	}
	leaves, err := db.Column[[]byte](ctx, a.stores.db, db.SQL(`SELECT leaf FROM entry`))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.Column[string](ctx, a.stores.db, db.SQL(`SELECT verb || ' ' || subject_kind || ' ' || subject_id || ' ' || matter_id || ' ' || org_id || ' ' || owner_org_id || ' ' || person_id FROM entry`))
	if err != nil {
		t.Fatal(err)
	}
	verbs, err := db.Column[string](ctx, a.stores.db, db.SQL(`SELECT DISTINCT verb FROM entry ORDER BY verb`))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d marks, %d lines of log, %d leaves, %d verbs: %s", len(marks), strings.Count(out.b.String(), "\n"), len(leaves), len(verbs), strings.Join(verbs, " "))
	for where, text := range map[string]string{"the log": out.b.String(), "a leaf": string(bytes.Join(leaves, []byte("\n"))), "a row": strings.Join(rows, "\n")} {
		for mark, what := range marks {
			if strings.Contains(text, mark) {
				i := strings.Index(text, mark)
				t.Errorf("%s holds %s: %q", where, what, text[max(0, i-80):min(len(text), i+len(mark)+40)])
			}
		}
	}
}

// marks are the words by which people and their affairs would be known, with what each is.
func (a *App) marks(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for what, q := range map[string]string{
		"a name":                `SELECT name FROM person`,
		"an address":            `SELECT email FROM person`,
		"a client":              `SELECT name FROM client`,
		"a party":               `SELECT name FROM party`,
		"a matter's title":      `SELECT title FROM matter`,
		"a task's title":        `SELECT title FROM task`,
		"a file's name":         `SELECT name FROM document`,
		"who consented":         `SELECT given_by FROM consent`,
		"an invitation":         `SELECT email FROM invitation`,
		"the reason of a wall":  `SELECT reason FROM wall`,
		"the secret of a token": `SELECT token_hash FROM session`,
	} {
		found, err := db.Column[string](t.Context(), a.stores.db, db.SQL(q))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range found {
			if len(s) > 5 { // shorter ones stand in any hash
				out[s] = what
			}
		}
	}
	return out
}

// knock tries every kind of door with the marks in address, query, header and body, signed in and not.
func (a *App) knock(t *testing.T, marks map[string]string) {
	t.Helper()
	var email string
	if err := a.stores.db.QueryRow(t.Context(), db.SQL(`SELECT p.email FROM person p JOIN access_grant g ON g.person_id = p.id WHERE g.role = 'operations_manager' ORDER BY p.id LIMIT 1`)).Scan(&email); err != nil {
		t.Fatal(err)
	}
	secret, err := a.Account.IssueToken(t.Context(), actor.Machine(), email, "", account.TokenRequest{Name: "Marked", Scopes: []string{"matter.*", "task.*", "document.*", "client.*", "member.*"}, Days: 1})
	if err != nil {
		t.Fatal(err)
	}
	h := a.Handler()
	n := 0
	for mark := range marks {
		if n++; n > 60 {
			break
		}
		json := `{"name": "` + strings.ReplaceAll(mark, `"`, "") + `", "email": "` + email + `", "title": 7}`
		for _, r := range []*http.Request{
			httptest.NewRequest("GET", "/api/v1/matters?q="+strings.ReplaceAll(mark, " ", "+"), nil),
			httptest.NewRequest("GET", "/api/v1/documents/"+strings.ReplaceAll(mark, " ", "%20"), nil),
			httptest.NewRequest("GET", "/find?q="+strings.ReplaceAll(mark, " ", "+"), nil),
			httptest.NewRequest("POST", "/api/v1/clients", strings.NewReader(json)),
			httptest.NewRequest("POST", "/api/v1/members/invitations", strings.NewReader(json)),
			httptest.NewRequest("POST", "/api/v1/tasks/x/"+strings.ReplaceAll(mark, " ", "%20"), strings.NewReader(json+"{")),
			httptest.NewRequest("POST", "/sign-in", strings.NewReader("email="+strings.ReplaceAll(mark, " ", "+")+"&password="+strings.ReplaceAll(mark, " ", "+"))),
		} {
			if r.URL.Path == "/sign-in" {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			} else {
				r.Header.Set("Authorization", "Bearer "+secret)
				r.Header.Set("Content-Type", "application/json")
			}
			r.Header.Set("User-Agent", mark)
			r.Header.Set("Referer", "http://127.0.0.1:1/find?q="+mark)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code >= 500 {
				t.Errorf("%s %s answered %d", r.Method, r.Pattern, w.Code)
			}
		}
	}
}
