package account

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/testkit"
)

const (
	goodPass = "ledger-orchid-tumble-42"
	secret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

var phone = Device{Address: "192.0.2.50", Agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}

// a desk is a World with the service on it and a real clock of its own.
type desk struct {
	*testkit.World
	*Service
	real testkit.Clock
	keys madeKeys
}

func eachDesk(t *testing.T, fn func(t *testing.T, d *desk)) {
	t.Helper()
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		d := &desk{World: w}
		key, err := NewSecretKey(bytes.Repeat([]byte("secret"), 8))
		if err != nil {
			t.Fatal(err)
		}
		d.Service = New(Deps{Gate: w.Gate, Keys: &d.keys, Installation: key, Now: d.real.Now})
		fn(t, d)
	})
}

type madeKeys struct {
	mu   sync.Mutex
	made []string
}

func (k *madeKeys) Provision(context.Context, ident.OrgID) error { return nil }
func (k *madeKeys) Make(_ context.Context, _ *db.Tx, scope string, _ ident.OrgID) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.made = append(k.made, scope)
	return nil
}

// add makes a person who can sign in; totp "" leaves the second factor to be enrolled.
func (d *desk) add(t *testing.T, email, totp string, org ident.OrgID, roles ...string) ident.PersonID {
	t.Helper()
	id, err := d.AddPerson(t.Context(), actor.System("demo"), PersonSpec{Name: "Priya Nair", Email: email, Org: org, Roles: roles, Password: goodPass, TOTPSecret: totp})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// codeAt is the code of the secret, steps time steps from now.
func (d *desk) codeAt(t *testing.T, s string, steps int64) string {
	t.Helper()
	code, err := hotp.GenerateCode(s, uint64(d.real.Now().Unix()/totpPeriod+steps))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// open signs a person in and returns their session.
func (d *desk) open(t *testing.T, email string) (Session, Opened) {
	t.Helper()
	d.real.Advance(totpPeriod * time.Second) // a code that nobody has used
	p, err := d.SignIn(t.Context(), email, goodPass, phone)
	if err != nil {
		t.Fatal(err)
	}
	o, err := d.ProveCode(t.Context(), p.Secret, d.codeAt(t, secret, 0), phone)
	if err != nil {
		t.Fatal(err)
	}
	return d.session(t, o.Secret), o
}

func (d *desk) session(t *testing.T, secret string) Session {
	t.Helper()
	x, ok, err := d.Resolve(t.Context(), secret)
	if err != nil || !ok {
		t.Fatalf("no session: %v, %v", ok, err)
	}
	return x
}

func (d *desk) holds(t *testing.T, secret string) bool {
	t.Helper()
	_, ok, err := d.Resolve(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func wantField(t *testing.T, err error, field string) {
	t.Helper()
	if fault.Field(err) != field || !fault.Correctable(err) {
		t.Errorf("error %v is about %q, want %q", err, fault.Field(err), field)
	}
}

func TestPasswords(t *testing.T) {
	for _, c := range []struct {
		name, password string
		good           bool
	}{
		{"short", "q7!Vz0#", false},
		{"eleven", "ledger-orch", false},
		{"common", "passwordpassword", false},
		{"keys in a row", "qwertyuiop12345", false},
		{"name", "priya-orchid-tumble-42", false},
		{"organization", "halsted-orchid-tumble-42", false},
		{"too long", string(bytes.Repeat([]byte("orchid tumble "), 20)), false},
		{"four words", "ledger orchid tumble basalt", true},
		{"not Latin", "кувшин-горизонт-лопата-вечер", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := goodPassword(c.password, "Priya Nair", "p.nair@meridian.example", "Halsted & Rowe LLP")
			if c.good && err != nil {
				t.Error(err)
			}
			if !c.good {
				wantField(t, err, "password")
			}
		})
	}
}

func TestHash(t *testing.T) {
	h, ctx := newHasher(), t.Context()
	stored, err := h.Make(ctx, "Ångström-tumble-orchid")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		stored, password string
		want             bool
	}{
		{stored, "Ångström-tumble-orchid", true},
		{stored, "A\u030angstro\u0308m-tumble-orchid", true}, // the same text, decomposed, as another keyboard sends it
		{stored, "Angstrom-tumble-orchid", false},
		{"", "", false},
		{"", "Ångström-tumble-orchid", false},
		{stored, string(bytes.Repeat([]byte("x"), 5000)), false},
	} {
		if got, err := h.Verify(ctx, c.stored, c.password); got != c.want || err != nil {
			t.Errorf("Verify(%.20q, %.20q) = %v, %v", c.stored, c.password, got, err)
		}
	}
	if h.runs.Load() != 7 {
		t.Errorf("%d hashes were computed for 7 calls: a call that costs less tells something", h.runs.Load())
	}
}

func TestRoles(t *testing.T) {
	if _, err := choose("firm", []string{"junior"}); fault.Field(err) != "roles" {
		t.Errorf("a firm gives the role of a provider: %v", err)
	}
	if _, err := choose("provider", nil); fault.Field(err) != "roles" {
		t.Errorf("a member without a role: %v", err)
	}
	wide := map[string]bool{"partner": true, "operations_manager": true, "compliance_officer": true, "team_lead": true, "quality_auditor": true}
	for _, r := range roles {
		if r.Wide != wide[r.ID] {
			t.Errorf("%s: wide is %v", r.ID, r.Wide)
		}
	}
}
