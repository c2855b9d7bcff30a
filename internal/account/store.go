package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// newSession is a row of table session.
type newSession struct {
	id        ident.SessionID
	secret    string
	kind      string
	person    ident.PersonID
	org       ident.OrgID
	name      string
	scopes    []string
	mfa       bool
	at, ends  time.Time
	steppedUp time.Time
	device    Device
}

func insertSession(ctx context.Context, tx *db.Tx, n newSession) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO session (id, token_hash, kind, person_id, org_id, name, scopes, mfa, enrol_secret, made_at, seen_at, ends_at, stepped_up_at, revoked_at, address, agent)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
		n.id, hashToken(n.secret), n.kind, n.person, n.org, n.name, strings.Join(n.scopes, " "), n.mfa, []byte{},
		db.Micros(n.at), db.Micros(n.at), db.Micros(n.ends), db.Micros(n.steppedUp), n.device.Address, firstChars(n.device.Agent, 300)))
	return err
}

// endSessions revokes the open sessions and tokens that meet a condition, and says how many.
func endSessions(ctx context.Context, tx *gate.Tx, which db.Frag, now time.Time) (int64, error) {
	return tx.Exec(ctx, db.SQL(`UPDATE session SET revoked_at = ? WHERE revoked_at = 0`, db.Micros(now)).And(which))
}

// firstOrg is the organization that the installation began with; "" before there is one.
func (s *Service) firstOrg(ctx context.Context, q db.Reader) (id ident.OrgID, err error) {
	err = q.QueryRow(ctx, db.SQL(`SELECT id FROM org ORDER BY made_at, id LIMIT 1`)).Scan(&id)
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return id, err
}

type newPerson struct {
	id       ident.PersonID
	name     string
	email    string
	zone     string
	password string // PHC
}

// insertPerson stores a person without a second factor.
//
// Faults: Conflict (the e-mail address has an account).
func insertPerson(ctx context.Context, tx *gate.Tx, p newPerson) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO person (id, name, email, zone, password, totp_secret, totp_step, theme, density, keys_on, disabled_at, made_at, rev)
		VALUES (?, ?, ?, ?, ?, ?, 0, '', '', TRUE, 0, ?, 1)`, p.id, p.name, p.email, p.zone, p.password, []byte{}, db.Micros(tx.Now)))
	if db.IsDuplicate(err) {
		return fault.New(fault.Conflict, "This e-mail address has an account already.")
	}
	return err
}

// join makes a person a member, again if they were one before, and gives them roles.
func join(ctx context.Context, tx *gate.Tx, p ident.PersonID, o ident.OrgID, title string, give []Role, reason string) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO member (person_id, org_id, title, dedicated_to, from_at, until_at, rev) VALUES (?, ?, ?, '', ?, ?, 1)
		ON CONFLICT (person_id, org_id) DO UPDATE SET title = excluded.title, dedicated_to = '', until_at = excluded.until_at, rev = member.rev + 1`,
		p, o, title, db.Micros(tx.Now), gate.Forever))
	if err != nil {
		return err
	}
	for _, r := range give {
		if err := tx.Grant(ctx, gate.Grant{Person: p, ScopeKind: "org", ScopeID: string(o), Org: o, Role: r.ID, Wide: r.Wide, Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}

func roleIDs(rs []Role) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = r.ID
	}
	return out
}

// rolesOf reads the roles that a person holds in an organization now.
func rolesOf(ctx context.Context, q db.Reader, p ident.PersonID, o ident.OrgID, now time.Time) ([]string, error) {
	at := db.Micros(now)
	return db.Column[string](ctx, q, db.SQL(`SELECT role FROM access_grant WHERE person_id = ? AND scope_kind = 'org' AND scope_id = ? AND from_at <= ? AND until_at > ? ORDER BY role`, p, o, at, at))
}

// orgOf reads kind and name of an organization.
func orgOf(ctx context.Context, q db.Reader, o ident.OrgID) (kind, name string, err error) {
	err = q.QueryRow(ctx, db.SQL(`SELECT kind, name FROM org WHERE id = ?`, o)).Scan(&kind, &name)
	return kind, name, err
}
