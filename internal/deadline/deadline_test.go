package deadline_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/internal/deadline"
	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

type world struct {
	*testkit.World
	s *deadline.Service
}

func each(t *testing.T, fn func(t *testing.T, w world)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) { fn(t, world{w, deadline.New(w.Gate)}) })
}

func day(t testing.TB, s string) courtday.Day {
	t.Helper()
	d, err := courtday.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func answer(t testing.TB, on string) deadline.What {
	return deadline.What{Rule: "FRCP-12A1AI", On: day(t, on), Service: "personal", Jurisdiction: "US-FED/IL"}
}

func (w world) enter(t *testing.T, who string, x deadline.What) string {
	t.Helper()
	id, err := w.s.Enter(t.Context(), testkit.As(who), deadline.NewTrigger{Matter: testkit.Matter, What: x, Title: "Complaint served on Kestrel", Note: "left with the clerk on the 2nd"})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// agreed is an event that two people entered.
func (w world) agreed(t *testing.T, x deadline.What) string {
	t.Helper()
	id := w.enter(t, testkit.Junior, x)
	if agree, err := w.s.Confirm(t.Context(), testkit.As(testkit.Attorney), id, x); err != nil || !agree {
		t.Fatalf("agree %t, %v", agree, err)
	}
	return id
}

func (w world) only(t *testing.T, who string, f deadline.Filter) deadline.Row {
	t.Helper()
	d, err := w.s.List(t.Context(), testkit.As(who), f)
	if err != nil || len(d.Rows) != 1 {
		t.Fatalf("%d rows, %v", len(d.Rows), err)
	}
	return d.Rows[0]
}

func TestTwoPeopleDocket(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx := t.Context()
		id := w.enter(t, testkit.Junior, answer(t, "2026-11-02"))
		e, err := w.s.GetEvent(ctx, testkit.As(testkit.Attorney), id)
		if err != nil || !e.Blind || len(e.Entries) != 0 || e.Note != "" || !e.MayConfirm || e.Title == "" {
			t.Fatalf("the second person sees %+v, %v", e, err)
		}
		mine, err := w.s.GetEvent(ctx, testkit.As(testkit.Junior), id)
		if err != nil || mine.Blind || len(mine.Entries) != 1 || mine.MayConfirm {
			t.Fatalf("the first person sees %+v, %v", mine, err)
		}
		if d, err := w.s.List(ctx, testkit.As(testkit.Attorney), deadline.Filter{}); err != nil || len(d.Rows) != 0 || len(d.Waits.Entries) != 1 || !d.Waits.Entries[0].MayConfirm {
			t.Fatalf("%+v, %v", d, err)
		}
		_, err = w.s.Confirm(ctx, testkit.As(testkit.Junior), id, answer(t, "2026-11-02"))
		testkit.WantRule(t, err, "deadline-two-people")
		_, err = w.s.Confirm(ctx, testkit.As(testkit.Junior2), id, answer(t, "2026-11-02"))
		testkit.WantRule(t, err, "deadline-onshore")
		_, err = w.s.Confirm(ctx, testkit.As(testkit.Stranger), id, answer(t, "2026-11-02"))
		testkit.WantKind(t, err, fault.NotFound)

		agree, err := w.s.Confirm(ctx, testkit.As(testkit.Attorney), id, answer(t, "2026-11-03"))
		if err != nil || agree {
			t.Fatalf("agree %t, %v", agree, err)
		}
		if d, err := w.s.List(ctx, testkit.As(testkit.Attorney), deadline.Filter{}); err != nil || len(d.Rows) != 0 || len(d.Waits.Mismatches) != 1 {
			t.Fatalf("something is in force: %+v, %v", d, err)
		}
		if e, err = w.s.GetEvent(ctx, testkit.As(testkit.Junior), id); err != nil || len(e.Entries) != 2 || !e.MayCorrect || e.Entries[1].On != day(t, "2026-11-03") {
			t.Fatalf("after a mismatch %+v, %v", e, err)
		}
		_, err = w.s.Correct(ctx, testkit.As(testkit.Partner), id, answer(t, "2026-11-03"))
		testkit.WantKind(t, err, fault.Forbidden)
		if agree, err = w.s.Correct(ctx, testkit.As(testkit.Junior), id, answer(t, "2026-11-03")); err != nil || !agree {
			t.Fatalf("agree %t, %v", agree, err)
		}
		w.only(t, testkit.Junior2, deadline.Filter{})
		if e, err = w.s.GetEvent(ctx, testkit.As(testkit.Peer), id); err != nil || len(e.Entries) != 3 || e.Entries[2].Until.IsZero() {
			t.Errorf("the entry that was corrected is gone: %+v, %v", e.Entries, err)
		}
	})
}

