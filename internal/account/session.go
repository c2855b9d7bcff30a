package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// The limits of a session (NIST SP 800-63B section 4.2.3, AAL2). An administrator's locks sooner.
const (
	SessionLasts  = 12 * time.Hour
	IdleLocks     = 30 * time.Minute
	IdleLocksSoon = 15 * time.Minute
	pendingLasts  = 10 * time.Minute
	seenEvery     = time.Minute
)

// The kinds of a session.
const (
	Pending = "pending" // the password is proved, the second factor is not
	Web     = "web"
	Token   = "token"
)

// A Session is what stands behind a request, with what every page needs of its person and organization.
type Session struct {
	ID          ident.SessionID
	Kind        string
	Person      ident.PersonID
	Name        string
	Email       string
	Org         ident.OrgID
	OrgName     string
	OrgKind     string // "firm" or "provider"
	Zone        string // the person's
	OtherZone   string // of the organization on the other side of the first engagement; "" without one
	Theme       string
	Density     string
	KeysOn      bool
	Roles       []string // in Org
	Orgs        int      // memberships in all
	Enrolled    bool     // a second factor is set
	Scopes      []string // of a token
	MFA         bool
	MadeAt      time.Time
	SeenAt      time.Time
	EndsAt      time.Time
	SteppedUpAt time.Time
	Locked      bool // idle for too long: one factor opens it again
}

// Idle is how long the session may rest before it locks.
func (x Session) Idle() time.Duration {
	for _, r := range x.Roles {
		if r == Administrator {
			return IdleLocksSoon
		}
	}
	return IdleLocks
}

// Resolve finds the session or API token of a secret. ok is false when there is none that still holds: ended, revoked,
// its person disabled or no longer a member.
func (s *Service) Resolve(ctx context.Context, secret string) (x Session, ok bool, err error) {
	if len(secret) < 40 || len(secret) > 60 {
		return x, false, nil
	}
	return s.resolve(ctx, db.SQL(`session s`), db.SQL(`s.token_hash = ? AND s.revoked_at = 0 AND s.ends_at > ?`, hashToken(secret), db.Micros(s.now())))
}

// Standing is what a session of the person would be, opened now with a second factor and stepped up. There is none: it is
// for asking what the person could do, and opens nothing. ok is false when the person could not sign in.
func (s *Service) Standing(ctx context.Context, person ident.PersonID, org ident.OrgID) (x Session, ok bool, err error) {
	now := db.Micros(s.now())
	return s.resolve(ctx, db.SQL(`(SELECT 'probe' AS id, 'web' AS kind, p0.id AS person_id, m0.org_id AS org_id, '' AS scopes, TRUE AS mfa, CAST(? AS BIGINT) AS made_at, CAST(? AS BIGINT) AS seen_at,
			CAST(? AS BIGINT) AS ends_at, CAST(? AS BIGINT) AS stepped_up_at
		FROM person p0 JOIN member m0 ON m0.person_id = p0.id WHERE p0.id = ? AND m0.org_id = ?) s`, now, now, db.Micros(s.now().Add(SessionLasts)), now, person, org), db.SQL(`1 = 1`))
}

// resolve reads what every page needs of the one session s among from that meets cond.
func (s *Service) resolve(ctx context.Context, from, cond db.Frag) (x Session, ok bool, err error) {
	now, business := s.now(), db.Micros(s.Gate.Now())
	var roles, scopes string
	err = s.Gate.DB.QueryRow(ctx, db.SQL(`
		SELECT s.id, s.kind, s.person_id, p.name, p.email, s.org_id, o.name, o.kind, CASE WHEN p.zone = '' THEN o.zone ELSE p.zone END,
			COALESCE((SELECT o2.zone FROM engagement e JOIN org o2 ON o2.id = CASE WHEN e.firm_id = s.org_id THEN e.provider_id ELSE e.firm_id END
				WHERE e.firm_id = s.org_id OR e.provider_id = s.org_id ORDER BY e.made_at, e.id LIMIT 1), ''),
			p.theme, p.density, p.keys_on,
			COALESCE((SELECT STRING_AGG(g.role, ' ') FROM access_grant g WHERE g.person_id = s.person_id AND g.scope_kind = 'org' AND g.scope_id = s.org_id AND g.from_at <= ? AND g.until_at > ?), ''),
			(SELECT COUNT(*) FROM member m2 WHERE m2.person_id = s.person_id AND m2.until_at > ?),
			LENGTH(p.totp_secret) > 0, s.scopes, s.mfa, s.made_at, s.seen_at, s.ends_at, s.stepped_up_at
		FROM `, business, business, business).Join(from, db.SQL(` JOIN person p ON p.id = s.person_id JOIN org o ON o.id = s.org_id
			JOIN member m ON m.person_id = s.person_id AND m.org_id = s.org_id AND m.until_at > ?
		WHERE p.disabled_at = 0 AND `, business), cond, db.SQL(` LIMIT 1`))).
		Scan(&x.ID, &x.Kind, &x.Person, &x.Name, &x.Email, &x.Org, &x.OrgName, &x.OrgKind, &x.Zone, &x.OtherZone, &x.Theme, &x.Density, &x.KeysOn,
			&roles, &x.Orgs, &x.Enrolled, &scopes, &x.MFA, db.At{T: &x.MadeAt}, db.At{T: &x.SeenAt}, db.At{T: &x.EndsAt}, db.At{T: &x.SteppedUpAt})
	if errors.Is(err, db.ErrNoRows) {
		return Session{}, false, nil
	}
	x.Roles, x.Scopes = strings.Fields(roles), strings.Fields(scopes)
	x.Locked = x.Kind == Web && now.Sub(x.SeenAt) > x.Idle()
	return x, err == nil, err
}

