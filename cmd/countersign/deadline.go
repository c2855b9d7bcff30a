package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"countersign/internal/cli"
	"countersign/internal/deadline/courtday"
	"countersign/internal/deadline/rule"
	"countersign/internal/deadline/sheet"
	"countersign/internal/kernel/fault"
)

// deadlineCmd counts court and agency deadlines on this machine, with the code that the server counts with.
type deadlineCmd struct {
	Compute deadlineComputeCmd `cmd:"" help:"Derive the deadlines of a table on standard input, or one with --rule."`
	Rules   deadlineRulesCmd   `cmd:"" help:"List the rules that are held, with citations."`
	Hours   deadlineHoursCmd   `cmd:"" help:"Count a period in hours, FRCP 6(a)(2)."`
	Chain   deadlineChainCmd   `cmd:"" help:"Date the links of a chain of dates from the facts, or list the chains."`
}

type deadlineComputeCmd struct {
	JSON         bool     `name:"json" help:"Print JSON: the rule, the dates and the steps one by one."`
	Rule         string   `help:"Derive one deadline of this rule instead of a table." placeholder:"ID"`
	Trigger      string   `help:"Date that starts the period." placeholder:"YYYY-MM-DD"`
	Service      string   `help:"Manner of service." placeholder:"MANNER"`
	Jurisdiction string   `help:"US-FED, US-FED/IL for a federal court in Illinois, CA, US-AGENCY …" placeholder:"PLACE"`
	Inaccessible []string `help:"Dates on which the clerk's office is inaccessible." placeholder:"DATE"`
	Electronic   bool     `help:"A response to USCIS is filed electronically: no weekend extends it."`
	Printed      string   `help:"Date printed on a notice of USCIS." placeholder:"YYYY-MM-DD"`
	Explain      bool     `help:"Print the steps, one a line, with the authority of each."`
}

// Run prints a row for each that could be derived, and says of every other one what is wrong with it.
func (c *deadlineComputeCmd) Run(o *cli.IO) error {
	if c.Rule != "" {
		return c.one(o)
	}
	if c.Trigger != "" || c.Explain {
		return fault.New(fault.Invalid, "--trigger and --explain are for one deadline: name its rule with --rule.")
	}
	out := newRows(o, c.JSON, sheet.Columns)
	err := sheet.Read(o.In, func(d sheet.Case) error { return out.row(d, d.Write) }, out.bad)
	return out.end(err)
}

func (c *deadlineComputeCmd) one(o *cli.IO) error {
	r, err := rule.Find(c.Rule)
	if err != nil {
		return err
	}
	q := rule.Request{Rule: r, Jurisdiction: c.Jurisdiction, Service: rule.Service(c.Service), Electronic: c.Electronic}
	if q.Trigger, err = courtday.Parse(c.Trigger); err != nil {
		return fault.New(fault.Invalid, "--trigger: "+fault.Say(err))
	}
	if q.Inaccessible, err = sheet.Dates(strings.Join(c.Inaccessible, " ")); err != nil {
		return fault.New(fault.Invalid, "--inaccessible: "+fault.Say(err))
	}
	if c.Printed != "" {
		if q.Printed, err = courtday.Parse(c.Printed); err != nil {
			return fault.New(fault.Invalid, "--printed: "+fault.Say(err))
		}
	}
	d, err := rule.Derive(q)
	if err != nil {
		return err
	}
	if c.Explain && !c.JSON {
		return explain(o.Out, d)
	}
	out := newRows(o, c.JSON, sheet.Columns)
	row := sheet.Case{ID: r.ID, Derivation: d}
	return out.end(out.row(row, row.Write))
}

// explain prints a derivation to be read aloud.
func explain(w io.Writer, d rule.Derivation) error {
	r := d.Rule
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s: %s (%s)\n", r.ID, r.Description, r.Citation)
	fmt.Fprintf(out, "%d %s %s: %s, on %s\n\n", r.Amount, r.Unit, r.Direction, r.Anchor, d.Trigger.Named())
	for i, s := range d.Steps {
		fmt.Fprintf(out, "%d. %s\n", i+1, s)
	}
	due := d.Expected.Named()
	if d.DueTime != "" && d.DueTime != "end_of_day" {
		due += ", " + d.DueTime
	}
	fmt.Fprintf(out, "\nexpected  %s\nearliest  %s\nlatest    %s\ncertainty %s\n", due, d.Earliest.Named(), d.Latest.Named(), d.Certainty)
	if !r.Extendable {
		fmt.Fprintln(out, "No court may extend it.")
	}
	fmt.Fprintf(out, "provenance: %s\n", r.Source)
	return out.Flush()
}

type deadlineRulesCmd struct {
	JSON   bool   `name:"json" help:"Print the rules as JSON, with their provenance."`
	Regime string `help:"Only the rules of this regime." placeholder:"REGIME"`
}

// Run lists the rules.
func (c *deadlineRulesCmd) Run(o *cli.IO) error {
	var rules []rule.Rule
	for _, r := range rule.All() {
		if c.Regime == "" || string(r.Regime) == c.Regime {
			rules = append(rules, r)
		}
	}
	if rules == nil {
		return fault.New(fault.NotFound, "No rule is held of that regime.")
	}
	if c.JSON {
		return json.NewEncoder(o.Out).Encode(rules)
	}
	t := tabwriter.NewWriter(o.Out, 0, 4, 2, ' ', 0)
	for _, r := range rules {
		fmt.Fprintf(t, "%s\t%s\t%d %s %s\t%s\t%s\t%s\n", r.ID, r.Regime, r.Amount, r.Unit, r.Direction, r.Service, r.Citation, strings.TrimSpace(r.Description+" "+r.Status))
	}
	return t.Flush()
}

