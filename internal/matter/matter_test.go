package matter_test

import (
	"context"
	"fmt"
	"testing"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

// noted makes no key, and remembers for which scopes it was asked.
type noted struct{ scopes []string }

func (n *noted) Make(_ context.Context, _ *db.Tx, scope string, _ ident.OrgID) error {
	n.scopes = append(n.scopes, scope)
	return nil
}

func newMatter() matter.NewMatter {
	return matter.NewMatter{Number: "2026-0099", Title: "Petition of Castellano", Client: testkit.Client, PracticeArea: "immigration", Jurisdiction: "US-FED",
		DataClass: "confidential", Supervisor: testkit.PersonID(testkit.Attorney), Delegate: testkit.PersonID(testkit.Operations), Standing: "Cite to the record.",
		Parties: []matter.NewParty{{Name: "Elena Castellano", Role: "client"}}}
}

func TestOpen(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		keys := &noted{}
		s, ctx := matter.New(w.Gate, keys), t.Context()
		with := func(change func(*matter.NewMatter)) matter.NewMatter {
			in := newMatter()
			change(&in)
			return in
		}
		for _, c := range []struct {
			name, who string
			in        matter.NewMatter
			want      fault.Kind
		}{
			{"a paralegal", testkit.Junior, newMatter(), fault.Forbidden},
			{"a provider's lead", testkit.Lead, newMatter(), fault.Forbidden},
			{"an administrator", testkit.FirmAdmin, newMatter(), fault.Forbidden},
			{"no number", testkit.Partner, with(func(n *matter.NewMatter) { n.Number = " " }), fault.Invalid},
			{"number taken", testkit.Partner, with(func(n *matter.NewMatter) { n.Number = "2026-0001" }), fault.Invalid},
			{"unknown class", testkit.Partner, with(func(n *matter.NewMatter) { n.DataClass = "secret" }), fault.Invalid},
			{"supervisor is no attorney", testkit.Partner, with(func(n *matter.NewMatter) { n.Supervisor = testkit.PersonID(testkit.Operations) }), fault.Invalid},
			{"supervisor of another firm", testkit.Partner, with(func(n *matter.NewMatter) { n.Supervisor = testkit.PersonID(testkit.Stranger) }), fault.Invalid},
			{"client of another firm", testkit.Stranger, newMatter(), fault.Invalid},
			{"nameless party", testkit.Partner, with(func(n *matter.NewMatter) { n.Parties = []matter.NewParty{{}} }), fault.Invalid},
		} {
			t.Run(c.name, func(t *testing.T) {
				_, err := s.Open(ctx, testkit.As(c.who), c.in)
				testkit.WantKind(t, err, c.want)
			})
		}
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM matter`)); n != 2 {
			t.Fatalf("%d matters after refusals, want 2", n)
		}
		keys.scopes = nil
		id, err := s.Open(ctx, testkit.As(testkit.Attorney), newMatter())
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(keys.scopes) != "[matter/"+string(id)+"]" {
			t.Errorf("keys made: %v", keys.scopes)
		}
		for fact, want := range map[string]string{"state": "open", "data_class": "confidential", "parties": "1",
			"supervisor": string(testkit.PersonID(testkit.Attorney)), "delegate": string(testkit.PersonID(testkit.Operations))} {
			if n := w.Int(db.SQL(`SELECT COUNT(*) FROM gate_fact WHERE subject_id = ? AND name = ? AND value = ?`, id, fact, want)); n != 1 {
				t.Errorf("fact %s = %s: %d", fact, want, n)
			}
		}
		if done, _ := w.Entries(matter.Open); done != 1 {
			t.Errorf("%d entries", done)
		}
		o, err := s.Overview(ctx, testkit.As(testkit.Attorney), id)
		if err != nil || o.Standing != "Cite to the record." || o.Client != "Kestrel Logistics" || len(o.Parties) != 1 {
			t.Errorf("overview %+v, %v", o, err)
		}
		_, err = s.Overview(ctx, testkit.As(testkit.Lead), id) // not yet open to the provider
		testkit.WantKind(t, err, fault.NotFound)
	})
}

func TestWallHidesAtOnce(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := matter.New(w.Gate, &noted{}), t.Context()
		junior, compliance := testkit.As(testkit.Junior), testkit.As(testkit.Compliance)
		sees := func() string {
			l, err := s.List(ctx, junior, matter.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			_, page := s.Overview(ctx, junior, testkit.Matter)
			return fmt.Sprint(len(l.Rows), l.Total, l.Open, fault.KindOf(page) == fault.NotFound)
		}
		if got := sees(); got != "1 1 1 false" {
			t.Fatalf("before the wall: %s", got)
		}
		for _, c := range []struct {
			name, who string
			m         ident.MatterID
			person    string
			reason    string
			want      fault.Kind
		}{
			{"an attorney", testkit.Attorney, testkit.Matter, testkit.Junior, "x", fault.Forbidden},
			{"a provider's lead", testkit.Lead, testkit.Matter, testkit.Junior, "x", fault.Forbidden},
			{"another firm", testkit.Stranger, testkit.Matter, testkit.Junior, "x", fault.NotFound},
			{"no reason", testkit.Compliance, testkit.Matter, testkit.Junior, "", fault.Invalid},
			{"the supervisor", testkit.Compliance, testkit.Matter, testkit.Attorney, "x", fault.Conflict},
			{"oneself", testkit.Compliance, testkit.Matter, testkit.Compliance, "x", fault.Invalid},
			{"a stranger", testkit.Compliance, testkit.Matter, testkit.Stranger, "x", fault.Invalid},
			{"screened already", testkit.Compliance, testkit.Matter, testkit.Walled, "x", fault.Conflict},
		} {
			t.Run(c.name, func(t *testing.T) {
				_, err := s.RaiseWall(ctx, testkit.As(c.who), c.m, testkit.PersonID(c.person), c.reason)
				testkit.WantKind(t, err, c.want)
			})
		}
		wall, err := s.RaiseWall(ctx, compliance, testkit.Matter, testkit.PersonID(testkit.Junior), "Worked for the opponent")
		if err != nil {
			t.Fatal(err)
		}
		if got := sees(); got != "0 0 0 true" {
			t.Errorf("behind the wall: %s", got)
		}
		err = s.AddToTeam(ctx, testkit.As(testkit.Attorney), testkit.Matter, testkit.PersonID(testkit.Junior))
		testkit.WantKind(t, err, fault.Invalid)
		l, err := s.Walls(ctx, compliance)
		if err != nil || l.Stand != 2 || l.Rows[0].ID != wall {
			t.Errorf("walls %+v, %v", l, err)
		}
		_, err = s.Walls(ctx, testkit.As(testkit.Partner))
		testkit.WantKind(t, err, fault.Forbidden)
		testkit.WantKind(t, s.LowerWall(ctx, testkit.As(testkit.Attorney), wall, "x"), fault.Forbidden)
		if err := s.LowerWall(ctx, compliance, wall, "Cleared by general counsel"); err != nil {
			t.Fatal(err)
		}
		if got := sees(); got != "1 1 1 false" {
			t.Errorf("after the wall: %s", got)
		}
	})
}

// gatesOf gives the closed gates of a matter towards the world's provider.
func gatesOf(t *testing.T, s *matter.Service, m ident.MatterID) map[string]bool {
	t.Helper()
	p, err := s.Gates(t.Context(), testkit.As(testkit.Attorney), m)
	if err != nil || len(p.Providers) != 1 {
		t.Fatalf("gates %+v, %v", p, err)
	}
	closed := map[string]bool{}
	for _, g := range p.Providers[0].Gates {
		if !g.Open {
			closed[g.ID] = true
		}
	}
	return closed
}

func TestConsentAndConflict(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := matter.New(w.Gate, &noted{}), t.Context()
		attorney, lead := testkit.As(testkit.Attorney), testkit.As(testkit.Lead)
		if got := gatesOf(t, s, testkit.Shut); len(got) != 2 || !got["gate-consent"] || !got["gate-conflict"] {
			t.Fatalf("closed at first: %v", got)
		}
		consent := matter.NewConsent{Matter: testkit.Shut, Provider: testkit.Provider, GivenBy: "R. Kestrel", GivenOn: "2026-11-20"}
		for name, c := range map[string]struct {
			who    string
			change func(*matter.NewConsent)
			want   fault.Kind
		}{
			"provider":         {testkit.Lead, func(*matter.NewConsent) {}, fault.NotFound},
			"operations":       {testkit.Operations, func(*matter.NewConsent) {}, fault.Forbidden},
			"nobody consented": {testkit.Attorney, func(c *matter.NewConsent) { c.GivenBy = "" }, fault.Invalid},
			"future":           {testkit.Attorney, func(c *matter.NewConsent) { c.GivenOn = "2027-01-01" }, fault.Invalid},
			"expired":          {testkit.Attorney, func(c *matter.NewConsent) { c.ExpiresOn = "2026-11-01" }, fault.Invalid},
			"no such day":      {testkit.Attorney, func(c *matter.NewConsent) { c.ExpiresOn = "2026-02-30" }, fault.Invalid},
			"not engaged":      {testkit.Attorney, func(c *matter.NewConsent) { c.Provider = testkit.Other }, fault.Invalid},
		} {
			t.Run(name, func(t *testing.T) {
				in := consent
				c.change(&in)
				_, err := s.RecordConsent(ctx, testkit.As(c.who), in)
				testkit.WantKind(t, err, c.want)
			})
		}
		id, err := s.RecordConsent(ctx, attorney, consent)
		if err != nil {
			t.Fatal(err)
		}
		if gatesOf(t, s, testkit.Shut)["gate-consent"] {
			t.Error("consent is on file and its gate is closed")
		}
		_, err = s.AskConflictCheck(ctx, attorney, testkit.Shut, testkit.Provider)
		testkit.WantKind(t, err, fault.Conflict) // no parties
		party, err := s.AddParty(ctx, attorney, testkit.Shut, matter.NewParty{Name: "Kestrel Logistics", Role: "client"})
		if err != nil {
			t.Fatal(err)
		}
		check, err := s.AskConflictCheck(ctx, attorney, testkit.Shut, testkit.Provider)
		if err != nil {
			t.Fatal(err)
		}
		asked, _, err := s.ConflictChecks(ctx, lead)
		if err != nil || len(asked) != 1 || asked[0].Matter != "" || len(asked[0].Parties) != 1 || asked[0].Number != "K-1" {
			t.Fatalf("what the lead sees: %+v, %v", asked, err)
		}
		_, _, err = s.ConflictChecks(ctx, testkit.As(testkit.Junior))
		testkit.WantKind(t, err, fault.Forbidden)
		testkit.WantKind(t, s.AnswerConflictCheck(ctx, testkit.As(testkit.Rival), check, matter.Clear, ""), fault.NotFound)
		testkit.WantKind(t, s.AnswerConflictCheck(ctx, testkit.As(testkit.Junior), check, matter.Clear, ""), fault.Forbidden)
		testkit.WantKind(t, s.AnswerConflictCheck(ctx, lead, check, matter.Conflict, ""), fault.Invalid)
		if err := s.AnswerConflictCheck(ctx, lead, check, matter.Clear, "No match"); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, s.AnswerConflictCheck(ctx, lead, check, matter.Clear, ""), fault.Conflict)
		if got := gatesOf(t, s, testkit.Shut); len(got) != 0 {
			t.Errorf("closed after consent and clearance: %v", got)
		}
		if err := s.EditParty(ctx, attorney, testkit.Shut, party, matter.NewParty{Name: "Kestrel Logistics Inc."}); err != nil {
			t.Fatal(err)
		}
		if got := gatesOf(t, s, testkit.Shut); !got["gate-conflict"] {
			t.Error("the party list changed and the old check still counts")
		}
		if err := s.WithdrawConsent(ctx, attorney, testkit.Shut, id, "By letter of today"); err != nil {
			t.Fatal(err)
		}
		if got := gatesOf(t, s, testkit.Shut); !got["gate-consent"] {
			t.Error("consent is withdrawn and its gate is open")
		}
		testkit.WantKind(t, s.WithdrawConsent(ctx, attorney, testkit.Shut, id, "again"), fault.Conflict)
	})
}

func TestWithdrawnConsentCutsAccess(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := matter.New(w.Gate, &noted{}), t.Context()
		id, err := s.RecordConsent(ctx, testkit.As(testkit.Attorney), matter.NewConsent{Matter: testkit.Matter, Provider: testkit.Provider, GivenBy: "K. Brandt", GivenOn: "2026-11-20"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Overview(ctx, testkit.As(testkit.Junior), testkit.Matter); err != nil {
			t.Fatal(err)
		}
		w.TakeJobs()
		if err := s.WithdrawConsent(ctx, testkit.As(testkit.Attorney), testkit.Matter, id, "By telephone"); err != nil {
			t.Fatal(err)
		}
		told := map[ident.PersonID]bool{}
		for _, j := range w.TakeJobs() {
			n, ok := j.(gate.Notice)
			if !ok || n.What != "matter-closed" || n.Matter != "" || n.Subject.ID != string(testkit.Firm) {
				t.Errorf("the provider's people are told of the firm and not of the matter, and got %+v", j)
			}
			told[n.Person] = true
		}
		if !told[testkit.PersonID(testkit.Junior)] || told[testkit.PersonID(testkit.Walled)] || len(told) != 4 {
			t.Errorf("told %v, want the team and nobody who is screened", told)
		}
		for _, who := range []string{testkit.Junior, testkit.Senior, testkit.Lead, testkit.Auditor} {
			_, err := s.Overview(ctx, testkit.As(who), testkit.Matter)
			testkit.WantKind(t, err, fault.NotFound)
		}
		if _, err := s.Overview(ctx, testkit.As(testkit.Attorney), testkit.Matter); err != nil {
			t.Errorf("the firm lost its own matter: %v", err)
		}
	})
}

func TestTeamAndAttorneys(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := matter.New(w.Gate, &noted{}), t.Context()
		outside, attorney := testkit.PersonID(testkit.Outside), testkit.As(testkit.Attorney)
		for _, c := range []struct {
			name, who string
			m         ident.MatterID
			p         ident.PersonID
			want      fault.Kind
		}{
			{"a junior", testkit.Junior, testkit.Matter, outside, fault.Forbidden},
			{"the lead, before the matter is open to her", testkit.Lead, testkit.Shut, outside, fault.NotFound},
			{"the lead, a person of the firm", testkit.Lead, testkit.Matter, testkit.PersonID(testkit.FirmAdmin), fault.Forbidden},
			{"a rival's person", testkit.Attorney, testkit.Matter, testkit.PersonID(testkit.Rival), fault.Invalid},
			{"a screened person", testkit.Lead, testkit.Matter, testkit.PersonID(testkit.Walled), fault.Invalid},
		} {
			t.Run(c.name, func(t *testing.T) {
				testkit.WantKind(t, s.AddToTeam(ctx, testkit.As(c.who), c.m, c.p), c.want)
			})
		}
		if err := s.AddToTeam(ctx, testkit.As(testkit.Lead), testkit.Matter, outside); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Overview(ctx, testkit.As(testkit.Outside), testkit.Matter); err != nil {
			t.Errorf("on the team and blind: %v", err)
		}
		if err := s.RemoveFromTeam(ctx, attorney, testkit.Matter, outside, "Not cleared for this client"); err != nil {
			t.Fatal(err)
		}
		_, err := s.Overview(ctx, testkit.As(testkit.Outside), testkit.Matter)
		testkit.WantKind(t, err, fault.NotFound)

		// A name given before the first release shows nothing until the matter is open to the provider.
		if err := s.AddToTeam(ctx, attorney, testkit.Shut, outside); err != nil {
			t.Fatal(err)
		}
		_, err = s.Overview(ctx, testkit.As(testkit.Outside), testkit.Shut)
		testkit.WantKind(t, err, fault.NotFound)

		if err := s.AssignAttorney(ctx, testkit.As(testkit.Partner), testkit.Matter, testkit.PersonID(testkit.Partner), ""); err != nil {
			t.Fatal(err)
		}
		_, err = s.Overview(ctx, attorney, testkit.Matter) // her role went with the assignment
		testkit.WantKind(t, err, fault.NotFound)
		p, err := s.Team(ctx, testkit.As(testkit.Lead), testkit.Matter)
		if err != nil || len(p.Team) == 0 || p.Team[0].Role != "supervising_attorney" || p.Team[0].ID != testkit.PersonID(testkit.Partner) {
			t.Errorf("team %+v, %v", p.Team, err)
		}
		for _, x := range append(p.Offers, p.WallOffers...) {
			if x.Org != testkit.Provider {
				t.Errorf("the lead is offered %s of %s", x.Name, x.OrgName)
			}
		}
	})
}

func TestRestrictions(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := matter.New(w.Gate, &noted{}), t.Context()
		attorney, compliance := testkit.As(testkit.Attorney), testkit.As(testkit.Compliance)
		testkit.WantRule(t, s.Restrict(ctx, attorney, testkit.Matter, "export_control", "ITAR"), "export-flag")
		testkit.WantKind(t, s.LiftRestriction(ctx, attorney, testkit.Matter, "protective_order", "none"), fault.Conflict)
		for _, step := range []struct {
			do   func() error
			gate string
			want bool
		}{
			{func() error { return s.Restrict(ctx, compliance, testkit.Matter, "export_control", "ITAR") }, "gate-export", true},
			{func() error {
				return s.LiftRestriction(ctx, compliance, testkit.Matter, "export_control", "EAR99")
			}, "gate-export", false},
			{func() error {
				return s.Restrict(ctx, attorney, testkit.Matter, "protective_order", "Dkt. 41")
			}, "gate-protective-order", true},
			{func() error {
				return s.FileUndertaking(ctx, attorney, testkit.Matter, testkit.Provider, "Signed 20 Nov")
			}, "gate-protective-order", false},
			{func() error {
				return s.WithdrawUndertaking(ctx, attorney, testkit.Matter, testkit.Provider, "Lapsed")
			}, "gate-protective-order", true},
		} {
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
			if got := gatesOf(t, s, testkit.Matter)[step.gate]; got != step.want {
				t.Errorf("%s closed: %v, want %v", step.gate, got, step.want)
			}
		}
	})
}

func TestEditFactsAndState(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := matter.New(w.Gate, &noted{}), t.Context()
		attorney := testkit.As(testkit.Attorney)
		first, err := s.AddFact(ctx, attorney, testkit.Matter, "Court", "N.D. Ill.")
		if err != nil {
			t.Fatal(err)
		}
		second, err := s.AddFact(ctx, attorney, testkit.Matter, "Case number", "1:26-cv-01482")
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.AddFact(ctx, testkit.As(testkit.Junior), testkit.Matter, "Court", "x")
		testkit.WantKind(t, err, fault.Forbidden)
		if err := s.RaiseFact(ctx, attorney, testkit.Matter, second); err != nil {
			t.Fatal(err)
		}
		if err := s.EditFact(ctx, attorney, testkit.Matter, matter.Fact{ID: first, Label: "Court", Value: "Northern District of Illinois"}); err != nil {
			t.Fatal(err)
		}
		o, err := s.Overview(ctx, testkit.As(testkit.Junior), testkit.Matter)
		if err != nil || len(o.Facts) != 2 || o.Facts[0].Label != "Case number" || o.Facts[1].Value != "Northern District of Illinois" || o.Client != "" {
			t.Errorf("what the paralegal copies: %+v, %v", o, err)
		}
		if err := s.RemoveFact(ctx, attorney, testkit.Matter, first); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, s.RemoveFact(ctx, attorney, testkit.Matter, first), fault.NotFound)
		change := matter.Change{ID: testkit.Matter, Number: "2026-0001", Title: "Brandt v. Kestrel", PracticeArea: "litigation", Jurisdiction: "US-FED/IL", DataClass: "phi", Rev: 7}
		testkit.WantKind(t, s.Edit(ctx, attorney, change), fault.Stale)
		change.Rev = 1
		if err := s.Edit(ctx, attorney, change); err != nil {
			t.Fatal(err)
		}
		if got := gatesOf(t, s, testkit.Matter); !got["gate-consent"] || !got["gate-baa"] {
			t.Errorf("another data class, and closed are only %v", got)
		}
		testkit.WantKind(t, s.Reopen(ctx, attorney, testkit.Matter, "x"), fault.Conflict)
		testkit.WantKind(t, s.Close(ctx, attorney, testkit.Matter, ""), fault.Invalid)
		if err := s.Close(ctx, attorney, testkit.Matter, "Settled"); err != nil {
			t.Fatal(err)
		}
		if !gatesOf(t, s, testkit.Matter)["gate-matter-open"] {
			t.Error("closed, and its gate is open")
		}
	})
}

func TestListPagesAndClients(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := matter.New(w.Gate, &noted{}), t.Context()
		partner := testkit.As(testkit.Partner)
		for i := range matter.MattersPerPage {
			in := newMatter()
			in.Number = fmt.Sprintf("P-%03d", i)
			if _, err := s.Open(ctx, partner, in); err != nil {
				t.Fatal(err)
			}
		}
		seen := map[ident.MatterID]bool{}
		f := matter.Filter{}
		for pages := 0; ; pages++ {
			l, err := s.List(ctx, partner, f)
			if err != nil || l.Total != matter.MattersPerPage+2 || pages > 2 {
				t.Fatalf("page %d: total %d, %v", pages, l.Total, err)
			}
			for _, r := range l.Rows {
				seen[r.ID] = true
			}
			if f.After = l.After; f.After == "" {
				break
			}
		}
		if len(seen) != matter.MattersPerPage+2 {
			t.Errorf("the pages show %d matters", len(seen))
		}
		for _, c := range []struct {
			who  string
			f    matter.Filter
			want int
		}{
			{testkit.Partner, matter.Filter{Text: "brandt"}, 1},
			{testkit.Partner, matter.Filter{Text: "kestrel log"}, matter.MattersPerPage + 2}, // by client
			{testkit.Junior, matter.Filter{Text: "logistics"}, 0},                            // the client is not theirs to search by
			{testkit.Partner, matter.Filter{Text: "%"}, 0},
			{testkit.Partner, matter.Filter{PracticeArea: "litigation"}, 2},
			{testkit.Partner, matter.Filter{State: matter.StateClosed}, 0},
			{testkit.Partner, matter.Filter{Mine: true}, 0},
			{testkit.Attorney, matter.Filter{Mine: true, Text: "2026-000"}, 2},
			{testkit.Stranger, matter.Filter{}, 0},
			{testkit.Walled, matter.Filter{}, 0},
		} {
			l, err := s.List(ctx, testkit.As(c.who), c.f)
			if err != nil || l.Total != c.want {
				t.Errorf("%s %+v: %d matters, %v; want %d", c.who, c.f, l.Total, err, c.want)
			}
		}

		id, err := s.AddClient(ctx, partner, " Vireo  Systems ")
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.AddClient(ctx, partner, "vireo systems")
		testkit.WantKind(t, err, fault.Invalid)
		testkit.WantKind(t, s.RenameClient(ctx, testkit.As(testkit.Stranger), id, "x", 0), fault.NotFound)
		if err := s.RenameClient(ctx, partner, id, "Vireo Systems, Inc.", 1); err != nil {
			t.Fatal(err)
		}
		_, err = s.Clients(ctx, testkit.As(testkit.Lead), "", "")
		testkit.WantKind(t, err, fault.Forbidden)
		l, err := s.Clients(ctx, partner, "", "")
		if err != nil || l.Total != 2 || l.Rows[0].Matters != matter.MattersPerPage+2 {
			t.Errorf("clients %+v, %v", l, err)
		}
		verb := matter.AddClient
		if done, _ := w.Entries(verb); done != 1 {
			t.Errorf("%d entries of %s", done, verb)
		}
	})
}
