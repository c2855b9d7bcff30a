package rule

import (
	"fmt"
	"strings"

	"countersign/internal/deadline/courtday"
)

// A Step is one move of a count: from a day to a day, under an authority. Its sentence is made when it is asked for.
type Step struct {
	From, To  courtday.Day
	Authority string
	kind      kind
	n         int
	unit      string
	text      string
	calendars []*courtday.Calendar // whose holidays the step passes over
}

type kind uint8

const (
	forth    kind = iota // n units on, the trigger day excluded
	back                 // n units back
	rolled               // over days that are not counted
	added                // days for the manner of service
	served               // the trigger moves
	closed               // the clerk could not be reached
	firstDay             // counting begins here
	remark               // text alone
)

// Say is the step as a sentence that can be read aloud.
func (s Step) Say() string {
	from, to := s.From.Named(), s.To.Named()
	switch s.kind {
	case forth:
		return fmt.Sprintf("Exclude %s and count %d %s on: %s.", from, s.n, s.unit, to)
	case back:
		return fmt.Sprintf("Exclude %s and count %d %s back: %s.", from, s.n, s.unit, to)
	case rolled:
		return fmt.Sprintf("%s %s not count as the last day: the period ends on %s.", s.over(), s.does(), to)
	case added:
		dir := "on"
		if s.To < s.From {
			dir = "back"
		}
		return fmt.Sprintf("Count %d %s %s for the manner of service: %s.", s.n, s.unit, dir, to)
	case served:
		return fmt.Sprintf("Service is complete on %s, %d days after %s.", to, s.n, from)
	case closed:
		return fmt.Sprintf("The clerk's office is inaccessible on %s: the first accessible day is %s.", from, to)
	case firstDay:
		return fmt.Sprintf("Day 1 is %s, the first day after %s that counts.", to, from)
	}
	return s.text
}

// over names the days passed over, with the holidays among them.
func (s Step) over() string {
	dir := courtday.Day(1)
	if s.To < s.From {
		dir = -1
	}
	var days []string
	for d := s.From; d != s.To; d += dir {
		name := d.Named()
		if h := courtday.Name(d, s.calendars...); h != "" && !d.Weekend() {
			name += " (" + h + ")"
		}
		days = append(days, name)
	}
	return strings.Join(days, ", ")
}

func (s Step) does() string {
	if s.To-s.From == 1 || s.From-s.To == 1 {
		return "does"
	}
	return "do"
}

func (s Step) String() string {
	if s.Authority == "" {
		return s.Say()
	}
	return s.Say() + " (" + s.Authority + ")"
}

// words is a unit as people say it.
func (u Unit) words() string { return strings.ReplaceAll(string(u), "_", " ") }
