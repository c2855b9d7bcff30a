package minutes

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/internal/kernel/wall"
	"countersign/internal/sla/worktime"
)

func calendars(t testing.TB) map[string]worktime.Calendar {
	t.Helper()
	f, err := os.Open("testdata/calendars.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	got, err := worktime.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// office are terms in New York's office hours: 8 hours agreed, 6 aimed at.
func office(t testing.TB) Terms {
	return Terms{Version: 1, From: instant(t, "2026-01-01T00:00:00Z"), Calendar: calendars(t)["NY-OFFICE"], SLA: 8 * time.Hour, Own: 6 * time.Hour,
		Shares:  []Share{{"draft", 60}, {"peer", 25}, {"senior", 15}},
		Credits: []Step{{0, 5}, {4 * time.Hour, 10}, {8 * time.Hour, 30}}, Cap: 20}
}

// One task told hour by hour: released Thursday 5 March 2026 at 10:00 in New York.
func TestStory(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour+5, minute, 0, 0, time.UTC) } // clocks change on the 8th
	life := Life{Released: at(5, 10, 0),
		Stages: []Turn{{"draft", at(5, 10, 0)}, {"peer", at(6, 12, 0)}},
		Pauses: []Pause{
			{Firm, at(5, 12, 0), at(5, 14, 0), "question/1"},
			{Firm, at(5, 13, 0), at(5, 15, 0), "question/2"}, // together three hours, not four
			{Hold, at(5, 16, 0), at(6, 10, 0), "entry/9"},    // the night in it is nobody's
		}}
	now := at(6, 13, 0)
	l, err := Of(life, []Terms{office(t)}, now)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range map[Kind]time.Duration{Counted: 6 * time.Hour, Firm: 3 * time.Hour, Hold: 2 * time.Hour, Outside: 16 * time.Hour} {
		if l.Totals[k] != want {
			t.Errorf("%s: %v, want %v", k, l.Totals[k], want)
		}
	}
	if l.SLA.Used != 6*time.Hour || !l.SLA.Due.Equal(at(6, 15, 0)) || l.SLA.Passed || l.SLA.Left() != 2*time.Hour {
		t.Errorf("SLA %+v", l.SLA)
	}
	if !l.Own.Due.Equal(now) || l.Own.Passed {
		t.Errorf("own target %+v", l.Own)
	}
	draft, peer := l.Stages[0], l.Stages[1]
	if draft.Amount != 288*time.Minute || draft.Used != 5*time.Hour || !draft.Passed || !draft.Due.Equal(at(6, 11, 48)) {
		t.Errorf("draft %+v", draft)
	}
	if peer.Used != time.Hour || !peer.Due.Equal(at(6, 14, 0)) || !l.Stages[2].Due.IsZero() {
		t.Errorf("peer %+v, senior %+v", peer, l.Stages[2])
	}
	if l.Delay == nil || l.Delay.Total != 3*time.Hour || l.Breach() || l.Credit.Percent != 0 { // promised for the 6th at 10:00
		t.Fatalf("delay %+v", l.Delay)
	}
	if p := l.Delay.Parts; p[ByProvider] != 0 || p[ByCourt] != 2*time.Hour || p[ByFirm] != time.Hour || !l.Delay.Promised.Equal(at(6, 10, 0)) {
		t.Errorf("parts %v", p)
	}
}

