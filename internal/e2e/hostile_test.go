package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/account"
	"countersign/internal/client"
	"countersign/internal/demo/world"
	"countersign/internal/kernel/fault"
)

// raw sends a request as it is, with a token, and returns the status and the problem's sentence.
func raw(t *testing.T, s *Server, token, method, path, mediaType string, body io.Reader) (status int, text string) {
	t.Helper()
	rq, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		rq.Header.Set("Authorization", "Bearer "+token)
	}
	rq.Header.Set("Content-Type", mediaType)
	res, err := http.DefaultClient.Do(rq)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // it is only read
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

const unknownID = "018bcfe5-6800-7000-8000-000000000000"

// Wrong, malformed and unauthorized requests get one clear sentence and the right status.
func TestBadRequests(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no server")
	}
	s := Common(t)
	attorney := s.As(t, "Margaret Ansel")
	token := attorney.Token()
	narrow := attorney.Token("matter.*")
	revoked := attorney.Token("task.*")
	_, page := attorney.Get("/settings/tokens")
	for _, id := range between(page, `action="/settings/tokens/`, `/revoke"`)[:1] { // the newest stands first
		attorney.Post("/settings/tokens/"+id+"/revoke", nil)
	}
	const json = "application/json"
	for _, c := range []struct {
		name, token, method, path, kind, body string
		status                                int
		says                                  string
	}{
		{"no token", "", "GET", "/api/v1/tasks", json, "", 401, "token"},
		{"no such token", account.TokenPrefix + strings.Repeat("x", 43), "GET", "/api/v1/tasks", json, "", 401, "token"},
		{"a revoked token", revoked, "GET", "/api/v1/tasks", json, "", 401, "token"},
		{"too small a scope", narrow, "GET", "/api/v1/tasks", json, "", 403, "scope task.list"},
		{"too small a scope, a verb", narrow, "POST", "/api/v1/tasks/" + unknownID + "/pause", json, `{"reason":"x"}`, 403, "scope task.pause"},
		{"half a JSON", token, "POST", "/api/v1/clients", json, `{"name":`, 400, "JSON"},
		{"no JSON", token, "POST", "/api/v1/clients", json, `name=x`, 400, "JSON"},
		{"a form", token, "POST", "/api/v1/clients", "application/x-www-form-urlencoded", `name=x`, 415, "application/json"},
		{"an unknown field", token, "POST", "/api/v1/clients", json, `{"name":"x","colour":"red"}`, 422, "colour"},
		{"a wrong type", token, "POST", "/api/v1/clients", json, `{"name":7}`, 422, "name"},
		{"an empty name", token, "POST", "/api/v1/clients", json, `{"name":" "}`, 422, "name"},
		{"a deep JSON", token, "POST", "/api/v1/clients", json, strings.Repeat("[", 100_000), 400, "JSON"},
		{"a large body", token, "POST", "/api/v1/clients", json, `{"name":"` + strings.Repeat("a", 8<<20) + `"}`, 413, "large"},
		{"an absent record", token, "GET", "/api/v1/tasks/" + unknownID, json, "", 404, ""},
		{"no identifier", token, "GET", "/api/v1/tasks/1'%20OR%201=1", json, "", 404, ""},
		{"no such path", token, "GET", "/api/v1/nothing", json, "", 404, "no such path"},
		{"a wrong method", token, "DELETE", "/api/v1/clients", json, "", 405, "POST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, text := raw(t, s, c.token, c.method, c.path, c.kind, strings.NewReader(c.body))
			if status != c.status || !strings.Contains(text, c.says) || !strings.Contains(text, `"detail"`) {
				t.Errorf("%d, want %d with %q:\n%.400s", status, c.status, c.says, text)
			}
		})
	}
	t.Run("a wrong password tells nothing of the address", func(t *testing.T) {
		var bodies []string
		for _, email := range []string{"margaret.ansel@halstedrowe.example", "nobody@halstedrowe.example"} {
			x := &Session{Server: s, t: t, http: &http.Client{}}
			status, body := x.Post("/sign-in", url.Values{"email": {email}, "password": {"wrong horse battery"}})
			bodies = append(bodies, strconv.Itoa(status)+strings.ReplaceAll(body, email, "…"))
		}
		if bodies[0] != bodies[1] {
			t.Error("the answers for a known and an unknown address differ")
		}
	})
}

// between returns what stands between two texts, every time they do.
func between(s, from, to string) (out []string) {
	for {
		_, rest, ok := strings.Cut(s, from)
		if !ok {
			return out
		}
		x, tail, _ := strings.Cut(rest, to)
		out, s = append(out, x), tail
	}
}

