package evidence_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/evidence"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/ledger"
	"countersign/internal/platform/ledger/proof"
	"countersign/internal/testkit"
	"countersign/internal/trail"
)

// plain seals nothing.
type plain struct{}

func (plain) Seal(b []byte, _ string) ([]byte, error) { return b, nil }
func (plain) Open(b []byte, _ string) ([]byte, error) { return b, nil }

// A bench is the small world with a log over its entries.
type bench struct {
	*testkit.World
	s      *evidence.Service
	log    *ledger.Log
	clock  *testkit.Clock
	public string
}

func eachBench(t *testing.T, fn func(t *testing.T, b bench)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		clock := &testkit.Clock{}
		l := &ledger.Log{DB: w.DB, Keys: plain{}, Now: clock.Now}
		_, public, err := l.Signer(t.Context(), "log.example/one")
		if err != nil {
			t.Fatal(err)
		}
		b := bench{w, evidence.New(w.Gate, l, trail.New(w.Gate), making()), l, clock, public}
		b.grow(t)
		fn(t, b)
	})
}

func (b bench) grow(t *testing.T) {
	t.Helper()
	for {
		n, err := b.log.Integrate(t.Context(), 500)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// cosign has a witness add the newest checkpoint, and hands the line in.
func (b bench) cosign(t *testing.T, who, id string, w *proof.Witness) (size int64, line string) {
	t.Helper()
	signed, c, err := b.log.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := proof.Consistency(c, w.Last.Size, b.log.Tiles(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	if line, err = w.Add(proof.AddRequest(w.Last.Size, p, signed)); err != nil {
		t.Fatal(err)
	}
	if err := b.s.Cosign(t.Context(), testkit.As(who), id, c.Size, line); err != nil {
		t.Fatal(err)
	}
	return c.Size, line
}

func (b bench) witness(t *testing.T, name string) (w *proof.Witness, public string) {
	t.Helper()
	secret, public, err := proof.GenerateKey(name)
	if err != nil {
		t.Fatal(err)
	}
	log, err := proof.LogKey(b.public)
	if err != nil {
		t.Fatal(err)
	}
	if w, err = proof.NewWitness(log, secret); err != nil {
		t.Fatal(err)
	}
	return w, public
}

// A witness is registered by its own side, cosigns as the log grows, and the record says how far.
func TestWitness(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		w, public := b.witness(t, "witness.example/firm")
		for _, who := range []string{testkit.Junior, testkit.Attorney, testkit.Partner} {
			_, err := b.s.AddWitness(ctx, testkit.As(who), public)
			testkit.WantKind(t, err, fault.Forbidden)
		}
		for _, bad := range []string{"", "x", "a+b+c", strings.Replace(public, "+", "+0", 1)} {
			_, err := b.s.AddWitness(ctx, testkit.As(testkit.Compliance), bad)
			testkit.WantKind(t, err, fault.Invalid)
		}
		id, err := b.s.AddWitness(ctx, testkit.As(testkit.Compliance), public)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.s.AddWitness(ctx, testkit.As(testkit.FirmAdmin), public)
		testkit.WantKind(t, err, fault.Conflict)
		b.grow(t)
		size, line := b.cosign(t, testkit.Compliance, id, w)
		for i := range 2 { // handed in again
			if err := b.s.Cosign(ctx, testkit.As(testkit.Compliance), id, size, line); err != nil {
				t.Errorf("time %d: %v", i, err)
			}
		}
		testkit.WantKind(t, b.s.Cosign(ctx, testkit.As(testkit.Compliance), id, size+1000, line), fault.Invalid)
		testkit.WantKind(t, b.s.Cosign(ctx, testkit.As(testkit.Compliance), id, size, "— nobody AAAA"), fault.Invalid)
		testkit.WantKind(t, b.s.Cosign(ctx, testkit.As(testkit.Rival), id, size, line), fault.Forbidden)
		rec, err := b.s.Record(ctx, testkit.As(testkit.Junior))
		if err != nil || len(rec.Witnesses) != 1 || rec.Witnesses[0].Size != size || rec.Witnesses[0].At.IsZero() || rec.MayKeep || rec.Witnesses[0].MayEnd {
			t.Errorf("%+v, %v", rec, err)
		}
		if firm, provider := rec.Proven(); firm != size || provider != 0 {
			t.Errorf("%d, %d", firm, provider)
		}
		b.grow(t)
		signed, err := b.s.Checkpoint(ctx, testkit.As(testkit.Junior), true)
		if err != nil {
			t.Fatal(err)
		}
		log, _ := proof.LogKey(b.public)   //nolint:errcheck // read before
		key, _ := proof.WitnessKey(public) //nolint:errcheck // registered
		if s, err := proof.Open(signed, log, key); err != nil || s.Size != size || len(s.Cosigned) != 1 {
			t.Errorf("%+v, %v", s, err)
		}
		if s, err := b.s.Checkpoint(ctx, testkit.As(testkit.Junior), false); err != nil || strings.Count(string(s), "\n— ") != 1 {
			t.Errorf("%s, %v", s, err)
		}
		b.cosign(t, testkit.FirmAdmin, id, w)
		testkit.WantKind(t, b.s.EndWitness(ctx, testkit.As(testkit.Stranger), id), fault.Forbidden)
		if err := b.s.EndWitness(ctx, testkit.As(testkit.Compliance), id); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, b.s.EndWitness(ctx, testkit.As(testkit.Compliance), id), fault.Conflict)
		testkit.WantKind(t, b.s.Cosign(ctx, testkit.As(testkit.Compliance), id, size, line), fault.Conflict)
	})
}

// A witness that refuses raises an alarm with every compliance officer, and shows until it cosigns again.
func TestRefusal(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		w, public := b.witness(t, "witness.example/firm")
		id, err := b.s.AddWitness(ctx, testkit.As(testkit.Compliance), public)
		if err != nil {
			t.Fatal(err)
		}
		b.TakeJobs()
		testkit.WantKind(t, b.s.ReportRefusal(ctx, testkit.As(testkit.Compliance), id, " "), fault.Invalid)
		testkit.WantKind(t, b.s.ReportRefusal(ctx, testkit.As(testkit.Junior), id, "x"), fault.Forbidden)
		if err := b.s.ReportRefusal(ctx, testkit.As(testkit.FirmAdmin), id, "The new tree does not begin with the old one."); err != nil {
			t.Fatal(err)
		}
		if jobs := b.TakeJobs(); len(jobs) != 1 {
			t.Errorf("%+v", jobs)
		}
		rec, err := b.s.Record(ctx, testkit.As(testkit.Partner))
		if err != nil || rec.Witnesses[0].Refused == "" {
			t.Errorf("%+v, %v", rec, err)
		}
		b.clock.Advance(time.Minute)
		b.grow(t)
		b.cosign(t, testkit.Compliance, id, w)
		if rec, err = b.s.Record(ctx, testkit.As(testkit.Partner)); err != nil || rec.Witnesses[0].Refused != "" {
			t.Errorf("%+v, %v", rec, err)
		}
		b.grow(t)
		if rec, err = b.s.Record(ctx, testkit.As(testkit.Partner)); err != nil || rec.Witnesses[0].Silent(rec.Size, rec.Now) || !rec.Witnesses[0].Silent(rec.Size, rec.Now.Add(evidence.Late+time.Hour)) {
			t.Errorf("%+v, %v", rec.Witnesses, err)
		}
	})
}

