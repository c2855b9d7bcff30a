package account

import (
	"errors"
	"testing"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

func TestSessionEndsAndLocks(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.add(t, "junior@meridian.example", secret, testkit.Provider, "junior")
		d.add(t, "admin@meridian.example", secret, testkit.Provider, "junior", Administrator)
		for email, idle := range map[string]time.Duration{"junior@meridian.example": 30 * time.Minute, "admin@meridian.example": 15 * time.Minute} {
			x, o := d.open(t, email)
			if x.Idle() != idle {
				t.Errorf("%s locks after %s", email, x.Idle())
			}
			d.real.Advance(idle)
			if d.session(t, o.Secret).Locked {
				t.Errorf("%s: locked at the limit", email)
			}
			d.real.Advance(time.Second)
			x = d.session(t, o.Secret)
			if !x.Locked {
				t.Errorf("%s: open after the limit", email)
			}
			if err := d.Seen(ctx, x); err != nil || !d.session(t, o.Secret).Locked {
				t.Errorf("%s: being seen opens the lock (%v)", email, err)
			}
			wantField(t, d.Unlock(ctx, x, "wrong-orchid-tumble", phone), "factor")
			wantField(t, d.Unlock(ctx, x, "000000", phone), "factor")
			if err := d.Unlock(ctx, x, goodPass, phone); err != nil || d.session(t, o.Secret).Locked {
				t.Errorf("%s: the password does not open the lock (%v)", email, err)
			}
			d.real.Advance(idle + time.Second)
			if err := d.Unlock(ctx, d.session(t, o.Secret), d.codeAt(t, secret, 0), phone); err != nil || d.session(t, o.Secret).Locked {
				t.Errorf("%s: a code does not open the lock (%v)", email, err)
			}
			d.real.Advance(SessionLasts)
			if d.holds(t, o.Secret) {
				t.Errorf("%s: open after twelve hours", email)
			}
		}
		if done, _ := d.Entries("account.unlock"); done != 4 {
			t.Errorf("%d entries of unlocking", done)
		}
	})
}

func TestSeenOncePerMinute(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.add(t, "junior@meridian.example", secret, testkit.Provider, "junior")
		_, o := d.open(t, "junior@meridian.example")
		for _, c := range []struct {
			after time.Duration
			write bool
		}{{59 * time.Second, false}, {time.Second, true}, {30 * time.Second, false}, {29 * time.Minute, true}} {
			d.real.Advance(c.after)
			before := d.session(t, o.Secret).SeenAt
			if err := d.Seen(t.Context(), d.session(t, o.Secret)); err != nil {
				t.Fatal(err)
			}
			if wrote := !d.session(t, o.Secret).SeenAt.Equal(before); wrote != c.write {
				t.Errorf("after another %s: wrote is %v", c.after, wrote)
			}
		}
	})
}

func TestEndingSessions(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.add(t, "a@meridian.example", secret, testkit.Provider, "junior")
		d.add(t, "b@meridian.example", secret, testkit.Provider, "junior")
		one, o1 := d.open(t, "a@meridian.example")
		two, o2 := d.open(t, "a@meridian.example")
		_, o3 := d.open(t, "a@meridian.example")
		other, o4 := d.open(t, "b@meridian.example")
		testkit.WantKind(t, d.EndSession(ctx, d.Actor(other, phone), two.ID), fault.NotFound)
		if _, refused := d.Entries("account.end_session"); refused != 1 {
			t.Errorf("%d refusals kept", refused)
		}
		who := d.Actor(one, phone)
		list, err := d.Sessions(ctx, who, Web)
		if err != nil || len(list) != 3 || list[2].Current != true || list[0].Agent != phone.Agent || list[0].Address != phone.Address {
			t.Fatalf("%+v, %v", list, err)
		}
		if err := d.EndSession(ctx, who, two.ID); err != nil || d.holds(t, o2.Secret) {
			t.Errorf("ended and still open: %v", err)
		}
		if err := d.EndOtherSessions(ctx, who); err != nil || d.holds(t, o3.Secret) || !d.holds(t, o1.Secret) || !d.holds(t, o4.Secret) {
			t.Errorf("ending the others: %v", err)
		}
		if err := d.SignOut(ctx, who); err != nil || d.holds(t, o1.Secret) {
			t.Errorf("signed out and still open: %v", err)
		}
	})
}

