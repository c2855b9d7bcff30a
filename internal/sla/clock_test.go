package sla_test

import (
	"testing"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/sla"
	"countersign/internal/sla/minutes"
	"countersign/internal/task"
	"countersign/internal/testkit"
)

// Terms need both sides; who proposed does not accept; they are in force from then on, for work released from then on.
func TestTerms(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, ops, lead := t.Context(), testkit.As(testkit.Operations), testkit.As(testkit.Lead)
		cal := b.office()
		good := sla.NewTerms{Engagement: testkit.Engagement, Calendar: cal, Agreed: 480, Own: 360, Shares: "draft 60, peer 25%", Credits: "0 5\n240 10", Cap: 20, Questions: true}
		for field, change := range map[string]func(*sla.NewTerms){
			"agreed": func(n *sla.NewTerms) { n.Agreed = 0 }, "own": func(n *sla.NewTerms) { n.Own = 481 }, "shares": func(n *sla.NewTerms) { n.Shares = "draft 60, draft 41" },
			"credits": func(n *sla.NewTerms) { n.Credits = "soon 5" }, "cap": func(n *sla.NewTerms) { n.Cap = 101 }, "calendar": func(n *sla.NewTerms) { n.Calendar = ident.New() }, "from_on": func(n *sla.NewTerms) { n.FromOn = "1 May" },
		} {
			in := good
			change(&in)
			if _, err := b.s.Propose(ctx, ops, in); fault.Field(err) != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		_, err := b.s.Propose(ctx, testkit.As(testkit.Junior), good)
		testkit.WantKind(t, err, fault.Forbidden)
		_, err = b.s.Propose(ctx, testkit.As(testkit.Stranger), good)
		testkit.WantKind(t, err, fault.NotFound)
		_, err = b.s.Propose(ctx, ops, good)
		b.ok(err)
		_, err = b.s.Propose(ctx, lead, good)
		testkit.WantKind(t, err, fault.Conflict)
		settle := func(who string, v int64, to sla.TermsState) error {
			return b.s.Settle(ctx, testkit.As(who), sla.Settlement{Engagement: testkit.Engagement, Version: v, To: to})
		}
		testkit.WantRule(t, settle(testkit.Partner, 1, sla.Agreed), "sla-two-sides")
		testkit.WantRule(t, settle(testkit.Lead, 1, sla.Withdrawn), "sla-own-proposal")
		early := b.released()
		b.Later(time.Minute)
		b.ok(settle(testkit.Lead, 1, sla.Agreed))
		testkit.WantKind(t, settle(testkit.Lead, 1, sla.Declined), fault.Conflict)
		testkit.WantKind(t, settle(testkit.Lead, 7, sla.Agreed), fault.NotFound)
		if c := b.clock(testkit.Lead, early); c.Ledger != nil {
			t.Errorf("work released before the terms has a clock under version %d", c.Terms.Version)
		}
		work := b.released()
		if c := b.clock(testkit.Lead, work); c.Ledger == nil || c.Terms.Version != 1 || c.Ledger.SLA.Amount != 8*time.Hour || len(c.Ledger.Stages) != 2 || c.Hours != "New York office" {
			t.Fatalf("%+v", c)
		}
		due := b.clock(testkit.Lead, work).Ledger.SLA.Due
		b.Later(time.Minute)
		next := good
		next.Agreed, next.Own, next.FromOn = 60, 0, "2026-11-24"
		b.terms(next)
		if c := b.clock(testkit.Lead, work); c.Terms.Version != 1 || !c.Ledger.SLA.Due.Equal(due) {
			t.Errorf("later terms moved work begun: version %d, due %s", c.Terms.Version, c.Ledger.SLA.Due)
		}
		if c := b.clock(testkit.Lead, b.released()); c.Terms.Version != 1 { // the new ones begin tomorrow, in Chicago
			t.Errorf("version %d before its first day", c.Terms.Version)
		}
		p, err := b.s.TermsOf(ctx, lead, testkit.Engagement)
		if err != nil || len(p.Versions) != 2 || p.Versions[0].State != sla.Agreed || p.Versions[0].From.Format(time.RFC3339) != "2026-11-24T06:00:00Z" || p.Versions[1].SharesText() != "draft 60, peer 25" || p.Versions[1].CreditsText() != "0 5, 240 10" {
			t.Errorf("%v: %+v", err, p.Versions)
		}
		_, err = b.s.TermsOf(ctx, testkit.As(testkit.Junior), testkit.Engagement)
		testkit.WantKind(t, err, fault.Forbidden)
		_, err = b.s.TermsOf(ctx, testkit.As(testkit.Rival), testkit.Engagement)
		testkit.WantKind(t, err, fault.NotFound)
	})
}

