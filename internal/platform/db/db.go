package db

import (
	"context"
	"countersign/internal/kernel/fault"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/ext/fts5"
)

func init() { sqlite3.AutoExtension(fts5.Register) }

// Rows and ErrNoRows let a feature read results without importing database/sql, and so without any means of
// opening a connection of its own.
type Rows = sql.Rows

// ErrNoRows is what Scan returns when the query matched nothing.
var ErrNoRows = sql.ErrNoRows

// An Engine is a supported database.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// readers is the size of the SQLite reader pool: a few more than can work at once. Few are better than many: each keeps
// pages of its own, and drops them all after every commit.
var readers = runtime.GOMAXPROCS(0) + 2

// cached is how much of the file a connection keeps deciphered, in KB: what a large installation's pages read again and again.
const cached = "cache_size(-20000)"

// A DB is an open database: a pool for readers and, on SQLite, a second pool of exactly one connection for writers.
type DB struct {
	Engine Engine

	read  *sql.DB
	write *sql.DB
	pool  *pgxpool.Pool // PostgreSQL only
	path  string        // SQLite only
	key   []byte        // SQLite only
}

// OpenSQLite opens the database file at path, creating it if it is absent. key is 64 bytes for AES-256-XTS;
// empty leaves the file in the clear, which only tests do. Every pragma is in the address, so that it holds on
// every pooled connection.
func OpenSQLite(path string, key []byte) (*DB, error) {
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(on)", "temp_store(memory)", cached}}
	if len(key) > 0 {
		q.Set("vfs", sealedVFS)
		q.Set("hexkey", fmt.Sprintf("%x", key))
	}
	open := func(lock string, conns int) (*sql.DB, error) {
		q.Set("_txlock", lock)
		c, err := (&driver.SQLite{}).OpenConnector("file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode())
		if err != nil {
			return nil, err
		}
		d := sql.OpenDB(keeper{c})
		d.SetMaxOpenConns(conns)
		d.SetMaxIdleConns(conns)
		return d, d.Ping()
	}
	w, err := open("immediate", 1)
	if err != nil {
		return nil, fmt.Errorf("db: open %s: %w", path, err)
	}
	r, err := open("deferred", readers)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("db: open %s: %w", path, err), w.Close())
	}
	return &DB{Engine: SQLite, read: r, write: w, path: path, key: key}, nil
}

// OpenPostgres opens the database at dsn, a postgres:// address.
func OpenPostgres(ctx context.Context, dsn string) (*DB, error) {
	c, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("db: the PostgreSQL address cannot be read") // the text of err may hold the password
	}
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	d := stdlib.OpenDBFromPool(pool)
	return &DB{Engine: Postgres, read: d, write: d, pool: pool}, nil
}

// Close closes both pools.
func (d *DB) Close() error {
	if d.Engine == Postgres {
		err := d.write.Close()
		d.pool.Close()
		return err
	}
	return errors.Join(d.write.Close(), d.read.Close())
}

// A Reader runs queries, inside a transaction or outside one.
type Reader interface {
	Query(ctx context.Context, q Frag) (*sql.Rows, error)
	QueryRow(ctx context.Context, q Frag) *sql.Row
}

// Query runs q outside any transaction.
func (d *DB) Query(ctx context.Context, q Frag) (*sql.Rows, error) {
	return d.read.QueryContext(ctx, q.text(d.Engine), q.Args...)
}

// QueryRow runs q outside any transaction.
func (d *DB) QueryRow(ctx context.Context, q Frag) *sql.Row {
	return d.read.QueryRowContext(ctx, q.text(d.Engine), q.Args...)
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

// Pool gives the writers' pool to the libraries that must have one: migrations and jobs.
func (d *DB) Pool() *sql.DB { return d.write }

// PgxPool gives the PostgreSQL pool to the job library; nil on SQLite.
func (d *DB) PgxPool() *pgxpool.Pool { return d.pool }

// A Tx is an open write transaction.
type Tx struct {
	tx     *sql.Tx
	conn   *sql.Conn
	engine Engine
}

type rehearsal struct{}

// Look has Write show an open transaction to look when it has done all that it does, before it is rolled back: to see what
// a change would change. An error of look becomes that of Write.
func Look(ctx context.Context, look func(*Tx) error) context.Context {
	return context.WithValue(ctx, rehearsal{}, look)
}

// Rehearse returns a context in which Write does all that it does and then rolls back: every check is made, every answer
// given, and nothing stays. It is for asking the program what it would do.
func Rehearse(ctx context.Context) context.Context {
	return Look(ctx, func(*Tx) error { return nil })
}

// Rehearsed reports whether writes under ctx are rolled back.
func Rehearsed(ctx context.Context) bool { return ctx.Value(rehearsal{}) != nil }

// Write runs fn in a transaction and commits if fn returns nil. After a deadlock or a serialization failure it
// runs fn again: fn must not act outside tx.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	const attempts = 5
	for try := 1; ; try++ {
		err := d.writeOnce(ctx, fn)
		if isFull(err) {
			return fmt.Errorf("%w (%w: %w)", errFull, syscall.ENOSPC, err)
		}
		if try == attempts || !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try) * 10 * time.Millisecond):
		}
	}
}

