package minutes

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/internal/testkit"
)

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

// The checked cases of working time, asked of the ledger: its clock is due where they say, and it counts what they count.
func TestVectors(t *testing.T) {
	all := calendars(t)
	testkit.Vector(t, "sla_due.csv", func(t *testing.T, raw []byte) {
		for _, r := range rows(t, raw) {
			n, err := strconv.Atoi(r["business_minutes"])
			if err != nil {
				t.Fatal(err)
			}
			start := instant(t, r["start"])
			terms := []Terms{{From: start, Calendar: all[r["calendar"]], SLA: time.Duration(n) * time.Minute}}
			for _, later := range []time.Duration{0, time.Hour, 400 * 24 * time.Hour} {
				l, err := Of(Life{Released: start}, terms, start.Add(later))
				if err != nil || !l.SLA.Due.Equal(instant(t, r["due_utc"])) {
					t.Errorf("%s asked after %v: %s, want %s (%s; %v)", r["id"], later, l.SLA.Due, r["due_utc"], r["note"], err)
				}
			}
		}
	})
	testkit.Vector(t, "sla_elapsed.csv", func(t *testing.T, raw []byte) {
		for _, r := range rows(t, raw) {
			life := Life{Released: instant(t, r["start"]), Ended: instant(t, r["end"])}
			for p := range strings.SplitSeq(r["pauses"], ";") {
				if from, to, ok := strings.Cut(strings.TrimSpace(p), "/"); ok {
					life.Pauses = append(life.Pauses, Pause{Firm, instant(t, from), instant(t, to), "q"})
				}
			}
			l, err := Of(life, []Terms{{From: life.Released, Calendar: all[r["calendar"]], SLA: time.Hour}}, life.Ended)
			if err != nil || strconv.Itoa(int(l.Totals[Counted]/time.Minute)) != r["elapsed_business_minutes"] {
				t.Errorf("%s: %v, want %s minutes (%s; %v)", r["id"], l.Totals[Counted], r["elapsed_business_minutes"], r["note"], err)
			}
		}
	})
}
