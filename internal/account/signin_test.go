package account

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
	"countersign/internal/testkit"
)

// Every failure says the same, costs one hash and leaves one entry, whether the account exists or not.
func TestSignInTellsNothing(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.add(t, "known@meridian.example", secret, testkit.Provider, "junior")
		off := d.add(t, "disabled@meridian.example", secret, testkit.Provider, "junior")
		left := d.add(t, "left@meridian.example", secret, testkit.Provider, "junior")
		d.Exec(db.SQL(`UPDATE person SET disabled_at = 1 WHERE id = ?`, off))
		d.Exec(db.SQL(`UPDATE member SET until_at = 1 WHERE person_id = ?`, left))
		sentence := ""
		for i, c := range []struct{ email, password string }{
			{"known@meridian.example", "wrong-orchid-tumble-42"},
			{"unknown@meridian.example", goodPass},
			{"disabled@meridian.example", goodPass},
			{"left@meridian.example", goodPass},
			{"lead@test.example", goodPass}, // of the small world: an account without a password
			{"not an address", goodPass},
			{"", ""},
		} {
			runs, entries := d.hash.runs.Load(), d.Int(db.SQL(`SELECT COUNT(*) FROM entry WHERE verb = 'account.sign_in_failed'`))
			_, err := d.SignIn(t.Context(), c.email, c.password, Device{Address: string(rune('a' + i))})
			wantField(t, err, "email")
			if sentence == "" {
				sentence = fault.Say(err)
			}
			if fault.Say(err) != sentence {
				t.Errorf("%q: %q differs from %q", c.email, fault.Say(err), sentence)
			}
			if n := d.hash.runs.Load() - runs; n != 1 {
				t.Errorf("%q: %d hashes", c.email, n)
			}
			if n := d.Int(db.SQL(`SELECT COUNT(*) FROM entry WHERE verb = 'account.sign_in_failed'`)) - entries; n != 1 {
				t.Errorf("%q: %d entries", c.email, n)
			}
		}
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM session`)); n != 0 {
			t.Errorf("%d sessions after failures only", n)
		}
	})
}

func TestSignInWithTwoFactors(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.add(t, "p.nair@meridian.example", secret, testkit.Provider, "junior")
		first, err := d.SignIn(ctx, " P.Nair@Meridian.example ", goodPass, phone)
		if err != nil || first.Kind != Pending || first.Enrol {
			t.Fatalf("%+v, %v", first, err)
		}
		_, err = d.ProveCode(ctx, first.Secret, "000000", phone)
		wantField(t, err, "code")
		code := d.codeAt(t, secret, 0)
		opened, err := d.ProveCode(ctx, first.Secret, code, phone)
		if err != nil {
			t.Fatal(err)
		}
		if opened.Secret == first.Secret || d.holds(t, first.Secret) {
			t.Error("the secret from before the second factor still opens something: fixation")
		}
		x := d.session(t, opened.Secret)
		if x.Kind != Web || !x.MFA || x.Locked || x.Org != testkit.Provider || x.OrgKind != "provider" || len(x.Roles) != 1 || x.OtherZone != "America/Chicago" || x.Zone != "Asia/Kolkata" {
			t.Errorf("%+v", x)
		}
		who := d.Actor(x, phone)
		if who.Via != "web" || !who.MFA || !who.SteppedUpAt.Equal(d.World.Now()) || who.Scopes != nil {
			t.Errorf("%+v", who)
		}
		if done, _ := d.Entries("account.sign_in"); done != 1 {
			t.Errorf("%d entries", done)
		}
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM session WHERE token_hash = ?`, opened.Secret)); n != 0 {
			t.Error("the secret itself is stored")
		}
		if _, err := d.ProveCode(ctx, first.Secret, d.codeAt(t, secret, 1), phone); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a finished sign-in is finished again: %v", err)
		}
	})
}

func TestACodeWorksOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.add(t, "p.nair@meridian.example", secret, testkit.Provider, "junior")
		for _, c := range []struct {
			name string
			step int64
			ok   bool
		}{
			{"two steps early", 2, false}, {"two steps late", -2, false},
			{"the step before", -1, true}, {"the same again", -1, false}, {"the next step", 1, true}, {"an earlier one after a later", 0, false},
		} {
			p, err := d.SignIn(t.Context(), "p.nair@meridian.example", goodPass, phone)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = d.ProveCode(t.Context(), p.Secret, d.codeAt(t, secret, c.step), phone); (err == nil) != c.ok {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	})
}

func TestOneCodeTwiceAtOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.add(t, "p.nair@meridian.example", secret, testkit.Provider, "junior")
		code := d.codeAt(t, secret, 0)
		var opened atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			p, err := d.SignIn(t.Context(), "p.nair@meridian.example", goodPass, phone)
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				if _, err := d.ProveCode(t.Context(), p.Secret, code, phone); err == nil {
					opened.Add(1)
				}
			})
		}
		wg.Wait()
		if opened.Load() != 1 {
			t.Errorf("one code opened %d sessions", opened.Load())
		}
	})
}

