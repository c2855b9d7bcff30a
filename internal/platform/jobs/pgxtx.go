package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pgxTx presents the connection of an open database/sql transaction as a pgx.Tx, so that a job joins it. Begin makes
// a savepoint; the transaction itself can be ended only where it was begun.
type pgxTx struct {
	c         *pgx.Conn
	savepoint string
}

var savepoints atomic.Int64

func (t pgxTx) Begin(ctx context.Context) (pgx.Tx, error) {
	s := fmt.Sprintf("job_%d", savepoints.Add(1))
	_, err := t.c.Exec(ctx, "SAVEPOINT "+s)
	return pgxTx{t.c, s}, err
}

func (t pgxTx) end(ctx context.Context, verb string) error {
	if t.savepoint == "" {
		return errors.New("jobs: the transaction ends where it was begun")
	}
	_, err := t.c.Exec(ctx, verb+t.savepoint)
	return err
}

func (t pgxTx) Commit(ctx context.Context) error   { return t.end(ctx, "RELEASE ") }
func (t pgxTx) Rollback(ctx context.Context) error { return t.end(ctx, "ROLLBACK TO ") }
func (t pgxTx) Conn() *pgx.Conn                    { return t.c }

// LargeObjects is part of pgx.Tx; River does not call it.
func (t pgxTx) LargeObjects() pgx.LargeObjects { panic("jobs: large objects are not used") }

func (t pgxTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	return t.c.CopyFrom(ctx, table, columns, src)
}

func (t pgxTx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return t.c.SendBatch(ctx, b)
}

func (t pgxTx) Prepare(ctx context.Context, name, q string) (*pgconn.StatementDescription, error) {
	return t.c.Prepare(ctx, name, q)
}

func (t pgxTx) Exec(ctx context.Context, q string, a ...any) (pgconn.CommandTag, error) {
	return t.c.Exec(ctx, q, a...)
}

func (t pgxTx) Query(ctx context.Context, q string, a ...any) (pgx.Rows, error) {
	return t.c.Query(ctx, q, a...)
}

func (t pgxTx) QueryRow(ctx context.Context, q string, a ...any) pgx.Row {
	return t.c.QueryRow(ctx, q, a...)
}