// A task's life from its own entries: a question, a pause of each side, a decline, the attorney's acceptance.
func TestClock(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, att, junior, lead := t.Context(), testkit.As(testkit.Attorney), testkit.As(testkit.Junior), testkit.As(testkit.Lead)
		b.terms(sla.NewTerms{Calendar: b.office(), Agreed: 240, Own: 180, Shares: "draft 75, peer 25", Credits: "0 5, 60 10", Questions: true})
		w := b.released() // Monday 10:00
		b.Later(30 * time.Minute)
		w = b.must(b.tasks.Decline(ctx, lead, w.ID, w.Rev, []string{"Exhibit 4"})) // 10:30
		if c := b.clock(testkit.Lead, w); c.Ledger.Waits != minutes.Incomplete || c.Ledger.SLA.Used != 30*time.Minute {
			t.Errorf("declined: waits %q, used %v", c.Ledger.Waits, c.Ledger.SLA.Used)
		}
		b.Later(30 * time.Minute)
		w = b.must(b.tasks.Release(ctx, att, w.ID, w.Rev, true)) // 11:00
		w = b.must(b.tasks.Take(ctx, junior, w.ID))
		b.Later(30 * time.Minute)
		q, err := b.tasks.Ask(ctx, junior, task.NewQuestion{Task: w.ID, Text: "Which judge?", Proposed: "The old one", Silence: b.Now().Add(9 * time.Hour)}) // 11:30
		b.ok(err)
		b.Later(time.Hour)
		b.ok(b.tasks.Answer(ctx, att, q, "")) // 12:30
		w = b.must(b.tasks.Pause(ctx, lead, w.ID, w.Rev, "Lunch"))
		b.Later(15 * time.Minute) // the provider's own pause counts
		w = b.must(b.tasks.Resume(ctx, lead, w.ID, w.Rev, "Back"))
		w = b.must(b.tasks.Pause(ctx, att, w.ID, w.Rev, "Settlement talks")) // 12:45
		b.Later(45 * time.Minute)
		w = b.must(b.tasks.Resume(ctx, att, w.ID, w.Rev, "They failed"))                                   // 13:30
		b.ok(b.s.PauseClock(ctx, att, w.ID, minutes.Court, "Order of 23 November staying the proceeding")) // 13:30
		testkit.WantKind(t, b.s.PauseClock(ctx, att, w.ID, minutes.Hold, "again"), fault.Conflict)
		testkit.WantKind(t, b.s.PauseClock(ctx, lead, w.ID, minutes.Court, "Order"), fault.Forbidden)
		b.Later(30 * time.Minute)
		b.ok(b.s.ResumeClock(ctx, att, w.ID)) // 14:00
		b.Later(45 * time.Minute)
		file := b.file(w)
		w = b.must(b.tasks.Submit(ctx, junior, task.HandIn{Task: w.ID, Rev: w.Rev, Files: []ident.VersionID{file}})) // 14:45
		b.Later(30 * time.Minute)
		w = b.must(b.tasks.Take(ctx, testkit.As(testkit.Peer), w.ID))
		w = b.must(b.tasks.Approve(ctx, testkit.As(testkit.Peer), task.Verdict{Task: w.ID, Rev: w.Rev})) // 15:15
		b.Later(24 * time.Hour)                                                                          // the attorney takes a day
		c := b.clock(testkit.Attorney, w)
		l := c.Ledger
		for k, want := range map[minutes.Kind]time.Duration{minutes.Incomplete: 30 * time.Minute, minutes.Firm: 105*time.Minute + 8*time.Hour,
			minutes.Court: 30 * time.Minute, minutes.Counted: 150 * time.Minute, minutes.Outside: 16 * time.Hour} {
			if l.Totals[k] != want {
				t.Errorf("%s: %v, want %v", k, l.Totals[k], want)
			}
		}
		if l.Breach() || l.Waits != minutes.Firm || l.Stages[0].Used != 120*time.Minute || l.Stages[1].Used != 30*time.Minute || c.StageName("peer") != "Peer review" {
			t.Errorf("%+v", l)
		}
		if l.Delay == nil || l.Delay.Parts[minutes.ByFirm] == 0 || l.Delay.Parts[minutes.ByProvider] != 0 {
			t.Errorf("delay %+v", l.Delay)
		}
		if len(c.Pauses) != 1 || c.Pauses[0].Reason != "Order of 23 November staying the proceeding" || c.Pauses[0].Until.IsZero() || !c.May.Pause {
			t.Errorf("pauses %+v, may %+v", c.Pauses, c.May)
		}
		refs := map[string]bool{}
		for _, s := range l.Segments {
			refs[s.Ref] = true
		}
		if !refs["question/"+q] || !refs["pause/"+c.Pauses[0].ID] {
			t.Errorf("evidence %v", refs)
		}
		att.SteppedUpAt = b.Now()
		w = b.must(b.tasks.SignOff(ctx, att, task.SignOff{Task: w.ID, Rev: w.Rev, Files: []ident.VersionID{file}}))
		b.Later(1000 * time.Hour)
		if c = b.clock(testkit.Lead, w); !c.Ledger.Ended || c.Ledger.SLA.Used != 150*time.Minute {
			t.Errorf("delivered: %+v", c.Ledger.SLA)
		}
		if left, ok := c.Left(); !ok || left.Left != 90*time.Minute || left.Stands != "" || !left.Ended {
			t.Errorf("left %+v", left)
		}
	})
}

