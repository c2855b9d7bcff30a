package engagement_test

import (
	"slices"
	"strings"
	"testing"

	"countersign/internal/engagement"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/testkit"
)

func TestOpenAndMovePhase(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := engagement.New(w.Gate), t.Context()
		for _, c := range []struct {
			name, who string
			in        engagement.NewEngagement
			want      fault.Kind
		}{
			{"a provider's lead", testkit.Lead, engagement.NewEngagement{Provider: testkit.Other}, fault.Forbidden},
			{"an attorney", testkit.Attorney, engagement.NewEngagement{Provider: testkit.Other}, fault.Forbidden},
			{"a firm as provider", testkit.Operations, engagement.NewEngagement{Provider: testkit.OtherFirm}, fault.Invalid},
			{"no such country", testkit.Operations, engagement.NewEngagement{Provider: testkit.Other, Country: "INDIA"}, fault.Invalid},
			{"engaged already", testkit.Operations, engagement.NewEngagement{Provider: testkit.Provider}, fault.Conflict},
		} {
			t.Run(c.name, func(t *testing.T) {
				_, err := s.Open(ctx, testkit.As(c.who), c.in)
				testkit.WantKind(t, err, c.want)
			})
		}
		id, err := s.Open(ctx, testkit.As(testkit.Operations), engagement.NewEngagement{Provider: testkit.Other})
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Page(ctx, testkit.As(testkit.Rival), id)
		if err != nil || p.Phase != engagement.Evaluation || p.Country != "PH" || len(p.Next) != 0 {
			t.Errorf("what the provider sees: %+v, %v", p, err)
		}
		_, err = s.Page(ctx, testkit.As(testkit.Lead), id)
		testkit.WantKind(t, err, fault.NotFound)
		_, err = s.Page(ctx, testkit.As(testkit.Junior), testkit.Engagement)
		testkit.WantKind(t, err, fault.Forbidden)

		move := func(who string, to engagement.Phase, reason string) error {
			return s.MovePhase(ctx, testkit.As(who), engagement.PhaseMove{ID: id, To: to, Reason: reason})
		}
		testkit.WantKind(t, move(testkit.Rival, engagement.Pilot, "x"), fault.Forbidden)
		testkit.WantKind(t, move(testkit.Stranger, engagement.Pilot, "x"), fault.NotFound)
		testkit.WantKind(t, move(testkit.Operations, engagement.Pilot, " "), fault.Invalid)
		testkit.WantKind(t, move(testkit.Operations, engagement.Active, "x"), fault.Conflict)
		if err := move(testkit.Operations, engagement.Pilot, "Security review passed"); err != nil {
			t.Fatal(err)
		}
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM gate_fact WHERE subject_id = ? AND name = 'phase' AND value = 'pilot' AND until_at > ?`, id, db.Micros(w.Now()))); n != 1 {
			t.Errorf("%d facts say pilot", n)
		}
		if done, refused := w.Entries(engagement.MovePhase); done != 1 || refused != 2 {
			t.Errorf("%d entries, %d refusals; want 1, 2", done, refused)
		}
	})
}

func TestEndingShutsEveryMatter(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := engagement.New(w.Gate), t.Context()
		v := w.Gate.View(testkit.As(testkit.Junior))
		if ok, err := v.Sees(ctx, testkit.Matter); !ok || err != nil {
			t.Fatal("the junior sees nothing to begin with")
		}
		if err := s.MovePhase(ctx, testkit.As(testkit.Partner), engagement.PhaseMove{ID: testkit.Engagement, To: engagement.Ended, Reason: "Contract ended"}); err != nil {
			t.Fatal(err)
		}
		if ok, err := v.Sees(ctx, testkit.Matter); ok || err != nil {
			t.Errorf("sees %v, %v after the end", ok, err)
		}
	})
}

func TestAgreements(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := engagement.New(w.Gate), t.Context()
		in := engagement.NewAgreement{Engagement: testkit.Engagement, Kind: "baa", SignedOn: "2026-11-20", ExpiresOn: "2026-12-01"}
		for name, c := range map[string]struct {
			who    string
			change func(*engagement.NewAgreement)
			want   fault.Kind
		}{
			"provider": {testkit.Lead, func(*engagement.NewAgreement) {}, fault.Forbidden},
			"kind":     {testkit.Compliance, func(a *engagement.NewAgreement) { a.Kind = "mou" }, fault.Invalid},
			"future":   {testkit.Compliance, func(a *engagement.NewAgreement) { a.SignedOn = "2027-01-01" }, fault.Invalid},
			"no day":   {testkit.Compliance, func(a *engagement.NewAgreement) { a.SignedOn = "yesterday" }, fault.Invalid},
			"expired":  {testkit.Compliance, func(a *engagement.NewAgreement) { a.ExpiresOn = "2026-11-22" }, fault.Invalid},
		} {
			t.Run(name, func(t *testing.T) {
				a := in
				c.change(&a)
				_, err := s.RecordAgreement(ctx, testkit.As(c.who), a)
				testkit.WantKind(t, err, c.want)
			})
		}
		light := func() engagement.Light {
			p, err := s.Page(ctx, testkit.As(testkit.Lead), testkit.Engagement)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(p.Terms, func(x engagement.Term) bool { return strings.HasPrefix(x.Name, "Business") })
			return p.Terms[i].Light
		}
		if _, err := s.RecordAgreement(ctx, testkit.As(testkit.Compliance), in); err != nil {
			t.Fatal(err)
		}
		if got := light(); got != engagement.Amber { // it ends within thirty days
			t.Errorf("light %s", got)
		}
		in.ExpiresOn = ""
		if _, err := s.RecordAgreement(ctx, testkit.As(testkit.Compliance), in); err != nil {
			t.Fatal(err)
		}
		if got := light(); got != engagement.Green {
			t.Errorf("light %s", got)
		}
		if err := s.WithdrawAgreement(ctx, testkit.As(testkit.Compliance), testkit.Engagement, "baa", "Terminated"); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, s.WithdrawAgreement(ctx, testkit.As(testkit.Compliance), testkit.Engagement, "baa", "again"), fault.Conflict)
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM gate_fact WHERE name = 'agreement' AND until_at > ?`, db.Micros(w.Now()))); n != 0 {
			t.Errorf("%d agreements still count", n)
		}
	})
}

