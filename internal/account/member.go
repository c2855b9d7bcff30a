package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Member is a person's place in an organization.
type Member struct {
	Person      ident.PersonID
	Name        string
	Email       string
	Title       string
	Roles       []string
	Dedicated   ident.OrgID // a firm: the person works for that firm only; "" otherwise
	DedicatedTo string      // its name
	Site        string      // country where the person works, ISO 3166-1 alpha-2; "" for the organization's
	Factor      bool        // a second factor is set
	Since       time.Time
	SeenAt      time.Time // last seen in any session; zero when never
	Rev         int64
}

// An OpenInvitation is one line of the list that administrators see.
type OpenInvitation struct {
	ID        string
	Name      string
	Email     string
	Roles     []string
	InvitedBy string
	ExpiresAt time.Time
	Expired   bool
}

// People is the page of an organization's members.
type People struct {
	Members     []Member
	Invitations []OpenInvitation // only for who may manage
	Manage      bool             // who may invite and change
	AddOrgs     bool             // who may add organizations
}

// People lists the members of the organization that who acts for.
func (s *Service) People(ctx context.Context, who actor.Actor) (p People, err error) {
	v := s.Gate.View(who)
	if p.Members, err = members(ctx, v, db.SQL(`1 = 1`)); err != nil {
		return p, err
	}
	d, err := v.May(ctx, "member.invite", memberOf(who.Org, "-"))
	if err != nil || !d.Allowed {
		return p, err
	}
	p.Manage = true
	first, err := s.firstOrg(ctx, v)
	if err != nil {
		return p, err
	}
	p.AddOrgs = first == who.Org
	now := s.now()
	p.Invitations, err = db.All(ctx, v, db.SQL(`SELECT i.id, i.name, i.email, i.roles, COALESCE(b.name, ''), i.expires_at
		FROM invitation i LEFT JOIN person b ON b.id = i.invited_by WHERE i.org_id = ? AND i.accepted_at = 0 AND i.revoked_at = 0 ORDER BY i.made_at DESC, i.id DESC LIMIT 200`, who.Org),
		func(rs *db.Rows, o *OpenInvitation) error {
			var roles string
			err := rs.Scan(&o.ID, &o.Name, &o.Email, &roles, &o.InvitedBy, db.At{T: &o.ExpiresAt})
			o.Roles, o.Expired = strings.Fields(roles), !now.Before(o.ExpiresAt)
			return err
		})
	return p, err
}

// members reads the present members of the view's organization that meet a condition on m or p.
func members(ctx context.Context, v gate.View, which db.Frag) ([]Member, error) {
	at := db.Micros(v.Now)
	return db.All(ctx, v, db.SQL(`SELECT m.person_id, p.name, p.email, m.title, m.dedicated_to, COALESCE(d.name, ''), LENGTH(p.totp_secret) > 0, m.from_at, m.rev,
			COALESCE((SELECT STRING_AGG(g.role, ' ') FROM access_grant g WHERE g.person_id = m.person_id AND g.scope_kind = 'org' AND g.scope_id = m.org_id AND g.from_at <= ? AND g.until_at > ?), ''),
			COALESCE((SELECT MAX(s.seen_at) FROM session s WHERE s.person_id = m.person_id AND s.org_id = m.org_id AND s.kind = 'web'), 0),
			COALESCE((SELECT MAX(gf.value) FROM gate_fact gf WHERE gf.subject_kind = 'person' AND gf.subject_id = m.person_id AND gf.name = 'site' AND gf.from_at <= ? AND gf.until_at > ?), '')
		FROM member m JOIN person p ON p.id = m.person_id LEFT JOIN org d ON d.id = m.dedicated_to
		WHERE m.org_id = ? AND m.until_at > ?`, at, at, at, at, v.Who.Org, at).And(which).Join(db.SQL(` ORDER BY p.name, p.id`)),
		func(rs *db.Rows, m *Member) error {
			var roles string
			err := rs.Scan(&m.Person, &m.Name, &m.Email, &m.Title, &m.Dedicated, &m.DedicatedTo, &m.Factor, db.At{T: &m.Since}, &m.Rev, &roles, db.At{T: &m.SeenAt}, &m.Site)
			m.Roles = strings.Fields(roles)
			return err
		})
}

// A Team is a matter on which a person has a role, as far as the reader sees that matter.
type Team struct {
	Matter       ident.MatterID
	Number, Name string
	Roles        []string
}

// MemberPage is one member with what the reader may know and do.
type MemberPage struct {
	Member
	Teams  []Team
	Firms  []Org // a provider's firms, to dedicate the person to
	Manage bool
}

