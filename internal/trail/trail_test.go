package trail_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
	"countersign/internal/trail"
)

const (
	task   = "00000000-0000-7000-8000-00000000a001"
	hidden = "00000000-0000-7000-8000-00000000a002" // the firm still writes it
	paper  = "00000000-0000-7000-8000-00000000c001"
)

// deed records an entry of a verb by a person: done, or refused by a rule.
func deed(t *testing.T, w *testkit.World, short string, verb authz.Action, ref authz.Ref, m ident.MatterID, values map[string]string) {
	t.Helper()
	who := testkit.As(short)
	err := w.Gate.Write(t.Context(), who, verb, func(tx *gate.Tx) error {
		// "message.post" is permitted to everyone on the matter: the entry under test names its own verb.
		s := authz.Subject{Ref: authz.Ref{Kind: "message", ID: "-"}, Matter: string(m), Org: string(who.Org), Attrs: map[string]any{"author": "", "on_kind": "task"}}
		if err := tx.PermitAs(t.Context(), "message.post", s); err != nil {
			return err
		}
		tx.Record(gate.Entry{Verb: verb, Subject: ref, Matter: m, Owner: map[bool]ident.OrgID{true: testkit.Firm, false: who.Org}[m != ""], Values: values})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Later(time.Minute)
}

func refusal(t *testing.T, w *testkit.World, short string, m ident.MatterID) {
	t.Helper()
	who := testkit.As(short)
	err := w.Gate.Write(t.Context(), who, "message.edit", func(tx *gate.Tx) error {
		return tx.Permit(t.Context(), authz.Subject{Ref: authz.Ref{Kind: "message", ID: task}, Matter: string(m), Org: string(testkit.Firm), Attrs: map[string]any{"author": "someone", "on_kind": "task"}})
	})
	if err == nil {
		t.Fatal("not refused")
	}
	w.Later(time.Minute)
}

func taskRef(id string) authz.Ref { return authz.Ref{Kind: "task", ID: id} }

func each(t *testing.T, fn func(t *testing.T, w *testkit.World, s *trail.Service)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		pb := "00000000-0000-7000-8000-00000000b001"
		w.Exec(db.SQL(`INSERT INTO playbook (id, firm_id, code, name, practice_area, current_n, retired_at, made_at, rev) VALUES (?, ?, 'LI-03', 'Summary', 'litigation', 1, 0, 1, 1)`, pb, testkit.Firm))
		for i, id := range []string{task, hidden} {
			w.Exec(db.SQL(`INSERT INTO task (id, number, firm_id, matter_id, engagement_id, provider_id, playbook_id, playbook_n, code, title, instructions, acceptance,
				state, stage, stage_key, stages, returned, return_stage, author_id, holder_id, supervisor_id, rush, due_at, cycle, reason, made_by, made_at, released_by, released_at, complete_at, stage_at, delivered_at, rev)
				VALUES (?, ?, ?, ?, ?, ?, ?, 1, 'LI-03', 'Summary', ?, ?, ?, 0, 'draft', 3, FALSE, 0, '', '', ?, FALSE, 1, 0, ?, '', 1, '', 1, 1, 1, 0, 1)`,
				id, 2091+i, testkit.Firm, testkit.Matter, testkit.Engagement, testkit.Provider, pb, []byte{}, []byte{}, []string{"open", "preparing"}[i], testkit.PersonID(testkit.Attorney), []byte{}))
		}
		w.Exec(db.SQL(`INSERT INTO document (id, matter_id, task_id, kind, name, folder, state, current_n, made_by, made_at, rev) VALUES (?, ?, '', 'source', 'Clawed back memo', '', 'active', 1, '', 1, 1)`, paper, testkit.Matter))
		fn(t, w, trail.New(w.Gate))
	})
}