func TestStepUpLastsTenMinutes(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.add(t, "a@meridian.example", secret, testkit.Provider, "junior")
		_, o := d.open(t, "a@meridian.example")
		later := func(by time.Duration) { d.real.Advance(by); d.World.Later(by) }
		later(gate.StepUpLasts + time.Second)
		x := d.session(t, o.Secret)
		_, err := d.RenewRecovery(ctx, d.Actor(x, phone))
		testkit.WantRule(t, err, "fresh-factor")
		wantField(t, d.StepUp(ctx, d.Actor(x, phone), "000000"), "code")
		if err := d.StepUp(ctx, d.Actor(x, phone), d.codeAt(t, secret, 0)); err != nil {
			t.Fatal(err)
		}
		x = d.session(t, o.Secret)
		if codes, err := d.RenewRecovery(ctx, d.Actor(x, phone)); err != nil || len(codes) != 10 {
			t.Errorf("%d codes, %v", len(codes), err)
		}
		// The business clock may stand elsewhere: what counts is how long ago the proof was.
		d.World.Later(400 * time.Hour)
		if _, err := d.RenewRecovery(ctx, d.Actor(x, phone)); err != nil {
			t.Error(err)
		}
	})
}

func TestTokens(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.add(t, "a@meridian.example", secret, testkit.Provider, "junior")
		x, _ := d.open(t, "a@meridian.example")
		who := d.Actor(x, phone)
		for _, c := range []struct {
			in    TokenRequest
			field string
		}{
			{TokenRequest{"", []string{"task.*"}, 30}, "name"},
			{TokenRequest{"export", nil, 30}, "scopes"},
			{TokenRequest{"export", []string{"*"}, 30}, "scopes"},
			{TokenRequest{"export", []string{"task.*"}, 0}, "days"},
			{TokenRequest{"export", []string{"task.*"}, 367}, "days"},
		} {
			_, err := d.MakeToken(ctx, who, c.in, phone)
			wantField(t, err, c.field)
		}
		stale := who
		stale.SteppedUpAt = time.Time{}
		_, err := d.MakeToken(ctx, stale, TokenRequest{"export", []string{"task.*"}, 30}, phone)
		testkit.WantRule(t, err, "fresh-factor")

		token, err := d.MakeToken(ctx, who, TokenRequest{"export", []string{"account.*", "task.*"}, 30}, phone)
		if err != nil {
			t.Fatal(err)
		}
		y := d.session(t, token)
		as := d.Actor(y, phone)
		if as.Via != "api" || len(as.Scopes) != 2 || !as.MFA || as.Session == who.Session || y.Locked {
			t.Errorf("%+v", as)
		}
		_, err = d.MakeToken(ctx, as, TokenRequest{"more", []string{"task.*"}, 30}, phone)
		testkit.WantRule(t, err, "account-in-person")
		_, err = d.Invite(ctx, as, Invitation{Name: "X Y", Email: "x@y.example", Roles: []string{"junior"}})
		testkit.WantRule(t, err, "token-scope")
		d.real.Advance(24 * time.Hour)
		if !d.holds(t, token) || d.session(t, token).Locked {
			t.Error("a token locks or ends with a session")
		}
		x, _ = d.open(t, "a@meridian.example")
		if err := d.EndSession(ctx, d.Actor(x, phone), y.ID); err != nil || d.holds(t, token) {
			t.Errorf("revoked and still open: %v", err)
		}
		token, err = d.MakeToken(ctx, d.Actor(x, phone), TokenRequest{"short", []string{"task.*"}, 1}, phone)
		if err != nil {
			t.Fatal(err)
		}
		d.real.Advance(24*time.Hour + time.Second)
		if d.holds(t, token) {
			t.Error("a token outlives its end")
		}
	})
}

func TestIssueToken(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		p := d.add(t, "a@meridian.example", secret, testkit.Provider, "junior")
		d.add(t, "new@meridian.example", "", testkit.Provider, "junior")
		d.add(t, "both@meridian.example", secret, testkit.Provider, "junior")
		d.add(t, "both@meridian.example", secret, testkit.Firm, "partner")
		good := TokenRequest{"export", []string{"task.*"}, 30}
		for name, who := range map[string]actor.Actor{
			"a person": testkit.As(testkit.Junior), "an administrator": testkit.As(testkit.FirmAdmin), "a job": actor.System("digest"),
			"a person who says to be the machine": {Person: testkit.PersonID(testkit.FirmAdmin), Org: testkit.Firm, Via: "cli", MFA: true},
		} {
			if _, err := d.IssueToken(ctx, who, "a@meridian.example", "", good); err == nil {
				t.Errorf("%s makes a token for somebody else", name)
			} else {
				testkit.WantRule(t, err, "at-the-machine")
			}
		}
		me := actor.Machine()
		for _, c := range []struct{ email, org, field string }{
			{"nobody@meridian.example", "", "email"}, {"new@meridian.example", "", "email"}, {"both@meridian.example", "", "org"}, {"a@meridian.example", "No such office", "org"},
		} {
			_, err := d.IssueToken(ctx, me, c.email, c.org, good)
			wantField(t, err, c.field)
		}
		_, err := d.IssueToken(ctx, me, "a@meridian.example", "", TokenRequest{"export", []string{"*"}, 30})
		wantField(t, err, "scopes")
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM session WHERE kind = 'token'`)); n != 0 {
			t.Errorf("%d tokens after refusals", n)
		}
		token, err := d.IssueToken(ctx, me, "A@meridian.example", "", good)
		if err != nil {
			t.Fatal(err)
		}
		x := d.session(t, token)
		if as := d.Actor(x, phone); as.Person != p || as.Org != testkit.Provider || as.Via != "api" || len(as.Scopes) != 1 || !as.SteppedUpAt.IsZero() {
			t.Errorf("%+v", as)
		}
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM entry WHERE verb = 'account.issue_token' AND NOT refused AND owner_org_id = ?`, testkit.Provider)); n != 1 {
			t.Errorf("%d entries", n)
		}
	})
}

