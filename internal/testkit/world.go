package testkit

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/ledger"
)

// Identifiers of the small world every World has. They are valid UUIDs that read well in failures.
const (
	Firm       ident.OrgID        = "00000000-0000-7000-8000-0000000000f1"
	OtherFirm  ident.OrgID        = "00000000-0000-7000-8000-0000000000f2"
	Provider   ident.OrgID        = "00000000-0000-7000-8000-0000000000a1"
	Other      ident.OrgID        = "00000000-0000-7000-8000-0000000000a2" // a second provider
	Engagement ident.EngagementID = "00000000-0000-7000-8000-0000000000e1" // Firm with Provider, active, IN
	Client     ident.ClientID     = "00000000-0000-7000-8000-0000000000c1"
	Matter     ident.MatterID     = "00000000-0000-7000-8000-0000000000d1" // of Firm, open to Provider, every gate open
	Shut       ident.MatterID     = "00000000-0000-7000-8000-0000000000d2" // of Firm, not open to Provider, every gate closed
)

// People of the small world, by short name: see person. Attorney supervises both matters.
const (
	Attorney   = "attorney"   // Firm, supervising_attorney
	Partner    = "partner"    // Firm, wide
	Operations = "operations" // Firm, operations_manager, wide
	Compliance = "compliance" // Firm, compliance_officer, wide
	FirmAdmin  = "firmadmin"  // Firm, administrator
	Junior     = "junior"     // Provider, on Matter
	Junior2    = "junior2"    // Provider, on Matter
	Outside    = "outside"    // Provider, junior, not on Matter
	Walled     = "walled"     // Provider, junior, on Matter and screened from it
	Peer       = "peer"       // Provider, peer_reviewer, on Matter
	Senior     = "senior"     // Provider, senior_reviewer, on Matter
	Lead       = "lead"       // Provider, team_lead, wide
	Auditor    = "auditor"    // Provider, quality_auditor, wide
	Stranger   = "stranger"   // OtherFirm, partner, wide
	Rival      = "rival"      // Other provider, team_lead, wide
)

type person struct {
	short string
	org   ident.OrgID
	role  string
	wide  bool
	team  string // role on Matter, "" when not on it
}

var people = []person{
	{Attorney, Firm, "supervising_attorney", false, "supervising_attorney"},
	{Partner, Firm, "partner", true, ""},
	{Operations, Firm, "operations_manager", true, ""},
	{Compliance, Firm, "compliance_officer", true, ""},
	{FirmAdmin, Firm, "administrator", false, ""},
	{Junior, Provider, "junior", false, "team"},
	{Junior2, Provider, "junior", false, "team"},
	{Outside, Provider, "junior", false, ""},
	{Walled, Provider, "junior", false, "team"},
	{Peer, Provider, "peer_reviewer", false, "team"},
	{Senior, Provider, "senior_reviewer", false, "team"},
	{Lead, Provider, "team_lead", true, ""},
	{Auditor, Provider, "quality_auditor", true, ""},
	{Stranger, OtherFirm, "partner", true, ""},
	{Rival, Other, "team_lead", true, ""},
}

// PersonID is the identifier of a person of the small world.
func PersonID(short string) ident.PersonID {
	for i, p := range people {
		if p.short == short {
			return ident.PersonID("00000000-0000-7000-8000-0000000001" + string("0123456789abcdef"[i/16]) + string("0123456789abcdef"[i%16]))
		}
	}
	panic("testkit: no such person: " + short)
}

// As is the actor of a person of the small world, signed in with a second factor and freshly stepped up.
func As(short string) actor.Actor {
	for _, p := range people {
		if p.short == short {
			return actor.Actor{Person: PersonID(short), Org: p.org, Session: ident.SessionID(PersonID(short)), Via: "web", Address: "192.0.2.7", MFA: true, SteppedUpAt: Noon}
		}
	}
	panic("testkit: no such person: " + short)
}

// A World is a migrated database with the small world in it and a gate in front.
type World struct {
	T    *testing.T
	DB   *db.DB
	Gate *gate.Gate
	Keys gate.Sealer

	mu     sync.Mutex
	now    time.Time
	jobs   []gate.Job
	topics []string
}

// EachWorld runs fn with a fresh World on SQLite and on PostgreSQL.
func EachWorld(t *testing.T, fn func(t *testing.T, w *World)) {
	t.Helper()
	EachEngine(t, func(t *testing.T, d *db.DB) { fn(t, NewWorld(t, d)) })
}

