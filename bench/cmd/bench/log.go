package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/bench/seed"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/ledger"
	"countersign/internal/platform/ledger/proof"
)

// The budgets of the log.
const (
	integrateSQLite, integratePostgres = 20_000.0, 10_000.0 // entries a second
	proofWithin                        = 2 * time.Millisecond
	verifyWithin                       = 20 * time.Second
	besideLeader                       = 1.15 // a write with the leader running, to one without
	million                            = 1_000_000
)

type openly struct{}

func (openly) Seal(b []byte, _ string) ([]byte, error) { return b, nil }
func (openly) Open(b []byte, _ string) ([]byte, error) { return b, nil }

// log measures the tree: its growth on an engine, and what its leader costs a write.
func (o options) log(ctx context.Context, e db.Engine, r *report) error {
	in, err := install(ctx, e, seed.Small, func(string, ...any) {})
	if err != nil {
		return err
	}
	defer in.close() //nolint:errcheck // it is thrown away
	l := &ledger.Log{DB: in.db, Keys: openly{}, Now: time.Now}
	const n = 100_000
	say("%s: %d entries", e, n)
	if err := plant(ctx, in.db, n); err != nil {
		return err
	}
	begun := time.Now()
	for grown := 0; grown < n; {
		k, err := l.Integrate(ctx, 512)
		if err != nil {
			return err
		}
		grown += k
	}
	rate := n / time.Since(begun).Seconds()
	least := integrateSQLite
	if e == db.Postgres {
		least = integratePostgres
	}
	r.line("| %s: entries that get their place, 512 to a transaction | %.0f/s | %.0f/s | %s |", e, rate, least, atLeast(rate, least))
	with, without, err := pairs(ctx, in.db, l)
	if err != nil {
		return err
	}
	ratios := make([]float64, len(with))
	for i := range with {
		ratios[i] = with[i] / without[i]
	}
	slices.Sort(ratios)
	m := ratios[len(ratios)/2]
	kept := "met"
	if m > besideLeader {
		kept = fmt.Sprintf("missed by %.0f %%", (m/besideLeader-1)*100)
	}
	r.line("| %s: a write with the leader running, to one without (median of %d pairs, %.2f to %.2f) | %.2f | %.2f | %s |", e, len(ratios), ratios[0], ratios[len(ratios)-1], m, besideLeader, kept)
	return nil
}

// plant loads entries that wait for their place.
func plant(ctx context.Context, d *db.DB, n int) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = ident.New()
		}
		i := 0
		if _, err := tx.Load(ctx, "entry", []string{"id", "at", "verb", "refused", "subject_kind", "subject_id", "rev", "matter_id", "org_id", "owner_org_id", "person_id", "leaf", "openings"}, func() ([]any, error) {
			if i == n {
				return nil, io.EOF
			}
			i++
			id := ids[i-1]
			return []any{id, int64(1), "task.submit", false, "task", id, int64(1), id, id, id, id, aLeaf(id, i), []byte{}}, nil
		}); err != nil {
			return err
		}
		i = 0
		_, err := tx.Load(ctx, "entry_pending", []string{"entry_id"}, func() ([]any, error) {
			if i == n {
				return nil, io.EOF
			}
			i++
			return []any{ids[i-1]}, nil
		})
		return err
	})
}

func aLeaf(id string, i int) []byte {
	return fmt.Appendf(nil, "countersign/leaf/v1\nid %s\nat %d\nverb task.submit\noutcome done\nsubject task/%s\nrev 1\nmatter %s\nowner %s\nactor %s\norg %s\nsession %s\nvia web\nrule task-submit\npolicy %s\nfield stage %s=\n",
		id, 1_760_000_000_000_000+i, id, id, id, id, id, id, strings.Repeat("ab", 32), strings.Repeat("A", 43))
}

