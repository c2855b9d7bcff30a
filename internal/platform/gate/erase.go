package gate

import (
	"context"
	"encoding/json"
	"slices"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/ledger"
)

// EraseValues takes salt and value of the named fields away from the entries e that meet a condition; without names, of all
// fields. The leaves stay as they are, and every proof over them (GDPR Art. 17). It returns how many entries changed. Entries
// whose key is gone are passed over: nobody can open them.
func (tx *Tx) EraseValues(ctx context.Context, which db.Frag, names ...string) (changed int, err error) {
	type sealed struct {
		id, matter, owner string
		openings          []byte
	}
	const some = 500
	for after := ""; ; {
		rows, err := db.All(ctx, tx, db.SQL(`SELECT e.id, e.matter_id, e.owner_org_id, e.openings FROM entry e WHERE e.id > ?`, after).And(db.SQL(`(`).Join(which, db.SQL(`)`))).Join(db.SQL(` ORDER BY e.id LIMIT ?`, some)),
			func(rs *db.Rows, s *sealed) error { return rs.Scan(&s.id, &s.matter, &s.owner, &s.openings) })
		if err != nil {
			return changed, err
		}
		for _, s := range rows {
			scope := "org/" + s.owner
			if s.matter != "" {
				scope = "matter/" + s.matter
			}
			done, err := tx.eraseOne(ctx, s.id, scope, s.openings, names)
			if err != nil {
				return changed, err
			}
			if done {
				changed++
			}
			after = s.id
		}
		if len(rows) < some {
			return changed, nil
		}
	}
}

// ForgetReasons empties what people typed as the reasons of roles, openings and walls of a matter that is disposed of. The
// intervals stay: who could know of it, and when, is still told.
func (tx *Tx) ForgetReasons(ctx context.Context, m ident.MatterID) error {
	for _, q := range []db.Frag{
		db.SQL(`UPDATE wall SET reason = '' WHERE matter_id = ?`, m),
		db.SQL(`UPDATE matter_opening SET reason = '' WHERE matter_id = ?`, m),
		db.SQL(`UPDATE access_grant SET reason = '' WHERE scope_kind = 'matter' AND scope_id = ?`, m),
	} {
		if _, err := tx.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) eraseOne(ctx context.Context, id, scope string, sealed []byte, names []string) (bool, error) {
	plain, err := tx.gate.Keys.Open(ctx, tx.Tx, scope, sealed, "entry/"+id)
	if err != nil {
		return false, nil //nolint:nilerr // its key was destroyed: there is nothing left to erase
	}
	var openings []ledger.Opening
	if err := json.Unmarshal(plain, &openings); err != nil {
		return false, err
	}
	left := slices.DeleteFunc(slices.Clone(openings), func(o ledger.Opening) bool { return len(names) == 0 || slices.Contains(names, o.Name) })
	if len(left) == len(openings) {
		return false, nil
	}
	if plain, err = json.Marshal(left); err != nil {
		return false, err
	}
	if sealed, err = tx.gate.Keys.Seal(ctx, tx.Tx, scope, plain, "entry/"+id); err != nil {
		return false, err
	}
	return true, ledger.Reseal(ctx, tx.Tx, id, sealed)
}