func TestInForce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx := t.Context()
		w.agreed(t, answer(t, "2026-11-02"))
		r := w.only(t, testkit.Junior, deadline.Filter{Mine: true})
		if r.Date.Expected != day(t, "2026-11-23") || r.Name() != "D-1" || r.Zone != "America/Chicago" {
			t.Errorf("%+v", r)
		}
		p, err := w.s.Get(ctx, testkit.As(testkit.Attorney), r.ID)
		if err != nil || len(p.Dates) != 1 || len(p.Date.Steps) == 0 || p.Date.Steps[0].Authority == "" || !p.MaySatisfy || len(p.Reminders) == 0 {
			t.Fatalf("%+v, %v", p, err)
		}
		if want := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC); !p.Due.Equal(want) {
			t.Errorf("over at %s, want %s", p.Due, want)
		}
		for _, who := range []string{testkit.Walled, testkit.Stranger, testkit.Outside, testkit.Rival} {
			_, err := w.s.Get(ctx, testkit.As(who), r.ID)
			testkit.WantKind(t, err, fault.NotFound)
			if d, err := w.s.List(ctx, testkit.As(who), deadline.Filter{}); err != nil || len(d.Rows) != 0 || d.Waits.Count() != 0 {
				t.Errorf("%s sees %+v, %v", who, d, err)
			}
		}
		if p, err = w.s.Get(ctx, testkit.As(testkit.Junior), r.ID); err != nil || p.MaySatisfy || !p.MayMove {
			t.Errorf("%+v, %v", p, err)
		}
		testkit.WantRule(t, w.s.Satisfy(ctx, testkit.As(testkit.Junior), r.ID, "filed"), "deadline-onshore")
		testkit.WantKind(t, w.s.Satisfy(ctx, testkit.As(testkit.Attorney), r.ID, " "), fault.Invalid)
		if err := w.s.Satisfy(ctx, testkit.As(testkit.Attorney), r.ID, "Answer filed, ECF 12"); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, w.s.Cancel(ctx, testkit.As(testkit.Attorney), r.ID, "no"), fault.Conflict)
		if p, err = w.s.Get(ctx, testkit.As(testkit.Attorney), r.ID); err != nil || p.State != deadline.Satisfied || p.Reason != "Answer filed, ECF 12" || p.SettledBy != testkit.Attorney {
			t.Errorf("%+v, %v", p, err)
		}
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM deadline_reminder WHERE state = 'waiting'`)); n != 0 {
			t.Errorf("%d reminders wait for a deadline that is satisfied", n)
		}
		if done, _ := w.Entries(deadline.DoConfirm); done != 1 {
			t.Errorf("%d entries", done)
		}
	})
}

func TestRefusedEntries(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		good := deadline.NewTrigger{Matter: testkit.Matter, What: answer(t, "2026-11-02"), Title: "Served"}
		for name, c := range map[string]struct {
			change func(*deadline.NewTrigger)
			field  string
		}{
			"no title":        {func(n *deadline.NewTrigger) { n.Title = " " }, "title"},
			"no date":         {func(n *deadline.NewTrigger) { n.On = 0 }, "on"},
			"no rule":         {func(n *deadline.NewTrigger) { n.Rule = "" }, "rule"},
			"unknown rule":    {func(n *deadline.NewTrigger) { n.Rule = "FRCP-99" }, "rule"},
			"rule and chain":  {func(n *deadline.NewTrigger) { n.Chain = "federal-civil" }, "rule"},
			"unknown service": {func(n *deadline.NewTrigger) { n.Service = "pigeon" }, "service"},
			"wrong court":     {func(n *deadline.NewTrigger) { n.Jurisdiction = "CA" }, "jurisdiction"},
			"no such event":   {func(n *deadline.NewTrigger) { n.Rule, n.Chain, n.Event = "", "federal-civil", "answer_due" }, "rule"},
			"no such chain":   {func(n *deadline.NewTrigger) { n.Rule, n.Chain, n.Event = "", "moon", "landing" }, "rule"},
			"zone":            {func(n *deadline.NewTrigger) { n.Zone = "Moon/Base" }, "zone"},
			"owner":           {func(n *deadline.NewTrigger) { n.Owner = testkit.PersonID(testkit.Walled) }, "owner"},
			"owner elsewhere": {func(n *deadline.NewTrigger) { n.Owner = testkit.PersonID(testkit.Stranger) }, "owner"},
			"source":          {func(n *deadline.NewTrigger) { n.Source = "00000000-0000-7000-8000-00000000ffff" }, "source"},
			"long":            {func(n *deadline.NewTrigger) { n.Note = strings.Repeat("x", 5000) }, "note"},
		} {
			in := good
			c.change(&in)
			_, err := w.s.Enter(t.Context(), testkit.As(testkit.Attorney), in)
			if fault.KindOf(err) != fault.Invalid || fault.Field(err) != c.field {
				t.Errorf("%s: %v, field %q, want %q", name, err, fault.Field(err), c.field)
			}
		}
		_, err := w.s.Enter(t.Context(), testkit.As(testkit.Auditor), good)
		testkit.WantKind(t, err, fault.Forbidden)
		_, err = w.s.Enter(t.Context(), testkit.As(testkit.Walled), good)
		testkit.WantKind(t, err, fault.NotFound)
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM docket_trigger`)); n != 0 {
			t.Errorf("%d events were stored", n)
		}
	})
}

