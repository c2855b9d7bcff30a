package main

import (
	"os"

	"countersign/internal/cli"
	"countersign/internal/kernel/fault"
	"countersign/internal/sla/worktime"
)

// clockCmd counts working time. Rows come on standard input, answers go to standard output.
type clockCmd struct {
	Due     clockDueCmd     `cmd:"" help:"When an amount of working time ends: id, calendar, start, business_minutes."`
	Elapsed clockElapsedCmd `cmd:"" help:"How much working time lies between two instants: id, calendar, start, end, pauses."`
	Overlap clockOverlapCmd `cmd:"" help:"When two calendars are open together on a day: id, us_calendar, offshore_calendar, us_local_date."`
}

type calendarsFlag struct {
	Calendars string `help:"JSON file with calendars: zones, shifts, closed days, combinations." required:"" placeholder:"FILE" type:"path"`
}

func (c calendarsFlag) answer(o *cli.IO, t worktime.Table) error {
	f, err := os.Open(c.Calendars)
	if err != nil {
		return fault.New(fault.NotFound, "There is no file "+c.Calendars+".")
	}
	defer f.Close() //nolint:errcheck // it was only read
	calendars, err := worktime.Read(f)
	if err != nil {
		return bad(err)
	}
	if err := t.Answer(o.In, calendars, o.Out); err != nil {
		return bad(err)
	}
	return nil
}

type (
	clockDueCmd     struct{ calendarsFlag }
	clockElapsedCmd struct{ calendarsFlag }
	clockOverlapCmd struct{ calendarsFlag }
)

// Run answers the rows.
func (c clockDueCmd) Run(o *cli.IO) error { return c.answer(o, worktime.DueTable) }

// Run answers the rows.
func (c clockElapsedCmd) Run(o *cli.IO) error { return c.answer(o, worktime.ElapsedTable) }

// Run answers the rows.
func (c clockOverlapCmd) Run(o *cli.IO) error { return c.answer(o, worktime.OverlapTable) }
