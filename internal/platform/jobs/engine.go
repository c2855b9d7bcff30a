package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"countersign/internal/platform/db"
)

// An engine hides the transaction type that River's client is generic over.
type engine interface {
	migrate(context.Context, *slog.Logger) error
	insert(context.Context, *db.Tx, Args, *river.InsertOpts) (*rivertype.JobInsertResult, error)
	list(context.Context, *river.JobListParams) (*river.JobListResult, error)
	retry(ctx context.Context, id int64) error
	exec() riverdriver.Executor
	client(*river.Config) (runner, error)
}

// A runner is a client that works jobs.
type runner interface {
	Start(context.Context) error
	Stop(context.Context) error
	StopAndCancel(context.Context) error
}

type engineOf[TTx any] struct {
	driver riverdriver.Driver[TTx]
	join   func(*db.Tx) (TTx, error)
	door   *river.Client[TTx] // inserts and lists; works nothing
}

// The drivers without LISTEN and NOTIFY: River would otherwise send one inside the inserting transaction, which
// makes PostgreSQL serialize the commits of all nodes, and on SQLite write a row that nobody reads.
type quietPostgres struct{ *riverpgxv5.Driver }

func (quietPostgres) SupportsListener() bool     { return false }
func (quietPostgres) SupportsListenNotify() bool { return false }

type quietSQLite struct{ *riversqlite.Driver }

func (quietSQLite) SupportsListener() bool     { return false }
func (quietSQLite) SupportsListenNotify() bool { return false }

func newEngine(d *db.DB, log *slog.Logger) (engine, error) {
	if d.Engine == db.SQLite {
		return newEngineOf[*sql.Tx](quietSQLite{riversqlite.New(d.Pool())}, log,
			func(tx *db.Tx) (*sql.Tx, error) { return tx.Std(), nil })
	}
	e, err := newEngineOf[pgx.Tx](quietPostgres{riverpgxv5.New(d.PgxPool())}, log, func(tx *db.Tx) (pgx.Tx, error) {
		c, err := tx.Pgx()
		return pgxTx{c: c}, err
	})
	if err != nil {
		return nil, err
	}
	return &lockedMigration{e, d.PgxPool()}, nil
}

func newEngineOf[TTx any](driver riverdriver.Driver[TTx], log *slog.Logger, join func(*db.Tx) (TTx, error)) (*engineOf[TTx], error) {
	door, err := river.NewClient(driver, &river.Config{Logger: log, PollOnly: true})
	return &engineOf[TTx]{driver, join, door}, err
}

func (e *engineOf[TTx]) exec() riverdriver.Executor { return e.driver.GetExecutor() }

func (e *engineOf[TTx]) client(c *river.Config) (runner, error) { return river.NewClient(e.driver, c) }

func (e *engineOf[TTx]) insert(ctx context.Context, tx *db.Tx, a Args, o *river.InsertOpts) (*rivertype.JobInsertResult, error) {
	t, err := e.join(tx)
	if err != nil {
		return nil, err
	}
	return e.door.InsertTx(ctx, t, a, o)
}

func (e *engineOf[TTx]) list(ctx context.Context, p *river.JobListParams) (*river.JobListResult, error) {
	return e.door.JobList(ctx, p)
}

func (e *engineOf[TTx]) retry(ctx context.Context, id int64) error {
	_, err := e.door.JobRetry(ctx, id)
	return err
}

func (e *engineOf[TTx]) migrate(ctx context.Context, log *slog.Logger) error {
	m, err := rivermigrate.New(e.driver, &rivermigrate.Config{Logger: log})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// lockedMigration makes nodes that start together on one PostgreSQL migrate one after the other.
type lockedMigration struct {
	engine
	pool *pgxpool.Pool
}

// migrationLock is the key of the advisory lock: "rivr" in ASCII.
const migrationLock = 0x72697672

func (l *lockedMigration) migrate(ctx context.Context, log *slog.Logger) (err error) {
	c, err := l.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return fmt.Errorf("jobs: wait for the migration of another node: %w", err)
	}
	defer func() {
		if _, e := c.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrationLock); e != nil && err == nil {
			err = e
		}
	}()
	return l.engine.migrate(ctx, log)
}
