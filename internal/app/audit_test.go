package app

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"countersign/internal/platform/db"
	"countersign/internal/platform/ledger"
)

// An installation that was changed behind the program's back does not agree with its log, and the audit names where.
func TestAudit(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			c := onEngine(t, e)
			install(t, c)
			d, err := OpenDatabase(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close() //nolint:errcheck // a test
			exec := func(q string, args ...any) {
				t.Helper()
				if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), db.SQL(q, args...)); return err }); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := (&ledger.Log{DB: d, Now: time.Now}).Integrate(t.Context(), 20); err != nil {
				t.Fatal(err)
			}
			audit := func() (bool, string) {
				t.Helper()
				var out bytes.Buffer
				holds, err := Audit{Report: &out}.Run(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				return holds, out.String()
			}
			// The test planted these rows without a deed.
			if holds, says := audit(); holds || !strings.Contains(says, "20 entries have their place, 10 wait for it; 20 values open") || strings.Count(says, "has no entry that made it") != 2+1+documents {
				t.Fatalf("%v: %s", holds, says)
			}
			exec(`DELETE FROM version`)
			exec(`DELETE FROM document`)
			exec(`DELETE FROM matter`)
			exec(`DELETE FROM client`)
			if holds, says := audit(); !holds {
				t.Fatal(says)
			}
			var id string
			if err := d.QueryRow(t.Context(), db.SQL(`SELECT entry_id FROM ledger_leaf WHERE place = 7`)).Scan(&id); err != nil {
				t.Fatal(err)
			}
			var leaf []byte
			if err := d.QueryRow(t.Context(), db.SQL(`SELECT leaf FROM entry WHERE id = ?`, id)).Scan(&leaf); err != nil {
				t.Fatal(err)
			}
			for what, x := range map[string]struct{ change, back, says string }{
				"a row":          {`UPDATE entry SET at = at - 1 WHERE id = '` + id + `'`, `UPDATE entry SET at = at + 1 WHERE id = '` + id + `'`, "entry 7 (" + id + "): its row does not say"},
				"a lost place":   {`DELETE FROM entry_pending`, `INSERT INTO entry_pending SELECT e.id FROM entry e WHERE NOT EXISTS (SELECT 1 FROM ledger_leaf l WHERE l.entry_id = e.id)`, "has no place in the tree"},
				"the tree":       {`UPDATE ledger_tree SET size = 19`, `UPDATE ledger_tree SET size = 20`, "the tree is of 19 entries"},
				"a gap":          {`UPDATE ledger_leaf SET place = 99 WHERE place = 19`, `UPDATE ledger_leaf SET place = 19 WHERE place = 99`, "places 19 to 98 are empty"},
				"a made-up wall": {`INSERT INTO wall (id, number, firm_id, matter_id, person_id, from_at, until_at, set_by, ended_by, reason) VALUES ('w', 1, '', '', '', 0, 0, '', '', '')`, `DELETE FROM wall`, "wall w has no entry"},
			} {
				exec(x.change)
				if holds, says := audit(); holds || !strings.Contains(says, x.says) {
					t.Errorf("%s: %v, %s", what, holds, says)
				}
				exec(x.back)
			}
			exec(`UPDATE entry SET leaf = ? WHERE id = ?`, bytes.Replace(leaf, []byte("outcome done"), []byte("outcome refused"), 1), id)
			if holds, says := audit(); holds || !strings.Contains(says, "its row does not say") || !strings.Contains(says, "the tree is of 20 entries") {
				t.Errorf("a leaf: %v, %s", holds, says)
			}
			exec(`UPDATE entry SET leaf = ? WHERE id = ?`, leaf, id)
			if holds, says := audit(); !holds {
				t.Errorf("all is as it was: %s", says)
			}
		})
	}
}
