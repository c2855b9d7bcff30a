package gate

import (
	"context"
	"strconv"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
)

// A Grant gives a person a role: in an organization (ScopeKind "org") or on a matter ("matter").
type Grant struct {
	Person    ident.PersonID
	ScopeKind string
	ScopeID   string
	Org       ident.OrgID // for which the person holds the role
	Role      string
	Wide      bool // the role sees every matter open to the organization
	Reason    string
}

// Grant begins a role now. A role that is already held is left as it is.
func (tx *Tx) Grant(ctx context.Context, g Grant) error {
	if err := tx.moved(ctx, "person", string(g.Person)); err != nil {
		return err
	}
	if err := tx.moved(ctx, g.ScopeKind, g.ScopeID); err != nil {
		return err
	}
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM access_grant WHERE person_id = ? AND scope_kind = ? AND scope_id = ? AND org_id = ? AND role = ? AND until_at > ?`,
		g.Person, g.ScopeKind, g.ScopeID, g.Org, g.Role, db.Micros(tx.Now))).Scan(&n)
	if err != nil || n > 0 {
		return err
	}
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO access_grant (id, person_id, scope_kind, scope_id, org_id, role, wide, from_at, until_at, set_by, reason)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		ident.New(), g.Person, g.ScopeKind, g.ScopeID, g.Org, g.Role, g.Wide, db.Micros(tx.Now), Forever, tx.Who.Person, g.Reason))
	return err
}

// EndGrants ends roles of a person in a scope now: the named role, or all of them when role is "".
func (tx *Tx) EndGrants(ctx context.Context, person ident.PersonID, scopeKind, scopeID, role string) error {
	if err := tx.moved(ctx, "person", string(person)); err != nil {
		return err
	}
	if err := tx.moved(ctx, scopeKind, scopeID); err != nil {
		return err
	}
	q := db.SQL(`UPDATE access_grant SET until_at = ? WHERE person_id = ? AND scope_kind = ? AND scope_id = ? AND until_at > ?`,
		db.Micros(tx.Now), person, scopeKind, scopeID, db.Micros(tx.Now))
	if role != "" {
		q = q.And(db.SQL(`role = ?`, role))
	}
	_, err := tx.Exec(ctx, q)
	return err
}

// OpenMatter lets an organization hold a matter from now on: its firm at birth, a provider at the first release.
func (tx *Tx) OpenMatter(ctx context.Context, m ident.MatterID, o ident.OrgID, reason string) error {
	if err := tx.moved(ctx, "matter", string(m)); err != nil {
		return err
	}
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM matter_opening WHERE matter_id = ? AND org_id = ? AND until_at > ?`, m, o, db.Micros(tx.Now))).Scan(&n)
	if err != nil || n > 0 {
		return err
	}
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO matter_opening (id, matter_id, org_id, from_at, until_at, set_by, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		ident.New(), m, o, db.Micros(tx.Now), Forever, tx.Who.Person, reason))
	return err
}

// ShutMatter ends an organization's hold on a matter: every one of its people loses sight of it in the same instant.
func (tx *Tx) ShutMatter(ctx context.Context, m ident.MatterID, o ident.OrgID) error {
	if err := tx.moved(ctx, "matter", string(m)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, db.SQL(`UPDATE matter_opening SET until_at = ? WHERE matter_id = ? AND org_id = ? AND until_at > ?`,
		db.Micros(tx.Now), m, o, db.Micros(tx.Now)))
	return err
}

// RaiseWall screens a person from a matter now, and returns the wall's identifier and number.
//
// Faults: Conflict (such a wall stands already).
func (tx *Tx) RaiseWall(ctx context.Context, firm ident.OrgID, m ident.MatterID, p ident.PersonID, reason string) (id string, number int64, err error) {
	if err := tx.moved(ctx, "person", string(p)); err != nil {
		return "", 0, err
	}
	if err := tx.moved(ctx, "matter", string(m)); err != nil {
		return "", 0, err
	}
	var n int
	err = tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM wall WHERE person_id = ? AND matter_id = ? AND until_at > ?`, p, m, db.Micros(tx.Now))).Scan(&n)
	if err != nil {
		return "", 0, err
	}
	if n > 0 {
		return "", 0, fault.New(fault.Conflict, "This person is already screened from the matter.")
	}
	if number, err = tx.Count(ctx, string(firm), "wall"); err != nil {
		return "", 0, err
	}
	id = ident.New()
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO wall (id, number, firm_id, matter_id, person_id, from_at, until_at, set_by, ended_by, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?)`,
		id, number, firm, m, p, db.Micros(tx.Now), Forever, tx.Who.Person, reason))
	return id, number, err
}

