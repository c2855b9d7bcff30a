package testkit_test

import (
	"sync"
	"testing"
	"time"

	"countersign/internal/platform/db"
	"countersign/internal/schema"
	"countersign/internal/testkit"
)

func TestEachDatabaseIsMigratedAndItsOwn(t *testing.T) {
	for range 2 {
		testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
			ctx := t.Context()
			err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, db.SQL(`CREATE TABLE mine (v INTEGER)`)) // fails in a database that another test has used
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if schema.Version() == 0 {
				return
			}
			var v int64
			if err := d.QueryRow(ctx, db.SQL(`SELECT MAX(version_id) FROM goose_db_version`)).Scan(&v); err != nil || v != schema.Version() {
				t.Errorf("version %d, %v; want %d", v, err, schema.Version())
			}
		})
	}
}

// Several nodes start at once on one empty PostgreSQL: one migrates, the others wait for it.
func TestNodesMigrateAtOnce(t *testing.T) {
	d := testkit.BarePostgres(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := schema.Migrate(t.Context(), d); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestClock(t *testing.T) {
	var c testkit.Clock
	c.Advance(time.Hour)
	if got := c.Now(); !got.Equal(testkit.Noon.Add(time.Hour)) {
		t.Errorf("after an hour: %s", got)
	}
	c.Set(testkit.Noon)
	if !c.Now().Equal(testkit.Noon) {
		t.Error("Set does not set")
	}
}
