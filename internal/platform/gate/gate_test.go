package gate_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

// holder is a task of the small world's matter that the person holds, for verbs that need nothing but holding.
func holder(short string) authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: "task", ID: "00000000-0000-7000-8000-0000000000b1"}, Matter: string(testkit.Matter), Engagement: string(testkit.Engagement),
		Org: string(testkit.Firm), Provider: string(testkit.Provider), Attrs: map[string]any{"state": "open", "stage_kind": "draft", "stage_role": "junior",
			"author": "", "holder": string(testkit.PersonID(short)), "reviewers": []string{}, "supervisor": "", "offshore": "yes", "condition_met": false}}
}

func write(w *testkit.World, who actor.Actor, fn func(ctx context.Context, tx *gate.Tx) error) error {
	return w.Gate.Write(w.T.Context(), who, "task.check", func(tx *gate.Tx) error { return fn(w.T.Context(), tx) })
}

// A write that forgot its permission or its entry must not commit, whatever it changed.
func TestWriteFailsClosed(t *testing.T) {
	for _, c := range []struct {
		name           string
		permit, record bool
	}{{"neither", false, false}, {"no permission", false, true}, {"no entry", true, false}, {"both", true, true}} {
		t.Run(c.name, func(t *testing.T) {
			testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
				err := write(w, testkit.As(testkit.Junior), func(ctx context.Context, tx *gate.Tx) error {
					if c.permit {
						if err := tx.Permit(ctx, holder(testkit.Junior)); err != nil {
							return err
						}
					}
					if c.record {
						tx.Record(gate.Entry{Subject: holder(testkit.Junior).Ref, Matter: testkit.Matter, Owner: testkit.Firm})
					}
					tx.Announce("x")
					tx.Tell(testkit.PersonID(testkit.Lead), "assigned", testkit.Matter, holder(testkit.Junior).Ref)
					_, err := tx.Exec(ctx, db.SQL(`UPDATE matter SET title = 'changed' WHERE id = ?`, testkit.Matter))
					return err
				})
				ok := c.permit && c.record
				if (err == nil) != ok || err != nil && fault.KindOf(err) != fault.Internal {
					t.Errorf("err = %v", err)
				}
				if n := w.Int(db.SQL(`SELECT COUNT(*) FROM matter WHERE title = 'changed'`)); (n == 1) != ok {
					t.Errorf("%d rows changed", n)
				}
				if sent, jobs := len(w.TakeTopics()) > 0, len(w.TakeJobs()); sent != ok || ok && jobs != 1 {
					t.Errorf("announced %v, %d jobs", sent, jobs)
				}
			})
		})
	}
}

// Absent, walled, not on the team, another firm: one answer and one trace.
func TestAbsentAndWalledAreTheSame(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		type trace struct{ say, leaf string }
		var first *trace
		for _, who := range []string{testkit.Walled, testkit.Outside, testkit.Stranger, testkit.Rival} {
			err := write(w, testkit.As(who), func(ctx context.Context, tx *gate.Tx) error { return tx.Permit(ctx, holder(who)) })
			testkit.WantKind(t, err, fault.NotFound)
			var leaf []byte
			var matter string
			if e := w.DB.QueryRow(t.Context(), db.SQL(`SELECT leaf, matter_id FROM entry WHERE refused AND person_id = ?`, testkit.PersonID(who))).Scan(&leaf, &matter); e != nil {
				t.Fatalf("%s left no refusal entry: %v", who, e)
			}
			if matter != "" {
				t.Errorf("%s: the refusal names the matter", who)
			}
			got := trace{fault.Say(err), shape(string(leaf))}
			if first == nil {
				first = &got
			} else if got != *first {
				t.Errorf("%s: %+v differs from %+v", who, got, *first)
			}
		}
	})
}

