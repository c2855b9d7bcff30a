package sla

import (
	"context"
	"errors"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/sla/worktime"
)

// A Window is when the two sides of a matter work, today, and together.
type Window struct {
	Now            time.Time
	Firm, Provider Side
	Joint          []worktime.Span // today in the firm's zone, when both are open
	Next           time.Time       // begin of the next stretch together; zero while they are, or when there is none within a fortnight
}

// A Side is one side of a matter now.
type Side struct {
	Name    string // of the organization
	Zone    *time.Location
	Hours   string          // name of its calendar; "" when it keeps none
	Open    bool            // by its calendar
	Until   time.Time       // when its shift ends, or when its next begins; zero when unknown
	Today   []worktime.Span // its shifts of the firm's day
	OnShift []string        // people of the matter's team who are on shift now
}

// Window answers when the sides of a matter work; ok is false when no provider holds it or neither side keeps a calendar.
//
// Faults: NotFound (absent or walled).
func (s *Service) Window(ctx context.Context, who actor.Actor, m ident.MatterID) (w Window, ok bool, err error) {
	defer fault.Wrap(&err, "sla.Window(%s)", m)
	v := s.gate.View(who)
	w.Now = v.Now
	var firm, provider ident.OrgID
	err = v.QueryRow(ctx, db.SQL(`SELECT m.firm_id, COALESCE((SELECT MIN(o.org_id) FROM matter_opening o WHERE o.matter_id = m.id AND o.org_id <> m.firm_id AND o.from_at <= ? AND o.until_at > ?), '')
		FROM matter m WHERE m.id = ?`, db.Micros(v.Now), db.Micros(v.Now), m).And(v.Visible("m.id"))).Scan(&firm, &provider)
	if errors.Is(err, db.ErrNoRows) {
		return w, false, fault.Missing()
	}
	if err != nil || provider == "" {
		return w, false, err
	}
	team, err := db.All(ctx, v, db.SQL(`SELECT DISTINCT g.person_id, p.name, g.org_id FROM access_grant g JOIN person p ON p.id = g.person_id
		WHERE g.scope_kind = 'matter' AND g.scope_id = ? AND g.from_at <= ? AND g.until_at > ? AND p.disabled_at = 0
		AND NOT EXISTS (SELECT 1 FROM wall w WHERE w.person_id = g.person_id AND w.matter_id = g.scope_id AND w.from_at <= ? AND w.until_at > ?) ORDER BY p.name, g.person_id`,
		m, db.Micros(v.Now), db.Micros(v.Now), db.Micros(v.Now), db.Micros(v.Now)),
		func(rs *db.Rows, p *teamMember) error { return rs.Scan(&p.id, &p.name, &p.org) })
	if err != nil {
		return w, false, err
	}
	persons := make([]ident.PersonID, 0, len(team))
	for _, p := range team {
		persons = append(persons, p.id)
	}
	b, err := readBook(ctx, v, []ident.OrgID{firm, provider}, persons)
	if err != nil {
		return w, false, err
	}
	if w.Firm, err = sideNow(ctx, v, b, firm, team); err != nil {
		return w, false, err
	}
	if w.Provider, err = sideNow(ctx, v, b, provider, team); err != nil {
		return w, false, err
	}
	w.together(b.of(firm), b.of(provider))
	return w, w.Firm.Hours != "" || w.Provider.Hours != "", nil
}

type teamMember struct {
	id   ident.PersonID
	name string
	org  ident.OrgID
}

// of is the calendar of an organization as a whole; of one that has only sites it is the first by name.
func (b book) of(org ident.OrgID) (c *Calendar) {
	for _, x := range b {
		switch {
		case x.Org != org || x.Kind == OfPerson:
		case x.Kind == OfOrg:
			return x
		case c == nil || x.Name < c.Name:
			c = x
		}
	}
	return c
}

// person is the calendar of a member, or the organization's.
func (b book) person(org ident.OrgID, p ident.PersonID) *Calendar {
	for _, x := range b {
		if x.Org == org && x.Kind == OfPerson && x.Person == p {
			return x
		}
	}
	return b.of(org)
}

func sideNow(ctx context.Context, v gate.View, b book, org ident.OrgID, team []teamMember) (s Side, err error) {
	var zone string
	if err = v.QueryRow(ctx, db.SQL(`SELECT name, zone FROM org WHERE id = ?`, org)).Scan(&s.Name, &zone); err != nil {
		return s, err
	}
	if s.Zone, err = time.LoadLocation(zone); err != nil {
		return s, err
	}
	if c := b.of(org); c != nil {
		s.Hours, s.Zone = c.Name, c.Zone
		s.Open, s.Until = openAt(c.Hours(), v.Now)
	}
	for _, p := range team {
		if p.org != org {
			continue
		}
		if c := b.person(org, p.id); c != nil {
			if on, _ := openAt(c.Hours(), v.Now); on {
				s.OnShift = append(s.OnShift, p.name)
			}
		}
	}
	return s, nil
}

// openAt reports whether a calendar is open at an instant, and when that changes; a zero time when it does not within a fortnight.
func openAt(c worktime.Calendar, now time.Time) (open bool, until time.Time) {
	switch next := c.Open(now, now.AddDate(0, 0, 14)); {
	case len(next) == 0:
		return false, time.Time{}
	case next[0].From.Equal(now):
		return true, next[0].To
	default:
		return false, next[0].From
	}
}

// together works out the day of the firm's zone.
func (w *Window) together(firm, provider *Calendar) {
	zone := w.Firm.Zone
	day := w.Now.In(zone)
	if firm != nil {
		w.Firm.Today, _ = worktime.Joint(firm.Hours(), firm.Hours(), day)
	}
	if provider != nil {
		from := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
		w.Provider.Today = provider.Hours().Open(from, from.AddDate(0, 0, 1))
	}
	if firm == nil || provider == nil {
		return
	}
	w.Joint, _ = worktime.Joint(firm.Hours(), provider.Hours(), day)
	if on, next := openAt(worktime.Intersection{firm.Hours(), provider.Hours()}, w.Now); !on {
		w.Next = next
	}
}
