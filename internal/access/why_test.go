package access_test

import (
	"slices"
	"testing"

	"countersign/internal/access"
	"countersign/internal/document"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

func verdict(t *testing.T, w access.Why, action string) access.Verdict {
	t.Helper()
	i := slices.IndexFunc(w.Verdicts, func(v access.Verdict) bool { return string(v.Action) == action })
	if i < 0 {
		t.Fatalf("%s is not told", action)
	}
	return w.Verdicts[i]
}

// Everybody may ask about themselves; about others only who may ask who could open it. The answer is the gate's own.
func TestWhy(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		if err := b.docs.SetResidency(ctx, testkit.As(testkit.Attorney), document.NewResidency{Scope: document.OnMatter, ScopeID: string(testkit.Matter), Covers: document.Sources}); err != nil {
			t.Fatal(err)
		}
		own, err := b.s.Why(ctx, testkit.As(testkit.Junior), "document", string(b.doc), "")
		if err != nil || !own.Self || own.MayAsk || own.Name != "Exhibit 7.txt" {
			t.Fatalf("%+v, %v", own, err)
		}
		if len(own.Rows) != 1 || own.Who.Person != testkit.PersonID(testkit.Junior) || len(own.Who.Ways) == 0 {
			t.Errorf("one's own roles: %+v", own.Rows)
		}
		if v := verdict(t, own, "document.open"); v.Allowed || !has(v.Decision, "document-residency") || v.Words != "take out the file of Exhibit 7.txt" {
			t.Errorf("%+v", v)
		}
		if !slices.ContainsFunc(own.Rules, func(p gate.Policy) bool { return p.ID == "document-residency" && p.Text != "" }) {
			t.Errorf("%+v", own.Rules)
		}
		if v := own.Verdicts[0]; v.Allowed || len(v.Rules) == 0 {
			t.Errorf("what a rule refuses should stand first: %+v", v)
		}
		_, err = b.s.Why(ctx, testkit.As(testkit.Junior), "document", string(b.doc), testkit.PersonID(testkit.Attorney))
		testkit.WantKind(t, err, fault.Forbidden)
		for _, kind := range []string{"document", "matter"} {
			id := string(b.doc)
			if kind == "matter" {
				id = string(testkit.Matter)
			}
			_, err = b.s.Why(ctx, testkit.As(testkit.Walled), kind, id, "")
			testkit.WantKind(t, err, fault.NotFound)
		}
		_, err = b.s.Why(ctx, testkit.As(testkit.Compliance), "nothing", string(b.doc), "")
		testkit.WantKind(t, err, fault.NotFound)
		other, err := b.s.Why(ctx, testkit.As(testkit.Compliance), "document", string(b.doc), testkit.PersonID(testkit.Junior))
		if err != nil || other.Self || !other.MayAsk || other.Who.Person != testkit.PersonID(testkit.Junior) {
			t.Fatalf("%+v, %v", other, err)
		}
		if v := verdict(t, other, "document.open"); v.Allowed || !has(v.Decision, "document-residency") {
			t.Errorf("%+v", v)
		}
		walled, err := b.s.Why(ctx, testkit.As(testkit.Compliance), "matter", string(testkit.Matter), testkit.PersonID(testkit.Walled))
		if err != nil || walled.Who.Knows {
			t.Fatalf("%+v, %v", walled.Who, err)
		}
		for _, v := range walled.Verdicts {
			if v.Allowed {
				t.Errorf("behind a wall %s is allowed", v.Action)
			}
		}
		_, err = b.s.Why(ctx, testkit.As(testkit.Compliance), "matter", string(testkit.Matter), "nobody")
		testkit.WantKind(t, err, fault.NotFound)
	})
}
