package evidence_test

import (
	"testing"
	"time"

	"countersign/internal/evidence"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
	"countersign/internal/platform/ledger/proof"
	"countersign/internal/testkit"
	"countersign/internal/trail"
)

// Every compliance officer is told of a silence once, and again of the next one.
func TestSilence(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		w, public := b.witness(t, "witness.example/firm")
		id, err := b.s.AddWitness(ctx, testkit.As(testkit.Compliance), public)
		if err != nil {
			t.Fatal(err)
		}
		told := func() int {
			t.Helper()
			b.TakeJobs()
			if err := b.s.Watch(ctx); err != nil {
				t.Fatal(err)
			}
			b.grow(t)
			return len(b.TakeJobs())
		}
		officers := int(b.Int(db.SQL(`SELECT COUNT(DISTINCT person_id) FROM access_grant WHERE scope_kind = 'org' AND role = 'compliance_officer'`)))
		b.grow(t)
		if n := told(); n != 0 {
			t.Errorf("at once %d are told", n)
		}
		b.clock.Advance(evidence.Late + time.Minute)
		if n := told(); n != officers || officers == 0 {
			t.Errorf("%d of %d officers are told", n, officers)
		}
		b.clock.Advance(evidence.Late)
		if n := told(); n != 0 {
			t.Errorf("%d are told again", n)
		}
		b.cosign(t, testkit.Compliance, id, w)
		b.grow(t)
		b.clock.Advance(evidence.Late + time.Minute)
		if n := told(); n != officers {
			t.Errorf("of the next silence %d are told", n)
		}
		if n := b.Int(db.SQL(`SELECT COUNT(*) FROM entry WHERE verb = 'evidence.report_silence'`)); n != 2 {
			t.Errorf("%d entries", n)
		}
	})
}

// A change of key is an entry of every organization; until the next one both keys sign, so that a witness can follow, and a
// pack with a checkpoint that was cosigned before holds under the new key.
func TestRotateKey(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		w, public := b.witness(t, "witness.example/firm")
		id, err := b.s.AddWitness(ctx, testkit.As(testkit.Compliance), public)
		if err != nil {
			t.Fatal(err)
		}
		b.grow(t)
		b.cosign(t, testkit.Compliance, id, w)
		for _, who := range []actor.Actor{testkit.As(testkit.FirmAdmin), testkit.As(testkit.Compliance), actor.System("some.job")} {
			_, _, err := b.s.RotateKey(ctx, who, false)
			testkit.WantKind(t, err, fault.Forbidden)
		}
		rotate := func(alone bool) string {
			t.Helper()
			_, made, err := b.s.RotateKey(ctx, actor.Machine(), alone)
			if err != nil {
				t.Fatal(err)
			}
			b.grow(t)
			return made
		}
		opens := func(public string) bool {
			t.Helper()
			signed, _, err := b.log.Checkpoint(ctx)
			if err != nil {
				t.Fatal(err)
			}
			key, err := proof.LogKey(public)
			if err != nil {
				t.Fatal(err)
			}
			_, err = proof.Open(signed, key)
			return err == nil
		}
		second := rotate(false)
		if !opens(b.public) || !opens(second) {
			t.Error("both keys should sign")
		}
		if n, orgs := b.Int(db.SQL(`SELECT COUNT(*) FROM entry WHERE verb = 'evidence.rotate_key' AND NOT refused`)), b.Int(db.SQL(`SELECT COUNT(*) FROM org`)); n != orgs {
			t.Errorf("%d entries for %d organizations", n, orgs)
		}
		p, err := b.s.Pack(ctx, testkit.As(testkit.Compliance), trail.Scope{Kind: "org"}, trail.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		log, _ := proof.LogKey(second)     //nolint:errcheck // made by the log
		key, _ := proof.WitnessKey(public) //nolint:errcheck // registered
		if r, err := proof.VerifyPack(p.Pack, log, key); err != nil || !r.Holds() || r.Cosigned == 0 {
			t.Errorf("%+v, %v", r, err)
		}
		b.cosign(t, testkit.Compliance, id, w) // by the old key
		third := rotate(false)
		if opens(b.public) || !opens(second) || !opens(third) {
			t.Error("the last two keys should sign, and no other")
		}
		fourth := rotate(true)
		if opens(second) || opens(third) || !opens(fourth) {
			t.Error("the newest key should sign alone")
		}
		if n := b.Int(db.SQL(`SELECT COUNT(*) FROM ledger_key WHERE (ended_at <> 0) <> (LENGTH(secret) = 0)`)); n != 0 {
			t.Errorf("%d keys kept their secret, or lost it", n)
		}
		rec, err := b.s.Record(ctx, testkit.As(testkit.Junior))
		if err != nil || rec.Public != fourth || rec.Before != "" {
			t.Errorf("%+v, %v", rec, err)
		}
	})
}
