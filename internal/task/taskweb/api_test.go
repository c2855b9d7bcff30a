package taskweb_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/web"
	"countersign/internal/task"
	"countersign/internal/task/taskweb"
	"countersign/internal/testkit"
)

const (
	playbook = "00000000-0000-7000-8000-00000000b001"
	draft    = ident.DocumentID("00000000-0000-7000-8000-00000000d0c1")
	draft1   = "00000000-0000-7000-8000-0000000000v1"
)

type sums struct{}

func (sums) Hash(context.Context, *gate.Tx, ident.VersionID) (h [32]byte, err error) { return h, nil }

// A rig is the API of tasks over a small world, with one released playbook.
type rig struct {
	*testkit.World
	t   *testing.T
	mux *http.ServeMux
}

func newRig(t *testing.T, w *testkit.World) *rig {
	w.Exec(db.SQL(`INSERT INTO playbook (id, firm_id, code, name, practice_area, current_n, retired_at, made_at, rev) VALUES (?, ?, 'LI-03', 'Summaries', 'litigation', 1, 0, 1, 1)`, playbook, testkit.Firm))
	w.Exec(db.SQL(`INSERT INTO playbook_version (playbook_id, n, state, offshore, turnaround_hours, rush_hours, stages, body, template_version_id, made_by, made_at, released_by, released_at, note, rev)
		VALUES (?, 1, 'released', 'yes', 24, 8, ?, ?, '', '', 1, '', 1, '', 1)`, playbook,
		`[{"key":"draft","name":"Draft","kind":"draft","role":"junior"},{"key":"peer","name":"Peer review","kind":"review","role":"peer_reviewer"},{"key":"accept","name":"Acceptance","kind":"acceptance","role":"supervising_attorney"}]`, []byte{}))
	w.Exec(db.SQL(`INSERT INTO defect (firm_id, code, severity, name, examples, points, retired_at, rev) VALUES (?, 'D-M1', 'major', 'Citation', '', 3, 0, 1)`, testkit.Firm))
	r := &rig{w, t, http.NewServeMux()}
	taskweb.API(web.NewAPI(r.mux, w.Gate.Done), task.New(w.Gate, sums{}))
	return r
}

type doc = map[string]any

// call sends a request as a person of the small world and returns the status and the document.
func (r *rig) call(who, method, path string, body any, headers ...string) (int, doc) {
	r.t.Helper()
	text := []byte("")
	if body != nil {
		text, _ = json.Marshal(body)
	}
	rq := httptest.NewRequest(method, web.APIPath+path, strings.NewReader(string(text)))
	rq.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		rq.Header.Set(headers[i], headers[i+1])
	}
	a := testkit.As(who)
	a.Via = "api"
	w := httptest.NewRecorder()
	r.mux.ServeHTTP(w, rq.WithContext(web.WithReader(rq.Context(), web.Reader{Actor: a})))
	var out doc
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			r.t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	return w.Code, out
}

func (r *rig) want(status int, who, method, path string, body any, headers ...string) doc {
	r.t.Helper()
	got, out := r.call(who, method, path, body, headers...)
	if got != status {
		r.t.Fatalf("%s: %s %s: %d, want %d: %v", who, method, path, got, status, out)
	}
	return out
}

func (r *rig) pack() doc {
	return doc{"matter": testkit.Matter, "engagement": testkit.Engagement, "playbook": playbook, "title": "Summarize the deposition",
		"instructions": "Page and line.", "acceptance": "Every cite checked.", "due": r.Now().Add(72 * time.Hour).Format(time.RFC3339)}
}

// prepared is the path of a package that the firm has written; released of one that the provider has.
func (r *rig) prepared() string {
	r.t.Helper()
	return "/tasks/" + r.want(201, testkit.Attorney, "POST", "/tasks", r.pack())["id"].(string)
}

func (r *rig) released() string {
	r.t.Helper()
	p := r.prepared()
	r.want(200, testkit.Attorney, "POST", p+"/release", doc{"rev": 1})
	return p
}

