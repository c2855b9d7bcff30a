package taskweb_test

import (
	"context"
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/web"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/task/taskweb"
	"countersign/internal/testkit"
	"countersign/internal/ui"
)

const (
	binder = ident.PlaybookID("00000000-0000-7000-8000-00000000b011") // conditional: draft, peer, acceptance
	track  = `[{"key":"draft","name":"Draft","kind":"draft","role":"junior"},{"key":"peer","name":"Peer review","kind":"review","role":"peer_reviewer"},
		{"key":"accept","name":"Attorney acceptance","kind":"acceptance","role":"supervising_attorney"}]`
	binderBody = `{"steps":["Bind"],"condition":"Every person has acknowledged the protective order.","checklists":[{"stage_key":"peer","items":["Every bookmark opens","Page numbers match the index"]}]}`
)

// A site is the pages of tasks over a small world with one conditional playbook.
type site struct {
	*testkit.World
	t     *testing.T
	tasks *task.Service
	mux   *http.ServeMux
}

func newSite(t *testing.T, w *testkit.World) *site {
	t.Helper()
	w.Exec(db.SQL(`INSERT INTO playbook (id, firm_id, code, name, practice_area, current_n, retired_at, made_at, rev) VALUES (?, ?, 'LI-09', 'Exhibit binder', 'litigation', 1, 0, 1, 1)`, binder, testkit.Firm))
	w.System(func(ctx context.Context, tx *gate.Tx) error {
		sealed, err := tx.SealOrg(ctx, testkit.Firm, binderBody, "playbook_version.body/"+string(binder)+"/1")
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO playbook_version (playbook_id, n, state, offshore, turnaround_hours, rush_hours, stages, body, template_version_id, made_by, made_at, released_by, released_at, note, rev)
			VALUES (?, 1, 'released', 'conditional', 16, 8, ?, ?, '', '', 1, '', 1, '', 1)`, binder, track, sealed))
		return err
	})
	for _, d := range [][3]string{{"D-C4", "critical", "Wrong party, court, form or jurisdiction"}, {"D-M2", "major", "Wrong citation detail"}, {"D-N1", "minor", "Formatting"}} {
		w.Exec(db.SQL(`INSERT INTO defect (firm_id, code, severity, name, examples, points, retired_at, rev) VALUES (?, ?, ?, ?, '', 3, 0, 1)`, testkit.Firm, d[0], d[1], d[2]))
	}
	s := &site{w, t, task.New(w.Gate, sums{}), http.NewServeMux()}
	taskweb.Routes(s.mux, s.tasks, desk.New(w.Gate))
	s.mux.Handle("GET /assets/", ui.Assets())
	return s
}

// reader is a person as the pages meet them.
func (s *site) reader(who string) web.Reader {
	a := testkit.As(who)
	a.SteppedUpAt = s.Now()
	chicago, _ := time.LoadLocation("America/Chicago")
	kolkata, _ := time.LoadLocation("Asia/Kolkata")
	rd := web.Reader{Actor: a, Name: who, Side: ui.Onshore, Zone: chicago, Other: kolkata}
	if a.Org == testkit.Provider {
		rd.Side, rd.Zone, rd.Other = ui.Offshore, kolkata, chicago
	}
	rd.Chrome = func(_ *http.Request, title string) ui.Chrome {
		return ui.Chrome{Title: title, Side: rd.Side, Person: who}
	}
	return rd
}

func (s *site) do(rd web.Reader, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r.WithContext(web.WithReader(r.Context(), rd)))
	return w
}

// get opens a page and wants a status and words in it; a word that begins with "!" must not be there.
func (s *site) get(status int, who, path string, words ...string) string {
	s.t.Helper()
	return s.want(s.do(s.reader(who), httptest.NewRequest(http.MethodGet, path, nil)), status, who+" GET "+path, words)
}

func (s *site) post(status int, who, path string, form url.Values, words ...string) string {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := s.do(s.reader(who), r)
	if status == http.StatusSeeOther {
		s.want(w, status, who+" POST "+path, words)
		return w.Header().Get("Location")
	}
	return s.want(w, status, who+" POST "+path, words)
}

func (s *site) want(w *httptest.ResponseRecorder, status int, what string, words []string) string {
	s.t.Helper()
	body := w.Body.String()
	if w.Code != status {
		s.t.Fatalf("%s: %d, want %d\n%s", what, w.Code, status, excerpt(body))
	}
	for _, word := range words {
		if absent, not := strings.CutPrefix(word, "!"); not && strings.Contains(body, absent) {
			s.t.Errorf("%s shows %q", what, absent)
		} else if !not && !strings.Contains(body, word) {
			s.t.Errorf("%s does not show %q\n%s", what, word, excerpt(body))
		}
	}
	if strings.Contains(body, " style=") || strings.Contains(body, "<script>") {
		s.t.Errorf("%s: inline style or script", what)
	}
	return body
}

// excerpt is the main part of a page.
func excerpt(body string) string {
	if at := strings.Index(body, "<main"); at > 0 {
		body = body[at:]
	}
	return body[:min(len(body), 3000)]
}

// document gives the matter (task "") or a task a document, or a further version when id is given.
func (s *site) document(t ident.TaskID, name, bytes, by string, id ident.DocumentID) (ident.DocumentID, ident.VersionID) {
	s.t.Helper()
	n := int64(1)
	if id == "" {
		id = ident.DocumentID(ident.New())
		s.Exec(db.SQL(`INSERT INTO document (id, matter_id, task_id, kind, name, folder, state, current_n, made_by, made_at, rev) VALUES (?, ?, ?, 'work', ?, '', 'active', 1, ?, ?, 1)`,
			id, testkit.Matter, t, name, testkit.PersonID(by), db.Micros(s.Now())))
	} else {
		n = s.Int(db.SQL(`SELECT current_n FROM document WHERE id = ?`, id)) + 1
		s.Exec(db.SQL(`UPDATE document SET current_n = ? WHERE id = ?`, n, id))
	}
	ver := ident.VersionID(ident.New())
	s.System(func(ctx context.Context, tx *gate.Tx) error {
		sum := sha256.Sum256([]byte(bytes))
		sealed, err := tx.Seal(ctx, testkit.Matter, string(sum[:]), "version.sha256/"+string(ver))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO version (id, document_id, matter_id, n, blob, name, size_bytes, sha256, same, media_type, author_id, org_id, stage, reason, made_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'application/pdf', ?, ?, ?, '', ?)`,
			ver, id, testkit.Matter, n, string(ver), name, 1000*len(bytes), sealed, []byte(bytes), testkit.PersonID(by), testkit.As(by).Org, map[bool]string{true: "accept", false: "draft"}[by == testkit.Attorney], db.Micros(s.Now())))
		return err
	})
	return id, ver
}