// A walled record and an absent one are the same to the byte, on every way to ask.
func TestAWalledRecordDoesNotExist(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no server")
	}
	s := Common(t)
	compliance := s.As(t, "Thomas Lindqvist")
	_, walls := compliance.Get("/walls")
	matter := between(walls, `href="/matters/`, `"`)
	if len(matter) == 0 {
		t.Fatalf("the demonstration has no wall: %s", Excerpt(walls))
	}
	id, _, _ := strings.Cut(matter[0], "/")
	screened := ""
	for _, p := range world.People() {
		if strings.Contains(walls, p.Name) && p.Name != "Thomas Lindqvist" {
			screened = p.Name
		}
	}
	x := s.As(t, screened)
	token := x.Token()
	for _, path := range []string{"/matters/%s", "/matters/%s/board", "/matters/%s/documents", "/matters/%s/gates", "/matters/%s/team", "/api/v1/matters/%s", "/api/v1/matters/%s/documents", "/api/v1/matters/%s/gates", "/api/v1/threads/matter/%s"} {
		var got [2]string
		for i, m := range []string{id, unknownID} {
			var status int
			if strings.HasPrefix(path, "/api") {
				status, got[i] = raw(t, s, token, "GET", fmt.Sprintf(path, m), "application/json", nil)
			} else {
				status, got[i] = x.Get(fmt.Sprintf(path, m))
			}
			got[i] = strconv.Itoa(status) + " " + strings.ReplaceAll(got[i], m, "…")
		}
		if got[0] != got[1] || !strings.HasPrefix(got[0], "404") {
			t.Errorf("%s: %s asks for a walled matter and an absent one, and the answers differ:\n%.200s\n%.200s", path, screened, got[0], got[1])
		}
	}
}

// Names that are long, hidden or point elsewhere are kept harmless, and files of no bytes are kept as they are.
func TestBadFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no server")
	}
	s := Common(t)
	a := s.As(t, "Margaret Ansel").API()
	matter := brandt(a)
	for _, c := range []struct {
		name, file string
		body       string
		status     int // 0: it is taken
		stored     string
	}{
		{"a path", "../../etc/passwd", "x", 0, "passwd"},
		{"a path of another system", `C:\Users\x\order.pdf`, "x", 0, "order.pdf"},
		{"right-to-left", "contract\u202efdp.exe", "x", 0, "contractfdp.exe"},
		{"control characters", "a\x00b\r\nc.txt", "x", 0, ""},
		{"4,000 characters", strings.Repeat("n", 4000) + ".txt", "x", 0, ""},
		{"no bytes", "nothing.pdf", "", 0, "nothing.pdf"},
		{"no name", " ", "x", 422, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out struct {
				Document struct{ Name, ID string }
				Version  struct{ ID string }
			}
			_, err := a.Upload(t.Context(), "/matters/"+matter+"/documents?kind=source&folder=Odd&name="+url.QueryEscape(c.file), strings.NewReader(c.body), &out)
			var p *client.Problem
			if errors.As(err, &p) {
				if p.Status != c.status {
					t.Errorf("%v (%d)", err, p.Status)
				}
				return
			}
			if err != nil || c.status != 0 {
				t.Fatalf("taken as %q: %v", out.Document.Name, err)
			}
			if c.stored != "" && out.Document.Name != c.stored || strings.ContainsAny(out.Document.Name, "/\\\x00\r\n\u202e") || len(out.Document.Name) > 255 {
				t.Errorf("stored as %q", out.Document.Name)
			}
			var b bytes.Buffer
			if _, err := a.Download(t.Context(), out.Version.ID, &b); err != nil || b.String() != c.body {
				t.Errorf("it came back as %q, %v", b.String(), err)
			}
		})
	}
}

// What changed between two versions is read in a child of the program, whatever the files are.
func TestWhatChanged(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no server")
	}
	s := Common(t)
	a := s.As(t, "Margaret Ansel").API()
	d, _ := a.Put("/matters/"+brandt(a)+"/documents?kind=source", "compared.txt", strings.NewReader("The court of Indiana finds."))
	a.Put("/documents/"+d+"/versions?reason=x", "compared.txt", strings.NewReader("The court of Illinois finds."))
	a.Put("/documents/"+d+"/versions?reason=x", "compared.docx", strings.NewReader("PK\x03\x04 cut off"))
	if got := fmt.Sprint(a.Read("/documents/" + d + "/compare?from=1&to=2")["passages"]); !strings.Contains(got, "is:removed text:Indiana") || !strings.Contains(got, "is:added text:Illinois") {
		t.Errorf("the words that changed: %s", got)
	}
	if why := a.Read("/documents/" + d + "/compare?from=2&to=3")["why"]; why == nil {
		t.Error("a broken file is compared without a word")
	}
}

func brandt(a *API) string {
	a.t.Helper()
	for _, m := range a.Read("/matters")["matters"].([]any) {
		if strings.HasPrefix(m.(Doc)["title"].(string), "Brandt") {
			return m.(Doc)["id"].(string)
		}
	}
	a.t.Fatal("no matter of Brandt")
	return ""
}

