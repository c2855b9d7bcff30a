package rule

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"countersign/internal/deadline/courtday"
)

func must(t testing.TB, id string) Rule {
	t.Helper()
	r, err := Find(id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Cases that DOMAIN.md names (sections 1.2 to 1.6, 1.9 and 9) and the list of checked dates may not hold.
func TestTraps(t *testing.T) {
	for _, c := range []struct{ rule, place, trigger, service, closed, want, why string }{
		{"GEN-FED-14F", "US-FED/MA", "2008-04-07", "", "", "2008-04-22 2008-04-21 2008-04-22 state-holiday", "2009 note: Patriots' Day counts forward"},
		{"GEN-FED-14B", "US-FED/MA", "2008-05-05", "", "", "2008-04-21 2008-04-21 2008-04-21 settled", "and not backward"},
		{"GEN-FED-14B", "US-FED/MA", "2008-05-05", "", "2008-04-21", "2008-04-22 2008-04-22 2008-04-22 settled", "but a closed clerk moves it forward"},
		{"GEN-FED-30F", "US-FED", "2007-08-02", "", "", "2007-09-04 2007-09-04 2007-09-04 settled", "2009 note: Saturday before Labor Day"},
		{"GEN-FED-21B", "US-FED", "2007-09-22", "", "", "2007-08-31 2007-08-31 2007-08-31 settled", "backward it is the Friday"},
		{"FRCP-12A1AI", "US-FED", "2026-05-07", "mail", "", "2026-05-28 2026-05-28 2026-05-28 settled", "no 6(d) days for service of process"},
		{"FRCP-34B2A", "US-FED", "2026-06-03", "fax", "", "2026-07-06 2026-07-03 2026-07-06 prevailing", "fax that was agreed to is electronic"},
		{"FRCP-34B2A", "US-FED", "2026-06-05", "none", "2026-07-06", "2026-07-06 2026-07-06 2026-07-06 settled", "nothing is filed: the clerk does not matter"},
		{"FRCP-6C1", "US-FED", "2026-01-09", "", "", "2025-12-26 2025-12-23 2025-12-26 prevailing", "a closure, backward: safe is the day before both"},
		{"FRCP-12A1AI", "US-FED/TX", "2026-11-06", "", "", "2026-11-30 2026-11-27 2026-11-30 state-holiday", "day after Thanksgiving in Texas"},
		{"FRCP-12A1AI", "US-FED/FL", "2026-01-26", "", "", "2026-02-17 2026-02-17 2026-02-17 settled", "Presidents' Day is federal, whatever Florida has"},
		{"FRCP-6C1", "US-FED/CA", "2026-04-14", "", "", "2026-03-31 2026-03-31 2026-03-31 settled", "31 March counts when counting back"},
		{"FRCP-60C1", "US-FED", "2028-02-29", "", "", "2029-02-28 2029-02-28 2029-02-28 settled", "a year after a leap day"},
		{"FRCP-12A1AI", "US-FED", "2031-10-20", "", "", "2031-11-10 2031-11-10 2031-11-10 settled", "years after the list"},
		{"CCP-2030", "CA", "2026-06-04", "electronic", "", "2026-07-07 2026-07-07 2026-07-08 conservative", "30th day Sat 4 July: two readings, the earlier is expected"},
		{"CCP-1005B", "CA", "2026-06-15", "fax", "", "2026-05-19 2026-05-19 2026-05-19 settled", "1005(b): two calendar days"},
		{"CCP-437C", "CA", "2026-09-16", "overnight", "", "2026-06-25 2026-06-25 2026-06-25 settled", "437c: two court days"},
		{"CCP-437C", "CA", "2026-09-16", "mail_out_of_state", "", "2026-06-17 2026-06-17 2026-06-17 settled", "ten days"},
		{"CRC-8104", "CA", "2026-05-05", "mail", "", "2026-07-06 2026-07-06 2026-07-06 settled", "1013 does not extend a notice of appeal"},
		{"CCP-2024M", "CA", "2026-07-19", "", "", "2026-07-06 2026-07-06 2026-07-06 settled", "toward trial"},
		{"CPLR-5513", "NY", "2026-06-03", "overnight", "", "2026-07-06 2026-07-06 2026-07-06 settled", "one business day; 3 July is none lost in New York"},
		{"CPLR-5513", "NY", "2026-06-03", "mail_out_of_state", "", "2026-07-09 2026-07-09 2026-07-09 settled", "six days"},
		{"CPLR-5513", "NY", "2026-01-13", "", "", "2026-02-13 2026-02-13 2026-02-13 settled", "Lincoln's Birthday"},
		{"GCL-2DAY", "NY", "2026-05-22", "", "", "2026-05-27 2026-05-27 2026-05-27 settled", "Memorial Day weekend is left out"},
		{"TRCP-99B", "TX", "2026-02-05", "", "", "2026-03-03 2026-03-02 2026-03-03 unsettled", "the Monday is Texas Independence Day"},
		{"TRCP-196", "TX", "2026-06-01", "mail", "", "2026-07-06 2026-07-06 2026-07-06 settled", "add, then roll"},
		{"TRCP-196", "TX", "2026-10-28", "electronic", "", "2026-11-30 2026-11-27 2026-11-30 unsettled", "Friday after Thanksgiving: courts differ"},
		{"TRCP-5DAY", "TX", "2026-09-03", "", "", "2026-09-11 2026-09-11 2026-09-11 settled", "weekend and Labor Day left out"},
		{"TRCP-3DAY", "TX", "2026-09-04", "", "", "2026-09-10 2026-09-10 2026-09-10 settled", "three days that are no extension"},
		{"TXFAM-6702", "TX", "2026-05-05", "", "", "2026-07-04 2026-07-04 2026-07-04 settled", "a wait does not roll"},
		{"FRCIVP-1140", "FL", "2026-05-22", "", "", "2026-06-15 2026-06-15 2026-06-15 settled", "counting begins on Tuesday after Memorial Day"},
		{"FRCIVP-1350", "FL", "2026-05-20", "electronic", "", "2026-06-19 2026-06-19 2026-06-19 settled", "nothing for e-mail; Juneteenth is no holiday there"},
		{"FL-5DAY", "FL", "2026-05-20", "", "", "2026-05-28 2026-05-28 2026-05-28 settled", "under seven days"},
		{"ILSCR-181", "IL", "2026-03-04", "", "", "2026-04-06 2026-04-03 2026-04-06 unsettled", "Good Friday: circuits differ"},
		{"ILSCR-213", "IL", "2026-10-06", "electronic", "", "2026-11-04 2026-11-03 2026-11-04 unsettled", "Election Day: circuits differ"},
		{"PERM-180", "US-AGENCY", "2026-01-05", "", "", "2026-07-06 2026-07-02 2026-07-06 conservative", "received by the business day before"},
		{"EOIR-26", "US-AGENCY", "2021-08-05", "", "", "2021-09-07 2021-09-07 2021-09-07 settled", "rolls by its own text, before 2023 too"},
		{"USCIS-RFE", "US-AGENCY", "2022-09-10", "mail", "", "2022-12-06 2022-12-06 2022-12-06 settled", "87 days"},
		{"USCIS-RFE", "US-AGENCY", "2021-10-09", "personal", "", "2022-01-01 2022-01-01 2022-01-01 settled", "no grace before 29 March 2023"},
		{"SEC-FORM4", "US-AGENCY", "2026-05-23", "", "", "2026-05-27 2026-05-27 2026-05-27 settled", "weekend event: Tuesday is day 1"},
		{"HSR-30", "US-AGENCY", "2026-06-03", "", "", "2026-07-06 2026-07-03 2026-07-06 prevailing", "observed day"},
		{"CCP-41520", "CA", "2026-05-06", "", "", "2026-06-15 2026-06-15 2026-06-15 settled", "complete on the tenth day, and no later"},
		{"FRAP-31A-RPL", "US-FED", "2026-08-03", "overnight", "", "2026-08-27 2026-08-27 2026-08-27 settled", "a courier does not deliver on the day of service"},
		{"DE-LLC", "US-STATE", "2030-06-01", "", "", "2030-06-01 2030-06-01 2030-06-01 settled", "fixed"},
	} {
		q := Request{Rule: must(t, c.rule), Jurisdiction: c.place, Trigger: day(t, c.trigger), Service: Service(c.service)}
		if c.closed != "" {
			q.Inaccessible = []courtday.Day{day(t, c.closed)}
		}
		d, err := Derive(q)
		if err != nil {
			t.Errorf("%s %s: %v", c.rule, c.trigger, err)
			continue
		}
		if got := strings.Join([]string{d.Expected.String(), d.Earliest.String(), d.Latest.String(), string(d.Certainty)}, " "); got != c.want {
			t.Errorf("%s %s %s: %s, want %s (%s)\n%v", c.rule, c.place, c.trigger, got, c.want, c.why, d.Steps)
		}
	}
}

func TestPrintedDateAndElectronicFiling(t *testing.T) {
	q := Request{Rule: must(t, "USCIS-RFE"), Trigger: day(t, "2026-04-08"), Service: Mail}
	for _, c := range []struct {
		printed    string
		electronic bool
		want       string
	}{{"", false, "2026-07-06"}, {"", true, "2026-07-04"}, {"2026-07-01", false, "2026-07-01"}, {"2026-08-01", false, "2026-07-06"}} {
		q.Electronic, q.Printed = c.electronic, 0
		if c.printed != "" {
			q.Printed = day(t, c.printed)
		}
		if d, err := Derive(q); err != nil || d.Expected.String() != c.want || d.Earliest > d.Expected || d.Latest < d.Expected {
			t.Errorf("%+v: %s %v", c, d.Expected, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	good := Request{Rule: must(t, "FRCP-12A1AI"), Trigger: day(t, "2026-05-04")}
	for name, change := range map[string]func(*Request){
		"state rule's place":  func(q *Request) { q.Jurisdiction = "CA" },
		"no such state":       func(q *Request) { q.Jurisdiction = "US-FED/XX" },
		"empty state":         func(q *Request) { q.Jurisdiction = "US-FED/IL+" },
		"manner":              func(q *Request) { q.Service = "pigeon" },
		"regime":              func(q *Request) { q.Rule.Regime = "MOON" },
		"amount":              func(q *Request) { q.Rule.Amount = 100000 },
		"years":               func(q *Request) { q.Rule.Amount, q.Rule.Unit = 21, Years },
		"unit":                func(q *Request) { q.Rule.Unit = "fortnights" },
		"direction":           func(q *Request) { q.Rule.Direction = "on" },
		"back where none is":  func(q *Request) { q.Rule.Regime, q.Rule.Direction = Florida, "before" },
		"trigger long ago":    func(q *Request) { q.Trigger = courtday.First },
		"trigger far on":      func(q *Request) { q.Trigger = courtday.Last },
		"class":               func(q *Request) { q.Rule.Service = "9z" },
		"federal in New York": func(q *Request) { q.Rule.Regime, q.Jurisdiction = NewYork, "US-FED/NY" },
	} {
		q := good
		change(&q)
		if d, err := Derive(q); err == nil {
			t.Errorf("%s: %s", name, d.Expected)
		}
	}
}

// What the reader must know beside the date stands in the steps.
func TestRemarks(t *testing.T) {
	for _, c := range []struct{ rule, place, trigger, service, want string }{
		{"FRCP-12A1AI", "US-FED", "2031-01-06", "", "2024 to 2030 only"},
		{"FRCP-12A1AI", "US-FED/WA", "2026-01-06", "", "No holidays of WA are held"},
		{"FRCP-12A1AI", "US-FED/MA", "2026-01-06", "", "Only some holidays of MA"},
		{"FRCP-12A1AI", "US-FED", "2026-01-06", "mail", "Nothing is added for service by mail"},
		{"EOIR-26-10D", "", "2026-03-10", "", "vacated: do not rely"},
		{"CCP-437C", "CA", "2024-11-18", "", "took effect only on 2025-01-01"},
		{"CCP-437C-OLD", "CA", "2025-11-18", "", "in force until 2024-12-31"},
		{"FRAP-4A1A", "US-FED", "2026-06-03", "", "alerts run on that day"},
		{"CCP-1005B", "CA", "2026-06-15", "mail", "Act by Fri 2026-05-15"},
		{"FRCP-12A1AI", "US-FED", "2027-12-10", "", "Fri 2027-12-31 (New Year's Day, observed), Sat 2028-01-01, Sun 2028-01-02 do not count"},
		{"FRCP-12A1AI", "US-FED/CA", "2026-03-10", "", "Tue 2026-03-31 (Cesar Chavez Day (31 March)) does not count"},
	} {
		d, err := Derive(Request{Rule: must(t, c.rule), Jurisdiction: c.place, Trigger: day(t, c.trigger), Service: Service(c.service)})
		if err != nil || !slices.ContainsFunc(d.Steps, func(s Step) bool { return strings.Contains(s.String(), c.want) }) {
			t.Errorf("%s: %v %v, want %q", c.rule, err, d.Steps, c.want)
		}
	}
}

// requests draws any rule, place, trigger and manner of service.
func requests(t *rapid.T) Request {
	r := rapid.SampledFrom(book.rules).Draw(t, "rule")
	q := Request{Rule: r, Service: rapid.SampledFrom(Services).Draw(t, "service"), Electronic: rapid.Bool().Draw(t, "electronic"),
		Trigger: courtday.Day(rapid.IntRange(int(courtday.On(2006, 1, 1)), int(courtday.On(2040, 1, 1))).Draw(t, "trigger"))}
	if r.Regime == Federal {
		q.Jurisdiction = rapid.SampledFrom([]string{"", "US-FED", "US-FED/CA", "US-FED/NY", "US-FED/TX", "US-FED/FL", "US-FED/IL", "US-FED/IL+NY"}).Draw(t, "place")
	}
	return q
}

func derived(t *rapid.T, q Request) Derivation {
	d, err := Derive(q)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDerivationsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := requests(t)
		d := derived(t, q)
		if d.Earliest > d.Expected || d.Expected > d.Latest {
			t.Fatalf("%s: %s %s %s", q.Rule.ID, d.Earliest, d.Expected, d.Latest)
		}
		if (d.Certainty == Settled) != (d.Earliest == d.Latest) && d.Certainty != LocalRuleCheck && d.Certainty != Conservative {
			t.Fatalf("%s is %s", q.Rule.ID, d.Certainty)
		}
		c, err := courtOf(q.Rule, q.Jurisdiction)
		if err != nil {
			t.Fatal(err)
		}
		set := c.readings[c.prevailing]
		backward := q.Rule.Direction == "before" && q.Rule.Regime != Federal && q.Rule.Regime != CaliforniaDiscovery
		rolls := !backward && !slices.Contains([]Regime{NoRoll, Fixed, Wait, USCIS}, q.Rule.Regime)
		if rolls && set.Off(d.Expected) {
			t.Fatalf("%s ends on %s, which is no court day: %v", q.Rule.ID, d.Expected.Named(), d.Steps)
		}
		if backward && set.Off(d.Earliest) {
			t.Fatalf("%s: the safe day %s is no court day", q.Rule.ID, d.Earliest.Named())
		}
		if d.Trigger > d.Expected && q.Rule.Direction == "after" || d.Trigger < d.Expected && q.Rule.Direction == "before" && q.Rule.Amount > 20 {
			t.Fatalf("%s: %s from %s", q.Rule.ID, d.Expected, d.Trigger)
		}
		for _, s := range d.Steps {
			if s.Say() == "" {
				t.Fatalf("%s: a step says nothing", q.Rule.ID)
			}
		}
		// A later trigger is never due earlier.
		q.Trigger++
		if next := derived(t, q); next.Expected < d.Expected || next.Earliest < d.Earliest {
			t.Fatalf("%s: a day later, due %s instead of %s", q.Rule.ID, next.Expected, d.Expected)
		}
	})
}

// A clerk who cannot be reached only ever moves a date later, and to a day that is neither holiday nor closed.
func TestInaccessibleOnlyLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := requests(t)
		before := derived(t, q)
		for range rapid.IntRange(1, 6).Draw(t, "closed") {
			q.Inaccessible = append(q.Inaccessible, before.Expected+courtday.Day(rapid.IntRange(-3, 5).Draw(t, "day")))
		}
		after := derived(t, q)
		if after.Expected < before.Expected || after.Earliest < before.Earliest {
			t.Fatalf("%s moved from %s back to %s", q.Rule.ID, before.Expected, after.Expected)
		}
		if q.Rule.Regime == Federal && !q.Rule.ServedOnly && slices.Contains(q.Inaccessible, after.Expected) {
			t.Fatalf("%s is closed", after.Expected)
		}
	})
}

