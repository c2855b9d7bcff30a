package ledger

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"countersign/internal/platform/db"
)

// An Opening is salt and value of a commitment: what a reader of the entry is shown, and what erasure removes.
type Opening struct {
	Name  string `json:"n"`
	Salt  []byte `json:"s"`
	Value string `json:"v"`
}

// Seal encrypts openings under the key of the record they tell of.
type Seal func(ctx context.Context, plain []byte) ([]byte, error)

// Append commits to the values, builds the leaf and inserts the entry in the transaction of the change.
// values become commitments with fresh salts; their order does not matter.
func Append(ctx context.Context, tx *db.Tx, l Leaf, values map[string]string, seal Seal) error {
	openings := make([]Opening, 0, len(values))
	for name, v := range values {
		salt := make([]byte, SaltBytes)
		rand.Read(salt) //nolint:errcheck // never fails: crypto/rand aborts the program instead
		openings = append(openings, Opening{name, salt, v})
		l.Fields = append(l.Fields, Commit(name, v, salt))
	}
	leaf, err := l.Bytes()
	if err != nil {
		return err
	}
	plain, err := json.Marshal(openings)
	if err != nil {
		return err
	}
	sealed, err := seal(ctx, plain)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, db.SQL(`
		INSERT INTO entry (id, at, verb, refused, subject_kind, subject_id, rev, matter_id, org_id, owner_org_id, person_id, leaf, openings)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.ID, db.Micros(l.At), l.Verb, l.Refused, l.Subject.Kind, l.Subject.ID, l.Rev, l.Matter, l.Org, l.Owner, l.Actor, leaf, sealed))
	if err == nil {
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO entry_pending (entry_id) VALUES (?)`, l.ID))
	}
	return err
}

// Reseal replaces the openings of an entry by fewer of them: salt and value of what is erased are gone. The leaf stays.
func Reseal(ctx context.Context, tx *db.Tx, id string, sealed []byte) error {
	_, err := tx.Exec(ctx, db.SQL(`UPDATE entry SET openings = ? WHERE id = ?`, sealed, id))
	return err
}

// Values decodes the openings of an entry after they were unsealed; an erased field is absent.
func Values(plain []byte) (map[string]string, error) {
	var openings []Opening
	if err := json.Unmarshal(plain, &openings); err != nil {
		return nil, err
	}
	out := make(map[string]string, len(openings))
	for _, o := range openings {
		out[o.Name] = o.Value
	}
	return out, nil
}
