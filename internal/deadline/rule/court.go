package rule

import (
	"strings"
	"sync"

	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/fault"
)

// A court is the readings of "holiday" that apply to a request, from the narrowest.
type court struct {
	readings   []*courtday.Set
	prevailing int    // index of the reading that gives the expected date
	state      int    // index of the reading that takes in state holidays; 0: none does
	differ     bool   // the readings differ over holidays on which courts differ
	without    string // state whose holidays are not known
	partial    string // state of whose holidays some are known
	seen       [4]courtday.Day
	calendars  []*courtday.Calendar // of the prevailing reading
}

type courtKey struct {
	regime Regime
	states string
	back   bool
}

var courts sync.Map // courtKey → court

// courtOf finds the readings. Making one computes centuries, so they are kept; there are as many as places.
func courtOf(r Rule, jurisdiction string) (court, error) {
	states, err := statesOf(r.Regime, jurisdiction)
	if err != nil {
		return court{}, err
	}
	key := courtKey{r.Regime, states, r.Direction == "before"}
	if c, ok := courts.Load(key); ok {
		return c.(court), nil
	}
	c := newCourt(key)
	courts.Store(key, c)
	return c, nil
}

// statesOf says which states a jurisdiction names; only federal ones may name some beside their own.
func statesOf(g Regime, jurisdiction string) (string, error) {
	wrong := func(say string) (string, error) { return "", fault.InField("jurisdiction", say) }
	switch home := homes[g]; {
	case g == Federal:
		fed, states, more := strings.Cut(jurisdiction, "/")
		if jurisdiction == "" {
			return "", nil
		}
		if fed != "US-FED" {
			return wrong("A federal rule needs a federal jurisdiction: US-FED, or US-FED/IL for a court that sits in Illinois.")
		}
		for s := range strings.SplitSeq(states, "+") {
			if more && !strings.Contains(postal, " "+s+" ") || len(s) != 2 && s != "" {
				return wrong("There is no state " + quoted(s) + ".")
			}
		}
		return states, nil
	case home != "" && jurisdiction != "" && jurisdiction != home:
		return wrong("Regime " + string(g) + " is counted in " + home + ", not in " + quoted(jurisdiction) + ".")
	}
	return "", nil
}

// homes are where the regimes of one place are counted. The others are counted anywhere.
var homes = map[Regime]string{California: "CA", CaliforniaDiscovery: "CA", CaliforniaSubstituted: "CA", NewYork: "NY", Texas: "TX",
	TexasAnswer: "TX", Florida: "FL", Illinois: "IL"}

const postal = " AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR GU VI AS MP "

func newCourt(k courtKey) court {
	fed, closures := courtday.Find("US-FED"), courtday.Find("US-FED-CLOSURE")
	part := func(c *courtday.Calendar, classes courtday.Certainty) courtday.Part {
		return courtday.Part{Calendar: c, Classes: classes}
	}
	strict := part(fed, courtday.Settled)
	observed := part(fed, courtday.Any)
	switch k.regime {
	case Federal:
		c := court{prevailing: 2, state: 2, calendars: []*courtday.Calendar{fed}}
		parts := []courtday.Part{observed}
		for s := range strings.SplitSeq(k.states, "+") {
			cal := courtday.Find(s)
			switch {
			case k.back || s == "": // 6(a)(6)(C): only for periods that are measured after an event
			case cal == nil:
				c.without = s
			default:
				parts, c.calendars = append(parts, part(cal, courtday.Any)), append(c.calendars, cal)
				if cal.Partial {
					c.partial = s
				}
			}
		}
		c.readings = []*courtday.Set{courtday.NewSet(strict), courtday.NewSet(observed), courtday.NewSet(parts...),
			courtday.NewSet(append(parts, part(closures, courtday.Any))...)}
		return c
	case USCIS, Agency, HSR:
		return court{prevailing: 1, calendars: []*courtday.Calendar{fed}, readings: []*courtday.Set{courtday.NewSet(strict), courtday.NewSet(observed), courtday.NewSet(observed, part(closures, courtday.Any))}}
	case SECBusiness:
		return court{calendars: []*courtday.Calendar{fed}, readings: []*courtday.Set{courtday.NewSet(observed)}}
	case Texas, TexasAnswer, Illinois:
		cal := courtday.Find(homes[k.regime])
		return court{prevailing: 1, differ: true, calendars: []*courtday.Calendar{cal}, readings: []*courtday.Set{courtday.NewSet(part(cal, courtday.Settled)), courtday.NewSet(part(cal, courtday.Any))}}
	case California, CaliforniaDiscovery, CaliforniaSubstituted, NewYork, Florida:
		cal := courtday.Find(homes[k.regime])
		return court{calendars: []*courtday.Calendar{cal}, readings: []*courtday.Set{courtday.NewSet(part(cal, courtday.Any))}}
	}
	return court{readings: []*courtday.Set{courtday.Weekends}}
}
