package matter

import (
	"context"
	"errors"
	"strconv"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// RaiseWall screens a person of either side from a matter: from this instant it does not exist for that person.
//
// Faults: NotFound, Forbidden (role), Invalid (person, reason), Conflict (screened already, or supervises the matter).
func (s *Service) RaiseWall(ctx context.Context, who actor.Actor, id ident.MatterID, p ident.PersonID, reason string) (wall string, err error) {
	err = s.gate.Write(ctx, who, RaiseWall, func(tx *gate.Tx) error {
		m, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, m.Subject()); err != nil {
			return err
		}
		if err := m.wallable(ctx, tx, p, reason); err != nil {
			return err
		}
		var number int64
		if wall, number, err = tx.RaiseWall(ctx, m.Firm, m.ID, p, line(reason)); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: authz.Ref{Kind: "wall", ID: wall}, Rev: 1, Matter: m.ID, Owner: m.Firm,
			Values: map[string]string{"wall": wallNumber(number), "person": string(p), "reason": line(reason)}})
		tx.Announce(topic(m.ID), "person/"+string(p))
		return nil
	})
	return wall, err
}

func wallNumber(n int64) string { return "W-" + strconv.FormatInt(n, 10) }

func (m Matter) wallable(ctx context.Context, tx *gate.Tx, p ident.PersonID, reason string) error {
	if line(reason) == "" {
		return fault.InField("reason", "Say why this person is screened: only the compliance officer reads it.")
	}
	if p == tx.Who.Person {
		return fault.InField("person", "Someone else raises the wall that screens you: ask the compliance officer or a partner.")
	}
	if p == m.Supervisor || p == m.Delegate {
		return fault.New(fault.Conflict, "This person supervises the matter. Assign another attorney first.")
	}
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM member mb WHERE mb.person_id = ? AND mb.until_at > ?
		AND (mb.org_id = ? OR mb.org_id IN (SELECT e.provider_id FROM engagement e WHERE e.firm_id = ?))`, p, db.Micros(tx.Now), m.Firm, m.Firm)).Scan(&n)
	if err == nil && n == 0 {
		err = fault.InField("person", "Choose a member of your firm or of one of its providers.")
	}
	return err
}

// LowerWall ends a wall.
//
// Faults: NotFound (no such wall, or the reader may not know of the matter), Forbidden (role), Invalid (reason).
func (s *Service) LowerWall(ctx context.Context, who actor.Actor, wall, reason string) error {
	return s.gate.Write(ctx, who, LowerWall, func(tx *gate.Tx) error {
		var m Matter
		var p ident.PersonID
		var number int64
		err := tx.QueryRow(ctx, db.SQL(`SELECT w.matter_id, w.firm_id, w.person_id, w.number FROM wall w WHERE w.id = ? AND w.until_at > ? AND `, wall, db.Micros(tx.Now)).
			Join(tx.Visible("w.matter_id"), tx.ForUpdate())).Scan(&m.ID, &m.Firm, &p, &number)
		if errors.Is(err, db.ErrNoRows) {
			return tx.Absent("wall", wall)
		}
		if err != nil {
			return err
		}
		ref := authz.Ref{Kind: "wall", ID: wall}
		if err := tx.Permit(ctx, authz.Subject{Ref: ref, Matter: string(m.ID), Org: string(m.Firm)}); err != nil {
			return err
		}
		if line(reason) == "" {
			return fault.InField("reason", "Say why the wall comes down.")
		}
		if err := tx.LowerWall(ctx, wall, m.ID, p); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: ref, Rev: 2, Matter: m.ID, Owner: m.Firm,
			Values: map[string]string{"wall": wallNumber(number), "person": string(p), "reason": line(reason)}})
		tx.Announce(topic(m.ID), "person/"+string(p))
		return nil
	})
}

// A Wall as the compliance officer sees it.
type Wall struct {
	ID           string
	Number       string // "W-12"
	Matter       ident.MatterID
	MatterNumber string
	MatterTitle  string
	Person       string
	OrgName      string
	Reason       string
	RaisedBy     string
	RaisedAt     time.Time
	LoweredBy    string
	LoweredAt    time.Time // zero while it stands
}

// A WallList is the walls of a firm: those that stand first, then by number, newest first.
type WallList struct {
	Rows  []Wall
	Stand int // how many stand
	Total int // shown or not
}

// wallsShown caps the list; what stands comes first, so only lowered walls are ever left out of a long one.
const wallsShown = 500

// Walls returns the firm's ethical walls.
//
// Faults: Forbidden (everyone but the compliance officer).
func (s *Service) Walls(ctx context.Context, who actor.Actor) (l WallList, err error) {
	v := s.gate.View(who)
	if err := allowed(ctx, v, ReadWalls, authz.Subject{Ref: authz.Ref{Kind: "wall", ID: "list"}, Org: string(who.Org)}); err != nil {
		return l, err
	}
	cond := db.SQL(`w.firm_id = ? AND `, who.Org).Join(v.Visible("w.matter_id"))
	at := db.Micros(v.Now)
	err = v.QueryRow(ctx, db.SQL(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN w.until_at > ? THEN 1 ELSE 0 END), 0) FROM wall w WHERE `, at).Join(cond)).Scan(&l.Total, &l.Stand)
	if err != nil {
		return l, err
	}
	l.Rows, err = db.All(ctx, v, db.SQL(`SELECT w.id, w.number, m.id, m.number, m.title, p.name,
		COALESCE((SELECT MIN(o.name) FROM member mb JOIN org o ON o.id = mb.org_id WHERE mb.person_id = p.id AND mb.until_at > ?), ''),
		w.reason, COALESCE(b.name, ''), w.from_at, COALESCE(e.name, ''), CASE WHEN w.until_at > ? THEN 0 ELSE w.until_at END
		FROM wall w JOIN matter m ON m.id = w.matter_id JOIN person p ON p.id = w.person_id LEFT JOIN person b ON b.id = w.set_by LEFT JOIN person e ON e.id = w.ended_by WHERE `, at, at).
		Join(cond, db.SQL(` ORDER BY CASE WHEN w.until_at > ? THEN 0 ELSE 1 END, w.number DESC LIMIT ?`, at, wallsShown)),
		func(rs *db.Rows, w *Wall) error {
			var number int64
			err := rs.Scan(&w.ID, &number, &w.Matter, &w.MatterNumber, &w.MatterTitle, &w.Person, &w.OrgName, &w.Reason, &w.RaisedBy, db.At{T: &w.RaisedAt}, &w.LoweredBy, db.At{T: &w.LoweredAt})
			w.Number = wallNumber(number)
			return err
		})
	return l, err
}
