package slaweb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/web"
	"countersign/internal/sla"
	"countersign/internal/sla/slaweb"
	"countersign/internal/testkit"
)

const taskID = ident.TaskID("00000000-0000-7000-8000-0000000000c7")

const track = `[{"key":"draft","name":"Draft","kind":"draft","role":"junior","blind_percent":0},
	{"key":"acceptance","name":"Attorney acceptance","kind":"acceptance","role":"supervising_attorney","blind_percent":0}]`

// plant puts a released task in the world, with what its release left on record.
func plant(w *testkit.World) {
	book := "00000000-0000-7000-8000-0000000000b1"
	at := db.Micros(w.Now())
	w.Exec(db.SQL(`INSERT INTO playbook (id, firm_id, code, name, practice_area, current_n, retired_at, made_at, rev) VALUES (?, ?, 'LI-01', 'Memorandum', 'litigation', 1, 0, 1, 1)`, book, testkit.Firm))
	w.Exec(db.SQL(`INSERT INTO playbook_version (playbook_id, n, state, offshore, turnaround_hours, rush_hours, stages, body, template_version_id, made_by, made_at, released_by, released_at, note, rev)
		VALUES (?, 1, 'released', 'yes', 16, 4, ?, ?, '', '', 1, '', 1, '', 1)`, book, track, []byte{}))
	w.Exec(db.SQL(`INSERT INTO task (id, number, firm_id, matter_id, engagement_id, provider_id, playbook_id, playbook_n, code, title, instructions, acceptance, state, stage, stage_key, stages, returned,
			return_stage, author_id, holder_id, supervisor_id, rush, due_at, cycle, reason, made_by, made_at, released_by, released_at, complete_at, stage_at, delivered_at, rev)
		VALUES (?, 7, ?, ?, ?, ?, ?, 1, 'LI-01', 'Memo', ?, ?, 'open', 0, 'draft', 2, FALSE, 0, '', '', ?, FALSE, ?, 0, ?, '', ?, '', ?, ?, ?, 0, 1)`,
		taskID, testkit.Firm, testkit.Matter, testkit.Engagement, testkit.Provider, book, []byte{}, []byte{}, testkit.PersonID(testkit.Attorney), at+86_400_000_000, []byte{}, at, at, at, at))
	w.Exec(db.SQL(`INSERT INTO entry (id, at, verb, refused, subject_kind, subject_id, rev, matter_id, org_id, owner_org_id, person_id, leaf, openings) VALUES (?, ?, 'task.release', FALSE, 'task', ?, 1, ?, ?, ?, '', ?, ?)`,
		ident.New(), at, taskID, testkit.Matter, testkit.Firm, testkit.Firm, []byte{}, []byte{}))
}

