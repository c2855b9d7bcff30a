package gate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

// Reach is Visible asked in another way: over grants, openings and walls that begin and end at random, both name the
// same matters for everybody.
func TestReachIsVisible(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same cases every time
		pick := func(kind string, n int) string { return fmt.Sprint(kind, random.IntN(n)) }
		now := db.Micros(w.Gate.Now())
		span := func() (from, until int64) { // most hold now, some are over, some have not begun
			switch random.IntN(5) {
			case 0:
				return now - 10, now
			case 1:
				return now + 10, gate.Forever
			}
			return now, gate.Forever
		}
		err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
			for i := range 400 {
				from, until := span()
				q := db.SQL(`INSERT INTO matter_opening (id, matter_id, org_id, from_at, until_at, set_by, reason) VALUES (?, ?, ?, ?, ?, '', '')`, fmt.Sprint("random", i), pick("m", 40), pick("o", 3), from, until)
				switch {
				case i%4 == 0:
					q = db.SQL(`INSERT INTO wall (id, number, firm_id, matter_id, person_id, from_at, until_at, set_by, ended_by, reason) VALUES (?, 0, '', ?, ?, ?, ?, '', '', '')`, fmt.Sprint("random", i), pick("m", 40), pick("p", 6), from, until)
				case i%20 == 1:
					org := pick("o", 3)
					q = db.SQL(`INSERT INTO access_grant (id, person_id, scope_kind, scope_id, org_id, role, wide, from_at, until_at, set_by, reason) VALUES (?, ?, 'org', ?, ?, 'r', ?, ?, ?, '', '')`, fmt.Sprint("random", i), pick("p", 3), org, org, i%40 == 1, from, until)
				case i%4 == 1:
					q = db.SQL(`INSERT INTO access_grant (id, person_id, scope_kind, scope_id, org_id, role, wide, from_at, until_at, set_by, reason) VALUES (?, ?, 'matter', ?, ?, 'r', FALSE, ?, ?, '', '')`, fmt.Sprint("random", i), pick("p", 6), pick("m", 40), pick("o", 3), from, until)
				}
				if _, err := tx.Exec(t.Context(), q); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for p := range 6 {
			for o := range 3 {
				v := w.Gate.View(actor.Actor{Person: ident.PersonID(fmt.Sprint("p", p)), Org: ident.OrgID(fmt.Sprint("o", o)), Via: "web"})
				list := func(within db.Frag) []string {
					out, err := db.Column[string](t.Context(), v, db.SQL(`SELECT m.id FROM (SELECT DISTINCT matter_id AS id FROM matter_opening) m WHERE 1 = 1`).And(within).Join(db.SQL(` ORDER BY m.id`)))
					if err != nil {
						t.Fatal(err)
					}
					return out
				}
				visible, reach := list(v.Visible("m.id")), list(v.Reach("m.id"))
				if !slices.Equal(visible, reach) {
					t.Errorf("p%d in o%d: visible %v, reach %v", p, o, visible, reach)
				}
				settled, err := v.Settle(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				once, err := db.Column[string](t.Context(), settled, db.SQL(`SELECT m.id FROM (SELECT DISTINCT matter_id AS id FROM matter_opening) m WHERE 1 = 1`).And(settled.Reach("m.id")).Join(db.SQL(` ORDER BY m.id`)))
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(visible, once) {
					t.Errorf("p%d in o%d: visible %v, settled %v", p, o, visible, once)
				}
				seen += len(visible)
			}
		}
		if seen < 20 {
			t.Errorf("only %d are seen: the test says little", seen)
		}
	})
}
