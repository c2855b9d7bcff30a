package schema

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"countersign/internal/platform/db"
)

func sqlite(t *testing.T) *db.DB {
	t.Helper()
	d, err := db.OpenSQLite(filepath.Join(t.TempDir(), "x.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func files(texts ...string) fstest.MapFS {
	out := fstest.MapFS{}
	for i, text := range texts {
		out["000"+string(rune('1'+i))+"_x.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return out
}

func TestMigrateTwiceAndVersion(t *testing.T) {
	d := sqlite(t)
	for range 2 {
		if err := Migrate(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if Version() == 0 {
		t.Skip("no migration yet")
	}
	var v int64
	if err := d.QueryRow(t.Context(), db.SQL(`SELECT MAX(version_id) FROM goose_db_version`)).Scan(&v); err != nil || v != Version() {
		t.Errorf("the database is at %d (%v), Version says %d", v, err, Version())
	}
}

func TestNodesMigrateAtOnce(t *testing.T) {
	d := sqlite(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := Migrate(t.Context(), d); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	d := sqlite(t)
	one, two := files(`CREATE TABLE a (v INTEGER);`), files(`CREATE TABLE a (v INTEGER);`, `CREATE TABLE b (v ${BLOB});`)
	if err := migrate(t.Context(), d, two); err != nil {
		t.Fatal(err)
	}
	err := migrate(t.Context(), d, one)
	if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "version 2 and the program knows 1") {
		t.Errorf("err = %v", err)
	}
}

func TestRenderKnowsEveryWord(t *testing.T) {
	for engine, want := range map[db.Engine]string{db.SQLite: "v BLOB", db.Postgres: "v BYTEA"} {
		out, err := render(files(`CREATE TABLE a (v ${BLOB});`), engine)
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := fs.ReadFile(out, "0001_x.sql"); !strings.Contains(string(text), want) {
			t.Errorf("%s: %s", engine, text)
		}
	}
	if _, err := render(files(`CREATE TABLE a (v ${BLOP});`), db.SQLite); err == nil || !strings.Contains(err.Error(), "${BLOP}") {
		t.Errorf("err = %v", err)
	}
}

func TestMigrationsAreNumberedAndForwardOnly(t *testing.T) {
	names, err := fs.Glob(embedded, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		if got := filepath.Base(name)[:4]; got != pad(i+1) {
			t.Errorf("%s should be number %s", name, pad(i+1))
		}
		text, err := fs.ReadFile(embedded, name)
		if err != nil || strings.Contains(string(text), "+goose Down") {
			t.Errorf("%s: %v, or it has a way down", name, err)
		}
	}
}

func pad(n int) string { return string([]byte{'0', '0', byte('0' + n/10), byte('0' + n%10)}) }
