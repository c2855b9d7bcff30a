package task_test

import (
	"context"
	"slices"
	"testing"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/gate"
	"countersign/internal/task/desk"
	"countersign/internal/testkit"
)

func closedGates(r desk.ReleaseView) (out []string) {
	for _, g := range r.Gates {
		if g.Closed {
			out = append(out, g.ID)
		}
	}
	slices.Sort(out)
	return out
}

func TestReleaseViewListsEveryGateOpenOrClosed(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, att := t.Context(), testkit.As(testkit.Attorney)
		made := b.must(b.s.Prepare(ctx, att, b.pack()))
		r, err := b.s.ReleaseView(ctx, att, made.ID)
		if err != nil || r.Closed != 0 || len(r.Gates) != 10 || closedGates(r) != nil || r.Refused != "" || r.Condition != "" {
			t.Fatalf("%d closed of %d: %v, refused %q, %v", r.Closed, len(r.Gates), closedGates(r), r.Refused, err)
		}
		for _, g := range r.Gates {
			if g.Says == "" || g.Name == "" || g.Fix == "" {
				t.Errorf("gate %s lacks words: %+v", g.ID, g)
			}
		}
		if r.Country != "India" || r.Provider != "Meridian" || !slices.Equal(r.Readers, []string{"auditor", "junior", "junior2", "lead", "peer", "senior"}) {
			t.Errorf("%s in %s: %v", r.Provider, r.Country, r.Readers)
		}

		p := b.pack()
		p.Matter, p.Playbook = testkit.Shut, never
		made = b.must(b.s.Prepare(ctx, att, p))
		b.System(func(ctx context.Context, tx *gate.Tx) error {
			return tx.SetFact(ctx, authz.Ref{Kind: "matter", ID: string(testkit.Shut)}, "data_class", "phi")
		})
		r, err = b.s.ReleaseView(ctx, att, made.ID)
		want := []string{"gate-attorney-only", "gate-baa", "gate-conflict", "gate-consent"}
		if err != nil || !slices.Equal(closedGates(r), want) || r.Closed != len(want) || len(r.Gates) != 10 {
			t.Errorf("closed %v (%d of %d), %v", closedGates(r), r.Closed, len(r.Gates), err)
		}
		_, err = b.s.Release(ctx, att, made.ID, made.Rev, false)
		if len(fault.Rules(err)) != len(want) { // what the page shows is what the verb says
			t.Errorf("release: %v", fault.Rules(err))
		}
	})
}

func TestReleaseViewOfAConditionalType(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, att := t.Context(), testkit.As(testkit.Attorney)
		p := b.pack()
		p.Playbook = short
		made := b.must(b.s.Prepare(ctx, att, p))
		r, err := b.s.ReleaseView(ctx, att, made.ID)
		if err != nil || r.Closed != 0 || r.Condition == "" || !slices.Equal(closedGates(r), []string{"gate-condition"}) {
			t.Fatalf("%d, %q, %v, %v", r.Closed, r.Condition, closedGates(r), err)
		}
		// A clause of the contract that refuses stands beside the gates.
		b.System(func(ctx context.Context, tx *gate.Tx) error {
			return tx.AddClause(ctx, testkit.Engagement, `@id("clause-6") @name("Clause 6") @say("No work in December.") forbid (principal, action == Action::"task.release", resource);`)
		})
		if r, err = b.s.ReleaseView(ctx, att, made.ID); err != nil || r.Closed != 1 || r.Gates[len(r.Gates)-1].Name != "Clause 6" {
			t.Errorf("%d closed, %v, %v", r.Closed, closedGates(r), err)
		}
	})
}

func TestReleaseViewKnowsWhoReleases(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		made := b.must(b.s.Prepare(ctx, testkit.As(testkit.Attorney), b.pack()))
		for who, want := range map[string]fault.Kind{testkit.Lead: fault.NotFound, testkit.Stranger: fault.NotFound, testkit.FirmAdmin: fault.NotFound} {
			_, err := b.s.ReleaseView(ctx, testkit.As(who), made.ID)
			if err == nil || fault.KindOf(err) != want {
				t.Errorf("%s: %v", who, err)
			}
		}
		r, err := b.s.ReleaseView(ctx, testkit.As(testkit.Operations), made.ID)
		if err != nil || r.Refused == "" || r.Closed != 0 {
			t.Errorf("operations: refused %q, %d closed, %v", r.Refused, r.Closed, err)
		}
		b.must(b.s.Release(ctx, testkit.As(testkit.Attorney), made.ID, made.Rev, false))
		_, err = b.s.ReleaseView(ctx, testkit.As(testkit.Attorney), made.ID)
		testkit.WantKind(t, err, fault.Conflict)
		_, err = b.s.ReleaseView(ctx, testkit.As(testkit.Lead), made.ID)
		testkit.WantKind(t, err, fault.Forbidden)
	})
}