func (d *DB) writeOnce(ctx context.Context, fn func(*Tx) error) error {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // no-op after Commit; also covers a panic in fn
	own := &Tx{tx, conn, d.Engine}
	if err := fn(own); err != nil {
		return err
	}
	if look, ok := ctx.Value(rehearsal{}).(func(*Tx) error); ok {
		return errors.Join(look(own), tx.Rollback())
	}
	return tx.Commit()
}

func retryable(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01") // serialization failure, deadlock
}

// errFull is the fault of a write that found no room; it wraps syscall.ENOSPC.
var errFull = fault.New(fault.Internal, "The disk is full: nothing was saved.")

func isFull(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "53100"
	}
	return errors.Is(err, sqlite3.FULL)
}

// IsDuplicate reports whether err is a broken uniqueness constraint.
func IsDuplicate(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505"
	}
	return errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) || errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY)
}

// Exec runs a statement and returns the number of rows it changed.
func (t *Tx) Exec(ctx context.Context, q Frag) (int64, error) {
	res, err := t.tx.ExecContext(ctx, q.text(t.engine), q.Args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query runs q inside the transaction. Close its rows before the next statement.
func (t *Tx) Query(ctx context.Context, q Frag) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, q.text(t.engine), q.Args...)
}

// QueryRow runs q inside the transaction.
func (t *Tx) QueryRow(ctx context.Context, q Frag) *sql.Row {
	return t.tx.QueryRowContext(ctx, q.text(t.engine), q.Args...)
}

// ForUpdate ends a SELECT whose rows the transaction will change. PostgreSQL locks them; SQLite took its only
// write lock when the transaction began.
func (t *Tx) ForUpdate() Frag { return t.only(Postgres, " FOR UPDATE") }

// ForShare ends a SELECT whose rows must not change before this transaction ends, though it does not change them itself.
func (t *Tx) ForShare() Frag { return t.only(Postgres, " FOR SHARE") }

func (t *Tx) only(e Engine, text string) Frag {
	if t.engine == e {
		return SQL(text)
	}
	return SQL("")
}

// Std gives the transaction to the job library on SQLite, whose driver joins a *sql.Tx.
func (t *Tx) Std() *sql.Tx { return t.tx }

// Pgx gives the connection of a PostgreSQL transaction to the job library, whose driver joins a pgx transaction.
func (t *Tx) Pgx() (c *pgx.Conn, err error) {
	err = t.conn.Raw(func(dc any) error {
		c = dc.(*stdlib.Conn).Conn()
		return nil
	})
	return c, err
}

// All runs q and collects one T per row.
func All[T any](ctx context.Context, r Reader, q Frag, scan func(*Rows, *T) error) ([]T, error) {
	rows, err := r.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Column runs q and collects its only column.
func Column[T any](ctx context.Context, r Reader, q Frag) ([]T, error) {
	return All(ctx, r, q, func(rs *Rows, v *T) error { return rs.Scan(v) })
}

// Micros converts t for storage: microseconds since the Unix epoch, 0 for the zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Instant converts a stored value back; 0 is the zero time.
func Instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// At scans a stored instant into a time.Time: rows.Scan(db.At{&t.Due}).
type At struct{ T *time.Time }

// Scan implements sql.Scanner.
func (a At) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*a.T = time.Time{}
	case int64:
		*a.T = Instant(v)
	default:
		return fmt.Errorf("db: an instant is stored as an integer, not %T", v)
	}
	return nil
}
