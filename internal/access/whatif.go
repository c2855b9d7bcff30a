package access

import (
	"context"
	"slices"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Changes are the verbs whose effect can be asked for before it is saved. Package app fills them in.
type Changes struct {
	AddToTeam     func(ctx context.Context, who actor.Actor, m ident.MatterID, p ident.PersonID) error
	RaiseWall     func(ctx context.Context, who actor.Actor, m ident.MatterID, p ident.PersonID, reason string) error
	EndEngagement func(ctx context.Context, who actor.Actor, e ident.EngagementID, reason string) error
	AddClause     func(ctx context.Context, who actor.Actor, c Clause) error
}

// A Clause is one of a contract, as it is typed.
type Clause struct {
	Engagement           ident.EngagementID
	Name, Say, Fix, Text string
}

// A Sight is that a person knows of a matter.
type Sight struct {
	Person    ident.PersonID
	Name      string
	OrgName   string
	Matter    ident.MatterID
	Number    string // of the matter
	Title     string
	Documents int // of the matter
	Tasks     int
}

// An Effect is what a change would open and shut.
type Effect struct {
	Opens, Shuts []Sight
	Matters      int  // that were looked at
	More         bool // there are more matters than were looked at
}

// mostMatters bounds how many matters a change is looked at for.
const mostMatters = 2000

// IfAdded tells what putting a person on a matter's team would open. Nothing is saved.
//
// Faults: those of the change itself, which is made and rolled back.
func (s *Service) IfAdded(ctx context.Context, who actor.Actor, m ident.MatterID, p ident.PersonID) (e Effect, err error) {
	defer fault.Wrap(&err, "access.IfAdded(%s)", m)
	return s.effect(ctx, who, []ident.MatterID{m}, func(ctx context.Context) error { return s.changes.AddToTeam(ctx, who, m, p) })
}

// IfWalled tells what an ethical wall would shut. Nothing is saved.
//
// Faults: those of the change itself.
func (s *Service) IfWalled(ctx context.Context, who actor.Actor, m ident.MatterID, p ident.PersonID, reason string) (e Effect, err error) {
	defer fault.Wrap(&err, "access.IfWalled(%s)", m)
	return s.effect(ctx, who, []ident.MatterID{m}, func(ctx context.Context) error { return s.changes.RaiseWall(ctx, who, m, p, reason) })
}

// IfEnded tells what the end of an engagement would shut. Matters that the reader may not know of are not told, and not counted.
//
// Faults: those of the change itself.
func (s *Service) IfEnded(ctx context.Context, who actor.Actor, id ident.EngagementID, reason string) (e Effect, err error) {
	defer fault.Wrap(&err, "access.IfEnded(%s)", id)
	v := s.gate.View(who)
	at := db.Micros(v.Now)
	open, err := db.Column[ident.MatterID](ctx, v, db.SQL(`SELECT m.id FROM engagement e JOIN matter m ON m.firm_id = e.firm_id
			JOIN matter_opening mo ON mo.matter_id = m.id AND mo.org_id = e.provider_id AND mo.from_at <= ? AND mo.until_at > ?
		WHERE e.id = ? AND e.firm_id = ?`, at, at, id, who.Org).And(v.Reach("m.id")).Join(db.SQL(` ORDER BY m.number LIMIT ?`, mostMatters+1)))
	if err != nil {
		return e, err
	}
	more := len(open) > mostMatters
	e, err = s.effect(ctx, who, open[:min(len(open), mostMatters)], func(ctx context.Context) error { return s.changes.EndEngagement(ctx, who, id, reason) })
	e.More = more
	return e, err
}

// effect makes a change, compares who knows of matters before and after it, and rolls it back.
func (s *Service) effect(ctx context.Context, who actor.Actor, matters []ident.MatterID, change func(context.Context) error) (e Effect, err error) {
	v := s.gate.View(who)
	before, err := knowing(ctx, v, matters)
	if err != nil {
		return e, err
	}
	var after map[sight]bool
	if err := change(db.Look(ctx, func(tx *db.Tx) (err error) {
		after, err = knowing(ctx, v.In(tx), matters)
		return err
	})); err != nil {
		return e, err
	}
	e.Matters = len(matters)
	if e.Opens, err = told(ctx, v, after, before); err != nil {
		return e, err
	}
	e.Shuts, err = told(ctx, v, before, after)
	return e, err
}

type sight struct {
	person ident.PersonID
	org    ident.OrgID
	matter ident.MatterID
}

// knowing is who knows of matters.
func knowing(ctx context.Context, v gate.View, matters []ident.MatterID) (map[sight]bool, error) {
	out := map[sight]bool{}
	for _, m := range matters {
		ways, err := v.Ways(ctx, m)
		if err != nil {
			return nil, err
		}
		for _, w := range ways {
			if w.Holds() {
				out[sight{w.Person, w.Org, m}] = true
			}
		}
	}
	return out, nil
}

// told names what is in all and not in known.
func told(ctx context.Context, v gate.View, all, known map[sight]bool) (out []Sight, err error) {
	persons, orgs := map[string]bool{}, map[string]bool{}
	var fresh []sight
	for x := range all {
		if !known[x] {
			fresh = append(fresh, x)
			persons[string(x.person)], orgs[string(x.org)] = true, true
		}
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	people, err := names(ctx, v, "person", persons)
	if err != nil {
		return nil, err
	}
	held, err := names(ctx, v, "org", orgs)
	if err != nil {
		return nil, err
	}
	matters := map[ident.MatterID]Sight{}
	for _, x := range fresh {
		m, ok := matters[x.matter]
		if !ok {
			if err := v.QueryRow(ctx, db.SQL(`SELECT m.number, m.title, (SELECT COUNT(*) FROM document d WHERE d.matter_id = m.id), (SELECT COUNT(*) FROM task t WHERE t.matter_id = m.id) FROM matter m WHERE m.id = ? AND `, x.matter).
				Join(v.Visible("m.id"))).Scan(&m.Number, &m.Title, &m.Documents, &m.Tasks); err != nil {
				return nil, err
			}
			matters[x.matter] = m
		}
		m.Person, m.Name, m.OrgName, m.Matter = x.person, people[string(x.person)], held[string(x.org)], x.matter
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Sight) int {
		return strings.Compare(a.Number+"\x00"+a.Name+"\x00"+a.OrgName, b.Number+"\x00"+b.Name+"\x00"+b.OrgName)
	})
	return out, nil
}
