package wall

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same rules on every machine
)

// zones are those of the IANA database, one of each that go by several names in the years looked at.
func zones(t testing.TB, from, to int) (out []*time.Location) {
	t.Helper()
	f, err := os.Open("testdata/zones.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	names, seen := 0, map[string]bool{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), "#") {
			continue
		}
		loc, err := time.LoadLocation(s.Text())
		if err != nil {
			t.Logf("%s is not known here: %v", s.Text(), err)
			continue
		}
		names++
		var sign strings.Builder
		for day := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() <= to; day = day.AddDate(0, 0, 1) {
			_, offset := day.In(loc).Zone()
			fmt.Fprint(&sign, offset, " ")
		}
		if !seen[sign.String()] {
			seen[sign.String()] = true
			out = append(out, loc)
		}
	}
	if names < 500 || len(out) < 50 {
		t.Fatalf("%d names, %d zones: the test would show nothing", names, len(out))
	}
	return out
}

// shown reads the clock of a zone at an instant, written as if it were UTC.
func shown(loc *time.Location, at time.Time) time.Time {
	x := at.In(loc)
	return time.Date(x.Year(), x.Month(), x.Day(), x.Hour(), x.Minute(), 0, 0, time.UTC)
}

// checkAround compares At with somebody who stands before the clock for three days and writes down what it shows, every five minutes.
func checkAround(t *testing.T, loc *time.Location, middle time.Time) {
	t.Helper()
	const tick = 5 * time.Minute
	first, last := map[time.Time]time.Time{}, map[time.Time]time.Time{}
	from, to := middle.Add(-36*time.Hour), middle.Add(36*time.Hour)
	for at := from; at.Before(to); at = at.Add(tick) {
		s := shown(loc, at)
		if _, ok := first[s]; !ok {
			first[s] = at
		}
		last[s] = at
	}
	after := func(s time.Time) time.Time { // the first instant at which the clock shows more than s
		for at := from; at.Before(to); at = at.Add(tick) {
			if shown(loc, at).After(s) {
				return at
			}
		}
		return time.Time{}
	}
	for s := shown(loc, middle.Add(-26*time.Hour)); s.Before(shown(loc, middle.Add(26*time.Hour))); s = s.Add(tick) {
		a, b := first[s], last[s]
		if a.IsZero() {
			a = after(s)
			b = a
		}
		if x, y := At(loc, s, First), At(loc, s, Second); !x.Equal(a) || !y.Equal(b) {
			t.Errorf("%s at %s: %s and %s, want %s and %s", loc, s.Format(time.DateTime), x.UTC(), y.UTC(), a, b)
			return
		}
	}
}

// In every zone, around every change of clocks and every end of a year from 2024 to 2040. On the last day of a leap year
// the standard library's ZoneBounds is wrong, where the tail of the zone's file rules.
func TestEveryZone(t *testing.T) {
	years := [2]int{2024, 2040}
	if testing.Short() {
		years[0] = 2036
	}
	changes := 0
	for _, loc := range zones(t, years[0], years[1]) {
		for y := years[0]; y <= years[1]; y++ {
			checkAround(t, loc, time.Date(y+1, 1, 1, 0, 0, 0, 0, time.UTC))
		}
		for at, end := time.Date(years[0], 1, 1, 0, 0, 0, 0, time.UTC), time.Date(years[1]+1, 1, 1, 0, 0, 0, 0, time.UTC); ; {
			next, ok := Change(loc, at, end)
			if !ok {
				break
			}
			checkAround(t, loc, next)
			at, changes = next, changes+1
		}
	}
	t.Logf("%d changes of clocks", changes)
}
