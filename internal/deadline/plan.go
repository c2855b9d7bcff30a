package deadline

import (
	"slices"
	"strings"
	"time"

	"countersign/internal/deadline/courtday"
	"countersign/internal/deadline/rule"
	"countersign/internal/kernel/fault"
)

// ByHand is the rule of a date that an order sets: it is never computed.
const ByHand = "ORDER-FIXED"

// A Line is a deadline that a plan gives.
type Line struct {
	Link  string // name in the chain; "" for a rule
	Rule  string
	Title string
	Date  Date
}

// check refuses what cannot be counted.
//
// Faults: Invalid (fields "rule", "event", "on", "service", "jurisdiction").
func (w What) check() error {
	if (w.Rule == "") == (w.Chain == "") {
		return fault.InField("rule", "Choose a rule, or a date of a chain.")
	}
	if w.Chain == "" {
		_, err := w.lines(nil)
		return err
	}
	c, err := rule.FindChain(w.Chain)
	if err != nil {
		return fault.InField("rule", fault.Say(err))
	}
	if !slices.ContainsFunc(c.Links, func(l rule.Link) bool { return l.Name == w.Event && l.Given() }) {
		return fault.InField("rule", "Choose an event of the chain.")
	}
	_, err = w.lines(nil)
	return err
}

// tidy puts a chain's entry into the form in which two of them can be compared: its court and service are its own.
func (w What) tidy() What {
	w.Rule, w.Chain, w.Event, w.Jurisdiction = line(w.Rule), line(w.Chain), line(w.Event), strings.ToUpper(line(w.Jurisdiction))
	if w.Chain != "" {
		w.Service, w.Jurisdiction = "", ""
	}
	if w.Service == rule.NoService {
		w.Service = ""
	}
	return w
}

// lines derives the deadlines. others are the other dates of the chain that are known.
func (w What) lines(others map[string]courtday.Day) ([]Line, error) {
	if w.Chain == "" {
		return w.single()
	}
	c, err := rule.FindChain(w.Chain)
	if err != nil {
		return nil, fault.InField("rule", fault.Say(err))
	}
	facts := map[string]courtday.Day{}
	for k, v := range others {
		facts[k] = v
	}
	if w.Event != "" {
		facts[w.Event] = w.On
	}
	dated, err := c.Compute(facts)
	if err != nil {
		return nil, inForm(err)
	}
	var out []Line
	for _, d := range dated {
		if d.Known && !d.Link.Given() && !limb(c, d.Link.Name) {
			out = append(out, lineOf(d, dated))
		}
	}
	return out, nil
}

func (w What) single() ([]Line, error) {
	r, err := rule.Find(w.Rule)
	if err != nil {
		return nil, fault.InField("rule", fault.Say(err))
	}
	d, err := rule.Derive(rule.Request{Rule: r, Jurisdiction: w.Jurisdiction, Trigger: w.On, Service: w.Service})
	if err != nil {
		return nil, inForm(err)
	}
	return []Line{{Rule: r.ID, Title: upperFirst(r.Description), Date: dateOf(d)}}, nil
}

// inForm gives a fault of the calculators the name that the field has in the forms.
func inForm(err error) error {
	names := map[string]string{"trigger_date": "on", "service_method": "service", "rule_id": "rule", "given": "rule"}
	if name, ok := names[fault.Field(err)]; ok {
		return fault.InField(name, fault.Say(err))
	}
	return err
}

func dateOf(d rule.Derivation) Date {
	out := Date{TriggerOn: d.Trigger, Expected: d.Expected, Earliest: d.Earliest, Latest: d.Latest, Certainty: d.Certainty, DueTime: d.DueTime}
	for _, s := range d.Steps {
		out.Steps = append(out.Steps, Step{s.Say(), s.To, s.Authority})
	}
	return out
}

// limb reports whether a link is only one of those among which another chooses.
func limb(c rule.Chain, name string) bool {
	return slices.ContainsFunc(c.Links, func(l rule.Link) bool { return slices.Contains(l.EarlierOf, name) || slices.Contains(l.LaterOf, name) })
}

