package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
)

// stored is what is known of bytes that lie sealed in the bucket and have no row yet.
type stored struct {
	blob.Stored
	mediaType string
	same      []byte
}

// keep seals body outside any transaction. The blob's name is noted first, so that a process that dies leaves a trace.
// On an error nothing is kept.
//
// Faults: ErrTooLarge; body's own error.
func (s *Service) keep(ctx context.Context, m ident.MatterID, id ident.VersionID, body io.Reader) (st stored, err error) {
	key, err := s.Keys.BlobKey(ctx, s.Gate.DB, keys.Matter(m))
	if err != nil {
		return st, err
	}
	name := blob.NewName()
	if err := s.note(ctx, name); err != nil {
		return st, err
	}
	head, err := readHead(body)
	if err == nil {
		st.mediaType = sniff(head)
		limited := &limitedReader{r: io.MultiReader(bytes.NewReader(head), body), left: s.MaxBytes}
		st.Stored, err = s.Blobs.PutAs(ctx, key, name, binding(id), limited)
	}
	if err == nil {
		st.same, err = s.Keys.Hash(ctx, s.Gate.DB, keys.Matter(m), st.SHA256[:])
	}
	if err != nil {
		return st, errors.Join(err, s.discard(ctx, name))
	}
	return st, nil
}

// note lists a blob as pending.
func (s *Service) note(ctx context.Context, name string) error {
	return s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`INSERT INTO blob_pending (blob, at) VALUES (?, ?)`, name, db.Micros(s.Clock())))
		return err
	})
}

// discard takes back what keep stored. It works though the caller has gone; what it fails to do, the sweep does.
func (s *Service) discard(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := s.Blobs.Delete(ctx, name); err != nil {
		return err
	}
	return s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`DELETE FROM blob_pending WHERE blob = ?`, name))
		return err
	})
}

// settle takes the bytes back after a write that was certainly rolled back. When the fault is not one that the program
// gave itself, the commit may have happened though its answer was lost: then the sweep decides, by whether the blob is
// still pending.
func (s *Service) settle(ctx context.Context, st stored, err error) error {
	if err == nil || fault.KindOf(err) == fault.Internal {
		return err
	}
	return errors.Join(err, s.discard(ctx, st.Name))
}

// readHead reads up to sniffBytes. The end of the body is no error, an end before the announced one is.
func readHead(r io.Reader) ([]byte, error) {
	head := make([]byte, sniffBytes)
	n := 0
	for n < len(head) {
		m, err := r.Read(head[n:])
		n += m
		if err == io.EOF { //nolint:errorlint // a wrapped one is the sender's complaint
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return head[:n], nil
}

// limitedReader fails when there is more than left, unlike io.LimitReader, which would store the first part as a whole.
type limitedReader struct {
	r    io.Reader
	left int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

// SweepPending is the job that deletes blobs whose row never came. Insert it once an hour.
type SweepPending struct{}

// Kind names the job.
func (SweepPending) Kind() string { return "document.sweep_pending" }

// pendingFor is how long an upload may take.
const pendingFor = 24 * time.Hour

// Sweep deletes blobs that have been pending for more than a day. It first marks them, so that an upload that ends in
// the same instant finds its blob taken instead of losing it after its commit.
func (s *Service) Sweep(ctx context.Context) (swept int, err error) {
	defer fault.Wrap(&err, "document.Sweep")
	var old []string
	err = s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE blob_pending SET at = 0 WHERE at < ?`, db.Micros(s.Clock().Add(-pendingFor)))); err != nil {
			return err
		}
		old, err = db.Column[string](ctx, tx, db.SQL(`SELECT blob FROM blob_pending WHERE at = 0 ORDER BY blob LIMIT 500`))
		return err
	})
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, name := range old {
		if err := s.discard(ctx, name); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
			continue
		}
		swept++
	}
	return swept, errors.Join(failed...)
}

// DisposeIn takes away names, folders and reasons of all documents of a matter, and hands their bytes to Sweep. It says what
// it took, for a certificate. The key under which the bytes are sealed is destroyed by the caller.
func (s *Service) DisposeIn(ctx context.Context, tx *gate.Tx, m ident.MatterID) (did []string, err error) {
	if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO blob_pending (blob, at) SELECT v.blob, 0 FROM version v WHERE v.matter_id = ? AND v.blob <> ''`, m)); err != nil {
		return nil, err
	}
	var bytes int64
	if err := tx.QueryRow(ctx, db.SQL(`SELECT COALESCE(CAST(SUM(size_bytes) AS BIGINT), 0) FROM version WHERE matter_id = ?`, m)).Scan(&bytes); err != nil {
		return nil, err
	}
	versions, err := tx.Exec(ctx, db.SQL(`UPDATE version SET blob = '', name = '', reason = '', sha256 = ?, same = ? WHERE matter_id = ?`, []byte{}, []byte{}, m))
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, db.SQL(`DELETE FROM version_password WHERE version_id IN (SELECT id FROM version WHERE matter_id = ?)`, m)); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE residency SET folder = '' WHERE scope_id = ?`, m)); err != nil {
		return nil, err
	}
	docs, err := tx.Exec(ctx, db.SQL(`UPDATE document SET name = '', folder = '', rev = rev + 1 WHERE matter_id = ?`, m))
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("%d documents in %d versions, %d bytes: their files, names, folders and hashes", docs, versions, bytes)}, nil
}
