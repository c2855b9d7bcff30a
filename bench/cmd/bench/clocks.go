package main

import (
	"fmt"
	"strings"
	"time"

	"countersign/internal/sla/minutes"
	"countersign/internal/sla/worktime"
)

// calendars are an American office, an Indian evening shift and the hours that both work.
const calendars = `{"calendars": {
	"New York, 9 to 17": {"tz": "America/New_York", "shifts": [{"days": [0, 1, 2, 3, 4], "open": "09:00", "close": "17:00"}], "holidays": ["2026-05-25", "2026-07-03", "2026-09-07", "2026-11-26"]},
	"Kolkata, 18:30 to 3:30": {"tz": "Asia/Kolkata", "shifts": [{"days": [0, 1, 2, 3, 4], "open": "18:30", "close": "03:30"}], "holidays": ["2026-08-15", "2026-10-02"]}},
	"combined": {"both together": {"op": "intersection", "of": ["New York, 9 to 17", "Kolkata, 18:30 to 3:30"]}}}`

// clockNames are the calendars in the order of the report.
var clockNames = []string{"New York, 9 to 17", "Kolkata, 18:30 to 3:30", "both together"}

// A clockRow is one question, as the program answers it and as a count minute by minute does.
type clockRow struct {
	name         string
	fast, simple float64 // answers a second
	same         bool    // both gave the same answers
}

// clocksPart measures how fast time is counted. It needs no database.
func (o options) clocksPart(r *report) error {
	all, err := worktime.Read(strings.NewReader(calendars))
	if err != nil {
		return err
	}
	before := busy()
	var rows []clockRow
	for _, name := range clockNames {
		say("clocks: due, %s", name)
		row, err := dueRow(name, all[name])
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	say("clocks: ledger")
	row, err := ledgerRow(all[clockNames[0]])
	if err != nil {
		return err
	}
	r.clocks(append(rows, row), before)
	return nil
}

// rate calls one thing over and over for a while.
func rate(within time.Duration, one func(i int)) float64 {
	n, begun := 0, time.Now()
	for time.Since(begun) < within {
		for range 16 {
			one(n)
			n++
		}
	}
	return float64(n) / time.Since(begun).Seconds()
}

const clocksWithin = 2 * time.Second

// dueQuestion draws starts and amounts from a year in which clocks change, the same for both.
func dueQuestion(i int) (start time.Time, amount time.Duration) {
	start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i*7919%(364*24*60)) * time.Minute)
	return start, time.Duration(60+i*31%2400) * time.Minute
}

func dueRow(name string, c worktime.Calendar) (row clockRow, err error) {
	row = clockRow{name: "due, " + name, same: true}
	in := minuteByMinute(name)
	for i := range 500 {
		start, amount := dueQuestion(i)
		got, err := worktime.Due(c, start, amount)
		if err != nil {
			return row, err
		}
		row.same = row.same && got.Equal(simpleDue(in, start, amount))
	}
	row.fast = rate(clocksWithin, func(i int) {
		start, amount := dueQuestion(i)
		if _, e := worktime.Due(c, start, amount); e != nil {
			err = e
		}
	})
	row.simple = rate(clocksWithin, func(i int) { simpleDue(in, dueStart(i), dueAmount(i)) })
	return row, err
}

func dueStart(i int) time.Time      { t, _ := dueQuestion(i); return t }
func dueAmount(i int) time.Duration { _, d := dueQuestion(i); return d }

// minuteByMinute says whether a minute is worked by reading the clock on the wall, as one would do it without spans.
func minuteByMinute(name string) func(time.Time) bool {
	newYork, kolkata := must(time.LoadLocation("America/New_York")), must(time.LoadLocation("Asia/Kolkata"))
	off := map[string]bool{"2026-05-25": true, "2026-07-03": true, "2026-09-07": true, "2026-11-26": true}
	offThere := map[string]bool{"2026-08-15": true, "2026-10-02": true}
	weekday := func(t time.Time, off map[string]bool) bool {
		return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !off[t.Format(time.DateOnly)]
	}
	office := func(t time.Time) bool {
		t = t.In(newYork)
		return t.Hour() >= 9 && t.Hour() < 17 && weekday(t, off)
	}
	night := func(t time.Time) bool {
		t = t.In(kolkata)
		minute := t.Hour()*60 + t.Minute()
		return minute >= 18*60+30 && weekday(t, offThere) || minute < 3*60+30 && weekday(t.AddDate(0, 0, -1), offThere)
	}
	switch name {
	case clockNames[0]:
		return office
	case clockNames[1]:
		return night
	}
	return func(t time.Time) bool { return office(t) && night(t) }
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the zones are in the program
	}
	return v
}

