package sla

import (
	"context"
	"fmt"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// MakeCalendar begins a calendar of the actor's organization, still without shifts.
//
// Faults: Forbidden (role), Invalid (kind, name, zone, person, base), Conflict (the organization or the person has one).
func (s *Service) MakeCalendar(ctx context.Context, who actor.Actor, in NewCalendar) (id string, err error) {
	defer fault.Wrap(&err, "sla.MakeCalendar")
	err = s.gate.Write(ctx, who, DoMakeCalendar, func(tx *gate.Tx) error {
		c := &Calendar{ID: ident.New(), Org: who.Org, Kind: in.Kind, Person: in.Person, Name: strings.TrimSpace(in.Name), Base: in.Base, Rev: 1}
		if err := tx.Permit(ctx, c.Subject()); err != nil {
			return err
		}
		if c.Zone, err = in.check(); err != nil {
			return err
		}
		if err := placeCalendar(ctx, tx, c); err != nil {
			return err
		}
		if err := insertCalendar(ctx, tx, c); err != nil {
			return err
		}
		id = c.ID
		tx.Record(gate.Entry{Subject: c.ref(), Rev: 1, Values: map[string]string{"kind": string(c.Kind), "name": c.Name, "zone": in.Zone, "base": c.Base, "person": string(c.Person)}})
		tx.Announce("org/" + string(c.Org))
		return nil
	})
	return id, err
}

// placeCalendar checks what a calendar says of others: one per organization and person, on a base of a wider kind.
func placeCalendar(ctx context.Context, tx *gate.Tx, c *Calendar) error {
	if c.Kind != OfSite {
		var n int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM working_calendar WHERE org_id = ? AND kind = ? AND person_id = ?`, c.Org, c.Kind, c.Person)).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "There is such a calendar already. Change its hours instead.")
		}
	}
	if c.Kind == OfPerson {
		var n int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM member WHERE person_id = ? AND org_id = ? AND until_at > ?`, c.Person, c.Org, db.Micros(tx.Now))).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return fault.InField("person", "Choose somebody of your organization.")
		}
	}
	if c.Base == "" {
		return nil
	}
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM working_calendar WHERE id = ? AND org_id = ? AND (kind = 'org' OR kind = 'site' AND ? = 'person')`, c.Base, c.Org, c.Kind)).Scan(&n)
	if err == nil && n == 0 {
		err = fault.InField("base", "A person's calendar rests on a site's or the organization's, a site's on the organization's.")
	}
	return err
}

// EraseIn takes away the name of a person's own calendar, and what their days off are called; hours and days stay, for the clocks
// that counted in them. It says what it took, for a certificate.
func (s *Service) EraseIn(ctx context.Context, tx *gate.Tx, p ident.PersonID) ([]string, error) {
	days, err := tx.Exec(ctx, db.SQL(`UPDATE day_off SET name = '' WHERE calendar_id IN (SELECT id FROM working_calendar WHERE person_id = ?)`, p))
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, db.SQL(`UPDATE working_calendar SET name = 'Erased', rev = rev + 1 WHERE person_id = ?`, p))
	if err != nil || n == 0 {
		return nil, err
	}
	return []string{fmt.Sprintf("The name of %d calendar of theirs, and what %d stretches of leave are called", n, days)}, nil
}

// change is the shape of the verbs on one calendar.
func (s *Service) change(ctx context.Context, who actor.Actor, action authz.Action, id string, rev int64, do func(tx *gate.Tx, c *Calendar) (map[string]string, error)) error {
	return s.gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		c, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, c.Subject()); err != nil {
			return err
		}
		if rev != 0 {
			c.Rev = rev
		}
		values, err := do(tx, c)
		if err != nil {
			return err
		}
		ok, err := touch(ctx, tx, c)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Stale, "Someone changed this calendar. Look again, then resend.")
		}
		tx.Record(gate.Entry{Subject: c.ref(), Rev: c.Rev + 1, Values: values})
		tx.Announce("org/" + string(c.Org))
		return nil
	})
}

// SetWeek replaces the shifts of a calendar from a day on; days before it keep theirs.
//
// Faults: NotFound, Forbidden (role), Invalid (from, shifts), Stale.
func (s *Service) SetWeek(ctx context.Context, who actor.Actor, in NewWeek) (err error) {
	defer fault.Wrap(&err, "sla.SetWeek(%s)", in.Calendar)
	return s.change(ctx, who, DoSetWeek, in.Calendar, in.Rev, func(tx *gate.Tx, c *Calendar) (map[string]string, error) {
		if err := in.check(c, tx.Now); err != nil {
			return nil, err
		}
		var words []string
		for _, x := range in.Shifts {
			words = append(words, daysText(x.Days)+" "+clockText(x.Open)+"-"+clockText(x.Close))
		}
		return map[string]string{"from": in.From, "shifts": strings.Join(words, ", ")}, replaceShifts(ctx, tx, c, in)
	})
}

func clockText(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// AddDayOff takes days out of a calendar: holidays, or a person's leave.
//
// Faults: NotFound, Forbidden (role), Invalid (kind, name, first, last).
func (s *Service) AddDayOff(ctx context.Context, who actor.Actor, in NewDayOff) (err error) {
	defer fault.Wrap(&err, "sla.AddDayOff(%s)", in.Calendar)
	return s.change(ctx, who, DoAddDayOff, in.Calendar, 0, func(tx *gate.Tx, c *Calendar) (map[string]string, error) {
		if err := in.check(c, tx.Now); err != nil {
			return nil, err
		}
		_, err := tx.Exec(ctx, db.SQL(`INSERT INTO day_off (id, calendar_id, kind, name, from_on, until_on, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			ident.New(), c.ID, in.Kind, strings.TrimSpace(in.Name), in.First, addDays(in.Last, 1), who.Person, db.Micros(tx.Now)))
		return map[string]string{"kind": in.Kind, "name": strings.TrimSpace(in.Name), "first": in.First, "last": in.Last}, err
	})
}