func (s *site) must(t task.Task, err error) task.Task {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	return t
}

func packageForm() url.Values {
	return url.Values{"playbook": {string(binder)}, "engagement": {string(testkit.Engagement)}, "title": {"Binder for the hearing"},
		"instructions": {"Bind exhibits 1 to 22."}, "acceptance": {"Every bookmark opens."}, "due": {"2026-11-26T10:00"}, "then": {"release"}}
}

func newPath() string { return "/matters/" + string(testkit.Matter) + "/packages/new" }

func TestPackagePages(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := newSite(t, w)
		doc, _ := s.document("", "Exhibits.pdf", "x", testkit.Attorney, "")
		s.get(404, testkit.Walled, newPath())
		s.get(403, testkit.Junior, newPath())
		s.get(200, testkit.Attorney, newPath(), "LI-09 Exhibit binder: 16 working hours", "Meridian, India", "Exhibits.pdf", "added by you just now", `data-keep="`+string(testkit.PersonID(testkit.Attorney)))

		bad := packageForm()
		bad.Set("acceptance", "")
		bad.Set("due", "soon")
		bad.Add("documents", string(doc))
		s.post(422, testkit.Attorney, newPath(), bad, "Bind exhibits 1 to 22.", "Binder for the hearing", "Write the due time", `value="`+string(binder)+`" selected`, `value="`+string(doc)+`" checked`)
		bad.Set("due", "2026-11-26T10:00")
		s.post(422, testkit.Attorney, newPath(), bad, "one criterion a line", "2026-11-26T10:00")

		good := packageForm()
		good.Add("documents", string(doc))
		to := s.post(303, testkit.Attorney, newPath(), good)
		if !strings.HasSuffix(to, "/release") {
			t.Fatalf("goes to %s", to)
		}
		path := strings.TrimSuffix(to, "/release")
		s.get(404, testkit.Lead, path+"/package")
		s.get(200, testkit.Attorney, path+"/package", "Bind exhibits 1 to 22.", "2026-11-26T10:00", `value="`+string(doc)+`" checked`, `name="rev" value="1"`)

		edit := packageForm()
		edit.Set("rev", "1")
		edit.Set("then", "keep")
		edit.Set("due", "") // the suggestion
		s.post(303, testkit.Attorney, path+"/package", edit)
		edit.Set("instructions", "Mine, not theirs.")
		s.post(409, testkit.Attorney, path+"/package", edit, "Mine, not theirs.", "Bind exhibits 1 to 22.", `name="rev" value="2"`, "Someone changed the package")
	})
}

func TestReleasePage(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := newSite(t, w)
		path := strings.TrimSuffix(s.post(303, testkit.Attorney, newPath(), packageForm()), "/release")
		s.get(200, testkit.Attorney, path+"/release", "Client consent", "Export control", "Every person has acknowledged the protective order.", "in India", "junior, junior2", "!Not released")
		s.post(403, testkit.Attorney, path+"/release", url.Values{"rev": {"1"}}, "Not released", "nobody has confirmed it")
		s.System(func(ctx context.Context, tx *gate.Tx) error {
			return tx.EndFact(ctx, authz.Ref{Kind: "matter", ID: string(testkit.Matter)}, "consent", "")
		})
		s.get(200, testkit.Attorney, path+"/release", "1 closed, of 10", "No client consent is on file", "/matters/"+string(testkit.Matter)+"/gates", `aria-disabled="true"`)
		s.System(func(ctx context.Context, tx *gate.Tx) error {
			return tx.AddFact(ctx, authz.Ref{Kind: "matter", ID: string(testkit.Matter)}, "consent", string(testkit.Provider)+"|IN|confidential", time.Time{})
		})
		s.post(409, testkit.Attorney, path+"/release", url.Values{"rev": {"9"}, "condition": {"yes"}}, "Someone moved this task")
		if to := s.post(303, testkit.Attorney, path+"/release", url.Values{"rev": {"1"}, "condition": {"yes"}}); to != path {
			t.Errorf("goes to %s", to)
		}
		s.get(409, testkit.Attorney, path+"/release")
		amend := packageForm()
		amend.Set("rev", "2")
		s.get(200, testkit.Attorney, path+"/package", "Why it changes")
		s.post(422, testkit.Attorney, path+"/package", amend, "Give the reason")
		amend.Set("reason", "Exhibit 19 is withdrawn.")
		s.post(303, testkit.Attorney, path+"/package", amend)
	})
}