// simpleDue counts worked minutes.
func simpleDue(worked func(time.Time) bool, at time.Time, amount time.Duration) time.Time {
	for ; ; at = at.Add(time.Minute) {
		if !worked(at) {
			continue
		}
		if amount -= time.Minute; amount <= 0 {
			return at.Add(time.Minute)
		}
	}
}

// events is how much happened to the task of the ledger: stages, questions and holds.
const events = 200

func life() (l minutes.Life, now time.Time) {
	l.Released = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	kinds := []minutes.Kind{minutes.Firm, minutes.Court, minutes.Hold, minutes.Incomplete}
	stages := []string{"draft", "peer", "senior"}
	for i := range events / 2 { // each pause is two events; every fourth has a change of stage in place of one
		from := l.Released.Add(time.Duration(i*211) * time.Minute)
		if i%4 == 0 {
			l.Stages = append(l.Stages, minutes.Turn{Stage: stages[i/4%3], At: from})
		}
		l.Pauses = append(l.Pauses, minutes.Pause{Kind: kinds[i%4], From: from, To: from.Add(time.Duration(20+i*37%300) * time.Minute), Ref: fmt.Sprintf("event/%d", i)})
	}
	return l, l.Released.AddDate(0, 0, 21)
}

func ledgerRow(c worktime.Calendar) (row clockRow, err error) {
	l, now := life()
	terms := []minutes.Terms{{Version: 1, Calendar: c, SLA: 960 * time.Minute, Own: 720 * time.Minute, Shares: []minutes.Share{{Stage: "draft", Percent: 60}, {Stage: "peer", Percent: 40}}, Credits: []minutes.Step{{Late: 0, Percent: 5}}}}
	row.name = fmt.Sprintf("minute ledger of a task, %d events in three weeks", len(l.Pauses)*2+len(l.Stages))
	row.fast = rate(clocksWithin, func(int) {
		if _, e := minutes.Of(l, terms, now); e != nil {
			err = e
		}
	})
	worked := minuteByMinute(clockNames[0])
	row.simple = rate(clocksWithin, func(int) { simpleLedger(l, worked, now) })
	got, e := minutes.Of(l, terms, now)
	if e != nil {
		return row, e
	}
	want := simpleLedger(l, worked, now)
	row.same = true
	for _, k := range minutes.Kinds {
		row.same = row.same && got.Totals[k] == want[k]
	}
	return row, err
}

// simpleLedger asks every minute what it counts as.
func simpleLedger(l minutes.Life, worked func(time.Time) bool, now time.Time) map[minutes.Kind]time.Duration {
	out := map[minutes.Kind]time.Duration{}
	for at := l.Released; at.Before(now); at = at.Add(time.Minute) {
		out[simpleKind(l, worked, at)] += time.Minute
	}
	return out
}

func simpleKind(l minutes.Life, worked func(time.Time) bool, at time.Time) minutes.Kind {
	if !worked(at) {
		return minutes.Outside
	}
	for _, k := range []minutes.Kind{minutes.Hold, minutes.Court, minutes.Incomplete, minutes.Firm} {
		for _, p := range l.Pauses {
			if p.Kind == k && !at.Before(p.From) && at.Before(p.To) {
				return k
			}
		}
	}
	return minutes.Counted
}

func (r *report) clocks(rows []clockRow, before string) {
	r.line("## Clocks\n")
	r.line("One processor, no database; load average before: %s. Beside each the same answers by a count minute by minute on the wall clock, in the same run. Starts are spread over 2026, amounts over 1 to 41 hours.\n", before)
	r.line("| | a second | each | counted minute by minute, a second | ratio | same answers |\n|---|---:|---:|---:|---:|---|")
	for _, x := range rows {
		same := "yes"
		if !x.same {
			same = "NO"
		}
		r.line("| %s | %.0f | %s | %.1f | %.0f | %s |", x.name, x.fast, (time.Duration(float64(time.Second) / x.fast)).Round(time.Nanosecond*10), x.simple, x.fast/x.simple, same)
	}
	r.line("")
}
