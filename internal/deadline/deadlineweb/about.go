package deadlineweb

import (
	"strings"

	"countersign/internal/deadline"
	"countersign/internal/deadline/courtday"
	"countersign/internal/ui"
)

// courtDay is a date of a court.
type courtDay = courtday.Day

func names(all []string) string { return strings.Join(all, ", ") }

func dateOr(shown bool, d deadline.Date) string {
	if !shown {
		return "–"
	}
	return long(d.Expected)
}

// saysEntry is what somebody read, as a sentence.
func saysEntry(e deadline.Read) string {
	s := long(e.On) + " · " + saysWhat(e.What)
	if e.Chain == "" {
		if e.Service != "" {
			s += " · served: " + serviceWord(e.Service)
		}
		s += " · " + court(e.What)
	}
	return s
}

func decidedBy(m deadline.Move) string {
	switch {
	case m.DecidedBy == "":
		return ", waits for approval."
	case m.Answer != "":
		return ", refused by " + m.DecidedBy + ": “" + m.Answer + "”"
	}
	return ", " + m.State + " by " + m.DecidedBy + "."
}

func eventLead(v eventView) string {
	switch v.State {
	case deadline.Waiting:
		return "One person has entered it. Nothing is in force until a second, at the firm, has entered it too."
	case deadline.Mismatch:
		return "The two entries differ. Nothing is in force until one of the two corrects."
	case deadline.InForce:
		return "Two people entered it, and agreed."
	}
	return "Withdrawn before it came into force."
}

func eventFacts(v eventView) []ui.Fact {
	out := []ui.Fact{{Term: "Matter", Value: v.Head.Number, Href: "/matters/" + string(v.Head.Matter)}}
	if len(v.Kept) > 0 {
		out = append(out, ui.Fact{Term: "On", Value: long(v.Kept[0].On)}, ui.Fact{Term: "Counts by", Value: saysWhat(deadline.What{Rule: v.Rule, Chain: v.Chain, Event: v.Trigger.Event})})
	}
	if v.SourceName != "" {
		out = append(out, ui.Fact{Term: "Read in", Value: v.SourceName, Href: "/documents/" + string(v.Source)})
	}
	return append(out, ui.Fact{Term: "The court’s clock", Value: zoneWord(v.Zone)}, ui.Fact{Term: "Owner", Value: v.OwnerName})
}

func serviceNow(v eventView) string {
	if len(v.Kept) > 0 {
		return string(v.Kept[0].Service)
	}
	return ""
}

func oneFacts(v view) []ui.Fact {
	out := []ui.Fact{{Term: "Matter", Value: v.Head.Number, Href: "/matters/" + string(v.Head.Matter)}, {Term: "Event", Value: v.EventName + " " + v.Event, Href: "/events/" + v.Trigger},
		{Term: "Event on", Value: long(v.Date.TriggerOn)}}
	if v.Deadline.Rule != "" {
		out = append(out, ui.Fact{Term: "Rule", Value: v.RuleText.Citation}, ui.Fact{Term: "Can the court extend it", Value: yesNo(v.RuleText.Extendable)})
	}
	if v.SourceName != "" {
		out = append(out, ui.Fact{Term: "Read in", Value: v.SourceName, Href: "/documents/" + string(v.Source)})
	}
	out = append(out, ui.Fact{Term: "Owner", Value: v.OwnerName}, ui.Fact{Term: "The court’s clock", Value: zoneWord(v.Zone)})
	if v.SettledBy != "" {
		out = append(out, ui.Fact{Term: stateWord(v.State) + " by", Value: v.SettledBy}, ui.Fact{Term: "Because", Value: v.Reason})
	}
	return out
}

func ruleNote(v view) string { return v.RuleText.Citation }

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

// ruleValue is a rule or a date of a chain as the form's choice names it.
func ruleValue(w deadline.What) string {
	switch {
	case w.Chain != "":
		return "chain:" + w.Chain + "/" + w.Event
	case w.Rule != "":
		return "rule:" + w.Rule
	}
	return ""
}

// ownEntry is what the reader entered before, for who corrects it.
func ownEntry(v eventView, which string) deadline.What {
	for _, e := range v.Entries {
		if which == "correct" && e.Reader && e.Until.IsZero() {
			return e.What
		}
	}
	return deadline.What{}
}

// differs names in what the two standing entries differ.
func differs(v eventView) string {
	var both []deadline.Read
	for _, e := range v.Entries {
		if e.Until.IsZero() {
			both = append(both, e)
		}
	}
	if len(both) != 2 {
		return ""
	}
	a, b := both[0], both[1]
	var out []string
	for _, x := range [][3]string{{"the rule", ruleValue(a.What), ruleValue(b.What)}, {"the day", long(a.On), long(b.On)},
		{"the manner of service", serviceWord(a.Service), serviceWord(b.Service)}, {"the jurisdiction", a.Jurisdiction, b.Jurisdiction}} {
		if x[1] != x[2] {
			out = append(out, x[0])
		}
	}
	return "Look again at " + strings.Join(out, " and ") + ". Nothing is in force until one of the two corrects."
}
