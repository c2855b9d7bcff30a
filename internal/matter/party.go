package matter

import (
	"context"
	"errors"
	"strconv"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Party is a name on the party list, which conflicts are checked against.
type Party struct {
	ID   string
	Name string
	Role string
}

// AddParty adds a name to the party list. Like every change of the list it makes earlier conflict checks stale.
//
// Faults: NotFound, Forbidden (role), Invalid (name).
func (s *Service) AddParty(ctx context.Context, who actor.Actor, m ident.MatterID, p NewParty) (id string, err error) {
	err = s.on(ctx, who, EditParties, m, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		if err := m.newPartyList(ctx, tx); err != nil {
			return nil, err
		}
		id, err = insertParty(ctx, tx, *m, p)
		return map[string]string{"version": strconv.FormatInt(m.PartyVersion, 10), "added": line(p.Name), "role": line(p.Role)}, err
	})
	return id, err
}

// AddPartiesIn adds names within a write that was permitted, as one change of the list; imports use it.
func (s *Service) AddPartiesIn(ctx context.Context, tx *gate.Tx, id ident.MatterID, ps []NewParty) (ids []string, err error) {
	m, err := load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := m.newPartyList(ctx, tx); err != nil {
		return nil, err
	}
	for _, p := range ps {
		one, err := insertParty(ctx, tx, m, p)
		if err != nil {
			return nil, err
		}
		ids = append(ids, one)
		tx.Record(gate.Entry{Verb: EditParties, Subject: m.ref(), Rev: m.Rev, Matter: m.ID, Owner: m.Firm,
			Values: map[string]string{"version": strconv.FormatInt(m.PartyVersion, 10), "added": line(p.Name), "role": line(p.Role)}})
	}
	tx.Announce(topic(m.ID))
	return ids, nil
}

// EditParty corrects a name on the list: the one before stays with the versions in which it stood.
//
// Faults: NotFound, Forbidden (role), Invalid (name).
func (s *Service) EditParty(ctx context.Context, who actor.Actor, m ident.MatterID, id string, p NewParty) error {
	return s.on(ctx, who, EditParties, m, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		if err := m.newPartyList(ctx, tx); err != nil {
			return nil, err
		}
		was, err := m.endParty(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		_, err = insertParty(ctx, tx, *m, p)
		return map[string]string{"version": strconv.FormatInt(m.PartyVersion, 10), "removed": was, "added": line(p.Name), "role": line(p.Role)}, err
	})
}

// RemoveParty takes a name off the list.
//
// Faults: NotFound, Forbidden (role).
func (s *Service) RemoveParty(ctx context.Context, who actor.Actor, m ident.MatterID, id string) error {
	return s.on(ctx, who, EditParties, m, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		if err := m.newPartyList(ctx, tx); err != nil {
			return nil, err
		}
		was, err := m.endParty(ctx, tx, id)
		return map[string]string{"version": strconv.FormatInt(m.PartyVersion, 10), "removed": was}, err
	})
}

// newPartyList begins the next version of the list; the gate reads it at once.
func (m *Matter) newPartyList(ctx context.Context, tx *gate.Tx) error {
	m.PartyVersion++
	if err := m.save(ctx, tx); err != nil {
		return err
	}
	return tx.SetFact(ctx, m.ref(), "parties", gate.PartyVersion(m.PartyVersion))
}

func insertParty(ctx context.Context, tx *gate.Tx, m Matter, p NewParty) (string, error) {
	name := line(p.Name)
	if name == "" || len(name) > 200 || len(p.Role) > 80 {
		return "", fault.InField("name", "Give the party's name, in at most 200 characters.")
	}
	id := ident.New()
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO party (id, matter_id, name, role, from_version, until_version) VALUES (?, ?, ?, ?, ?, 0)`,
		id, m.ID, name, line(p.Role), m.PartyVersion))
	return id, err
}

func (m Matter) endParty(ctx context.Context, tx *gate.Tx, id string) (name string, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT name FROM party WHERE id = ? AND matter_id = ? AND until_version = 0`, id, m.ID)).Scan(&name)
	if errors.Is(err, db.ErrNoRows) {
		return "", tx.Absent("party", id)
	}
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, db.SQL(`UPDATE party SET until_version = ? WHERE id = ?`, m.PartyVersion, id))
	return name, err
}

// partiesAt is the party list as it stood in a version.
func partiesAt(ctx context.Context, q db.Reader, m ident.MatterID, version int64) ([]Party, error) {
	return db.All(ctx, q, db.SQL(`SELECT id, name, role FROM party WHERE matter_id = ? AND from_version <= ? AND (until_version = 0 OR until_version > ?) ORDER BY id`,
		m, version, version), func(rs *db.Rows, p *Party) error { return rs.Scan(&p.ID, &p.Name, &p.Role) })
}