// paper gives a task a work product with one version.
func (r *rig) paper(path string) {
	r.Exec(db.SQL(`INSERT INTO document (id, matter_id, task_id, kind, name, folder, state, current_n, made_by, made_at, rev) VALUES (?, ?, ?, 'work', 'Summary', '', 'active', 1, ?, 1, 1)`,
		draft, testkit.Matter, strings.TrimPrefix(path, "/tasks/"), testkit.PersonID(testkit.Junior)))
	r.Exec(db.SQL(`INSERT INTO version (id, document_id, matter_id, n, blob, name, size_bytes, sha256, same, media_type, author_id, org_id, stage, reason, made_at)
		VALUES (?, ?, ?, 1, 'b1', 'summary.txt', 3, ?, ?, 'text/plain', ?, ?, 'draft', '', 1)`, draft1, draft, testkit.Matter, []byte{1}, []byte{1}, testkit.PersonID(testkit.Junior), testkit.Provider))
}

func TestCircle(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		r := newRig(t, w)
		p := r.prepared()
		r.want(200, testkit.Attorney, "POST", p+"/edit", doc{"title": "Summarize it", "instructions": "x", "acceptance": "y", "due": r.pack()["due"], "rev": 1})
		r.want(404, testkit.Lead, "GET", p, nil) // the provider does not know of it
		r.want(200, testkit.Attorney, "POST", p+"/release", doc{"rev": 2})
		r.want(200, testkit.Lead, "POST", p+"/decline", doc{"missing": []string{"Exhibit 4"}})
		if got := r.want(200, testkit.Attorney, "GET", p, nil); got["missing"].([]any)[0].(doc)["text"] != "Exhibit 4" || got["state"] != "declined" {
			t.Errorf("declined: %v", got)
		}
		r.want(200, testkit.Attorney, "POST", p+"/release", doc{})
		if got := r.want(200, testkit.Junior, "POST", "/tasks/take-next", nil); "/tasks/"+got["id"].(string) != p || got["holder"] != string(testkit.PersonID(testkit.Junior)) {
			t.Errorf("taken: %v", got)
		}
		r.want(204, testkit.Junior, "POST", p+"/check", doc{"item": 2, "done": true})
		q := r.want(201, testkit.Junior, "POST", p+"/ask", doc{"text": "Which transcript?", "proposed": "Volume 2", "silence": r.Now().Add(3 * time.Hour).Format(time.RFC3339)})["id"].(string)
		r.want(204, testkit.Attorney, "POST", "/questions/"+q+"/answer", doc{"text": "Volume 1"})
		r.want(409, testkit.Junior, "POST", "/questions/"+q+"/withdraw", nil)
		r.paper(p)
		r.want(200, testkit.Junior, "POST", p+"/submit", doc{"files": []string{draft1}, "note": "First draft"})
		r.want(200, testkit.Peer, "POST", p+"/take", nil)
		f := r.want(201, testkit.Peer, "POST", p+"/findings", doc{"severity": "major", "code": "D-M1", "version": draft1, "page": 2, "text": "Cite is off by a page."})["id"].(string)
		r.want(200, testkit.Peer, "POST", p+"/return", doc{"note": "One finding"})
		r.want(200, testkit.Junior, "POST", p+"/submit", doc{"files": []string{draft1}, "fixed_all": true})
		r.want(204, testkit.Peer, "POST", p+"/findings/"+f+"/settle", doc{"state": "accepted"})
		r.want(200, testkit.Peer, "POST", p+"/approve", doc{})
		done := r.want(200, testkit.Attorney, "POST", p+"/sign-off", doc{"files": []string{draft1}})
		if done["state"] != "delivered" || done["delivered_at"] == nil {
			t.Errorf("delivered: %v", done)
		}
		whole := r.want(200, testkit.Attorney, "GET", p, nil)
		if s := whole["signature"].(doc); s["stands"] != true || s["by"] != string(testkit.PersonID(testkit.Attorney)) {
			t.Errorf("signature %v", s)
		}
		if len(whole["submissions"].([]any)) != 2 || whole["questions"].([]any)[0].(doc)["answer"] != "Volume 1" || whole["findings"].([]any)[0].(doc)["state"] != "accepted" || whole["instructions"] != "x" {
			t.Errorf("whole %v", whole)
		}
		if list := r.want(200, testkit.Lead, "GET", "/tasks?state=delivered&matter="+string(testkit.Matter), nil)["tasks"].([]any); len(list) != 1 {
			t.Errorf("list %v", list)
		}
		for query, n := range map[string]int{strings.TrimPrefix(whole["number"].(string), "T-"): 1, "999999": 0} {
			if list := r.want(200, testkit.Lead, "GET", "/tasks?number="+query, nil)["tasks"].([]any); len(list) != n {
				t.Errorf("number %s: %v", query, list)
			}
		}
	})
}

