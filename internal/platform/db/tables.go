package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A Kind is what a column holds, in the words that both engines share.
type Kind string

// The kinds. Scanned into an any, a Text is a string, an Integer an int64, a Boolean a bool, Bytes are []byte and
// a Real is a float64.
const (
	Text    Kind = "text"
	Integer Kind = "integer"
	Boolean Kind = "boolean"
	Bytes   Kind = "bytes"
	Real    Kind = "real"
)

// A Table is a table with its columns, in the order in which the migrations made them.
type Table struct {
	Name   string
	Fields []Field
}

// A Field is one column of a Table.
type Field struct {
	Name string
	Kind Kind
}

var kinds = map[string]Kind{
	"TEXT": Text, "BIGINT": Integer, "INTEGER": Integer, "BOOLEAN": Boolean, "BLOB": Bytes, "BYTEA": Bytes, "REAL": Real, "DOUBLE PRECISION": Real,
}

// Tables lists the tables of the program in the order of their names, without those that others keep: migrations, jobs,
// and the ones inside a full-text index.
func (d *DB) Tables(ctx context.Context, r Reader) ([]Table, error) {
	q := SQL(`SELECT t.name, c.name, c.type FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c
		WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY t.name, c.cid`)
	if d.Engine == Postgres {
		q = SQL(`SELECT t.table_name, c.column_name, c.data_type FROM information_schema.tables AS t
			JOIN information_schema.columns AS c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
			WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
			ORDER BY t.table_name COLLATE "C", c.ordinal_position`)
	}
	type row struct{ table, column, kind string }
	rows, err := All(ctx, r, q, func(rs *Rows, v *row) error { return rs.Scan(&v.table, &v.column, &v.kind) })
	if err != nil {
		return nil, err
	}
	var out []Table
	for _, v := range rows {
		if v.table == "goose_db_version" || strings.HasPrefix(v.table, "river_") {
			continue
		}
		k, ok := kinds[strings.ToUpper(v.kind)]
		if !ok {
			return nil, fmt.Errorf("db: %s.%s is %s, which is no type that both engines share", v.table, v.column, v.kind)
		}
		if len(out) == 0 || out[len(out)-1].Name != v.table {
			out = append(out, Table{Name: v.table})
		}
		last := &out[len(out)-1]
		last.Fields = append(last.Fields, Field{v.column, k})
	}
	return out, nil
}

// Names are the names of the table's columns.
func (t Table) Names() []string {
	out := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		out[i] = f.Name
	}
	return out
}

// Same reports whether both tables have the same columns, in whatever order.
func (t Table) Same(u Table) bool {
	byName := func(a, b Field) int { return strings.Compare(a.Name, b.Name) }
	return t.Name == u.Name && slices.Equal(slices.SortedFunc(slices.Values(t.Fields), byName), slices.SortedFunc(slices.Values(u.Fields), byName))
}
