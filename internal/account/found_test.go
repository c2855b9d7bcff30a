package account

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

// clear seals nothing: these tests play before there is any key.
type clear struct{}

func (clear) Seal(_ context.Context, _ db.Reader, _ string, plain []byte, _ string) ([]byte, error) {
	return plain, nil
}
func (clear) Open(_ context.Context, _ db.Reader, _ string, sealed []byte, _ string) ([]byte, error) {
	return sealed, nil
}

func TestFound(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, store *db.DB) {
		ctx := t.Context()
		var clock testkit.Clock
		g, err := gate.New(gate.Deps{DB: store, Keys: clear{}, Now: clock.Now, Announce: func(...string) {}})
		if err != nil {
			t.Fatal(err)
		}
		key, err := NewSecretKey(bytes.Repeat([]byte("secret"), 8))
		if err != nil {
			t.Fatal(err)
		}
		keys := &madeKeys{}
		s := New(Deps{Gate: g, Keys: keys, Installation: key, Now: clock.Now, SetupCode: "tulip"})

		if _, err := s.SignIn(ctx, "m.ansel@halstedrowe.example", goodPass, phone); fault.Field(err) != "email" {
			t.Errorf("signing in before there is anyone: %v", err)
		}
		firm := OrgSpec{Kind: "firm", Name: "Halsted & Rowe LLP", Country: "US", Zone: "America/Chicago"}
		first := PersonSpec{Name: "Margaret Ansel", Email: "m.ansel@halstedrowe.example", Password: goodPass}
		for _, c := range []struct {
			change func(*OrgSpec, *PersonSpec)
			field  string
		}{
			{func(o *OrgSpec, _ *PersonSpec) { o.Kind = "club" }, "kind"}, {func(o *OrgSpec, _ *PersonSpec) { o.Name = "" }, "org"},
			{func(o *OrgSpec, _ *PersonSpec) { o.Country = "usa" }, "country"}, {func(o *OrgSpec, _ *PersonSpec) { o.Zone = "" }, "zone"},
			{func(_ *OrgSpec, p *PersonSpec) { p.Email = "m" }, "email"}, {func(_ *OrgSpec, p *PersonSpec) { p.Password = "ansel-orchid-tumble-42" }, "password"},
		} {
			o, p := firm, first
			c.change(&o, &p)
			_, err := s.Found(ctx, o, p, "tulip", phone)
			wantField(t, err, c.field)
		}
		_, err = s.Found(ctx, firm, first, "rose", phone)
		wantField(t, err, "code")
		if empty, err := s.Empty(ctx); !empty || err != nil {
			t.Errorf("refused first runs left someone: %v", err)
		}

		var founded atomic.Int64
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := s.Found(ctx, firm, first, "tulip", phone); err == nil {
					founded.Add(1)
				} else if fault.KindOf(err) != fault.Conflict {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		orgs, err := s.Orgs(ctx)
		if err != nil || founded.Load() != 1 || len(orgs) != 1 || len(keys.made) == 0 || keys.made[len(keys.made)-1] != "org/"+string(orgs[0].ID) {
			t.Errorf("founded %d times, %+v, keys %v, %v", founded.Load(), orgs, keys.made, err)
		}
		p, err := s.SignIn(ctx, first.Email, goodPass, phone)
		if err != nil || !p.Enrol {
			t.Fatalf("%+v, %v", p, err)
		}
		if x, ok, err := s.Resolve(ctx, p.Secret); !ok || err != nil || RoleNames(x.Roles) != "Partner, Administrator" {
			t.Errorf("%+v, %v", x, err)
		}
		_, err = s.Found(ctx, firm, first, "tulip", phone)
		testkit.WantKind(t, err, fault.Conflict)
	})
}
