package deadlineweb

import (
	"strings"
	"time"

	"countersign/internal/deadline"
	"countersign/internal/deadline/courtday"
	"countersign/internal/deadline/rule"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// long is a court's day: "Fri 6 Nov 2026".
func long(d courtday.Day) string {
	if d == 0 {
		return ""
	}
	return d.Time().Format("Mon 2 Jan 2006")
}

// away says how far a day is from today.
func away(d, today courtday.Day) string {
	switch n := int(d - today); {
	case n == 0:
		return "today"
	case n == 1:
		return "tomorrow"
	case n == -1:
		return "yesterday"
	case n > 0:
		return "in " + ui.Plural(n, "day", "days")
	default:
		return ui.Plural(-n, "day", "days") + " ago"
	}
}

// A reading says how firm a date is.
type reading struct {
	tone ui.Tone
	word string
	says string
}

var readings = map[rule.Certainty]reading{
	rule.Settled:        {ui.OK, "Settled", "Every reading of the rules gives this date."},
	rule.StateHoliday:   {ui.Info, "State holiday", "It turns on a holiday of the state, FRCP 6(a)(6)(C)."},
	rule.Prevailing:     {ui.Info, "Readings differ", "It turns on an observed weekday or on a day on which an order closed the offices."},
	rule.Conservative:   {ui.Warn, "No rule settles it", "Two methods are in use: the earliest date is the safe one."},
	rule.Unsettled:      {ui.Warn, "Courts differ", "It turns on a holiday on which the courts of the state differ."},
	rule.LocalRuleCheck: {ui.Warn, "Check the local rule", "The period is one of a local rule, which changes without notice here."},
}

func readingOf(c rule.Certainty) reading {
	if r, ok := readings[c]; ok {
		return r
	}
	return reading{ui.Plain, string(c), ""}
}

var serviceWords = map[rule.Service]string{rule.Personal: "Personal", rule.Electronic: "Electronic", rule.Mail: "Mail", rule.MailOutOfState: "Mail from another state", rule.MailForeign: "Mail from abroad",
	rule.Overnight: "Overnight courier", rule.Fax: "Fax", rule.Clerk: "Left with the court’s clerk", rule.ConsentedOther: "Other means, agreed to in writing"}

func serviceWord(s rule.Service) string {
	if w := serviceWords[s]; w != "" {
		return w
	}
	return "Nothing served"
}

func serviceOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: serviceWord("")}}
	for _, s := range rule.Services {
		if s != rule.NoService {
			out = append(out, ui.Option{Value: string(s), Label: serviceWord(s)})
		}
	}
	return out
}

// ruleOptions are the dates of chains, then the rules alone.
func ruleOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: "Choose a rule or a chain"}}
	for _, c := range rule.Chains {
		for _, l := range c.Links {
			if l.Given() {
				out = append(out, ui.Option{Value: "chain:" + c.ID + "/" + l.Name, Label: "Chain: " + c.Title + " · " + deadline.Words(l.Name)})
			}
		}
	}
	for _, r := range rule.All() {
		out = append(out, ui.Option{Value: "rule:" + r.ID, Label: r.Citation + " · " + r.Description + " (" + r.ID + ")"})
	}
	return out
}

func zoneOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: "As the jurisdiction has it"}}
	for _, z := range deadline.Zones {
		out = append(out, ui.Option{Value: z, Label: zoneWord(z)})
	}
	return out
}

func zoneWord(z string) string {
	_, city, _ := strings.Cut(z, "/")
	return strings.ReplaceAll(city, "_", " ") + " time"
}

func ownerOptions(f deadline.Form) []ui.Option {
	out := []ui.Option{{Value: "", Label: "Myself"}}
	for _, p := range f.People {
		if p.ID != f.Self {
			out = append(out, ui.Option{Value: string(p.ID), Label: p.Name + ", " + p.Org})
		}
	}
	return out
}

func personOptions(all []deadline.Person) (out []ui.Option) {
	for _, p := range all {
		out = append(out, ui.Option{Value: string(p.ID), Label: p.Name + ", " + p.Org})
	}
	return out
}

func fileOptions(all []deadline.File) []ui.Option {
	out := []ui.Option{{Value: "", Label: "None"}}
	for _, x := range all {
		out = append(out, ui.Option{Value: string(x.ID), Label: x.Name})
	}
	return out
}

func taskOptions(all []deadline.Task) []ui.Option {
	out := []ui.Option{{Value: "", Label: "Choose a task"}}
	for _, t := range all {
		out = append(out, ui.Option{Value: string(t.ID), Label: taskName(t)})
	}
	return out
}

func taskName(t deadline.Task) string { return "T-" + ui.Number(int(t.Number)) + " " + t.Title }