func TestRefusals(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		r := newRig(t, w)
		p := r.released()
		shut := r.pack()
		shut["matter"] = testkit.Shut
		closed := "/tasks/" + r.want(201, testkit.Attorney, "POST", "/tasks", shut)["id"].(string)
		late := r.pack()
		late["due"] = r.Now().Add(-time.Hour).Format(time.RFC3339)
		for _, c := range []struct {
			name, who, path string
			body            doc
			status          int
			kind, has       string
		}{
			{"closed gates", testkit.Attorney, closed + "/release", doc{}, 403, "forbidden", "gate-conflict"},
			{"walled", testkit.Walled, p + "/take", nil, 404, "not-found", ""},
			{"another firm", testkit.Stranger, p + "/take", nil, 404, "not-found", ""},
			{"absent", testkit.Lead, "/tasks/00000000-0000-7000-8000-00000000ffff/take", nil, 404, "not-found", ""},
			{"not her role", testkit.Junior, p + "/pause", doc{"reason": "x"}, 403, "forbidden", ""},
			{"field", testkit.Attorney, "/tasks", late, 422, "invalid", "body.due"},
			{"no reason", testkit.Attorney, p + "/pause", doc{"reason": " "}, 422, "invalid", "body.reason"},
			{"stale", testkit.Attorney, p + "/pause", doc{"reason": "x", "rev": 1}, 409, "stale", ""},
			{"state", testkit.Attorney, p + "/resume", doc{"reason": "x"}, 409, "conflict", ""},
			{"shape", testkit.Attorney, p + "/pause", doc{"raeson": "x"}, 422, "invalid", "body.raeson"},
		} {
			body := any(c.body)
			if c.body == nil {
				body = nil
			}
			status, got := r.call(c.who, "POST", c.path, body)
			text, _ := json.Marshal(got)
			if status != c.status || got["type"] != "urn:countersign:fault:"+c.kind || !strings.Contains(string(text), c.has) {
				t.Errorf("%s: %d %s", c.name, status, text)
			}
		}
	})
}

// Two identical requests at once: one is done, the other learns that it was, and nothing is done twice.
func TestRepeatedAtOnce(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		r := newRig(t, w)
		for round := range 5 {
			body := r.pack()
			key := "prepare-" + string(rune('a'+round))
			var wg sync.WaitGroup
			status := make([]int, 4)
			for i := range status {
				wg.Go(func() { status[i], _ = r.call(testkit.Attorney, "POST", "/tasks", body, "Idempotency-Key", key) })
			}
			wg.Wait()
			made := 0
			for _, s := range status {
				if s == 201 {
					made++
				} else if s != 200 && s != 409 {
					t.Errorf("round %d: status %v", round, status)
				}
			}
			if n := w.Int(db.SQL(`SELECT COUNT(*) FROM task`)); made != 1 || n != int64(round+1) {
				t.Errorf("round %d: %d made, %d tasks, status %v", round, made, n, status)
			}
			if again := r.want(200, testkit.Attorney, "POST", "/tasks", body, "Idempotency-Key", key); again["repeated"] != true || again["action"] != "task.prepare" || !strings.HasPrefix(again["subject"].(string), "task/") {
				t.Errorf("again: %v", again)
			}
		}
		p := r.prepared()
		for i, want := range []int{200, 200} {
			if got := r.want(want, testkit.Attorney, "POST", p+"/release", doc{"rev": 1}, "Idempotency-Key", "once"); (got["repeated"] == true) != (i == 1) {
				t.Errorf("release %d: %v", i, got)
			}
		}
	})
}

func TestDocument(t *testing.T) {
	m := web.NewMux()
	taskweb.API(web.NewAPI(m, nil), nil)
	testkit.CheckOpenAPI(t, m)
}
