package db

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/ncruces/go-sqlite3"
	sqlite "github.com/ncruces/go-sqlite3/driver"
)

// mostStatements is how many parsed statements a SQLite connection keeps: more than the program has on its busiest pages.
const mostStatements = 250

// keeper opens SQLite connections that keep their parsed statements: parsing took a sixth of the time of a page. On
// PostgreSQL the driver does the same.
type keeper struct{ driver.Connector }

func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := c.(innerConn)
	if !ok {
		return nil, errors.Join(errors.New("db: the SQLite driver gives another kind of connection"), c.Close())
	}
	// Without this SQLite parses a statement again for every value that could change its plan.
	if _, err := whole.Raw().Config(sqlite3.DBCONFIG_ENABLE_QPSG, true); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &keptConn{innerConn: whole, idle: map[string]innerStmt{}}, nil
}

// innerConn and innerStmt are all that the driver offers: what is left out here, database/sql would do in a slower way.
type innerConn interface {
	sqlite.Conn
	driver.ExecerContext
	driver.NamedValueChecker
}

type innerStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
	driver.NamedValueChecker
}

type keptConn struct {
	innerConn
	idle map[string]innerStmt // not in use now, by their text
}

func (c *keptConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if s, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return &keptStmt{s, c, query}, nil
	}
	s, err := c.innerConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	whole, ok := s.(innerStmt)
	if !ok {
		return s, nil
	}
	return &keptStmt{whole, c, query}, nil
}

func (c *keptConn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *keptConn) Close() error {
	var errs []error
	for _, s := range c.idle {
		errs = append(errs, s.Close())
	}
	clear(c.idle)
	return errors.Join(append(errs, c.innerConn.Close())...)
}

type keptStmt struct {
	innerStmt
	conn  *keptConn
	query string
}

// Close keeps the statement for the next who asks for its text. database/sql has closed its rows, which resets it.
func (s *keptStmt) Close() error {
	idle := s.conn.idle
	if _, twice := idle[s.query]; twice {
		return s.innerStmt.Close()
	}
	for text, old := range idle {
		if len(idle) < mostStatements {
			break
		}
		delete(idle, text) // any of them: what is used often comes back
		if err := old.Close(); err != nil {
			return err
		}
	}
	idle[s.query] = s.innerStmt
	return nil
}
