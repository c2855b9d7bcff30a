package matter

import (
	"context"
	"errors"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// AddToTeam puts a person on a matter. A firm names its own people and those of its providers; a provider's lead names
// her own, once the matter is open to her. A provider's person sees the matter only while it is open to the provider.
//
// Faults: NotFound, Forbidden (role), Invalid (person).
func (s *Service) AddToTeam(ctx context.Context, who actor.Actor, m ident.MatterID, p ident.PersonID) error {
	return s.gate.Write(ctx, who, AddToTeam, func(tx *gate.Tx) error {
		return s.addToTeam(ctx, tx, m, p, true)
	})
}

// AddToTeamIn puts a person on a matter within a write that was permitted; imports use it.
func (s *Service) AddToTeamIn(ctx context.Context, tx *gate.Tx, m ident.MatterID, p ident.PersonID) error {
	return s.addToTeam(ctx, tx, m, p, false)
}

func (s *Service) addToTeam(ctx context.Context, tx *gate.Tx, id ident.MatterID, p ident.PersonID, ask bool) error {
	m, err := load(ctx, tx, id)
	if err != nil {
		return err
	}
	org, err := m.orgOf(ctx, tx, p)
	if err != nil {
		return err
	}
	if ask {
		if err := tx.Permit(ctx, m.with("person_org", string(org))); err != nil {
			return err
		}
	}
	if org == "" {
		return fault.InField("person", "Choose a member of the firm or of its provider who is not dedicated to another firm.")
	}
	walled, err := screened(ctx, tx, p, m.ID)
	if err != nil {
		return err
	}
	if walled {
		return fault.InField("person", notOnThisMatter)
	}
	if err := tx.Grant(ctx, gate.Grant{Person: p, ScopeKind: "matter", ScopeID: string(m.ID), Org: org, Role: "team", Reason: string(tx.Action)}); err != nil {
		return err
	}
	tx.Record(gate.Entry{Verb: AddToTeam, Subject: m.ref(), Rev: m.Rev, Matter: m.ID, Owner: m.Firm, Values: map[string]string{"person": string(p), "org": string(org)}})
	tx.Announce(topic(m.ID), "person/"+string(p))
	return nil
}

// orgOf is the organization for which a person can be on the matter: the firm, or a provider engaged by it. "" when there is none.
func (m Matter) orgOf(ctx context.Context, tx *gate.Tx, p ident.PersonID) (org ident.OrgID, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT mb.org_id FROM member mb WHERE mb.person_id = ? AND mb.until_at > ? AND (mb.dedicated_to = '' OR mb.dedicated_to = ?)
		AND (mb.org_id = ? OR mb.org_id IN (SELECT e.provider_id FROM engagement e WHERE e.firm_id = ? AND e.phase <> 'ended'))
		ORDER BY CASE WHEN mb.org_id = ? THEN 0 ELSE 1 END, mb.org_id LIMIT 1`, p, db.Micros(tx.Now), m.Firm, m.Firm, m.Firm, tx.Who.Org)).Scan(&org)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return org, err
}

// RemoveFromTeam takes a person off a matter now. The supervising attorney and her delegate are changed by AssignAttorney.
//
// Faults: NotFound, Forbidden (role), Invalid (reason), Conflict (not on the team).
func (s *Service) RemoveFromTeam(ctx context.Context, who actor.Actor, id ident.MatterID, p ident.PersonID, reason string) error {
	return s.gate.Write(ctx, who, RemoveFromTeam, func(tx *gate.Tx) error {
		m, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		org, err := m.teamOrg(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, m.with("person_org", string(org))); err != nil {
			return err
		}
		if org == "" {
			return fault.New(fault.Conflict, "This person is not on the team.")
		}
		if line(reason) == "" {
			return fault.InField("reason", "Say why, for the record.")
		}
		if err := tx.EndGrants(ctx, p, "matter", string(m.ID), "team"); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: m.ref(), Rev: m.Rev, Matter: m.ID, Owner: m.Firm, Values: map[string]string{"person": string(p), "reason": line(reason)}})
		tx.Announce(topic(m.ID), "person/"+string(p))
		return nil
	})
}

func (m Matter) teamOrg(ctx context.Context, tx *gate.Tx, p ident.PersonID) (org ident.OrgID, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT org_id FROM access_grant WHERE person_id = ? AND scope_kind = 'matter' AND scope_id = ? AND role = 'team' AND until_at > ?`,
		p, m.ID, db.Micros(tx.Now))).Scan(&org)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return org, err
}

