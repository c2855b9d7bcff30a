package sla

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/sla/worktime"
)

// A CalendarKind says whose hours a calendar tells.
type CalendarKind string

// The kinds of calendars. The stored text never changes meaning.
const (
	OfOrg    CalendarKind = "org"
	OfSite   CalendarKind = "site"
	OfPerson CalendarKind = "person"
)

// open is the until_on of what has no end.
const open = "9999-12-31"

// A Calendar is when people work, with its past and its future.
type Calendar struct {
	ID     string
	Org    ident.OrgID
	Kind   CalendarKind
	Person ident.PersonID // of a person's
	Name   string
	Zone   *time.Location
	Base   string // its days off apply too, and its shifts where this one has none; "" for none
	Rev    int64
	Shifts []Shift
	Off    []DayOff // in the order of days

	base  *Calendar
	hours worktime.Calendar
}

// A Shift is open on some days of the week, and in force on days.
type Shift struct {
	ID          string
	Days        [7]bool // from Monday
	Open, Close int     // minutes of the day; a close that is not after the open is on the next day
	From, Until string  // days, half open; Until is "" while it has no end
}

// A DayOff is a stretch of days on which no shift starts.
type DayOff struct {
	ID, Kind, Name string // kind: holiday or leave
	From, Until    string // days, half open
}

// Last is the last day that is off.
func (d DayOff) Last() string { return addDays(d.Until, -1) }

func (c *Calendar) ref() authz.Ref { return authz.Ref{Kind: "working_calendar", ID: c.ID} }

// Subject is the calendar as the policies see it.
func (c *Calendar) Subject() authz.Subject {
	return authz.Subject{Ref: c.ref(), Org: string(c.Org), Attrs: map[string]any{"person": string(c.Person)}}
}

// Week is the shifts in force on a day, earliest first: its own, or its base's.
func (c *Calendar) Week(day string) (out []Shift) {
	for _, s := range c.own() {
		if s.From <= day && (s.Until == "" || day < s.Until) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Shift) int { return cmp.Compare(a.Open, b.Open) })
	return out
}

// own is the calendar's shifts, or those of what it rests on.
func (c *Calendar) own() []Shift {
	if len(c.Shifts) == 0 && c.base != nil {
		return c.base.own()
	}
	return c.Shifts
}

// Inherits reports whether the shifts are those of the base.
func (c *Calendar) Inherits() bool { return len(c.Shifts) == 0 && c.base != nil }

// Hours is the calendar to count in.
func (c *Calendar) Hours() worktime.Calendar {
	if c.hours == nil {
		s := &worktime.Shifts{In: c.Zone, Closed: map[string]bool{}}
		for _, x := range c.own() {
			s.Shifts = append(s.Shifts, worktime.Shift{Days: x.Days, Open: x.Open, Close: x.Close, From: x.From, Until: x.Until})
		}
		for at := c; at != nil; at = at.base {
			for _, d := range at.Off {
				for day := d.From; day < d.Until; day = addDays(day, 1) {
					s.Closed[day] = true
				}
			}
		}
		c.hours = worktime.Remember(s)
	}
	return c.hours
}

// today is the day that the calendar's zone shows at an instant.
func (c *Calendar) today(now time.Time) string { return now.In(c.Zone).Format(time.DateOnly) }

// changeable is the first day that a change may touch: tomorrow, so that what was counted stays. A person's leave may begin today,
// because nothing that was agreed is counted in a person's hours.
func (c *Calendar) changeable(now time.Time) string {
	if c.Kind == OfPerson {
		return c.today(now)
	}
	return addDays(c.today(now), 1)
}

// addDays moves a day. What is no day stays what it is.
func addDays(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, n).Format(time.DateOnly)
}

// A NewCalendar asks for a calendar of the actor's organization.
type NewCalendar struct {
	Kind   CalendarKind
	Person ident.PersonID
	Name   string
	Zone   string // IANA
	Base   string
}

