// Package sheet derives the deadlines of a table.
//
// Owns: the columns of a table of cases, what is said of a row that cannot be counted, the forms of the answer.
// Invariants: a row that cannot be counted is named by line and column and stops no other row; a row counts what it says
// itself where it differs from the rule, and its steps say so.
// Not here: the counting (package rule).
package sheet

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"countersign/internal/deadline/courtday"
	"countersign/internal/deadline/rule"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/table"
)

// Need are the columns that a table must have. It may have: id, jurisdiction, service_method, inaccessible_dates, regime,
// direction, amount, unit, due_time, and filed (paper or electronic) and printed_date for notices of USCIS.
var Need = []string{"rule_id", "trigger_date"}

// A Case is one row and its deadline.
type Case struct {
	ID string
	rule.Derivation
}

// Read derives every row; bad is told of each that cannot be.
//
// Faults: Invalid (the table has no header), and what good returns.
func Read(in io.Reader, good func(Case) error, bad func(error)) error {
	t, err := table.New(in, Need...)
	if err != nil {
		return err
	}
	for {
		row, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if fault.KindOf(err) == fault.Invalid {
			bad(err)
			continue
		}
		if err != nil {
			return err
		}
		c, err := derive(row)
		if err != nil {
			bad(err)
			continue
		}
		if err := good(c); err != nil {
			return err
		}
	}
}

func derive(row table.Row) (Case, error) {
	c := Case{ID: row.Get("id")}
	if c.ID == "" {
		c.ID = "line " + strconv.Itoa(row.Line)
	}
	q, said, err := request(row)
	if err != nil {
		return c, err
	}
	if c.Derivation, err = rule.Derive(q); err != nil {
		column := fault.Field(err)
		if column == "" {
			column = "rule_id"
		}
		return c, row.Wrong(column, err)
	}
	if at := row.Get("due_time"); at != "" && c.DueTime == "" {
		if _, err := rule.Due(c.Expected, at, courtday.First.Time().Location()); err != nil {
			return c, row.Wrong("due_time", err)
		}
		c.DueTime = at
	}
	if said != "" {
		c.Steps = append(c.Steps, rule.Remark(c.Expected, said, ""))
	}
	return c, nil
}

// request reads a row. said is a sentence where the row differs from its rule.
func request(row table.Row) (q rule.Request, said string, err error) {
	if q.Rule, err = rule.Find(row.Get("rule_id")); err != nil {
		return q, "", row.Wrong("rule_id", err)
	}
	if q.Trigger, err = courtday.Parse(row.Get("trigger_date")); err != nil {
		return q, "", row.Wrong("trigger_date", err)
	}
	q.Jurisdiction, q.Service = row.Get("jurisdiction"), rule.Service(row.Get("service_method"))
	if q.Inaccessible, err = Dates(row.Get("inaccessible_dates")); err != nil {
		return q, "", row.Wrong("inaccessible_dates", err)
	}
	switch filed := row.Get("filed"); filed {
	case "", "paper":
	case "electronic":
		q.Electronic = true
	default:
		return q, "", row.Wrong("filed", fault.New(fault.Invalid, "A response is filed on paper or electronic."))
	}
	if s := row.Get("printed_date"); s != "" {
		if q.Printed, err = courtday.Parse(s); err != nil {
			return q, "", row.Wrong("printed_date", err)
		}
	}
	said, err = override(row, &q.Rule)
	return q, said, err
}

// override lets the row set the period.
func override(row table.Row, r *rule.Rule) (said string, err error) {
	was := *r
	if s := row.Get("amount"); s != "" {
		if r.Amount, err = strconv.Atoi(s); err != nil {
			return "", row.Wrong("amount", fault.New(fault.Invalid, "An amount is a whole number."))
		}
	}
	set := func(to *string, column string) {
		if s := row.Get(column); s != "" {
			*to = s
		}
	}
	set((*string)(&r.Unit), "unit")
	set((*string)(&r.Regime), "regime")
	set(&r.Direction, "direction")
	if r.Amount != was.Amount || r.Unit != was.Unit || r.Regime != was.Regime || r.Direction != was.Direction {
		said = fmt.Sprintf("The row sets %d %s %s under %s; the rule %s has %d %s %s under %s.", r.Amount, r.Unit, r.Direction, r.Regime,
			was.ID, was.Amount, was.Unit, was.Direction, was.Regime)
	}
	return said, nil
}

// maxDates is the most dates of a list: a clerk's office is not closed for longer.
const maxDates = 366

// Dates reads dates with spaces between them.
//
// Faults: Invalid.
func Dates(s string) (out []courtday.Day, err error) {
	for f := range strings.FieldsSeq(s) {
		d, err := courtday.Parse(f)
		if err != nil {
			return nil, err
		}
		if out = append(out, d); len(out) > maxDates {
			return nil, fault.New(fault.Invalid, "A list has at most 366 dates.")
		}
	}
	return out, nil
}

// Text is the steps as one line.
func (c Case) Text() string {
	var b strings.Builder
	for i, s := range c.Steps {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s.String())
	}
	return b.String()
}

// Columns are those of the answer.
var Columns = []string{"id", "expected_date", "earliest_date", "latest_date", "certainty", "steps"}

// Write writes the case as a row of the answer.
func (c Case) Write(w *csv.Writer) error {
	return w.Write([]string{c.ID, c.Expected.String(), c.Earliest.String(), c.Latest.String(), string(c.Certainty), c.Text()})
}

type step struct {
	Text      string       `json:"text"`
	To        courtday.Day `json:"to"`
	Authority string       `json:"authority,omitempty"`
}

// MarshalJSON is the case with the names of the columns, its rule, and its steps one by one.
func (c Case) MarshalJSON() ([]byte, error) {
	steps := make([]step, 0, len(c.Steps))
	for _, s := range c.Steps {
		steps = append(steps, step{s.Say(), s.To, s.Authority})
	}
	return json.Marshal(struct {
		ID         string         `json:"id"`
		Rule       string         `json:"rule_id"`
		Citation   string         `json:"citation"`
		Trigger    courtday.Day   `json:"trigger_date"`
		Expected   courtday.Day   `json:"expected_date"`
		Earliest   courtday.Day   `json:"earliest_date"`
		Latest     courtday.Day   `json:"latest_date"`
		Certainty  rule.Certainty `json:"certainty"`
		DueTime    string         `json:"due_time,omitempty"`
		Extendable bool           `json:"extendable_by_court"`
		Steps      []step         `json:"steps"`
		Source     string         `json:"source"`
	}{c.ID, c.Rule.ID, c.Rule.Citation, c.Trigger, c.Expected, c.Earliest, c.Latest, c.Certainty, c.DueTime, c.Rule.Extendable, steps, c.Rule.Source})
}
