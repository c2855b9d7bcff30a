package slaweb

import (
	"strconv"
	"strings"
	"time"

	"countersign/internal/platform/web"
	"countersign/internal/sla"
	"countersign/internal/sla/minutes"
	"countersign/internal/ui"
)

type calendarView struct {
	sla.CalendarPage
	from string // the Monday of the week that is shown
	zones
}

type clockView struct {
	sla.Clock
	zones
}

var weekdays = []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

func kindName(k sla.CalendarKind) string {
	switch k {
	case sla.OfOrg:
		return "Organization"
	case sla.OfSite:
		return "Site"
	case sla.OfPerson:
		return "Person"
	}
	return string(k)
}

func clock(minute int) string {
	h, m := minute/60, minute%60
	return strconv.Itoa(h/10) + strconv.Itoa(h%10) + ":" + strconv.Itoa(m/10) + strconv.Itoa(m%10)
}

// hoursOf writes a shift; one that ends on the next day says so.
func hoursOf(s sla.Shift) string {
	if s.Close <= s.Open {
		return clock(s.Open) + " to " + clock(s.Close) + " the next day"
	}
	return clock(s.Open) + " to " + clock(s.Close)
}

func dayHours(d sla.Day) string {
	if d.Off != "" {
		return "Off: " + d.Off
	}
	if len(d.Shifts) == 0 {
		return "No shift"
	}
	var out []string
	for _, s := range d.Shifts {
		out = append(out, hoursOf(s))
	}
	return strings.Join(out, ", ")
}

// todays is a calendar's hours on a day, for lists.
func todays(c *sla.Calendar, day string) string { return dayHours(c.Days(day, 1)[0]) }

// dayBar draws a day of the week; a shift that runs past midnight runs to the edge and goes on at the next day's begin.
func (v calendarView) dayBar(i int) ui.DayBar {
	days := v.Days(addDay(v.from, -1), 8)
	today, before := days[i+1], days[i]
	bar := ui.DayBar{Says: dayHours(today), Side: ui.Offshore, Now: -1}
	if v.Firm {
		bar.Side = ui.Onshore
	}
	const day = 24 * 60.0
	for _, s := range before.Shifts {
		if before.Off == "" && s.Close <= s.Open {
			bar.Open = append(bar.Open, ui.Part{From: 0, Until: float64(s.Close) / day})
		}
	}
	for _, s := range today.Shifts {
		if today.Off != "" {
			break
		}
		until := float64(s.Close) / day
		if s.Close <= s.Open {
			until = 1
		}
		bar.Open = append(bar.Open, ui.Part{From: float64(s.Open) / day, Until: until})
	}
	return bar
}

func (v calendarView) week() []sla.Day { return v.Days(v.from, 7) }

func addDay(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, n).Format(time.DateOnly)
}

func weekday(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("Mon 2 Jan")
}

// first is what the form of new hours begins with: the present shifts, as many as it has room for.
func (v calendarView) first(i int) (s sla.Shift, ok bool) {
	w := v.Week(v.First)
	if i < len(w) && !v.Inherits() {
		return w[i], true
	}
	return sla.Shift{Days: [7]bool{true, true, true, true, true}, Open: 9 * 60, Close: 17 * 60}, i == 0
}

// ticked reports whether a day of a row is ticked: as typed, or as the calendar is.
func ticked(f web.Form, row, day int, s sla.Shift, ok bool) bool {
	if f.Which != "week" {
		return ok && s.Days[day]
	}
	for _, d := range f.Values["days"+strconv.Itoa(row)] {
		if d == strconv.Itoa(day) {
			return true
		}
	}
	return false
}

func hour(s sla.Shift, ok bool, close bool) string {
	switch {
	case !ok:
		return ""
	case close:
		return clock(s.Close)
	}
	return clock(s.Open)
}

func kindOptions() []ui.Option {
	return []ui.Option{{Value: "org", Label: "The whole organization"}, {Value: "site", Label: "A site or a shift"}, {Value: "person", Label: "A person"}}
}

func choices(none string, cs []sla.Choice) []ui.Option {
	out := []ui.Option{{Value: "", Label: none}}
	for _, c := range cs {
		out = append(out, ui.Option{Value: c.ID, Label: c.Name})
	}
	return out
}

func baseOptions(cs []*sla.Calendar) []ui.Option {
	out := []ui.Option{{Value: "", Label: "None"}}
	for _, c := range cs {
		if c.Kind != sla.OfPerson {
			out = append(out, ui.Option{Value: c.ID, Label: c.Name})
		}
	}
	return out
}

func stateTone(s sla.TermsState) (ui.Tone, ui.IconName, string) {
	switch s {
	case sla.Proposed:
		return ui.Warn, ui.IconWait, "Proposed"
	case sla.Agreed:
		return ui.OK, ui.IconOK, "Agreed"
	case sla.Declined:
		return ui.Plain, ui.IconNo, "Declined"
	case sla.Withdrawn:
		return ui.Plain, ui.IconVoid, "Withdrawn"
	}
	return ui.Plain, ui.IconNA, string(s)
}

func codeName(code string) string {
	if code == "" {
		return "Every type of work"
	}
	return code
}

// lateBy is how late work is for a credit.
func lateBy(d time.Duration) string {
	if d == 0 {
		return "Late at all"
	}
	return "More than " + ui.Duration(d) + " late"
}

// amount writes working time.
func amount(minutes int) string { return ui.Duration(time.Duration(minutes) * time.Minute) }

func pauseOptions() []ui.Option {
	var out []ui.Option
	for _, k := range sla.PauseKinds {
		out = append(out, ui.Option{Value: string(k), Label: k.Label()})
	}
	return out
}

func leftWords(c minutes.Clock) string {
	if c.Passed {
		return ui.Duration(c.Left()) + " over"
	}
	return ui.Duration(c.Left()) + " left"
}

func leftTone(c minutes.Clock) (ui.Tone, ui.IconName) {
	switch {
	case c.Passed:
		return ui.Bad, ui.IconNo
	case c.Left()*5 < c.Amount:
		return ui.Warn, ui.IconWarn
	}
	return ui.OK, ui.IconOK
}

func partyName(p minutes.Party) string {
	switch p {
	case minutes.ByProvider:
		return "The provider"
	case minutes.ByFirm:
		return "The firm"
	case minutes.ByCourt:
		return "Courts and holds"
	}
	return ""
}

// because says why a segment counts as it does.
func because(s minutes.Segment) string {
	if s.Ref == "" {
		return "Work beyond the agreed time"
	}
	return s.Kind.Label() + ". " + sla.Evidence(s.Ref)
}
