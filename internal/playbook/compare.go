package playbook

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
)

// A Change is one part that differs between two versions.
type Change struct {
	Part    string // "Steps", "Stage Peer review"
	Removed []string
	Added   []string
	Moved   bool // the same lines in another order
}

// A Comparison is two versions of one playbook and what differs.
type Comparison struct {
	Playbook Playbook
	From, To Version
	Changes  []Change
}

// Compare returns what changed between two versions of a playbook of the actor's firm.
//
// Faults: NotFound, Forbidden.
func (s *Service) Compare(ctx context.Context, who actor.Actor, id ident.PlaybookID, from, to int64) (c Comparison, err error) {
	defer fault.Wrap(&err, "playbook.Compare(%s, %d, %d)", id, from, to)
	v := s.gate.View(who)
	if c.Playbook, err = one(ctx, v, id); err != nil {
		return c, err
	}
	if c.From, err = Load(ctx, v, v.OpenOrg, id, from); err != nil {
		return c, err
	}
	if c.To, err = Load(ctx, v, v.OpenOrg, id, to); err != nil {
		return c, err
	}
	c.Changes = Changes(c.From, c.To)
	return c, nil
}

// Changes lists the parts that differ. It is pure.
func Changes(a, b Version) (out []Change) {
	add := func(part string, from, to []string) {
		if c, differs := lines(part, from, to); differs {
			out = append(out, c)
		}
	}
	word := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	hours := func(n int64) []string { return []string{strconv.FormatInt(n, 10) + " business hours"} }
	add("May leave the firm", word(string(a.Offshore)), word(string(b.Offshore)))
	add("Condition", word(a.Body.Condition), word(b.Body.Condition))
	add("Standard turnaround", hours(a.TurnaroundHours), hours(b.TurnaroundHours))
	add("Rush turnaround", hours(a.RushHours), hours(b.RushHours))
	add("Stages", stageLines(a.Stages), stageLines(b.Stages))
	add("Steps", a.Body.Steps, b.Body.Steps)
	for _, s := range stagesOfBoth(a.Stages, b.Stages) {
		add("Checklist: "+s.Name, a.Body.Checklist(s.Key), b.Body.Checklist(s.Key))
	}
	add("Inputs", a.Body.Inputs, b.Body.Inputs)
	add("Deliverable", word(a.Body.Deliverable), word(b.Body.Deliverable))
	add("Flags", a.Body.Flags, b.Body.Flags)
	add("Common defects", a.Body.Defects, b.Body.Defects)
	add("Template text", textLines(a.Body.Template), textLines(b.Body.Template))
	add("Template document", word(string(a.Template)), word(string(b.Template)))
	return out
}

// lines compares two lists as bags of lines, and by their order when the bags are equal.
func lines(part string, from, to []string) (c Change, differs bool) {
	c = Change{Part: part, Removed: without(from, to), Added: without(to, from)}
	c.Moved = len(c.Removed) == 0 && len(c.Added) == 0 && !slices.Equal(from, to)
	return c, c.Moved || len(c.Removed) > 0 || len(c.Added) > 0
}

// without returns the lines of a that b lacks, counting repetitions.
func without(a, b []string) (out []string) {
	left := map[string]int{}
	for _, l := range b {
		left[l]++
	}
	for _, l := range a {
		if left[l] == 0 {
			out = append(out, l)
		} else {
			left[l]--
		}
	}
	return out
}

func stageLines(stages []Stage) []string {
	out := make([]string, len(stages))
	for i, s := range stages {
		out[i] = s.Name + " (" + s.Key + ", " + string(s.Kind) + ", " + strings.ReplaceAll(s.Role, "_", " ")
		if s.BlindPercent > 0 {
			out[i] += ", blind in " + strconv.Itoa(s.BlindPercent) + "%"
		}
		out[i] += ")"
	}
	return out
}

func stagesOfBoth(a, b []Stage) []Stage {
	out := slices.Clone(b)
	for _, s := range a {
		if !slices.ContainsFunc(b, func(t Stage) bool { return t.Key == s.Key }) {
			out = append(out, s)
		}
	}
	return out
}

func textLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}