func TestBruteForce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.add(t, "p.nair@meridian.example", secret, testkit.Provider, "junior")
		try := func(password, address string) error {
			_, err := d.SignIn(ctx, "p.nair@meridian.example", password, Device{Address: address})
			return err
		}
		for i := range freeAttempts {
			wantField(t, try("wrong-orchid-tumble", "192.0.2."+string(rune('0'+i))), "email")
		}
		runs := d.hash.runs.Load()
		wait, ok := errors.AsType[*TooMany](try(goodPass, "198.51.100.1"))
		if !ok || !wait.Until.Equal(d.real.Now().Add(time.Minute)) {
			t.Fatalf("after ten failures the right password is tried: %+v", wait)
		}
		if d.hash.runs.Load() != runs {
			t.Error("an attempt within the wait costs a hash")
		}
		d.real.Advance(time.Minute)
		wantField(t, try("wrong-orchid-tumble", "198.51.100.2"), "email")
		if wait, ok = errors.AsType[*TooMany](try(goodPass, "198.51.100.3")); !ok || !wait.Until.Equal(d.real.Now().Add(2*time.Minute)) {
			t.Fatalf("the wait does not double: %+v", wait)
		}
		d.real.Advance(2 * time.Minute)
		if err := try(goodPass, "198.51.100.4"); err != nil {
			t.Fatalf("after the wait: %v", err)
		}
		wantField(t, try("wrong-orchid-tumble", "198.51.100.5"), "email") // the count began again
	})
}

func TestBruteForceFromOneAddressAtOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		var tried atomic.Int64
		var wg sync.WaitGroup
		for i := range 3 * freeAttempts {
			wg.Go(func() {
				_, err := d.SignIn(t.Context(), "someone"+string(rune('a'+i))+"@meridian.example", goodPass, phone)
				if _, waits := errors.AsType[*TooMany](err); !waits {
					tried.Add(1)
				}
			})
		}
		wg.Wait()
		if tried.Load() != freeAttempts {
			t.Errorf("%d attempts were looked at, want %d", tried.Load(), freeAttempts)
		}
	})
}

func TestBruteForceOfTheSecondFactor(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.add(t, "p.nair@meridian.example", secret, testkit.Provider, "junior")
		for range freeAttempts { // the right password each time does not help
			p, err := d.SignIn(t.Context(), "p.nair@meridian.example", goodPass, phone)
			if err != nil {
				t.Fatal(err)
			}
			_, err = d.ProveCode(t.Context(), p.Secret, "000000", phone)
			wantField(t, err, "code")
		}
		p, err := d.SignIn(t.Context(), "p.nair@meridian.example", goodPass, phone)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.ProveCode(t.Context(), p.Secret, d.codeAt(t, secret, 0), phone)
		if _, waits := errors.AsType[*TooMany](err); !waits {
			t.Errorf("the eleventh code is tried: %v", err)
		}
	})
}

func TestEnrol(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		id := d.add(t, "p.nair@meridian.example", "", testkit.Provider, "junior")
		p, err := d.SignIn(ctx, "p.nair@meridian.example", goodPass, phone)
		if err != nil || !p.Enrol {
			t.Fatalf("%+v, %v", p, err)
		}
		x := d.session(t, p.Secret)
		e, err := d.Enrolment(ctx, x)
		if err != nil || len(e.Modules) < 21 {
			t.Fatalf("%d modules, %v", len(e.Modules), err)
		}
		if again, err := d.Enrolment(ctx, x); err != nil || again.Secret != e.Secret {
			t.Errorf("a page loaded again offers another secret: %v", err)
		}
		raw, err := d.offered(ctx, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM session WHERE enrol_secret = ?`, []byte(raw))); n != 0 {
			t.Error("the offered secret is stored in the clear")
		}
		_, _, err = d.Enrol(ctx, x, "000000", phone)
		wantField(t, err, "code")
		codes, o, err := d.Enrol(ctx, x, d.codeAt(t, raw, 0), phone)
		if err != nil || len(codes) != 10 || o.Kind != Web || !d.holds(t, o.Secret) || d.holds(t, p.Secret) {
			t.Fatalf("%d codes, %+v, %v", len(codes), o, err)
		}
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM gate_fact WHERE subject_kind = 'person' AND subject_id = ? AND name = 'mfa' AND value = 'yes' AND until_at > 9000000000000000000`, id)); n != 1 {
			t.Errorf("%d facts", n)
		}
		if done, _ := d.Entries("account.enrol"); done != 1 {
			t.Errorf("%d entries", done)
		}

		// A password alone no longer enrols another one, and a recovery code opens once.
		p, err = d.SignIn(ctx, "p.nair@meridian.example", goodPass, phone)
		if err != nil || p.Enrol {
			t.Fatalf("%+v, %v", p, err)
		}
		_, err = d.Enrolment(ctx, d.session(t, p.Secret))
		testkit.WantKind(t, err, fault.Forbidden)
		_, err = d.ProveRecovery(ctx, p.Secret, "AAAA-BBBB-CCCC-DDDD", phone)
		wantField(t, err, "recovery")
		if _, err := d.ProveRecovery(ctx, p.Secret, codes[3], phone); err != nil {
			t.Fatal(err)
		}
		p, err = d.SignIn(ctx, "p.nair@meridian.example", goodPass, phone)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.ProveRecovery(ctx, p.Secret, codes[3], phone)
		wantField(t, err, "recovery")
	})
}