func all(t *testing.T, s *trail.Service, short string, scope trail.Scope) []trail.Row {
	t.Helper()
	page, err := s.Trail(t.Context(), testkit.As(short), scope, trail.Filter{Group: "all"}, trail.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	return page.Rows
}

func TestWhoMayAsk(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *trail.Service) {
		matter, shut := string(testkit.Matter), string(testkit.Shut)
		for _, c := range []struct {
			who  string
			of   trail.Scope
			want fault.Kind // Internal: allowed
		}{
			{testkit.Walled, trail.Scope{Kind: "matter", ID: matter}, fault.NotFound},
			{testkit.Outside, trail.Scope{Kind: "matter", ID: matter}, fault.NotFound},
			{testkit.Stranger, trail.Scope{Kind: "task", ID: task}, fault.NotFound},
			{testkit.Junior, trail.Scope{Kind: "matter", ID: shut}, fault.NotFound},
			{testkit.Junior, trail.Scope{Kind: "task", ID: hidden}, fault.NotFound},
			{testkit.Junior, trail.Scope{Kind: "person", ID: string(testkit.PersonID(testkit.Peer))}, fault.NotFound},
			{testkit.Compliance, trail.Scope{Kind: "person", ID: string(testkit.PersonID(testkit.Peer))}, fault.NotFound}, // of another organization
			{testkit.Junior, trail.Scope{Kind: "org"}, fault.Forbidden},
			{testkit.Junior, trail.Scope{Kind: "nothing", ID: matter}, fault.NotFound},
			{testkit.Junior, trail.Scope{Kind: "person"}, 0},
			{testkit.Lead, trail.Scope{Kind: "person", ID: string(testkit.PersonID(testkit.Peer))}, 0},
			{testkit.Compliance, trail.Scope{Kind: "org"}, 0},
			{testkit.Attorney, trail.Scope{Kind: "task", ID: hidden}, 0},
			{testkit.Junior, trail.Scope{Kind: "document", ID: paper}, 0},
		} {
			_, err := s.Trail(t.Context(), testkit.As(c.who), c.of, trail.Filter{}, trail.Cursor{})
			if c.want == 0 && err != nil {
				t.Errorf("%s asks for %v: %v", c.who, c.of, err)
			} else if c.want != 0 {
				testkit.WantKind(t, err, c.want)
			}
			err = s.Export(t.Context(), testkit.As(c.who), c.of, trail.Filter{}, func(trail.About) io.Writer { return io.Discard })
			if c.want == 0 && err != nil {
				t.Errorf("%s exports %v: %v", c.who, c.of, err)
			} else if c.want != 0 {
				testkit.WantKind(t, err, c.want)
			}
		}
	})
}

func TestWords(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *trail.Service) {
		deed(t, w, testkit.Peer, "task.raise_finding", taskRef(task), testkit.Matter, map[string]string{"severity": "major", "code": "D-M2"})
		deed(t, w, testkit.Lead, "task.assign", taskRef(task), testkit.Matter, map[string]string{"holder": string(testkit.PersonID(testkit.Junior)), "reason": "she knows the file"})
		deed(t, w, testkit.Junior, "document.open", authz.Ref{Kind: "document", ID: paper}, testkit.Matter, map[string]string{"version": "2"})
		deed(t, w, testkit.Junior, "task.invent_a_thing", taskRef(task), testkit.Matter, nil)
		rows := all(t, s, testkit.Attorney, trail.Scope{Kind: "matter", ID: string(testkit.Matter)})
		var got []string
		for _, r := range rows {
			got = append(got, r.Name+" "+r.Did+" "+r.What)
		}
		want := []string{"junior did “invent a thing” on T-2091 Summary", "junior took out the file of Clawed back memo, version 2", "lead assigned T-2091 Summary to junior", "peer raised a major finding D-M2 on T-2091 Summary"}
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		if rows[2].Because != "she knows the file" || rows[2].Rule != "People on the matter" || len(rows[2].Policy) != 64 || rows[2].Firm || rows[2].Org != "Meridian" {
			t.Errorf("%+v", rows[2])
		}
		w.Exec(db.SQL(`UPDATE task SET holder_id = ? WHERE id = ?`, testkit.PersonID(testkit.Senior), task))
		for who, words := range map[string]string{testkit.Senior: "a finding on T-2091 Summary", testkit.Peer: "a major finding D-M2 on T-2091 Summary"} {
			if got := all(t, s, who, trail.Scope{Kind: "task", ID: task})[2].What; got != words {
				t.Errorf("%s, while the senior reviews, reads %q", who, got)
			}
		}
		w.Exec(db.SQL(`UPDATE document SET state = 'quarantined' WHERE id = ?`, paper))
		for who, name := range map[string]string{testkit.Junior: "a document in quarantine", testkit.Partner: "a document in quarantine", testkit.Compliance: "Clawed back memo, version 2", testkit.Attorney: "Clawed back memo, version 2"} {
			if got := all(t, s, who, trail.Scope{Kind: "matter", ID: string(testkit.Matter)})[1].What; !strings.HasPrefix(got, name) {
				t.Errorf("%s reads %q", who, got)
			}
		}
		_, err := s.Trail(t.Context(), testkit.As(testkit.Junior), trail.Scope{Kind: "document", ID: paper}, trail.Filter{}, trail.Cursor{})
		testkit.WantKind(t, err, fault.NotFound)
	})
}

