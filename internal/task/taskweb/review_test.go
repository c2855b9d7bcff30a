package taskweb_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/testkit"
)

// inReview is a task whose first draft, two files, is with the peer reviewer.
func (s *site) inReview() (t task.Task, memo ident.DocumentID, files []ident.VersionID) {
	s.t.Helper()
	ctx, att := s.t.Context(), testkit.As(testkit.Attorney)
	t = s.must(s.tasks.Prepare(ctx, att, task.Package{Matter: testkit.Matter, Engagement: testkit.Engagement, Playbook: binder, Title: "Exhibit binder for the hearing",
		Instructions: "Bind exhibits 1 to 22.\nLeave out exhibit 19.", Acceptance: "Every bookmark opens.", Due: s.Now().Add(48 * time.Hour)}))
	s.must(s.tasks.Release(ctx, att, t.ID, 0, true))
	s.must(s.tasks.Take(ctx, testkit.As(testkit.Junior), t.ID))
	s.Later(2 * time.Hour)
	memo, one := s.document(t.ID, "Exhibit binder.pdf", "one", testkit.Junior, "")
	_, two := s.document(t.ID, "Exhibit index.docx", "index", testkit.Junior, "")
	files = []ident.VersionID{one, two}
	s.must(s.tasks.Submit(ctx, testkit.As(testkit.Junior), task.HandIn{Task: t.ID, Files: files, Note: "Exhibit 14 is the legible copy."}))
	return s.must(s.tasks.Take(ctx, testkit.As(testkit.Peer), t.ID)), memo, files
}

// accepted is a task that awaits the attorney.
func (s *site) accepted() (task.Task, ident.DocumentID, []ident.VersionID) {
	s.t.Helper()
	t, memo, files := s.inReview()
	return s.must(s.tasks.Approve(s.t.Context(), testkit.As(testkit.Peer), task.Verdict{Task: t.ID})), memo, files
}

func TestReviewPages(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := newSite(t, w)
		tk, memo, files := s.inReview()
		path := "/tasks/" + string(tk.ID) + "/review"
		s.get(403, testkit.Senior, path)
		s.get(404, testkit.Walled, path)
		s.get(200, testkit.Peer, path, "your first look", "Exhibit binder.pdf", "Exhibit 14 is the legible copy.", "0 of 2", `<optgroup label="critical">`, `data-key="1"`, "Approve")
		s.get(200, testkit.Peer, path)
		if done, _ := s.Entries(task.DoLook); done != 1 {
			t.Errorf("%d looks for two openings", done)
		}

		finding := url.Values{"severity": {"major"}, "code": {"D-M2"}, "version": {string(files[0])}, "page": {"seven"}, "text": {"The words stand at 47:7."}, "quote": {"Marsh Dep."}}
		s.post(422, testkit.Peer, path+"/findings", finding, "The words stand at 47:7.", "Marsh Dep.", "seven", `value="D-M2" selected`, "counted from 1")
		finding.Set("page", "7")
		finding.Set("area", "0.1,0.25,2,0.02")
		s.post(422, testkit.Peer, path+"/findings", finding, "Point to it again")
		finding.Set("area", "0.1,0.25,0.3,0.02")
		s.get(200, testkit.Peer, path+"?version="+string(files[0])+"&page=7&area=0.1,0.25,0.3,0.02", `name="area" value="0.1,0.25,0.3,0.02"`, "pointed to on page 7", "/words/7?at=0.1%2C0.25%2C0.3%2C0.02")
		s.post(303, testkit.Peer, path+"/findings", finding)
		s.get(200, testkit.Peer, path, "at=7:0.1,0.25,0.3,0.02#p7")
		s.post(303, testkit.Peer, path+"/checklist", url.Values{"item": {"1"}})
		s.get(200, testkit.Peer, path, "1 major", "p. 7", "1 of 2", "Return with 1 finding", "Refused while 1 finding is open")
		rev := strconv.FormatInt(s.Int(db.SQL(`SELECT rev FROM task WHERE id = ?`, tk.ID)), 10)
		s.post(409, testkit.Peer, path+"/approve", url.Values{"rev": {rev}, "note": {"Nearly there."}}, "Nearly there.", "Not approved")
		s.post(409, testkit.Peer, path+"/return", url.Values{"rev": {"1"}, "note": {"Nearly there."}}, "Nearly there.", "Someone moved this task")
		s.post(303, testkit.Peer, path+"/return", url.Values{"rev": {rev}, "note": {"See 1."}})
		s.get(409, testkit.Peer, path)

		_, again := s.document(tk.ID, "", "two", testkit.Junior, memo)
		var open string
		if err := s.DB.QueryRow(t.Context(), db.SQL(`SELECT id FROM finding WHERE task_id = ?`, tk.ID)).Scan(&open); err != nil {
			t.Fatal(err)
		}
		s.must(s.tasks.Submit(t.Context(), testkit.As(testkit.Junior), task.HandIn{Task: tk.ID, Files: []ident.VersionID{again, files[1]},
			Answers: []task.Answer{{Finding: open, Text: "Corrected in both places."}}}))
		s.get(200, testkit.Peer, path, "since submission 1", "1 replaced", "v1 → v2", "Unchanged", "Corrected in both places.", "Raise again")
		s.post(422, testkit.Peer, path+"/findings/"+open, url.Values{"state": {"gone"}}, "Nothing was changed")
		s.post(303, testkit.Peer, path+"/findings/"+open, url.Values{"state": {"accepted"}})
		rev = strconv.FormatInt(s.Int(db.SQL(`SELECT rev FROM task WHERE id = ?`, tk.ID)), 10)
		if to := s.post(303, testkit.Peer, path+"/approve", url.Values{"rev": {rev}}); to != "/tasks/"+string(tk.ID) {
			t.Errorf("goes to %s", to)
		}
	})
}

