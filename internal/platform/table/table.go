// Package table reads comma-separated tables by the names of their columns.
//
// Owns: the header, the number of a line, what is said of a line that cannot be read.
// Invariants: columns come in any order, and those that nobody asks for are passed over; a line that cannot be read does
// not stop the ones after it; no line is longer than MaxLine.
// Not here: what the cells mean.
package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"countersign/internal/kernel/fault"
)

// MaxLine is the most bytes that a row may have.
const MaxLine = 1 << 20

// A Reader reads rows.
type Reader struct {
	csv *csv.Reader
	at  map[string]int
	cap *counted
}

// A Row is one line of a table.
type Row struct {
	Line  int
	cells []string
	at    map[string]int
}

// New reads the header. Need names the columns without which the table says nothing.
//
// Faults: Invalid.
func New(r io.Reader, need ...string) (*Reader, error) {
	c := &counted{r: bufio.NewReader(r)}
	if mark, err := c.r.Peek(3); err == nil && string(mark) == "\uFEFF" {
		c.r.Discard(3) //nolint:errcheck // they were just peeked at
	}
	t := &Reader{csv: csv.NewReader(c), at: map[string]int{}, cap: c}
	t.csv.FieldsPerRecord, t.csv.ReuseRecord = -1, true
	head, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "The table is empty: its first line names the columns.")
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "Line 1 is no header of a comma-separated table.")
	}
	for i, name := range head {
		name = strings.TrimSpace(name)
		if _, twice := t.at[name]; twice && name != "" {
			return nil, fault.New(fault.Invalid, fmt.Sprintf("The header names the column %.40q twice.", name))
		}
		t.at[name] = i
	}
	for _, name := range need {
		if _, ok := t.at[name]; !ok {
			return nil, fault.New(fault.Invalid, "The header names no column "+name+". It must have: "+strings.Join(need, ", ")+".")
		}
	}
	return t, nil
}

// Next returns the next row that is not empty; its cells are valid until the next call. After a fault of kind Invalid the
// rows after it can be read; any other error ends the table, io.EOF at its end.
func (t *Reader) Next() (Row, error) {
	for {
		t.cap.left = MaxLine
		cells, err := t.csv.Read()
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			return Row{Line: broken.StartLine}, fault.New(fault.Invalid, fmt.Sprintf("Line %d: the quotation marks do not match.", broken.Line))
		}
		if err != nil {
			return Row{}, err
		}
		row := Row{cells: cells, at: t.at}
		row.Line, _ = t.csv.FieldPos(0)
		if len(cells) != len(t.at) && len(cells) > 1 {
			return row, fault.New(fault.Invalid, fmt.Sprintf("Line %d has %d cells where the header has %d.", row.Line, len(cells), len(t.at)))
		}
		if strings.Join(cells, "") == "" {
			continue
		}
		for _, cell := range cells {
			if !utf8.ValidString(cell) {
				return row, fault.New(fault.Invalid, fmt.Sprintf("Line %d is not UTF-8.", row.Line))
			}
		}
		return row, nil
	}
}

// Has reports whether the table has the column.
func (r Row) Has(name string) bool { _, ok := r.at[name]; return ok }

// Get is the cell in the column, without space around it; "" where the table has no such column.
func (r Row) Get(name string) string {
	if i, ok := r.at[name]; ok && i < len(r.cells) {
		return strings.TrimSpace(r.cells[i])
	}
	return ""
}

// Wrong is the fault of a cell in this row: its line, its column and what the cell should be.
func (r Row) Wrong(column string, err error) error {
	if fault.KindOf(err) == fault.Internal {
		return err
	}
	return fault.InField(column, fmt.Sprintf("Line %d, %s: %s", r.Line, column, fault.Say(err)))
}

// counted stops a row that does not end.
type counted struct {
	r    *bufio.Reader
	left int
}

var errLong = fault.New(fault.Conflict, "A line of the table does not end.")

func (c *counted) Read(p []byte) (int, error) {
	if c.left < 0 {
		return 0, errLong
	}
	n, err := c.r.Read(p)
	c.left -= n
	return n, err
}
