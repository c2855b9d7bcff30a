package worktime

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/internal/kernel/wall"
	"countersign/internal/testkit"
)

// calendars are those of testdata; in a subtest on the folder VECTORS those of that folder, where it has some.
func calendars(t testing.TB) map[string]Calendar {
	t.Helper()
	name := filepath.Join("testdata", "calendars.json")
	if given := filepath.Join(os.Getenv("VECTORS"), "calendars.json"); strings.HasSuffix(t.Name(), "/VECTORS") {
		if _, err := os.Stat(given); err == nil {
			name = given
		}
	}
	f, err := os.Open(name) //nolint:gosec // a test's own
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	got, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// The checked cases of DOMAIN.md section 2, each exactly.
func TestVectors(t *testing.T) {
	for file, table := range map[string]Table{"sla_due.csv": DueTable, "sla_elapsed.csv": ElapsedTable, "overlap.csv": OverlapTable} {
		t.Run(file, func(t *testing.T) {
			testkit.Vector(t, file, func(t *testing.T, raw []byte) {
				var out bytes.Buffer
				if err := table.Answer(bytes.NewReader(raw), calendars(t), &out); err != nil {
					t.Fatal(err)
				}
				want, got := rows(t, raw), rows(t, out.Bytes())
				if len(got) != len(want) || len(got) == 0 {
					t.Fatalf("%d answers to %d rows", len(got), len(want))
				}
				for i, w := range want {
					for _, column := range append([]string{"id"}, table.answers...) {
						if got[i][column] != w[column] {
							t.Errorf("%s: %s is %q, want %q (%s)", w["id"], column, got[i][column], w[column], w["note"])
						}
					}
				}
			})
		})
	}
}

func rows(t *testing.T, raw []byte) (out []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all[1:] {
		m := map[string]string{}
		for i, c := range r {
			m[all[0][i]] = c
		}
		out = append(out, m)
	}
	return out
}

// A row that makes no sense is named with its line, and the others are answered.
func TestBadRows(t *testing.T) {
	c := calendars(t)
	for in, want := range map[string]string{
		"":                    "no first line",
		"id,calendar,start\n": "no column business_minutes",
		"id,calendar,start,business_minutes\na,NY-OFFICE,2026-03-04T10:00:00-05:00,60\nb,NOWHERE,2026-03-04T10:00:00-05:00,60\nc,NY-OFFICE,2026-03-04T10:00:00-05:00,0\n": `line 3: there is no calendar "NOWHERE"`,
		"id,calendar,start,business_minutes\na,NY-OFFICE,4 March,60\n":                         `line 2: start: "4 March" is no instant`,
		"id,calendar,start,business_minutes\na,NY-OFFICE,2026-03-04T10:00:00-05:00,-1\n":       "is no number of minutes",
		"id,calendar,start,business_minutes\na,NY-OFFICE\n":                                    `start: "" is no instant`,
		"id,calendar,start,business_minutes\na,NY-OFFICE,2026-03-04T10:00:00-05:00,60000000\n": "not open long enough",
	} {
		var out bytes.Buffer
		err := DueTable.Answer(strings.NewReader(in), c, &out)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", in, err)
		}
		if strings.Contains(in, "\nc,") && strings.Count(out.String(), "\n") != 3 {
			t.Errorf("the rows around it are not answered: %s", out.String())
		}
	}
	if _, err := Read(strings.NewReader(`{"combined": {"A": {"op": "union", "of": ["B"]}, "B": {"op": "union", "of": ["A"]}}}`)); err == nil {
		t.Error("calendars that are made of one another are taken")
	}
}