func TestABlindReviewSaysSo(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := newSite(t, w)
		s.Exec(db.SQL(`UPDATE playbook_version SET stages = ? WHERE playbook_id = ?`, strings.Replace(track, `"role":"peer_reviewer"`, `"role":"peer_reviewer","blind_percent":100`, 1), binder))
		tk, _, files := s.inReview()
		s.Exec(db.SQL(`INSERT INTO review (id, task_id, submission_id, stage, reviewer_id, verdict, blind, note, opened_at, handed_at)
			SELECT 'r', ?, id, 1, ?, 'returned', FALSE, ?, 1, 2 FROM submission WHERE task_id = ?`, tk.ID, testkit.PersonID(testkit.Senior), []byte{}, tk.ID))
		s.Exec(db.SQL(`INSERT INTO finding (id, task_id, review_id, number, severity, code, version_id, page, line, area, quote, text, state, answer, answered_by, answered_at, raised_by, raised_at, rev)
			VALUES ('f', ?, 'r', 1, 'critical', 'D-C4', ?, 3, 0, '', ?, ?, 'accepted', ?, '', 0, ?, 1, 1)`, tk.ID, files[0], []byte{}, []byte{}, []byte{}, testkit.PersonID(testkit.Senior)))
		s.get(200, testkit.Peer, "/tasks/"+string(tk.ID)+"/review", "This review is blind", "!D-C4 Wrong party, court, form or jurisdiction</p>", "!senior")
		s.get(200, testkit.Peer, "/tasks/"+string(tk.ID)+"/record", "Your own review is blind", "!D-C4")
		s.get(200, testkit.Attorney, "/tasks/"+string(tk.ID)+"/record", "D-C4 Wrong party")
	})
}

func TestSignPages(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := newSite(t, w)
		first, memo, _ := s.accepted()
		second, _, files2 := s.accepted()
		path := "/tasks/" + string(first.ID) + "/sign"
		s.get(403, testkit.Partner, path)
		s.get(200, testkit.Attorney, path, "1 of 2 waiting", "Next: Exhibit binder", "Sign 2 files and deliver", "Return with reasons")

		rd := s.reader(testkit.Attorney)
		rd.Actor.SteppedUpAt = time.Time{}
		page := s.do(rd, httptest.NewRequest(http.MethodGet, path, nil)).Body.String()
		if !strings.Contains(page, "/step-up?next="+url.QueryEscape(path)) || strings.Contains(page, "and deliver") {
			t.Errorf("no way to the step-up: %s", excerpt(page))
		}
		form := url.Values{"rev": {strconv.FormatInt(first.Rev, 10)}, "note": {"Read in full."}}
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if got := s.do(rd, r); got.Code != 403 || !strings.Contains(got.Body.String(), "Read in full.") {
			t.Errorf("a lapsed step-up: %d\n%s", got.Code, excerpt(got.Body.String()))
		}

		_, hers := s.document(first.ID, "", "hers", testkit.Attorney, memo)
		s.get(200, testkit.Attorney, path, "With your edits", string(hers), "v1 as handed in", "v2 yours")
		form["file"] = []string{"nothing"}
		s.post(422, testkit.Attorney, path, form, "Read in full.")
		v, err := desk.New(s.Gate).SignView(t.Context(), s.reader(testkit.Attorney).Actor, first.ID)
		if err != nil {
			t.Fatal(err)
		}
		form["file"] = nil
		for _, f := range v.Files {
			form.Add("file", string(f.Version))
		}
		if to := s.post(303, testkit.Attorney, path, form); to != "/tasks/"+string(second.ID)+"/sign" {
			t.Errorf("goes to %s", to)
		}
		form = url.Values{"rev": {strconv.FormatInt(second.Rev, 10)}, "file": {string(files2[0]), string(files2[1])}}
		if to := s.post(303, testkit.Attorney, "/tasks/"+string(second.ID)+"/sign", form); to != "/tasks/"+string(second.ID)+"/record" {
			t.Errorf("goes to %s", to)
		}
	})
}

func TestRecordPages(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := newSite(t, w)
		tk, memo, files := s.accepted()
		path := "/tasks/" + string(tk.ID) + "/record"
		s.get(404, testkit.Walled, path)
		s.get(404, testkit.Walled, path+".json")
		s.get(200, testkit.Junior, path, "Not signed yet", "Package released", "Draft handed in", "2 h")
		s.must(s.tasks.SignOff(t.Context(), s.reader(testkit.Attorney).Actor, task.SignOff{Task: tk.ID, Files: files}))
		s.get(200, testkit.Junior, path, "Countersigned", "Signed and delivered", "Manifest SHA-256", "!Signature void")
		s.document(tk.ID, "", "changed", testkit.Attorney, memo)
		s.get(200, testkit.Junior, path, "Signature void", "v1 was signed, v2 by attorney is the file now", "!Countersigned<")
		var rec struct {
			Task    string `json:"task"`
			SignOff struct {
				Void []struct {
					Name string `json:"name"`
				} `json:"void_because"`
			} `json:"sign_off"`
			Files []struct {
				SHA256 string `json:"sha256"`
			} `json:"delivered_files"`
		}
		if err := json.Unmarshal([]byte(s.get(200, testkit.Attorney, path+".json")), &rec); err != nil {
			t.Fatal(err)
		}
		if rec.Task != tk.Name() || len(rec.SignOff.Void) != 1 || rec.SignOff.Void[0].Name != "Exhibit binder.pdf" || len(rec.Files) != 2 || len(rec.Files[0].SHA256) != 64 {
			t.Errorf("%+v", rec)
		}
	})
}
