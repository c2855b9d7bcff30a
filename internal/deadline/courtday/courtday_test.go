package courtday

import (
	"bytes"
	"encoding/csv"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/internal/testkit"
)

// inList maps the names of calendars in the list to ids here.
var inList = map[string]string{"US-FED": "US-FED", "US-FED-CLOSURE": "US-FED-CLOSURE", "US-FED-DC-AREA": "DC",
	"CA-COURT": "CA", "NY-GCL": "NY", "TX-STATE": "TX", "FL-COURT": "FL", "IL-COURT": "IL"}

func word(h Holiday) string {
	switch {
	case h.Varies:
		return "varies by circuit"
	case h.Certainty == Settled:
		return "settled"
	case h.Certainty == Prevailing:
		return "prevailing"
	}
	return "unsettled"
}

// Every holiday of the list is computed, on the same days with the same certainty, and no other one is.
func TestHolidaysOfTheList(t *testing.T) {
	testkit.Vector(t, "holidays.csv", func(t *testing.T, data []byte) {
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		want, years := map[string]bool{}, map[string]bool{}
		for _, r := range rows[1:] {
			id, certainty, name := inList[r[0]], r[8], r[2]
			if id == "DC" { // its rows explain at length why it is none
				certainty, name = "unsettled", "Inauguration Day"
			}
			want[id+" "+name+" "+r[3]+" "+r[5]+" "+certainty] = true
			years[id+" "+r[1]] = true
		}
		got := map[string]bool{}
		for id, c := range calendars {
			for y := ListedFrom; y <= ListedTo; y++ {
				if !years[id+" "+strconv.Itoa(y)] && id != "US-FED-CLOSURE" {
					continue
				}
				for _, h := range c.Year(y) {
					got[id+" "+h.Name+" "+h.Actual.String()+" "+h.Observed.String()+" "+word(h)] = true
				}
			}
		}
		for _, k := range slices.Sorted(maps.Keys(want)) {
			if !got[k] {
				t.Errorf("not computed: %s", k)
			}
		}
		for _, k := range slices.Sorted(maps.Keys(got)) {
			if !want[k] {
				t.Errorf("not in the list: %s", k)
			}
		}
	})
}

func TestEaster(t *testing.T) {
	for y, want := range map[int]string{1961: "1961-04-02", 2000: "2000-04-23", 2008: "2008-03-23", 2038: "2038-04-25", 2100: "2100-03-28"} {
		if got := easter(y).String(); got != want {
			t.Errorf("Easter %d: %s, want %s", y, got, want)
		}
	}
}

func TestDay(t *testing.T) {
	for _, c := range []struct {
		d      Day
		months int
		want   string
	}{
		{On(2024, time.February, 29), 12, "2025-02-28"}, {On(2024, time.February, 29), 48, "2028-02-29"},
		{On(2026, time.January, 31), 1, "2026-02-28"}, {On(2026, time.March, 31), -1, "2026-02-28"}, {On(2026, time.November, 30), 3, "2027-02-28"},
	} {
		if got := c.d.Months(c.months).String(); got != c.want {
			t.Errorf("%s and %d months: %s, want %s", c.d, c.months, got, c.want)
		}
	}
	for _, bad := range []string{"", "2026-02-29", "2026-1-1", "1949-12-31", "2200-01-01", "06/11/2026"} {
		if d, err := Parse(bad); err == nil {
			t.Errorf("%q is read as %s", bad, d)
		}
	}
}

func TestMoves(t *testing.T) {
	sets := map[string]*Set{"none": Weekends}
	for id, c := range calendars {
		sets[id] = NewSet(Part{c, Any})
	}
	ids := slices.Sorted(maps.Keys(sets))
	rapid.Check(t, func(t *rapid.T) {
		s := sets[rapid.SampledFrom(ids).Draw(t, "calendar")]
		d := Day(rapid.IntRange(int(First)+800, int(Last)-800).Draw(t, "day"))
		n := rapid.IntRange(1, 90).Draw(t, "n")
		if s.Off(s.Roll(d, 1)) || s.Off(s.Roll(d, -1)) || s.Roll(d, 1)-s.Roll(d, -1) > 12 {
			t.Fatalf("%s rolls to %s and %s", d, s.Roll(d, -1), s.Roll(d, 1))
		}
		to := s.Count(d, n, 1)
		if s.Off(to) || to < d+Day(n) || s.Count(d+1, n, 1) < to {
			t.Fatalf("%d court days after %s is %s", n, d, to)
		}
		if open := s.Roll(d, 1); s.Count(s.Count(open, n, 1), n, -1) != open {
			t.Fatalf("%d court days on from %s and back do not meet", n, open)
		}
		if p, err := Parse(d.String()); err != nil || p != d || Of(d.Time()) != d || d.Weekday() != d.Time().Weekday() {
			t.Fatalf("%s is not itself", d)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("2026-11-06")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := Parse(s); err == nil && d.String() != s {
			t.Errorf("%q is read as %s", s, d)
		}
	})
}
