package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"countersign/internal/kernel/fault"
)

type probe struct {
	Remote    `embed:""`
	Once      `embed:""`
	Documents int    `help:"How many documents to draw of those that stay in the country." default:"4"`
	ID        string `arg:"" optional:"" help:"Show this probe instead of asking for a new one."`
}

type probed struct {
	ID, State, Verdict string
	Done, All          int
	Report             struct {
		Kept, Routes int
		Drawn        []struct{ Name, Matter, Blind string }
		Walks        []struct {
			Person, Org, Role                                    string
			Home                                                 bool
			Asked, Served, Pages, Refused, Absent, Unfit, Failed int
		}
		Leaks  []struct{ Route, Person, Role, Name, What string }
		AtHome []struct{ Route, What string } `json:"at_home"`
	}
}

// Run has the server walk its routes, waits for the end and shows the table. Its exit status is 0 only when nothing
// leaked and the probe could see.
func (x probe) Run(ctx context.Context, o *IO) error {
	c, err := x.dial()
	if err != nil {
		return err
	}
	if x.ID == "" {
		c.Key = x.key()
		var begun struct{ ID string }
		if _, err := c.Post(ctx, "/probes", map[string]int{"documents": x.Documents}, &begun); err != nil {
			return err
		}
		if begun.ID == "" {
			return fault.New(fault.Conflict, "This probe was asked for before under this key.")
		}
		c.Key, x.ID = "", begun.ID
	}
	var raw json.RawMessage
	var p probed
	for {
		if err := c.Get(ctx, "/probes/"+url.PathEscape(x.ID), &raw); err != nil {
			return err
		}
		p = probed{}
		if err := json.Unmarshal(raw, &p); err != nil {
			return err
		}
		if p.State == "ended" {
			break
		}
		if p.All > 0 {
			fmt.Fprintf(o.Err, "\r%d of about %d requests", p.Done, p.All) //nolint:errcheck // progress
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	if p.All > 0 {
		fmt.Fprintln(o.Err) //nolint:errcheck // progress
	}
	if err := show(x.Remote, o, raw, tellProbe); err != nil {
		return err
	}
	return p.fault()
}

func (p probed) fault() error {
	if n := len(p.Report.Leaks); n > 0 {
		return fault.New(fault.Conflict, "Something that is kept in the country left it: "+strconv.Itoa(n)+" leaks.")
	}
	for _, d := range p.Report.Drawn {
		if d.Blind != "" {
			return fault.New(fault.Conflict, "Of "+d.Name+" nothing is proven. "+d.Blind)
		}
	}
	return nil
}

func tellProbe(p *page, x probed) {
	p.line("%s", x.Verdict)
	p.field("documents", fmt.Sprintf("%d of %d that stay in the country", len(x.Report.Drawn), x.Report.Kept))
	p.field("routes", strconv.Itoa(x.Report.Routes))
	p.line("")
	p.row("PERSON", "ROLE", "REQUESTS", "ANSWERED", "PAGES", "REFUSED", "ABSENT", "UNFIT", "FAILED")
	for _, w := range x.Report.Walks {
		role := w.Role
		if w.Home {
			role += " (at home)"
		}
		p.row(w.Person, role, strconv.Itoa(w.Asked), strconv.Itoa(w.Served), strconv.Itoa(w.Pages), strconv.Itoa(w.Refused), strconv.Itoa(w.Absent), strconv.Itoa(w.Unfit), strconv.Itoa(w.Failed))
	}
	for _, l := range x.Report.Leaks {
		p.line("LEAK  %s gave %s of %s to %s, %s", l.Route, l.What, l.Name, l.Person, l.Role)
	}
	for _, g := range x.Report.AtHome {
		p.line("at home  %s gave %s", g.Route, g.What)
	}
}
