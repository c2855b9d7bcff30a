package trail

import (
	"context"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
)

// A Page is one page of a trail.
type Page struct {
	About
	Now      time.Time
	Rows     []Row  // newest first
	Older    Cursor // zero: these are the first
	People   []Person
	Refused  bool // the reader is shown refused attempts of others
	WholeOrg bool // the reader may ask for the whole organization's trail
}

// A Person can be filtered by.
type Person struct {
	ID   ident.PersonID
	Name string
}

const pageOf = 50

// Trail returns one page of a trail, newest first, older than before.
//
// Faults: NotFound, Forbidden (the organization's, without a role for it).
func (s *Service) Trail(ctx context.Context, who actor.Actor, scope Scope, f Filter, before Cursor) (page Page, err error) {
	defer fault.Wrap(&err, "trail.Trail(%s, %s)", scope.Kind, scope.ID)
	a, err := s.asker(ctx, s.gate.View(who))
	if err != nil {
		return page, err
	}
	about, cond, err := a.find(ctx, scope)
	if err != nil {
		return page, err
	}
	page.About, page.Now, page.Refused, page.WholeOrg = about, a.Now, a.officer, a.officer || a.lead
	if page.Rows, page.Older, err = s.some(ctx, a, cond.And(f.cond()), before, pageOf); err != nil {
		return page, err
	}
	page.People, err = a.people(ctx, about, cond)
	return page, err
}

// some returns at most limit entries under a condition, and where the next begin.
func (s *Service) some(ctx context.Context, a asker, cond db.Frag, before Cursor, limit int) (rows []Row, next Cursor, err error) {
	q := db.SQL(rowColumns+` WHERE (`).Join(cond, db.SQL(`)`)).And(a.visible(), before.Older("e.at", "e.id"))
	rows, err = a.rows(ctx, s.gate.Rule, q.Join(db.SQL(` ORDER BY e.at DESC, e.id DESC LIMIT ?`, limit+1)))
	if err == nil && len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = Cursor{At: db.Micros(last.At), ID: string(last.ID)}
	}
	return rows, next, err
}

// people are those to filter by: who appears in the trail; for an organization its members, for a person nobody.
func (a asker) people(ctx context.Context, about About, cond db.Frag) ([]Person, error) {
	q := db.SQL(`SELECT p.id, p.name FROM person p WHERE `)
	switch about.Kind {
	case "person":
		return nil, nil
	case "org":
		q = q.Join(db.SQL(`p.id IN (SELECT person_id FROM member WHERE org_id = ?)`, about.ID))
	default:
		q = q.Join(db.SQL(`p.id IN (SELECT e.person_id FROM entry e WHERE (`), cond, db.SQL(`)`)).And(a.visible()).Join(db.SQL(`)`))
	}
	return db.All(ctx, a, q.Join(db.SQL(` ORDER BY p.name, p.id LIMIT 500`)), func(rs *db.Rows, p *Person) error { return rs.Scan(&p.ID, &p.Name) })
}

// one loads an entry that the reader may read.
func (s *Service) one(ctx context.Context, a asker, id ident.EntryID) (r Row, err error) {
	rows, err := a.rows(ctx, s.gate.Rule, db.SQL(rowColumns+` WHERE e.id = ?`, id).And(a.visible()))
	if err == nil && len(rows) == 0 {
		err = fault.Missing()
	}
	if err != nil {
		return r, err
	}
	return rows[0], nil
}
