package db_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/platform/db"
	"countersign/internal/testkit"
)

func exec(t *testing.T, d *db.DB, text string, args ...any) {
	t.Helper()
	if err := try(t.Context(), d, text, args...); err != nil {
		t.Fatal(err)
	}
}

func try(ctx context.Context, d *db.DB, text string, args ...any) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(text, args...))
		return err
	})
}

func TestPlaceholdersKeepTheirOrderWhenFragmentsAreJoined(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		exec(t, d, `CREATE TABLE sample (a TEXT NOT NULL, b TEXT NOT NULL, n BIGINT NOT NULL)`)
		for i := range 12 { // two-digit numbers too
			exec(t, d, `INSERT INTO sample (a, b, n) VALUES (?, ?, ?)`, "a", "b", i)
		}
		q := db.SQL(`SELECT n FROM sample WHERE a = ?`, "a").
			And(db.SQL(`b = ?`, "b"), db.SQL(""), db.In("n", []int{1, 2, 3, 4, 5, 6, 7, 8, 11}), db.SQL(`n > ? OR n = ?`, 7, 1)).
			Join(db.SQL(` ORDER BY n LIMIT ?`, 3))
		got, err := db.Column[int](t.Context(), d, q)
		if err != nil || !slices.Equal(got, []int{1, 8, 11}) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestSQLPanicsWhenArgumentsAreMissing(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	db.SQL(`SELECT ?, ?`, 1)
}

func TestJoinLeavesItsPartsAlone(t *testing.T) {
	base := db.SQL(`a = ?`, 1)
	one, two := base.And(db.SQL(`b = ?`, 2)), base.And(db.SQL(`c = ?`, 3))
	if one.Text != "a = ? AND (b = ?)" || one.Args[1] != 2 || two.Args[1] != 3 || len(base.Args) != 1 {
		t.Errorf("%v %v %v", base, one, two)
	}
}

func TestInWithNoValuesMatchesNothing(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		var n int
		q := db.SQL(`SELECT COUNT(*) FROM (SELECT 1 AS v) AS one WHERE 1 = 1`).And(db.In("v", []string{}))
		if err := d.QueryRow(t.Context(), q).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

type stage string

func TestArgumentsAndColumnsOfNamedTypes(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		exec(t, d, `CREATE TABLE sample (s TEXT NOT NULL, yes BOOLEAN NOT NULL, at BIGINT NOT NULL, never_at BIGINT, name TEXT)`)
		exec(t, d, `INSERT INTO sample (s, yes, at, never_at, name) VALUES (?, ?, ?, NULL, ?)`, stage("peer"), true, db.Micros(testkit.Noon), "José 山田")
		var s stage
		var yes bool
		var name string
		var at, never time.Time
		q := db.SQL(`SELECT s, yes, at, never_at, name FROM sample WHERE s = ? AND yes = ?`, stage("peer"), true)
		if err := d.QueryRow(t.Context(), q).Scan(&s, &yes, db.At{T: &at}, db.At{T: &never}, &name); err != nil {
			t.Fatal(err)
		}
		if s != "peer" || !yes || !at.Equal(testkit.Noon) || at.Location() != time.UTC || !never.IsZero() || name != "José 山田" {
			t.Errorf("%q %v %s %s %q", s, yes, at, never, name)
		}
		stages, err := db.Column[stage](t.Context(), d, db.SQL(`SELECT s FROM sample`))
		if err != nil || !slices.Equal(stages, []stage{"peer"}) {
			t.Errorf("%v, %v", stages, err)
		}
		err = d.QueryRow(t.Context(), db.SQL(`SELECT s FROM sample WHERE s = ?`, "none")).Scan(&s)
		if !errors.Is(err, db.ErrNoRows) {
			t.Errorf("err = %v", err)
		}
	})
}

func TestInstants(t *testing.T) {
	if db.Micros(time.Time{}) != 0 || !db.Instant(0).IsZero() {
		t.Error("0 is not the zero time")
	}
	if got := db.Instant(db.Micros(testkit.Noon.Add(time.Microsecond))); !got.Equal(testkit.Noon.Add(time.Microsecond)) {
		t.Errorf("%s lost its microsecond", got)
	}
	var at time.Time
	if err := (db.At{T: &at}).Scan("2026-11-23"); err == nil {
		t.Error("a text passed for an instant")
	}
}

func TestIsDuplicate(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		exec(t, d, `CREATE TABLE sample (k TEXT PRIMARY KEY, u TEXT NOT NULL UNIQUE, CHECK (u <> 'bad'))`)
		exec(t, d, `INSERT INTO sample (k, u) VALUES ('k', 'u')`)
		for text, want := range map[string]bool{
			`INSERT INTO sample (k, u) VALUES ('k', 'v')`:   true,
			`INSERT INTO sample (k, u) VALUES ('l', 'u')`:   true,
			`INSERT INTO sample (k, u) VALUES ('l', NULL)`:  false,
			`INSERT INTO sample (k, u) VALUES ('l', 'bad')`: false,
		} {
			if err := try(t.Context(), d, text); err == nil || db.IsDuplicate(err) != want {
				t.Errorf("%s: IsDuplicate(%v) = %v", text, err, !want)
			}
		}
	})
}

