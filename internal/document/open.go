package document

import (
	"context"
	"encoding/hex"
	"io"
	"strconv"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
)

// An Opened version is a file on its way out. The caller closes Body.
type Opened struct {
	Version  Version
	Document Document
	SHA256   [32]byte
	Body     io.ReadSeekCloser
}

// Open takes out the bytes of a version. It is a write: it leaves the entry document.open, whose revision is the number
// of the version, before the first byte is read. Body ends with ctx.
//
// Faults: NotFound, Forbidden (also: in quarantine).
func (s *Service) Open(ctx context.Context, who actor.Actor, id ident.VersionID) (out Opened, err error) {
	defer fault.Wrap(&err, "document.Open(%s)", id)
	err = s.Gate.Write(ctx, who, OpenFile, func(tx *gate.Tx) error {
		v, d, err := loadVersion(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, d.Subject()); err != nil {
			return err
		}
		out = Opened{Version: v, Document: d}
		if out.SHA256, err = HashOf(ctx, tx, id); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: d.ref(), Rev: v.N, Matter: d.Matter, Owner: d.Firm, Values: map[string]string{
			"version": strconv.FormatInt(v.N, 10), "version_id": string(v.ID), "sha256": hex.EncodeToString(out.SHA256[:])}})
		return nil
	})
	if err != nil {
		return Opened{}, err
	}
	out.Body, err = s.bytes(ctx, s.Gate.DB, out.Version)
	return out, err
}

func (s *Service) bytes(ctx context.Context, q db.Reader, v Version) (io.ReadSeekCloser, error) {
	key, err := s.blobKey(ctx, q, v)
	if err != nil {
		return nil, err
	}
	return s.Blobs.Open(ctx, key, binding(v.ID), v.blob)
}

func (s *Service) blobKey(ctx context.Context, q db.Reader, v Version) (keys.BlobKey, error) {
	return s.Keys.BlobKey(ctx, q, keys.Matter(v.Matter))
}
