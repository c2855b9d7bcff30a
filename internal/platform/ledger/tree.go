package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/platform/db"
	"countersign/internal/platform/ledger/proof"
)

// A Sealer keeps the secret key of the log under a key of the installation.
type Sealer interface {
	Seal(plain []byte, aad string) ([]byte, error)
	Open(sealed []byte, aad string) ([]byte, error)
}

// A Log is the tree over the entries of an installation. Any number of nodes may hold one on the same database.
type Log struct {
	DB   *db.DB
	Keys Sealer
	Now  func() time.Time // real time
}

// ReadPending is how many entries wait for their place, at most limit.
func (l *Log) ReadPending(ctx context.Context, limit int) (n int, err error) {
	err = l.DB.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM (SELECT 1 FROM entry_pending LIMIT ?) p`, limit)).Scan(&n)
	return n, err
}

// Integrate gives at most most entries that wait their place in the tree, in the order of their identifiers, and returns
// how many. It is one transaction, which holds the row of the tree: whoever dies in it has done nothing, and no two nodes
// append at once.
func (l *Log) Integrate(ctx context.Context, most int) (n int, err error) {
	err = l.DB.Write(ctx, func(tx *db.Tx) error {
		n, err = l.integrate(ctx, tx, most)
		return err
	})
	return n, err
}

func (l *Log) integrate(ctx context.Context, tx *db.Tx, most int) (int, error) {
	size, err := hold(ctx, tx)
	if err != nil {
		return 0, err
	}
	type waiting struct {
		id   string
		leaf []byte
	}
	// CROSS JOIN has SQLite begin with those that wait, not with all entries.
	fresh, err := db.All(ctx, tx, db.SQL(`SELECT p.entry_id, e.leaf FROM entry_pending p CROSS JOIN entry e WHERE e.id = p.entry_id ORDER BY p.entry_id LIMIT ?`, most),
		func(rs *db.Rows, w *waiting) error { return rs.Scan(&w.id, &w.leaf) })
	if err != nil || len(fresh) == 0 {
		return 0, err
	}
	edge, err := edgeOf(ctx, tx, size)
	if err != nil {
		return 0, err
	}
	changed := map[[2]int64]proof.Tile{}
	ids := make([]string, len(fresh))
	for i, w := range fresh {
		ids[i] = w.id
		for _, t := range edge.Append(tlog.RecordHash(w.leaf)) {
			changed[[2]int64{int64(t.Level), t.N}] = t
		}
	}
	for _, t := range edge.Partial() {
		changed[[2]int64{int64(t.Level), t.N}] = t
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO ledger_leaf (place, entry_id) SELECT CAST(? AS BIGINT) + x.place, x.value FROM (`, size).Join(db.EachJSON(l.DB.Engine, string(list)), db.SQL(`) x`))); err != nil {
		return 0, err
	}
	gone, err := tx.Exec(ctx, db.SQL(`DELETE FROM entry_pending WHERE `).Join(db.InJSON(l.DB.Engine, "entry_id", string(list))))
	if err == nil && gone != int64(len(ids)) {
		err = fmt.Errorf("ledger: %d of %d entries were waiting no more", int64(len(ids))-gone, len(ids))
	}
	if err != nil {
		return 0, err
	}
	for _, t := range changed {
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO ledger_tile (level, n, hashes) VALUES (?, ?, ?) ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes`, t.Level, t.N, t.Bytes())); err != nil {
			return 0, err
		}
	}
	root := edge.Root()
	_, err = tx.Exec(ctx, db.SQL(`UPDATE ledger_tree SET size = ?, root = ?, at = ? WHERE id = 1`, edge.Size, root[:], db.Micros(l.Now())))
	return len(ids), err
}

// hold takes the row of the tree for this transaction and returns the size.
func hold(ctx context.Context, tx *db.Tx) (size int64, err error) {
	empty := (&proof.Edge{}).Root()
	if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO ledger_tree (id, size, root, at) VALUES (1, 0, ?, 0) ON CONFLICT (id) DO NOTHING`, empty[:])); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, db.SQL(`SELECT size FROM ledger_tree WHERE id = 1`).Join(tx.ForUpdate())).Scan(&size)
	return size, err
}