// LowerWall ends a wall now.
func (tx *Tx) LowerWall(ctx context.Context, id string, m ident.MatterID, p ident.PersonID) error {
	if err := tx.moved(ctx, "person", string(p)); err != nil {
		return err
	}
	if err := tx.moved(ctx, "matter", string(m)); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, db.SQL(`UPDATE wall SET until_at = ?, ended_by = ? WHERE id = ? AND matter_id = ? AND person_id = ? AND until_at > ?`,
		db.Micros(tx.Now), tx.Who.Person, id, m, p, db.Micros(tx.Now)))
	if err == nil && n == 0 {
		err = fault.Missing()
	}
	return err
}

// SetFact gives a single-valued fact its value from now on; the value before is ended. An empty value only ends it.
// Names: matter state, data_class, parties, supervisor, delegate; engagement phase, country; person mfa, site.
func (tx *Tx) SetFact(ctx context.Context, of authz.Ref, name, value string) error {
	if err := tx.EndFact(ctx, of, name, ""); err != nil || value == "" {
		return err
	}
	return tx.AddFact(ctx, of, name, value, time.Time{})
}

// AddFact adds a value to a set-valued fact; zero until means until it is ended.
// Names: matter restriction, undertaking, consent ("provider|country|class"), conflict ("provider|party version");
// engagement agreement; person competency.
func (tx *Tx) AddFact(ctx context.Context, of authz.Ref, name, value string, until time.Time) error {
	if err := tx.moved(ctx, of.Kind, of.ID); err != nil {
		return err
	}
	end := Forever
	if !until.IsZero() {
		end = db.Micros(until)
	}
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO gate_fact (id, subject_kind, subject_id, name, value, from_at, until_at, set_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		ident.New(), of.Kind, of.ID, name, value, db.Micros(tx.Now), end, tx.Who.Person))
	return err
}

// EndFact ends a value of a fact now, or all its values when value is "".
func (tx *Tx) EndFact(ctx context.Context, of authz.Ref, name, value string) error {
	if err := tx.moved(ctx, of.Kind, of.ID); err != nil {
		return err
	}
	q := db.SQL(`UPDATE gate_fact SET until_at = ? WHERE subject_kind = ? AND subject_id = ? AND name = ? AND until_at > ?`,
		db.Micros(tx.Now), of.Kind, of.ID, name, db.Micros(tx.Now))
	if value != "" {
		q = q.And(db.SQL(`value = ?`, value))
	}
	_, err := tx.Exec(ctx, q)
	return err
}

// AddClause puts a contract clause in force as Cedar text that may only forbid.
//
// Faults: Invalid (field "text": not Cedar, a permit, or without @id, @name and @say).
func (tx *Tx) AddClause(ctx context.Context, e ident.EngagementID, text string) error {
	if err := onlyForbids(tx.gate.base.text, text); err != nil {
		return fault.InField("text", "The clause is not a policy that forbids: "+err.Error())
	}
	if err := tx.moved(ctx, "engagement", string(e)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO gate_clause (id, engagement_id, text, from_at, until_at, set_by) VALUES (?, ?, ?, ?, ?, ?)`,
		ident.New(), e, text, db.Micros(tx.Now), Forever, tx.Who.Person))
	return err
}

// moved updates the epoch row of a person, matter, engagement or organization. It waits for open writes that rest on it.
func (tx *Tx) moved(ctx context.Context, kind, id string) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO access_epoch (kind, id, n) VALUES (?, ?, 1) ON CONFLICT (kind, id) DO UPDATE SET n = access_epoch.n + 1`, kind, id))
	return err
}

// PartyVersion renders a party-list version as the fact "parties" holds it.
func PartyVersion(n int64) string { return strconv.FormatInt(n, 10) }
