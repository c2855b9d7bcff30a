package playbookweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"countersign/internal/platform/web"
	"countersign/internal/playbook"
	"countersign/internal/ui"
)

// zones are the reader's and the other side's.
type zones struct{ mine, other *time.Location }

func zonesOf(r *http.Request) zones {
	rd := web.ReaderOf(r)
	return zones{rd.Zone, rd.Other}
}

// areas are the catalogue's practice areas as people write them; a firm's own name stands as it is.
var areas = map[string]string{"litigation": "Litigation", "corporate": "Corporate", "immigration": "Immigration", "family": "Family",
	"estate": "Estate planning", "realestate": "Real estate", "ip": "Intellectual property"}

func areaName(a string) string {
	if n := areas[a]; n != "" {
		return n
	}
	return a
}

func offshoreBadge(o playbook.Offshore) (ui.Tone, ui.IconName, string) {
	switch o {
	case playbook.Yes:
		return ui.OK, ui.IconOK, "May leave the firm"
	case playbook.Conditional:
		return ui.Warn, ui.IconWarn, "On a condition"
	}
	return ui.Bad, ui.IconLock, "Attorneys only"
}

var offshoreOptions = []ui.Option{
	{Value: string(playbook.Yes), Label: "Yes"},
	{Value: string(playbook.Conditional), Label: "On a condition", Hint: "Whoever releases a package confirms the condition below."},
	{Value: string(playbook.No), Label: "No: attorneys only"},
}

var roleNames = map[string]string{playbook.RoleJunior: "Junior paralegal", playbook.RolePeer: "Peer reviewer",
	playbook.RoleSenior: "Senior reviewer", playbook.RoleAttorney: "Supervising attorney"}

func roleOptions(k playbook.StageKind) []ui.Option {
	roles := []string{playbook.RolePeer, playbook.RoleSenior}
	switch k {
	case playbook.Draft:
		roles = []string{playbook.RoleJunior, playbook.RolePeer, playbook.RoleSenior}
	case playbook.Acceptance:
		roles = []string{playbook.RoleAttorney}
	}
	var out []ui.Option
	for _, r := range roles {
		out = append(out, ui.Option{Value: r, Label: roleNames[r]})
	}
	return out
}

func severityOptions() []ui.Option {
	var out []ui.Option
	for _, s := range playbook.Severities {
		out = append(out, ui.Option{Value: s, Label: strings.ToUpper(s[:1]) + s[1:]})
	}
	return out
}

func stageSteps(stages []playbook.Stage) []ui.StageStep {
	out := make([]ui.StageStep, len(stages))
	for i, s := range stages {
		out[i] = ui.StageStep{Name: s.Name, Note: roleNames[s.Role]}
		if s.BlindPercent > 0 {
			out[i].Note += ", blind in " + strconv.Itoa(s.BlindPercent) + "% of tasks"
		}
	}
	return out
}

func hours(n int64) string { return ui.Plural(int(n), "business hour", "business hours") }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// href is the list's address with another filter.
func href(f playbook.Filter) string {
	q := url.Values{}
	set := func(name, v string) {
		if v != "" {
			q.Set(name, v)
		}
	}
	set("area", f.Area)
	set("q", f.Find)
	set("after", f.After)
	if f.Retired {
		q.Set("retired", "1")
	}
	if len(q) == 0 {
		return "/playbooks"
	}
	return "/playbooks?" + q.Encode()
}

// errorOf is what a refused form says at one field.
func errorOf(errors []ui.FieldError, name string) string {
	for _, e := range errors {
		if e.Name == name {
			return e.Text
		}
	}
	return ""
}

func areaTabs(p listPage) []ui.Tab {
	all := 0
	for _, a := range p.List.Areas {
		all += a.Count
	}
	tabs := []ui.Tab{{Label: "All", Href: href(playbook.Filter{Find: p.Filter.Find, Retired: p.Filter.Retired}), Count: all, Current: p.Filter.Area == ""}}
	for _, a := range p.List.Areas {
		tabs = append(tabs, ui.Tab{Label: areaName(a.Name), Count: a.Count, Current: p.Filter.Area == a.Name,
			Href: href(playbook.Filter{Area: a.Name, Find: p.Filter.Find, Retired: p.Filter.Retired})})
	}
	return tabs
}

// firstHref and nextHref lead from page to page of the list.
func firstHref(p listPage) string {
	if p.Filter.After == "" {
		return ""
	}
	f := p.Filter
	f.After = ""
	return href(f)
}

func nextHref(p listPage) string {
	if p.List.Next == "" {
		return ""
	}
	f := p.Filter
	f.After = p.List.Next
	return href(f)
}

// standing says which version is in force, in one sentence.
func standing(sh playbook.Sheet) string {
	switch {
	case !sh.Playbook.Retired.IsZero():
		return "Retired: new tasks cannot choose it."
	case sh.Playbook.Current == 0:
		return "No version is released yet."
	case sh.Version.N != sh.Playbook.Current:
		return "You read version " + itoa(sh.Version.N) + "; version " + itoa(sh.Playbook.Current) + " is in force."
	}
	return "Version " + itoa(sh.Playbook.Current) + " is in force."
}

// historyLine says who did what to a version, and what goes on with it.
func historyLine(l playbook.Line, z zones) string {
	by, at, did := l.MadeBy, l.MadeAt, "Begun by "
	if l.State == playbook.InForce {
		by, at, did = l.ReleasedBy, l.ReleasedAt, "Released by "
	}
	if by == "" {
		by = "the program"
	}
	say := did + by + ", " + at.In(z.mine).Format("2 Jan 2006")
	if l.Open > 0 {
		say += ". " + ui.Plural(l.Open, "open task", "open tasks")
	}
	if l.Note != "" {
		say += ". " + l.Note
	}
	return say
}
