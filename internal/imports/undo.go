package imports

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Undo takes back all that an import made, while none of it is in use.
//
// Faults: NotFound, Forbidden (role), Conflict (undone already, or in use: the sentence says how many of what).
func (s *Service) Undo(ctx context.Context, who actor.Actor, id string) error {
	return s.gate.Write(ctx, who, Undo, func(tx *gate.Tx) error {
		var k Kind
		var undone int64
		err := tx.QueryRow(ctx, db.SQL(`SELECT kind, undone_at FROM import WHERE id = ? AND org_id = ?`, id, who.Org).Join(tx.ForUpdate())).Scan(&k, &undone)
		if errors.Is(err, db.ErrNoRows) {
			return tx.Absent("import", id)
		}
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, subject(id, k, who.Org)); err != nil {
			return err
		}
		if undone != 0 {
			return fault.New(fault.Conflict, "This import was undone already.")
		}
		n, err := s.takeBack(ctx, tx, k, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE import SET undone_at = ? WHERE id = ?`, db.Micros(tx.Now), id)); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: authz.Ref{Kind: "import", ID: id}, Rev: 2, Values: map[string]string{"kind": string(k), "rows": strconv.Itoa(n)}})
		return nil
	})
}

// prevents says for each kind what keeps a row from being taken back.
var prevents = map[Kind]string{
	Clients: "have matters or were renamed",
	Matters: "have been worked on: parties, papers, people, documents or tasks came after the import",
	People:  "were accepted",
	Parties: "were put to a provider for a conflict check, or were edited",
}

func (s *Service) takeBack(ctx context.Context, tx *gate.Tx, k Kind, id string) (int, error) {
	ids, err := db.Column[string](ctx, tx, db.SQL(`SELECT id FROM import_row WHERE import_id = ? ORDER BY id DESC`, id))
	if err != nil {
		return 0, err
	}
	inUse := 0
	for _, one := range ids {
		used, err := s.takeBackOne(ctx, tx, k, one)
		if err != nil {
			return 0, err
		}
		if used {
			inUse++
		}
	}
	if inUse > 0 {
		return 0, fault.New(fault.Conflict, "Nothing was undone: "+strconv.Itoa(inUse)+" of the "+strconv.Itoa(len(ids))+" "+string(k)+" that it made "+prevents[k]+".")
	}
	return len(ids), nil
}

func (s *Service) takeBackOne(ctx context.Context, tx *gate.Tx, k Kind, id string) (bool, error) {
	switch k {
	case Clients:
		return s.matters.RemoveClientIn(ctx, tx, ident.ClientID(id))
	case Matters:
		return s.matters.RemoveMatterIn(ctx, tx, ident.MatterID(id))
	case People:
		return s.accounts.RevokeIn(ctx, tx, id)
	case Parties:
		return s.matters.RemovePartyIn(ctx, tx, id)
	}
	m, p, _ := strings.Cut(id, "|")
	return s.matters.RemoveFromTeamIn(ctx, tx, ident.MatterID(m), ident.PersonID(p))
}
