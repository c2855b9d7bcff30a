package jobs

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"countersign/internal/platform/db"
)

// eachEngine runs f on a fresh database of each engine. COUNTERSIGN_TEST_POSTGRES is the address of a server on
// which databases may be created; without it the test fails, unless the run is -short.
func eachEngine(t *testing.T, f func(*testing.T, *db.DB)) {
	t.Run("sqlite", func(t *testing.T) {
		d, err := db.OpenSQLite(filepath.Join(t.TempDir(), "test.db"), nil)
		check(t, err)
		t.Cleanup(func() { check(t, d.Close()) })
		f(t, d)
	})
	t.Run("postgres", func(t *testing.T) {
		server := os.Getenv("COUNTERSIGN_TEST_POSTGRES")
		if server == "" && testing.Short() {
			t.Skip("-short: PostgreSQL is not exercised")
		}
		if server == "" {
			t.Fatal("COUNTERSIGN_TEST_POSTGRES is not set")
		}
		admin, err := db.OpenPostgres(t.Context(), server)
		check(t, err)
		name := "jobs_" + strings.ToLower(rand.Text())
		_, err = admin.Pool().ExecContext(t.Context(), "CREATE DATABASE "+name)
		check(t, err)
		u, err := url.Parse(server)
		check(t, err)
		u.Path = "/" + name
		d, err := db.OpenPostgres(t.Context(), u.String())
		check(t, err)
		t.Cleanup(func() {
			check(t, d.Close())
			_, err := admin.Pool().ExecContext(context.Background(), "DROP DATABASE "+name)
			check(t, err)
			check(t, admin.Close())
		})
		f(t, d)
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, d *db.DB, r *Registry) *Queue {
	t.Helper()
	q, err := Open(t.Context(), d, r, quietLog())
	check(t, err)
	return q
}

func insert(t *testing.T, d *db.DB, q *Queue, at time.Time, jobs ...Args) {
	t.Helper()
	check(t, d.Write(t.Context(), func(tx *db.Tx) error {
		for _, a := range jobs {
			if err := q.Insert(t.Context(), tx, at, a); err != nil {
				return err
			}
		}
		return nil
	}))
}

// start starts q and stops it at the end of the test.
func start(t *testing.T, q *Queue) {
	t.Helper()
	check(t, q.Start(t.Context()))
	t.Cleanup(func() { check(t, q.Stop(context.Background())) })
}

// await waits for what a running queue does on its own; a minute is far beyond every interval involved.
func await[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(time.Minute):
		t.Fatal("nothing happened within a minute")
	}
	return v
}

func counts(t *testing.T, q *Queue) Counts {
	t.Helper()
	c, err := q.Counts(t.Context())
	check(t, err)
	return c
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type note struct {
	N int `json:"n"`
}

func (note) Kind() string { return "test.note" }

func (n note) String() string { return fmt.Sprint(n.N) }

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }
