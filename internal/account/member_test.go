package account

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

var invited = Invitation{Name: "Rohan Kulkarni", Email: "r.kulkarni@halstedrowe.example", Title: "Associate", Roles: []string{"supervising_attorney"}}

func TestInvite(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		admin := testkit.As(testkit.FirmAdmin)
		for _, short := range []string{testkit.Partner, testkit.Operations, testkit.Lead} {
			in := invited
			if short == testkit.Lead {
				in.Roles = []string{"junior"}
			}
			_, err := d.Invite(ctx, testkit.As(short), in)
			testkit.WantKind(t, err, fault.Forbidden)
		}
		if _, refused := d.Entries("member.invite"); refused != 3 {
			t.Errorf("%d refusals kept", refused)
		}
		for _, c := range []struct {
			change func(*Invitation)
			field  string
		}{
			{func(i *Invitation) { i.Name = "" }, "name"}, {func(i *Invitation) { i.Email = "rohan" }, "email"}, {func(i *Invitation) { i.Roles = nil }, "roles"},
			{func(i *Invitation) { i.Roles = []string{"junior"} }, "roles"}, {func(i *Invitation) { i.Email = "attorney@test.example" }, "email"},
		} {
			in := invited
			c.change(&in)
			_, err := d.Invite(ctx, admin, in)
			wantField(t, err, c.field)
		}

		link, err := d.Invite(ctx, admin, invited)
		if err != nil {
			t.Fatal(err)
		}
		second, err := d.Invite(ctx, admin, invited)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Invited(ctx, link); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the earlier link still opens: %v", err)
		}
		for _, c := range []struct {
			in    Acceptance
			field string
		}{
			{Acceptance{Name: "", Password: goodPass}, "name"}, {Acceptance{Name: "Rohan Kulkarni", Password: "short"}, "password"},
			{Acceptance{Name: "Rohan Kulkarni", Password: "halsted orchid tumble 42"}, "password"}, {Acceptance{Name: "Rohan Kulkarni", Password: goodPass, Zone: "Nowhere"}, "zone"},
		} {
			_, err := d.Accept(ctx, second, c.in, phone)
			wantField(t, err, c.field)
		}
		o, err := d.Accept(ctx, second, Acceptance{Name: "Rohan Kulkarni", Password: goodPass}, phone)
		if err != nil || o.Kind != Pending || !o.Enrol {
			t.Fatalf("%+v, %v", o, err)
		}
		x := d.session(t, o.Secret)
		if x.Org != testkit.Firm || len(x.Roles) != 1 || x.Roles[0] != "supervising_attorney" || x.Zone != "America/Chicago" {
			t.Errorf("%+v", x)
		}
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM member WHERE person_id = ? AND org_id = ? AND title = 'Associate' AND until_at = ?`, x.Person, testkit.Firm, gate.Forever)); n != 1 {
			t.Errorf("%d memberships", n)
		}
		if done, _ := d.Entries("member.join"); done != 1 {
			t.Errorf("%d entries", done)
		}
		_, err = d.Accept(ctx, second, Acceptance{Name: "Someone Else", Password: goodPass}, phone)
		testkit.WantKind(t, err, fault.NotFound)
	})
}

func TestInvitationEnds(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		admin := testkit.As(testkit.FirmAdmin)
		link, err := d.Invite(ctx, admin, invited)
		if err != nil {
			t.Fatal(err)
		}
		open := func(link string) bool { _, err := d.Invited(ctx, link); return err == nil }
		x, err := d.Invited(ctx, link)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Resend(ctx, testkit.As(testkit.Stranger), x.ID) // of another organization
		testkit.WantKind(t, err, fault.NotFound)
		_, err = d.Resend(ctx, testkit.As(testkit.Partner), x.ID)
		testkit.WantKind(t, err, fault.Forbidden)

		d.real.Advance(InvitationLasts)
		if open(link) {
			t.Error("open after seven days")
		}
		again, err := d.Resend(ctx, admin, x.ID)
		if err != nil || !open(again) || open(link) {
			t.Errorf("sent again: %v", err)
		}
		if err := d.RevokeInvitation(ctx, admin, x.ID); err != nil || open(again) {
			t.Errorf("revoked and open: %v", err)
		}
		testkit.WantKind(t, d.RevokeInvitation(ctx, admin, x.ID), fault.Conflict)
		_, err = d.Resend(ctx, admin, x.ID)
		testkit.WantKind(t, err, fault.Conflict)
	})
}

func TestOneLinkTwiceAtOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		link, err := d.Invite(t.Context(), testkit.As(testkit.FirmAdmin), invited)
		if err != nil {
			t.Fatal(err)
		}
		var joined atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				_, err := d.Accept(t.Context(), link, Acceptance{Name: "Rohan Kulkarni", Password: goodPass}, phone)
				if err == nil {
					joined.Add(1)
				} else if k := fault.KindOf(err); k != fault.Conflict && k != fault.NotFound {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM member m JOIN person p ON p.id = m.person_id WHERE p.email = ?`, invited.Email)); joined.Load() != 1 || n != 1 {
			t.Errorf("%d joined, %d members", joined.Load(), n)
		}
	})
}

