package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

const (
	taskT  = "00000000-0000-7000-8000-00000000000a"
	matM   = "00000000-0000-7000-8000-00000000000b"
	secret = "cs_0123456789"
)

// A fake is a server that answers from a table, and keeps what it was asked.
type fake struct {
	answers map[string]string // "POST /tasks/x/take" → JSON; "403 …" is a refusal
	asked   []string          // method, path with query, body
	keys    []string
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+secret {
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, `{"detail":"Send an API token that holds."}`) //nolint:errcheck // a test
		return
	}
	body, _ := io.ReadAll(r.Body)
	path := strings.TrimPrefix(r.URL.RequestURI(), "/api/v1")
	f.asked = append(f.asked, strings.TrimSpace(r.Method+" "+path+" "+string(body)))
	if r.Method == http.MethodPost {
		f.keys = append(f.keys, r.Header.Get("Idempotency-Key"))
	}
	name, _, _ := strings.Cut(r.Method+" "+path, "?")
	answer, ok := f.answers[r.Method+" "+path]
	if !ok {
		answer, ok = f.answers[name]
	}
	switch {
	case !ok:
		w.WriteHeader(http.StatusNotFound)
		answer = `{"type":"urn:countersign:fault:not-found","detail":"There is no such record, or you may not know of it."}`
	case strings.HasPrefix(answer, "403 "):
		w.WriteHeader(http.StatusForbidden)
		answer = answer[4:]
	case strings.HasPrefix(answer, "again "):
		w.Header().Set("Idempotency-Replayed", "true")
		answer = answer[6:]
	case answer == "":
		w.WriteHeader(http.StatusNoContent)
	}
	io.WriteString(w, answer) //nolint:errcheck // a test
}

// run carries out a command line and returns its exit code.
func (f *fake) run(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	s := httptest.NewServer(f)
	defer s.Close()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("COUNTERSIGN_SERVER", s.URL)
	t.Setenv("COUNTERSIGN_TOKEN_FILE", file)
	var o, e bytes.Buffer
	p, err := kong.New(&Commands{}, kong.Name("countersign"), kong.Writers(&o, &e), kong.ExplicitGroups([]kong.Group{{Key: "work", Title: "Work"}}),
		kong.BindTo(context.Background(), (*context.Context)(nil)), kong.Bind(&IO{In: strings.NewReader(in), Out: &o, Err: &e}))
	if err != nil {
		t.Fatal(err)
	}
	k, err := p.Parse(args)
	if err != nil {
		return 2, o.String(), err.Error()
	}
	if err := k.Run(); err != nil {
		return ExitCode(err), o.String(), err.Error()
	}
	return 0, o.String(), e.String()
}

func office() *fake {
	task := `{"id":"` + taskT + `","number":"T-7","title":"Summary\u001b[2J","type":"LI-04","state":"open","stage":"peer","holder":"p1","due":"2026-03-04T15:00:00Z","rev":3,"instructions":"Page and line.\nNo opinion."}`
	return &fake{answers: map[string]string{
		"GET /me":                              `{"name":"Asha","email":"a@x.example","org":"o1","roles":["team_lead"],"scopes":["task.*"],"orgs":[{"org":"o1","name":"Meridian"}]}`,
		"GET /tasks":                           `{"tasks":[` + task + `]}`,
		"GET /tasks?number=8":                  `{"tasks":[]}`,
		"GET /tasks?number=9":                  `{"tasks":[` + task + `,` + task + `]}`,
		"GET /tasks/" + taskT:                  task,
		"GET /matters":                         `{"matters":[{"id":"` + matM + `","number":"HR-1","title":"Brandt","state":"open"},{"id":"m2","number":"HR-11","title":"Other"}],"total":2}`,
		"GET /matters/" + matM:                 `{"id":"` + matM + `","number":"HR-1","title":"Brandt","providers":[{"name":"Meridian","gates":[{"name":"Consent","open":false,"say":"None.","fix":"Record it."}]}]}`,
		"GET /matters/" + matM + "/documents":  `{"documents":[{"version":"v1","kind":"work","name":"a.docx","folder":"Work","state":"active","size_bytes":1200}],"total":3}`,
		"GET /playbooks":                       `{"playbooks":[{"code":"LI-04","name":"Summaries","current":2,"offshore":"yes"}]}`,
		"GET /versions/v1/bytes":               "abc",
		"POST /tasks/" + taskT + "/take":       task,
		"POST /tasks/" + taskT + "/submit":     task,
		"POST /tasks/" + taskT + "/rush":       task,
		"POST /tasks/" + taskT + "/pause":      task,
		"POST /tasks/" + taskT + "/decline":    task,
		"POST /tasks/" + taskT + "/ask":        `{"id":"q1"}`,
		"POST /tasks/" + taskT + "/approve":    `403 {"type":"urn:countersign:fault:forbidden","detail":"No.","rules":[{"id":"duty-author","name":"Separation of duties","say":"Who drafted it may not review it.","fix":"Give it to someone else."}]}`,
		"POST /tasks/" + taskT + "/sign-off":   `again {"repeated":true,"action":"task.sign_off","subject":"task/` + taskT + `"}`,
		"POST /questions/q1/answer":            "",
		"POST /me/step-up":                     "",
		"POST /threads/task/" + taskT:          `{"id":"x"}`,
		"POST /matters/" + matM + "/documents": `{"document":{"name":"a.txt"},"version":{"id":"v9","size_bytes":3},"notes":["The same bytes are there."]}`,
		"POST /tasks/x/take":                   `{"id":"x"}`,
	}}
}

