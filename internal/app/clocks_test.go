package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/web"
	"countersign/internal/sla"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/task/taskweb"
	"countersign/internal/testkit"
)

// Boards and desks tell what was agreed, in both sides' hours; without terms and calendars they are what they were.
func TestAgreedTimeOnPages(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, d, ctx := sla.New(w.Gate), desk.New(w.Gate), t.Context()
		d.UseClocks(clocks{s})
		mux := http.NewServeMux()
		taskweb.Routes(mux, task.New(w.Gate, nil), d)
		has := func(who, path, want, not string) {
			t.Helper()
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
			got := httptest.NewRecorder()
			mux.ServeHTTP(got, r.WithContext(web.WithReader(ctx, web.Reader{Actor: testkit.As(who), Zone: zoneNamed(t, "America/Chicago"), Other: zoneNamed(t, "Asia/Kolkata")})))
			if body := got.Body.String(); got.Code != http.StatusOK || !strings.Contains(body, want) || not != "" && strings.Contains(body, not) {
				t.Errorf("%s %s: %d, want %q and not %q in\n%s", who, path, got.Code, want, not, body)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		board := "/matters/" + string(testkit.Matter) + "/board"
		has(testkit.Attorney, board, "No work on this matter yet", "shiftbar")
		id := plantTask(t, w)
		page := "/tasks/" + string(id)
		has(testkit.Junior, page, "Nothing was agreed", "Minute ledger")

		ops, lead := testkit.As(testkit.Operations), testkit.As(testkit.Lead)
		days := [7]bool{true, true, true, true, true}
		cal, err := s.MakeCalendar(ctx, ops, sla.NewCalendar{Kind: sla.OfOrg, Name: "Chicago", Zone: "America/Chicago"})
		must(err)
		must(s.SetWeek(ctx, ops, sla.NewWeek{Calendar: cal, From: "2026-11-01", Shifts: []sla.Shift{{Days: days, Open: 540, Close: 1020}}}))
		pune, err := s.MakeCalendar(ctx, lead, sla.NewCalendar{Kind: sla.OfOrg, Name: "Pune", Zone: "Asia/Kolkata"})
		must(err)
		must(s.SetWeek(ctx, lead, sla.NewWeek{Calendar: pune, From: "2026-11-01", Shifts: []sla.Shift{{Days: days, Open: 810, Close: 1350}}}))
		_, err = s.Propose(ctx, ops, sla.NewTerms{Engagement: testkit.Engagement, Calendar: cal, Agreed: 240, Own: 180, Shares: "draft 75"})
		must(err)
		must(s.Settle(ctx, lead, sla.Settlement{Engagement: testkit.Engagement, Version: 1, To: sla.Agreed}))
		w.Exec(db.SQL(`UPDATE task SET released_at = ? WHERE id = ?`, db.Micros(w.Now()), id)) // now, under the terms
		w.Later(time.Hour)                                                                     // 10:00 in Chicago, 21:30 in Pune
		has(testkit.Attorney, board, "Both on duty until", "")
		has(testkit.Attorney, board, "of 4 h agreed, due", "")
		has(testkit.Attorney, board, "junior, junior2, peer, senior", "walled")
		has(testkit.Junior, page, "terms v1, hours of Chicago", "")
		has(testkit.Junior, page, "Ledger as CSV", "")
		w.Later(4 * time.Hour)
		has(testkit.Lead, board, "1 h over", "")
		has(testkit.Lead, board, "off duty", "")
	})
}

func zoneNamed(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func plantTask(t *testing.T, w *testkit.World) ident.TaskID {
	t.Helper()
	id, book, at := ident.TaskID(ident.New()), ident.New(), db.Micros(w.Now())
	w.Exec(db.SQL(`INSERT INTO playbook (id, firm_id, code, name, practice_area, current_n, retired_at, made_at, rev) VALUES (?, ?, 'LI-01', 'Memorandum', 'litigation', 1, 0, 1, 1)`, book, testkit.Firm))
	w.System(func(ctx context.Context, tx *gate.Tx) error {
		sealed, err := tx.SealOrg(ctx, testkit.Firm, `{"steps":["Read"]}`, "playbook_version.body/"+book+"/1")
		if err == nil {
			_, err = tx.Exec(ctx, db.SQL(`INSERT INTO playbook_version (playbook_id, n, state, offshore, turnaround_hours, rush_hours, stages, body, template_version_id, made_by, made_at, released_by, released_at, note, rev)
				VALUES (?, 1, 'released', 'yes', 16, 4, ?, ?, '', '', 1, '', 1, '', 1)`, book,
				`[{"key":"draft","name":"Draft","kind":"draft","role":"junior"},{"key":"acceptance","name":"Acceptance","kind":"acceptance","role":"supervising_attorney"}]`, sealed))
		}
		return err
	})
	w.Exec(db.SQL(`INSERT INTO task (id, number, firm_id, matter_id, engagement_id, provider_id, playbook_id, playbook_n, code, title, instructions, acceptance, state, stage, stage_key, stages, returned,
			return_stage, author_id, holder_id, supervisor_id, rush, due_at, cycle, reason, made_by, made_at, released_by, released_at, complete_at, stage_at, delivered_at, rev)
		VALUES (?, 7, ?, ?, ?, ?, ?, 1, 'LI-01', 'Memo', ?, ?, 'open', 0, 'draft', 2, FALSE, 0, '', '', ?, FALSE, ?, 0, ?, '', ?, '', ?, ?, ?, 0, 1)`,
		id, testkit.Firm, testkit.Matter, testkit.Engagement, testkit.Provider, book, []byte{}, []byte{}, testkit.PersonID(testkit.Attorney), at+86_400_000_000, []byte{}, at, at, at, at))
	return id
}
