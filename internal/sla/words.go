package sla

import (
	"strings"

	"countersign/internal/sla/minutes"
)

// A Line is one of the clocks of a task, by the name that people give it.
type Line struct {
	Name string
	minutes.Clock
}

// Lines are the clocks of a task: the agreed time, the provider's own target, each stage's share. None without terms.
func (c Clock) Lines() (out []Line) {
	if c.Ledger == nil {
		return nil
	}
	out = append(out, Line{"Agreed time", c.Ledger.SLA})
	if c.Ledger.Own.Amount > 0 {
		out = append(out, Line{"The provider's own target", c.Ledger.Own})
	}
	for _, s := range c.Ledger.Stages {
		out = append(out, Line{c.StageName(s.Stage), s})
	}
	return out
}

// Says is how the clock stands, in one sentence.
func (c Clock) Says() string {
	switch l := c.Ledger; {
	case c.Task.ReleasedAt.IsZero():
		return "Not released: no clock runs."
	case l == nil:
		return "Nothing was agreed for this type of work when it was released, so no clock runs. The two sides agree on time on the engagement's page, Agreed time."
	case l.Ended:
		return "Over: the clock stands for good."
	case l.Waits != "":
		return "The clock stands: " + strings.ToLower(l.Waits.Label()) + ". What is due moves until it goes on."
	case l.Now == minutes.Outside:
		return "Outside working hours: the clock goes on with the next shift."
	}
	return "The clock runs."
}

// Evidence says in words what a segment rests on.
func Evidence(ref string) string {
	kind, _, _ := strings.Cut(ref, "/")
	switch kind {
	case "question":
		return "A question to the firm"
	case "entry":
		return "A move of the task, on its trail"
	case "pause":
		return "A pause, with its reason"
	}
	return ""
}
