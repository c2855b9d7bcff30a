package db

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/vfs/xts" // the library's own layer, as the judge
)

// What goes through the layers around the library's encryption is what the library itself reads, page for page: our
// file opens with the library alone, and the library's with ours.
func TestSealedIsTheLibrarysFormat(t *testing.T) {
	key := bytes.Repeat([]byte{7, 9}, 32)
	path := filepath.Join(t.TempDir(), "a.db")
	ctx := t.Context()
	d, err := OpenSQLite(path, key)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same rows every time
	err = d.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, SQL(`CREATE TABLE x (id INTEGER PRIMARY KEY, text TEXT)`)); err != nil {
			return err
		}
		for i := range 3000 {
			if _, err := tx.Exec(ctx, SQL(`INSERT INTO x VALUES (?, ?)`, i, strings.Repeat("secret ", random.IntN(400)))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := func(q func(string) (int, int)) string {
		n, l := q(`SELECT COUNT(*), SUM(LENGTH(text)) FROM x`)
		return fmt.Sprint(n, " ", l)
	}
	ours := sum(func(text string) (n, l int) {
		if err := d.QueryRow(ctx, SQL(text)).Scan(&n, &l); err != nil {
			t.Fatal(err)
		}
		return n, l
	})
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path) //nolint:gosec // the test's own file
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("secret")) || bytes.Contains(raw, []byte("SQLite")) {
		t.Error("the file is not sealed")
	}
	judge, err := driver.Open("file:" + path + "?vfs=xts&hexkey=" + fmt.Sprintf("%x", key))
	if err != nil {
		t.Fatal(err)
	}
	theirs := sum(func(text string) (n, l int) {
		if err := judge.QueryRowContext(ctx, text).Scan(&n, &l); err != nil {
			t.Fatal(err)
		}
		return n, l
	})
	if ours != theirs {
		t.Errorf("we read %s, the library %s", ours, theirs)
	}
	if _, err := judge.ExecContext(ctx, `DELETE FROM x WHERE id % 3 = 0`); err != nil {
		t.Fatal(err)
	}
	if err := judge.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = OpenSQLite(path, key); err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // only read
	var n int
	var check string
	if err := d.QueryRow(ctx, SQL(`SELECT COUNT(*) FROM x`)).Scan(&n); err != nil || n != 2000 {
		t.Errorf("%d rows, %v", n, err)
	}
	if err := d.QueryRow(ctx, SQL(`PRAGMA integrity_check`)).Scan(&check); err != nil || check != "ok" {
		t.Errorf("integrity: %s, %v", check, err)
	}
}

// The layers stand around the file: without them every page costs eight calls, and nothing else would tell.
func TestSealedReadsOnce(t *testing.T) {
	before := batches.Load()
	d, err := OpenSQLite(filepath.Join(t.TempDir(), "a.db"), bytes.Repeat([]byte{1, 2}, 32))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // nothing is kept
	if _, err := Column[string](context.Background(), d, SQL(`SELECT name FROM sqlite_schema`)); err != nil {
		t.Fatal(err)
	}
	if batches.Load() == before {
		t.Error("no read went through the layer that brings sectors together")
	}
}
