package document

import (
	"context"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Cause is why a document is set aside.
type Cause string

// The causes.
const (
	WrongMatter Cause = "wrong matter" // it was uploaded where it does not belong
	Clawback    Cause = "clawback"     // its sender asks for it back (Fed. R. Evid. 502, Fed. R. Civ. P. 26(b)(5)(B))
)

// A QuarantineRequest asks that a document be set aside at once.
type QuarantineRequest struct {
	Document ident.DocumentID
	Cause    Cause
	Reason   string
}

// Quarantine sets a document aside. From the commit on nobody but the firm's compliance officer and supervising
// attorney is shown or given any version of it.
//
// Faults: NotFound, Forbidden, Conflict (set aside already), Invalid (fields cause, reason).
func (s *Service) Quarantine(ctx context.Context, who actor.Actor, r QuarantineRequest) (err error) {
	defer fault.Wrap(&err, "document.Quarantine(%s)", r.Document)
	r.Reason = strings.TrimSpace(r.Reason)
	return s.mark(ctx, who, Quarantine, r.Document, func(tx *gate.Tx, d *Document) (map[string]string, error) {
		if d.State == Quarantined {
			return nil, fault.New(fault.Conflict, "The document is in quarantine already.")
		}
		if r.Cause != WrongMatter && r.Cause != Clawback {
			return nil, fault.InField("cause", "Say why: it belongs to another matter, or its sender asks for it back.")
		}
		if r.Reason == "" {
			return nil, fault.InField("reason", "Say in one line what happened.")
		}
		if err := checkReason(r.Reason); err != nil {
			return nil, err
		}
		id := ident.New()
		reason, err := tx.Seal(ctx, d.Matter, r.Reason, reasonPlace(id))
		if err != nil {
			return nil, err
		}
		d.State = Quarantined
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO quarantine (id, document_id, matter_id, cause, reason, set_by, set_at, lifted_by, lifted_at) VALUES (?, ?, ?, ?, ?, ?, ?, '', 0)`,
			id, d.ID, d.Matter, r.Cause, reason, who.Person, db.Micros(tx.Now)))
		return map[string]string{"state": string(d.State), "cause": string(r.Cause), "reason": r.Reason}, err
	})
}

// LiftQuarantine gives a document back to those who could see it before.
//
// Faults: NotFound, Forbidden, Conflict (not in quarantine).
func (s *Service) LiftQuarantine(ctx context.Context, who actor.Actor, id ident.DocumentID) (err error) {
	defer fault.Wrap(&err, "document.LiftQuarantine(%s)", id)
	return s.mark(ctx, who, LiftQuarantine, id, func(tx *gate.Tx, d *Document) (map[string]string, error) {
		if d.State != Quarantined {
			return nil, fault.New(fault.Conflict, "The document is not in quarantine.")
		}
		d.State = Active
		_, err := tx.Exec(ctx, db.SQL(`UPDATE quarantine SET lifted_by = ?, lifted_at = ? WHERE document_id = ? AND lifted_at = 0`, who.Person, db.Micros(tx.Now), d.ID))
		return map[string]string{"state": string(d.State)}, err
	})
}

// mark changes the state of a document.
func (s *Service) mark(ctx context.Context, who actor.Actor, action authz.Action, id ident.DocumentID, change func(*gate.Tx, *Document) (map[string]string, error)) error {
	return s.Gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		d, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, d.Subject()); err != nil {
			return err
		}
		values, err := change(tx, &d)
		if err != nil {
			return err
		}
		if err := save(ctx, tx, &d); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: d.ref(), Rev: d.Rev, Matter: d.Matter, Owner: d.Firm, Values: values})
		tx.Announce(d.topic())
		return nil
	})
}

// reasonPlace binds the sealed reason to its row.
func reasonPlace(id string) string { return "quarantine.reason/" + id }