// A manner of service only ever gives the recipient more time.
func TestServiceOnlyAdds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := requests(t)
		with := derived(t, q)
		q.Service = Personal
		without := derived(t, q)
		if q.Rule.Direction == "after" && with.Expected < without.Expected || q.Rule.Direction == "before" && with.Expected > without.Expected {
			t.Fatalf("%s: %s with, %s without", q.Rule.ID, with.Expected, without.Expected)
		}
	})
}

// Counting n days on and n days back meet, but for a roll at either end: the way back then rolls away from the trigger.
func TestForthAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := book.rules[book.at["GEN-FED-30F"]]
		r.Amount = rapid.IntRange(1, 200).Draw(t, "days")
		q := Request{Rule: r, Trigger: courtday.Day(rapid.IntRange(12000, 30000).Draw(t, "trigger"))}
		there := derived(t, q)
		q.Rule.Direction, q.Trigger = "before", there.Expected
		back := derived(t, q)
		if there.Expected == there.Trigger+courtday.Day(r.Amount) { // it did not roll
			c, err := courtOf(q.Rule, "")
			if err != nil {
				t.Fatal(err)
			}
			if want := c.readings[c.prevailing].Roll(there.Trigger, -1); back.Expected != want {
				t.Fatalf("%d days on from %s and back is %s, want %s", r.Amount, there.Trigger, back.Expected, want)
			}
		}
	})
}

func BenchmarkDerive(b *testing.B) {
	var qs []Request
	for i, r := range book.rules {
		qs = append(qs, Request{Rule: r, Trigger: courtday.On(2026, 1, 1) + courtday.Day(i*3), Service: Services[i%len(Services)]})
	}
	for _, q := range qs {
		if _, err := Derive(q); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := Derive(qs[i%len(qs)]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deadlines/s")
}