// A breach, its credit, and what nobody else may know.
func TestBreachAndWalls(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		b.terms(sla.NewTerms{Calendar: b.office(), Agreed: 60, Credits: "0 5, 60 10", Cap: 8})
		w := b.released()
		b.Later(3 * time.Hour)
		c := b.clock(testkit.Operations, w)
		if !c.Ledger.Breach() || c.Ledger.Credit.Percent != 8 || c.Ledger.Credit.Late != 2*time.Hour || c.Ledger.Delay.Parts[minutes.ByProvider] != 2*time.Hour {
			t.Errorf("%+v", c.Ledger.Credit)
		}
		for _, who := range []string{testkit.Walled, testkit.Outside, testkit.Stranger, testkit.Rival} {
			_, err := b.s.Clock(ctx, testkit.As(who), w.ID)
			testkit.WantKind(t, err, fault.NotFound)
			if all, err := b.s.Clocks(ctx, testkit.As(who), []ident.TaskID{w.ID}); len(all) != 0 || err != nil {
				t.Errorf("%s: %v, %v", who, all, err)
			}
			testkit.WantKind(t, b.s.PauseClock(ctx, testkit.As(who), w.ID, minutes.Court, "x"), fault.NotFound)
		}
		testkit.WantKind(t, b.s.PauseClock(ctx, testkit.As(testkit.Attorney), w.ID, minutes.Outside, "x"), fault.Invalid)
		testkit.WantKind(t, b.s.PauseClock(ctx, testkit.As(testkit.Attorney), w.ID, minutes.Hold, " "), fault.Invalid)
		testkit.WantKind(t, b.s.ResumeClock(ctx, testkit.As(testkit.Attorney), w.ID), fault.Conflict)
		all, err := b.s.Clocks(ctx, testkit.As(testkit.Lead), []ident.TaskID{w.ID, w.ID})
		if err != nil || len(all) != 1 {
			t.Errorf("%v: %v", err, all)
		}
		b.must(b.tasks.Cancel(ctx, testkit.As(testkit.Attorney), w.ID, w.Rev, "Settled"))
		b.Later(1000 * time.Hour)
		if c := b.clock(testkit.Lead, w); !c.Ledger.Ended || c.Ledger.Credit.Late != 2*time.Hour {
			t.Errorf("cancelled: %+v", c.Ledger.Credit)
		}
		testkit.WantKind(t, b.s.PauseClock(ctx, testkit.As(testkit.Attorney), w.ID, minutes.Court, "Order"), fault.Conflict)
	})
}
