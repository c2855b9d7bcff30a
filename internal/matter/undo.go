package matter

import (
	"context"
	"errors"
	"fmt"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// The verbs of this file take back what an import made, within a write that was permitted. Each reports whether the
// record is in use: then nothing is taken back. They look at the firm's records by their identifier alone, because who
// undoes an import of matters need not be on them; what they tell is no more than "in use".

// RemoveClientIn takes back a client that has no matter and was not renamed.
func (s *Service) RemoveClientIn(ctx context.Context, tx *gate.Tx, id ident.ClientID) (inUse bool, err error) {
	n, err := tx.Exec(ctx, db.SQL(`DELETE FROM client WHERE id = ? AND firm_id = ? AND rev = 1 AND NOT EXISTS (SELECT 1 FROM matter m WHERE m.client_id = client.id)`, id, tx.Who.Org))
	if err != nil || n == 0 {
		return n == 0, err
	}
	tx.Record(gate.Entry{Subject: clientRef(id), Rev: 2})
	return false, nil
}

// RemoveMatterIn takes back a matter on which nothing was done since. Its data key stays: the entries that tell of it
// are sealed under it.
func (s *Service) RemoveMatterIn(ctx context.Context, tx *gate.Tx, id ident.MatterID) (inUse bool, err error) {
	var m Matter
	err = tx.QueryRow(ctx, db.SQL(`SELECT `+columns+` FROM matter m WHERE m.id = ? AND m.firm_id = ?`, id, tx.Who.Org).Join(tx.ForUpdate())).Scan(m.scan()...)
	if errors.Is(err, db.ErrNoRows) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if used, err := m.used(ctx, tx); err != nil || used {
		return used, err
	}
	if _, err := tx.Exec(ctx, db.SQL(`DELETE FROM matter WHERE id = ?`, m.ID)); err != nil {
		return false, err
	}
	for _, p := range []ident.PersonID{m.Supervisor, m.Delegate} {
		if p == "" {
			continue
		}
		if err := tx.EndGrants(ctx, p, "matter", string(m.ID), ""); err != nil {
			return false, err
		}
	}
	for _, fact := range []string{"state", "data_class", "parties", "supervisor", "delegate"} {
		if err := tx.EndFact(ctx, m.ref(), fact, ""); err != nil {
			return false, err
		}
	}
	tx.Record(gate.Entry{Subject: m.ref(), Rev: m.Rev + 1, Matter: m.ID, Owner: m.Firm, Values: map[string]string{"number": m.Number}})
	return false, tx.ShutMatter(ctx, m.ID, m.Firm)
}

// used reports whether anything hangs on the matter that its opening did not make.
func (m Matter) used(ctx context.Context, tx *gate.Tx) (bool, error) {
	if m.Rev > 1 {
		return true, nil
	}
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT (SELECT COUNT(*) FROM task WHERE matter_id = ?) + (SELECT COUNT(*) FROM document WHERE matter_id = ?)
		+ (SELECT COUNT(*) FROM message WHERE matter_id = ?) + (SELECT COUNT(*) FROM consent WHERE matter_id = ?) + (SELECT COUNT(*) FROM conflict_check WHERE matter_id = ?)
		+ (SELECT COUNT(*) FROM matter_fact WHERE matter_id = ?) + (SELECT COUNT(*) FROM party WHERE matter_id = ?) + (SELECT COUNT(*) FROM wall WHERE matter_id = ?)
		+ (SELECT COUNT(*) FROM access_grant WHERE scope_kind = 'matter' AND scope_id = ? AND role = 'team' AND until_at > ?)`,
		m.ID, m.ID, m.ID, m.ID, m.ID, m.ID, m.ID, m.ID, m.ID, db.Micros(tx.Now))).Scan(&n)
	return n > 0, err
}

// RemovePartyIn takes back a party that still stands. It is a change of the list like any other: it makes checks stale.
func (s *Service) RemovePartyIn(ctx context.Context, tx *gate.Tx, id string) (inUse bool, err error) {
	var m Matter
	err = tx.QueryRow(ctx, db.SQL(`SELECT `+columns+` FROM matter m JOIN party p ON p.matter_id = m.id WHERE p.id = ? AND p.until_version = 0 AND m.firm_id = ?`, id, tx.Who.Org)).Scan(m.scan()...)
	if errors.Is(err, db.ErrNoRows) {
		return true, nil // edited or removed since
	}
	if err != nil {
		return false, err
	}
	var checked int
	err = tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM conflict_check k JOIN party p ON p.matter_id = k.matter_id WHERE p.id = ? AND k.party_version >= p.from_version`, id)).Scan(&checked)
	if err != nil || checked > 0 {
		return checked > 0, err
	}
	if err := m.newPartyList(ctx, tx); err != nil {
		return false, err
	}
	if _, err := m.endParty(ctx, tx, id); err != nil {
		return false, err
	}
	tx.Record(gate.Entry{Subject: m.ref(), Rev: m.Rev, Matter: m.ID, Owner: m.Firm, Values: map[string]string{"party": id}})
	return false, nil
}