func lineOf(d rule.Dated, all []rule.Dated) Line {
	l := Line{Link: d.Link.Name, Rule: d.Link.Rule, Title: Words(d.Link.Name)}
	if d.Derivation == nil {
		l.Date = chosen(d, all)
		return l
	}
	l.Date = dateOf(*d.Derivation)
	l.Title = upperFirst(d.Derivation.Rule.Description)
	if d.Link.Safe {
		l.Title += " (the safe date)"
		l.Date.Expected, l.Date.Latest = d.On, d.On
	}
	return l
}

// chosen is the earlier or later of two dates, with both counts. Each reading chooses for itself.
func chosen(d rule.Dated, all []rule.Dated) Date {
	word, limbs, better := "earlier", d.Link.EarlierOf, func(a, b courtday.Day) courtday.Day { return min(a, b) }
	if limbs == nil {
		word, limbs, better = "later", d.Link.LaterOf, func(a, b courtday.Day) courtday.Day { return max(a, b) }
	}
	out := Date{Expected: d.On, Earliest: d.On, Latest: d.On, Certainty: rule.Settled}
	first := true
	for _, x := range all {
		if !slices.Contains(limbs, x.Link.Name) || x.Derivation == nil {
			continue
		}
		one := dateOf(*x.Derivation)
		out.Steps = append(out.Steps, one.Steps...)
		if first {
			out.Earliest, out.Latest = one.Earliest, one.Latest
		}
		out.Earliest, out.Latest, first = better(out.Earliest, one.Earliest), better(out.Latest, one.Latest), false
		if x.On == d.On {
			out.TriggerOn, out.Certainty, out.DueTime = one.TriggerOn, one.Certainty, one.DueTime
		}
	}
	out.Steps = append(out.Steps, Step{Say: "The " + word + " of the dates binds: " + d.On.Named() + ".", To: d.On})
	return out
}

// Words is the name of a date in a chain as people say it: "Complaint filed".
func Words(name string) string { return upperFirst(strings.ReplaceAll(name, "_", " ")) }

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// zones are where the courts of a jurisdiction sit, for the most part. Who knows better chooses the zone.
var zones = map[string]string{"CA": "America/Los_Angeles", "WA": "America/Los_Angeles", "OR": "America/Los_Angeles", "NV": "America/Los_Angeles",
	"CO": "America/Denver", "UT": "America/Denver", "NM": "America/Denver", "MT": "America/Denver", "WY": "America/Denver", "AZ": "America/Phoenix",
	"IL": "America/Chicago", "TX": "America/Chicago", "WI": "America/Chicago", "MN": "America/Chicago", "MO": "America/Chicago", "LA": "America/Chicago",
	"IA": "America/Chicago", "OK": "America/Chicago", "AL": "America/Chicago", "MS": "America/Chicago", "AR": "America/Chicago",
	"NY": "America/New_York", "FL": "America/New_York", "NJ": "America/New_York", "PA": "America/New_York", "MA": "America/New_York", "CT": "America/New_York",
	"DC": "America/New_York", "VA": "America/New_York", "MD": "America/New_York", "GA": "America/New_York", "OH": "America/New_York", "MI": "America/Detroit",
	"NC": "America/New_York", "SC": "America/New_York", "DE": "America/New_York", "HI": "Pacific/Honolulu", "AK": "America/Anchorage"}

// Zones lists the zones that a court can be in.
var Zones = []string{"America/New_York", "America/Detroit", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu"}

// zoneOf finds the court's zone: as chosen, else by jurisdiction, else the firm's.
//
// Faults: Invalid (field "zone").
func zoneOf(chosen, jurisdiction, firm string) (string, error) {
	if chosen != "" {
		if _, err := time.LoadLocation(chosen); err != nil || chosen == "Local" {
			return "", fault.InField("zone", "Choose the court's time zone from the list.")
		}
		return chosen, nil
	}
	_, state, _ := strings.Cut(jurisdiction, "/")
	if state == "" {
		state = jurisdiction
	}
	if z := zones[state]; z != "" {
		return z, nil
	}
	return firm, nil
}

// court is the jurisdiction that says where the court sits, also for a chain.
func (w What) court() string {
	if c, err := rule.FindChain(w.Chain); err == nil {
		for _, l := range c.Links {
			if l.Jurisdiction != "" {
				return l.Jurisdiction
			}
		}
	}
	return w.Jurisdiction
}
