package access_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/access"
	"countersign/internal/document"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
	"countersign/internal/testkit"
)

func TestMain(m *testing.M) {
	docwork.BeChild()
	os.Exit(m.Run())
}

// A bench is the small world with a document in its matter.
type bench struct {
	*testkit.World
	docs *document.Service
	s    *access.Service
	doc  ident.DocumentID
}

func eachBench(t *testing.T, fn func(t *testing.T, b bench)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		ctx := t.Context()
		store, err := blob.Open(ctx, "file://"+t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		clock := &testkit.Clock{}
		ring := keys.NewRing(keys.NewMemoryKeeper(), clock.Now)
		if err := ring.Provision(ctx, testkit.Firm); err != nil {
			t.Fatal(err)
		}
		if err := w.DB.Write(ctx, func(tx *db.Tx) error { return ring.Make(ctx, tx, keys.Matter(testkit.Matter), testkit.Firm) }); err != nil {
			t.Fatal(err)
		}
		b := bench{World: w, docs: document.NewService(document.Deps{Gate: w.Gate, Blobs: store, Keys: ring, MaxBytes: 1 << 20, Clock: clock.Now, Files: testkit.Files(t)})}
		got, err := b.docs.Upload(ctx, testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Matter, Kind: document.Source, Name: "Exhibit 7.txt"}, strings.NewReader("The words of exhibit 7."))
		if err != nil {
			t.Fatal(err)
		}
		b.doc = got.Document.ID
		write := func(verb authz.Action, subject authz.Subject, fn func(tx *gate.Tx) error) func(context.Context, actor.Actor) error {
			return func(ctx context.Context, who actor.Actor) error {
				return w.Gate.Write(ctx, who, verb, func(tx *gate.Tx) error {
					if err := tx.Permit(ctx, subject); err != nil {
						return err
					}
					tx.Record(gate.Entry{Subject: subject.Ref, Owner: testkit.Firm})
					return fn(tx)
				})
			}
		}
		matter := authz.Subject{Ref: authz.Ref{Kind: "matter", ID: string(testkit.Matter)}, Matter: string(testkit.Matter), Org: string(testkit.Firm), Attrs: map[string]any{"person_org": string(testkit.Firm)}}
		b.s = access.New(w.Gate, b.docs, nil, access.Changes{
			AddToTeam: func(ctx context.Context, who actor.Actor, m ident.MatterID, p ident.PersonID) error {
				return write("matter.add_to_team", matter, func(tx *gate.Tx) error {
					return tx.Grant(ctx, gate.Grant{Person: p, ScopeKind: "matter", ScopeID: string(m), Org: testkit.Provider, Role: "team"})
				})(ctx, who)
			},
			RaiseWall: func(ctx context.Context, who actor.Actor, m ident.MatterID, p ident.PersonID, reason string) error {
				return write("matter.raise_wall", matter, func(tx *gate.Tx) error {
					_, _, err := tx.RaiseWall(ctx, testkit.Firm, m, p, reason)
					return err
				})(ctx, who)
			},
			EndEngagement: func(ctx context.Context, who actor.Actor, _ ident.EngagementID, _ string) error {
				return write("matter.close", matter, func(tx *gate.Tx) error { return tx.ShutMatter(ctx, testkit.Matter, testkit.Provider) })(ctx, who)
			},
		})
		fn(t, b)
	})
}

// row finds a person in a report.
func row(t *testing.T, r access.Report, short string) access.Row {
	t.Helper()
	for _, x := range r.Rows {
		if x.Person == testkit.PersonID(short) {
			return x
		}
	}
	t.Fatalf("%s is not in the report", short)
	return access.Row{}
}

func has(d authz.Decision, rule string) bool {
	return slices.ContainsFunc(d.Rules, func(r authz.Rule) bool { return r.ID == rule })
}

