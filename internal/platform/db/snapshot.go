package db

import (
	"context"
	"database/sql"
)

// Snapshot runs fn on one consistent state of the database, beside writers that go on. fn must not keep the Reader.
// On SQLite the write-ahead log cannot shrink while it runs.
func (d *DB) Snapshot(ctx context.Context, fn func(Reader) error) error {
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	options := &sql.TxOptions{ReadOnly: true}
	if d.Engine == Postgres {
		options.Isolation = sql.LevelRepeatableRead // SQLite's readers are always so
	}
	tx, err := conn.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // it has only read
	return fn(&Tx{tx, conn, d.Engine})
}
