package sheet

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"countersign/internal/kernel/fault"
	"countersign/internal/testkit"
)

func read(t *testing.T, in string) (good []Case, bad []string) {
	t.Helper()
	err := Read(strings.NewReader(in), func(c Case) error { good = append(good, c); return nil }, func(err error) { bad = append(bad, fault.Say(err)) })
	if err != nil {
		t.Fatal(err)
	}
	return good, bad
}

// The checked rows without their answers, columns turned round, give the answers. One row is filed electronically, which
// only its note says: it is left to the test of package rule.
func TestTheListWithoutAnswers(t *testing.T) {
	testkit.Vector(t, "deadlines.csv", func(t *testing.T, data []byte) {
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		const asked = 15 // id … due_time
		var in bytes.Buffer
		w, want := csv.NewWriter(&in), map[string][]string{}
		for _, r := range rows {
			if strings.Contains(r[22], "ELECTRONICALLY") {
				continue
			}
			want[r[0]] = []string{r[0], r[15], r[17], r[18], r[19]}
			q := slices.Clone(r[:asked])
			slices.Reverse(q)
			if err := w.Write(q); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		good, bad := read(t, in.String())
		if len(bad) > 0 || len(good) != len(want)-1 {
			t.Errorf("%d of %d rows; %q", len(good), len(want)-1, bad)
		}
		for _, c := range good {
			if got := []string{c.ID, c.Expected.String(), c.Earliest.String(), c.Latest.String(), string(c.Certainty)}; !slices.Equal(got, want[c.ID]) {
				t.Errorf("%q, want %q", got, want[c.ID])
			}
		}
	})
}

func TestBadRows(t *testing.T) {
	good, bad := read(t, `id,rule_id,trigger_date,jurisdiction,service_method,inaccessible_dates,amount,due_time,filed
a,FRCP-12A1AI,2026-05-04,,,,,,
b,FRCP-99,2026-05-04,,,,,,
c,FRCP-12A1AI,4 May,,,,,,
d,FRCP-12A1AI,2026-05-04,CA,,,,,
e,FRCP-12A1AI,2026-05-04,,pigeon,,,,
f,FRCP-12A1AI,2026-05-04,,,2026-05-26 soon,,,
g,FRCP-12A1AI,2026-05-04,,,,many,,
h,FRCP-12A1AI,2026-05-04,,,,-1,,
i,FRCP-12A1AI,2026-05-04,,,,,noon,
j,USCIS-RFE,2026-05-04,,,,,,stone
k,FRCP-12A1AI
,FRCP-4D-RET,2026-05-04,,,,60,17:00,
`)
	want := []string{"Line 3, rule_id: There is no rule “FRCP-99”.", "Line 4, trigger_date: A date is written like 2026-11-06.", "Line 5, jurisdiction: ",
		"Line 6, service_method: ", "Line 7, inaccessible_dates: ", "Line 8, amount: ", "Line 9, amount: ", "Line 10, due_time: ", "Line 11, filed: ", "Line 12 has 2 cells"}
	if len(bad) != len(want) {
		t.Fatalf("%q", bad)
	}
	for i, w := range want {
		if !strings.HasPrefix(bad[i], w) {
			t.Errorf("%q, want %q", bad[i], w)
		}
	}
	if len(good) != 2 || good[1].ID != "line 13" || good[1].Expected.String() != "2026-07-06" || good[1].DueTime != "17:00" || !strings.Contains(good[1].Text(), "The row sets 60 days") {
		t.Errorf("%+v", good)
	}
}

func TestJSON(t *testing.T) {
	good, _ := read(t, "rule_id,trigger_date\nFRAP-4A1A,2026-06-03\n")
	b, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"expected_date":"2026-07-06"`, `"earliest_date":"2026-07-03"`, `"certainty":"prevailing"`, `"extendable_by_court":false`, `"authority":"FRCP 6(a)(1)"`} {
		if !bytes.Contains(b, []byte(want)) {
			t.Errorf("no %s in %s", want, b)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("rule_id,trigger_date,amount,unit,regime,direction,service_method\nFRAP-4A1A,2026-06-03,3000,years,FL,before,mail\n")
	f.Fuzz(func(t *testing.T, in string) {
		err := Read(strings.NewReader(in), func(c Case) error {
			if c.Earliest > c.Expected || c.Expected > c.Latest || c.Text() == "" {
				t.Fatalf("%+v", c)
			}
			return nil
		}, func(err error) {
			if fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.NotFound {
				t.Fatal(err)
			}
		})
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Fatal(err)
		}
	})
}
