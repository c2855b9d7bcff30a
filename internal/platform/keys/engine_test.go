package keys

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
)

// eachEngine runs fn on a fresh database of each engine, with the table data_key in it. It fails when
// COUNTERSIGN_TEST_POSTGRES, the address of a PostgreSQL server, is missing, unless the run is -short. It is not
// testkit's, so that testkit's world may hold a Ring without an import cycle.
func eachEngine(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Run("sqlite", func(t *testing.T) {
		d, err := db.OpenSQLite(filepath.Join(t.TempDir(), "test.db"), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		createTable(t, d, "BLOB")
		fn(t, d)
	})
	t.Run("postgres", func(t *testing.T) {
		dsn := os.Getenv("COUNTERSIGN_TEST_POSTGRES")
		if dsn == "" && testing.Short() {
			t.Skip("COUNTERSIGN_TEST_POSTGRES is not set")
		}
		if dsn == "" {
			t.Fatal("COUNTERSIGN_TEST_POSTGRES is not set")
		}
		d, err := db.OpenPostgres(t.Context(), inSchema(t, dsn))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		createTable(t, d, "BYTEA")
		fn(t, d)
	})
}

// inSchema makes a schema of the test's own and returns the address that works in it.
func inSchema(t *testing.T, dsn string) string {
	t.Helper()
	d, err := db.OpenPostgres(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	schema := "keys_" + strings.ReplaceAll(ident.New(), "-", "")
	if _, err := d.Pool().ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Pool().Exec("DROP SCHEMA " + schema + " CASCADE") }) //nolint:noctx // t's context has ended by then
	join := "?"
	if strings.Contains(dsn, "?") {
		join = "&"
	}
	return dsn + join + "search_path=" + schema
}

func createTable(t *testing.T, d *db.DB, blob string) {
	t.Helper()
	_, err := d.Pool().ExecContext(t.Context(), fmt.Sprintf("CREATE TABLE data_key "+
		"(id TEXT PRIMARY KEY, org_id TEXT NOT NULL, wrapped %s NOT NULL, made_at BIGINT NOT NULL)", blob))
	if err != nil {
		t.Fatal(err)
	}
}
