package rule

import (
	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/fault"
)

// A Certainty is how firm the counting is; the package comment says what each means.
type Certainty string

// The certainties.
const (
	Settled        Certainty = "settled"
	StateHoliday   Certainty = "state-holiday"
	Prevailing     Certainty = "prevailing"
	Conservative   Certainty = "conservative"
	Unsettled      Certainty = "unsettled"
	LocalRuleCheck Certainty = "local-rule-check"
)

// A Request asks for a deadline.
type Request struct {
	Rule         Rule
	Jurisdiction string // "US-FED", "US-FED/IL" (a federal court that sits in Illinois), "CA", "US-AGENCY"; "" where the regime has but one
	Trigger      courtday.Day
	Service      Service // "" is none
	Inaccessible []courtday.Day
	Electronic   bool         // the response is filed electronically: the weekend rule of USCIS covers paper only
	Printed      courtday.Day // date printed on a notice of USCIS, which controls when it is earlier; 0: none
}

// A Derivation is a deadline and how it was reached.
type Derivation struct {
	Rule      Rule
	Trigger   courtday.Day
	Expected  courtday.Day // under the prevailing reading
	Earliest  courtday.Day // under any plausible one: alerts run on this
	Latest    courtday.Day
	Certainty Certainty
	DueTime   string // "" is the end of the day; else "10:00", "end_of_day", "23:59 America/New_York"
	Steps     []Step // of Expected
}

// An outcome is a date under one reading. early and late differ from day where no rule decides between two methods.
type outcome struct {
	day, early, late courtday.Day
	dueTime          string
}

func on(d courtday.Day) outcome { return outcome{day: d, early: d, late: d} }

// margin is more days than any count moves beyond its period.
const margin = 400

// Derive counts.
//
// Faults: Invalid; its field is one of those of a table: rule_id, jurisdiction, trigger_date, service_method.
func Derive(q Request) (Derivation, error) {
	d := Derivation{Rule: q.Rule, Trigger: q.Trigger}
	c, err := q.check()
	if err != nil {
		return d, err
	}
	p := pass{q: q, calendars: c.calendars}
	best := outcome{}
	for i, set := range c.readings {
		p.set, p.steps = set, nil
		p.record = i == c.prevailing
		o := regimes[q.Rule.Regime](&p)
		if q.Printed != 0 && q.Rule.Regime == USCIS {
			o = p.printed(o)
		}
		if p.record {
			best, d.Expected, d.DueTime, d.Steps = o, o.day, o.dueTime, p.steps
		}
		if i == 0 || o.early < d.Earliest {
			d.Earliest = o.early
		}
		if i == 0 || o.late > d.Latest {
			d.Latest = o.late
		}
		c.seen[i] = o.day
	}
	d.Certainty = c.certainty(q.Rule, best, d)
	d.Steps = append(d.Steps, q.remarks(c, d)...)
	return d, nil
}

func (q Request) check() (court, error) {
	if err := q.Rule.check(); err != nil {
		return court{}, err
	}
	if q.Service != "" && !known(q.Service) {
		return court{}, fault.InField("service_method", "There is no manner of service "+quoted(string(q.Service))+".")
	}
	room := margin + courtday.Day(longest)*2
	if q.Trigger < courtday.First+room || q.Trigger > courtday.Last-room {
		return court{}, fault.InField("trigger_date", "Deadlines are counted from triggers between "+(courtday.First+room).String()+" and "+(courtday.Last-room).String()+".")
	}
	return courtOf(q.Rule, q.Jurisdiction)
}

// certainty is the rule of the package comment.
func (c *court) certainty(r Rule, best outcome, d Derivation) Certainty {
	switch {
	case r.Local:
		return LocalRuleCheck
	case best.early != best.day || best.late != best.day:
		return Conservative
	case d.Earliest == d.Expected && d.Latest == d.Expected:
		return Settled
	case c.state > 0 && c.seen[c.state] != c.seen[c.state-1]:
		return StateHoliday
	case c.differ:
		return Unsettled
	}
	return Prevailing
}

// Remark is a step that is text alone.
func Remark(on courtday.Day, text, authority string) Step {
	return Step{From: on, To: on, kind: remark, text: text, Authority: authority}
}

// remarks are what a reader of the date must know beside the count.
func (q Request) remarks(c court, d Derivation) (out []Step) {
	say := func(text, authority string) { out = append(out, Remark(d.Expected, text, authority)) }
	d.hinges(say)
	q.manner(say)
	if c.without != "" {
		say("No holidays of "+c.without+" are held: only federal ones are counted. Check that state's.", "FRCP 6(a)(6)(C)")
	}
	if c.partial != "" {
		say("Only some holidays of "+c.partial+" are held. Check that state's list.", "FRCP 6(a)(6)(C)")
	}
	q.Rule.standing(q.Trigger, say)
	lo, hi := min(q.Trigger, d.Earliest).Year(), max(q.Trigger, d.Latest).Year()
	dated := q.Rule.Regime != Fixed && q.Rule.Regime != NoRoll && q.Rule.Regime != Wait
	if dated && (lo < courtday.ListedFrom || hi > courtday.ListedTo) {
		say("Holidays are computed from their definitions; they were compared with published lists for 2024 to 2030 only.", "")
	}
	return out
}

// hinges says what else the date might be.
func (d Derivation) hinges(say func(text, authority string)) {
	switch {
	case d.Certainty == Conservative && d.Rule.ReceivedBy:
		say("Have it received by "+d.Earliest.Named()+", so that nothing hangs on the extension.", d.Rule.Citation)
	case d.Certainty == Conservative:
		say("No rule settles this. Act by "+d.Earliest.Named()+" to be safe.", "")
	case d.Earliest < d.Expected:
		say("On another reading the period ends on "+d.Earliest.Named()+": alerts run on that day.", "")
	case d.Latest > d.Expected:
		say("On another reading the period ends on "+d.Latest.Named()+"; do not rely on it.", "")
	}
}

// manner says where the manner of service or a closed clerk changes nothing.
func (q Request) manner(say func(text, authority string)) {
	c := classes[q.Rule.Service]
	if c.adds[q.Service].n == 0 && (q.Service.byMail() || q.Service == Electronic) {
		say("Nothing is added for service by "+q.Service.words()+".", c.authority)
	}
	if len(q.Inaccessible) > 0 && (q.Rule.Regime != Federal || q.Rule.ServedOnly) {
		say("That the clerk's office is inaccessible changes nothing here: FRCP 6(a)(3) is about filing in a federal court.", "")
	}
}

// standing says where the rule was not, or is not, in force.
func (r Rule) standing(trigger courtday.Day, say func(text, authority string)) {
	if r.From != nil && trigger < *r.From {
		say("The rule took effect only on "+r.From.String()+".", r.Citation)
	}
	if r.To != nil && trigger > *r.To {
		say("The rule was in force until "+r.To.String()+".", r.Citation)
	}
	if r.Status != "" {
		say("The rule is "+r.Status+": do not rely on it.", r.Source)
	}
}

func (s Service) words() string {
	switch s {
	case Electronic:
		return "electronic means"
	case MailOutOfState:
		return "mail from another state"
	case MailForeign:
		return "mail from abroad"
	}
	return string(s)
}