// NewWorld puts the small world into d.
func NewWorld(t *testing.T, d *db.DB) *World {
	t.Helper()
	w := &World{T: t, DB: d, Keys: plainKeys{}, now: Noon}
	g, err := gate.New(gate.Deps{DB: d, Keys: w.Keys, Now: w.Now, Announce: w.announce,
		Enqueue: func(_ context.Context, _ *db.Tx, _ time.Time, j gate.Job) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.jobs = append(w.jobs, j)
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	w.Gate = g
	w.seed()
	t.Cleanup(w.tellsNothing)
	return w
}

// tellsNothing looks, after each test of each verb, for what people typed in the leaves that the tree shows to anyone: words
// behind a commitment, and addresses. One-word values may be identifiers, which leaves do hold.
func (w *World) tellsNothing() {
	type kept struct {
		id, matter, owner string
		leaf, openings    []byte
	}
	ctx := context.Background() // the test's own has ended
	all, err := db.All(ctx, w.DB, db.SQL(`SELECT id, matter_id, owner_org_id, leaf, openings FROM entry ORDER BY id LIMIT 20000`),
		func(rs *db.Rows, k *kept) error { return rs.Scan(&k.id, &k.matter, &k.owner, &k.leaf, &k.openings) })
	if err != nil {
		return // the test has taken its database away
	}
	for _, k := range all {
		scope := "org/" + k.owner
		if k.matter != "" {
			scope = "matter/" + k.matter
		}
		plain, err := w.Keys.Open(ctx, w.DB, scope, k.openings, "entry/"+k.id)
		if err != nil || len(plain) == 0 {
			continue // sealed under another ring
		}
		values, err := ledger.Values(plain)
		if err != nil {
			w.T.Errorf("entry %s: %v", k.id, err)
		}
		for name, v := range values {
			if strings.ContainsAny(v, " @") && bytes.Contains(k.leaf, []byte(v)) {
				w.T.Errorf("the leaf of %s holds the value of %s: %s", k.id, name, k.leaf)
			}
		}
		if bytes.Contains(k.leaf, []byte("@test.example")) {
			w.T.Errorf("the leaf of %s holds an address: %s", k.id, k.leaf)
		}
	}
}

func (w *World) seed() {
	for _, o := range [][5]any{
		{Firm, "firm", "Halsted & Rowe LLP", "US", "America/Chicago"}, {OtherFirm, "firm", "Tamsin Oakes LLP", "US", "America/New_York"},
		{Provider, "provider", "Meridian", "IN", "Asia/Kolkata"}, {Other, "provider", "Lakandula", "PH", "Asia/Manila"},
	} {
		w.Exec(db.SQL(`INSERT INTO org (id, kind, name, country, zone, standing, made_at, rev) VALUES (?, ?, ?, ?, ?, ?, 1, 1)`, o[0], o[1], o[2], o[3], o[4], []byte{}))
	}
	for _, p := range people {
		w.Exec(db.SQL(`INSERT INTO person (id, name, email, zone, password, totp_secret, totp_step, theme, density, keys_on, disabled_at, made_at, rev)
			VALUES (?, ?, ?, 'UTC', '', ?, 0, '', '', TRUE, 0, 1, 1)`, PersonID(p.short), p.short, p.short+"@test.example", []byte{}))
		w.Exec(db.SQL(`INSERT INTO member (person_id, org_id, title, dedicated_to, from_at, until_at, rev) VALUES (?, ?, '', '', 1, ?, 1)`, PersonID(p.short), p.org, gate.Forever))
	}
	w.Exec(db.SQL(`INSERT INTO engagement (id, firm_id, provider_id, name, phase, country, begun_on, rev, made_at) VALUES (?, ?, ?, 'Meridian', 'active', 'IN', '2026-01-05', 1, 1)`, Engagement, Firm, Provider))
	w.Exec(db.SQL(`INSERT INTO client (id, firm_id, name, made_at, rev) VALUES (?, ?, 'Kestrel Logistics', 1, 1)`, Client, Firm))
	for i, m := range []ident.MatterID{Matter, Shut} {
		w.Exec(db.SQL(`INSERT INTO matter (id, firm_id, client_id, number, title, practice_area, jurisdiction, data_class, state, supervisor_id, delegate_id, standing, party_version, opened_on, made_at, rev)
			VALUES (?, ?, ?, ?, ?, 'litigation', 'US-FED/IL', 'confidential', 'open', ?, '', ?, 1, '2026-01-05', 1, 1)`,
			m, Firm, Client, []string{"2026-0001", "2026-0002"}[i], []string{"Brandt v. Kestrel", "Kestrel reorganization"}[i], PersonID(Attorney), []byte{}))
	}
	w.System(func(ctx context.Context, tx *gate.Tx) error { return w.seedAccess(ctx, tx) })
}

func (w *World) seedAccess(ctx context.Context, tx *gate.Tx) error {
	var errs []error
	do := func(err error) { errs = append(errs, err) }
	for _, p := range people {
		do(tx.Grant(ctx, gate.Grant{Person: PersonID(p.short), ScopeKind: "org", ScopeID: string(p.org), Org: p.org, Role: p.role, Wide: p.wide, Reason: "seed"}))
		if p.team != "" {
			do(tx.Grant(ctx, gate.Grant{Person: PersonID(p.short), ScopeKind: "matter", ScopeID: string(Matter), Org: p.org, Role: p.team, Reason: "seed"}))
		}
		do(tx.SetFact(ctx, authz.Ref{Kind: "person", ID: string(PersonID(p.short))}, "mfa", "yes"))
	}
	do(tx.Grant(ctx, gate.Grant{Person: PersonID(Attorney), ScopeKind: "matter", ScopeID: string(Shut), Org: Firm, Role: "supervising_attorney", Reason: "seed"}))
	_, _, err := tx.RaiseWall(ctx, Firm, Matter, PersonID(Walled), "seed")
	do(err)
	for _, m := range []ident.MatterID{Matter, Shut} {
		ref := authz.Ref{Kind: "matter", ID: string(m)}
		do(tx.OpenMatter(ctx, m, Firm, "seed"))
		do(tx.SetFact(ctx, ref, "state", "open"))
		do(tx.SetFact(ctx, ref, "data_class", "confidential"))
		do(tx.SetFact(ctx, ref, "parties", "1"))
		do(tx.SetFact(ctx, ref, "supervisor", string(PersonID(Attorney))))
	}
	do(tx.OpenMatter(ctx, Matter, Provider, "seed"))
	m := authz.Ref{Kind: "matter", ID: string(Matter)}
	do(tx.AddFact(ctx, m, "consent", string(Provider)+"|IN|confidential", time.Time{}))
	do(tx.AddFact(ctx, m, "conflict", string(Provider)+"|1", time.Time{}))
	e := authz.Ref{Kind: "engagement", ID: string(Engagement)}
	do(tx.SetFact(ctx, e, "phase", "active"))
	do(tx.SetFact(ctx, e, "country", "IN"))
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// System runs fn as a permitted write of the system, for arranging a test.
func (w *World) System(fn func(ctx context.Context, tx *gate.Tx) error) {
	w.T.Helper()
	ctx := w.T.Context()
	err := w.Gate.Write(ctx, actor.Actor{Via: "job:seed", Org: Firm}, "system.seed", func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, authz.Subject{Ref: authz.Ref{Kind: "system", ID: "seed"}}); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: authz.Ref{Kind: "system", ID: "seed"}})
		return fn(ctx, tx)
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// Now is the World's business clock.
func (w *World) Now() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }

// Later moves the clock.
func (w *World) Later(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.now = w.now.Add(d) }

func (w *World) announce(topics ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.topics = append(w.topics, topics...)
}

// TakeJobs returns the jobs enqueued since the last call; TakeTopics the announcements.
func (w *World) TakeJobs() []gate.Job {
	w.mu.Lock()
	defer w.mu.Unlock()
	j := w.jobs
	w.jobs = nil
	return j
}

// TakeTopics returns the topics announced since the last call.
func (w *World) TakeTopics() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.topics
	w.topics = nil
	return t
}