// saysWhat is what somebody read, in words.
func saysWhat(w deadline.What) string {
	if w.Chain != "" {
		title := w.Chain
		if c, err := rule.FindChain(w.Chain); err == nil {
			title = c.Title
		}
		return title + " · " + deadline.Words(w.Event)
	}
	if r, err := rule.Find(w.Rule); err == nil {
		return r.Citation + " · " + r.Description
	}
	return w.Rule
}

func court(w deadline.What) string {
	if w.Chain != "" {
		return "As the chain has it"
	}
	if w.Jurisdiction == "" {
		return "The rule’s own"
	}
	return w.Jurisdiction
}

func crumbs(h deadline.Head, last ...string) []ui.Crumb {
	out := []ui.Crumb{{Label: "Deadlines", Href: "/deadlines"}, {Label: h.Number, Href: "/matters/" + string(h.Matter) + "/deadlines"}}
	for _, l := range last {
		out = append(out, ui.Crumb{Label: l})
	}
	return out
}

// tabs are the pages of a matter; the page of its docket stands among them.
func tabs(id ident.MatterID) []ui.Tab {
	at := "/matters/" + string(id)
	return []ui.Tab{{Label: "Overview", Href: at, Count: -1}, {Label: "Board", Href: at + "/board", Count: -1}, {Label: "Deadlines", Href: at + "/deadlines", Count: -1, Current: true},
		{Label: "Documents", Href: at + "/documents", Count: -1}, {Label: "Thread", Href: at + "/thread", Count: -1}, {Label: "Gates", Href: at + "/gates", Count: -1},
		{Label: "Team", Href: at + "/team", Count: -1}, {Label: "Trail", Href: at + "/trail", Count: -1}}
}

// inCourt is an instant as the court's clock shows it, and as the reader's does.
func inCourt(t, now time.Time, zone string, rd web.Reader) ui.Dual {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	_, there := t.In(loc).Zone()
	other := rd.Zone
	if _, mine := t.In(rd.Zone).Zone(); mine == there {
		other = rd.Other // the reader's clock shows the same: the other side's says more
	}
	return ui.DualOf(t, now, loc, other)
}

func stateTone(s deadline.State) ui.Tone {
	if s == deadline.Satisfied {
		return ui.OK
	}
	return ui.Plain
}

func stateWord(s deadline.State) string {
	switch s {
	case deadline.Satisfied:
		return "Satisfied"
	case deadline.Cancelled:
		return "Cancelled"
	}
	return "Open"
}

func triggerWord(s deadline.TriggerState) (ui.Tone, string) {
	switch s {
	case deadline.Waiting:
		return ui.Warn, "Waits for a second entry"
	case deadline.Mismatch:
		return ui.Bad, "Entries differ"
	case deadline.InForce:
		return ui.OK, "In force"
	}
	return ui.Plain, "Withdrawn"
}

// ladderSays is what a reminder did.
func ladderSays(r deadline.Reminder) string {
	switch {
	case r.State == "acknowledged":
		return "Acknowledged by " + r.AcknowledgedBy
	case r.State == "fired" && r.Climbs.IsZero():
		return "With " + r.Person + ", who is the last to be told"
	case r.State == "fired":
		return "Waits for " + r.Person
	case r.State == "ended":
		return "Ended"
	}
	return "To come"
}

func before(days int64) string {
	if days == 0 {
		return "On the day"
	}
	return ui.Plural(int(days), "day", "days") + " before"
}

// filtered reports whether an address narrows the docket.
func filtered(v docketView) bool {
	for _, k := range []string{"q", "mine", "state", "within", "after"} {
		if v.Query.Get(k) != "" {
			return true
		}
	}
	return false
}

var rowColumns = []ui.Column{{Label: "Deadline"}, {Label: "Binds"}, {Label: "Earliest to latest"}, {Label: "How firm"}, {Label: "Owner"}}

var states = []ui.Option{{Value: "", Label: "Open"}, {Value: "satisfied", Label: "Satisfied"}, {Value: "cancelled", Label: "Cancelled"}, {Value: "all", Label: "Every state"}}

var spans = []ui.Option{{Value: "", Label: "Any time"}, {Value: "7", Label: "Within 7 days"}, {Value: "30", Label: "Within 30 days"}, {Value: "90", Label: "Within 90 days"}}

func shiftWord(x deadline.Shift) string {
	switch {
	case x.Settled:
		return "Stays: it is " + string(x.Deadline.State)
	case x.Gone:
		return "Falls away"
	case x.Deadline.ID == "":
		return "New"
	case !x.Moves():
		return "Stays"
	}
	if n := int(x.To.Date.Expected - x.Deadline.Date.Expected); n < 0 {
		return ui.Plural(-n, "day", "days") + " earlier"
	} else if n > 0 {
		return ui.Plural(n, "day", "days") + " later"
	}
	return "The date stays, another reading moves"
}

// rest is what Says leaves out of the event and the rule.
func rest(r deadline.Row) string {
	if r.Says() == r.Event {
		return r.Title
	}
	return r.Event
}