func TestCommands(t *testing.T) {
	post := "POST /tasks/" + taskT
	for _, c := range []struct {
		args string // with | between
		in   string
		code int
		out  string // on standard output, or in the error
		last string // what the server was asked last; "" for nothing said
	}{
		{args: "whoami", out: "for     Meridian\nas      team lead\nscopes  task.*\n", last: "GET /me"},
		{args: "tasks|--mine|--state|open|--matter|HR-1", out: "T-7   LI-04  open, at peer  2026-03-04 15:00 UTC    Summary\uFFFD[2J\n",
			last: "GET /tasks?limit=50&matter=" + matM + "&mine=true&state=open"},
		{args: "tasks|--state|lost", code: 2, out: "must be one of"},
		{args: "task|T-7", out: "Instructions\n  Page and line.\n  No opinion.\n", last: "GET /tasks/" + taskT},
		{args: "task|show|t-7|--json", out: `"number":"T-7"`, last: "GET /tasks/" + taskT},
		{args: "task|T-8", code: 3, out: "no such record"},
		{args: "task|T-9", code: 2, out: "Several firms"},
		{args: "task|nothing", code: 3, out: "no such record", last: "GET /tasks/nothing"},
		{args: "task|take|T-7", out: "T-7 is open, at peer.", last: post + "/take"},
		{args: "task|submit|T-7|v1|v2|--note|Second|--rev|3", out: "T-7 is", last: post + `/submit {"files":["v1","v2"],"note":"Second","rev":3}`},
		{args: "task|submit|T-7", code: 2, out: "<version>"},
		{args: "task|rush|T-7|--reason|Hearing", out: "T-7 is", last: post + `/rush {"rush":true,"reason":"Hearing"}`},
		{args: "task|rush|T-7|--no-on|--reason|Moved", out: "T-7 is", last: post + `/rush {"rush":false,"reason":"Moved"}`},
		{args: "task|pause|T-7", code: 2, out: "--reason"},
		{args: "task|pause|T-7|--reason|Wait", out: "T-7 is", last: post + `/pause {"reason":"Wait"}`},
		{args: "task|decline|T-7|Exhibit 4|Volume 2", out: "T-7 is", last: post + `/decline {"missing":["Exhibit 4","Volume 2"]}`},
		{args: "task|ask|T-7|Which?|--proposed|Volume 2|--silence|2026-03-04T15:00:00Z", out: "Asked: question q1.",
			last: post + `/ask {"text":"Which?","proposed":"Volume 2","silence":"2026-03-04T15:00:00Z"}`},
		{args: "task|answer|q1|Volume 1", out: "Answered.", last: `POST /questions/q1/answer {"text":"Volume 1"}`},
		{args: "task|approve|T-7", code: 4, out: "Separation of duties: Who drafted it may not review it. Give it to someone else.", last: post + "/approve {}"},
		{args: "task|sign-off|T-7|v1", out: "done before, and is not done again: task.sign_off", last: post + `/sign-off {"files":["v1"]}`},
		{args: "step-up", in: "123456\n", out: "Proved", last: `POST /me/step-up {"code":"123456"}`},
		{args: "matters", out: "HR-1 ", last: "GET /matters?"},
		{args: "matter|HR-1", out: "  SHUT  Consent  None. Record it.\n", last: "GET /matters/" + matM},
		{args: "matter|HR-1", out: "  … and 2 more\n", last: "GET /matters/" + matM},
		{args: "matter|HR-2", code: 3, out: "no such record"},
		{args: "playbooks", out: "LI-04  2        yes       Summaries", last: "GET /playbooks?"},
		{args: "say|task/T-7|-", in: "Tonight.\n", out: "Said on task T-7.", last: "POST /threads/task/" + taskT + ` {"text":"Tonight."}`},
		{args: "say|T-7|Tonight.", code: 2, out: "Say it on"},
		{args: "api|POST|/tasks/x/take|{}", out: `{"id":"x"}`, last: "POST /tasks/x/take {}"},
		{args: "api|GET|tasks", code: 2, out: "begins with /"},
		{args: "api|DELETE|/tasks", code: 2, out: "GET"},
		{args: "whoami|--server|http://cs.example", code: 2, out: "begins with https://"},
		{args: "whoami|--token-file|/nowhere", code: 2, out: "cannot be read"},
	} {
		f := office()
		code, out, errs := f.run(t, c.in, strings.Split(c.args, "|")...)
		if code != c.code || !strings.Contains(out+errs, c.out) || code != 0 && out != "" {
			t.Errorf("%s: exit %d\n%s%s", c.args, code, out, errs)
		}
		if c.last != "" && (len(f.asked) == 0 || f.asked[len(f.asked)-1] != c.last) {
			t.Errorf("%s: asked %q", c.args, f.asked)
		}
		for _, k := range f.keys {
			if len(k) < 20 {
				t.Errorf("%s: key %q", c.args, k)
			}
		}
	}
}

