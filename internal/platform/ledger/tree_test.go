package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/ledger"
	"countersign/internal/platform/ledger/proof"
	"countersign/internal/testkit"
)

// plain seals nothing.
type plain struct{}

func (plain) Seal(b []byte, _ string) ([]byte, error) { return b, nil }
func (plain) Open(b []byte, _ string) ([]byte, error) { return b, nil }

const name = "log.example/installation"

// newLog is the log of a database that has no entries yet.
func newLog(t *testing.T, d *db.DB) (l *ledger.Log, public string) {
	t.Helper()
	l = &ledger.Log{DB: d, Keys: plain{}, Now: (&testkit.Clock{}).Now}
	_, public, err := l.Signer(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return l, public
}

// put commits n entries, some to a transaction.
func put(ctx context.Context, d *db.DB, n int) error {
	for n > 0 {
		some := min(n, 50)
		if err := d.Write(ctx, func(tx *db.Tx) error {
			for range some {
				err := ledger.Append(ctx, tx, ledger.Leaf{ID: ident.New(), At: testkit.Noon, Verb: "task.submit", Subject: authz.Ref{Kind: "task", ID: "t"}, Via: "web"},
					map[string]string{"stage": "peer"}, func(_ context.Context, plain []byte) ([]byte, error) { return plain, nil })
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		n -= some
	}
	return nil
}

// export writes the log as files.
func export(t *testing.T, l *ledger.Log) (dir string, c proof.Checkpoint) {
	t.Helper()
	signed, c, err := l.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := proof.Copy(signed, c, l.Tiles(t.Context()), func(path string, data []byte) error {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o600)
	}); err != nil {
		t.Fatal(err)
	}
	return dir, c
}

// judge asks the public verifier of C2SP tlog-tiles, which knows nothing of this program.
func judge(t *testing.T, dir, public string) error {
	t.Helper()
	v, err := proof.LogKey(public)
	if err != nil {
		t.Fatal(err)
	}
	hashes := func(bundle []byte) (out [][]byte, err error) {
		var b api.EntryBundle
		if err := b.UnmarshalText(bundle); err != nil {
			return nil, err
		}
		for _, e := range b.Entries {
			h := tlog.RecordHash(e)
			out = append(out, h[:])
		}
		return out, nil
	}
	return fsck.New(name, v, client.FileFetcher{Root: dir}, hashes, fsck.Opts{N: 2}).Check(t.Context())
}

func verify(t *testing.T, dir, public string) proof.Report {
	t.Helper()
	v, err := proof.LogKey(public)
	if err != nil {
		t.Fatal(err)
	}
	r, err := proof.Verify(os.DirFS(dir), v)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Entries get their places in rounds of any size; after each the public judge and our own verifier accept the log.
func TestIntegrate(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		l, public := newLog(t, d)
		if _, c := export(t, l); c.Size != 0 {
			t.Fatalf("%+v", c)
		}
		total := 0
		for _, round := range []int{1, 254, 1, 300, 0, 90} {
			if err := put(ctx, d, round); err != nil {
				t.Fatal(err)
			}
			for {
				n, err := l.Integrate(ctx, 128)
				if err != nil {
					t.Fatal(err)
				}
				if total += n; n == 0 {
					break
				}
			}
			dir, c := export(t, l)
			if c.Size != int64(total) {
				t.Fatalf("%d of %d entries are in the tree", c.Size, total)
			}
			if err := judge(t, dir, public); err != nil {
				t.Fatalf("the public judge at %d: %v", total, err)
			}
			if r := verify(t, dir, public); !r.Holds() || r.Entries != int64(total) {
				t.Fatalf("at %d: %+v", total, r)
			}
		}
		if left, err := l.ReadPending(ctx, 10); err != nil || left != 0 || total != 646 {
			t.Errorf("%d left, %d in the tree, %v", left, total, err)
		}
		for _, x := range []struct {
			level int
			n     int64
			width int
		}{{-1, 2, 200}, {0, 2, 135}, {0, 9, 1}, {3, 0, 1}} {
			if _, err := l.Tile(ctx, x.level, x.n, x.width); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("tile %v: %v", x, err)
			}
		}
	})
}

// The judge and our verifier refuse what was tampered with.
func TestJudgeRefuses(t *testing.T) {
	d := testkit.SQLite(t)
	l, public := newLog(t, d)
	if err := put(t.Context(), d, 300); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Integrate(t.Context(), 1000); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"tile/entries/000", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "checkpoint"} {
		dir, _ := export(t, l)
		path := filepath.Join(dir, filepath.FromSlash(file))
		b, err := os.ReadFile(path) //nolint:gosec // a test's own
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)/2] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if judge(t, dir, public) == nil {
			t.Errorf("the judge accepts a changed %s", file)
		}
		v, err := proof.LogKey(public)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := proof.Verify(os.DirFS(dir), v); err == nil && r.Holds() {
			t.Errorf("a changed %s is taken", file)
		}
	}
}

