package backup

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"countersign/internal/platform/db"
)

// A TableCount says how many rows of a table an archive holds.
type TableCount struct {
	Table string `json:"table"`
	Rows  int64  `json:"rows"`
}

type line struct {
	Table  string     `json:"table,omitempty"`
	Fields []db.Field `json:"fields,omitempty"`
	Rows   *int64     `json:"rows,omitempty"`
}

// writeRows writes every table of r to w.
func writeRows(ctx context.Context, d *db.DB, r db.Reader, w io.Writer, progress Progress) ([]TableCount, error) {
	tables, err := d.Tables(ctx, r)
	if err != nil {
		return nil, err
	}
	buf := bufio.NewWriterSize(w, 1<<16)
	var counts []TableCount
	var done int64
	for _, t := range tables {
		if err := writeLine(buf, line{Table: t.Name, Fields: t.Fields}); err != nil {
			return nil, err
		}
		n, err := writeTable(ctx, r, t, buf, func(n int64) { progress("rows", done+n, 0) })
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", t.Name, err)
		}
		done += n
		if err := writeLine(buf, line{Rows: &n}); err != nil {
			return nil, err
		}
		counts = append(counts, TableCount{t.Name, n})
	}
	return counts, buf.Flush()
}

func writeLine(w io.Writer, l line) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

func writeTable(ctx context.Context, r db.Reader, t db.Table, w io.Writer, progress func(int64)) (n int64, err error) {
	rows, err := r.Query(ctx, db.SQL(`SELECT "`+strings.Join(t.Names(), `", "`)+`" FROM "`+t.Name+`"`))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	values, into := make([]any, len(t.Fields)), make([]any, len(t.Fields))
	for i := range values {
		into[i] = &values[i]
	}
	var out []byte
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return n, err
		}
		out = append(out[:0], '[')
		for i, f := range t.Fields {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = appendValue(out, f.Kind, values[i]); err != nil {
				return n, fmt.Errorf("column %s: %w", f.Name, err)
			}
		}
		if _, err := w.Write(append(out, "]\n"...)); err != nil {
			return n, err
		}
		if n%1000 == 0 {
			progress(n)
		}
	}
	return n, rows.Err()
}

// appendValue writes what a driver gave for a column of a kind.
func appendValue(out []byte, k db.Kind, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(out, "null"...), nil
	case int64:
		if k == db.Boolean {
			return strconv.AppendBool(out, v != 0), nil
		}
		return strconv.AppendInt(out, v, 10), nil
	case bool:
		return strconv.AppendBool(out, v), nil
	case float64:
		return strconv.AppendFloat(out, v, 'g', -1, 64), nil
	case string:
		return appendText(out, v)
	case []byte:
		if k == db.Text {
			return appendText(out, string(v))
		}
		out = append(out, '"')
		out = base64.StdEncoding.AppendEncode(out, v)
		return append(out, '"'), nil
	}
	return nil, fmt.Errorf("a value of type %T", v)
}

func appendText(out []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, errors.New("a text that is not UTF-8")
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' }) {
		out = append(out, '"')
		out = append(out, s...)
		return append(out, '"'), nil
	}
	quoted, err := json.Marshal(s)
	return append(out, quoted...), err
}

// loadRows inserts what writeRows wrote and counts it.
func loadRows(ctx context.Context, d *db.DB, tx *db.Tx, r io.Reader, progress Progress) ([]TableCount, error) {
	tables, err := d.Tables(ctx, tx)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	dec.UseNumber()
	var counts []TableCount
	var done int64
	for {
		var head line
		if err := dec.Decode(&head); errors.Is(err, io.EOF) {
			return counts, nil
		} else if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(tables, func(t db.Table) bool { return t.Name == head.Table })
		from := db.Table{Name: head.Table, Fields: head.Fields}
		if i < 0 || !tables[i].Same(from) {
			return nil, fmt.Errorf("table %q of the archive does not fit its schema version", head.Table)
		}
		s := rowSource{dec: dec, table: from, progress: func(n int64) { progress("rows", done+n, 0) }}
		n, err := tx.Load(ctx, from.Name, from.Names(), s.next)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", from.Name, err)
		}
		if s.end.Rows == nil || *s.end.Rows != n {
			return nil, fmt.Errorf("table %s: %d rows where the archive says otherwise", from.Name, n)
		}
		done += n
		counts = append(counts, TableCount{from.Name, n})
	}
}

// rowSource decodes the rows of one table up to the line that ends it.
type rowSource struct {
	dec      *json.Decoder
	table    db.Table
	end      line
	n        int64
	progress func(int64)
}

func (s *rowSource) next() ([]any, error) {
	var raw json.RawMessage
	if err := s.dec.Decode(&raw); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // io.EOF would say that the table is whole
		}
		return nil, err
	}
	if raw[0] == '{' {
		if err := json.Unmarshal(raw, &s.end); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	var texts []json.RawMessage
	if err := json.Unmarshal(raw, &texts); err != nil {
		return nil, err
	}
	if len(texts) != len(s.table.Fields) {
		return nil, fmt.Errorf("a row of %d values", len(texts))
	}
	out := make([]any, len(texts))
	for i, f := range s.table.Fields {
		v, err := value(f.Kind, texts[i])
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", f.Name, err)
		}
		out[i] = v
	}
	if s.n++; s.n%1000 == 0 {
		s.progress(s.n)
	}
	return out, nil
}

func value(k db.Kind, text json.RawMessage) (v any, err error) {
	if string(text) == "null" {
		return nil, nil
	}
	switch k {
	case db.Integer:
		return strconv.ParseInt(string(text), 10, 64)
	case db.Boolean:
		return strconv.ParseBool(string(text))
	case db.Real:
		return strconv.ParseFloat(string(text), 64)
	case db.Bytes:
		if len(text) < 2 {
			return nil, errors.New("not bytes")
		}
		return base64.StdEncoding.DecodeString(string(text[1 : len(text)-1]))
	}
	if n := len(text); n >= 2 && text[0] == '"' && !slices.Contains(text, '\\') {
		return string(text[1 : n-1]), nil
	}
	var s string
	err = json.Unmarshal(text, &s)
	return s, err
}
