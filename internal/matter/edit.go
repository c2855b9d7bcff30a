package matter

import (
	"context"
	"errors"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Change is the matter's own fields as a form gives them back.
type Change struct {
	ID           ident.MatterID
	Number       string
	Title        string
	PracticeArea string
	Jurisdiction string
	DataClass    string // another class closes the consent gate until consent for it is on file
	Standing     string
	Rev          int64 // the revision the person was looking at; 0 takes the present one
}

// Edit changes a matter's own fields.
//
// Faults: NotFound, Forbidden (role), Invalid (the field), Stale.
func (s *Service) Edit(ctx context.Context, who actor.Actor, in Change) error {
	return s.on(ctx, who, Edit, in.ID, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		was := *m
		m.Number, m.Title, m.PracticeArea = line(in.Number), line(in.Title), in.PracticeArea
		m.Jurisdiction, m.DataClass = line(in.Jurisdiction), in.DataClass
		if in.Rev != 0 {
			m.Rev = in.Rev
		}
		if err := m.check(ctx, tx); err != nil {
			return nil, err
		}
		if m.Number != was.Number {
			if err := freeNumber(ctx, tx, *m); err != nil {
				return nil, err
			}
		}
		standing, err := sealed(ctx, tx, m.ID, strings.TrimSpace(in.Standing), standingAAD(m.ID))
		if err != nil {
			return nil, err
		}
		if err := m.save(ctx, tx); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE matter SET standing = ? WHERE id = ?`, standing, m.ID)); err != nil {
			return nil, err
		}
		if m.DataClass != was.DataClass {
			if err := tx.SetFact(ctx, m.ref(), "data_class", m.DataClass); err != nil {
				return nil, err
			}
		}
		return map[string]string{"number": m.Number, "title": m.Title, "practice_area": m.PracticeArea,
			"jurisdiction": m.Jurisdiction, "data_class": m.DataClass, "standing": strings.TrimSpace(in.Standing)}, nil
	})
}

// Close closes a matter: nothing of it is released any more.
//
// Faults: NotFound, Forbidden (role), Invalid (reason), Conflict (closed already).
func (s *Service) Close(ctx context.Context, who actor.Actor, id ident.MatterID, reason string) error {
	return s.turn(ctx, who, id, StateClosed, reason)
}

// Reopen opens a closed matter again.
//
// Faults: NotFound, Forbidden (role), Invalid (reason), Conflict (open already).
func (s *Service) Reopen(ctx context.Context, who actor.Actor, id ident.MatterID, reason string) error {
	return s.turn(ctx, who, id, StateOpen, reason)
}

func (s *Service) turn(ctx context.Context, who actor.Actor, id ident.MatterID, to State, reason string) error {
	verb := Close
	if to == StateOpen {
		verb = Reopen
	}
	return s.on(ctx, who, verb, id, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		if line(reason) == "" {
			return nil, fault.InField("reason", "Say why, for the record.")
		}
		if m.State == to {
			return nil, fault.New(fault.Conflict, "The matter is "+string(to)+" already.")
		}
		m.State = to
		if err := m.save(ctx, tx); err != nil {
			return nil, err
		}
		return map[string]string{"state": string(to), "reason": line(reason)}, tx.SetFact(ctx, m.ref(), "state", string(to))
	})
}

// AssignAttorney names the supervising attorney and her delegate ("" for nobody). Those who were lose their role on
// the matter in the same instant.
//
// Faults: NotFound, Forbidden (role), Invalid (supervisor, delegate: not of the firm, or screened), Stale.
func (s *Service) AssignAttorney(ctx context.Context, who actor.Actor, id ident.MatterID, supervisor, delegate ident.PersonID) error {
	return s.on(ctx, who, AssignAttorney, id, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		was := *m
		m.Supervisor, m.Delegate = supervisor, delegate
		if err := m.checkAttorneys(ctx, tx); err != nil {
			return nil, err
		}
		for field, p := range map[string]ident.PersonID{"supervisor": supervisor, "delegate": delegate} {
			if walled, err := screened(ctx, tx, p, m.ID); err != nil || walled {
				return nil, orErr(err, fault.InField(field, notOnThisMatter))
			}
		}
		if err := m.save(ctx, tx); err != nil {
			return nil, err
		}
		if err := m.replace(ctx, tx, was.Supervisor, m.Supervisor, "supervising_attorney", "supervisor"); err != nil {
			return nil, err
		}
		return map[string]string{"supervisor": string(supervisor), "delegate": string(delegate)},
			m.replace(ctx, tx, was.Delegate, m.Delegate, "delegate", "delegate")
	})
}

// notOnThisMatter names no wall: only the compliance officer is shown walls.
const notOnThisMatter = "This person cannot be put on this matter. Your firm's compliance officer knows why."

func orErr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// replace moves a role on the matter from one person to another, "" for nobody, and the fact that names the holder.
func (m Matter) replace(ctx context.Context, tx *gate.Tx, from, to ident.PersonID, role, fact string) error {
	if from == to {
		return nil
	}
	if from != "" {
		if err := tx.EndGrants(ctx, from, "matter", string(m.ID), role); err != nil {
			return err
		}
	}
	if to != "" {
		if err := m.grant(ctx, tx, to, role); err != nil {
			return err
		}
	}
	return tx.SetFact(ctx, m.ref(), fact, string(to))
}

// A Fact is a label and a value that drafts copy: the court, the case number, a date of birth.
type Fact struct {
	ID    string
	Label string
	Value string
}

func factAAD(id string) string { return "matter_fact.value/" + id }

func checkFact(label, value string) error {
	if line(label) == "" || len(label) > 80 {
		return fault.InField("label", "Name the fact, in at most 80 characters: Case number.")
	}
	if strings.TrimSpace(value) == "" || len(value) > 2000 {
		return fault.InField("value", "Give the fact as a draft would copy it, in at most 2,000 characters.")
	}
	return nil
}

// AddFact adds a fact at the end of the list.
//
// Faults: NotFound, Forbidden (role), Invalid (label, value).
func (s *Service) AddFact(ctx context.Context, who actor.Actor, m ident.MatterID, label, value string) (id string, err error) {
	err = s.on(ctx, who, EditFacts, m, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		if err := checkFact(label, value); err != nil {
			return nil, err
		}
		id = ident.New()
		b, err := tx.Seal(ctx, m.ID, strings.TrimSpace(value), factAAD(id))
		if err != nil {
			return nil, err
		}
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO matter_fact (id, matter_id, place, label, value)
			VALUES (?, ?, (SELECT COALESCE(MAX(place), 0) + 1 FROM matter_fact WHERE matter_id = ?), ?, ?)`, id, m.ID, m.ID, line(label), b))
		return map[string]string{"fact": id, "label": line(label), "value": strings.TrimSpace(value)}, err
	})
	return id, err
}