// Actor is who acts in a session from a device. The instant of the last step-up is carried over to business time, in
// which the policies reckon.
func (s *Service) Actor(x Session, d Device) actor.Actor {
	who := actor.Actor{Person: x.Person, Org: x.Org, Session: x.ID, Via: "web", Address: d.Address, MFA: x.MFA}
	if !x.SteppedUpAt.IsZero() {
		who.SteppedUpAt = s.Gate.Now().UTC().Add(-s.now().Sub(x.SteppedUpAt))
	}
	if x.Kind == Token {
		who.Via, who.Scopes = "api", x.Scopes
		if who.Scopes == nil {
			who.Scopes = []string{} // nil would be everything
		}
	}
	return who
}

// Seen notes that the session is in use. It writes at most once a minute, and never opens what has locked.
func (s *Service) Seen(ctx context.Context, x Session) error {
	now := s.now()
	if x.Locked || now.Sub(x.SeenAt) < seenEvery {
		return nil
	}
	return s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`UPDATE session SET seen_at = ? WHERE id = ? AND seen_at > ? AND seen_at < ?`,
			db.Micros(now), x.ID, db.Micros(now.Add(-x.Idle())), db.Micros(now)))
		return err
	})
}

// Unlock opens a locked session with one factor: the password or a code of the authenticator.
//
// Faults: Invalid (field "factor"), TooMany.
func (s *Service) Unlock(ctx context.Context, x Session, factor string, d Device) error {
	if x.Kind != Web {
		return fault.Missing()
	}
	who := s.Actor(x, d)
	ok, sentence, err := s.proveOne(ctx, who, factor)
	if err != nil {
		return err
	}
	if !ok {
		return fault.InField("factor", sentence)
	}
	return s.own(ctx, who, "account.unlock", nil, func(tx *gate.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`UPDATE session SET seen_at = ? WHERE id = ?`, db.Micros(s.now()), x.ID))
		return err
	})
}