// shape drops from a leaf what differs between any two attempts: identifiers of person, organization, time, hashes.
func shape(leaf string) string {
	var out []string
	for _, l := range strings.Split(leaf, "\n") {
		switch k, _, _ := strings.Cut(l, " "); k {
		case "id", "at", "actor", "org", "owner", "session", "field":
			out = append(out, k)
		default:
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// Each closed gate refuses a release by its own name, and all closed gates are named at once.
func TestEveryClosedGateIsNamed(t *testing.T) {
	release := func(matter ident.MatterID, offshore string, met bool) authz.Subject {
		s := holder(testkit.Attorney)
		s.Matter = string(matter)
		s.Attrs["offshore"], s.Attrs["condition_met"], s.Attrs["state"] = offshore, met, "preparing"
		return s
	}
	m := authz.Ref{Kind: "matter", ID: string(testkit.Matter)}
	e := authz.Ref{Kind: "engagement", ID: string(testkit.Engagement)}
	p := authz.Ref{Kind: "person", ID: string(testkit.PersonID(testkit.Attorney))}
	for _, c := range []struct {
		rule  string
		close func(ctx context.Context, tx *gate.Tx) error
		s     authz.Subject
	}{
		{"gate-consent", func(ctx context.Context, tx *gate.Tx) error { return tx.EndFact(ctx, m, "consent", "") }, release(testkit.Matter, "yes", false)},
		{"gate-conflict", func(ctx context.Context, tx *gate.Tx) error { return tx.SetFact(ctx, m, "parties", "2") }, release(testkit.Matter, "yes", false)},
		{"gate-attorney-only", nil, release(testkit.Matter, "no", true)},
		{"gate-condition", nil, release(testkit.Matter, "conditional", false)},
		{"gate-baa", func(ctx context.Context, tx *gate.Tx) error { return tx.SetFact(ctx, m, "data_class", "phi") }, release(testkit.Matter, "yes", false)},
		{"gate-protective-order", func(ctx context.Context, tx *gate.Tx) error {
			return tx.AddFact(ctx, m, "restriction", "protective_order", time.Time{})
		}, release(testkit.Matter, "yes", false)},
		{"gate-export", func(ctx context.Context, tx *gate.Tx) error {
			return tx.AddFact(ctx, m, "restriction", "export_control", time.Time{})
		}, release(testkit.Matter, "yes", false)},
		{"gate-phase", func(ctx context.Context, tx *gate.Tx) error { return tx.SetFact(ctx, e, "phase", "suspended") }, release(testkit.Matter, "yes", false)},
		{"gate-matter-open", func(ctx context.Context, tx *gate.Tx) error { return tx.SetFact(ctx, m, "state", "closed") }, release(testkit.Matter, "yes", false)},
		{"gate-mfa", func(ctx context.Context, tx *gate.Tx) error { return tx.EndFact(ctx, p, "mfa", "") }, release(testkit.Matter, "yes", false)},
	} {
		t.Run(c.rule, func(t *testing.T) {
			testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
				v := w.Gate.View(testkit.As(testkit.Attorney))
				if c.close != nil {
					open, err := v.May(t.Context(), "task.release", c.s)
					if err != nil || !open.Allowed {
						t.Fatalf("closed before: %+v %v", open, err)
					}
					w.Later(time.Second)
					w.System(c.close)
				}
				d, err := w.Gate.View(testkit.As(testkit.Attorney)).May(t.Context(), "task.release", c.s)
				if err != nil || d.Allowed || !named(d, c.rule) {
					t.Errorf("decision %+v, error %v", d, err)
				}
			})
		})
	}
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		d, err := w.Gate.View(testkit.As(testkit.Attorney)).May(t.Context(), "task.release", release(testkit.Shut, "no", false))
		if err != nil || !named(d, "gate-consent") || !named(d, "gate-conflict") || !named(d, "gate-attorney-only") {
			t.Errorf("not all closed gates are named: %+v %v", d, err)
		}
	})
}

func named(d authz.Decision, id string) bool {
	for _, r := range d.Rules {
		if r.ID == id && r.Say != "" && r.Name != "" {
			return true
		}
	}
	return false
}

// A wall takes effect with its commit, on everything, and ends with the same.
func TestAWallBeatsEveryGrantAtOnce(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		sees := func(short string) bool {
			ok, err := w.Gate.View(testkit.As(short)).Sees(t.Context(), testkit.Matter)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		for _, short := range []string{testkit.Attorney, testkit.Partner, testkit.Lead, testkit.Junior} {
			if !sees(short) {
				t.Fatalf("%s does not see the matter", short)
			}
			var id string
			w.Later(time.Second)
			w.System(func(ctx context.Context, tx *gate.Tx) (err error) {
				id, _, err = tx.RaiseWall(ctx, testkit.Firm, testkit.Matter, testkit.PersonID(short), "test")
				return err
			})
			if sees(short) {
				t.Errorf("%s sees past the wall", short)
			}
			w.Later(time.Second)
			w.System(func(ctx context.Context, tx *gate.Tx) error {
				return tx.LowerWall(ctx, id, testkit.Matter, testkit.PersonID(short))
			})
			if !sees(short) {
				t.Errorf("%s does not see the matter again", short)
			}
		}
	})
}

