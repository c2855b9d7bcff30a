package matterweb

import (
	"net/url"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// zones are the reader's and the other side's.
type zones struct{ mine, other *time.Location }

// tabs are the pages of a matter; those of other features hang under the same address.
func tabs(id ident.MatterID, current string) []ui.Tab {
	at := "/matters/" + string(id)
	out := []ui.Tab{{Label: "Overview", Href: at}, {Label: "Board", Href: at + "/board"}, {Label: "Deadlines", Href: at + "/deadlines"}, {Label: "Documents", Href: at + "/documents"},
		{Label: "Thread", Href: at + "/thread"}, {Label: "Gates", Href: at + "/gates"}, {Label: "Team", Href: at + "/team"}, {Label: "Trail", Href: at + "/trail"}}
	for i := range out {
		out[i].Count, out[i].Current = -1, out[i].Label == current
	}
	return out
}

func crumbs(h matter.Head, last string) []ui.Crumb {
	out := []ui.Crumb{{Label: "Matters", Href: "/matters"}}
	if last == "" {
		return append(out, ui.Crumb{Label: h.Number})
	}
	return append(out, ui.Crumb{Label: h.Number, Href: "/matters/" + string(h.ID)}, ui.Crumb{Label: last})
}

// sub is the line below a matter's title: its client for the firm, its firm for the provider.
func sub(h matter.Head) string {
	who := h.FirmName
	if h.Firm {
		who = h.Client
	}
	return h.Number + " · " + who
}

func options(words []matter.Word) []ui.Option {
	var out []ui.Option
	for _, w := range words {
		out = append(out, ui.Option{Value: w.Key, Label: w.Name})
	}
	return out
}

func chooseOptions(first string, words []matter.Word) []ui.Option {
	return append([]ui.Option{{Label: first}}, options(words)...)
}

func personOptions(first string, ps []matter.Person) []ui.Option {
	out := []ui.Option{{Label: first}}
	for _, p := range ps {
		label := p.Name
		if p.Title != "" {
			label += ", " + p.Title
		}
		if p.OrgName != "" && !p.Firm {
			label += " (" + p.OrgName + ")"
		}
		out = append(out, ui.Option{Value: string(p.ID), Label: label})
	}
	return out
}

func clientOptions(cs []matter.Client) []ui.Option {
	out := []ui.Option{{Label: "Choose a client"}}
	for _, c := range cs {
		out = append(out, ui.Option{Value: string(c.ID), Label: c.Name})
	}
	return out
}

func providerOptions(ps []matter.ProviderGates) []ui.Option {
	var out []ui.Option
	for _, p := range ps {
		out = append(out, ui.Option{Value: string(p.Provider), Label: p.Name})
	}
	return out
}

func side(firm bool) ui.Side {
	if firm {
		return ui.Onshore
	}
	return ui.Offshore
}

var roleNames = map[string]string{"supervising_attorney": "Supervising attorney", "delegate": "Delegate", "team": "Team"}

// gateLines shows closed gates before open ones; the way to open one leads to the place where it can be done.
func gateLines(p matter.ProviderGates, h matter.Head) []ui.GateLine {
	var closed, open []ui.GateLine
	for _, g := range p.Gates {
		l := ui.GateLine{Name: g.Name, Says: g.Say, State: ui.Open}
		if g.Open {
			open = append(open, l)
			continue
		}
		l.State, l.Rule = ui.Closed, g.Name
		if g.Fix != "" {
			l.Says += " " + g.Fix
		}
		if h.Firm && !g.Waits {
			l.Fix = fix(g.ID, p, h)
		}
		closed = append(closed, l)
	}
	return append(closed, open...)
}

func fix(gate string, p matter.ProviderGates, h matter.Head) ui.FixLink {
	gates := "/matters/" + string(h.ID) + "/gates"
	switch gate {
	case "gate-consent":
		return ui.FixLink{Label: "Record consent", Href: gates + "#consent"}
	case "gate-conflict":
		return ui.FixLink{Label: "Ask for a check", Href: gates + "#conflict"}
	case "gate-protective-order", "gate-export":
		return ui.FixLink{Label: "See the restrictions", Href: gates + "#restrictions"}
	case "gate-phase", "gate-baa":
		return ui.FixLink{Label: "Open the engagement", Href: "/engagements/" + string(p.Engagement)}
	case "gate-matter-open":
		return ui.FixLink{Label: "Reopen the matter", Href: "/matters/" + string(h.ID) + "/edit#state"}
	case "gate-mfa":
		return ui.FixLink{Label: "Enrol a second factor", Href: "/settings"}
	}
	return ui.FixLink{Label: "Open the engagement", Href: "/engagements/" + string(p.Engagement)}
}

func factLines(fs []matter.Fact) []ui.Fact {
	var out []ui.Fact
	for _, f := range fs {
		out = append(out, ui.Fact{Term: f.Label, Value: f.Value, Copy: true})
	}
	return out
}

func about(o matter.Overview) []ui.Fact {
	out := []ui.Fact{{Term: "Number", Value: o.Number, Copy: true}, {Term: "Practice area", Value: matter.NameOf(matter.PracticeAreas, o.Matter.PracticeArea)},
		{Term: "Jurisdiction", Value: o.Matter.Jurisdiction}, {Term: "Documents hold", Value: matter.NameOf(matter.DataClasses, o.Matter.DataClass)},
		{Term: "Supervising attorney", Value: o.Supervisor}}
	if o.Delegate != "" {
		out = append(out, ui.Fact{Term: "Her delegate", Value: o.Delegate})
	}
	return append(out, ui.Fact{Term: "Opened on", Value: ui.DayOf(o.Matter.OpenedOn)})
}

// blocked is the sentence that an attorney reads first.
func blocked(p matter.ProviderGates) string {
	switch n := p.Closed(); {
	case n == 0 && p.Holds:
		return "Every gate is open, and " + p.Name + " holds the matter."
	case n == 0:
		return "Every gate is open: a first package can be released to " + p.Name + "."
	case p.Holds:
		return "Nothing new can be released to " + p.Name + ": " + ui.Plural(n, "gate is", "gates are") + " closed. What it holds, it still sees."
	default:
		return "Nothing can be released to " + p.Name + ": " + ui.Plural(n, "gate is", "gates are") + " closed."
	}
}

func last(current string) string {
	if current == "Overview" {
		return ""
	}
	return current
}

func searchHint(firm bool) string {
	if firm {
		return "Number, title or client"
	}
	return "Number or title"
}

func counterpart(firm bool) string {
	if firm {
		return "Client"
	}
	return "Firm"
}

func filtered(q url.Values) bool {
	for _, name := range []string{"q", "area", "state", "mine", "client", "after"} {
		if q.Get(name) != "" {
			return true
		}
	}
	return false
}

// pager is the foot of a list: keyset pages go one way, back to the newest, and on.
func pager(shown, total int, path string, q url.Values, after string) ui.PageLinks {
	p := ui.PageLinks{Say: ui.Number(shown) + " of " + ui.Number(total)}
	if q.Get("after") != "" {
		p.NewestHref = link(path, q, "", "")
	}
	if after != "" {
		p.OlderHref = link(path, q, "after", after)
	}
	return p
}

func stateHeading(s matter.State) string {
	if s == matter.StateOpen {
		return "Close the matter"
	}
	return "Reopen the matter"
}

func turnTo(s matter.State) string {
	if s == matter.StateOpen {
		return "/close"
	}
	return "/reopen"
}

func until(k matter.Consent) string {
	if k.ExpiresOn == "" {
		return "No end date"
	}
	return ui.DayOf(k.ExpiresOn)
}

func evidenceOptions(files []matter.EvidenceFile) []ui.Option {
	out := []ui.Option{{Value: "", Label: "None: it is noted only"}}
	for _, e := range files {
		out = append(out, ui.Option{Value: string(e.Version), Label: e.Name})
	}
	return out
}

func outcome(f web.Form, check string) string {
	if f.Which == "answer-"+check {
		return f.Values.Get("outcome")
	}
	return ""
}

func providerName(ps []matter.ProviderGates, id ident.OrgID) string {
	for _, p := range ps {
		if p.Provider == id {
			return p.Name
		}
	}
	return "a former provider"
}

func restrictionOptions(g matter.GatesPage) []ui.Option {
	var out []ui.Option
	for _, w := range matter.Restrictions {
		if w.Key == "export_control" && !g.MayExport || w.Key == "protective_order" && !g.MayRestrict {
			continue
		}
		out = append(out, ui.Option{Value: w.Key, Label: w.Name})
	}
	return out
}