// Who could open a document, by which rule, and who did: asked for the past, after everything changed.
func TestWhoCouldOpen(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx, officer := t.Context(), testkit.As(testkit.Compliance)
		b.Later(time.Hour)
		o, err := b.docs.Open(ctx, testkit.As(testkit.Junior), versionOf(t, b))
		if err != nil {
			t.Fatal(err)
		}
		o.Body.Close() //nolint:errcheck // a test
		first := b.Gate.Now()
		b.Later(time.Hour)
		if err := b.docs.SetResidency(ctx, testkit.As(testkit.Attorney), document.NewResidency{Scope: document.OnMatter, ScopeID: string(testkit.Matter), Covers: document.Sources}); err != nil {
			t.Fatal(err)
		}
		second := b.Gate.Now()
		b.Later(time.Hour)
		if err := b.docs.Quarantine(ctx, testkit.As(testkit.Attorney), document.QuarantineRequest{Document: b.doc, Cause: document.WrongMatter, Reason: "Not ours"}); err != nil {
			t.Fatal(err)
		}
		third := b.Gate.Now()
		b.Later(time.Hour)
		if err := b.Gate.Write(ctx, officer, "matter.raise_wall", func(tx *gate.Tx) error {
			_, _, err := tx.RaiseWall(ctx, testkit.Firm, testkit.Matter, testkit.PersonID(testkit.Junior), "secret reason")
			if err == nil {
				err = tx.Permit(ctx, authz.Subject{Ref: authz.Ref{Kind: "matter", ID: string(testkit.Matter)}, Matter: string(testkit.Matter), Org: string(testkit.Firm)})
			}
			tx.Record(gate.Entry{Subject: authz.Ref{Kind: "matter", ID: string(testkit.Matter)}, Owner: testkit.Firm})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		ask := func(at time.Time) access.Report {
			t.Helper()
			r, err := b.s.OfDocument(ctx, officer, b.doc, at)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		r := ask(first)
		if x := row(t, r, testkit.Junior); !x.Knows || !x.Pages.Allowed || !x.File.Allowed || !has(x.File, "document-open") || x.Use.Taken != 1 {
			t.Errorf("at first: %+v", x)
		}
		if x := row(t, r, testkit.Walled); x.Knows || x.Pages.Allowed || x.File.Allowed || x.Ways[0].Wall.Number == 0 {
			t.Errorf("walled: %+v", x)
		}
		if r.Rows[len(r.Rows)-1].Knows || len(r.Rules) == 0 || !strings.HasPrefix(r.Rules[0].Text, "@id(") || !strings.HasSuffix(r.Rules[0].Text, ";") {
			t.Errorf("%+v", r.Rules)
		}
		if x := row(t, ask(second), testkit.Junior); !x.Pages.Allowed || x.File.Allowed || !has(x.File, "document-residency") {
			t.Errorf("under residency: %+v", x)
		}
		r = ask(third)
		if x := row(t, r, testkit.Junior); !x.Knows || x.Pages.Allowed || !has(x.Pages, "document-quarantined") {
			t.Errorf("in quarantine: %+v", x)
		}
		if x := row(t, r, testkit.Attorney); !x.Pages.Allowed || !x.File.Allowed {
			t.Errorf("its keeper: %+v", x)
		}
		if x := row(t, ask(b.Gate.Now()), testkit.Junior); x.Knows || x.Ways[0].Wall.Number == 0 || x.Ways[0].WalledBy == "" || x.Use.Taken != 1 {
			t.Errorf("walled at last: %+v", x)
		}
		if x := row(t, ask(first), testkit.Junior); !x.File.Allowed {
			t.Errorf("the past has changed: %+v", x)
		}
	})
}

func versionOf(t *testing.T, b bench) ident.VersionID {
	t.Helper()
	sh, err := b.docs.Sheet(t.Context(), testkit.As(testkit.Attorney), b.doc)
	if err != nil {
		t.Fatal(err)
	}
	return sh.Lines[0].Version.ID
}

// Who may ask, and what a provider is told.
func TestWhoMayAsk(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx, now := t.Context(), b.Gate.Now()
		for _, who := range []string{testkit.Junior, testkit.Peer} {
			_, err := b.s.OfDocument(ctx, testkit.As(who), b.doc, now)
			testkit.WantKind(t, err, fault.Forbidden)
			_, err = b.s.OfMatter(ctx, testkit.As(who), testkit.Matter, now)
			testkit.WantKind(t, err, fault.Forbidden)
		}
		for _, who := range []string{testkit.Walled, testkit.Stranger, testkit.Rival, testkit.Outside} {
			_, err := b.s.OfDocument(ctx, testkit.As(who), b.doc, now)
			testkit.WantKind(t, err, fault.NotFound)
			_, err = b.s.OfMatter(ctx, testkit.As(who), testkit.Matter, now)
			testkit.WantKind(t, err, fault.NotFound)
		}
		for _, at := range []time.Time{now.Add(time.Hour), now.Add(-1000 * time.Hour)} {
			_, err := b.s.OfDocument(ctx, testkit.As(testkit.Compliance), b.doc, at)
			testkit.WantKind(t, err, fault.Invalid)
		}
		r, err := b.s.OfMatter(ctx, testkit.As(testkit.Lead), testkit.Matter, now)
		if err != nil || r.Firm {
			t.Fatal(r, err)
		}
		for _, x := range r.Rows {
			if x.Org != testkit.Provider {
				t.Errorf("a provider is told of %+v", x)
			}
			for _, w := range x.Ways {
				if w.Wall.Number != 0 {
					t.Errorf("a provider is told of a wall: %+v", x)
				}
			}
		}
		if x := row(t, r, testkit.Walled); x.Knows {
			t.Errorf("%+v", x)
		}
	})
}

