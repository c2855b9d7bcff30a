package rule

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"

	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/fault"
)

// A Rule is one period of a statute, rule or order, as data.
type Rule struct {
	ID          string `json:"id"`
	Citation    string `json:"citation"`
	Description string `json:"description"`
	Regime      Regime `json:"regime"`
	Direction   string `json:"direction"` // after, before, on
	Amount      int    `json:"amount"`
	Unit        Unit   `json:"unit"`
	Service     string `json:"service"` // class of service extension; "none"
	Anchor      string `json:"anchor"`  // event that starts the period
	Source      string `json:"source"`  // provenance of text and length
	Extendable  bool   `json:"extendable"`

	ServedOnly bool          `json:"served_only,omitempty"` // nothing is filed: a clerk who cannot be reached changes nothing
	Local      bool          `json:"local,omitempty"`       // of a local rule, which changes without notice here
	Rolls      string        `json:"rolls,omitempty"`       // "always": a weekend extends it, however and whenever filed (USCIS)
	ReceivedBy bool          `json:"received_by,omitempty"` // the agency must have it on the day: safe is the business day before a weekend
	From       *courtday.Day `json:"from,omitempty"`        // effective from; nil: no date is held
	To         *courtday.Day `json:"to,omitempty"`          // effective to, inclusive; nil: in force
	Status     string        `json:"status,omitempty"`      // "" in force, enjoined, vacated
}

// A Unit is what a period is counted in.
type Unit string

// The units.
const (
	Days         Unit = "days"
	Weeks        Unit = "weeks"
	Months       Unit = "months"
	Years        Unit = "years"
	CourtDays    Unit = "court_days"
	BusinessDays Unit = "business_days"
)

var units = []Unit{Days, Weeks, Months, Years, CourtDays, BusinessDays}

// longest is the longest period in any unit. No rule comes near, and no count of it leaves the known dates unnoticed.
const longest = 3000

//go:embed rules.json
var rulesJSON []byte

var book = load(rulesJSON)

// All lists the rules, in the order of rules.json.
func All() []Rule { return slices.Clone(book.rules) }

// Find returns the rule with the id.
//
// Faults: NotFound.
func Find(id string) (Rule, error) {
	if i, ok := book.at[id]; ok {
		return book.rules[i], nil
	}
	return Rule{}, fault.New(fault.NotFound, "There is no rule "+quoted(id)+".")
}

type ruleBook struct {
	rules []Rule
	at    map[string]int
}

// load panics on a mistake in the data that the program carries: a test would meet it first.
func load(data []byte) *ruleBook {
	b := &ruleBook{at: map[string]int{}}
	if err := json.Unmarshal(data, &b.rules); err != nil {
		panic(err)
	}
	for i, r := range b.rules {
		if _, twice := b.at[r.ID]; twice {
			panic("rules.json: two rules " + r.ID)
		}
		if err := r.check(); err != nil {
			panic("rules.json: " + r.ID + ": " + err.Error())
		}
		b.at[r.ID] = i
	}
	return b
}

// check refuses what no method can count.
func (r Rule) check() error {
	switch {
	case regimes[r.Regime] == nil:
		return fault.InField("regime", "There is no regime "+quoted(string(r.Regime))+".")
	case r.Direction != "after" && r.Direction != "before" && r.Direction != "on":
		return fault.InField("direction", "A direction is after, before or on.")
	case !slices.Contains(units, r.Unit):
		return fault.InField("unit", "A unit is days, weeks, months, years, court_days or business_days.")
	case r.Amount < 0 || r.Amount > longest || r.Unit == Years && r.Amount > 20 || r.Unit == Months && r.Amount > 240:
		return fault.InField("amount", "A period is counted up to 3000 days, 240 months or 20 years.")
	case r.Direction == "on" && r.Regime != Fixed:
		return fault.InField("direction", "Only a date certain is on its day.")
	case r.Direction == "before" && forwardOnly[r.Regime]:
		return fault.InField("direction", "Regime "+string(r.Regime)+" has no periods that run back.")
	case classes[r.Service] == nil:
		return fault.InField("service", "There is no class of service "+quoted(r.Service)+".")
	}
	return nil
}

// quoted is s between quotation marks, short enough for a sentence and without what steers a terminal.
func quoted(s string) string {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return "“" + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return '?'
		}
		return r
	}, s) + "”"
}
