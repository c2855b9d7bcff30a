package gate

import (
	"context"
	"encoding/json"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
)

// Forever is the until_at of an interval that is still open.
const Forever int64 = 1<<63 - 1

// A View is what one actor can see at one instant.
type View struct {
	db.Reader
	Who  actor.Actor
	Now  time.Time
	gate *Gate

	matters *settled // of Settle; nil: asked in each query
}

// settled is what the actor sees, found once for the queries and decisions of one page.
type settled struct {
	list     string // of the matters, as a JSON array
	in       map[string]bool
	policies map[string]*policySet // by engagement
}

// View returns who's view of the records.
func (g *Gate) View(who actor.Actor) View { return View{Reader: g.DB, Who: who, Now: g.now(), gate: g} }

// Visible is the WHERE condition that keeps a query to the actor's matters. column names a matter identifier, such as
// "t.matter_id"; it is never user input.
func (v View) Visible(column string) db.Frag { return visible(column, v.Who, v.Now) }

// Visible is the same inside a write; every load of a record that belongs to a matter carries it.
func (tx *Tx) Visible(column string) db.Frag { return visible(column, tx.Who, tx.Now) }

// visible: memberships minus walls. A person sees a matter through a role on it, or through an organization-wide role
// while the matter is open to that organization; in both cases only in the organization for which they act now, and
// only while the matter is open to it. Jobs of the system see everything.
func visible(column string, who actor.Actor, now time.Time) db.Frag {
	if who.IsSystem() {
		return db.SQL("1 = 1")
	}
	at := db.Micros(now)
	return db.SQL(`(EXISTS (SELECT 1 FROM matter_opening mo WHERE mo.matter_id = `+column+` AND mo.org_id = ? AND mo.from_at <= ? AND mo.until_at > ?)
		AND (EXISTS (SELECT 1 FROM access_grant ag WHERE ag.person_id = ? AND ag.scope_kind = 'matter' AND ag.scope_id = `+column+` AND ag.org_id = ? AND ag.from_at <= ? AND ag.until_at > ?)
			OR EXISTS (SELECT 1 FROM access_grant ag WHERE ag.person_id = ? AND ag.scope_kind = 'org' AND ag.scope_id = ? AND ag.wide AND ag.from_at <= ? AND ag.until_at > ?))
		AND NOT EXISTS (SELECT 1 FROM wall w WHERE w.person_id = ? AND w.matter_id = `+column+` AND w.from_at <= ? AND w.until_at > ?))`,
		who.Org, at, at, who.Person, who.Org, at, at, who.Person, who.Org, at, at, who.Person, at, at)
}

// Reach is the same condition for lists over many matters: what the actor sees is found once, as a set, so that a list
// costs what the actor can see and not what the installation holds. For one record, or the records of one matter,
// Visible is cheaper.
func (v View) Reach(column string) db.Frag {
	if v.Who.IsSystem() {
		return db.SQL("1 = 1")
	}
	if v.matters != nil {
		return db.InJSON(v.gate.DB.Engine, column, v.matters.list)
	}
	return db.SQL(column+` IN (`).Join(v.reach(), db.SQL(`)`))
}

// reach selects the matters that the actor sees.
func (v View) reach() db.Frag {
	who, at := v.Who, db.Micros(v.Now)
	// CROSS JOIN has SQLite begin with the grants.
	return db.SQL(`SELECT ag.scope_id FROM access_grant ag CROSS JOIN matter_opening mo
			WHERE ag.person_id = ? AND ag.scope_kind = 'matter' AND ag.org_id = ? AND ag.from_at <= ? AND ag.until_at > ?
				AND mo.matter_id = ag.scope_id AND mo.org_id = ? AND mo.from_at <= ? AND mo.until_at > ?
		UNION ALL SELECT mo.matter_id FROM access_grant ag CROSS JOIN matter_opening mo
			WHERE ag.person_id = ? AND ag.scope_kind = 'org' AND ag.scope_id = ? AND ag.wide AND ag.from_at <= ? AND ag.until_at > ?
				AND mo.org_id = ? AND mo.from_at <= ? AND mo.until_at > ?
		EXCEPT SELECT w.matter_id FROM wall w WHERE w.person_id = ? AND w.from_at <= ? AND w.until_at > ?`,
		who.Person, who.Org, at, at, who.Org, at, at, who.Person, who.Org, at, at, who.Org, at, at, who.Person, at, at)
}

// Settle returns the view with Reach found once: for pages of several lists, or with a decision about each of their rows.
// It stays what it was when it was settled, as a page does.
func (v View) Settle(ctx context.Context) (View, error) {
	if v.Who.IsSystem() {
		return v, nil
	}
	ids, err := db.Column[string](ctx, v, v.reach())
	if err != nil {
		return v, err
	}
	m := &settled{in: make(map[string]bool, len(ids)), policies: map[string]*policySet{}}
	for _, id := range ids {
		m.in[id] = true
	}
	list, err := json.Marshal(append([]string{}, ids...))
	m.list = string(list)
	v.matters = m
	return v, err
}

// May reports whether the actor could take action on subject now, with every rule that speaks. It locks nothing: it is
// for showing buttons and reasons; the write asks again.
func (v View) May(ctx context.Context, action authz.Action, s authz.Subject) (authz.Decision, error) {
	return v.gate.decide(ctx, v, v.Who, v.Now, v.matters, action, s)
}

// MayOther asks the same for another person, as a member of org, as if signed in with a second factor if one is
// enrolled. It is how a lead sees whom a task can be given to.
func (v View) MayOther(ctx context.Context, person ident.PersonID, org ident.OrgID, action authz.Action, s authz.Subject) (authz.Decision, error) {
	return v.gate.decide(ctx, v, actor.Actor{Person: person, Org: org, MFA: true, SteppedUpAt: v.Now}, v.Now, nil, action, s)
}

// MayOther asks for another person inside a write.
func (tx *Tx) MayOther(ctx context.Context, person ident.PersonID, org ident.OrgID, action authz.Action, s authz.Subject) (authz.Decision, error) {
	return tx.gate.decide(ctx, tx.Tx, actor.Actor{Person: person, Org: org, MFA: true, SteppedUpAt: tx.Now}, tx.Now, nil, action, s)
}

// Sees reports whether the actor can know of a matter now: for live topics, which are asked again each time.
func (v View) Sees(ctx context.Context, m ident.MatterID) (bool, error) {
	return sees(ctx, v, v.Who, v.Now, string(m))
}

func sees(ctx context.Context, q db.Reader, who actor.Actor, now time.Time, matter string) (bool, error) {
	var n int
	err := q.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM (SELECT CAST(? AS TEXT) AS id) m WHERE `, matter).Join(visible("m.id", who, now))).Scan(&n)
	return n > 0, err
}

// Open decrypts words of a matter.
func (v View) Open(ctx context.Context, m ident.MatterID, sealed []byte, aad string) (string, error) {
	b, err := v.gate.Keys.Open(ctx, v, "matter/"+string(m), sealed, aad)
	return string(b), err
}

// OpenOrg decrypts words of an organization.
func (v View) OpenOrg(ctx context.Context, o ident.OrgID, sealed []byte, aad string) (string, error) {
	b, err := v.gate.Keys.Open(ctx, v, "org/"+string(o), sealed, aad)
	return string(b), err
}