// A wall that goes up while a permitted write is open waits for it: every write is wholly before or wholly after.
func TestAWallWaitsForAnOpenWrite(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		done := make(chan error, 1)
		var order []string
		err := write(w, testkit.As(testkit.Junior), func(ctx context.Context, tx *gate.Tx) error {
			if err := tx.Permit(ctx, holder(testkit.Junior)); err != nil {
				return err
			}
			started := make(chan struct{})
			go func() {
				close(started)
				done <- w.Gate.Write(ctx, actor.Actor{Via: "job:seed", Org: testkit.Firm}, "system.seed", func(tx *gate.Tx) error {
					if err := tx.Permit(ctx, authz.Subject{Ref: authz.Ref{Kind: "system", ID: "seed"}}); err != nil {
						return err
					}
					tx.Record(gate.Entry{Subject: authz.Ref{Kind: "system", ID: "seed"}})
					_, _, err := tx.RaiseWall(ctx, testkit.Firm, testkit.Matter, testkit.PersonID(testkit.Junior), "test")
					return err
				})
			}()
			<-started
			tx.Record(gate.Entry{Subject: holder(testkit.Junior).Ref, Matter: testkit.Matter, Owner: testkit.Firm})
			order = append(order, "write")
			select {
			case err := <-done:
				t.Error("the wall went up inside an open write")
				done <- err
			default:
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		err = write(w, testkit.As(testkit.Junior), func(ctx context.Context, tx *gate.Tx) error { return tx.Permit(ctx, holder(testkit.Junior)) })
		testkit.WantKind(t, err, fault.NotFound)
		if len(order) != 1 {
			t.Errorf("the write ran %d times", len(order))
		}
	})
}

func TestARequestWithTheSameKeyIsCarriedOutOnce(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		who := testkit.As(testkit.Junior)
		who.Key = "k-1"
		do := func() error {
			return write(w, who, func(ctx context.Context, tx *gate.Tx) error {
				tx.Record(gate.Entry{Subject: holder(testkit.Junior).Ref, Matter: testkit.Matter, Owner: testkit.Firm})
				return tx.Permit(ctx, holder(testkit.Junior))
			})
		}
		if err := do(); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, do(), fault.Conflict)
		if n, _ := w.Entries("task.check"); n != 1 {
			t.Errorf("%d entries", n)
		}
		a, subject, done, err := w.Gate.Done(t.Context(), who)
		if err != nil || !done || a != "task.check" || subject != holder(testkit.Junior).String() {
			t.Errorf("%s %s %v %v", a, subject, done, err)
		}
	})
}

func TestATokenReachesNoFurtherThanItsScopes(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		for scopes, want := range map[string]bool{"task.check": true, "task.*": true, "*": true, "matter.*": false, "task.chec": false, "": false} {
			who := testkit.As(testkit.Junior)
			who.Scopes = strings.Fields(scopes)
			d, err := w.Gate.View(who).May(t.Context(), "task.check", holder(testkit.Junior))
			if err != nil || d.Allowed != want {
				t.Errorf("scopes %q: %+v %v", scopes, d, err)
			}
		}
	})
}

// A contract clause only forbids, and then it beats the role.
func TestAClauseForbids(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		for text, ok := range map[string]bool{
			`permit (principal, action, resource);`:                                          false,
			`forbid (principal, action, resource);`:                                          false, // without a name it could not be explained
			`@id("gate-consent") @name("n") @say("s") forbid (principal, action, resource);`: false, // hides a base rule
			`@id("clause-9-1") @name("Clause 9.1") @say("No checks on Sundays.") forbid (principal, action == Action::"task.check", resource);`: true,
		} {
			var err error
			w.System(func(ctx context.Context, tx *gate.Tx) error {
				err = tx.AddClause(ctx, testkit.Engagement, text)
				return nil
			})
			if (err == nil) != ok {
				t.Errorf("%s: %v", text, err)
			}
		}
		err := write(w, testkit.As(testkit.Junior), func(ctx context.Context, tx *gate.Tx) error { return tx.Permit(ctx, holder(testkit.Junior)) })
		testkit.WantRule(t, err, "clause-9-1")
		if _, refused := w.Entries("task.check"); refused != 1 {
			t.Errorf("%d refusal entries", refused)
		}
	})
}

// A refusal is part of the record even when it cannot be written: then the caller hears of both.
func TestARefusalThatCannotBeKeptIsAnError(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		ctx, cancel := context.WithCancel(t.Context())
		err := w.Gate.Write(ctx, testkit.As(testkit.Walled), "task.check", func(tx *gate.Tx) error {
			defer cancel()
			return tx.Permit(ctx, holder(testkit.Walled))
		})
		if fault.KindOf(err) != fault.NotFound || !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
	})
}
