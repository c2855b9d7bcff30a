package rule

import (
	"time"

	"countersign/internal/deadline/courtday"
)

// paperRolls is the day from which paper that USCIS receives on the business day after a weekend or holiday is in time
// (Policy Manual update of 29 Mar 2023; electronic filing is not covered).
var paperRolls = courtday.On(2023, time.March, 29)

// uscis: add for mailing, then roll where the rule does; what must be received by the day is safe on the business day
// before a weekend.
func (p *pass) uscis() outcome {
	r := p.q.Rule
	raw := p.serviceDays(p.period(p.q.Trigger, "8 CFR 1.2"))
	d := raw
	if r.Rolls == "always" {
		d = p.roll(d, 1, r.Citation)
	} else if !p.q.Electronic && d >= paperRolls {
		d = p.roll(d, 1, "USCIS Policy Manual, 29 Mar 2023: paper only")
	} else if p.record && p.set.Off(d) {
		p.note(d, d, "No weekend or holiday extends this period.", "")
	}
	o := on(d)
	if r.ReceivedBy {
		o.early = p.set.Roll(raw, -1)
	}
	return o
}

// printed: the date printed on a notice controls when it is the earlier.
func (p *pass) printed(o outcome) outcome {
	d := p.q.Printed
	if d >= o.day {
		return o
	}
	if p.record {
		p.note(o.day, d, "The notice prints "+d.Named()+", which is earlier and controls.", "")
	}
	return outcome{day: d, early: min(d, o.early), late: d}
}

// agency: roll once, 17 CFR 240.0-3, 26 U.S.C. 7503.
func (p *pass) agency() outcome {
	return on(p.roll(p.serviceDays(p.period(p.q.Trigger, p.q.Rule.Citation)), 1, "17 CFR 240.0-3; 26 U.S.C. 7503"))
}

// hsr: the waiting period ends just before midnight in the east, 15 U.S.C. 18a(k).
func (p *pass) hsr() outcome {
	o := on(p.roll(p.period(p.q.Trigger, "16 CFR 803.10(b)"), 1, "15 U.S.C. 18a(k)"))
	o.dueTime = "23:59 America/New_York"
	return o
}

// business: an event on a day that is no business day starts the count on the next one, which is day 1 and included: the
// same as counting business days after the event (Form 8-K General Instruction B.1).
func (p *pass) business() outcome {
	return on(p.period(p.q.Trigger, "Form 8-K General Instruction B.1"))
}

// plain: no weekend or holiday extends the period, and none shortens a wait.
func (p *pass) plain() outcome { return on(p.period(p.q.Trigger, p.q.Rule.Citation)) }

// fixed: a date certain is the date, FRCP 6(a) 2009 note.
func (p *pass) fixed() outcome {
	if p.record {
		p.note(p.q.Trigger, p.q.Trigger, "A date certain is not computed and does not roll: "+p.q.Trigger.Named()+".", "FRCP 6(a) 2009 committee note")
	}
	return on(p.q.Trigger)
}