func edgeOf(ctx context.Context, q db.Reader, size int64) (*proof.Edge, error) {
	return proof.EdgeOf(size, func(level int, n int64, _ int) ([]tlog.Hash, error) {
		b, err := tileOf(ctx, q, level, n)
		if err != nil {
			return nil, err
		}
		return proof.Hashes(b)
	})
}

func tileOf(ctx context.Context, q db.Reader, level int, n int64) (b []byte, err error) {
	err = q.QueryRow(ctx, db.SQL(`SELECT hashes FROM ledger_tile WHERE level = ? AND n = ?`, level, n)).Scan(&b)
	if errors.Is(err, db.ErrNoRows) {
		err = fs.ErrNotExist
	}
	return b, err
}

// Tree is the size and root of the tree, and when it grew last.
func (l *Log) Tree(ctx context.Context) (c proof.Checkpoint, at time.Time, err error) {
	return TreeOf(ctx, l.DB)
}

// TreeOf is Tree for any reader of the database.
func TreeOf(ctx context.Context, q db.Reader) (c proof.Checkpoint, at time.Time, err error) {
	var root []byte
	err = q.QueryRow(ctx, db.SQL(`SELECT size, root, at FROM ledger_tree WHERE id = 1`)).Scan(&c.Size, &root, db.At{T: &at})
	if errors.Is(err, db.ErrNoRows) {
		c.Root, err = (&proof.Edge{}).Root(), nil
		return c, at, err
	}
	if err == nil && len(root) != tlog.HashSize {
		err = fmt.Errorf("ledger: a root of %d bytes", len(root))
	}
	if err == nil {
		c.Root = tlog.Hash(root)
	}
	return c, at, err
}

// Tile returns the first width hashes of a tile, or the bundle of entries for level -1. fs.ErrNotExist tells that the tree is not so large.
func (l *Log) Tile(ctx context.Context, level int, n int64, width int) ([]byte, error) {
	if level >= 0 {
		b, err := tileOf(ctx, l.DB, level, n)
		if err == nil && len(b) < width*tlog.HashSize {
			err = fs.ErrNotExist
		}
		if err != nil {
			return nil, err
		}
		return b[:width*tlog.HashSize], nil
	}
	leaves, err := db.Column[[]byte](ctx, l.DB, db.SQL(`SELECT e.leaf FROM ledger_leaf ll JOIN entry e ON e.id = ll.entry_id WHERE ll.place >= ? AND ll.place < ? ORDER BY ll.place`,
		n<<proof.Height, n<<proof.Height+int64(width)))
	if err == nil && len(leaves) < width {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	return proof.Bundle(leaves)
}

// Tiles reads tiles for proofs.
func (l *Log) Tiles(ctx context.Context) proof.Tiles {
	return func(level int, n int64, width int) ([]byte, error) { return l.Tile(ctx, level, n, width) }
}

// Checkpoint returns the newest signed checkpoint. What is signed once is kept: it was given out.
func (l *Log) Checkpoint(ctx context.Context) (signed []byte, c proof.Checkpoint, err error) {
	keys, _, err := l.signers(ctx, l.DB)
	if errors.Is(err, db.ErrNoRows) {
		return nil, c, fs.ErrNotExist // the log has not begun
	}
	if err != nil {
		return nil, c, err
	}
	if c, _, err = TreeOf(ctx, l.DB); err != nil {
		return nil, c, err
	}
	c.Origin = keys[0].Name()
	err = l.DB.QueryRow(ctx, db.SQL(`SELECT note FROM ledger_checkpoint WHERE size = ?`, c.Size)).Scan(&signed)
	if err == nil || !errors.Is(err, db.ErrNoRows) {
		return signed, c, err
	}
	if signed, err = proof.Sign(c, keys...); err != nil {
		return nil, c, err
	}
	err = l.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`INSERT INTO ledger_checkpoint (size, at, note) VALUES (?, ?, ?) ON CONFLICT (size) DO NOTHING`, c.Size, db.Micros(l.Now()), signed))
		return err
	})
	return signed, c, err
}