// pairs are the seconds that a round of single audited writes takes, with the leader at work and without, in turns.
func pairs(ctx context.Context, d *db.DB, l *ledger.Log) (with, without []float64, err error) {
	const rounds, writes = 9, 150
	one := func() error {
		return d.Write(ctx, func(tx *db.Tx) error {
			id := ident.New()
			return ledger.Append(ctx, tx, ledger.Leaf{ID: id, At: time.Now(), Verb: "task.submit", Subject: authz.Ref{Kind: "task", ID: id}, Via: "web"},
				map[string]string{"stage": "peer"}, func(_ context.Context, b []byte) ([]byte, error) { return b, nil })
		})
	}
	for round := range 2 * rounds {
		leads := round%2 == 0
		leading, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() {
			defer close(done)
			tick := time.NewTicker(500 * time.Millisecond) // as the program does
			defer tick.Stop()
			for leads {
				if _, err := l.Integrate(leading, 512); err != nil && leading.Err() == nil {
					done <- err
					return
				}
				select {
				case <-leading.Done():
					return
				case <-tick.C:
				}
			}
		}()
		begun := time.Now()
		for range writes {
			if err := one(); err != nil {
				stop()
				return nil, nil, errors.Join(err, <-done)
			}
		}
		took := time.Since(begun).Seconds()
		stop()
		if err := <-done; err != nil {
			return nil, nil, err
		}
		if leads {
			with = append(with, took)
		} else {
			without = append(without, took)
		}
		for { // what is left must not weigh on the next round
			n, err := l.Integrate(ctx, 512)
			if err != nil {
				return nil, nil, err
			}
			if n == 0 {
				break
			}
		}
	}
	return with, without, nil
}

// largeLog measures proofs and verification on a log of a million entries in files.
func (o options) largeLog(r *report) (err error) {
	dir, err := os.MkdirTemp("", "countersign-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	secret, public, err := proof.GenerateKey("bench.example/log")
	if err != nil {
		return err
	}
	key, err := note.NewSigner(secret)
	if err != nil {
		return err
	}
	say("a log of %d entries in files", million)
	put := func(path string, b []byte) error {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return os.WriteFile(path, b, 0o600)
	}
	edge, err := writeLog(put)
	if err != nil {
		return err
	}
	c := proof.Checkpoint{Origin: key.Name(), Size: edge.Size, Root: edge.Root()}
	signed, err := proof.Sign(c, key)
	if err == nil {
		err = put("checkpoint", signed)
	}
	if err != nil {
		return err
	}
	files := os.DirFS(dir)
	var took []time.Duration
	for range 500 {
		begun := time.Now()
		if _, err := proof.Inclusion(c, rand.Int64N(million), proof.FilesOf(files)); err != nil { //nolint:gosec // any will do
			return err
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	r.line("| proof that an entry is in a log of %d, from files: p50 / p99 of 500 | %s / %s ms | %s ms | %s |", million, ms(took[250]), ms(took[494]), ms(proofWithin), kept(took[494], proofWithin))
	log, err := proof.LogKey(public)
	if err != nil {
		return err
	}
	begun := time.Now()
	rep, err := proof.Verify(files, log)
	if err != nil || !rep.Holds() || rep.Entries != million {
		return fmt.Errorf("the log does not verify: %v, %w", rep.Problems, err)
	}
	r.line("| verification of the whole of it | %.1f s | %.0f s | %s |", time.Since(begun).Seconds(), verifyWithin.Seconds(), kept(time.Since(begun), verifyWithin))
	return nil
}

// writeLog puts the tiles and bundles of a log of a million entries.
func writeLog(put func(path string, b []byte) error) (edge *proof.Edge, err error) {
	edge = &proof.Edge{}
	tiles := func(ts []proof.Tile) (err error) {
		for _, t := range ts {
			err = errors.Join(err, put(proof.TilePath(t.Level, t.N, len(t.Hashes)), t.Bytes()))
		}
		return err
	}
	var leaves [][]byte
	for i := range million {
		leaf := aLeaf(ident.New(), i)
		leaves = append(leaves, leaf)
		if err := tiles(edge.Append(tlog.RecordHash(leaf))); err != nil {
			return nil, err
		}
		if len(leaves) == proof.Width || i == million-1 {
			b, err := proof.Bundle(leaves)
			if err = errors.Join(err, put(proof.BundlePath(int64(i/proof.Width), len(leaves)), b)); err != nil {
				return nil, err
			}
			leaves = leaves[:0]
		}
	}
	return edge, tiles(edge.Partial())
}
