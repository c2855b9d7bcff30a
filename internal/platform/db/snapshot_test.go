package db_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"countersign/internal/platform/db"
	"countersign/internal/testkit"
)

func TestSnapshotIsOneInstantAndHoldsNobodyUp(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		exec(t, d, `CREATE TABLE sample (v INTEGER)`)
		count := func(r db.Reader) (n int) {
			if err := r.QueryRow(t.Context(), db.SQL(`SELECT COUNT(*) FROM sample`)).Scan(&n); err != nil {
				t.Error(err)
			}
			return n
		}
		err := d.Snapshot(t.Context(), func(r db.Reader) error {
			before := count(r)
			exec(t, d, `INSERT INTO sample VALUES (1)`)
			if got := count(r); got != before {
				t.Errorf("the snapshot went from %d to %d rows", before, got)
			}
			_, err := db.Column[int](t.Context(), r, db.SQL(`INSERT INTO sample VALUES (2) RETURNING v`))
			return err
		})
		if err == nil || count(d) != 1 {
			t.Errorf("a snapshot wrote: %v, %d rows", err, count(d))
		}
	})
}

func rowsOf(rows ...[]any) func() ([]any, error) {
	return func() ([]any, error) {
		if len(rows) == 0 {
			return nil, io.EOF
		}
		r := rows[0]
		rows = rows[1:]
		return r, nil
	}
}

func TestLoadAndTables(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		bytes := map[db.Engine]string{db.SQLite: "BLOB", db.Postgres: "BYTEA"}[d.Engine]
		exec(t, d, `CREATE TABLE aa_probe (s TEXT, n BIGINT, yes BOOLEAN, b `+bytes+`, r DOUBLE PRECISION)`)
		var many [][]any
		for i := range 1501 { // more than one statement, and a rest
			many = append(many, []any{"José", int64(i), i%2 == 0, []byte{0, byte(i)}, 0.5})
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			n, err := tx.Load(t.Context(), "aa_probe", []string{"s", "n", "yes", "b", "r"}, rowsOf(many...))
			if n != 1501 {
				t.Errorf("%d rows", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var n, sum, yes int
		q := db.SQL(`SELECT COUNT(*), SUM(n), SUM(CASE WHEN yes THEN 1 ELSE 0 END) FROM aa_probe WHERE s = 'José' AND LENGTH(b) = 2 AND r = 0.5`)
		if err := d.QueryRow(t.Context(), q).Scan(&n, &sum, &yes); err != nil || n != 1501 || sum != 1500*1501/2 || yes != 751 {
			t.Errorf("%d rows, %d, %d, %v", n, sum, yes, err)
		}
		stop := errors.New("stop")
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Load(t.Context(), "aa_probe", []string{"n"}, func() ([]any, error) { return nil, stop })
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "stop") {
			t.Errorf("err = %v", err)
		}
		tables, err := d.Tables(t.Context(), d)
		want := db.Table{Name: "aa_probe", Fields: []db.Field{{Name: "r", Kind: db.Real}, {Name: "b", Kind: db.Bytes}, {Name: "yes", Kind: db.Boolean}, {Name: "n", Kind: db.Integer}, {Name: "s", Kind: db.Text}}}
		if err != nil || !tables[0].Same(want) || len(tables) < 20 {
			t.Errorf("%v, %v", tables[0], err)
		}
	})
}

func TestWithoutOrder(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		exec(t, d, `CREATE TABLE aa_parent (id TEXT PRIMARY KEY)`)
		exec(t, d, `CREATE TABLE aa_child (id TEXT PRIMARY KEY, parent TEXT NOT NULL REFERENCES aa_parent (id))`)
		load := func(parent string) error {
			return d.Write(t.Context(), func(tx *db.Tx) error {
				return tx.WithoutOrder(t.Context(), func() error {
					if _, err := tx.Load(t.Context(), "aa_child", []string{"id", "parent"}, rowsOf([]any{"c-" + parent, "p"})); err != nil {
						return err
					}
					_, err := tx.Load(t.Context(), "aa_parent", []string{"id"}, rowsOf([]any{parent}))
					return err
				})
			})
		}
		if err := load("q"); err == nil || !strings.Contains(err.Error(), "aa_child") {
			t.Errorf("a broken reference: %v", err)
		}
		if err := load("p"); err != nil {
			t.Error(err)
		}
		if err := try(t.Context(), d, `INSERT INTO aa_child VALUES ('x', 'nobody')`); err == nil {
			t.Error("references are no longer checked")
		}
	})
}
