package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/ledger/proof"
)

// Signer is the key of the log. The first call on an installation makes it, under the name that is given.
func (l *Log) Signer(ctx context.Context, name string) (key note.Signer, public string, err error) {
	err = l.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := hold(ctx, tx); err != nil { // two nodes that start at once make one key
			return err
		}
		keys, newest, err := l.signers(ctx, tx)
		if errors.Is(err, db.ErrNoRows) {
			if _, err = l.makeKey(ctx, tx, name); err == nil {
				keys, newest, err = l.signers(ctx, tx)
			}
		}
		if err == nil {
			key, public = keys[0], newest
		}
		return err
	})
	return key, public, err
}

// Rotate gives the log a new key of the same name, in the transaction of the entry that tells of it. The key until now
// signs beside it until the next change, so that whoever knows that one only can follow; alone ends it at once. The
// secrets of keys that sign no more are erased.
func (l *Log) Rotate(ctx context.Context, tx *db.Tx, alone bool) (old, made string, err error) {
	if _, err := hold(ctx, tx); err != nil {
		return "", "", err
	}
	var id string
	if err := tx.QueryRow(ctx, db.SQL(`SELECT id, public FROM ledger_key WHERE ended_at = 0 ORDER BY from_at DESC, id DESC LIMIT 1`)).Scan(&id, &old); err != nil {
		return "", "", err
	}
	key, err := proof.LogKey(old)
	if err != nil {
		return "", "", err
	}
	kept := id
	if alone {
		kept = ""
	}
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE ledger_key SET ended_at = ?, secret = ? WHERE ended_at = 0 AND id <> ?`, db.Micros(l.Now()), []byte{}, kept)); err != nil {
		return "", "", err
	}
	made, err = l.makeKey(ctx, tx, key.Name())
	return old, made, err
}

func (l *Log) makeKey(ctx context.Context, tx *db.Tx, name string) (public string, err error) {
	secret, public, err := proof.GenerateKey(name)
	if err != nil {
		return "", err
	}
	id := ident.New()
	sealed, err := l.Keys.Seal([]byte(secret), "ledger_key/"+id)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO ledger_key (id, public, secret, from_at) VALUES (?, ?, ?, ?)`, id, public, sealed, db.Micros(l.Now())))
	return public, err
}

// signers are the keys that sign, newest first; public is of that one. db.ErrNoRows: the log has not begun.
func (l *Log) signers(ctx context.Context, q db.Reader) (keys []note.Signer, public string, err error) {
	type stored struct {
		id, public string
		sealed     []byte
	}
	rows, err := db.All(ctx, q, db.SQL(`SELECT id, public, secret FROM ledger_key WHERE ended_at = 0 ORDER BY from_at DESC, id DESC`),
		func(rs *db.Rows, k *stored) error { return rs.Scan(&k.id, &k.public, &k.sealed) })
	if err != nil {
		return nil, "", err
	}
	if len(rows) == 0 {
		return nil, "", db.ErrNoRows
	}
	for _, k := range rows {
		secret, err := l.Keys.Open(k.sealed, "ledger_key/"+k.id)
		if err != nil {
			return nil, "", fmt.Errorf("ledger: the key of the log does not open: %w", err)
		}
		key, err := note.NewSigner(string(secret))
		if err != nil {
			return nil, "", err
		}
		keys = append(keys, key)
	}
	return keys, rows[0].public, nil
}
