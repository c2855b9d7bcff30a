package thread_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/mail"
	"countersign/internal/testkit"
	"countersign/internal/thread"
)

const (
	task    = "00000000-0000-7000-8000-00000000a001" // open, with Junior
	hidden  = "00000000-0000-7000-8000-00000000a002" // the firm still writes it
	rushed  = "00000000-0000-7000-8000-00000000a003"
	unknown = "00000000-0000-7000-8000-00000000ffff"
)

// post is a mailer that remembers.
type post struct{ sent []mail.Message }

func (p *post) Send(_ context.Context, m mail.Message) error { p.sent = append(p.sent, m); return nil }

func each(t *testing.T, fn func(t *testing.T, w *testkit.World, s *thread.Service, p *post)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		pb := "00000000-0000-7000-8000-00000000b001"
		w.Exec(db.SQL(`INSERT INTO playbook (id, firm_id, code, name, practice_area, current_n, retired_at, made_at, rev) VALUES (?, ?, 'LI-03', 'Summary', 'litigation', 1, 0, 1, 1)`, pb, testkit.Firm))
		for i, id := range []string{task, hidden, rushed} {
			w.Exec(db.SQL(`INSERT INTO task (id, number, firm_id, matter_id, engagement_id, provider_id, playbook_id, playbook_n, code, title, instructions, acceptance,
				state, stage, stage_key, stages, returned, return_stage, author_id, holder_id, supervisor_id, rush, due_at, cycle, reason, made_by, made_at, released_by, released_at, complete_at, stage_at, delivered_at, rev)
				VALUES (?, ?, ?, ?, ?, ?, ?, 1, 'LI-03', 'Secret summary', ?, ?, ?, 0, 'draft', 3, FALSE, 0, ?, ?, ?, ?, 1, 0, ?, '', 1, '', 1, 1, 1, 0, 1)`,
				id, 2091+i, testkit.Firm, testkit.Matter, testkit.Engagement, testkit.Provider, pb, []byte{}, []byte{}, []string{"open", "preparing", "open"}[i],
				testkit.PersonID(testkit.Junior), testkit.PersonID(testkit.Junior), testkit.PersonID(testkit.Attorney), i == 2, []byte{}))
		}
		p := &post{}
		fn(t, w, thread.New(w.Gate, p, "https://countersign.example"), p)
	})
}

func notices(w *testkit.World) (out []gate.Notice) {
	for _, j := range w.TakeJobs() {
		if n, ok := j.(gate.Notice); ok {
			out = append(out, n)
		}
	}
	return out
}

func TestPostRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *thread.Service, _ *post) {
		for _, c := range []struct {
			who, kind, on, text string
			want                fault.Kind
		}{
			{testkit.Walled, "matter", string(testkit.Matter), "hello", fault.NotFound},
			{testkit.Outside, "matter", string(testkit.Matter), "hello", fault.NotFound},
			{testkit.Stranger, "task", task, "hello", fault.NotFound},
			{testkit.Junior, "matter", string(testkit.Shut), "hello", fault.NotFound},
			{testkit.Junior, "task", hidden, "hello", fault.NotFound},
			{testkit.Junior, "task", unknown, "hello", fault.NotFound},
			{testkit.Junior, "invoice", task, "hello", fault.NotFound},
			{testkit.Junior, "task", task, "  \r\n ", fault.Invalid},
			{testkit.Junior, "task", task, strings.Repeat("é", thread.MaxBody+1), fault.Invalid},
		} {
			_, err := s.Post(t.Context(), testkit.As(c.who), c.kind, c.on, c.text)
			testkit.WantKind(t, err, c.want)
		}
		if _, err := s.Post(t.Context(), testkit.As(testkit.Junior), "task", task, strings.Repeat("é", thread.MaxBody)); err != nil {
			t.Errorf("20,000 characters: %v", err)
		}
		if done, refused := w.Entries(thread.DoPost); done != 1 || refused != 7 {
			t.Errorf("%d entries, %d refusals", done, refused)
		}
	})
}

