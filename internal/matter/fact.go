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