// A Person is someone a form can offer.
type Person struct {
	ID      ident.PersonID
	Name    string
	Title   string
	Org     ident.OrgID
	OrgName string
	Firm    bool // of the firm; else of a provider
}

// A TeamMember is a person on the matter.
type TeamMember struct {
	Person
	Role      string // supervising_attorney, delegate, team
	Since     time.Time
	MayRemove bool
}

// A TeamPage is who is on a matter, and who could be.
type TeamPage struct {
	Head
	Team         []TeamMember
	Offers       []Person // whom the reader may add
	MayAdd       bool
	MayExplain   bool // ask who could see the matter
	MayAssign    bool
	Attorneys    []Person
	Delegates    []Person
	Supervisor   ident.PersonID
	Delegate     ident.PersonID
	MayWall      bool
	WallOffers   []Person
	OpenToReader bool
}

// Team returns the people of a matter. A provider's people see the firm's and their own, not another provider's.
//
// Faults: NotFound.
func (s *Service) Team(ctx context.Context, who actor.Actor, id ident.MatterID) (p TeamPage, err error) {
	v := s.gate.View(who)
	m, err := s.head(ctx, v, id, &p.Head)
	if err != nil {
		return p, err
	}
	p.Supervisor, p.Delegate = m.Supervisor, m.Delegate
	may := asker{ctx: ctx, v: v}
	p.MayAdd = may.do(AddToTeam, m.with("person_org", string(who.Org)))
	p.MayAssign, p.MayWall, p.MayExplain = may.do(AssignAttorney, m.Subject()), may.do(RaiseWall, m.Subject()), may.do(gate.Explain, m.Subject())
	if may.err != nil {
		return p, may.err
	}
	if p.Team, err = team(ctx, v, m); err != nil {
		return p, err
	}
	for i := range p.Team {
		t := &p.Team[i]
		t.MayRemove = t.Role == "team" && may.do(RemoveFromTeam, m.with("person_org", string(t.Org)))
	}
	return p, errors.Join(may.err, p.offers(ctx, v, m))
}

// offers fills the choices of the forms that the reader may use.
func (p *TeamPage) offers(ctx context.Context, v gate.View, m Matter) error {
	all, err := people(ctx, v, m.Firm)
	if err != nil {
		return err
	}
	on := map[ident.PersonID]bool{}
	for _, t := range p.Team {
		on[t.ID] = true
	}
	walled, err := db.Column[ident.PersonID](ctx, v, db.SQL(`SELECT person_id FROM wall WHERE matter_id = ? AND until_at > ?`, m.ID, db.Micros(v.Now)))
	if err != nil {
		return err
	}
	behind := map[ident.PersonID]bool{}
	for _, w := range walled {
		behind[w] = true
	}
	for _, x := range all {
		if p.MayWall && !behind[x.ID] && x.ID != v.Who.Person {
			p.WallOffers = append(p.WallOffers, x)
		}
		if behind[x.ID] {
			continue
		}
		if p.MayAdd && !on[x.ID] && (m.Firm == v.Who.Org || x.Org == v.Who.Org) {
			p.Offers = append(p.Offers, x)
		}
		if p.MayAssign && x.Firm {
			p.Delegates = append(p.Delegates, x)
		}
	}
	if !p.MayAssign {
		return nil
	}
	p.Attorneys, err = attorneys(ctx, v, m.Firm)
	return err
}