func TestMove(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx := t.Context()
		id := w.agreed(t, answer(t, "2026-11-02"))
		r := w.only(t, testkit.Attorney, deadline.Filter{})
		in := deadline.NewMove{Trigger: id, On: day(t, "2026-11-09"), Service: "personal", Reason: "The return of service says the 9th"}
		p, err := w.s.PreviewMove(ctx, testkit.As(testkit.Junior), in)
		if err != nil || len(p.Shifts) != 1 || !p.Shifts[0].Moves() || p.Shifts[0].To.Date.Expected != day(t, "2026-11-30") || len(p.People) != 1 {
			t.Fatalf("%+v, %v", p, err)
		}
		move, err := w.s.ProposeMove(ctx, testkit.As(testkit.Partner), in)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.s.ProposeMove(ctx, testkit.As(testkit.Attorney), in)
		testkit.WantKind(t, err, fault.Conflict)
		testkit.WantRule(t, w.s.ApproveMove(ctx, testkit.As(testkit.Partner), move, p.Seen), "deadline-two-people")
		testkit.WantRule(t, w.s.ApproveMove(ctx, testkit.As(testkit.Junior), move, p.Seen), "deadline-onshore")
		testkit.WantKind(t, w.s.ApproveMove(ctx, testkit.As(testkit.Attorney), move, "something else"), fault.Stale)
		if r := w.only(t, testkit.Attorney, deadline.Filter{}); r.Date.Expected != day(t, "2026-11-23") {
			t.Errorf("it moved before it was approved: %s", r.Date.Expected)
		}
		if err := w.s.ApproveMove(ctx, testkit.As(testkit.Attorney), move, p.Seen); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, w.s.ApproveMove(ctx, testkit.As(testkit.Attorney), move, p.Seen), fault.Conflict)
		page, err := w.s.Get(ctx, testkit.As(testkit.Attorney), r.ID)
		if err != nil || len(page.Dates) != 2 || page.Date.Expected != day(t, "2026-11-30") || page.Seq != 1 || page.Dates[1].Expected != day(t, "2026-11-23") || page.Dates[1].Until.IsZero() {
			t.Fatalf("%+v, %v", page.Dates, err)
		}
		if m := page.Moves[page.Date.Move]; m.Reason != in.Reason || m.ProposedBy != testkit.Partner || m.DecidedBy != testkit.Attorney {
			t.Errorf("%+v", m)
		}
		again, err := w.s.ProposeMove(ctx, testkit.As(testkit.Junior), deadline.NewMove{Trigger: id, On: day(t, "2026-11-10"), Service: "personal", Reason: "typing"})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.s.RefuseMove(ctx, testkit.As(testkit.Partner), again, "The 9th is right"); err != nil {
			t.Fatal(err)
		}
		e, err := w.s.GetEvent(ctx, testkit.As(testkit.Junior), id)
		if err != nil || len(e.Moves) != 2 || e.Moves[0].Answer != "The 9th is right" || e.Waiting != nil || len(e.Kept) != 2 || len(e.Deadlines) != 1 {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

func chain(t testing.TB, event, on string) deadline.What {
	return deadline.What{Chain: "federal-civil", Event: event, On: day(t, on)}
}

func TestChain(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx := t.Context()
		served := w.agreed(t, chain(t, "defendant_served", "2026-11-02"))
		if d, err := w.s.List(ctx, testkit.As(testkit.Attorney), deadline.Filter{}); err != nil || len(d.Rows) != 1 {
			t.Fatalf("%d deadlines hang on service alone, %v", len(d.Rows), err)
		}
		_, err := w.s.Enter(ctx, testkit.As(testkit.Attorney), deadline.NewTrigger{Matter: testkit.Matter, What: chain(t, "defendant_served", "2026-11-03"), Title: "Served again"})
		testkit.WantKind(t, err, fault.Conflict)
		w.agreed(t, chain(t, "defendant_appeared", "2026-11-10"))
		d, err := w.s.List(ctx, testkit.As(testkit.Attorney), deadline.Filter{})
		if err != nil || len(d.Rows) != 3 { // the answer, the earlier of the limbs, the conference before it
			t.Fatalf("%d deadlines, %v", len(d.Rows), err)
		}
		in := deadline.NewMove{Trigger: served, On: day(t, "2026-11-04"), Reason: "The affidavit says the 4th"}
		p, err := w.s.PreviewMove(ctx, testkit.As(testkit.Attorney), in)
		if err != nil || len(p.Shifts) != 3 {
			t.Fatalf("%+v, %v", p, err)
		}
		move, err := w.s.ProposeMove(ctx, testkit.As(testkit.Junior), in)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.s.ApproveMove(ctx, testkit.As(testkit.Attorney), move, p.Seen); err != nil {
			t.Fatal(err)
		}
		for _, x := range p.Shifts {
			page, err := w.s.Get(ctx, testkit.As(testkit.Attorney), x.Deadline.ID)
			if err != nil || page.Date.Expected != x.To.Date.Expected || (len(page.Dates) == 2) != x.Moves() {
				t.Errorf("%s: %s, want %s; %v", x.To.Title, page.Date.Expected, x.To.Date.Expected, err)
			}
		}
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM docket_date WHERE until_at <> ?`, gate.Forever)); n != 1 {
			t.Errorf("%d dates ended", n)
		}
	})
}

func TestWithdraw(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		id := w.enter(t, testkit.Junior, answer(t, "2026-11-02"))
		testkit.WantKind(t, w.s.Withdraw(t.Context(), testkit.As(testkit.Junior2), id, "twice"), fault.Forbidden)
		if err := w.s.Withdraw(t.Context(), testkit.As(testkit.Junior), id, "Entered twice"); err != nil {
			t.Fatal(err)
		}
		_, err := w.s.Confirm(t.Context(), testkit.As(testkit.Attorney), id, answer(t, "2026-11-02"))
		testkit.WantKind(t, err, fault.Conflict)
		other := w.agreed(t, answer(t, "2026-11-02"))
		testkit.WantKind(t, w.s.Withdraw(t.Context(), testkit.As(testkit.Attorney), other, "no"), fault.Conflict)
	})
}

// Two events of one chain that come into force at the same moment: neither forgets the other.
func TestChainAtTheSameMoment(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx := t.Context()
		events := []deadline.What{chain(t, "defendant_served", "2026-11-02"), chain(t, "defendant_appeared", "2026-11-10")}
		var ids []string
		for _, x := range events {
			ids = append(ids, w.enter(t, testkit.Junior, x))
		}
		errs := make(chan error, len(ids))
		for i := range ids {
			go func() {
				agree, err := w.s.Confirm(ctx, testkit.As([]string{testkit.Attorney, testkit.Partner}[i]), ids[i], events[i])
				if err == nil && !agree {
					err = errors.New("they differ")
				}
				errs <- err
			}()
		}
		for range ids {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
		if d, err := w.s.List(ctx, testkit.As(testkit.Attorney), deadline.Filter{}); err != nil || len(d.Rows) != 3 {
			t.Errorf("%d deadlines, want 3; %v", len(d.Rows), err)
		}
	})
}

// Of two who confirm the same event at once, and of two who approve the same move, one is served.
func TestOneIsServed(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx, x := t.Context(), answer(t, "2026-11-02")
		id := w.enter(t, testkit.Junior, x)
		both := func(do func(who string) error) (served int) {
			errs := make(chan error, 2)
			for _, who := range []string{testkit.Attorney, testkit.Partner} {
				go func() { errs <- do(who) }()
			}
			for range 2 {
				if err := <-errs; err == nil {
					served++
				} else if k := fault.KindOf(err); k != fault.Conflict && k != fault.Stale && k != fault.Forbidden {
					t.Error(err)
				}
			}
			return served
		}
		if n := both(func(who string) error { _, err := w.s.Confirm(ctx, testkit.As(who), id, x); return err }); n != 1 {
			t.Errorf("%d confirmed", n)
		}
		move, err := w.s.ProposeMove(ctx, testkit.As(testkit.Junior), deadline.NewMove{Trigger: id, On: day(t, "2026-11-09"), Service: "personal", Reason: "return of service"})
		if err != nil {
			t.Fatal(err)
		}
		if n := both(func(who string) error { return w.s.ApproveMove(ctx, testkit.As(who), move, "") }); n != 1 {
			t.Errorf("%d approved", n)
		}
		if p, err := w.s.Get(ctx, testkit.As(testkit.Attorney), w.only(t, testkit.Attorney, deadline.Filter{}).ID); err != nil || len(p.Dates) != 2 {
			t.Errorf("%d dates, %v", len(p.Dates), err)
		}
	})
}
