package rule

import "slices"

// A Service is the manner in which a paper was served.
type Service string

// The manners of service.
const (
	NoService      Service = "none"
	Personal       Service = "personal"
	Electronic     Service = "electronic"
	Mail           Service = "mail"
	MailOutOfState Service = "mail_out_of_state"
	MailForeign    Service = "mail_foreign"
	Overnight      Service = "overnight"
	Fax            Service = "fax"
	Clerk          Service = "clerk"           // left with the court's clerk, FRCP 5(b)(2)(D)
	ConsentedOther Service = "consented_other" // other means that were agreed to in writing, FRCP 5(b)(2)(F)
)

// Services lists them.
var Services = []Service{NoService, Personal, Electronic, Mail, MailOutOfState, MailForeign, Overnight, Fax, Clerk, ConsentedOther}

func known(s Service) bool { return slices.Contains(Services, s) }

func (s Service) byMail() bool { return s == Mail || s == MailOutOfState || s == MailForeign }

// An extension is what a manner of service adds to a period.
type extension struct {
	n     int
	court bool // court days, else calendar days
	move  bool // the trigger moves by n, instead of the end
}

// A class is the table of one service rule: what each manner of service adds under it.
type class struct {
	authority string
	adds      map[Service]extension
}

func days(n int) extension { return extension{n: n} }

func byMail(n int, more map[Service]extension) map[Service]extension {
	m := map[Service]extension{Mail: days(n), MailOutOfState: days(n), MailForeign: days(n)}
	for s, x := range more {
		m[s] = x
	}
	return m
}

// california is the table of a California rule (DOMAIN 1.4): 5, 10 and 20 days by mail, two court days electronically; the
// rules differ in what overnight delivery and fax add.
func california(fast extension) map[Service]extension {
	return map[Service]extension{Mail: days(5), MailOutOfState: days(10), MailForeign: days(20),
		Overnight: fast, Fax: fast, Electronic: {n: 2, court: true}}
}

// classes are the service-extension classes. FRCP 6(d) adds nothing for electronic service since 1 Dec 2016; fax that was
// agreed to is electronic means (5(b)(2)(E)); a courier that was agreed to is entered as consented_other. FRAP 26(c) adds
// its days unless the paper is delivered on the day of service, as a courier's is not. CPLR 2103(b)(2) knows no mailing from
// abroad; it is given what mailing from another state has.
var classes = map[string]*class{
	"none":  {"the period does not depend on the manner of service", nil},
	"6d":    {"FRCP 6(d); FRBP 9006(f); FRCrP 45(c)", byMail(3, map[Service]extension{Clerk: days(3), ConsentedOther: days(3)})},
	"26c":   {"FRAP 26(c)", byMail(3, map[Service]extension{Clerk: days(3), ConsentedOther: days(3), Overnight: days(3)})},
	"1013":  {"CCP 1013, 1010.6", california(extension{n: 2, court: true})},
	"1005b": {"CCP 1005(b), 1010.6", california(days(2))},
	"437c":  {"CCP 437c(a)(2), 1010.6", california(extension{n: 2, court: true})},
	"2103":  {"CPLR 2103(b)", map[Service]extension{Mail: days(5), MailOutOfState: days(6), MailForeign: days(6), Overnight: {n: 1, court: true}}},
	"21a":   {"Tex. R. Civ. P. 21a", byMail(3, nil)},
	"2514b": {"Fla. R. Gen. Prac. & Jud. Admin. 2.514(b)", byMail(5, nil)},
	"12c": {"Ill. S. Ct. R. 12(c)", map[Service]extension{Mail: {n: 4, move: true}, MailOutOfState: {n: 4, move: true},
		MailForeign: {n: 4, move: true}}},
	"103.8b": {"8 CFR 103.8(b)", byMail(3, nil)},
}

// AddedFor is what a class of service adds for a manner of service: a number, and whether of court days; move says that
// the trigger moves instead of the end.
func AddedFor(classID string, s Service) (n int, court, move bool) {
	if c := classes[classID]; c != nil {
		x := c.adds[s]
		return x.n, x.court, x.move
	}
	return 0, false, false
}