// Nodes append to one tree while entries come in, and die at any moment: in the middle of a statement, and between the last
// one and the commit. Every entry has exactly one place.
func TestLeadersThatDie(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		l, public := newLog(t, d)
		const n = 400
		done := make(chan struct{})
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				for round := 0; ; round++ {
					select {
					case <-done:
						return
					default:
					}
					mortal, kill := context.WithTimeout(ctx, time.Duration(1+(round*7+i*3)%12)*time.Millisecond)
					if round%3 == i {
						mortal = db.Look(mortal, func(*db.Tx) error { return nil }) // everything is done and nothing committed
					}
					_, _ = l.Integrate(mortal, 40)
					kill()
				}
			})
		}
		if err := put(ctx, d, n); err != nil {
			t.Fatal(err)
		}
		for left := 1; left > 0; {
			var err error
			if left, err = l.ReadPending(ctx, 1); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Integrate(ctx, 30); err != nil {
				t.Fatal(err)
			}
		}
		close(done)
		wg.Wait()
		dir, c := export(t, l)
		if c.Size != n {
			t.Errorf("%d entries are in the tree", c.Size)
		}
		if err := judge(t, dir, public); err != nil {
			t.Error(err)
		}
		if r := verify(t, dir, public); !r.Holds() {
			t.Errorf("%v", r.Problems)
		}
	})
}

// A transaction that commits late, with an identifier older than what is in the tree, is not passed over.
func TestALateCommit(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		l, public := newLog(t, d)
		early := ident.New()
		if err := put(ctx, d, 5); err != nil {
			t.Fatal(err)
		}
		if n, err := l.Integrate(ctx, 100); n != 5 || err != nil {
			t.Fatal(n, err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error {
			return ledger.Append(ctx, tx, ledger.Leaf{ID: early, At: testkit.Noon, Verb: "task.submit", Subject: authz.Ref{Kind: "task", ID: "t"}, Via: "web"}, nil,
				func(_ context.Context, plain []byte) ([]byte, error) { return plain, nil })
		}); err != nil {
			t.Fatal(err)
		}
		if n, err := l.Integrate(ctx, 100); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		b, err := l.Tile(ctx, -1, 0, 6)
		if err != nil {
			t.Fatal(err)
		}
		leaves, err := proof.Leaves(b)
		if err != nil || !bytes.Contains(leaves[5], []byte("id "+early+"\n")) {
			t.Errorf("%v", err)
		}
		dir, _ := export(t, l)
		if r := verify(t, dir, public); !r.Holds() {
			t.Errorf("%v", r.Problems)
		}
	})
}

// The key is made once, whoever asks, and what was signed is given out again as it was.
func TestOneKey(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var publics sync.Map
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				l := &ledger.Log{DB: d, Keys: plain{}, Now: time.Now}
				_, public, err := l.Signer(ctx, name)
				if err != nil {
					t.Error(err)
				}
				publics.Store(public, true)
			})
		}
		wg.Wait()
		n := 0
		publics.Range(func(k, _ any) bool { n++; return strings.HasPrefix(fmt.Sprint(k), name+"+") })
		if n != 1 {
			t.Errorf("%d keys were made", n)
		}
		l := &ledger.Log{DB: d, Keys: plain{}, Now: time.Now}
		first, _, err := l.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if second, _, err := l.Checkpoint(ctx); err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s, %v", second, err)
		}
	})
}