// Exec runs a statement behind the gate's back, for arranging a test.
func (w *World) Exec(q db.Frag) {
	w.T.Helper()
	if err := w.DB.Write(w.T.Context(), func(tx *db.Tx) error { _, err := tx.Exec(w.T.Context(), q); return err }); err != nil {
		w.T.Fatal(err)
	}
}

// Int runs a query that yields one number.
func (w *World) Int(q db.Frag) (n int64) {
	w.T.Helper()
	if err := w.DB.QueryRow(w.T.Context(), q).Scan(&n); err != nil {
		w.T.Fatal(err)
	}
	return n
}

// Entries counts the entries of a verb: done and refused.
func (w *World) Entries(verb authz.Action) (done, refused int64) {
	w.T.Helper()
	return w.Int(db.SQL(`SELECT COUNT(*) FROM entry WHERE verb = ? AND NOT refused`, verb)), w.Int(db.SQL(`SELECT COUNT(*) FROM entry WHERE verb = ? AND refused`, verb))
}

// WantKind fails the test unless err has the kind.
func WantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("error %v has kind %v, want %v", err, fault.KindOf(err), want)
	}
}

// WantRule fails the test unless err is Forbidden by the rule.
func WantRule(t *testing.T, err error, id string) {
	t.Helper()
	for _, r := range fault.Rules(err) {
		if r.ID == id {
			return
		}
	}
	t.Errorf("error %v (rules %v) does not name rule %s", err, fault.Rules(err), id)
}

// plainKeys seals under one fixed key: tests of features need sealing to happen, not key management.
type plainKeys struct{}

func aead(scope string) cipher.AEAD {
	key := make([]byte, 32)
	copy(key, scope)
	b, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	a, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		panic(err)
	}
	return a
}

func (plainKeys) Seal(_ context.Context, _ db.Reader, scope string, plain []byte, aad string) ([]byte, error) {
	return aead(scope).Seal(nil, nil, plain, []byte(aad)), nil
}

func (plainKeys) Open(_ context.Context, _ db.Reader, scope string, sealed []byte, aad string) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	return aead(scope).Open(nil, nil, sealed, []byte(aad))
}