// What a change would open and shut is told, and nothing of it stays.
func TestWhatIf(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx, partner := t.Context(), testkit.As(testkit.Partner)
		rows := func() int64 {
			return b.Int(db.SQL(`SELECT (SELECT COUNT(*) FROM access_grant) + (SELECT COUNT(*) FROM wall) + (SELECT COUNT(*) FROM entry)`))
		}
		before := rows()
		e, err := b.s.IfAdded(ctx, partner, testkit.Matter, testkit.PersonID(testkit.Outside))
		if err != nil || len(e.Opens) != 1 || len(e.Shuts) != 0 || e.Opens[0].Person != testkit.PersonID(testkit.Outside) || e.Opens[0].Documents != 1 {
			t.Errorf("%+v, %v", e, err)
		}
		if e, err = b.s.IfAdded(ctx, partner, testkit.Matter, testkit.PersonID(testkit.Walled)); err != nil || len(e.Opens)+len(e.Shuts) != 0 {
			t.Errorf("a wall is beaten: %+v, %v", e, err)
		}
		e, err = b.s.IfWalled(ctx, testkit.As(testkit.Compliance), testkit.Matter, testkit.PersonID(testkit.Lead), "why")
		if err != nil || len(e.Shuts) != 1 || e.Shuts[0].Person != testkit.PersonID(testkit.Lead) || len(e.Opens) != 0 {
			t.Errorf("%+v, %v", e, err)
		}
		e, err = b.s.IfEnded(ctx, partner, testkit.Engagement, "why")
		if err != nil || len(e.Opens) != 0 || len(e.Shuts) < 5 || e.Matters != 1 {
			t.Errorf("%+v, %v", e, err)
		}
		for _, x := range e.Shuts {
			if x.OrgName != e.Shuts[0].OrgName || x.Person == testkit.PersonID(testkit.Walled) {
				t.Errorf("%+v", x)
			}
		}
		if after := rows(); after != before {
			t.Errorf("%d rows became %d", before, after)
		}
		_, err = b.s.IfAdded(ctx, testkit.As(testkit.Walled), testkit.Matter, testkit.PersonID(testkit.Outside))
		testkit.WantKind(t, err, fault.NotFound)
	})
}