// Member reads one member of the organization that who acts for.
//
// Faults: NotFound.
func (s *Service) Member(ctx context.Context, who actor.Actor, p ident.PersonID) (out MemberPage, err error) {
	v := s.Gate.View(who)
	found, err := members(ctx, v, db.SQL(`m.person_id = ?`, p))
	if err != nil {
		return out, err
	}
	if len(found) == 0 {
		return out, fault.Missing()
	}
	out.Member = found[0]
	d, err := v.May(ctx, "member.change_roles", memberOf(who.Org, p))
	if err != nil {
		return out, err
	}
	out.Manage = d.Allowed
	if out.Firms, err = firmsOf(ctx, v, who.Org); err != nil {
		return out, err
	}
	at := db.Micros(v.Now)
	out.Teams, err = db.All(ctx, v, db.SQL(`SELECT m.id, m.number, m.title, STRING_AGG(g.role, ' ') FROM access_grant g JOIN matter m ON m.id = g.scope_id
		WHERE g.person_id = ? AND g.scope_kind = 'matter' AND g.org_id = ? AND g.from_at <= ? AND g.until_at > ?`, p, who.Org, at, at).
		And(v.Visible("m.id")).Join(db.SQL(` GROUP BY m.id, m.number, m.title ORDER BY m.number, m.id LIMIT 200`)),
		func(rs *db.Rows, t *Team) error {
			var roles string
			err := rs.Scan(&t.Matter, &t.Number, &t.Name, &roles)
			t.Roles = strings.Fields(roles)
			return err
		})
	return out, err
}

// firmsOf lists the firms that a provider is engaged by; none for a firm.
func firmsOf(ctx context.Context, q db.Reader, provider ident.OrgID) ([]Org, error) {
	return db.All(ctx, q, db.SQL(`SELECT DISTINCT o.id, o.kind, o.name, o.country, o.zone FROM engagement e JOIN org o ON o.id = e.firm_id WHERE e.provider_id = ? ORDER BY o.name`, provider),
		func(rs *db.Rows, o *Org) error { return rs.Scan(&o.ID, &o.Kind, &o.Name, &o.Country, &o.Zone) })
}

// manage runs fn on a present member of the organization of who, with an entry on the person.
func (s *Service) manage(ctx context.Context, who actor.Actor, action authz.Action, p ident.PersonID, values map[string]string, fn func(*gate.Tx) error) error {
	return s.Gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		var rev int64
		err := tx.QueryRow(ctx, db.SQL(`SELECT rev FROM member WHERE person_id = ? AND org_id = ? AND until_at > ?`, p, who.Org, db.Micros(tx.Now)).Join(tx.ForUpdate())).Scan(&rev)
		if errors.Is(err, db.ErrNoRows) {
			return tx.Absent("member", string(p))
		}
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, memberOf(who.Org, p)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE member SET rev = rev + 1 WHERE person_id = ? AND org_id = ?`, p, who.Org)); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: personRef(p), Rev: rev + 1, Values: values})
		return fn(tx)
	})
}

// ChangeRoles gives a member of the organization of who these roles and no others.
//
// Faults: NotFound, Forbidden, Invalid (field "roles"), Conflict (the last administrator).
func (s *Service) ChangeRoles(ctx context.Context, who actor.Actor, p ident.PersonID, ids []string) error {
	kind, _, err := orgOf(ctx, s.Gate.DB, who.Org)
	if err != nil {
		return err
	}
	want, err := choose(kind, ids)
	if err != nil {
		return err
	}
	return s.manage(ctx, who, "member.change_roles", p, map[string]string{"roles": RoleNames(ids)}, func(tx *gate.Tx) error {
		has, err := rolesOf(ctx, tx, p, who.Org, tx.Now)
		if err != nil {
			return err
		}
		for _, role := range has {
			if slices.Contains(roleIDs(want), role) {
				continue
			}
			if err := tx.EndGrants(ctx, p, "org", string(who.Org), role); err != nil {
				return err
			}
		}
		for _, r := range want {
			if err := tx.Grant(ctx, gate.Grant{Person: p, ScopeKind: "org", ScopeID: string(who.Org), Org: who.Org, Role: r.ID, Wide: r.Wide, Reason: "roles changed"}); err != nil {
				return err
			}
		}
		return keepAdministrator(ctx, tx, who.Org)
	})
}

// keepAdministrator refuses a change after which nobody could manage the organization. The grant verbs before it hold
// the epoch row of the organization, so two such changes cannot pass each other.
func keepAdministrator(ctx context.Context, tx *gate.Tx, o ident.OrgID) error {
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM access_grant WHERE scope_kind = 'org' AND scope_id = ? AND role = ? AND until_at > ?`, o, Administrator, db.Micros(tx.Now))).Scan(&n)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "Nobody would be left to administer the organization. Make another person administrator first.")
	}
	return err
}