func TestWhatEachSideReads(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *trail.Service) {
		m := trail.Scope{Kind: "matter", ID: string(testkit.Matter)}
		deed(t, w, testkit.Junior, "task.submit", taskRef(task), testkit.Matter, nil)
		deed(t, w, testkit.Attorney, "task.edit", taskRef(hidden), testkit.Matter, nil)
		deed(t, w, testkit.Compliance, "matter.raise_wall", authz.Ref{Kind: "wall", ID: hidden}, testkit.Matter, map[string]string{"wall": "W-12"})
		refusal(t, w, testkit.Junior, testkit.Matter)
		refusal(t, w, testkit.Attorney, testkit.Matter)
		for who, want := range map[string]int{
			testkit.Junior:     2, // the submission, and the own attempt
			testkit.Peer:       1,
			testkit.Lead:       1, // a lead is no compliance officer
			testkit.Partner:    2,
			testkit.Attorney:   3, // with her own attempt
			testkit.Compliance: 5, // everything on the firm's matter
		} {
			if rows := all(t, s, who, m); len(rows) != want {
				t.Errorf("%s reads %d entries, want %d", who, len(rows), want)
				for _, r := range rows {
					t.Log(r.Name, r.Did, r.What)
				}
			}
		}
		page, err := s.Trail(t.Context(), testkit.As(testkit.Compliance), m, trail.Filter{Refused: true, Side: "provider"}, trail.Cursor{})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Did != "tried to" || page.Rows[0].What != "edit a message" || page.Rows[0].Rule != "One's own words" {
			t.Errorf("%+v, %v", page.Rows, err)
		}
		w.Exec(db.SQL(`UPDATE task SET state = 'open' WHERE id = ?`, hidden))
		if rows := all(t, s, testkit.Peer, m); len(rows) != 2 {
			t.Errorf("after the release the provider reads %d entries", len(rows))
		}
	})
}

func TestEntriesWithoutAMatter(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *trail.Service) {
		deed(t, w, testkit.Junior, "account.sign_in", authz.Ref{Kind: "person", ID: string(testkit.PersonID(testkit.Junior))}, "", nil)
		deed(t, w, testkit.Attorney, "account.sign_in", authz.Ref{Kind: "person", ID: string(testkit.PersonID(testkit.Attorney))}, "", nil)
		of := trail.Scope{Kind: "person", ID: string(testkit.PersonID(testkit.Junior))}
		if rows := all(t, s, testkit.Junior, trail.Scope{Kind: "person"}); len(rows) != 1 || rows[0].Did != "signed in" || rows[0].Address != "" {
			t.Errorf("own trail %+v", rows)
		}
		if rows := all(t, s, testkit.Lead, of); len(rows) != 0 {
			t.Errorf("a lead reads %d sign-ins", len(rows))
		}
		var signed int
		for _, r := range all(t, s, testkit.FirmAdmin, trail.Scope{Kind: "org"}) {
			if r.Action == "account.sign_in" {
				signed++
			}
		}
		if signed != 1 {
			t.Errorf("the firm's administrator reads %d sign-ins, want the firm's one", signed)
		}
	})
}

func TestEntryCanBeRecomputed(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *trail.Service) {
		deed(t, w, testkit.Attorney, "task.pause", taskRef(task), testkit.Matter, map[string]string{"reason": "vol. II is late"})
		id := all(t, s, testkit.Compliance, trail.Scope{Kind: "task", ID: task})[0].ID
		d, err := s.Entry(t.Context(), testkit.As(testkit.Compliance), id)
		if err != nil || len(d.Fields) != 2 || d.Fields[0].Name != "address" || d.Fields[0].Value != "192.0.2.7" || d.Address != "192.0.2.7" {
			t.Fatalf("%+v, %v", d.Fields, err)
		}
		salt, _ := base64.StdEncoding.DecodeString(d.Fields[1].Salt)
		mac := hmac.New(sha256.New, salt)
		mac.Write([]byte("reason\x00vol. II is late"))
		if base64.StdEncoding.EncodeToString(mac.Sum(nil)) != d.Fields[1].Hash || !strings.Contains(d.Leaf, "field reason "+d.Fields[1].Hash) || d.Fields[1].State != "opens" {
			t.Errorf("%+v", d.Fields[1])
		}
		for _, who := range []string{testkit.Junior, testkit.Attorney, testkit.Lead} {
			d, err := s.Entry(t.Context(), testkit.As(who), id)
			if err != nil || d.Fields[0].State != "withheld" || d.Fields[0].Salt != "" || d.Fields[0].Value != "" || d.Address != "" {
				t.Errorf("%s: %+v, %v", who, d.Fields, err)
			}
		}
		for _, who := range []string{testkit.Walled, testkit.Outside, testkit.Stranger} {
			_, err := s.Entry(t.Context(), testkit.As(who), id)
			testkit.WantKind(t, err, fault.NotFound)
		}
	})
}

