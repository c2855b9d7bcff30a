package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Load inserts the rows that next returns, until it returns io.EOF, and says how many they were. Each row has one
// value per column: string, int64, bool, []byte or float64; a row is used before the next is asked for. Names are never user
// input. It is for restoring and seeding: millions of rows, and no conflict is resolved.
func (t *Tx) Load(ctx context.Context, table string, columns []string, next func() ([]any, error)) (int64, error) {
	if t.engine == Postgres {
		return t.copyIn(ctx, table, columns, next)
	}
	return t.insertMany(ctx, table, columns, next)
}

// source feeds PostgreSQL's COPY.
type source struct {
	next func() ([]any, error)
	row  []any
	err  error
}

func (s *source) Next() bool {
	s.row, s.err = s.next()
	if errors.Is(s.err, io.EOF) {
		s.err = nil
		return false
	}
	return s.err == nil
}
func (s *source) Values() ([]any, error) { return s.row, s.err }
func (s *source) Err() error             { return s.err }

func (t *Tx) copyIn(ctx context.Context, table string, columns []string, next func() ([]any, error)) (int64, error) {
	c, err := t.Pgx()
	if err != nil {
		return 0, err
	}
	return c.CopyFrom(ctx, pgx.Identifier{table}, columns, &source{next: next})
}

// insertAtOnce bounds the arguments of one statement; SQLite takes 32,766.
const insertAtOnce = 2000

func (t *Tx) insertMany(ctx context.Context, table string, columns []string, next func() ([]any, error)) (total int64, err error) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = `"` + c + `"`
	}
	head := fmt.Sprintf(`INSERT INTO "%s" (%s) VALUES `, table, strings.Join(names, ", "))
	row := "(" + strings.Repeat("?, ", len(columns)-1) + "?)"
	statement := func(rows int) string { return head + strings.Repeat(row+", ", rows-1) + row }
	full := max(1, insertAtOnce/len(columns))
	stmt, err := t.tx.PrepareContext(ctx, statement(full))
	if err != nil {
		return 0, err
	}
	defer stmt.Close() //nolint:errcheck // the transaction tells
	args := make([]any, 0, full*len(columns))
	for ended := false; !ended; args = args[:0] {
		for len(args) < full*len(columns) && !ended {
			values, err := next()
			if ended = errors.Is(err, io.EOF); ended {
				break
			}
			if err != nil {
				return total, err
			}
			args = append(args, values...)
		}
		rows := len(args) / len(columns)
		switch {
		case rows == full:
			_, err = stmt.ExecContext(ctx, args...)
		case rows > 0:
			_, err = t.tx.ExecContext(ctx, statement(rows), args...)
		}
		if err != nil {
			return total, err
		}
		total += int64(rows)
	}
	return total, nil
}

// WithoutOrder runs fn, in which rows may come before those they refer to, and then checks every reference. On
// PostgreSQL it locks the tables: it is for a database that nobody else uses yet.
//
// A broken reference is an error that names the table.
func (t *Tx) WithoutOrder(ctx context.Context, fn func() error) error {
	if t.engine == Postgres {
		return t.deferred(ctx, fn)
	}
	if _, err := t.tx.ExecContext(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	broken, err := Column[string](ctx, t, SQL(`SELECT DISTINCT "table" FROM pragma_foreign_key_check`))
	if err == nil && len(broken) > 0 {
		err = fmt.Errorf("db: rows refer to rows that are not there: %s", strings.Join(broken, ", "))
	}
	return err
}

func (t *Tx) deferred(ctx context.Context, fn func() error) error {
	alter := func(how string) error {
		texts, err := Column[string](ctx, t, SQL(`SELECT format('ALTER TABLE %I ALTER CONSTRAINT %I ', c.relname, k.conname)
			FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace`))
		for _, text := range texts {
			if err == nil {
				_, err = t.tx.ExecContext(ctx, text+how)
			}
		}
		return err
	}
	if err := alter("DEFERRABLE INITIALLY DEFERRED"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	if _, err := t.tx.ExecContext(ctx, "SET CONSTRAINTS ALL IMMEDIATE"); err != nil { // every check is done here
		return err
	}
	return alter("NOT DEFERRABLE")
}
