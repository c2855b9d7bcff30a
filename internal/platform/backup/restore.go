package backup

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
	"countersign/internal/platform/keys"
)

// A Target is where an archive is restored: an empty database, migrated to the archive's schema version.
type Target struct {
	DB       *db.DB
	Blobs    *blob.Store
	Ring     *keys.Ring
	Sealed   Sealed
	Progress Progress
}

// Empty reports whether no table of the program has a row.
func Empty(ctx context.Context, d *db.DB) (bool, error) {
	tables, err := d.Tables(ctx, d)
	if err != nil {
		return false, err
	}
	for _, t := range tables {
		var n int
		if err := d.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM (SELECT 1 FROM "`+t.Name+`" LIMIT 1) AS one`)).Scan(&n); err != nil || n > 0 {
			return false, err
		}
	}
	return true, nil
}

// Restore puts documents and rows in place, proves them and commits. After an error no row is there, and no document
// that was not there before.
func (a *Archive) Restore(ctx context.Context, t Target) (p Proof, err error) {
	placed, err := a.restoreBlobs(ctx, t)
	defer func() {
		if err != nil {
			for _, name := range placed {
				t.Blobs.Delete(context.WithoutCancel(ctx), name) //nolint:errcheck // err is what to tell
			}
		}
	}()
	if err != nil {
		return p, err
	}
	err = t.DB.Write(ctx, func(tx *db.Tx) error {
		err := tx.WithoutOrder(ctx, func() error { return a.restoreRows(ctx, t, tx) })
		if err != nil {
			return err
		}
		p, err = a.prove(ctx, t, tx)
		return err
	})
	return p, err
}

// restoreBlobs stores the documents and returns those that were not in the bucket before.
func (a *Archive) restoreBlobs(ctx context.Context, t Target) (placed []string, err error) {
	for i, s := range a.Manifest.Blobs {
		name := strings.TrimPrefix(s.Name, blobPrefix)
		if _, size, err := t.Blobs.Raw(ctx, name); err == nil && size == s.Bytes {
			continue // the proof opens it like the others
		}
		placed = append(placed, name)
		if err := t.Blobs.PutRaw(ctx, name, a.checked(s)); err != nil {
			return placed, err
		}
		t.Progress("documents", int64(i+1), int64(len(a.Manifest.Blobs)))
	}
	return placed, nil
}

func (a *Archive) restoreRows(ctx context.Context, t Target, tx *db.Tx) error {
	r, err := blob.OpenAt(ctx, a.key, rowsName, rowsBinding, a.section(a.Manifest.Rows), a.Manifest.Rows.Bytes)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // it is only read
	z, err := gzip.NewReader(io.Reader(r))
	if err != nil {
		return err
	}
	counts, err := loadRows(ctx, t.DB, tx, z, t.Progress)
	if err != nil {
		return err
	}
	if !slices.Equal(counts, a.Manifest.Tables) {
		return errors.New("the rows of the archive are not those that its manifest counts")
	}
	return nil
}

var errProof = errors.New("the restore did not prove itself, so nothing was kept")

func unproved(what string, args ...any) error {
	return fmt.Errorf("%w: %s", errProof, fmt.Sprintf(what, args...))
}