func TestInvitationOfSomeoneWithAnAccount(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		id := d.add(t, invited.Email, secret, testkit.OtherFirm, "partner")
		link, err := d.Invite(ctx, testkit.As(testkit.FirmAdmin), invited)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Accept(ctx, link, Acceptance{Name: "Mallory", Password: "another-good-orchid-99"}, phone)
		wantField(t, err, "password")
		o, err := d.Accept(ctx, link, Acceptance{Name: "Mallory", Password: goodPass}, phone)
		if err != nil || o.Enrol {
			t.Fatalf("%+v, %v", o, err)
		}
		x := d.session(t, o.Secret)
		if x.Person != id || x.Name != "Priya Nair" || x.Orgs != 2 {
			t.Errorf("%+v", x)
		}
	})
}

func TestMemberRefusals(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		verbs := map[string]func(actor.Actor, ident.PersonID) error{
			"roles":    func(a actor.Actor, p ident.PersonID) error { return d.ChangeRoles(ctx, a, p, []string{Administrator}) },
			"end":      func(a actor.Actor, p ident.PersonID) error { return d.EndMember(ctx, a, p, "left") },
			"dedicate": func(a actor.Actor, p ident.PersonID) error { return d.Dedicate(ctx, a, p, "") },
			"factor":   func(a actor.Actor, p ident.PersonID) error { return d.ResetFactor(ctx, a, p) },
			"access":   func(a actor.Actor, p ident.PersonID) error { _, err := d.ResetAccess(ctx, a, p); return err },
		}
		tokened := testkit.As(testkit.FirmAdmin)
		tokened.Via, tokened.Scopes = "api", []string{"member.*"}
		for name, verb := range verbs {
			testkit.WantKind(t, verb(testkit.As(testkit.Partner), testkit.PersonID(testkit.Attorney)), fault.Forbidden)
			testkit.WantKind(t, verb(testkit.As(testkit.FirmAdmin), testkit.PersonID(testkit.Junior)), fault.NotFound) // another organization's
			testkit.WantKind(t, verb(testkit.As(testkit.FirmAdmin), "00000000-0000-7000-8000-00000000ffff"), fault.NotFound)
			if name == "roles" || name == "factor" || name == "access" {
				testkit.WantRule(t, verb(tokened, testkit.PersonID(testkit.Attorney)), "account-in-person")
			}
		}
		stale := testkit.As(testkit.FirmAdmin)
		stale.SteppedUpAt = time.Time{}
		testkit.WantRule(t, d.ResetFactor(ctx, stale, testkit.PersonID(testkit.Attorney)), "fresh-factor")
		testkit.WantKind(t, d.ChangeRoles(ctx, testkit.As(testkit.FirmAdmin), testkit.PersonID(testkit.FirmAdmin), []string{"partner"}), fault.Conflict)
		testkit.WantKind(t, d.EndMember(ctx, testkit.As(testkit.FirmAdmin), testkit.PersonID(testkit.FirmAdmin), "left"), fault.Conflict)
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM access_grant WHERE scope_id = ? AND role = 'administrator' AND until_at = ?`, testkit.Firm, gate.Forever)); n != 1 {
			t.Errorf("%d administrators", n)
		}
		_, err := d.AddPerson(ctx, testkit.As(testkit.FirmAdmin), PersonSpec{Name: "X Y", Email: "x@y.example", Org: testkit.Firm, Roles: []string{"partner"}, Password: goodPass})
		testkit.WantKind(t, err, fault.Forbidden)
		_, err = d.OpenFor(ctx, testkit.As(testkit.FirmAdmin), testkit.PersonID(testkit.Attorney), testkit.Firm, phone)
		testkit.WantKind(t, err, fault.Forbidden)
	})
}

func TestChangeRoles(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		admin, who := testkit.As(testkit.FirmAdmin), testkit.PersonID(testkit.Attorney)
		if err := d.ChangeRoles(ctx, admin, who, []string{"partner", "compliance_officer"}); err != nil {
			t.Fatal(err)
		}
		p, err := d.Member(ctx, admin, who)
		if err != nil || RoleNames(p.Roles) != "Partner, Compliance officer" || !p.Manage {
			t.Errorf("%+v, %v", p, err)
		}
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM access_grant WHERE person_id = ? AND scope_kind = 'org' AND wide AND until_at = ?`, who, gate.Forever)); n != 2 {
			t.Errorf("%d wide roles", n)
		}
		if done, _ := d.Entries("member.change_roles"); done != 1 {
			t.Errorf("%d entries", done)
		}
	})
}