// EndMember ends a membership of the organization of who: its roles, its places on matters, its sessions and tokens.
//
// Faults: NotFound, Forbidden, Invalid (field "reason"), Conflict (the last administrator).
func (s *Service) EndMember(ctx context.Context, who actor.Actor, p ident.PersonID, reason string) error {
	reason, err := cleanText("reason", "a reason", reason, 300)
	if err != nil {
		return err
	}
	return s.manage(ctx, who, "member.end", p, map[string]string{"reason": reason}, func(tx *gate.Tx) error {
		if err := tx.EndGrants(ctx, p, "org", string(who.Org), ""); err != nil {
			return err
		}
		matters, err := db.Column[string](ctx, tx, db.SQL(`SELECT DISTINCT scope_id FROM access_grant WHERE person_id = ? AND scope_kind = 'matter' AND org_id = ? AND until_at > ? ORDER BY scope_id`, p, who.Org, db.Micros(tx.Now)))
		if err != nil {
			return err
		}
		for _, m := range matters {
			if err := tx.EndGrants(ctx, p, "matter", m, ""); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE member SET until_at = ?, dedicated_to = '' WHERE person_id = ? AND org_id = ?`, db.Micros(tx.Now), p, who.Org)); err != nil {
			return err
		}
		if _, err := endSessions(ctx, tx, db.SQL(`person_id = ? AND org_id = ?`, p, who.Org), s.now()); err != nil {
			return err
		}
		return keepAdministrator(ctx, tx, who.Org)
	})
}

// Dedicate has a provider's person work for one firm only; "" ends that.
//
// Faults: NotFound, Forbidden, Invalid (field "firm": not engaged with the provider).
func (s *Service) Dedicate(ctx context.Context, who actor.Actor, p ident.PersonID, firm ident.OrgID) error {
	return s.manage(ctx, who, "member.dedicate", p, map[string]string{"firm": string(firm)}, func(tx *gate.Tx) error {
		firms, err := firmsOf(ctx, tx, who.Org)
		if err != nil {
			return err
		}
		if firm != "" && !slices.ContainsFunc(firms, func(o Org) bool { return o.ID == firm }) {
			return fault.InField("firm", "Choose a firm that has engaged your organization.")
		}
		_, err = tx.Exec(ctx, db.SQL(`UPDATE member SET dedicated_to = ? WHERE person_id = ? AND org_id = ?`, firm, p, who.Org))
		return err
	})
}

// SetSite says in which country a member works, where it is not their organization's: what residency keeps elsewhere they
// then see as pages only. "" takes that back.
//
// Faults: NotFound, Forbidden, Invalid (field "site").
func (s *Service) SetSite(ctx context.Context, who actor.Actor, p ident.PersonID, country string) error {
	country = strings.ToUpper(strings.TrimSpace(country))
	if country != "" && (len(country) != 2 || strings.Trim(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		return fault.InField("site", "Give the country as two letters, such as IN or PH.")
	}
	return s.manage(ctx, who, "member.set_site", p, map[string]string{"site": country}, func(tx *gate.Tx) error {
		return tx.SetFact(ctx, personRef(p), "site", country)
	})
}

// ResetFactor takes the second factor from a member: every session ends, and another is enrolled at the next sign-in.
//
// Faults: NotFound, Forbidden (with no fresh factor of who).
func (s *Service) ResetFactor(ctx context.Context, who actor.Actor, p ident.PersonID) error {
	return s.manage(ctx, who, "member.reset_factor", p, nil, func(tx *gate.Tx) error { return s.clearFactor(ctx, tx, p) })
}

func (s *Service) clearFactor(ctx context.Context, tx *gate.Tx, p ident.PersonID) error {
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE person SET totp_secret = ?, rev = rev + 1 WHERE id = ?`, []byte{}, p)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, db.SQL(`DELETE FROM recovery_code WHERE person_id = ?`, p)); err != nil {
		return err
	}
	if _, err := endSessions(ctx, tx, db.SQL(`person_id = ?`, p), s.now()); err != nil {
		return err
	}
	return tx.EndFact(ctx, personRef(p), "mfa", "")
}

// ResetAccess takes password and second factor from a member who has lost the password, and returns the secret of a
// single-use link with which they choose another.
//
// Faults: NotFound, Forbidden (with no fresh factor of who), Conflict (a member of another organization too).
func (s *Service) ResetAccess(ctx context.Context, who actor.Actor, p ident.PersonID) (link string, err error) {
	link = newToken()
	return link, s.manage(ctx, who, "member.reset_access", p, nil, func(tx *gate.Tx) error {
		in, elsewhere := Invitation{}, 0
		err := tx.QueryRow(ctx, db.SQL(`SELECT p.name, p.email, m.title, (SELECT COUNT(*) FROM member o WHERE o.person_id = p.id AND o.org_id <> m.org_id AND o.until_at > ?)
			FROM person p JOIN member m ON m.person_id = p.id WHERE p.id = ? AND m.org_id = ?`, db.Micros(tx.Now), p, who.Org)).Scan(&in.Name, &in.Email, &in.Title, &elsewhere)
		if err != nil {
			return err
		}
		if elsewhere > 0 {
			return fault.New(fault.Conflict, "This person is a member of another organization too, so one organization alone cannot set their password.")
		}
		if in.Roles, err = rolesOf(ctx, tx, p, who.Org, tx.Now); err != nil {
			return err
		}
		if err := s.clearFactor(ctx, tx, p); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE person SET password = '' WHERE id = ?`, p)); err != nil {
			return err
		}
		_, err = s.invite(ctx, tx, who.Org, in, link)
		return err
	})
}