func (n NewCalendar) check() (*time.Location, error) {
	if n.Kind != OfOrg && n.Kind != OfSite && n.Kind != OfPerson {
		return nil, fault.InField("kind", "Choose whose hours it tells: the organization's, a site's or a person's.")
	}
	if n.Name = strings.TrimSpace(n.Name); n.Name == "" || len(n.Name) > 200 {
		return nil, fault.InField("name", "Name the calendar, in at most 200 characters, such as Pune, evening shift.")
	}
	if (n.Kind == OfPerson) != (n.Person != "") {
		return nil, fault.InField("person", "Choose the person whose hours it tells, for a person's calendar only.")
	}
	if n.Base == "" && n.Kind == OfPerson {
		return nil, fault.InField("base", "Choose the calendar that the person works by.")
	}
	if n.Base != "" && n.Kind == OfOrg {
		return nil, fault.InField("base", "The organization's calendar rests on no other.")
	}
	zone, err := time.LoadLocation(n.Zone)
	if err != nil || n.Zone == "" || n.Zone == "Local" {
		return nil, fault.InField("zone", "Give the time zone by its name, such as America/Chicago or Asia/Kolkata.")
	}
	return zone, nil
}

// A NewWeek replaces the shifts of a calendar from a day on.
type NewWeek struct {
	Calendar string
	From     string // the first day of the new hours
	Shifts   []Shift
	Rev      int64 // the revision the person was looking at; 0 takes the present one
}

func (n NewWeek) check(c *Calendar, now time.Time) error {
	if _, err := time.Parse(time.DateOnly, n.From); err != nil {
		return fault.InField("from", "Give the first day of the new hours as 2026-11-30.")
	}
	if len(c.Shifts) > 0 && n.From < addDays(c.today(now), 1) {
		return fault.InField("from", "New hours begin tomorrow or later: what was counted stays as it was.")
	}
	if len(n.Shifts) == 0 {
		return fault.InField("shifts", "Give at least one shift with its days.")
	}
	if len(n.Shifts) > 21 {
		return fault.InField("shifts", "A week has at most 21 shifts.")
	}
	for _, s := range n.Shifts {
		if s.Days == [7]bool{} {
			return fault.InField("shifts", "Tick the days of each shift.")
		}
		if s.Open < 0 || s.Open >= 24*60 || s.Close < 0 || s.Close >= 24*60 {
			return fault.InField("shifts", "Give hours from 00:00 to 23:59.")
		}
	}
	return nil
}

// A NewDayOff takes days out of a calendar.
type NewDayOff struct {
	Calendar    string
	Kind        string // holiday or leave
	Name        string
	First, Last string // days, both off
}

func (n NewDayOff) check(c *Calendar, now time.Time) error {
	if n.Kind != "holiday" && n.Kind != "leave" || n.Kind == "leave" && c.Kind != OfPerson {
		return fault.InField("kind", "A person has leave; everyone else has holidays.")
	}
	if strings.TrimSpace(n.Name) == "" || len(n.Name) > 200 {
		return fault.InField("name", "Say what day it is, such as Thanksgiving Day.")
	}
	first, err := time.Parse(time.DateOnly, n.First)
	if err != nil {
		return fault.InField("first", "Give the first day as 2026-12-24.")
	}
	last, err := time.Parse(time.DateOnly, n.Last)
	if err != nil || last.Before(first) || last.Sub(first) > 366*24*time.Hour {
		return fault.InField("last", "Give the last day as 2026-12-24, on or after the first and within a year.")
	}
	if n.First < c.changeable(now) {
		return fault.InField("first", "Days off begin tomorrow or later: what was counted stays as it was.")
	}
	return nil
}

// A Day is one day of a calendar, as its week shows it.
type Day struct {
	On     string // the day
	Shifts []Shift
	Off    string // why no shift starts; "" when they do
}

// Days are the days of a calendar from one on.
func (c *Calendar) Days(from string, n int) (out []Day) {
	for i := range n {
		d := Day{On: addDays(from, i)}
		t, err := time.Parse(time.DateOnly, d.On)
		if err != nil {
			return out
		}
		for _, s := range c.Week(d.On) {
			if s.Days[(t.Weekday()+6)%7] {
				d.Shifts = append(d.Shifts, s)
			}
		}
		for at := c; at != nil && d.Off == ""; at = at.base {
			for _, x := range at.Off {
				if x.From <= d.On && d.On < x.Until {
					d.Off = x.Name
				}
			}
		}
		out = append(out, d)
	}
	return out
}

// Monday is the first day of a day's week.
func Monday(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return addDays(day, -int((t.Weekday()+6)%7))
}
