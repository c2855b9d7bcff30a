package courtday

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Certainty is how sure it is that a court does not count a day: a set of classes when it selects days.
type Certainty uint8

// The classes. A day that is in several is as certain as the best of them.
const (
	Settled    Certainty = 1 << iota // set aside by statute, or moved by statute or rule of court
	Prevailing                       // the weekday on which a federal holiday is observed (DOMAIN 1.2)
	Unsettled                        // courts differ, each court has an order of its own, or only an order closed offices

	Any = Settled | Prevailing | Unsettled
)

var certainties = map[string]Certainty{"": Settled, "prevailing": Prevailing, "unsettled": Unsettled, "varies": Unsettled}

// A Calendar is the holidays of a court, a state or the federal government.
type Calendar struct {
	ID      string
	Basis   string // authority
	Partial bool   // holds only some of the holidays; what is missing is not counted as one
	shift   string // both, sunday, none: where a holiday on a weekend goes
	moved   Certainty
	defs    []definition
}

// A Holiday is one holiday of one year.
type Holiday struct {
	Name      string
	Actual    Day
	Observed  Day // on another day than Actual when it was moved from a weekend
	Certainty Certainty
	Varies    bool // circuits have orders of their own
}

type definition struct {
	name            string
	from, to, every int // first and last year, and how often
	stays           bool
	certainty       Certainty
	varies          bool
	when            when
}

//go:embed holidays.json
var holidaysJSON []byte

var calendars = load(holidaysJSON)

// Find returns the calendar with the id, or nil. Ids: US-FED, US-FED-CLOSURE, and states by two letters.
func Find(id string) *Calendar { return calendars[id] }

// IDs lists the calendars.
func IDs() []string { return slices.Sorted(maps.Keys(calendars)) }

// load panics on a mistake in the data that the program carries: a test would meet it first.
func load(data []byte) map[string]*Calendar {
	var raw []struct {
		ID, Basis, Shift, Shifted string
		Partial                   bool
		Holidays                  []struct {
			Name, On, Certainty string
			From, To, Every     int
			Stays               bool
		}
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		panic(err)
	}
	all := map[string]*Calendar{}
	for _, c := range raw {
		cal := &Calendar{ID: c.ID, Basis: c.Basis, Partial: c.Partial, shift: c.Shift, moved: certainties[c.Shifted]}
		for _, h := range c.Holidays {
			cal.defs = append(cal.defs, definition{name: h.Name, from: h.From, to: h.To, every: max(h.Every, 1), stays: h.Stays,
				certainty: certainties[h.Certainty], varies: h.Certainty == "varies", when: parseWhen(h.On)})
		}
		all[c.ID] = cal
	}
	return all
}

// Year lists the holidays whose actual date lies in the year. New Year's Day may be observed in the year before.
func (c *Calendar) Year(y int) (out []Holiday) {
	for _, d := range c.defs {
		if y < d.from || d.to > 0 && y > d.to || (y-d.from)%d.every != 0 {
			continue
		}
		h := Holiday{Name: d.name, Actual: d.when.in(y), Certainty: d.certainty, Varies: d.varies}
		h.Observed = h.Actual
		if !d.stays {
			h.Observed += c.away(h.Actual)
		}
		if h.Observed != h.Actual && c.moved != 0 {
			h.Certainty, h.Varies = c.moved, c.moved == Unsettled
		}
		out = append(out, h)
	}
	return out
}

// Name is the name of the holiday that the first of the calendars has on the day, "" for none; where it was moved there
// from a weekend, with the word observed.
func Name(d Day, of ...*Calendar) string {
	for _, c := range of {
		for _, y := range []int{d.Year(), d.Year() + 1} { // New Year's Day may be observed in December
			for _, h := range c.Year(y) {
				if h.Observed == d && h.Actual != d {
					return h.Name + ", observed"
				}
				if h.Observed == d {
					return h.Name
				}
			}
		}
	}
	return ""
}

// away is how far a holiday moves from the day it falls on.
func (c *Calendar) away(d Day) Day {
	switch {
	case c.shift != "none" && d.Weekday() == time.Sunday:
		return 1
	case c.shift == "both" && d.Weekday() == time.Saturday:
		return -1
	}
	return 0
}

// A when says on which day of a year a holiday falls: "07-04", "3 Mon 01" (third Monday of January; -1 is the last),
// "easter"; then, after a space, a number of days to add.
type when struct {
	easter     bool
	month, day int // of the fixed date
	nth        int // of the weekday; 0 for a fixed date
	weekday    time.Weekday
	plus       int
}

var weekdays = map[string]time.Weekday{"Mon": time.Monday, "Thu": time.Thursday, "Fri": time.Friday, "Sun": time.Sunday}

func parseWhen(s string) (w when) {
	f := strings.Fields(s)
	if last := f[len(f)-1]; len(f) > 1 && (last[0] == '+' || last[0] == '-') {
		number(last, &w.plus)
		f = f[:len(f)-1]
	}
	switch {
	case f[0] == "easter":
		w.easter = true
	case len(f) == 3:
		number(f[0], &w.nth)
		number(f[2], &w.month)
		w.weekday = weekdays[f[1]]
	default:
		month, day, _ := strings.Cut(f[0], "-")
		number(month, &w.month)
		number(day, &w.day)
	}
	return w
}

func number(s string, n *int) {
	if _, err := fmt.Sscanf(s, "%d", n); err != nil {
		panic(fmt.Sprintf("holidays.json: %q is no number", s))
	}
}

func (w when) in(y int) Day {
	m := time.Month(w.month)
	switch {
	case w.easter:
		return easter(y) + Day(w.plus)
	case w.nth > 0:
		first := On(y, m, 1)
		return first + Day((7+w.weekday-first.Weekday())%7) + Day(7*(w.nth-1)+w.plus)
	case w.nth < 0:
		last := On(y, m+1, 0)
		return last - Day((7+last.Weekday()-w.weekday)%7) + Day(7*(w.nth+1)+w.plus)
	}
	return On(y, m, w.day) + Day(w.plus)
}

// easter is Easter Sunday of the Gregorian calendar, by the anonymous method (Butcher 1876).
func easter(y int) Day {
	a, b, c := y%19, y/100, y%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return On(y, time.Month(n/31), n%31+1)
}
