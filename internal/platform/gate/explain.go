package gate

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
)

// Explain is the deed of asking who could do what, on a matter.
const Explain authz.Action = "access.explain"

// At returns the view as of another instant: what it lists and decides rests on the grants, walls, openings, facts and
// clauses of then. The policies of the program itself are those of now.
func (v View) At(t time.Time) View {
	v.Now, v.matters = t, nil
	return v
}

// In returns the view as it would be after a write that is open: what the write changed counts.
func (v View) In(tx *db.Tx) View {
	v.Reader, v.Now, v.matters = tx, v.gate.now(), nil
	return v
}

// A Way is a role through which a person could know of a matter at the instant of the view, with what stands in its way.
type Way struct {
	Person ident.PersonID
	Org    ident.OrgID // for which they hold the role
	Role   string
	Wide   bool // the role is of the organization, and reaches every matter that is open to it
	Since  time.Time
	SetBy  ident.PersonID // "" for the program
	Open   bool           // the matter is open to the organization
	Wall   Screen         // the zero Screen when there is none
}

// A Screen is an ethical wall as far as it explains a refusal. Why it was raised is not part of it.
type Screen struct {
	Number int64 // "W-12"; 0 for no wall
	Since  time.Time
	SetBy  ident.PersonID
}

// Holds is whether the way leads to the matter: a wall beats every role (the same rule as View.Visible, in words).
func (w Way) Holds() bool { return w.Open && w.Wall.Number == 0 }

// Ways lists the roles through which anybody could know of a matter at the instant of the view, by person. Whether the
// actor may know of the matter is for the caller to ask first.
func (v View) Ways(ctx context.Context, m ident.MatterID) ([]Way, error) {
	at := db.Micros(v.Now)
	return db.All(ctx, v, db.SQL(`
		SELECT ag.person_id, ag.org_id, ag.role, ag.scope_kind = 'org', ag.from_at, ag.set_by,
			EXISTS (SELECT 1 FROM matter_opening mo WHERE mo.matter_id = ? AND mo.org_id = ag.org_id AND mo.from_at <= ? AND mo.until_at > ?),
			COALESCE(w.number, 0), COALESCE(w.from_at, 0), COALESCE(w.set_by, '')
		FROM access_grant ag
			LEFT JOIN wall w ON w.person_id = ag.person_id AND w.matter_id = ? AND w.from_at <= ? AND w.until_at > ?
		WHERE ag.from_at <= ? AND ag.until_at > ?
			AND (ag.scope_kind = 'matter' AND ag.scope_id = ?
				OR ag.scope_kind = 'org' AND ag.wide AND EXISTS (SELECT 1 FROM matter_opening mh WHERE mh.matter_id = ? AND mh.org_id = ag.scope_id))
		ORDER BY ag.person_id, ag.org_id, ag.scope_kind, ag.role, ag.id`,
		m, at, at, m, at, at, at, at, m, m),
		func(rs *db.Rows, w *Way) error {
			var walled int64
			err := rs.Scan(&w.Person, &w.Org, &w.Role, &w.Wide, db.At{T: &w.Since}, &w.SetBy, &w.Open, &w.Wall.Number, &walled, &w.Wall.SetBy)
			if w.Wall.Number != 0 {
				w.Wall.Since = time.UnixMicro(walled).UTC()
			}
			return err
		})
}

// Rules are the policies that are asked together about records of one engagement.
type Rules struct{ set *policySet }

// Rules returns those in force at the instant of the view; of "" the program's own.
func (v View) Rules(ctx context.Context, e string) (Rules, error) {
	set, err := v.gate.policies(ctx, v, e, v.Now)
	return Rules{set}, err
}

// Could answers MayOther for several actions on one subject: what they rest on is read once. All are the zero Decision when
// the subject does not exist for the person.
func (v View) Could(ctx context.Context, person ident.PersonID, org ident.OrgID, s authz.Subject, actions ...authz.Action) ([]authz.Decision, error) {
	rules, err := v.Rules(ctx, s.Engagement)
	if err != nil {
		return nil, err
	}
	return v.CouldUnder(ctx, rules, person, org, s, actions...)
}

// CouldUnder is Could under other rules than those in force.
func (v View) CouldUnder(ctx context.Context, rules Rules, person ident.PersonID, org ident.OrgID, s authz.Subject, actions ...authz.Action) ([]authz.Decision, error) {
	who := actor.Actor{Person: person, Org: org, MFA: true, SteppedUpAt: v.Now}
	out := make([]authz.Decision, len(actions))
	exists, err := v.gate.exists(ctx, v, who, v.Now, nil, s)
	if err != nil || !exists {
		return out, err
	}
	facts, err := loadFacts(ctx, v, who, v.Now, s)
	if err != nil {
		return out, err
	}
	for i, a := range actions {
		if out[i], err = rules.set.decide(who, v.Now, a, s, facts); err != nil {
			return out, err
		}
	}
	return out, nil
}

var actionName = regexp.MustCompile(`Action::"([a-z_]+\.[a-z_]+)"`)

// Actions lists the actions on a kind of record that the program's own policies name, in the order in which they do.
func (v View) Actions(kind string) []authz.Action { return Named(v.gate.base.text, kind) }

// Named lists the actions on a kind of record that the text of a policy names.
func Named(policy, kind string) (out []authz.Action) {
	for _, m := range actionName.FindAllStringSubmatch(policy, -1) {
		if a := authz.Action(m[1]); strings.HasPrefix(m[1], kind+".") && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// A Policy is the text of a rule, as it is asked.
type Policy struct {
	ID   string
	Text string // Cedar
	Hash string // hex SHA-256 of all the policies that are asked with it
}

// Policies returns the text of rules by their identifiers, for decisions on an engagement ("" for none) at the instant of the view.
func (v View) Policies(ctx context.Context, e ident.EngagementID, ids []string) ([]Policy, error) {
	set, err := v.gate.policies(ctx, v, string(e), v.Now)
	if err != nil {
		return nil, err
	}
	var out []Policy
	for _, id := range ids {
		if text := set.source(id); text != "" {
			out = append(out, Policy{id, text, set.hash})
		}
	}
	return out, nil
}