func TestPages(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := sla.New(w.Gate)
		mux := http.NewServeMux()
		slaweb.Routes(mux, s)
		chicago, kolkata := zone(t, "America/Chicago"), zone(t, "Asia/Kolkata")
		send := func(who, method, path string, form url.Values) (int, string) {
			r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			got := httptest.NewRecorder()
			mux.ServeHTTP(got, r.WithContext(web.WithReader(r.Context(), web.Reader{Actor: testkit.As(who), Zone: chicago, Other: kolkata})))
			return got.Code, got.Body.String() + got.Header().Get("Location")
		}
		check := func(who, method, path string, form url.Values, status int, has, not string) {
			t.Helper()
			if code, body := send(who, method, path, form); code != status || !strings.Contains(body, has) || not != "" && strings.Contains(body, not) {
				t.Errorf("%s %s %s: %d, want %d with %q and without %q\n%s", who, method, path, code, status, has, not, body)
			}
		}
		check(testkit.Operations, "GET", "/calendars", nil, 200, "Begin with the organization", "")
		check(testkit.Junior, "GET", "/calendars", nil, 200, "Whoever plans", "Begin a calendar")
		check(testkit.Operations, "POST", "/calendars", url.Values{"kind": {"org"}, "name": {"Chicago"}, "zone": {"Chicago"}}, 422, "such as America/Chicago", "")
		check(testkit.Junior, "POST", "/calendars", url.Values{"kind": {"org"}, "name": {"Mine"}, "zone": {"UTC"}}, 403, "", "")
		_, at := send(testkit.Operations, "POST", "/calendars", url.Values{"kind": {"org"}, "name": {"Chicago"}, "zone": {"America/Chicago"}})
		id := at[strings.LastIndex(at, "/")+1:]
		check(testkit.Operations, "GET", "/calendars/"+id, nil, 200, "No hours yet", "")
		check(testkit.Operations, "POST", "/calendars/"+id+"/week", url.Values{"from": {"2026-11-01"}, "open0": {"nine"}, "close0": {"17:00"}, "days0": {"0", "1"}}, 422, "nine", "")
		check(testkit.Operations, "POST", "/calendars/"+id+"/week", url.Values{"from": {"2026-11-01"}, "open0": {"09:00"}, "close0": {"17:00"}, "days0": {"0", "1", "2", "3", "4"}, "open1": {"22:00"}, "close1": {"02:00"}, "days1": {"4"}}, 303, id, "")
		check(testkit.Operations, "GET", "/calendars/"+id+"?week=2026-11-23", nil, 200, "22:00 to 02:00 the next day", "")
		check(testkit.Operations, "POST", "/calendars/"+id+"/days-off", url.Values{"kind": {"holiday"}, "name": {"Thanksgiving"}, "first": {"2026-11-26"}}, 303, id, "")
		check(testkit.Lead, "GET", "/calendars/"+id, nil, 200, "Off: Thanksgiving", "Take days out")
		check(testkit.Stranger, "GET", "/calendars/"+id, nil, 404, "", "Thanksgiving")

		e := "/engagements/" + string(testkit.Engagement) + "/terms"
		check(testkit.Lead, "GET", e, nil, 200, "Nothing is agreed yet", "")
		check(testkit.Junior, "GET", e, nil, 403, "", "")
		check(testkit.Lead, "POST", e, url.Values{"calendar": {id}, "agreed": {"soon"}}, 422, "soon", "")
		check(testkit.Lead, "POST", e, url.Values{"calendar": {id}, "agreed": {"60"}, "own": {"45"}, "shares": {"draft 80"}, "credits": {"0 5"}}, 303, e, "")
		check(testkit.Lead, "POST", e+"/1/accept", nil, 403, "", "")
		check(testkit.Operations, "GET", e, nil, 200, "Accept", "Withdraw</")
		check(testkit.Operations, "POST", e+"/1/accept", nil, 303, e, "")
		check(testkit.Operations, "POST", e+"/1/burn", nil, 404, "", "")
		w.Later(time.Second)
		plant(w)
		w.Later(2 * time.Hour)
		c := "/tasks/" + string(taskID) + "/clock"
		check(testkit.Junior, "GET", c, nil, 200, "Breach", "Stop the clock")
		check(testkit.Junior, "GET", c, nil, 200, "21:30 IST", "") // due 10:00 in Chicago and a second
		check(testkit.Walled, "GET", c, nil, 404, "", "T-7")
		check(testkit.Walled, "GET", c+".csv", nil, 404, "", "T-7")
		check(testkit.Junior, "GET", c+".csv", nil, 200, "T-7,2026-11-23T15:00:01Z,2026-11-23T17:00:01Z,7200,counted,provider,draft,,1", "")
		check(testkit.Attorney, "POST", c+"/pause", url.Values{"kind": {"court"}}, 422, "Name the evidence", "")
		check(testkit.Attorney, "POST", c+"/pause", url.Values{"kind": {"court"}, "reason": {"Order of 23 November"}}, 303, c, "")
		check(testkit.Junior, "GET", c, nil, 200, "Order of 23 November", "")
		check(testkit.Attorney, "POST", c+"/resume", nil, 303, c, "")
	})
}

func zone(t *testing.T, name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