// EndDayOff gives days back from the first that a change may touch; days that were off stay off.
//
// Faults: NotFound, Forbidden (role), Conflict (they have passed).
func (s *Service) EndDayOff(ctx context.Context, who actor.Actor, calendar, id string) (err error) {
	defer fault.Wrap(&err, "sla.EndDayOff(%s)", id)
	return s.change(ctx, who, DoEndDayOff, calendar, 0, func(tx *gate.Tx, c *Calendar) (map[string]string, error) {
		from := c.changeable(tx.Now)
		n, err := tx.Exec(ctx, db.SQL(`UPDATE day_off SET until_on = CASE WHEN from_on > ? THEN from_on ELSE ? END WHERE id = ? AND calendar_id = ? AND until_on > ? AND until_on > from_on`,
			from, from, id, c.ID, from))
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "These days have passed: what was counted stays as it was.")
		}
		return map[string]string{"day_off": id, "until": from}, err
	})
}

// A CalendarList is the calendars of the reader's organization, and of those it is engaged with.
type CalendarList struct {
	Mine    []*Calendar // the organization's first, then sites, then people
	Others  []OtherCalendar
	Today   string // in the zone of the organization
	MayKeep bool
	People  []Choice // of whom a calendar can be made
	Zone    string   // of the organization, for a new calendar
}

// An OtherCalendar is one of the other side's.
type OtherCalendar struct {
	*Calendar
	OrgName string
}

// A Choice is something that a form offers.
type Choice struct{ ID, Name string }

// kinds sorts calendars as people look for them.
const kinds = `CASE c.kind WHEN 'org' THEN 0 WHEN 'site' THEN 1 ELSE 2 END, c.name, c.id`

// engaged is the organizations that the reader's is engaged with.
func engaged(who actor.Actor) db.Frag {
	return db.SQL(`SELECT CASE WHEN e.firm_id = ? THEN e.provider_id ELSE e.firm_id END FROM engagement e WHERE (e.firm_id = ? OR e.provider_id = ?) AND e.phase <> 'ended'`, who.Org, who.Org, who.Org)
}