// The files of the log are for everybody who is signed in; a token needs the scope. Nothing typed by a person is in them.
func TestFiles(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		total := b.Int(db.SQL(`SELECT COUNT(*) FROM entry`))
		path := proof.BundlePath(0, int(total))
		got, full, err := b.s.File(ctx, testkit.As(testkit.Walled), path)
		if err != nil || full || !strings.Contains(string(got), "countersign/leaf/v1") {
			t.Errorf("%q, %v, %v", got, full, err)
		}
		for _, gone := range []string{"", "x", "tile/0/001", proof.BundlePath(0, int(total)+1), "tile/9/000", "../checkpoint"} {
			_, _, err := b.s.File(ctx, testkit.As(testkit.Junior), gone)
			testkit.WantKind(t, err, fault.NotFound)
		}
		for scope, want := range map[string]bool{"task.*": false, "evidence.*": true, "evidence.read_log": true} {
			who := testkit.As(testkit.Junior)
			who.Scopes = []string{scope}
			for _, ask := range []func(context.Context, actor.Actor) error{
				func(ctx context.Context, who actor.Actor) error { _, _, err := b.s.File(ctx, who, path); return err },
				func(ctx context.Context, who actor.Actor) error {
					_, err := b.s.Checkpoint(ctx, who, false)
					return err
				},
			} {
				if err := ask(ctx, who); (err == nil) != want {
					t.Errorf("with %s: %v", scope, err)
				}
			}
		}
	})
}