// Delivered late: the parts, their evidence and the credit.
func TestBreach(t *testing.T) {
	released := instant(t, "2026-03-03T14:00:00Z") // Tuesday, 09:00
	life := Life{Released: released, Ended: instant(t, "2026-03-04T21:30:00Z"), Pauses: []Pause{
		{Incomplete, released.Add(time.Hour), released.Add(2 * time.Hour), "item/1"},
		{Court, released.Add(3 * time.Hour), released.Add(3*time.Hour + 30*time.Minute), "entry/1"}}}
	l, err := Of(life, []Terms{office(t)}, instant(t, "2026-04-01T00:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	if !l.Breach() || !l.Ended || l.Delay.Total != 7*time.Hour+30*time.Minute {
		t.Fatalf("%+v", l.Delay)
	}
	if p := l.Delay.Parts; p[ByProvider] != 6*time.Hour || p[ByFirm] != time.Hour || p[ByCourt] != 30*time.Minute {
		t.Errorf("parts %v", p)
	}
	if l.Credit.Percent != 10 || l.Credit.Late != 6*time.Hour || len(l.Credit.Evidence) != 1 || !l.Credit.Evidence[0].From.Equal(l.SLA.Due) {
		t.Errorf("credit %+v", l.Credit)
	}
	if l.Credit.Of(12345) != 1235 {
		t.Errorf("credit of 123.45 is %d", l.Credit.Of(12345))
	}
	life.Ended = life.Ended.Add(48 * time.Hour) // 30 percent, were there no cap
	if l, err = Of(life, []Terms{office(t)}, instant(t, "2026-04-01T00:00:00Z")); err != nil || l.Credit.Percent != 20 {
		t.Errorf("%v: credit %+v", err, l.Credit)
	}
}

// What is due exactly when it is delivered is in time; a docketed deadline binds when it is earlier; no terms, no ledger.
func TestEdges(t *testing.T) {
	released := instant(t, "2026-03-03T14:00:00Z")
	l, err := Of(Life{Released: released, Ended: released.Add(8 * time.Hour), Cutoff: released.Add(time.Hour)}, []Terms{office(t)}, released.Add(99*time.Hour))
	if err != nil || l.Breach() || l.Delay != nil || !l.SLA.Due.Equal(l.Until) || !l.Owed().Equal(released.Add(time.Hour)) {
		t.Errorf("%v: %+v", err, l)
	}
	if _, err := Of(Life{Released: instant(t, "2025-12-31T23:59:59Z")}, []Terms{office(t)}, released); !errors.Is(err, ErrNoTerms) {
		t.Errorf("%v", err)
	}
	l, err = Of(Life{Released: released, Pauses: []Pause{{Firm, released.Add(time.Hour), time.Time{}, "q"}}}, []Terms{office(t)}, released.Add(12*time.Hour))
	if err != nil || l.Now != Outside || l.Waits != Firm || l.SLA.Used != time.Hour {
		t.Errorf("%v: now %s, waits %s", err, l.Now, l.Waits)
	}
}

// What a clock on the other side shows (MARKET.md section 7).
func TestOtherSide(t *testing.T) {
	zone := func(name string) *time.Location {
		l, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for shown, want := range map[string]string{"2026-10-30 17:00": "2026-10-31 03:30", "2026-11-06 17:00": "2026-11-07 04:30", "2026-12-10 23:59": "2026-12-11 11:29"} {
		at, err := time.Parse("2006-01-02 15:04", shown)
		if err != nil {
			t.Fatal(err)
		}
		if got := wall.At(zone("America/Chicago"), at, wall.First).In(zone("Asia/Kolkata")).Format("2006-01-02 15:04"); got != want {
			t.Errorf("%s in Chicago is %s in Kolkata, want %s", shown, got, want)
		}
	}
}

// A drawn life within some weeks in which clocks change, with pauses that overlap.
func draw(t *rapid.T, all map[string]worktime.Calendar) (Life, []Terms, time.Time) {
	names := []string{}
	for n := range all {
		names = append(names, n)
	}
	slices.Sort(names)
	base := time.Date(2026, 2, 26, 0, 0, 0, 0, time.UTC)
	when := func(label string) time.Time {
		return base.Add(time.Duration(rapid.IntRange(0, 20*24*60).Draw(t, label)) * time.Minute)
	}
	terms := Terms{Version: 1, From: base.Add(-time.Hour), Calendar: all[rapid.SampledFrom(names).Draw(t, "calendar")],
		SLA: time.Duration(rapid.IntRange(1, 4000).Draw(t, "sla")) * time.Minute, Own: time.Duration(rapid.IntRange(0, 3000).Draw(t, "own")) * time.Minute,
		Shares: []Share{{"draft", 60}, {"peer", 40}}, Credits: []Step{{0, 5}, {time.Hour, 9}}}
	life := Life{Released: when("released")}
	life.Stages = []Turn{{"draft", life.Released}, {"peer", life.Released.Add(time.Duration(rapid.IntRange(0, 9000).Draw(t, "peer")) * time.Minute)}}
	for i := range rapid.IntRange(0, 8).Draw(t, "pauses") {
		p := Pause{Kind: rapid.SampledFrom([]Kind{Firm, Incomplete, Court, Hold}).Draw(t, "kind"), From: when("from"), Ref: fmt.Sprint(i)}
		if rapid.IntRange(0, 5).Draw(t, "open") > 0 {
			p.To = p.From.Add(time.Duration(rapid.IntRange(-60, 3000).Draw(t, "long")) * time.Minute)
		}
		life.Pauses = append(life.Pauses, p)
	}
	now := when("now")
	if now.Before(life.Released) {
		now, life.Released = life.Released, now
		life.Stages[0].At = life.Released
	}
	if rapid.Bool().Draw(t, "ended") {
		life.Ended = life.Released.Add(time.Duration(rapid.IntRange(0, 9000).Draw(t, "life")) * time.Minute)
	}
	return life, []Terms{terms}, now
}

// naive is what an instant counts as, asked of every fact.
func naive(life Life, open bool, at time.Time) Kind {
	if !open {
		return Outside
	}
	for _, k := range []Kind{Hold, Court, Incomplete, Firm} {
		for _, p := range life.Pauses {
			if p.Kind == k && !at.Before(p.From) && (p.To.IsZero() || at.Before(p.To)) {
				return k
			}
		}
	}
	return Counted
}

// Segments cover the life once and agree with a count minute by minute; parts add up; clocks are where they say.
func TestLedgerProperties(t *testing.T) {
	all := calendars(t)
	rapid.Check(t, func(t *rapid.T) {
		life, terms, now := draw(t, all)
		l, err := Of(life, terms, now)
		if err != nil {
			t.Fatal(err)
		}
		at, sum := l.Released, time.Duration(0)
		for _, s := range l.Segments {
			if !s.From.Equal(at) || !s.From.Before(s.To) {
				t.Fatalf("a segment from %s, the one before ends %s", s.From, at)
			}
			at, sum = s.To, sum+s.Long()
		}
		if !at.Equal(l.Until) || sum != l.Until.Sub(l.Released) {
			t.Fatalf("segments end %s and last %v, the life ends %s", at, sum, l.Until)
		}
		checkNaive(t, l, life)
		checkClocks(t, l)
	})
}

func checkNaive(t *rapid.T, l Ledger, life Life) {
	spans := l.Terms.Calendar.Open(l.Released, l.Until)
	totals, i, j := map[Kind]time.Duration{}, 0, 0
	for at := l.Released; at.Before(l.Until); at = at.Add(time.Minute) {
		for i < len(spans) && !at.Before(spans[i].To) {
			i++
		}
		for !at.Before(l.Segments[j].To) {
			j++
		}
		k := naive(life, i < len(spans) && !at.Before(spans[i].From), at)
		if l.Segments[j].Kind != k {
			t.Fatalf("%s counts as %s, want %s", at, l.Segments[j].Kind, k)
		}
		totals[k] += time.Minute
	}
	for _, k := range Kinds {
		if totals[k] != l.Totals[k] {
			t.Fatalf("%s: %v, want %v", k, l.Totals[k], totals[k])
		}
	}
}

func checkClocks(t *rapid.T, l Ledger) {
	if l.SLA.Used != l.Totals[Counted] {
		t.Fatalf("used %v of %v", l.SLA.Used, l.Totals[Counted])
	}
	if !l.Breach() { // what is left fits exactly between now and the due instant
		if got := worktime.Elapsed(l.Terms.Calendar, l.Until, l.SLA.Due, nil); l.SLA.Left() > 0 && got != l.SLA.Left() {
			t.Fatalf("%v until it is due, %v left", got, l.SLA.Left())
		}
	}
	stages := time.Duration(0)
	for _, c := range l.Stages {
		stages += c.Used
	}
	if stages != l.SLA.Used {
		t.Fatalf("stages used %v of %v", stages, l.SLA.Used)
	}
	if l.Breach() != (l.Credit.Percent > 0) || l.Breach() && l.Delay == nil {
		t.Fatalf("breach %v, delay %+v, credit %+v", l.Breach(), l.Delay, l.Credit)
	}
	if l.Delay == nil {
		return
	}
	sum, evidence := time.Duration(0), map[Party]time.Duration{}
	for _, d := range l.Delay.Parts {
		sum += d
	}
	for _, c := range l.Delay.Evidence {
		evidence[c.Party] += c.Long()
	}
	if sum != l.Delay.Total || evidence[ByProvider] != l.Delay.Parts[ByProvider] || evidence[ByFirm] != l.Delay.Parts[ByFirm] || evidence[ByCourt] != l.Delay.Parts[ByCourt] {
		t.Fatalf("parts %v and evidence %v of %v", l.Delay.Parts, evidence, l.Delay.Total)
	}
	if got := worktime.Elapsed(l.Terms.Calendar, l.Delay.Promised, l.Until, nil); got != l.Delay.Total {
		t.Fatalf("%v after what was promised, delay %v", got, l.Delay.Total)
	}
}

// Another pause never makes anything due earlier, more time never either, and the order in which pauses are told does not matter.
func TestMonotonic(t *testing.T) {
	all := calendars(t)
	rapid.Check(t, func(t *rapid.T) {
		life, terms, now := draw(t, all)
		a, err := Of(life, terms, now)
		if err != nil {
			t.Fatal(err)
		}
		more := life
		more.Pauses = slices.Concat(life.Pauses, []Pause{{Hold, now.Add(-time.Duration(rapid.IntRange(0, 9000).Draw(t, "ago")) * time.Minute), now, "more"}})
		b, err := Of(more, terms, now)
		if err != nil || b.SLA.Due.Before(a.SLA.Due) || b.SLA.Used > a.SLA.Used {
			t.Fatalf("%v: due %s, with one more pause %s", err, a.SLA.Due, b.SLA.Due)
		}
		longer := slices.Clone(terms)
		longer[0].SLA += time.Hour
		if c, err := Of(life, longer, now); err != nil || c.SLA.Due.Before(a.SLA.Due) {
			t.Fatalf("%v: due %s, with an hour more %s", err, a.SLA.Due, c.SLA.Due)
		}
		later, err := Of(life, terms, now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "later"))*time.Minute))
		if err != nil || later.SLA.Due.Before(a.SLA.Due) {
			t.Fatalf("%v: due %s, asked later %s", err, a.SLA.Due, later.SLA.Due)
		}
		slices.Reverse(more.Pauses)
		c, err := Of(more, terms, now)
		if err != nil || !c.SLA.Due.Equal(b.SLA.Due) || c.Totals[Hold] != b.Totals[Hold] || c.Totals[Firm] != b.Totals[Firm] {
			t.Fatalf("%v: the order of pauses matters", err)
		}
	})
}

// Terms that begin tomorrow change nothing of work that was released before, whatever they say.
func TestLaterTermsChangeNothing(t *testing.T) {
	all := calendars(t)
	rapid.Check(t, func(t *rapid.T) {
		life, terms, now := draw(t, all)
		a, err := Of(life, terms, now)
		if err != nil {
			t.Fatal(err)
		}
		next := Terms{Version: 2, From: life.Released.Add(time.Duration(rapid.IntRange(1, 9000).Draw(t, "from")) * time.Minute), Calendar: all["KOL-NIGHT"], SLA: time.Minute, Credits: []Step{{0, 99}}}
		b, err := Of(life, []Terms{next, terms[0]}, now)
		if err != nil || b.Terms.Version != 1 || !b.SLA.Due.Equal(a.SLA.Due) || b.Credit.Percent != a.Credit.Percent || !slices.Equal(a.Segments, b.Segments) {
			t.Fatalf("%v: %+v became %+v", err, a.SLA, b.SLA)
		}
		life.Released, life.Stages = next.From, nil
		if c, err := Of(life, []Terms{next, terms[0]}, now); err != nil || c.Terms.Version != 2 {
			t.Fatalf("%v: work released from then on is under version %d", err, c.Terms.Version)
		}
	})
}