// A model of a small world: every combination of a role on the matter, a role that reaches all, an opening and a wall, each
// never, over, standing or yet to come, asked at three instants. What SQL lists, what the report says and what follows by
// hand from the words of its explanation are one; a wall always wins; and the policies decide nothing about what is not known.
func TestModel(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		ctx, base := t.Context(), w.Gate.Now()
		spans := [][2]int64{{}, {-40, -20}, {-40, int64(gate.Forever)}, {-20, -5}, {-5, int64(gate.Forever)}}
		at := func(minutes int64) int64 {
			if minutes == gate.Forever {
				return gate.Forever
			}
			return db.Micros(base.Add(time.Duration(minutes) * time.Minute))
		}
		instants := []int64{-30, -10, 0}
		holds := func(s [2]int64, minute int64) bool { return s != [2]int64{} && s[0] <= minute && minute < s[1] }
		type world struct{ role, wide, open, wall [2]int64 }
		var worlds []world
		for _, role := range spans {
			for _, wide := range spans {
				for _, open := range spans {
					for _, wall := range spans {
						worlds = append(worlds, world{role, wide, open, wall})
					}
				}
			}
		}
		err := w.DB.Write(ctx, func(tx *db.Tx) error {
			for i, x := range worlds {
				p, m, o := fmt.Sprint("model-p", i), fmt.Sprint("model-m", i), fmt.Sprint("model-o", i)
				for _, q := range []struct {
					span [2]int64
					frag func(from, until int64) db.Frag
				}{
					{x.role, func(from, until int64) db.Frag {
						return db.SQL(`INSERT INTO access_grant (id, person_id, scope_kind, scope_id, org_id, role, wide, from_at, until_at, set_by, reason) VALUES (?, ?, 'matter', ?, ?, 'team', FALSE, ?, ?, '', '')`, ident.New(), p, m, o, from, until)
					}},
					{x.wide, func(from, until int64) db.Frag {
						return db.SQL(`INSERT INTO access_grant (id, person_id, scope_kind, scope_id, org_id, role, wide, from_at, until_at, set_by, reason) VALUES (?, ?, 'org', ?, ?, 'partner', TRUE, ?, ?, '', '')`, ident.New(), p, o, o, from, until)
					}},
					{x.open, func(from, until int64) db.Frag {
						return db.SQL(`INSERT INTO matter_opening (id, matter_id, org_id, from_at, until_at, set_by, reason) VALUES (?, ?, ?, ?, ?, '', '')`, ident.New(), m, o, from, until)
					}},
					{x.wall, func(from, until int64) db.Frag {
						return db.SQL(`INSERT INTO wall (id, number, firm_id, matter_id, person_id, from_at, until_at, set_by, ended_by, reason) VALUES (?, 1, '', ?, ?, ?, ?, '', '', '')`, ident.New(), m, p, from, until)
					}},
				} {
					if q.span == ([2]int64{}) {
						continue
					}
					if _, err := tx.Exec(ctx, q.frag(at(q.span[0]), at(q.span[1]))); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		known := 0
		for _, minute := range instants {
			for i, x := range worlds {
				m := ident.MatterID(fmt.Sprint("model-m", i))
				who := actor.Actor{Person: ident.PersonID(fmt.Sprint("model-p", i)), Org: ident.OrgID(fmt.Sprint("model-o", i)), Via: "web"}
				v := w.Gate.View(who).At(base.Add(time.Duration(minute) * time.Minute))
				sees, err := v.Sees(ctx, m)
				if err != nil {
					t.Fatal(err)
				}
				ways, err := v.Ways(ctx, m)
				if err != nil {
					t.Fatal(err)
				}
				byWays := slices.ContainsFunc(ways, gate.Way.Holds)
				byHand := holds(x.open, minute) && !holds(x.wall, minute) && (holds(x.role, minute) || holds(x.wide, minute))
				if sees != byHand || byWays != byHand {
					t.Fatalf("%+v at %d: SQL says %v, the explanation %v, and it is %v (%+v)", x, minute, sees, byWays, byHand, ways)
				}
				for _, y := range ways { // each part of the explanation is so
					if y.Open != holds(x.open, minute) || (y.Wall.Number != 0) != holds(x.wall, minute) || y.Wide && !holds(x.wide, minute) || !y.Wide && !holds(x.role, minute) {
						t.Fatalf("%+v at %d is explained by %+v", x, minute, y)
					}
				}
				d, err := v.May(ctx, document.SeePages, authz.Subject{Ref: authz.Ref{Kind: "document", ID: "d"}, Matter: string(m)})
				if err == nil && !sees && (d.Allowed || d.Policy != "") {
					t.Fatalf("%+v at %d: the policies were asked about what does not exist: %+v", x, minute, d)
				}
				if sees {
					known++
				}
			}
		}
		if known < 100 {
			t.Errorf("only %d of the cases know of a matter: the test says little", known)
		}
	})
}

// Two hundred people over five years: each has been on the matter in every other month, and behind a wall in some. How long
// the answer takes is logged; it has to be right.
func TestFiveYears(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx, now := t.Context(), b.Gate.Now()
		const people, months = 200, 60
		month := func(i int) time.Time { return now.AddDate(0, i-months, 0) }
		b.Exec(db.SQL(`UPDATE matter SET made_at = ?`, db.Micros(month(-1))))
		b.Exec(db.SQL(`UPDATE document SET made_at = ?`, db.Micros(month(-1))))
		b.Exec(db.SQL(`UPDATE matter_opening SET from_at = ?`, db.Micros(month(-1))))
		err := b.DB.Write(ctx, func(tx *db.Tx) error {
			for p := range people {
				id := fmt.Sprint("many-", p)
				if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO person (id, name, email, zone, password, totp_secret, totp_step, theme, density, keys_on, disabled_at, made_at, rev) VALUES (?, ?, ?, 'UTC', '', ?, 0, '', '', FALSE, 0, 0, 1)`, id, "Person "+id, id+"@many.example", []byte{})); err != nil {
					return err
				}
				for m := p % 2; m < months; m += 2 {
					if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO access_grant (id, person_id, scope_kind, scope_id, org_id, role, wide, from_at, until_at, set_by, reason) VALUES (?, ?, 'matter', ?, ?, 'team', FALSE, ?, ?, '', '')`,
						ident.New(), id, testkit.Matter, testkit.Provider, db.Micros(month(m)), db.Micros(month(m+1)))); err != nil {
						return err
					}
					if m%7 != 0 {
						continue
					}
					if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO wall (id, number, firm_id, matter_id, person_id, from_at, until_at, set_by, ended_by, reason) VALUES (?, ?, ?, ?, ?, ?, ?, '', '', '')`,
						ident.New(), p*100+m+1, testkit.Firm, testkit.Matter, id, db.Micros(month(m)), db.Micros(month(m+1)))); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []int{20, 28} { // both are even: half of the people are on the matter; in the second they are all behind a wall
			began := time.Now()
			r, err := b.s.OfDocument(ctx, testkit.As(testkit.Compliance), b.doc, month(m).Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("month %d: %d people in %v", m, len(r.Rows), time.Since(began).Round(time.Millisecond))
			could := 0
			for _, x := range r.Rows {
				if strings.HasPrefix(string(x.Person), "many-") && x.Pages.Allowed {
					could++
				}
			}
			if want := people / 2 * min(m%7, 1); could != want || len(r.Rows) < people/2 {
				t.Errorf("month %d: %d of %d could, want %d", m, could, len(r.Rows), want)
			}
		}
	})
}