// Calendars lists what the reader may see of working calendars.
//
// Faults: Forbidden (role).
func (s *Service) Calendars(ctx context.Context, who actor.Actor) (l CalendarList, err error) {
	defer fault.Wrap(&err, "sla.Calendars")
	v := s.gate.View(who)
	self := (&Calendar{ID: "list", Org: who.Org}).Subject()
	if err := allowed(ctx, v, ToReadCalendars, self); err != nil {
		return l, err
	}
	if l.MayKeep, err = may(ctx, v, DoMakeCalendar, self); err != nil {
		return l, err
	}
	if err := v.QueryRow(ctx, db.SQL(`SELECT zone FROM org WHERE id = ?`, who.Org)).Scan(&l.Zone); err != nil {
		return l, err
	}
	if l.Today, err = dayIn(l.Zone, v.Now); err != nil {
		return l, err
	}
	if l.Mine, err = s.inOrder(ctx, v, mine(who.Org)); err != nil {
		return l, err
	}
	others, err := s.inOrder(ctx, v, db.SQL(`c.kind <> 'person' AND c.org_id IN (`).Join(engaged(who), db.SQL(`)`)))
	if err != nil {
		return l, err
	}
	for _, c := range others {
		o := OtherCalendar{Calendar: c}
		if err := v.QueryRow(ctx, db.SQL(`SELECT name FROM org WHERE id = ?`, c.Org)).Scan(&o.OrgName); err != nil {
			return l, err
		}
		l.Others = append(l.Others, o)
	}
	if l.MayKeep {
		l.People, err = db.All(ctx, v, db.SQL(`SELECT p.id, p.name FROM member m JOIN person p ON p.id = m.person_id WHERE m.org_id = ? AND m.until_at > ? AND p.disabled_at = 0
			AND NOT EXISTS (SELECT 1 FROM working_calendar c WHERE c.org_id = m.org_id AND c.person_id = p.id) ORDER BY p.name, p.id LIMIT 500`, who.Org, db.Micros(v.Now)),
			func(rs *db.Rows, c *Choice) error { return rs.Scan(&c.ID, &c.Name) })
	}
	return l, err
}

func (s *Service) inOrder(ctx context.Context, v gate.View, of db.Frag) (out []*Calendar, err error) {
	b, err := readWhere(ctx, v, of)
	if err != nil {
		return nil, err
	}
	ids, err := db.Column[string](ctx, v, db.SQL(`SELECT c.id FROM working_calendar c WHERE `).Join(of, db.SQL(` ORDER BY `+kinds+` LIMIT 500`)))
	for _, id := range ids {
		out = append(out, b[id])
	}
	return out, err
}

// A CalendarPage is one calendar with what the reader may do with it.
type CalendarPage struct {
	*Calendar
	OrgName      string
	Firm         bool   // of a firm, not a provider
	BaseName     string // "" when it rests on none
	Mine         bool   // of the reader's organization
	MaySet       bool
	MayOff       bool
	Today, First string // the day in its zone; the first that a change may touch
}

// Calendar answers with one calendar.
//
// Faults: NotFound (absent, or a person's of another organization).
func (s *Service) Calendar(ctx context.Context, who actor.Actor, id string) (p CalendarPage, err error) {
	defer fault.Wrap(&err, "sla.Calendar(%s)", id)
	v := s.gate.View(who)
	b, err := readWhere(ctx, v, db.SQL(`(c.org_id = ? OR c.kind <> 'person' AND c.org_id IN (`, who.Org).Join(engaged(who), db.SQL(`))`)))
	if err != nil {
		return p, err
	}
	if p.Calendar = b[id]; p.Calendar == nil {
		return p, fault.Missing()
	}
	if err := allowed(ctx, v, ToReadCalendars, (&Calendar{ID: "list", Org: who.Org}).Subject()); err != nil {
		return p, err
	}
	var kind string
	if err := v.QueryRow(ctx, db.SQL(`SELECT name, kind FROM org WHERE id = ?`, p.Org)).Scan(&p.OrgName, &kind); err != nil {
		return p, err
	}
	p.Firm = kind == "firm"
	if p.base != nil {
		p.BaseName = p.base.Name
	}
	p.Mine, p.Today, p.First = p.Org == who.Org, p.today(v.Now), addDays(p.today(v.Now), 1)
	if !p.Mine {
		return p, nil
	}
	if p.MaySet, err = may(ctx, v, DoSetWeek, p.Subject()); err != nil {
		return p, err
	}
	p.MayOff, err = may(ctx, v, DoAddDayOff, p.Subject())
	return p, err
}
