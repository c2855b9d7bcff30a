package document_test

import (
	"context"
	"testing"
	"time"

	"countersign/internal/document"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

// Outside the networks and hours of a rule a provider's people do not even see pages; the firm's own do.
func TestWindows(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		v := b.put(t, testkit.Attorney, "Order.pdf", pdf(t)).Version.ID
		rule := document.NewResidency{Scope: document.OnMatter, ScopeID: string(testkit.Matter), Covers: document.Sources, Networks: "203.0.113.0/24", From: "09:00", Until: "19:00"}
		for _, wrong := range []document.NewResidency{{Networks: "here"}, {From: "9"}, {From: "09:00", Until: "09:00"}} {
			wrong.Scope, wrong.ScopeID, wrong.Covers = rule.Scope, rule.ScopeID, rule.Covers
			testkit.WantKind(t, b.SetResidency(ctx, testkit.As(testkit.Attorney), wrong), fault.Invalid)
		}
		if err := b.SetResidency(ctx, testkit.As(testkit.Attorney), rule); err != nil {
			t.Fatal(err)
		}
		kolkata, err := time.LoadLocation("Asia/Kolkata")
		if err != nil {
			t.Fatal(err)
		}
		now := b.Now().In(kolkata)
		until := func(hour int) time.Duration {
			d := time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, kolkata).Sub(now)
			if d < 0 {
				d += 24 * time.Hour
			}
			return d
		}
		inside := testkit.As(testkit.Junior)
		inside.Address = "203.0.113.20"
		see := func(want string) {
			t.Helper()
			_, err := b.View(ctx, inside, document.Part{Version: v})
			if want == "" && err != nil {
				t.Errorf("%s: %v", inside.Address, err)
			}
			if want != "" {
				testkit.WantRule(t, err, want)
			}
			if _, err := b.View(ctx, testkit.As(testkit.Attorney), document.Part{Version: v}); err != nil {
				t.Errorf("the firm itself: %v", err)
			}
		}
		b.Later(until(10))
		see("")
		inside.Address = "198.51.100.1"
		see("document-network")
		inside.Address = ""
		see("document-network")
		inside.Address = "203.0.113.20"
		b.Later(10 * time.Hour) // 20:00 in Pune
		see("document-hours")
		b.Later(14 * time.Hour)
		see("")
		res, err := b.Residence(ctx, testkit.As(testkit.Junior), testkit.Matter)
		if err != nil || res.Rules[0].Window.Written() != "203.0.113.0/24" || res.Rules[0].Window.Hours() != "09:00 to 19:00" {
			t.Errorf("%+v, %v", res, err)
		}
	})
}

// Who works in another country than their organization sees what is kept elsewhere as pages only, in the firm too.
func TestSite(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		v := b.put(t, testkit.Attorney, "Order.pdf", pdf(t)).Version.ID
		if err := b.SetResidency(ctx, testkit.As(testkit.Attorney), document.NewResidency{Scope: document.OnMatter, ScopeID: string(testkit.Matter), Covers: document.Sources}); err != nil {
			t.Fatal(err)
		}
		site := func(country string) {
			t.Helper()
			b.System(func(ctx context.Context, tx *gate.Tx) error {
				return tx.SetFact(ctx, authz.Ref{Kind: "person", ID: string(testkit.PersonID(testkit.Attorney))}, "site", country)
			})
		}
		for _, c := range []struct{ country, rule string }{{"", ""}, {"US", ""}, {"MX", "document-site"}} {
			site(c.country)
			o, err := b.Open(ctx, testkit.As(testkit.Attorney), v)
			if c.rule == "" && err != nil {
				t.Fatalf("in %q: %v", c.country, err)
			}
			if c.rule == "" {
				o.Body.Close()
			} else {
				testkit.WantRule(t, err, c.rule)
			}
			if _, err := b.page(testkit.Attorney, v, 1); err != nil {
				t.Errorf("the page, in %q: %v", c.country, err)
			}
		}
	})
}