func TestBothSidesTalkOnTheSameThread(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *thread.Service, _ *post) {
		w.TakeTopics()
		_, err := s.Post(t.Context(), testkit.As(testkit.Junior), "task", task, "Exhibit 14 bears two dates.")
		if err != nil {
			t.Fatal(err)
		}
		w.Later(time.Minute)
		if _, err := s.Post(t.Context(), testkit.As(testkit.Attorney), "task", task, "Use the postmark."); err != nil {
			t.Fatal(err)
		}
		page, err := s.Thread(t.Context(), testkit.As(testkit.Peer), "task", task, thread.Cursor{})
		if err != nil || len(page.Messages) != 2 || page.Messages[0].Text != "Exhibit 14 bears two dates." || page.Messages[0].Firm || !page.Messages[1].Firm {
			t.Fatalf("%+v, %v", page.Messages, err)
		}
		if topics := w.TakeTopics(); len(topics) != 2 || topics[0] != "matter/"+string(testkit.Matter) {
			t.Errorf("topics %q", topics)
		}
		_, err = s.Thread(t.Context(), testkit.As(testkit.Walled), "task", task, thread.Cursor{})
		testkit.WantKind(t, err, fault.NotFound)
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM message WHERE CAST(body AS TEXT) LIKE ?`, "%postmark%")); w.DB.Engine == db.SQLite && n != 0 {
			t.Error("a body is stored in the clear")
		}
	})
}

func TestEditKeepsHistory(t *testing.T) {
	each(t, func(t *testing.T, _ *testkit.World, s *thread.Service, _ *post) {
		ctx, junior := t.Context(), testkit.As(testkit.Junior)
		id, err := s.Post(ctx, junior, "task", task, "page 3")
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Edit(ctx, testkit.As(testkit.Attorney), id, 1, "page 9")
		testkit.WantRule(t, err, "message-own-words")
		_, err = s.Edit(ctx, testkit.As(testkit.Walled), id, 1, "page 9")
		testkit.WantKind(t, err, fault.NotFound)
		_, err = s.Edit(ctx, junior, id, 1, "page 3")
		testkit.WantKind(t, err, fault.Invalid)
		for i, text := range []string{"page 4", "page 5"} {
			if on, err := s.Edit(ctx, junior, id, int64(i+1), text); err != nil || on.ID != task {
				t.Fatal(on, err)
			}
		}
		_, err = s.Edit(ctx, junior, id, 1, "page 6")
		testkit.WantKind(t, err, fault.Stale)
		m, _, past, _, err := s.Message(ctx, testkit.As(testkit.Attorney), id)
		if err != nil || m.Text != "page 5" || m.Rev != 3 || len(past) != 2 || past[0].Text != "page 3" || past[1].Text != "page 4" {
			t.Errorf("%+v %+v %v", m, past, err)
		}
	})
}

func TestMentions(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *thread.Service, _ *post) {
		w.Exec(db.SQL(`UPDATE person SET name = 'Asha Deshpande' WHERE id = ?`, testkit.PersonID(testkit.Junior2)))
		w.Exec(db.SQL(`UPDATE person SET name = 'Asha Rao' WHERE id = ?`, testkit.PersonID(testkit.Walled)))
		w.Exec(db.SQL(`UPDATE person SET name = 'Peer One' WHERE id = ?`, testkit.PersonID(testkit.Peer)))
		w.Exec(db.SQL(`UPDATE person SET name = 'Peer Two' WHERE id = ?`, testkit.PersonID(testkit.Senior)))
		for _, c := range []struct {
			on, text string
			want     []string
		}{
			{task, "@Asha Deshpande, see page 3", []string{testkit.Junior2}},
			{task, "@asha look", []string{testkit.Junior2}}, // the other Asha is walled, so this one is meant
			{task, "@Asha Rao look", []string{testkit.Junior2}},
			{task, "@" + string(testkit.PersonID(testkit.Walled)), nil},
			{task, "@outside @stranger @rival @nobody", nil},
			{task, "@peer is two people; mail a@attorney.example; @attorneys", nil},
			{task, "@Peer One and @attorney @attorney", []string{testkit.Peer, testkit.Attorney}},
			{task, "@junior is myself", nil},
			{hidden, "@Asha @partner", []string{testkit.Partner}}, // the provider does not know of it
		} {
			author := testkit.Junior
			if c.on == hidden {
				author = testkit.Attorney
			}
			if _, err := s.Post(t.Context(), testkit.As(author), "task", c.on, c.text); err != nil {
				t.Fatal(err)
			}
			var got []ident.PersonID
			for _, n := range notices(w) {
				got = append(got, n.Person)
			}
			if len(got) != len(c.want) {
				t.Errorf("%q tells %v, want %v", c.text, got, c.want)
				continue
			}
			for i, p := range c.want {
				if got[i] != testkit.PersonID(p) {
					t.Errorf("%q tells %v, want %v", c.text, got, c.want)
				}
			}
		}
		id, err := s.Post(t.Context(), testkit.As(testkit.Junior), "task", task, "ask @"+string(testkit.PersonID(testkit.Junior2))+" or @"+string(testkit.PersonID(testkit.Walled)))
		if err != nil {
			t.Fatal(err)
		}
		notices(w)
		m, _, _, _, err := s.Message(t.Context(), testkit.As(testkit.Junior), id)
		if err != nil || m.Text != "ask @Asha Deshpande or @"+string(testkit.PersonID(testkit.Walled)) {
			t.Errorf("%q, %v", m.Text, err)
		}
		if _, err := s.Edit(t.Context(), testkit.As(testkit.Junior), id, 1, "ask @Asha Deshpande, or @attorney"); err != nil {
			t.Fatal(err)
		}
		if n := notices(w); len(n) != 1 || n[0].Person != testkit.PersonID(testkit.Attorney) {
			t.Errorf("an edit tells %v: only who is new", n)
		}
	})
}

// told delivers a notice made up for the test.
func told(t *testing.T, s *thread.Service, person, kind, about string) gate.Notice {
	t.Helper()
	n := gate.Notice{ID: ident.New(), Person: testkit.PersonID(person), What: kind, Matter: testkit.Matter,
		Subject: authz.Ref{Kind: "task", ID: about}, By: testkit.PersonID(testkit.Attorney)}
	if err := s.Deliver(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Who lost a matter reads of the firm, and never of the matter.
func TestNoticeOfAClosedMatter(t *testing.T) {
	each(t, func(t *testing.T, _ *testkit.World, s *thread.Service, _ *post) {
		n := gate.Notice{ID: ident.New(), Person: testkit.PersonID(testkit.Junior), What: "matter-closed", Subject: authz.Ref{Kind: "org", ID: string(testkit.Firm)}, By: testkit.PersonID(testkit.Attorney)}
		if err := s.Deliver(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		list, _, err := s.Notices(t.Context(), testkit.As(testkit.Junior), false, thread.Cursor{}, 10)
		if err != nil || len(list) != 1 || !strings.HasPrefix(list[0].Text, "A client of Halsted & Rowe LLP withdrew consent") || list[0].Number != "" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestNotices(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *thread.Service, _ *post) {
		ctx, junior := t.Context(), testkit.As(testkit.Junior)
		n := told(t, s, testkit.Junior, "returned", task)
		if err := s.Deliver(ctx, n); err != nil { // the job ran twice
			t.Fatal(err)
		}
		if done, _ := w.Entries(thread.DoTell); done != 1 {
			t.Errorf("%d entries of one notice", done)
		}
		told(t, s, testkit.Junior, "a kind of next year", task)
		told(t, s, testkit.Junior, "released", hidden)
		told(t, s, testkit.Walled, "returned", task)
		if err := s.Deliver(ctx, gate.Notice{ID: ident.New(), Person: testkit.PersonID(testkit.Junior), What: "mention", Matter: testkit.Shut, Subject: authz.Ref{Kind: "matter", ID: string(testkit.Shut)}}); err != nil {
			t.Fatal(err)
		}
		list, _, err := s.Notices(ctx, junior, false, thread.Cursor{}, 10)
		if err != nil || len(list) != 2 || list[1].Text != "T-2091 Secret summary is returned to you with findings" || list[1].About.ID != task {
			t.Fatalf("%+v, %v", list, err)
		}
		if n, err := s.Unread(ctx, junior); err != nil || n != 2 {
			t.Errorf("unread %d, %v", n, err)
		}
		if n, _ := s.Unread(ctx, testkit.As(testkit.Walled)); n != 0 {
			t.Errorf("a walled person is told %d things", n)
		}
		_, err = s.Open(ctx, testkit.As(testkit.Junior2), n.ID)
		testkit.WantKind(t, err, fault.NotFound)
		for range 2 {
			if opened, err := s.Open(ctx, junior, n.ID); err != nil || opened.About.ID != task {
				t.Error(opened, err)
			}
		}
		if n, _ := s.Unread(ctx, junior); n != 1 {
			t.Errorf("unread %d after one was opened", n)
		}
		if err := s.ReadAll(ctx, junior); err != nil {
			t.Fatal(err)
		}
		if n, _ := s.Unread(ctx, junior); n != 0 {
			t.Errorf("unread %d after all were read", n)
		}
		if all, _, _ := s.Notices(ctx, junior, true, thread.Cursor{}, 10); len(all) != 2 {
			t.Errorf("%d notices in all", len(all))
		}
		w.System(func(ctx context.Context, tx *gate.Tx) error {
			_, _, err := tx.RaiseWall(ctx, testkit.Firm, testkit.Matter, testkit.PersonID(testkit.Junior), "test")
			return err
		})
		if all, _, _ := s.Notices(ctx, junior, true, thread.Cursor{}, 10); len(all) != 0 {
			t.Errorf("behind a wall %d notices are left", len(all))
		}
	})
}

func TestDigestOnceADayInTheMorning(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *thread.Service, p *post) {
		ctx := t.Context()
		w.Exec(db.SQL(`UPDATE person SET zone = 'Asia/Kolkata' WHERE id = ?`, testkit.PersonID(testkit.Junior)))
		kolkata, _ := time.LoadLocation("Asia/Kolkata")
		midnight := time.Date(2026, 11, 26, 0, 0, 0, 0, kolkata)
		w.Later(midnight.Sub(w.Now()))
		told(t, s, testkit.Junior, "returned", task)
		told(t, s, testkit.Junior, "assigned", task)
		told(t, s, testkit.Walled, "assigned", task)
		tick := func(at time.Time) int {
			w.Later(at.Sub(w.Now()))
			before := len(p.sent)
			if err := s.Digest(ctx, thread.Digest{}); err != nil {
				t.Fatal(err)
			}
			return len(p.sent) - before
		}
		if n := tick(midnight.Add(6*time.Hour + 59*time.Minute)); n != 0 {
			t.Errorf("%d mails before 07:00", n)
		}
		if n := tick(midnight.Add(7 * time.Hour)); n != 1 {
			t.Fatalf("%d mails at 07:00", n)
		}
		m := p.sent[0]
		if m.To != "junior@test.example" || !strings.Contains(m.Text, "1 task returned to you: T-2091") || !strings.HasPrefix(m.ListUnsubscribe, "https://countersign.example/mail/stop/") {
			t.Errorf("%+v", m)
		}
		if strings.Contains(m.Text+m.Subject, "Secret") || strings.Contains(m.Text, "Brandt") {
			t.Errorf("the mail tells a client's words: %s", m.Text)
		}
		told(t, s, testkit.Junior, "assigned", task)
		if n := tick(midnight.Add(9 * time.Hour)); n != 0 {
			t.Errorf("%d more mails that day", n)
		}
		if n := tick(midnight.Add(31 * time.Hour)); n != 1 {
			t.Errorf("%d mails the next morning", n)
		}
		told(t, s, testkit.Junior, "assigned", task)
		if err := s.StopMail(ctx, m.ListUnsubscribe[strings.LastIndexByte(m.ListUnsubscribe, '/')+1:]); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, s.StopMail(ctx, "guessed"), fault.NotFound)
		if n := tick(midnight.Add(55 * time.Hour)); n != 0 {
			t.Errorf("%d mails after the stop", n)
		}
		if err := s.Choose(ctx, testkit.As(testkit.Junior), thread.Settings{UrgentOff: true}); err != nil {
			t.Fatal(err)
		}
		if c, err := s.Settings(ctx, testkit.As(testkit.Junior)); err != nil || c.DigestOff || !c.UrgentOff {
			t.Errorf("%+v, %v", c, err)
		}
		if n := tick(midnight.Add(55*time.Hour + time.Minute)); n != 1 {
			t.Errorf("%d mails after it was switched on again", n)
		}
	})
}

func TestUrgentGoesAtOnceButNotOften(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *thread.Service, p *post) {
		ctx := t.Context()
		j := thread.Urgent{Person: testkit.PersonID(testkit.Attorney)}
		w.Exec(db.SQL(`INSERT INTO question (id, task_id, matter_id, asker_id, text, proposed, version_id, page, area, silence_at, state, answer, answered_by, answered_at, asked_at, rev)
			VALUES ('q', ?, ?, ?, ?, ?, '', 0, '', ?, 'open', ?, '', 0, 1, 1)`, task, testkit.Matter, testkit.PersonID(testkit.Junior), []byte{}, []byte{}, db.Micros(w.Now().Add(5*time.Hour)), []byte{}))
		w.Exec(db.SQL(`INSERT INTO notice_setting (person_id, digest_off, urgent_off, stop_token, digested_on, urgent_at) VALUES (?, TRUE, FALSE, 'x', '', 0)`, testkit.PersonID(testkit.Attorney)))
		told(t, s, testkit.Attorney, "question", task)
		send := func() int {
			before := len(p.sent)
			if err := s.MailUrgent(ctx, j); err != nil {
				t.Fatal(err)
			}
			return len(p.sent) - before
		}
		if n := send(); n != 0 {
			t.Errorf("%d mails five hours before the silence", n)
		}
		w.Later(time.Hour + time.Minute)
		if n := send(); n != 1 {
			t.Fatalf("%d mails four hours before the silence", n)
		}
		told(t, s, testkit.Attorney, "returned", rushed)
		w.Later(29 * time.Minute)
		if n := send(); n != 0 {
			t.Errorf("%d mails within half an hour", n)
		}
		w.Later(time.Minute)
		if err := s.Digest(ctx, thread.Digest{}); err != nil || len(p.sent) != 2 || !strings.Contains(p.sent[1].Text, "T-2093") {
			t.Errorf("the tick sends what waited: %d mails, %v", len(p.sent), err)
		}
		told(t, s, testkit.Attorney, "returned", task)
		w.Later(time.Hour)
		if n := send(); n != 0 {
			t.Errorf("%d mails about work that is no rush", n)
		}
	})
}

func TestUrgentJobComesWithTheNotice(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *thread.Service, _ *post) {
		w.TakeJobs()
		told(t, s, testkit.Junior, "returned", task)
		told(t, s, testkit.Junior, "assigned", task)
		if jobs := w.TakeJobs(); len(jobs) != 1 || jobs[0] != gate.Job(thread.Urgent{Person: testkit.PersonID(testkit.Junior)}) {
			t.Errorf("%v", jobs)
		}
		if err := s.MailUrgent(t.Context(), thread.Urgent{Person: "nobody"}); err != nil {
			t.Error(err)
		}
		if _, err := s.Settings(t.Context(), actor.System("x")); err != nil {
			t.Error(err)
		}
	})
}

func TestTalkAboutAQuarantinedDocumentIsKeptFromAll(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *thread.Service, _ *post) {
		w.Exec(db.SQL(`INSERT INTO document (id, matter_id, task_id, kind, name, folder, state, current_n, made_by, made_at, rev) VALUES (?, ?, '', 'source', 'Memo', '', 'active', 1, '', 1, 1)`, unknown, testkit.Matter))
		id, err := s.Post(t.Context(), testkit.As(testkit.Junior), "document", unknown, "see page 2, @attorney")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range notices(w) {
			if err := s.Deliver(t.Context(), n); err != nil {
				t.Fatal(err)
			}
		}
		if n, _ := s.Unread(t.Context(), testkit.As(testkit.Attorney)); n != 1 {
			t.Errorf("%d notices before", n)
		}
		w.Exec(db.SQL(`UPDATE document SET state = 'quarantined' WHERE id = ?`, unknown))
		for _, who := range []string{testkit.Junior, testkit.Partner, testkit.Attorney} {
			_, err := s.Thread(t.Context(), testkit.As(who), "document", unknown, thread.Cursor{})
			testkit.WantKind(t, err, fault.NotFound)
			_, _, _, _, err = s.Message(t.Context(), testkit.As(who), id)
			testkit.WantKind(t, err, fault.NotFound)
		}
		if n, _ := s.Unread(t.Context(), testkit.As(testkit.Attorney)); n != 0 {
			t.Errorf("%d notices about a document in quarantine", n)
		}
	})
}