// Of many who press the same button at once, one is served; the others read one sentence.
func TestTheSameButton(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no server")
	}
	engines(t, func(t *testing.T, s *Server) {
		c := castOf(t, s)
		engagement, provider := c.open()
		c.clear(provider)
		pack := Doc{"matter": c.matter, "engagement": engagement, "playbook": c.playbook("LI-04"), "title": "Who is first", "instructions": "x", "acceptance": "y", "due": world.Clock.Add(72 * time.Hour).Format(time.RFC3339)}
		p := "/tasks/" + c.attorney.Do("/tasks", pack)["id"].(string)
		c.attorney.Do(p+"/release", Doc{})
		team := []*API{c.junior, c.peer, c.senior}
		for _, a := range team {
			c.lead.Do("/matters/"+c.matter+"/team", Doc{"person": me(a)})
		}
		var wg sync.WaitGroup
		errs := make([]error, 3*len(team))
		for i := range errs {
			wg.Go(func() { _, errs[i] = team[i%len(team)].Client.Post(context.Background(), p+"/take", nil, nil) })
		}
		wg.Wait()
		served := 0
		for _, err := range errs {
			var refused *client.Problem
			switch {
			case err == nil:
				served++
			case !errors.As(err, &refused) || refused.Status != 409:
				t.Errorf("one of them reads %v", err)
			}
		}
		if served != 1 {
			t.Errorf("%d were served", served)
		}
		rev := c.lead.Read(p)["rev"]
		c.lead.Do(p+"/pause", Doc{"reason": "Wait.", "rev": rev})
		if got := c.lead.Refused(p+"/resume", Doc{"reason": "Go on.", "rev": rev}); got.Kind() != fault.Stale {
			t.Errorf("an overtaken form: %v", got)
		}
	})
}

// A connection that breaks in the middle of an upload leaves nothing, and the program goes on.
func TestBrokenUpload(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no server")
	}
	s := Common(t)
	x := s.As(t, "Margaret Ansel")
	token, a := x.Token(), x.API()
	matter := brandt(a)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /api/v1/matters/%s/documents?kind=source&name=half.bin HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/octet-stream\r\nContent-Length: 10000000\r\n\r\n", matter, u.Host, token)
	if _, err := conn.Write(bytes.Repeat([]byte("half"), 500_000)); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if n := a.Read("/matters/" + matter + "/documents?find=half.bin")["total"]; n != 0.0 {
		t.Errorf("half an upload is listed %v times", n)
	}
	a.Put("/matters/"+matter+"/documents?kind=source", "whole.bin", strings.NewReader("whole"))
}

// A large file streams: the program's memory does not grow with it. COUNTERSIGN_HUGE gives the size in MB for the nightly run.
func TestHugeFile(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no server")
	}
	size := int64(300) << 20
	if mb, err := strconv.ParseInt(os.Getenv("COUNTERSIGN_HUGE"), 10, 64); err == nil {
		size = mb << 20
	}
	s := Common(t)
	a := s.As(t, "Margaret Ansel").API()
	matter := brandt(a)
	before := s.memory(t)
	_, v := a.Put("/matters/"+matter+"/documents?kind=source", "huge.bin", io.LimitReader(zeros{}, size))
	var n counter
	if _, err := a.Download(t.Context(), v, &n); err != nil || int64(n) != size {
		t.Errorf("%d bytes of %d came back: %v", n, size, err)
	}
	if grown := s.memory(t) - before; grown > 120<<20 {
		t.Errorf("the program grew by %d MB over a file of %d MB", grown>>20, size>>20)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// memory is the most that the program has held, in bytes.
func (s *Server) memory(t *testing.T) (n int64) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Skip("this system does not tell the memory of a process")
	}
	for l := range strings.Lines(string(status)) {
		if f := strings.Fields(l); f[0] == "VmHWM:" {
			n, _ = strconv.ParseInt(f[1], 10, 64)
		}
	}
	return n << 10
}

// On a full disk an upload is refused with one sentence, and what fits goes on being served.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no server")
	}
	if os.Getuid() != 0 {
		t.Skip("a small file system is mounted by root only")
	}
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("no small file system can be mounted here: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	s := &Server{t: t, Data: filepath.Join(disk, "demo")}
	s.start([]string{"demo", "--data", s.Data, "--addr", "127.0.0.1:0"})
	t.Cleanup(s.Kill)
	a := s.As(t, "Margaret Ansel").API()
	matter := brandt(a)
	_, err := a.Upload(t.Context(), "/matters/"+matter+"/documents?kind=source&name=too-much.bin", io.LimitReader(zeros{}, 200<<20), nil)
	var p *client.Problem
	if !errors.As(err, &p) || p.Status != http.StatusInsufficientStorage {
		t.Errorf("a full disk says: %v", err)
	}
	if n := a.Read("/matters/" + matter + "/documents?find=too-much")["total"]; n != 0.0 {
		t.Errorf("what did not fit is listed")
	}
	a.Do("/threads/matter/"+matter, Doc{"text": "The disk was full for a moment."})
	a.Put("/matters/"+matter+"/documents?kind=source", "fits.txt", strings.NewReader("fits"))
}