// What is remembered is what the calendar says, also where it stays open across the borders of what is kept.
func TestRemember(t *testing.T) {
	always := &Shifts{In: time.UTC, Shifts: []Shift{{Days: [7]bool{true, true, true, true, true, true, true}}}}
	for name, c := range map[string]Calendar{"always": always, "never": &Shifts{In: time.UTC}, "nights": &Shifts{In: time.UTC, Shifts: []Shift{{Days: [7]bool{true, true, true, true, true, true, true}, Open: 22 * 60, Close: 6 * 60}}},
		"office": &Shifts{In: zone(t, "America/New_York"), Shifts: []Shift{{Days: [7]bool{true, true, true, true, true}, Open: 9 * 60, Close: 17 * 60}}}} {
		r := Remember(c)
		rapid.Check(t, func(t *rapid.T) {
			from := time.Unix(rapid.Int64Range(-1e9, 2e9).Draw(t, "from"), 0).UTC()
			to := from.Add(time.Duration(rapid.IntRange(0, 120*24*60).Draw(t, "long")) * time.Minute)
			a, b := c.Open(from, to), r.Open(from, to)
			if len(a) != len(b) {
				t.Fatalf("%s: %d and %d spans", name, len(a), len(b))
			}
			for i := range a {
				if !a[i].From.Equal(b[i].From) || !a[i].To.Equal(b[i].To) {
					t.Fatalf("%s: %v and %v", name, a[i], b[i])
				}
			}
			if x, y := Elapsed(c, from, to, nil), Elapsed(r, from, to, nil); x != y {
				t.Fatalf("%s: %v and %v have elapsed", name, x, y)
			}
			amount := time.Duration(rapid.IntRange(0, 30*24*60).Draw(t, "amount")) * time.Minute
			x, err := Due(c, from, amount)
			y, err2 := Due(r, from, amount)
			if !x.Equal(y) || !errors.Is(err2, err) {
				t.Fatalf("%s: due %s and %s (%v, %v)", name, x, y, err, err2)
			}
		})
	}
}

func zone(t testing.TB, name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// The last day of a leap year, on which the standard library's ZoneBounds ends a stretch before it begins, has its shifts.
func TestLastDayOfALeapYear(t *testing.T) {
	c := &Shifts{In: zone(t, "America/New_York"), Shifts: []Shift{{Days: [7]bool{true, true, true, true, true, true, true}, Open: 9 * 60, Close: 17 * 60}}}
	for _, year := range []int{2024, 2028, 2032, 2036, 2040} {
		got := c.Open(time.Date(year, 12, 31, 0, 0, 0, 0, c.In), time.Date(year+1, 1, 1, 0, 0, 0, 0, c.In))
		if want := time.Date(year, 12, 31, 14, 0, 0, 0, time.UTC); len(got) != 1 || !got[0].From.Equal(want) || !got[0].To.Equal(want.Add(8*time.Hour)) {
			t.Errorf("%d: %v", year, got)
		}
	}
}

// Hours that change on a day leave the evening before as it was, past midnight too.
func TestShiftsChange(t *testing.T) {
	all := [7]bool{true, true, true, true, true, true, true}
	old := Shift{Days: all, Open: 22 * 60, Close: 6 * 60}
	was, now := old, Shift{Days: all, Open: 9 * 60, Close: 17 * 60, From: "2026-03-05"}
	was.Until = "2026-03-05"
	change := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	a := (&Shifts{In: time.UTC, Shifts: []Shift{old}}).Open(change.AddDate(0, 0, -9), change.Add(6*time.Hour))
	b := (&Shifts{In: time.UTC, Shifts: []Shift{was, now}}).Open(change.AddDate(0, 0, -9), change.Add(6*time.Hour))
	if !slices.Equal(a, b) {
		t.Errorf("before the change: %v, were %v", b, a)
	}
	if got := (&Shifts{In: time.UTC, Shifts: []Shift{was, now}}).Open(change, change.AddDate(0, 0, 1)); len(got) != 2 || got[1].From.Hour() != 9 {
		t.Errorf("on the day of the change: %v", got)
	}
}

// zones are those of the IANA database on this machine, or a few when it has none.
func zones(t testing.TB) (out []*time.Location) {
	names := []string{"America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "America/St_Johns", "Asia/Tehran", "Antarctica/Troll", "Pacific/Chatham"}
	if _, err := os.Stat("/usr/share/zoneinfo/tzdata.zi"); err == nil {
		raw, err := os.ReadFile("/usr/share/zoneinfo/tzdata.zi")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			if f := strings.Fields(line); len(f) > 1 && f[0] == "Z" {
				names = append(names, f[1])
			}
		}
	}
	for _, n := range names {
		if l, err := time.LoadLocation(n); err == nil {
			out = append(out, l)
		}
	}
	return out
}

// On every weekend on which clocks change, in every zone: a shift around the change lasts as long as the clock on a wall that
// stands still would measure, and what is due after a time has that time elapsed.
func TestChangesOfClocks(t *testing.T) {
	changes := 0
	for _, zone := range zones(t) {
		c := &Shifts{In: zone, Shifts: []Shift{{Days: [7]bool{true, true, true, true, true, true, true}, Open: 20 * 60, Close: 8 * 60}}}
		for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2028; {
			next, ok := wall.Change(zone, at, time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC))
			if !ok {
				break
			}
			at = next.Add(time.Minute)
			_, before := next.Add(-time.Second).In(zone).Zone()
			_, after := next.In(zone).Zone()
			local := next.Add(-time.Second).In(zone)
			if h := local.Hour(); h >= 8 && h < 20 || before == after {
				continue
			}
			changes++
			start := next.Add(-13 * time.Hour)
			spans := c.Open(start, next.Add(13*time.Hour))
			long := time.Duration(0)
			for _, s := range spans {
				if !s.From.After(next) && s.To.After(next) {
					long = s.To.Sub(s.From)
				}
			}
			if want := 12*time.Hour - time.Duration(after-before)*time.Second; long != want {
				t.Errorf("%s at %s: the shift lasts %v, want %v", zone, next, long, want)
			}
			for _, m := range []time.Duration{0, time.Minute, 11 * time.Hour, 13 * time.Hour} {
				due, err := Due(c, start, m)
				if err != nil || Elapsed(c, start, due, nil) != m {
					t.Errorf("%s at %s: %v after %s is %s, and %v have elapsed then", zone, next, m, start, due, Elapsed(c, start, due, nil))
				}
			}
		}
	}
	if changes < 10 {
		t.Errorf("only %d changes of clocks were tried", changes)
	}
}

