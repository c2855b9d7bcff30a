package deadline

import (
	"testing"

	"countersign/internal/deadline/courtday"
	"countersign/internal/deadline/rule"
	"countersign/internal/kernel/fault"
)

// Whatever a chain gives keeps its order, has steps, and is counted from a day.
func TestLinesOfEveryChain(t *testing.T) {
	for _, c := range rule.Chains {
		facts := map[string]courtday.Day{}
		for i, l := range c.Links {
			if l.Given() {
				facts[l.Name] = courtday.On(2026, 11, 2) + courtday.Day(i*5)
			}
		}
		lines, err := What{Chain: c.ID}.lines(facts)
		if err != nil || len(lines) == 0 {
			t.Fatalf("%s: %d lines, %v", c.ID, len(lines), err)
		}
		for _, l := range lines {
			d := l.Date
			if d.Earliest > d.Expected || d.Expected > d.Latest || len(d.Steps) == 0 || d.TriggerOn == 0 || l.Title == "" {
				t.Errorf("%s %s: %+v", c.ID, l.Link, l)
			}
		}
	}
}

// The safe date of a period that the agency must have received is the earliest, under its own name.
func TestSafeLink(t *testing.T) {
	lines, err := What{Chain: "perm-rfe", Event: "perm_certified", On: courtday.On(2026, 3, 2)}.lines(nil)
	if err != nil || len(lines) != 2 {
		t.Fatalf("%+v, %v", lines, err)
	}
	if lines[1].Date.Expected != lines[0].Date.Earliest || lines[1].Title == lines[0].Title {
		t.Errorf("%+v", lines)
	}
}

// The limbs of "the earlier of" are no deadlines of their own.
func TestEarlierOf(t *testing.T) {
	facts := map[string]courtday.Day{"defendant_appeared": courtday.On(2026, 11, 10)}
	lines, err := What{Chain: "federal-civil", Event: "defendant_served", On: courtday.On(2026, 11, 2)}.lines(facts)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.Link == "scheduling_order_limb_served" || l.Link == "scheduling_order_limb_appeared" {
			t.Errorf("%s is a deadline", l.Link)
		}
		if l.Link == "scheduling_order_due_16b2" && l.Title != "Scheduling order due 16b2" {
			t.Errorf("%q", l.Title)
		}
	}
}

func TestZoneOf(t *testing.T) {
	for _, c := range [][4]string{
		{"", "US-FED/IL", "UTC", "America/Chicago"}, {"", "CA", "UTC", "America/Los_Angeles"}, {"", "US-AGENCY", "America/New_York", "America/New_York"},
		{"", "", "Europe/Paris", "Europe/Paris"}, {"America/Denver", "US-FED/TX", "UTC", "America/Denver"}, {"", "US-FED/IL+IN", "America/New_York", "America/New_York"},
	} {
		if got, err := zoneOf(c[0], c[1], c[2]); err != nil || got != c[3] {
			t.Errorf("zoneOf(%q, %q, %q) = %q, %v", c[0], c[1], c[2], got, err)
		}
	}
	for _, bad := range []string{"Local", "Moon/Base"} {
		if _, err := zoneOf(bad, "", "UTC"); fault.Field(err) != "zone" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for state, zone := range zones {
		if _, err := zoneOf(zone, "", ""); err != nil || len(state) != 2 {
			t.Errorf("%s: %v", state, err)
		}
	}
}

// A chain's court and manner of service are its own: two people need not agree on what neither chose.
func TestTidy(t *testing.T) {
	a := What{Chain: " federal-civil ", Event: "defendant_served", On: 1, Service: rule.Mail, Jurisdiction: "CA"}.tidy()
	b := What{Chain: "federal-civil", Event: "defendant_served", On: 1}.tidy()
	if a != b {
		t.Errorf("%+v and %+v", a, b)
	}
	if (What{Rule: "x", Service: rule.NoService, Jurisdiction: " us-fed/il "}).tidy() != (What{Rule: "x", Jurisdiction: "US-FED/IL"}) {
		t.Error("none is not the same as nothing")
	}
}
