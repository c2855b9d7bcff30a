package rule

import (
	"slices"
	"time"

	"countersign/internal/deadline/courtday"
)

// A Regime is a method of counting.
type Regime string

// The regimes (DOMAIN 1.2 to 1.6).
const (
	Federal               Regime = "FED"       // FRCP 6, FRAP 26, FRCrP 45, FRBP 9006
	California            Regime = "CA"        // CCP 12, 12a, 12c
	CaliforniaDiscovery   Regime = "CA-DISC"   // CCP 2016.060
	CaliforniaSubstituted Regime = "CA-SUB"    // CCP 415.20(b)
	NewYork               Regime = "NY"        // GCL 20, 25-a
	Texas                 Regime = "TX"        // TRCP 4
	TexasAnswer           Regime = "TX-ANSWER" // TRCP 99(b)
	Florida               Regime = "FL"        // 2.514
	Illinois              Regime = "IL"        // 5 ILCS 70/1.11
	USCIS                 Regime = "USCIS"
	Agency                Regime = "AGENCY" // 17 CFR 240.0-3, 26 U.S.C. 7503
	SECBusiness           Regime = "SEC-BD" // Form 8-K General Instruction B.1
	HSR                   Regime = "HSR"    // 15 U.S.C. 18a(k)
	NoRoll                Regime = "NOROLL"
	Fixed                 Regime = "FIXED"
	Wait                  Regime = "WAIT" // nothing may be done before the date
)

var regimes = map[Regime]func(*pass) outcome{
	Federal: (*pass).federal, California: (*pass).california, CaliforniaDiscovery: (*pass).discovery, CaliforniaSubstituted: (*pass).substituted,
	NewYork: (*pass).newYork, Texas: (*pass).texas, TexasAnswer: (*pass).answer, Florida: (*pass).florida, Illinois: (*pass).illinois,
	USCIS: (*pass).uscis, Agency: (*pass).agency, SECBusiness: (*pass).business, HSR: (*pass).hsr,
	NoRoll: (*pass).plain, Wait: (*pass).plain, Fixed: (*pass).fixed,
}

var forwardOnly = map[Regime]bool{CaliforniaSubstituted: true, TexasAnswer: true, Florida: true, Illinois: true, USCIS: true, Agency: true,
	SECBusiness: true, HSR: true, Wait: true}

// A pass is one count under one reading of "holiday".
type pass struct {
	q      Request
	set    *courtday.Set
	record bool // keep the steps
	steps  []Step

	calendars []*courtday.Calendar // that the steps may name holidays of
}

func (p *pass) step(k kind, from, to courtday.Day, n int, unit, authority string) courtday.Day {
	if p.record {
		if p.steps == nil {
			p.steps = make([]Step, 0, 6)
		}
		p.steps = append(p.steps, Step{kind: k, From: from, To: to, n: n, unit: unit, Authority: authority, calendars: p.calendars})
	}
	return to
}

// note keeps a step that is text alone; callers ask record first, for texts cost time.
func (p *pass) note(from, to courtday.Day, text, authority string) {
	p.steps = append(p.steps, Step{kind: remark, From: from, To: to, text: text, Authority: authority})
}

func (p *pass) dir() courtday.Day {
	if p.q.Rule.Direction == "before" {
		return -1
	}
	return 1
}

// period counts the rule's own amount from a day, which is not counted.
func (p *pass) period(from courtday.Day, authority string) courtday.Day {
	n, dir, k := p.q.Rule.Amount, p.dir(), forth
	if dir < 0 {
		k = back
	}
	to, unit := from, p.q.Rule.Unit
	switch unit {
	case Days:
		to += dir * courtday.Day(n)
	case Weeks:
		to += dir * courtday.Day(7*n)
	case Months:
		to = from.Months(int(dir) * n)
	case Years:
		to = from.Months(int(dir) * 12 * n)
	case CourtDays, BusinessDays:
		to = p.set.Count(from, n, dir)
	}
	return p.step(k, from, to, n, unit.words(), authority)
}

// roll moves over days that are not counted, in a direction.
func (p *pass) roll(d, dir courtday.Day, authority string) courtday.Day {
	if !p.set.Off(d) {
		return d
	}
	return p.step(rolled, d, p.set.Roll(d, dir), 0, "", authority)
}

// serviceDays adds what the manner of service gives, in the direction of the period.
func (p *pass) serviceDays(d courtday.Day) courtday.Day {
	c := classes[p.q.Rule.Service]
	x := c.adds[p.q.Service]
	switch {
	case x.n == 0 || x.move:
		return d
	case x.court:
		return p.step(added, d, p.set.Count(d, x.n, p.dir()), x.n, "court days", c.authority)
	}
	return p.step(added, d, d+p.dir()*courtday.Day(x.n), x.n, "days", c.authority)
}

// federal: roll in the direction of the period; then the days for service, every day counted, and roll again, 6(d); then
// an inaccessible clerk, always forward, 6(a)(3).
func (p *pass) federal() outcome {
	d := p.period(p.q.Trigger, "FRCP 6(a)(1)")
	d = p.roll(d, p.dir(), "FRCP 6(a)(1)(C), (5), (6)")
	if p.dir() > 0 {
		d = p.roll(p.serviceDays(d), 1, "FRCP 6(d), 6(a)(1)(C)")
	}
	if !p.q.Rule.ServedOnly && slices.Contains(p.q.Inaccessible, d) {
		from := d
		for p.set.Off(d) || slices.Contains(p.q.Inaccessible, d) {
			d++
		}
		p.step(closed, from, d, 0, "", "FRCP 6(a)(3)")
	}
	return on(d)
}

