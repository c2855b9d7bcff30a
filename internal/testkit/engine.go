package testkit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/schema"
)

// Key is the SQLite key of every test: test databases are encrypted as those in production are.
var Key = bytes.Repeat([]byte("countersign test"), 4) // 64 bytes: two AES-256 keys, which must differ from one another

func init() { Key[0]++ }

// EachEngine runs fn on a fresh migrated database of each engine, both at once.
func EachEngine(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); fn(t, Postgres(t)) })
}

// SQLite returns a fresh migrated database, closed when the test ends.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	image, err := sqliteImage()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := db.OpenSQLite(path, Key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// sqliteImage is the file of a migrated database. Closing the last connection moves the write-ahead log into the
// file, so the file alone is the whole database.
var sqliteImage = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "countersign-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	d, err := db.OpenSQLite(path, Key)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(schema.Migrate(context.Background(), d), d.Close()); err != nil {
		return nil, err
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		return nil, errors.New("testkit: a write-ahead log is left beside the template")
	}
	return os.ReadFile(path)
})

// AddressEnv names the environment variable with the address of the PostgreSQL server for tests.
const AddressEnv = "COUNTERSIGN_TEST_POSTGRES"

// Postgres returns a fresh migrated database, dropped when the test ends. Without a server the test fails, because
// a suite that skips itself is green for the wrong reason; with -short it is skipped.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	base := server(t)
	template, err := postgresTemplate()
	if err != nil {
		t.Fatal(err)
	}
	return clone(t, base, template)
}

// BarePostgres returns a fresh database with no table in it, dropped when the test ends.
func BarePostgres(t testing.TB) *db.DB {
	t.Helper()
	return clone(t, server(t), "template0")
}

func server(t testing.TB) string {
	t.Helper()
	base := os.Getenv(AddressEnv)
	if base == "" && testing.Short() {
		t.Skip("-short: PostgreSQL is not exercised")
	}
	if base == "" {
		t.Fatal(AddressEnv + " is not set: run 'make test', which starts a server, or 'scripts/postgres.sh go test ./...', or pass -short")
	}
	return base
}

func clone(t testing.TB, base, template string) *db.DB {
	t.Helper()
	name := "t_" + strings.ReplaceAll(ident.New(), "-", "")
	if err := admin(t.Context(), base, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin(context.Background(), base, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	d, err := db.OpenPostgres(t.Context(), withDatabase(base, name, 8))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// templateLock is the advisory lock under which one test binary at a time looks for the template.
const templateLock = 0x63737470

// postgresTemplate names a migrated database to clone. It is made once per server and set of migrations, by the
// first test binary that needs it: a new set has another name, and the server is thrown away with all of them.
var postgresTemplate = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	base := os.Getenv(AddressEnv)
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		return "", fmt.Errorf("testkit: no PostgreSQL answers at %s: %w", AddressEnv, err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return "", err
	}
	name := "template_" + schema.Digest()
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	// Built under another name: a run that is killed half way must not leave a template that looks whole.
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+"_new WITH (FORCE)"); err != nil {
		return "", err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name+"_new"); err != nil {
		return "", err
	}
	d, err := db.OpenPostgres(ctx, withDatabase(base, name+"_new", 2))
	if err != nil {
		return "", err
	}
	if err := errors.Join(schema.Migrate(ctx, d), d.Close()); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+name+"_new RENAME TO "+name)
	return name, err
})

func admin(ctx context.Context, base, statement string) error {
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// withDatabase is the address base with another database and a pool of conns connections at most.
func withDatabase(base, name string, conns int) string {
	u, err := url.Parse(base)
	if err != nil {
		return base // OpenPostgres refuses it with a better sentence
	}
	u.Path = "/" + name
	q := u.Query()
	q.Set("pool_max_conns", fmt.Sprint(conns))
	u.RawQuery = q.Encode()
	return u.String()
}