func team(ctx context.Context, v gate.View, m Matter) ([]TeamMember, error) {
	at := db.Micros(v.Now)
	return db.All(ctx, v, db.SQL(`SELECT p.id, p.name, COALESCE(mb.title, ''), g.org_id, o.name, g.role, g.from_at FROM access_grant g
		JOIN person p ON p.id = g.person_id JOIN org o ON o.id = g.org_id LEFT JOIN member mb ON mb.person_id = g.person_id AND mb.org_id = g.org_id
		WHERE g.scope_kind = 'matter' AND g.scope_id = ? AND g.from_at <= ? AND g.until_at > ? AND (g.org_id = ? OR g.org_id = ? OR ? = ?)
		AND NOT EXISTS (SELECT 1 FROM wall w WHERE w.person_id = g.person_id AND w.matter_id = g.scope_id AND w.until_at > ?) AND `,
		m.ID, at, at, m.Firm, v.Who.Org, v.Who.Org, m.Firm, at).Join(v.Visible("g.scope_id"),
		db.SQL(` ORDER BY CASE g.role WHEN 'supervising_attorney' THEN 0 WHEN 'delegate' THEN 1 ELSE 2 END, CASE WHEN g.org_id = ? THEN 0 ELSE 1 END, p.name, p.id`, m.Firm)),
		func(rs *db.Rows, t *TeamMember) error {
			err := rs.Scan(&t.ID, &t.Name, &t.Title, &t.Org, &t.OrgName, &t.Role, db.At{T: &t.Since})
			t.Firm = t.Org == m.Firm
			return err
		})
}

// people are the members of a firm and, for a reader of the firm, of its providers; for a reader of a provider its own.
// Those dedicated to another firm are left out.
func people(ctx context.Context, v gate.View, firm ident.OrgID) ([]Person, error) {
	return db.All(ctx, v, db.SQL(`SELECT p.id, p.name, mb.title, mb.org_id, o.name FROM member mb JOIN person p ON p.id = mb.person_id JOIN org o ON o.id = mb.org_id
		WHERE mb.until_at > ? AND p.disabled_at = 0 AND (mb.dedicated_to = '' OR mb.dedicated_to = ?)
		AND (mb.org_id = ? OR (? = ? AND mb.org_id IN (SELECT e.provider_id FROM engagement e WHERE e.firm_id = ? AND e.phase <> 'ended')))
		ORDER BY CASE WHEN mb.org_id = ? THEN 0 ELSE 1 END, o.name, p.name, p.id`,
		db.Micros(v.Now), firm, v.Who.Org, v.Who.Org, firm, firm, firm),
		func(rs *db.Rows, p *Person) error {
			err := rs.Scan(&p.ID, &p.Name, &p.Title, &p.Org, &p.OrgName)
			p.Firm = p.Org == firm
			return err
		})
}

// attorneys are those who may supervise a matter of a firm.
func attorneys(ctx context.Context, v gate.View, firm ident.OrgID) ([]Person, error) {
	at := db.Micros(v.Now)
	return db.All(ctx, v, db.SQL(`SELECT DISTINCT p.id, p.name, mb.title FROM access_grant g JOIN person p ON p.id = g.person_id
		JOIN member mb ON mb.person_id = p.id AND mb.org_id = g.scope_id AND mb.until_at > ?
		WHERE g.scope_kind = 'org' AND g.scope_id = ? AND g.role IN ('supervising_attorney', 'partner') AND g.from_at <= ? AND g.until_at > ? ORDER BY p.name, p.id`, at, firm, at, at),
		func(rs *db.Rows, p *Person) error {
			p.Org, p.Firm = firm, true
			return rs.Scan(&p.ID, &p.Name, &p.Title)
		})
}
