package backup

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"

	"countersign/internal/platform/db"
	"countersign/internal/platform/keys"
)

// Sealed says where the product keeps sealed words, so that a restore can open some.
type Sealed struct {
	// Samples are queries with one ? for how many, each giving scope, associated data and sealed bytes.
	Samples []Sample
	// Versions is a query with two ?, the version after which to begin and how many to give, in the order of
	// identifiers. It gives identifier, scope, blob, binding, sealed SHA-256 of the plaintext and its associated data.
	Versions string
}

// A Sample is a query for sealed columns of one sort.
type Sample struct{ Name, SQL string }

// A Proof is what a restore has shown before it was committed.
type Proof struct {
	Tables, Rows     int64 // restored, equal to the manifest; every reference leads to a row
	Keys             int64 // data keys that the organizations' keys open
	Words            int64 // sealed columns opened
	Documents, Bytes int64 // versions read to the end, their SHA-256 equal to the sealed one
	Locked           int64 // data keys whose organization's key is not there: nothing under them could be proved
	Missing          int64 // documents that were missing already when the archive was made
}

const (
	sampleRows = 200 // of each sort of sealed column
	page       = 200
)

// prove reads back what was restored, in the transaction that restored it.
func (a *Archive) prove(ctx context.Context, t Target, tx *db.Tx) (p Proof, err error) {
	p.Tables, p.Rows = int64(len(a.Manifest.Tables)), a.Manifest.RowCount()
	for _, c := range a.Manifest.Tables {
		var n int64
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM "`+c.Table+`"`)).Scan(&n); err != nil {
			return p, err
		}
		if n != c.Rows {
			return p, unproved("table %s has %d rows, the archive %d", c.Table, n, c.Rows)
		}
	}
	locked, err := proveKeys(ctx, t, tx, &p)
	if err != nil {
		return p, err
	}
	for _, s := range t.Sealed.Samples {
		if err := proveWords(ctx, t, tx, s, locked, &p); err != nil {
			return p, err
		}
	}
	return p, a.proveDocuments(ctx, t, tx, locked, &p)
}

// proveKeys unwraps every data key. One whose organization's key is gone is no fault of the archive: the organization
// may have taken it back. That none opens means that the keys were not given.
func proveKeys(ctx context.Context, t Target, tx *db.Tx, p *Proof) (locked map[string]bool, err error) {
	ids, err := db.Column[string](ctx, tx, db.SQL(`SELECT id FROM data_key ORDER BY id`))
	if err != nil {
		return nil, err
	}
	locked = map[string]bool{}
	for i, id := range ids {
		s, err := keys.ParseScope(id)
		if err != nil {
			return nil, err
		}
		_, err = t.Ring.BlobKey(ctx, tx, s)
		switch {
		case errors.Is(err, keys.ErrNoKey):
			locked[id] = true
			p.Locked++
		case err != nil:
			return nil, unproved("the key of %s does not open", id)
		default:
			p.Keys++
		}
		t.Progress("keys", int64(i+1), int64(len(ids)))
	}
	if len(ids) > 0 && p.Keys == 0 {
		return nil, unproved("the key files of the organizations are not there; give --keys with the key file, or --keys-dir with the folder")
	}
	return locked, nil
}

func proveWords(ctx context.Context, t Target, tx *db.Tx, s Sample, locked map[string]bool, p *Proof) error {
	type row struct {
		scope, aad string
		sealed     []byte
	}
	rows, err := db.All(ctx, tx, db.SQL(s.SQL, sampleRows), func(rs *db.Rows, r *row) error { return rs.Scan(&r.scope, &r.aad, &r.sealed) })
	if err != nil {
		return err
	}
	for _, r := range rows {
		if locked[r.scope] || len(r.sealed) == 0 {
			continue
		}
		scope, err := keys.ParseScope(r.scope)
		if err != nil {
			return err
		}
		if _, err := t.Ring.Open(ctx, tx, scope, r.sealed, r.aad); err != nil {
			return unproved("%s: %s does not open", s.Name, r.aad)
		}
		p.Words++
	}
	return nil
}

type version struct {
	id, scope, blob, binding string
	sum                      []byte
	aad                      string
}

func (a *Archive) proveDocuments(ctx context.Context, t Target, tx *db.Tx, locked map[string]bool, p *Proof) error {
	missing := map[string]bool{}
	for _, name := range a.Manifest.Missing {
		missing[name] = true
	}
	for last := ""; ; {
		versions, err := db.All(ctx, tx, db.SQL(t.Sealed.Versions, last, page), func(rs *db.Rows, v *version) error {
			return rs.Scan(&v.id, &v.scope, &v.blob, &v.binding, &v.sum, &v.aad)
		})
		if err != nil || len(versions) == 0 {
			return err
		}
		for _, v := range versions {
			switch {
			case missing[v.blob]:
				p.Missing++
			case !locked[v.scope]:
				n, err := proveDocument(ctx, t, tx, v)
				if err != nil {
					return err
				}
				p.Documents, p.Bytes = p.Documents+1, p.Bytes+n
			}
			last = v.id
		}
		t.Progress("versions", p.Documents, 0)
	}
}

func proveDocument(ctx context.Context, t Target, tx *db.Tx, v version) (int64, error) {
	scope, err := keys.ParseScope(v.scope)
	if err != nil {
		return 0, err
	}
	want, err := t.Ring.Open(ctx, tx, scope, v.sum, v.aad)
	if err != nil {
		return 0, unproved("the sealed hash of version %s does not open", v.id)
	}
	key, err := t.Ring.BlobKey(ctx, tx, scope)
	if err != nil {
		return 0, err
	}
	r, err := t.Blobs.Open(ctx, key, v.binding, v.blob)
	if err != nil {
		return 0, unproved("the document of version %s does not open (%v)", v.id, errors.Unwrap(err))
	}
	defer r.Close() //nolint:errcheck // it is only read
	h := sha256.New()
	n, err := io.Copy(h, r)
	if err != nil {
		return n, unproved("the document of version %s does not open to its end", v.id)
	}
	if subtle.ConstantTimeCompare(h.Sum(nil), want) != 1 {
		return n, unproved("the document of version %s is not the one that was sealed", v.id)
	}
	return n, nil
}
