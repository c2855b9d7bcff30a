package gate

import (
	"context"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
)

// StepUpLasts is how long one fresh proof of a factor covers sign-offs and other sensitive verbs.
const StepUpLasts = 10 * time.Minute

// Permit returns nil if the actor may take the write's action on subject. The epoch rows of person, matter and
// engagement are locked against change first, so the answer holds until the write commits.
//
// Faults: NotFound (the actor may not know of the subject), Forbidden (with the rules that refuse).
func (tx *Tx) Permit(ctx context.Context, s authz.Subject) error {
	return tx.PermitAs(ctx, tx.Action, s)
}

// PermitAs is Permit for a second action that the same write includes.
func (tx *Tx) PermitAs(ctx context.Context, action authz.Action, s authz.Subject) error {
	if err := tx.hold(ctx, s); err != nil {
		return err
	}
	d, err := tx.gate.decide(ctx, tx.Tx, tx.Who, tx.Now, nil, action, s)
	if err != nil {
		return err
	}
	if d.Policy == "" { // not even asked: the subject does not exist for this person
		return tx.Absent(s.Kind, s.ID)
	}
	tx.asked, tx.decision, tx.subject = true, d, s
	if !d.Allowed {
		return fault.Refused(d)
	}
	return nil
}

// hold share-locks the epoch rows on which the answer will rest.
func (tx *Tx) hold(ctx context.Context, s authz.Subject) error {
	cond := db.SQL(`(kind = 'person' AND id = ?) OR (kind = 'matter' AND id = ?) OR (kind = 'engagement' AND id = ?)`,
		tx.Who.Person, s.Matter, s.Engagement)
	_, err := db.Column[int64](ctx, tx, db.SQL(`SELECT n FROM access_epoch WHERE `).Join(cond, db.SQL(` ORDER BY kind, id`), tx.ForShare()))
	return err
}

// decide answers for any actor; known is what a settled view of that actor holds, or nil. A zero Decision (no Policy) means that the subject does not exist for the actor.
func (g *Gate) decide(ctx context.Context, q db.Reader, who actor.Actor, now time.Time, known *settled, action authz.Action, s authz.Subject) (authz.Decision, error) {
	if exists, err := g.exists(ctx, q, who, now, known, s); err != nil || !exists {
		return authz.Decision{}, err
	}
	if !who.Covers(string(action)) {
		return authz.Decision{Policy: g.base.hash, Rules: []authz.Rule{authz.OutOfScope(action)}}, nil
	}
	facts, err := loadFacts(ctx, q, who, now, s)
	if err != nil {
		return authz.Decision{}, err
	}
	set, err := known.policiesOf(s.Engagement, func() (*policySet, error) { return g.policies(ctx, q, s.Engagement, now) })
	if err != nil {
		return authz.Decision{}, err
	}
	return set.decide(who, now, action, s, facts)
}

// exists is whether an actor may know of a subject at all.
func (g *Gate) exists(ctx context.Context, q db.Reader, who actor.Actor, now time.Time, known *settled, s authz.Subject) (bool, error) {
	switch {
	case s.Matter != "" && known != nil:
		return known.in[s.Matter], nil
	case s.Matter != "":
		return sees(ctx, q, who, now, s.Matter)
	}
	return s.Org == "" || who.IsSystem() || string(who.Org) == s.Org || string(who.Org) == s.Provider, nil
}

// facts is what the gate knows of the people and records around a decision.
type facts struct {
	roles       []string // organization roles of the actor in the organization acted for
	matterRoles []string
	side        string              // "firm", "provider", "" (reads org.kind, the one fact of another package)
	subject     map[string][]string // "matter.consent" → values
}

func loadFacts(ctx context.Context, q db.Reader, who actor.Actor, now time.Time, s authz.Subject) (f facts, err error) {
	at := db.Micros(now)
	type row struct{ kind, value string }
	rows, err := db.All(ctx, q, db.SQL(`
		SELECT 'role', role FROM access_grant WHERE person_id = ? AND scope_kind = 'org' AND scope_id = ? AND from_at <= ? AND until_at > ?
		UNION ALL SELECT 'matter-role', role FROM access_grant WHERE person_id = ? AND scope_kind = 'matter' AND scope_id = ? AND org_id = ? AND from_at <= ? AND until_at > ?
		UNION ALL SELECT 'side', kind FROM org WHERE id = ?
		UNION ALL SELECT subject_kind || '.' || name, value FROM gate_fact WHERE from_at <= ? AND until_at > ?
			AND ((subject_kind = 'person' AND subject_id = ?) OR (subject_kind = 'matter' AND subject_id = ?) OR (subject_kind = 'engagement' AND subject_id = ?))`,
		who.Person, who.Org, at, at, who.Person, s.Matter, who.Org, at, at, who.Org, at, at, who.Person, s.Matter, s.Engagement),
		func(rs *db.Rows, r *row) error { return rs.Scan(&r.kind, &r.value) })
	if err != nil {
		return f, err
	}
	f.subject = map[string][]string{}
	for _, r := range rows {
		switch r.kind {
		case "role":
			f.roles = append(f.roles, r.value)
		case "matter-role":
			f.matterRoles = append(f.matterRoles, r.value)
		case "side":
			f.side = r.value
		default:
			f.subject[r.kind] = append(f.subject[r.kind], r.value)
		}
	}
	return f, nil
}

// policiesOf keeps the policies of an engagement for the next decision of the same page.
func (k *settled) policiesOf(engagement string, load func() (*policySet, error)) (*policySet, error) {
	if k == nil {
		return load()
	}
	if p := k.policies[engagement]; p != nil {
		return p, nil
	}
	p, err := load()
	if err == nil {
		k.policies[engagement] = p
	}
	return p, err
}