// A pack proves its entries to whoever has the keys, opens what the reader may read, and fails when a word of it is changed.
func TestPack(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		w, public := b.witness(t, "witness.example/firm")
		id, err := b.s.AddWitness(ctx, testkit.As(testkit.Compliance), public)
		if err != nil {
			t.Fatal(err)
		}
		b.grow(t)
		b.cosign(t, testkit.Compliance, id, w)
		p, err := b.s.Pack(ctx, testkit.As(testkit.Compliance), trail.Scope{Kind: "org"}, trail.Filter{})
		if err != nil || len(p.Entries) < 2 || len(p.Lines) != len(p.Entries) || p.Cosigned == "" {
			t.Fatalf("%+v, %v", p.Pack, err)
		}
		log, _ := proof.LogKey(b.public)   //nolint:errcheck // read before
		key, _ := proof.WitnessKey(public) //nolint:errcheck // registered
		check := func(p proof.Pack) proof.PackReport {
			t.Helper()
			raw, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			back, err := proof.ReadPack(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			r, err := proof.VerifyPack(back, log, key)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		r := check(p.Pack)
		if !r.Holds() || r.Opened < 2 || r.Vouched < 1 || r.Vouched >= len(p.Entries) || r.Entries != int64(len(p.Entries)) {
			t.Errorf("%+v", r)
		}
		at := slices.IndexFunc(p.Entries, func(e proof.PackEntry) bool { return len(e.Openings) > 0 })
		for what, change := range map[string]func(p *proof.Pack){
			"a word of a leaf": func(p *proof.Pack) {
				p.Entries[0].Leaf = strings.Replace(p.Entries[0].Leaf, "outcome done", "outcome refused", 1)
			},
			"a value":                 func(p *proof.Pack) { p.Entries[at].Openings[0].Value += "x" },
			"a place":                 func(p *proof.Pack) { p.Entries[0].Index++ },
			"an entry twice":          func(p *proof.Pack) { p.Entries = append(p.Entries, p.Entries[0]) },
			"a value that is not its": func(p *proof.Pack) { p.Entries[at].Openings[0].Name = "other" },
			"the consistency proof":   func(p *proof.Pack) { p.Grew = nil },
		} {
			q := p.Pack
			q.Entries = slices.Clone(q.Entries)
			q.Entries[at].Openings = slices.Clone(q.Entries[at].Openings)
			change(&q)
			if r := check(q); r.Holds() {
				t.Errorf("%s is changed, and the pack holds", what)
			}
		}
		// The residency probe asks for packs too, in writes that are rolled back.
		if _, err := b.s.Pack(db.Rehearse(ctx), testkit.As(testkit.Compliance), trail.Scope{Kind: "org"}, trail.Filter{}); err != nil {
			t.Errorf("in a rehearsal: %v", err)
		}
		small, err := b.s.Pack(ctx, testkit.As(testkit.Junior), trail.Scope{Kind: "person"}, trail.Filter{})
		if err != nil || len(small.Entries) != 0 {
			t.Errorf("%d entries of one who did nothing, %v", len(small.Entries), err)
		}
		_, err = b.s.Pack(ctx, testkit.As(testkit.Walled), trail.Scope{Kind: "matter", ID: string(testkit.Matter)}, trail.Filter{})
		testkit.WantKind(t, err, fault.NotFound)
	})
}

// Ten thousand entries make a pack that holds.
func TestLargePack(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		const many = 10_000
		if err := b.Gate.Write(ctx, testkit.As(testkit.Compliance), evidence.AddWitness, func(tx *gate.Tx) error {
			ref := authz.Ref{Kind: "witness", ID: "-"}
			if err := tx.Permit(ctx, authz.Subject{Ref: ref, Org: string(testkit.Firm)}); err != nil {
				return err
			}
			for range many {
				tx.Record(gate.Entry{Subject: ref, Owner: testkit.Firm, Values: map[string]string{"name": "one"}})
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		b.grow(t)
		began := time.Now()
		p, err := b.s.Pack(ctx, testkit.As(testkit.Compliance), trail.Scope{Kind: "org"}, trail.Filter{})
		if err != nil || len(p.Entries) < many {
			t.Fatalf("%d entries, %v", len(p.Entries), err)
		}
		made := time.Since(began)
		log, _ := proof.LogKey(b.public) //nolint:errcheck // read before
		began = time.Now()
		if r, err := proof.VerifyPack(p.Pack, log); err != nil || !r.Holds() {
			t.Errorf("%+v, %v", r.Problems, err)
		}
		t.Logf("%d entries: made in %v, verified in %v", len(p.Entries), made.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	})
}