type deadlineHoursCmd struct {
	Start        string   `help:"Instant that starts the period, with its offset: 2026-10-30T09:00:00-07:00." required:"" placeholder:"INSTANT"`
	Hours        int      `help:"Hours." required:"" placeholder:"N"`
	Zone         string   `help:"Zone of the court, America/Chicago." required:"" placeholder:"ZONE"`
	State        string   `help:"State in which the court sits: its holidays count." placeholder:"ST"`
	Inaccessible []string `help:"Dates on which the clerk's office is inaccessible in the last hour." placeholder:"DATE"`
}

// Run prints the end of the period in the court's zone and in UTC, and the steps.
func (c *deadlineHoursCmd) Run(o *cli.IO) error {
	start, err := time.Parse(time.RFC3339, c.Start)
	if err != nil {
		return fault.New(fault.Invalid, "--start is an instant like 2026-10-30T09:00:00-07:00.")
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil || c.Zone == "Local" {
		return fault.New(fault.Invalid, "--zone is a zone of the IANA database, like America/Chicago.")
	}
	closed, err := sheet.Dates(strings.Join(c.Inaccessible, " "))
	if err != nil {
		return fault.New(fault.Invalid, "--inaccessible: "+fault.Say(err))
	}
	s, err := rule.Hours(start, c.Hours, zone, c.State, closed)
	if err != nil {
		return err
	}
	for _, step := range s.Steps {
		fmt.Fprintln(o.Out, step)
	}
	_, err = fmt.Fprintf(o.Out, "%s\n%s\n", s.End.Format(time.RFC3339), s.End.UTC().Format(time.RFC3339))
	return err
}

type deadlineChainCmd struct {
	Chain string            `arg:"" optional:"" help:"Chain; without one, the chains are listed."`
	Given map[string]string `help:"A fact of the chain, or a date that replaces what its rule gives: NAME=DATE." mapsep:"," placeholder:"NAME=DATE"`
}

// Run dates what the facts allow. What hangs on a fact that is missing stays open.
func (c *deadlineChainCmd) Run(o *cli.IO) error {
	t := tabwriter.NewWriter(o.Out, 0, 4, 2, ' ', 0)
	if c.Chain == "" {
		for _, ch := range rule.Chains {
			fmt.Fprintf(t, "%s\t%s\n", ch.ID, ch.Title)
		}
		return t.Flush()
	}
	ch, err := rule.FindChain(c.Chain)
	if err != nil {
		return err
	}
	facts := map[string]courtday.Day{}
	for name, s := range c.Given {
		if facts[name], err = courtday.Parse(s); err != nil {
			return fault.New(fault.Invalid, "--given: "+fault.Say(err))
		}
	}
	links, err := ch.Compute(facts)
	if err != nil {
		return err
	}
	for _, l := range links {
		on, how := "open", "a fact that is not given"
		switch {
		case l.Derivation != nil:
			on, how = l.On.Named(), sheet.Case{Derivation: *l.Derivation}.Text()
		case l.Known && l.Link.EarlierOf != nil:
			on, how = l.On.Named(), "earlier of "+strings.Join(l.Link.EarlierOf, ", ")
		case l.Known && l.Link.LaterOf != nil:
			on, how = l.On.Named(), "later of "+strings.Join(l.Link.LaterOf, ", ")
		case l.Known:
			on, how = l.On.Named(), "given"
		case !l.Link.Given():
			how = "hangs on " + strings.Join(append(append([]string{}, l.Link.EarlierOf...), append(l.Link.LaterOf, l.Link.After)...), " ")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", l.Link.Name, on, strings.TrimSpace(how))
	}
	return t.Flush()
}

// rows writes the answers to a table, as CSV or as a JSON array, and counts the rows that have none.
type rows struct {
	o          *cli.IO
	json       bool
	out        *bufio.Writer
	csv        *csv.Writer
	good, lost int
}

func newRows(o *cli.IO, asJSON bool, columns []string) *rows {
	r := &rows{o: o, json: asJSON, out: bufio.NewWriter(o.Out)}
	if r.csv = csv.NewWriter(r.out); !asJSON {
		r.csv.Write(columns) //nolint:errcheck // Flush tells
	}
	return r
}

func (r *rows) row(v any, write func(*csv.Writer) error) error {
	r.good++
	if !r.json {
		return write(r.csv)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	sep := ",\n"
	if r.good == 1 {
		sep = "[\n"
	}
	_, err = r.out.WriteString(sep + string(b))
	return err
}

func (r *rows) bad(err error) {
	r.lost++
	fmt.Fprintln(r.o.Err, fault.Say(err))
}

// end finishes the answer. err is what stopped the table, if anything did.
func (r *rows) end(err error) error {
	if r.json {
		last := "\n]\n"
		if r.good == 0 {
			last = "[]\n"
		}
		r.out.WriteString(last) //nolint:errcheck // Flush tells
	}
	r.csv.Flush()
	if flushed := r.out.Flush(); err == nil {
		err = flushed
	}
	if err == nil && r.lost > 0 {
		err = fault.New(fault.Invalid, fmt.Sprintf("%d of %d rows have no answer.", r.lost, r.good+r.lost))
	}
	return err
}