func TestWriteRollsBack(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		exec(t, d, `CREATE TABLE sample (v INTEGER)`)
		stop := errors.New("stop")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if n, err := tx.Exec(t.Context(), db.SQL(`INSERT INTO sample VALUES (1), (2)`)); err != nil || n != 2 {
				t.Errorf("%d rows, %v", n, err)
			}
			return stop
		})
		rows, qerr := db.Column[int](t.Context(), d, db.SQL(`SELECT v FROM sample`))
		if !errors.Is(err, stop) || qerr != nil || len(rows) != 0 {
			t.Errorf("%v, %v, %v", err, qerr, rows)
		}
	})
}

// A second process (the command line beside the server) may write the same file. Each transaction reads before it
// writes: with a deferred BEGIN the upgrade would fail at once with SQLITE_BUSY, whatever the busy timeout.
func TestTwoProcessesWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	const each = 50
	var wg sync.WaitGroup
	var last *db.DB
	for p := range 2 {
		d, err := db.OpenSQLite(path, testkit.Key)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if p == 0 {
			exec(t, d, `CREATE TABLE n (v INTEGER)`)
			exec(t, d, `INSERT INTO n VALUES (0)`)
		}
		wg.Go(func() { count(t, d, each) })
		last = d
	}
	wg.Wait()
	wantCount(t, last, 2*each)
}

// On PostgreSQL the row itself is what keeps writers apart: ForUpdate.
func TestForUpdateKeepsWritersApart(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		exec(t, d, `CREATE TABLE n (v INTEGER)`)
		exec(t, d, `INSERT INTO n VALUES (0)`)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { count(t, d, 10) })
		}
		wg.Wait()
		wantCount(t, d, 40)
	})
}

func count(t *testing.T, d *db.DB, times int) {
	ctx := t.Context()
	for range times {
		err := d.Write(ctx, func(tx *db.Tx) error {
			var v int
			if err := tx.QueryRow(ctx, db.SQL(`SELECT v FROM n`).Join(tx.ForUpdate())).Scan(&v); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, db.SQL(`UPDATE n SET v = ?`, v+1))
			return err
		})
		if err != nil {
			t.Error(err)
			return
		}
	}
}

func wantCount(t *testing.T, d *db.DB, want int) {
	t.Helper()
	var v int
	if err := d.QueryRow(t.Context(), db.SQL(`SELECT v FROM n`)).Scan(&v); err != nil || v != want {
		t.Errorf("counted %d, %v; want %d", v, err, want)
	}
}

// A grant that is share-locked cannot be changed before the transaction that read it has ended, so the change is
// always ordered after it. The server says that the writer waits: nothing sleeps here.
func TestForShareHoldsAWriterBack(t *testing.T) {
	d := testkit.Postgres(t)
	ctx := t.Context()
	exec(t, d, `CREATE TABLE grants (epoch INTEGER)`)
	exec(t, d, `INSERT INTO grants VALUES (1)`)
	changed := make(chan error, 1)
	var sawWaiting bool
	err := d.Write(ctx, func(tx *db.Tx) error {
		var epoch int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT epoch FROM grants`).Join(tx.ForShare())).Scan(&epoch); err != nil {
			return err
		}
		go func() { changed <- try(ctx, d, `UPDATE grants SET epoch = 2`) }()
		for !sawWaiting {
			select {
			case err := <-changed:
				t.Fatalf("the writer did not wait: %v", err)
			default:
			}
			q := db.SQL(`SELECT COUNT(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE grants%'`)
			if err := d.QueryRow(ctx, q).Scan(&sawWaiting); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, db.SQL(`SELECT epoch FROM grants`)).Scan(&epoch)
	})
	if err != nil || <-changed != nil || !sawWaiting {
		t.Errorf("%v, waited: %v", err, sawWaiting)
	}
}

func TestFileIsEncrypted(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.db")
	d, err := db.OpenSQLite(path, testkit.Key)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, d, `CREATE TABLE sample (v TEXT)`)
	exec(t, d, `INSERT INTO sample VALUES (?)`, strings.Repeat("privileged ", 500))
	noPlainText(t, dir) // the write-ahead log is there now
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	noPlainText(t, dir)

	wrong := bytes.Clone(testkit.Key)
	wrong[40]++
	if w, err := db.OpenSQLite(path, wrong); err == nil {
		defer w.Close()
		if _, err := db.Column[string](t.Context(), w, db.SQL(`SELECT v FROM sample`)); err == nil {
			t.Error("another key opens the file")
		}
	}
	again, err := db.OpenSQLite(path, testkit.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if rows, err := db.Column[string](t.Context(), again, db.SQL(`SELECT v FROM sample`)); err != nil || len(rows) != 1 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func noPlainText(t *testing.T, dir string) {
	t.Helper()
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name.Name(), "-shm") {
			continue // the index of the log: page numbers, no content
		}
		raw, err := os.ReadFile(filepath.Join(dir, name.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"SQLite format 3", "CREATE TABLE", "privileged"} {
			if bytes.Contains(raw, []byte(word)) {
				t.Errorf("%s holds %q in the clear", name.Name(), word)
			}
		}
	}
}

func TestBadPostgresAddressDoesNotShowItsPassword(t *testing.T) {
	_, err := db.OpenPostgres(t.Context(), "postgres://app:s3cret@host:port/x")
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("err = %v", err)
	}
}