// california: forward, add, then roll once, CCP 12a. Where court days are added to a last day that is none, the count may
// also start after the roll: the earlier is expected.
func (p *pass) california() outcome {
	if p.dir() < 0 {
		d := p.serviceDays(p.period(p.q.Trigger, "CCP 12c(a)"))
		return p.backward(d)
	}
	base := p.period(p.q.Trigger, "CCP 12")
	d := p.serviceDays(base)
	o := on(p.roll(d, 1, "CCP 12a"))
	if x := classes[p.q.Rule.Service].adds[p.q.Service]; x.court && p.set.Off(base) {
		o.late = p.set.Count(p.set.Roll(base, 1), x.n, 1)
	}
	return o
}

// backward: no rule moves a day counted back toward the hearing. The court day before is the safe one.
func (p *pass) backward(d courtday.Day) outcome {
	o := on(d)
	o.early = p.set.Roll(d, -1)
	return o
}

// discovery: a day counted back from trial moves toward it, CCP 2016.060.
func (p *pass) discovery() outcome {
	return on(p.roll(p.period(p.q.Trigger, "CCP 2024.020"), 1, "CCP 2016.060"))
}

// substituted: service is complete on the tenth day after mailing, CCP 415.20(b).
func (p *pass) substituted() outcome {
	const complete = 10
	from := p.step(served, p.q.Trigger, p.q.Trigger+complete, complete, "", "CCP 415.20(b)")
	return on(p.roll(p.serviceDays(p.period(from, "CCP 12")), 1, "CCP 12a"))
}

// newYork: add, then roll once, GCL 25-a. A period of two days leaves out the days between that do not count, GCL 20.
func (p *pass) newYork() outcome {
	r := p.q.Rule
	if p.dir() < 0 {
		o := p.backward(p.serviceDays(p.period(p.q.Trigger, "GCL 20; CPLR 2103(b)(2)")))
		o.late = p.set.Roll(o.day, 1) // GCL 25-a might allow the next business day
		return o
	}
	if r.Amount == 2 && r.Unit == Days {
		d := p.step(forth, p.q.Trigger, p.set.Count(p.q.Trigger, 2, 1), 2, "days that are no Saturday, Sunday or public holiday", "GCL 20")
		return on(p.roll(p.serviceDays(d), 1, "GCL 25-a"))
	}
	return on(p.roll(p.serviceDays(p.period(p.q.Trigger, "GCL 20")), 1, "GCL 25-a"))
}

// shortTexas is the longest period in days that leaves out weekends and holidays, TRCP 4.
const shortTexas = 5

// texas: add, then roll once; short periods count court days alone, but not the three days of Rule 21a.
func (p *pass) texas() outcome {
	r := p.q.Rule
	if p.dir() < 0 {
		return p.backward(p.serviceDays(p.period(p.q.Trigger, "TRCP 4")))
	}
	if r.Unit == Days && r.Amount <= shortTexas {
		d := p.step(forth, p.q.Trigger, p.set.Count(p.q.Trigger, r.Amount, 1), r.Amount, "days that are no weekend or legal holiday", "TRCP 4")
		return on(p.roll(p.serviceDays(d), 1, "TRCP 4"))
	}
	return on(p.roll(p.serviceDays(p.period(p.q.Trigger, "TRCP 4")), 1, "TRCP 4"))
}

// answer: ten o'clock on the Monday next after the period, which is not rolled itself; a Monday that is a holiday gives
// the whole of the next day that counts (Conaway v. Lopez).
func (p *pass) answer() outcome {
	d := p.period(p.q.Trigger, "Tex. R. Civ. P. 99(b)")
	monday := d + courtday.Day((7+time.Monday-d.Weekday())%7)
	if monday == d {
		monday += 7
	}
	if p.record {
		p.note(d, monday, "The Monday next after that is "+monday.Named()+"; the answer is due at 10:00 a.m.", "Tex. R. Civ. P. 99(b)")
	}
	o := on(p.roll(monday, 1, "TRCP 4; Conaway v. Lopez"))
	o.dueTime = "10:00"
	if o.day != monday {
		o.dueTime = "end_of_day"
	}
	return o
}

// shortFlorida: periods below this many days leave out weekends and holidays, 2.514(a)(3).
const shortFlorida = 7

// florida: counting begins on the first day that is no weekend or holiday, 2.514(a)(1)(A); roll, add for mail, roll again.
func (p *pass) florida() outcome {
	const begins, short, rolls = "2.514(a)(1)(A)", "2.514(a)(3)", "2.514(a)(1)(C)"
	r := p.q.Rule
	start := p.step(firstDay, p.q.Trigger, p.set.Count(p.q.Trigger, 1, 1), 0, "", begins)
	var d courtday.Day
	if r.Unit == Days && r.Amount < shortFlorida {
		d = p.step(forth, p.q.Trigger, p.set.Count(p.q.Trigger, r.Amount, 1), r.Amount, "days that are no weekend or legal holiday", short)
	} else {
		d = p.period(start-1, begins)
	}
	d = p.roll(d, 1, rolls)
	return on(p.roll(p.serviceDays(d), 1, rolls))
}

// illinois: mail moves the trigger, Rule 12(c); roll once.
func (p *pass) illinois() outcome {
	c := classes[p.q.Rule.Service]
	from := p.q.Trigger
	if x := c.adds[p.q.Service]; x.move {
		from = p.step(served, from, from+courtday.Day(x.n), x.n, "", c.authority)
	}
	return on(p.roll(p.serviceDays(p.period(from, "5 ILCS 70/1.11")), 1, "5 ILCS 70/1.11"))
}
