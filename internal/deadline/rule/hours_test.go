package rule

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/internal/deadline/courtday"
	"countersign/internal/testkit"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestHours(t *testing.T) {
	testkit.Vector(t, "deadlines_hours.json", func(t *testing.T, data []byte) {
		var rows []struct {
			ID, TZ, State string
			Start         string   `json:"start_local"`
			Hours         int      `json:"hours"`
			Inaccessible  []string `json:"inaccessible_dates"`
			Local         string   `json:"expected_local"`
			UTC           string   `json:"expected_utc"`
			Rolled        bool
		}
		if err := json.Unmarshal(data, &rows); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			var closed []courtday.Day
			for _, s := range r.Inaccessible {
				closed = append(closed, day(t, s))
			}
			got, err := Hours(instant(t, r.Start), r.Hours, zone(t, r.TZ), r.State, closed)
			if err != nil {
				t.Errorf("%s: %v", r.ID, err)
				continue
			}
			if got.End.Format("2006-01-02T15:04:05-07:00") != r.Local || !got.End.Equal(instant(t, r.UTC)) || got.Rolled != r.Rolled {
				t.Errorf("%s: %s rolled %t, want %s %t: %s", r.ID, got.End, got.Rolled, r.Local, r.Rolled, got.Steps)
			}
		}
	})
}

// The example of the 2009 note: 72 hours over the end of summer time.
func TestHoursOfTheNote(t *testing.T) {
	got, err := Hours(instant(t, "2007-11-02T10:23:00-04:00"), 72, zone(t, "America/New_York"), "", nil)
	if want := "2007-11-05T09:23:00-05:00"; err != nil || got.End.Format(time.RFC3339) != want || got.Rolled {
		t.Errorf("%s %v, want %s", got.End, err, want)
	}
}

func TestPrivacyClocks(t *testing.T) {
	testkit.Vector(t, "privacy_clocks.json", func(t *testing.T, data []byte) {
		var rows []map[string]string
		if err := json.Unmarshal(data, &rows); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			start := ""
			for k, v := range r {
				if _, err := courtday.Parse(v); err == nil && !strings.HasPrefix(k, "due") {
					start = v
				}
			}
			switch rule := r["rule"]; {
			case strings.Contains(rule, "72 hours"):
				got := NotifyAuthority(instant(t, r["aware_local"])).In(zone(t, r["tz"]))
				if got.Format("2006-01-02T15:04:05-07:00") != r["due_local"] {
					t.Errorf("%s: %s, want %s", r["id"], got, r["due_local"])
				}
			case strings.Contains(rule, "month"):
				if got := AnswerSubject(day(t, start), strings.Contains(rule, "three") || strings.Contains(rule, "extended")); got.String() != r["due_date"] {
					t.Errorf("%s %s: %s, want %s", r["id"], rule, got, r["due_date"])
				}
			default:
				if got := NotifyBreach(day(t, start)); got.String() != r["due_date"] {
					t.Errorf("%s: %s, want %s", r["id"], got, r["due_date"])
				}
			}
		}
	})
}

func TestChains(t *testing.T) {
	testkit.Vector(t, "deadline_chains.json", func(t *testing.T, data []byte) {
		var rows []struct {
			Chain string
			Steps []struct{ Step, Date, How string }
		}
		if err := json.Unmarshal(data, &rows); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			i := slices.IndexFunc(Chains, func(c Chain) bool { return c.Title == r.Chain })
			if i < 0 {
				t.Errorf("no chain %q", r.Chain)
				continue
			}
			facts := map[string]courtday.Day{}
			for _, s := range r.Steps {
				if strings.HasPrefix(s.How, "given") {
					facts[s.Step] = day(t, s.Date)
				}
			}
			got, err := Chains[i].Compute(facts)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(r.Steps) {
				t.Errorf("%s has %d links, want %d", r.Chain, len(got), len(r.Steps))
			}
			for j, s := range r.Steps {
				if got[j].Link.Name != s.Step || !got[j].Known || got[j].On.String() != s.Date {
					t.Errorf("%s: %s is %s, want %s", r.Chain, s.Step, got[j].On, s.Date)
				}
			}
		}
	})
}

// What hangs on a fact that is missing has no date, and a limb that is missing leaves the choice open.
func TestChainWithoutFacts(t *testing.T) {
	c, err := FindChain("federal-civil")
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Compute(map[string]courtday.Day{"defendant_served": day(t, "2026-03-16")})
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, d := range got {
		known[d.Link.Name] = d.Known
	}
	if !known["answer_due"] || known["scheduling_order_due_16b2"] || known["last_day_26f_conference"] || known["notice_of_appeal_due_no_motion"] {
		t.Errorf("known: %v", known)
	}
	if _, err := c.Compute(map[string]courtday.Day{"verdict": 0}); err == nil {
		t.Error("a fact of no link is taken")
	}
	if (Chain{Links: []Link{{Name: "a", LaterOf: []string{"b"}}, {Name: "b"}}}).check() == nil {
		t.Error("a link that hangs on a later one passes")
	}
}

func TestDue(t *testing.T) {
	for _, c := range []struct{ on, at, zone, want string }{
		{"2026-07-06", "", "America/Los_Angeles", "2026-07-07T07:00:00Z"},
		{"2026-03-07", "end_of_day", "America/Chicago", "2026-03-08T06:00:00Z"},
		{"2026-06-22", "10:00", "America/Chicago", "2026-06-22T15:00:00Z"},
		{"2026-05-26", "23:59 America/New_York", "America/Los_Angeles", "2026-05-27T03:59:00Z"},
		{"2026-07-06", "17:00", "America/New_York", "2026-07-06T21:00:00Z"},
	} {
		got, err := Due(day(t, c.on), c.at, zone(t, c.zone))
		if err != nil || got.UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%+v: %s %v", c, got.UTC(), err)
		}
	}
	for _, bad := range []string{"noon", "25:00", "10:00 Mars/Olympus", "10:00 "} {
		if _, err := Due(0, bad, time.UTC); err == nil {
			t.Errorf("%q is a time of day", bad)
		}
	}
}

// The end of a stretch never comes early, is a court day, and moves on with its start.
func TestHoursHold(t *testing.T) {
	ny := zone(t, "America/New_York")
	rapid.Check(t, func(t *rapid.T) {
		start := time.Unix(rapid.Int64Range(1e9, 4e9).Draw(t, "start"), 0)
		n := rapid.IntRange(0, 500).Draw(t, "hours")
		a, err := Hours(start, n, ny, "NY", nil)
		b, err2 := Hours(start.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "later"))*time.Minute), n, ny, "NY", nil)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		raw := start.Add(time.Duration(n) * time.Hour)
		if a.End.Before(raw) || courtday.Of(a.End).Weekend() || !a.Rolled && !a.End.Equal(raw) {
			t.Fatalf("%d hours from %s: %+v", n, start, a)
		}
		// The later start may be rolled to an earlier clock time of the same Monday, never to an earlier day.
		if courtday.Of(b.End) < courtday.Of(a.End) {
			t.Fatalf("later start, earlier day: %s, %s", a.End, b.End)
		}
	})
}