// What holds for any calendar: due is monotonic and undone by elapsed, pauses merge in any order, unions and intersections add up.
func TestProperties(t *testing.T) {
	all := calendars(t)
	var names []string
	for n := range all {
		names = append(names, n)
	}
	base := time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		pick := func() Calendar { return all[rapid.SampledFrom(names).Draw(t, "calendar")] }
		when := func() time.Time {
			return base.Add(time.Duration(rapid.IntRange(0, 60*24*60).Draw(t, "minute")) * time.Minute)
		}
		c, a, b := pick(), when(), when()
		m := time.Duration(rapid.IntRange(0, 6000).Draw(t, "m")) * time.Minute
		more := m + time.Duration(rapid.IntRange(0, 600).Draw(t, "more"))*time.Minute
		due, err := Due(c, a, m)
		later, err2 := Due(c, a, more)
		if err != nil || err2 != nil || later.Before(due) || due.Before(a) || Elapsed(c, a, due, nil) != m {
			t.Fatalf("%v, %v: %s, %s", err, err2, due, later)
		}
		if a.Before(b) {
			if x, err := Due(c, b, m); err != nil || x.Before(due) {
				t.Fatalf("begun later, due earlier: %s, %s", due, x)
			}
		}
		p := []Span{{when(), when()}, {when(), when()}, {when(), when()}}
		q := []Span{p[2], p[0], p[1], p[0]}
		if x, y := Elapsed(c, a, b, p), Elapsed(c, a, b, q); x != y || x < 0 || x > Elapsed(c, a, b, nil) {
			t.Fatalf("%v, %v", x, y)
		}
		d := pick()
		if x, y := Elapsed(Union{c, d}, a, b, nil)+Elapsed(Intersection{c, d}, a, b, nil), Elapsed(c, a, b, nil)+Elapsed(d, a, b, nil); x != y {
			t.Fatalf("union and intersection are %v, the two %v", x, y)
		}
		mid := when()
		if a.Before(mid) && mid.Before(b) && Elapsed(c, a, mid, nil)+Elapsed(c, mid, b, nil) != Elapsed(c, a, b, nil) {
			t.Fatal("two parts are not the whole")
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(`{"calendars": {"A": {"tz": "UTC", "shifts": [{"days": [0], "open": "09:00", "close": "17:00"}], "holidays": ["2026-01-01"]}}, "combined": {"B": {"op": "union", "of": ["A"]}}}`)
	f.Fuzz(func(_ *testing.T, s string) {
		got, err := Read(strings.NewReader(s))
		if err != nil {
			return
		}
		for _, c := range got {
			c.Open(time.Unix(1_770_000_000, 0), time.Unix(1_770_600_000, 0))
		}
	})
}

func BenchmarkDue(b *testing.B) {
	all := calendars(b)
	start := time.Date(2026, 3, 4, 15, 0, 0, 0, time.UTC)
	for _, name := range []string{"NY-OFFICE", "KOL-NIGHT", "NY+KOL-NIGHT-JOINT"} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, err := Due(all[name], start, time.Duration(60+i%1440)*time.Minute); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "due/s")
		})
	}
}