func TestPagesAndFilters(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *trail.Service) {
		start := w.Now()
		for i := range 120 {
			deed(t, w, []string{testkit.Junior, testkit.Attorney}[i%2], "task.check", taskRef(task), testkit.Matter, nil)
		}
		scope, who := trail.Scope{Kind: "task", ID: task}, testkit.As(testkit.Attorney)
		seen := map[ident.EntryID]bool{}
		var at trail.Cursor
		for range 3 {
			page, err := s.Trail(t.Context(), who, scope, trail.Filter{}, trail.ParseCursor(at.String()))
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Rows {
				seen[r.ID] = true
			}
			at = page.Older
		}
		if len(seen) != 120 || at != (trail.Cursor{}) {
			t.Errorf("%d entries over three pages, then %v", len(seen), at)
		}
		for _, c := range []struct {
			name string
			f    trail.Filter
			want int
		}{
			{"one minute", trail.Filter{From: start.Add(time.Minute), To: start.Add(2 * time.Minute)}, 1},
			{"person", trail.Filter{Person: testkit.PersonID(testkit.Junior), To: start.Add(10 * time.Minute)}, 5},
			{"side", trail.Filter{Side: "firm", To: start.Add(10 * time.Minute)}, 5},
			{"group", trail.Filter{Group: "documents"}, 0},
			{"unknown group", trail.Filter{Group: "x' OR 1=1"}, 0},
			{"refused", trail.Filter{Refused: true}, 0},
		} {
			page, err := s.Trail(t.Context(), who, scope, c.f, trail.Cursor{})
			if err != nil || len(page.Rows) != c.want {
				t.Errorf("%s: %d rows, %v; want %d", c.name, len(page.Rows), err, c.want)
			}
			if len(page.People) != 2 {
				t.Errorf("%s: people to filter by: %v", c.name, page.People)
			}
		}
	})
}

func TestExport(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *trail.Service) {
		deed(t, w, testkit.Attorney, "task.pause", taskRef(task), testkit.Matter, map[string]string{"reason": "=HYPERLINK(\"http://x\")"})
		deed(t, w, testkit.Junior, "task.check", taskRef(task), testkit.Matter, nil)
		var b bytes.Buffer
		scope := trail.Scope{Kind: "task", ID: task}
		if err := s.Export(t.Context(), testkit.As(testkit.Compliance), scope, trail.Filter{}, func(trail.About) io.Writer { return &b }); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != 4 { // head, the export itself, two deeds
			t.Fatalf("%q, %v", rows, err)
		}
		if got := rows[3][7]; got != "'=HYPERLINK(\"http://x\")" {
			t.Errorf("a formula comes out as %q", got)
		}
		if rows[3][14] != "192.0.2.7" || rows[2][14] != "" {
			t.Errorf("addresses: own %q, the provider's %q", rows[3][14], rows[2][14])
		}
		if done, _ := w.Entries(trail.DoExport); done != 1 {
			t.Errorf("%d entries of the export", done)
		}
	})
}

// A key that is withdrawn leaves the entries, without their values.
func TestWithoutTheKey(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *trail.Service) {
		deed(t, w, testkit.Attorney, "task.pause", taskRef(task), testkit.Matter, map[string]string{"reason": "secret"})
		w.Exec(db.SQL(`UPDATE entry SET openings = ? WHERE verb = 'task.pause'`, []byte("not to be opened any more")))
		rows := all(t, s, testkit.Attorney, trail.Scope{Kind: "task", ID: task})
		if len(rows) != 1 || !rows[0].Sealed || rows[0].Because != "" {
			t.Errorf("%+v", rows)
		}
		d, err := s.Entry(context.Background(), testkit.As(testkit.Attorney), rows[0].ID)
		if err != nil || d.Fields[1].State != "withheld" {
			t.Errorf("%+v, %v", d.Fields, err)
		}
	})
}