func TestClauses(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := engagement.New(w.Gate), t.Context()
		good := engagement.NewClause{Engagement: testkit.Engagement, Name: `Clause "9.1"`, Say: "No Medicaid record leaves the firm.", Fix: "Ask \\ counsel.",
			Forbid: `forbid (principal, action == Action::"task.release", resource) when { resource.matter.data_class == "confidential" };`}
		for name, text := range map[string]string{
			"a permit":           `permit (principal, action, resource);`,
			"no policy":          `whatever we agreed`,
			"two policies":       good.Forbid + good.Forbid,
			"its own name":       `@id("x") ` + good.Forbid,
			"unknown attribute":  `forbid (principal, action, resource) when { resource.matter.colour == "red" };`,
			"unknown attribute2": `forbid (principal, action, resource) when { resource.nothing };`,
		} {
			t.Run(name, func(t *testing.T) {
				c := good
				c.Forbid = text
				err := s.AddClause(ctx, testkit.As(testkit.Operations), c)
				testkit.WantKind(t, err, fault.Invalid)
				if fault.Field(err) != "text" {
					t.Errorf("field %q", fault.Field(err))
				}
			})
		}
		testkit.WantKind(t, s.AddClause(ctx, testkit.As(testkit.Lead), good), fault.Forbidden)
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM gate_clause`)); n != 0 {
			t.Fatalf("%d clauses after refusals", n)
		}
		if err := s.AddClause(ctx, testkit.As(testkit.Operations), good); err != nil {
			t.Fatal(err)
		}
		p, err := s.Page(ctx, testkit.As(testkit.Lead), testkit.Engagement)
		if err != nil || len(p.Clauses) != 1 || p.Clauses[0].Name != good.Name || p.Clauses[0].Fix != good.Fix {
			t.Fatalf("clauses %+v, %v", p.Clauses, err)
		}
		d, err := w.Gate.View(testkit.As(testkit.Attorney)).May(ctx, "task.release", authz.Subject{Ref: authz.Ref{Kind: "task", ID: ident.New()},
			Matter: string(testkit.Matter), Engagement: string(testkit.Engagement), Org: string(testkit.Firm), Provider: string(testkit.Provider),
			Attrs: map[string]any{"offshore": "yes", "condition_met": true}})
		if err != nil || d.Allowed || !slices.ContainsFunc(d.Rules, func(r authz.Rule) bool { return r.Name == good.Name }) {
			t.Errorf("the clause does not refuse: %+v, %v", d, err)
		}
	})
}
