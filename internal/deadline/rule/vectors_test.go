package rule

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"countersign/internal/deadline/courtday"
	"countersign/internal/testkit"
)

func day(t testing.TB, s string) courtday.Day {
	t.Helper()
	d, err := courtday.Parse(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return d
}

// Every checked date, exactly: expected, earliest, latest, certainty, whether a court may extend it.
func TestDeadlines(t *testing.T) {
	testkit.Vector(t, "deadlines.csv", func(t *testing.T, data []byte) {
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, cells := range rows[1:] {
			row := map[string]string{}
			for i, name := range rows[0] {
				row[name] = cells[i]
			}
			checkRow(t, row)
		}
	})
}

func checkRow(t *testing.T, row map[string]string) {
	r, err := Find(row["rule_id"])
	if err != nil {
		t.Errorf("%s: %v", row["id"], err)
		return
	}
	if string(r.Regime) != row["regime"] || strconv.Itoa(r.Amount) != row["amount"] || string(r.Unit) != row["unit"] || r.Direction != row["direction"] {
		t.Errorf("%s: the rule is %+v", row["id"], r)
	}
	q := Request{Rule: r, Jurisdiction: row["jurisdiction"], Trigger: day(t, row["trigger_date"]), Service: Service(row["service_method"]),
		Electronic: strings.Contains(row["note"], "ELECTRONICALLY")} // the list has no column for it
	for _, s := range strings.Fields(row["inaccessible_dates"]) {
		q.Inaccessible = append(q.Inaccessible, day(t, s))
	}
	d, err := Derive(q)
	if err != nil {
		t.Errorf("%s: %v", row["id"], err)
		return
	}
	got := strings.Join([]string{d.Expected.String(), d.Earliest.String(), d.Latest.String(), string(d.Certainty), d.DueTime}, " ")
	want := strings.Join([]string{row["expected_date"], row["earliest_date"], row["latest_date"], row["certainty"], row["due_time"]}, " ")
	if got != want {
		t.Errorf("%s %s: %s, want %s\n%s\n%v", row["id"], r.ID, got, want, row["reasoning"], d.Steps)
	}
	if want := row["extendable_by_court"] == "True"; r.Extendable != want {
		t.Errorf("%s: extendable is %t", row["id"], r.Extendable)
	}
}