func TestChangePassword(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.add(t, "a@meridian.example", secret, testkit.Provider, "junior")
		x, o := d.open(t, "a@meridian.example")
		_, other := d.open(t, "a@meridian.example")
		who := d.Actor(x, phone)
		const next = "basalt-ferry-walnut-71"
		wantField(t, d.ChangePassword(ctx, who, "wrong-orchid-tumble", next), "current")
		wantField(t, d.ChangePassword(ctx, who, goodPass, "short"), "password")
		if err := d.ChangePassword(ctx, who, goodPass, next); err != nil {
			t.Fatal(err)
		}
		if d.holds(t, other.Secret) || !d.holds(t, o.Secret) {
			t.Error("the other session stayed open, or this one ended")
		}
		if _, err := d.SignIn(ctx, "a@meridian.example", goodPass, phone); err == nil {
			t.Error("the old password still opens")
		}
		if _, err := d.SignIn(ctx, "a@meridian.example", next, phone); err != nil {
			t.Error(err)
		}
		if done, _ := d.Entries("account.change_password"); done != 1 {
			t.Errorf("%d entries", done)
		}
	})
}

func TestSettings(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx, who := t.Context(), testkit.As(testkit.Junior)
		good := Settings{Name: "Asha Deshpande", Zone: "Asia/Kolkata", Theme: "dark", Density: "compact"}
		for field, in := range map[string]Settings{
			"name": {Name: " ", Zone: "UTC"}, "zone": {Name: "A", Zone: "Mars/Olympus"}, "theme": {Name: "A", Zone: "UTC", Theme: "pink"}, "density": {Name: "A", Zone: "UTC", Density: "huge"},
		} {
			wantField(t, d.ChangeSettings(ctx, who, in), field)
		}
		if err := errors.Join(d.ChangeSettings(ctx, who, good), d.SetTheme(ctx, who, "light")); err != nil {
			t.Fatal(err)
		}
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM person WHERE id = ? AND name = 'Asha Deshpande' AND zone = 'Asia/Kolkata' AND theme = 'light' AND density = 'compact' AND NOT keys_on`, who.Person)); n != 1 {
			t.Error("not stored")
		}
		// Nobody has another's account in hand, whatever the role.
		err := d.Gate.Write(ctx, testkit.As(testkit.FirmAdmin), "account.change_settings", func(tx *gate.Tx) error {
			tx.Record(gate.Entry{Subject: authz.Ref{Kind: "person", ID: string(who.Person)}})
			return tx.Permit(ctx, ownAccount(tx.Who, who.Person))
		})
		testkit.WantKind(t, err, fault.Forbidden)
	})
}

func TestActFor(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.add(t, "a@meridian.example", secret, testkit.Provider, "junior")
		d.add(t, "a@meridian.example", "", testkit.Other, "team_lead")
		x, o := d.open(t, "a@meridian.example")
		if o.Orgs != 2 || x.Orgs != 2 {
			t.Errorf("%d organizations", o.Orgs)
		}
		testkit.WantKind(t, d.ActFor(ctx, d.Actor(x, phone), testkit.Firm), fault.NotFound)
		if err := d.ActFor(ctx, d.Actor(x, phone), testkit.Other); err != nil {
			t.Fatal(err)
		}
		x = d.session(t, o.Secret)
		if x.Org != testkit.Other || len(x.Roles) != 1 || x.Roles[0] != "team_lead" {
			t.Errorf("%+v", x)
		}
		list, err := d.Memberships(ctx, d.Actor(x, phone))
		if err != nil || len(list) != 2 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