func TestEndMember(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.add(t, "admin@meridian.example", secret, testkit.Provider, Administrator)
		id := d.add(t, "leaver@meridian.example", secret, testkit.Provider, "junior")
		boss, _ := d.open(t, "admin@meridian.example")
		_, o := d.open(t, "leaver@meridian.example")
		d.System(func(ctx2 context.Context, tx *gate.Tx) error {
			return tx.Grant(ctx2, gate.Grant{Person: id, ScopeKind: "matter", ScopeID: string(testkit.Matter), Org: testkit.Provider, Role: "team"})
		})
		who := d.Actor(boss, phone)
		if err := d.Dedicate(ctx, who, id, testkit.Firm); err != nil {
			t.Fatal(err)
		}
		wantField(t, d.Dedicate(ctx, who, id, testkit.OtherFirm), "firm")
		if p, err := d.Member(ctx, who, id); err != nil || p.DedicatedTo != "Halsted & Rowe LLP" || len(p.Teams) != 0 { // an administrator sees no matter
			t.Errorf("%+v, %v", p, err)
		}
		if p, err := d.Member(ctx, testkit.As(testkit.Lead), id); err != nil || len(p.Teams) != 1 || p.Manage {
			t.Errorf("%+v, %v", p, err)
		}
		wantField(t, d.EndMember(ctx, who, id, ""), "reason")
		if err := d.EndMember(ctx, who, id, "Left the company"); err != nil {
			t.Fatal(err)
		}
		if d.holds(t, o.Secret) {
			t.Error("the session outlives the membership")
		}
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM access_grant WHERE person_id = ? AND until_at = ?`, id, gate.Forever)); n != 0 {
			t.Errorf("%d grants are left", n)
		}
		if _, err := d.SignIn(ctx, "leaver@meridian.example", goodPass, phone); err == nil {
			t.Error("a former member signs in")
		}
		testkit.WantKind(t, d.EndMember(ctx, who, id, "again"), fault.NotFound)
	})
}

func TestResets(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.add(t, "admin@meridian.example", secret, testkit.Provider, Administrator)
		id := d.add(t, "lost@meridian.example", secret, testkit.Provider, "junior")
		boss, _ := d.open(t, "admin@meridian.example")
		who := d.Actor(boss, phone)
		_, o := d.open(t, "lost@meridian.example")
		if err := d.ResetFactor(ctx, who, id); err != nil {
			t.Fatal(err)
		}
		if n := d.Int(db.SQL(`SELECT COUNT(*) FROM gate_fact WHERE subject_id = ? AND name = 'mfa' AND until_at = ?`, id, gate.Forever)); n != 0 || d.holds(t, o.Secret) {
			t.Errorf("%d facts, session open %v", n, d.holds(t, o.Secret))
		}
		if p, err := d.SignIn(ctx, "lost@meridian.example", goodPass, phone); err != nil || !p.Enrol {
			t.Errorf("%+v, %v", p, err)
		}
		link, err := d.ResetAccess(ctx, who, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.SignIn(ctx, "lost@meridian.example", goodPass, phone); err == nil {
			t.Error("the old password still opens")
		}
		// Another organization's link must not set the password meanwhile.
		foreign, err := d.Invite(ctx, testkit.As(testkit.FirmAdmin), Invitation{Name: "Lost One", Email: "lost@meridian.example", Roles: []string{"partner"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Accept(ctx, foreign, Acceptance{Name: "Mallory", Password: goodPass}, phone)
		testkit.WantKind(t, err, fault.Conflict)
		if _, err := d.Accept(ctx, link, Acceptance{Name: "Priya Nair", Password: "basalt-ferry-walnut-71"}, phone); err != nil {
			t.Fatal(err)
		}
		if p, err := d.SignIn(ctx, "lost@meridian.example", "basalt-ferry-walnut-71", phone); err != nil || !p.Enrol {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func TestAddOrg(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		d.add(t, "host@meridian.example", secret, testkit.Provider, Administrator) // the small world's first organization
		x, _ := d.open(t, "host@meridian.example")
		spec := OrgSpec{Kind: "firm", Name: "New Firm LLP", Country: "US", Zone: "America/Denver"}
		_, _, err := d.AddOrg(ctx, testkit.As(testkit.FirmAdmin), spec, nil)
		testkit.WantKind(t, err, fault.NotFound) // an administrator, but not of the first organization
		_, _, err = d.AddOrg(ctx, testkit.As(testkit.Lead), spec, nil)
		testkit.WantKind(t, err, fault.Forbidden)
		id, link, err := d.AddOrg(ctx, d.Actor(x, phone), spec, &Invitation{Name: "Ada North", Email: "a.north@newfirm.example"})
		if err != nil {
			t.Fatal(err)
		}
		if len(d.keys.made) == 0 || d.keys.made[len(d.keys.made)-1] != "org/"+string(id) {
			t.Errorf("keys made: %v", d.keys.made)
		}
		in, err := d.Invited(ctx, link)
		if err != nil || in.Org != id || RoleNames(in.Roles) != "Administrator" {
			t.Errorf("%+v, %v", in, err)
		}
		made, _, err := d.AddOrg(ctx, actor.System("demo"), OrgSpec{Kind: "provider", Name: "Lakandula", Country: "PH", Zone: "Asia/Manila"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		p := d.add(t, "someone@lakandula.example", secret, made, "team_lead")
		o, err := d.OpenFor(ctx, actor.System("demo"), p, made, phone)
		if err != nil || d.session(t, o.Secret).Person != p {
			t.Errorf("%v", err)
		}
	})
}

// Where somebody works is a country of two letters, kept by their administrator.
func TestSetSite(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		admin, who := testkit.As(testkit.FirmAdmin), testkit.PersonID(testkit.Attorney)
		for _, c := range [][2]string{{" mx ", "MX"}, {"", ""}, {"US", "US"}} {
			if err := d.SetSite(ctx, admin, who, c[0]); err != nil {
				t.Fatal(err)
			}
			if p, err := d.Member(ctx, admin, who); err != nil || p.Site != c[1] {
				t.Errorf("%q: %q, %v", c[0], p.Site, err)
			}
		}
		for _, wrong := range []string{"USA", "1", "Mexico", "米国"} {
			testkit.WantKind(t, d.SetSite(ctx, admin, who, wrong), fault.Invalid)
		}
		testkit.WantKind(t, d.SetSite(ctx, testkit.As(testkit.Partner), who, "MX"), fault.Forbidden)
		testkit.WantKind(t, d.SetSite(ctx, admin, testkit.PersonID(testkit.Junior), "MX"), fault.NotFound)
	})
}