func TestWrongToken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(file, []byte("cs_other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := office().run(t, "", "whoami", "--token-file", file); code != 4 || out != "" || errs != "Send an API token that holds." {
		t.Errorf("%d %q %q", code, out, errs)
	}
}

func TestUpload(t *testing.T) {
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one.txt"), filepath.Join(dir, "two & more.txt")
	for _, name := range []string{one, two} {
		if err := os.WriteFile(name, []byte(filepath.Base(name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := office()
	if code, _, errs := f.run(t, "", "upload", "HR-1", one, filepath.Join(dir, "none")); code != 2 || len(f.asked) != 0 || !strings.Contains(errs, "none is not a file") {
		t.Errorf("a file that is not there: %d %q %q", code, errs, f.asked)
	}
	code, out, errs := f.run(t, "", "upload", "HR-1", one, two, "--task", "T-7", "--folder", "Work", "--key", "k")
	if code != 0 || strings.Count(out, "version v9") != 2 || !strings.Contains(out, "  The same bytes are there.") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	want := "POST /matters/" + matM + "/documents?folder=Work&kind=work&name=two+%26+more.txt&task=" + taskT + " two & more.txt"
	if got := f.asked[len(f.asked)-1]; got != want || strings.Join(f.keys, " ") != "k.0 k.1" {
		t.Errorf("%q, keys %q", got, f.keys)
	}
}

func TestDownload(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "a.txt")
	f := office()
	if code, _, errs := f.run(t, "", "download", "v0", "-o", out); code != 3 {
		t.Errorf("%d %s", code, errs)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 0 {
		t.Errorf("left behind: %v %v", names, err)
	}
	code, said, errs := f.run(t, "", "download", "v1", "-o", out, "--json")
	var got struct{ SHA256 string }
	if err := json.Unmarshal([]byte(said), &got); err != nil || code != 0 || !strings.HasPrefix(got.SHA256, "ba7816bf") {
		t.Errorf("%d %s%s %v", code, said, errs, err)
	}
	f.answers["GET /versions/v1/bytes"] = "other"
	asked := len(f.asked)
	if code, _, _ := f.run(t, "", "download", "v1", "-o", out); code != 5 || len(f.asked) != asked {
		t.Errorf("over a file that is there: %d, asked %q", code, f.asked)
	}
	if b, err := os.ReadFile(out); err != nil || string(b) != "abc" {
		t.Errorf("%q %v", b, err)
	}
	if code, _, errs := f.run(t, "", "download", "v1", "-o", out, "--force"); code != 0 {
		t.Errorf("%d %s", code, errs)
	}
	if b, err := os.ReadFile(out); err != nil || string(b) != "other" {
		t.Errorf("%q %v", b, err)
	}
}