// RemoveFromTeamIn takes a person off a team again.
func (s *Service) RemoveFromTeamIn(ctx context.Context, tx *gate.Tx, id ident.MatterID, p ident.PersonID) (inUse bool, err error) {
	if err := tx.EndGrants(ctx, p, "matter", string(id), "team"); err != nil {
		return false, err
	}
	tx.Record(gate.Entry{Subject: Matter{ID: id}.ref(), Matter: id, Values: map[string]string{"person": string(p)}})
	return false, nil
}

// StateDisposed is a matter of which only its number is left.
const StateDisposed State = "disposed"

// DisposeIn takes away the words of a closed matter that are not sealed under its key: title, parties, who consented. It says
// what it took, for a certificate.
//
// Faults: Conflict (it is not closed).
func (s *Service) DisposeIn(ctx context.Context, tx *gate.Tx, id ident.MatterID) (did []string, err error) {
	n, err := tx.Exec(ctx, db.SQL(`UPDATE matter SET title = '', jurisdiction = '', standing = ?, state = ?, rev = rev + 1 WHERE id = ? AND state = ?`, []byte{}, StateDisposed, id, StateClosed))
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fault.New(fault.Conflict, "The matter is not closed any more.")
	}
	for _, x := range []struct {
		what string
		q    db.Frag
	}{
		{"%d facts", db.SQL(`DELETE FROM matter_fact WHERE matter_id = ?`, id)},
		{"The names of %d parties", db.SQL(`UPDATE party SET name = '' WHERE matter_id = ?`, id)},
		{"Who gave %d consents, and the notes on them", db.SQL(`UPDATE consent SET given_by = '', note = '' WHERE matter_id = ?`, id)},
		{"The notes on %d conflict checks", db.SQL(`UPDATE conflict_check SET note = '' WHERE matter_id = ?`, id)},
	} {
		if n, err = tx.Exec(ctx, x.q); err != nil {
			return nil, err
		}
		if n > 0 {
			did = append(did, fmt.Sprintf(x.what, n))
		}
	}
	return append(did, "Title, jurisdiction and standing instructions of the matter"), nil
}

// EraseClientIn takes a client's name away, where all of their matters are disposed of. It says what it took.
//
// Faults: Conflict (a matter is still kept).
func (s *Service) EraseClientIn(ctx context.Context, tx *gate.Tx, id ident.ClientID) (did []string, err error) {
	var kept int
	if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM matter WHERE client_id = ? AND state <> ?`, id, StateDisposed)).Scan(&kept); err != nil {
		return nil, err
	}
	if kept > 0 {
		return nil, fault.New(fault.Conflict, fmt.Sprintf("%d matters of this client are still kept.", kept))
	}
	_, err = tx.Exec(ctx, db.SQL(`UPDATE client SET name = ?, rev = rev + 1 WHERE id = ?`, "Erased client "+string(id)[max(0, len(id)-6):], id))
	return []string{"The client's name"}, err
}
