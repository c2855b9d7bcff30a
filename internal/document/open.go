package document

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"strconv"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/docwork"
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

// longestPassword is in bytes. PDF knows 127 (ISO 32000-2, 7.6.4.3.2).
const longestPassword = 255

// Unlock opens a locked version with its password and keeps that, sealed under the matter's key: from the commit on the
// version opens for whoever may read it, and so do the same bytes elsewhere in the matter. The password stands in no entry.
//
// Faults: NotFound, Forbidden, Conflict (it is not locked), Invalid (field password: it is not the one).
func (s *Service) Unlock(ctx context.Context, who actor.Actor, id ident.VersionID, password string) (err error) {
	defer fault.Wrap(&err, "document.Unlock(%s)", id)
	v, _, refused := s.may(ctx, who, id, UnlockFile)
	if refused == nil {
		if err := s.tryPassword(ctx, v, password); err != nil {
			return err
		}
	}
	return s.Gate.Write(ctx, who, UnlockFile, func(tx *gate.Tx) error {
		v, d, err := loadVersion(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, d.Subject()); err != nil {
			return err
		}
		if refused != nil { // permitted since: the password has not been tried
			return refused
		}
		sealed, err := tx.Seal(ctx, v.Matter, password, passwordPlace(id))
		if err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: d.ref(), Rev: v.N, Matter: d.Matter, Owner: d.Firm, Values: map[string]string{
			"version": strconv.FormatInt(v.N, 10), "version_id": string(v.ID)}})
		tx.Announce(d.topic())
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO version_password (version_id, sealed, set_by, set_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (version_id) DO UPDATE SET sealed = excluded.sealed, set_by = excluded.set_by, set_at = excluded.set_at`, id, sealed, who.Person, db.Micros(tx.Now)))
		return err
	})
}

// tryPassword opens the file with a password.
func (s *Service) tryPassword(ctx context.Context, v Version, password string) error {
	if password == "" || len(password) > longestPassword {
		return fault.InField("password", "Type the password of the file.")
	}
	err := s.Files.Do(ctx, s.source(v), func(f *docwork.File) error { return f.Unlock(password) })
	if errors.Is(err, docwork.ErrNotLocked) {
		return fault.New(fault.Conflict, docwork.ErrNotLocked.Error())
	}
	if say, ok := errors.AsType[docwork.Sentence](err); ok {
		return fault.InField("password", string(say))
	}
	return err
}

// passwordOf is the password by which a version opens: its own, or that of the same bytes in the matter; "" when nobody
// has given one.
func (s *Service) passwordOf(ctx context.Context, id ident.VersionID) (string, error) {
	var with ident.VersionID
	var matter ident.MatterID
	var sealed []byte
	err := s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT p.version_id, o.matter_id, p.sealed FROM version v JOIN version o ON o.matter_id = v.matter_id AND o.same = v.same
		JOIN version_password p ON p.version_id = o.id WHERE v.id = ? ORDER BY p.set_at DESC, p.version_id LIMIT 1`, id)).Scan(&with, &matter, &sealed)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return s.Gate.View(actor.System(string(UnlockFile))).Open(ctx, matter, sealed, passwordPlace(with))
}

// passwordPlace binds the sealed password to its row.
func passwordPlace(id ident.VersionID) string { return "version_password.sealed/" + string(id) }