// EditFact changes a fact.
//
// Faults: NotFound, Forbidden (role), Invalid (label, value).
func (s *Service) EditFact(ctx context.Context, who actor.Actor, m ident.MatterID, f Fact) error {
	return s.on(ctx, who, EditFacts, m, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		if err := checkFact(f.Label, f.Value); err != nil {
			return nil, err
		}
		b, err := tx.Seal(ctx, m.ID, strings.TrimSpace(f.Value), factAAD(f.ID))
		if err != nil {
			return nil, err
		}
		n, err := tx.Exec(ctx, db.SQL(`UPDATE matter_fact SET label = ?, value = ? WHERE id = ? AND matter_id = ?`, line(f.Label), b, f.ID, m.ID))
		return map[string]string{"fact": f.ID, "label": line(f.Label), "value": strings.TrimSpace(f.Value)}, oneOr(err, n)
	})
}

// RemoveFact takes a fact off the list.
//
// Faults: NotFound, Forbidden (role).
func (s *Service) RemoveFact(ctx context.Context, who actor.Actor, m ident.MatterID, id string) error {
	return s.on(ctx, who, EditFacts, m, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		n, err := tx.Exec(ctx, db.SQL(`DELETE FROM matter_fact WHERE id = ? AND matter_id = ?`, id, m.ID))
		return map[string]string{"fact": id, "removed": "yes"}, oneOr(err, n)
	})
}

// RaiseFact moves a fact one place up; the first stays where it is.
//
// Faults: NotFound, Forbidden (role).
func (s *Service) RaiseFact(ctx context.Context, who actor.Actor, m ident.MatterID, id string) error {
	return s.on(ctx, who, EditFacts, m, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		var place int64
		err := tx.QueryRow(ctx, db.SQL(`SELECT place FROM matter_fact WHERE id = ? AND matter_id = ?`, id, m.ID)).Scan(&place)
		if errors.Is(err, db.ErrNoRows) {
			return nil, fault.Missing()
		}
		if err != nil {
			return nil, err
		}
		var above string
		var abovePlace int64
		err = tx.QueryRow(ctx, db.SQL(`SELECT id, place FROM matter_fact WHERE matter_id = ? AND place < ? ORDER BY place DESC LIMIT 1`, m.ID, place)).Scan(&above, &abovePlace)
		if errors.Is(err, db.ErrNoRows) {
			return map[string]string{"fact": id, "place": "first"}, nil
		}
		if err != nil {
			return nil, err
		}
		_, err = tx.Exec(ctx, db.SQL(`UPDATE matter_fact SET place = CASE WHEN id = ? THEN CAST(? AS BIGINT) ELSE CAST(? AS BIGINT) END WHERE matter_id = ? AND (id = ? OR id = ?)`,
			id, abovePlace, place, m.ID, id, above))
		return map[string]string{"fact": id, "above": above}, err
	})
}

// oneOr turns a change that met no row into NotFound.
func oneOr(err error, n int64) error {
	if err == nil && n == 0 {
		return fault.Missing()
	}
	return err
}

func facts(ctx context.Context, v gate.View, m ident.MatterID) ([]Fact, error) {
	type row struct {
		Fact
		sealed []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT f.id, f.label, f.value FROM matter_fact f WHERE f.matter_id = ? AND `, m).
		Join(v.Visible("f.matter_id"), db.SQL(` ORDER BY f.place, f.id`)),
		func(rs *db.Rows, r *row) error { return rs.Scan(&r.ID, &r.Label, &r.sealed) })
	if err != nil {
		return nil, err
	}
	out := make([]Fact, len(rows))
	for i, r := range rows {
		if r.Value, err = opened(ctx, v, m, r.sealed, factAAD(r.ID)); err != nil {
			return nil, err
		}
		out[i] = r.Fact
	}
	return out, nil
}
