package evidence

import (
	"context"
	"errors"
	"io/fs"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
	"countersign/internal/platform/ledger/proof"
)

// Checkpoint is the newest signed checkpoint, with the cosignatures on it. With cosigned it is instead the newest that any
// serving witness has cosigned; when there is none, it is the newest.
//
// Faults: NotFound (the log has not begun), Forbidden (a token without the scope).
func (s *Service) Checkpoint(ctx context.Context, who actor.Actor, cosigned bool) (_ []byte, err error) {
	defer fault.Wrap(&err, "evidence.Checkpoint")
	if err := mayRead(who); err != nil {
		return nil, err
	}
	signed, c, err := s.log.Checkpoint(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Missing()
	}
	if err != nil {
		return nil, err
	}
	size := c.Size
	if cosigned {
		var last int64
		if err := s.gate.DB.QueryRow(ctx, db.SQL(`SELECT COALESCE(MAX(size), 0) FROM cosignature`)).Scan(&last); err != nil {
			return nil, err
		}
		if last > 0 && last != size {
			size = last
			if err := s.gate.DB.QueryRow(ctx, db.SQL(`SELECT note FROM ledger_checkpoint WHERE size = ?`, size)).Scan(&signed); err != nil {
				return nil, err
			}
		}
	}
	lines, err := db.Column[string](ctx, s.gate.DB, db.SQL(`SELECT line FROM cosignature WHERE size = ? ORDER BY witness_id`, size))
	return proof.AddSignatures(signed, lines...), err
}

// File is a tile of hashes or a bundle of entries by its path (C2SP tlog-tiles); full tells that it never changes.
//
// Faults: NotFound (no such path, or the tree is not so large), Forbidden (a token without the scope).
func (s *Service) File(ctx context.Context, who actor.Actor, path string) (b []byte, full bool, err error) {
	defer fault.Wrap(&err, "evidence.File")
	if err := mayRead(who); err != nil {
		return nil, false, err
	}
	level, n, width, err := proof.ParsePath(path)
	if err != nil {
		return nil, false, fault.Missing()
	}
	b, err = s.log.Tile(ctx, level, n, width)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, fault.Missing()
	}
	return b, width == proof.Width, err
}

func mayRead(who actor.Actor) error {
	if !who.Covers(ReadLog) {
		return fault.Refused(authz.Decision{Rules: []authz.Rule{authz.OutOfScope(ReadLog)}})
	}
	return nil
}