// proveOne checks a password or, when six digits are given, a code.
func (s *Service) proveOne(ctx context.Context, who actor.Actor, factor string) (ok bool, sentence string, err error) {
	if isCode(factor) {
		ok, sentence, err = s.proveCode(ctx, who, factor)
		return ok, sentence, err
	}
	b := s.factorBucket(who.Person)
	if err := s.attempt(ctx, b); err != nil {
		return false, "", err
	}
	var stored string
	if err := s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT password FROM person WHERE id = ?`, who.Person)).Scan(&stored); err != nil {
		return false, "", err
	}
	ok, err = s.hash.Verify(ctx, stored, factor)
	if err != nil {
		return false, "", err
	}
	if !ok {
		return false, "That is neither your password nor a code of your authenticator.", s.noteFailure(ctx, "account.factor_failed", who.Person, who.Org, who.Address)
	}
	return true, "", s.settle(ctx, b)
}

// StepUp proves a fresh factor for the sensitive verbs of the next ten minutes.
//
// Faults: Invalid (field "code"), TooMany.
func (s *Service) StepUp(ctx context.Context, who actor.Actor, code string) error {
	ok, sentence, err := s.proveCode(ctx, who, code)
	if err != nil {
		return err
	}
	if !ok {
		return fault.InField("code", sentence)
	}
	return s.own(ctx, who, "account.step_up", nil, func(tx *gate.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`UPDATE session SET stepped_up_at = ? WHERE id = ? AND person_id = ?`, db.Micros(s.now()), who.Session, who.Person))
		return err
	})
}

// SignOut ends the session in which who acts.
func (s *Service) SignOut(ctx context.Context, who actor.Actor) error {
	return s.EndSession(ctx, who, who.Session)
}

// EndSession ends a session or revokes an API token of who.
func (s *Service) EndSession(ctx context.Context, who actor.Actor, id ident.SessionID) error {
	return s.own(ctx, who, "account.end_session", map[string]string{"session": string(id)}, func(tx *gate.Tx) error {
		n, err := endSessions(ctx, tx, db.SQL(`id = ? AND person_id = ?`, id, who.Person), s.now())
		if err == nil && n == 0 {
			err = tx.Absent("session", string(id))
		}
		return err
	})
}

// EndOtherSessions ends every session of who but the present one. API tokens stay.
func (s *Service) EndOtherSessions(ctx context.Context, who actor.Actor) error {
	return s.own(ctx, who, "account.end_session", map[string]string{"session": "all others"}, func(tx *gate.Tx) error {
		_, err := endSessions(ctx, tx, db.SQL(`person_id = ? AND kind <> 'token' AND id <> ?`, who.Person, who.Session), s.now())
		return err
	})
}

// Sessions lists the open sessions (kind Web) or API tokens (kind Token) of who, newest first.
func (s *Service) Sessions(ctx context.Context, who actor.Actor, kind string) ([]OpenSession, error) {
	return db.All(ctx, s.Gate.View(who), db.SQL(`SELECT s.id, s.name, s.scopes, o.name, s.made_at, s.seen_at, s.ends_at, s.address, s.agent
		FROM session s JOIN org o ON o.id = s.org_id WHERE s.person_id = ? AND s.kind = ? AND s.revoked_at = 0 AND s.ends_at > ? ORDER BY s.made_at DESC, s.id DESC`,
		who.Person, kind, db.Micros(s.now())), func(rs *db.Rows, o *OpenSession) error {
		var scopes string
		err := rs.Scan(&o.ID, &o.Name, &scopes, &o.Org, db.At{T: &o.MadeAt}, db.At{T: &o.SeenAt}, db.At{T: &o.EndsAt}, &o.Address, &o.Agent)
		o.Scopes, o.Current = strings.Fields(scopes), o.ID == who.Session
		return err
	})
}

// An OpenSession is one line of a person's list.
type OpenSession struct {
	ID      ident.SessionID
	Name    string // of a token
	Scopes  []string
	Org     string
	MadeAt  time.Time
	SeenAt  time.Time
	EndsAt  time.Time
	Address string
	Agent   string
	Current bool
}

// A Membership is an organization that a person may act for.
type Membership struct {
	Org   ident.OrgID
	Name  string
	Kind  string
	Roles []string
}

// Memberships lists the organizations that who may act for.
func (s *Service) Memberships(ctx context.Context, who actor.Actor) ([]Membership, error) {
	v := s.Gate.View(who)
	at := db.Micros(v.Now)
	return db.All(ctx, v, db.SQL(`SELECT o.id, o.name, o.kind,
			COALESCE((SELECT STRING_AGG(g.role, ' ') FROM access_grant g WHERE g.person_id = m.person_id AND g.scope_kind = 'org' AND g.scope_id = m.org_id AND g.from_at <= ? AND g.until_at > ?), '')
		FROM member m JOIN org o ON o.id = m.org_id WHERE m.person_id = ? AND m.until_at > ? ORDER BY o.name, o.id`, at, at, who.Person, at),
		func(rs *db.Rows, m *Membership) error {
			var roles string
			err := rs.Scan(&m.Org, &m.Name, &m.Kind, &roles)
			m.Roles = strings.Fields(roles)
			return err
		})
}

// ActFor has the session of who act for another organization of theirs.
func (s *Service) ActFor(ctx context.Context, who actor.Actor, org ident.OrgID) error {
	return s.own(ctx, who, "account.act_for", map[string]string{"org": string(org)}, func(tx *gate.Tx) error {
		n, err := tx.Exec(ctx, db.SQL(`UPDATE session SET org_id = ? WHERE id = ? AND person_id = ? AND kind = 'web'
			AND EXISTS (SELECT 1 FROM member m WHERE m.person_id = ? AND m.org_id = ? AND m.until_at > ?)`,
			org, who.Session, who.Person, who.Person, org, db.Micros(tx.Now)))
		if err == nil && n == 0 {
			err = tx.Absent("org", string(org))
		}
		return err
	})
}
