package privacy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A LegalHold keeps a matter from being erased or disposed of.
type LegalHold struct {
	ID       string
	Matter   ident.MatterID
	Number   string // of the matter
	Reason   string
	SetBy    string
	SetAt    time.Time
	LiftedBy string
	LiftedAt time.Time // zero while it stands
}

// onMatter loads a matter of the actor's firm and asks for the write's action on it.
func onMatter(ctx context.Context, tx *gate.Tx, m ident.MatterID) (number string, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT m.number FROM matter m WHERE m.id = ? AND m.firm_id = ?`, m, tx.Who.Org).And(tx.Visible("m.id"))).Scan(&number)
	if errors.Is(err, db.ErrNoRows) {
		return "", tx.Absent("matter", string(m))
	}
	if err != nil {
		return "", err
	}
	return number, tx.Permit(ctx, authz.Subject{Ref: authz.Ref{Kind: "matter", ID: string(m)}, Matter: string(m), Org: string(tx.Who.Org), Attrs: map[string]any{"kind": "", "about": string(m), "made_by": ""}})
}

// Hold puts a matter under legal hold.
//
// Faults: NotFound, Forbidden, Invalid (field "reason"), Conflict (it is under one).
func (s *Service) Hold(ctx context.Context, who actor.Actor, m ident.MatterID, reason string) (err error) {
	defer fault.Wrap(&err, "privacy.Hold(%s)", m)
	return s.gate.Write(ctx, who, Hold, func(tx *gate.Tx) error {
		if _, err := onMatter(ctx, tx, m); err != nil {
			return err
		}
		if reason = strings.TrimSpace(reason); reason == "" || len(reason) > 2000 {
			return fault.InField("reason", "Say what it rests on, in at most 2,000 characters: the claim, the order, who asked.")
		}
		id := ident.New()
		sealed, err := tx.SealOrg(ctx, who.Org, reason, "legal_hold.reason/"+id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO legal_hold (id, firm_id, matter_id, reason, set_by, set_at, lifted_by, lifted_at) VALUES (?, ?, ?, ?, ?, ?, '', 0)`, id, who.Org, m, sealed, who.Person, db.Micros(tx.Now)))
		if db.IsDuplicate(err) {
			return fault.New(fault.Conflict, "The matter is under legal hold already.")
		}
		if err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: authz.Ref{Kind: "matter", ID: string(m)}, Matter: m, Owner: who.Org, Values: map[string]string{"hold": id}})
		tx.Announce("matter/"+string(m), "org/"+string(who.Org))
		return nil
	})
}

// LiftHold ends a legal hold. What waited for it goes on.
//
// Faults: NotFound, Forbidden, Conflict (none stands).
func (s *Service) LiftHold(ctx context.Context, who actor.Actor, m ident.MatterID) (err error) {
	defer fault.Wrap(&err, "privacy.LiftHold(%s)", m)
	return s.gate.Write(ctx, who, LiftHold, func(tx *gate.Tx) error {
		if _, err := onMatter(ctx, tx, m); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, db.SQL(`UPDATE legal_hold SET lifted_by = ?, lifted_at = ? WHERE matter_id = ? AND firm_id = ? AND lifted_at = 0`, who.Person, db.Micros(tx.Now), m, who.Org))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "No legal hold stands on this matter.")
		}
		tx.Record(gate.Entry{Subject: authz.Ref{Kind: "matter", ID: string(m)}, Matter: m, Owner: who.Org})
		tx.Enqueue(Tick{})
		tx.Announce("matter/"+string(m), "org/"+string(who.Org))
		return nil
	})
}

// A Rule says how long matters are kept after they are closed.
type Rule struct {
	Years int
	Basis string // the rule or agreement that asks for it
}

// mostYears bounds a retention: no schedule runs longer than a working life.
const mostYears = 75

// SetRetention says how long a closed matter is kept; of "" how long all others of the firm are.
//
// Faults: NotFound, Forbidden, Invalid (fields "years", "basis").
func (s *Service) SetRetention(ctx context.Context, who actor.Actor, m ident.MatterID, r Rule) (err error) {
	defer fault.Wrap(&err, "privacy.SetRetention(%s)", m)
	return s.gate.Write(ctx, who, SetRetention, func(tx *gate.Tx) error {
		ref := authz.Ref{Kind: "org", ID: string(who.Org)}
		if m != "" {
			ref = authz.Ref{Kind: "matter", ID: string(m)}
			if _, err := onMatter(ctx, tx, m); err != nil {
				return err
			}
		} else if err := tx.Permit(ctx, authz.Subject{Ref: ref, Org: string(who.Org), Attrs: map[string]any{"kind": "", "about": "", "made_by": ""}}); err != nil {
			return err
		}
		r.Basis = strings.Join(strings.Fields(r.Basis), " ")
		switch {
		case r.Years < 0 || r.Years > mostYears:
			return fault.InField("years", fmt.Sprintf("Write the years for which it is kept after it is closed, 0 to %d.", mostYears))
		case r.Basis == "" || len(r.Basis) > 300:
			return fault.InField("basis", "Name the rule or agreement that asks for it, in at most 300 characters.")
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE retention SET until_at = ? WHERE firm_id = ? AND matter_id = ? AND until_at = ?`, db.Micros(tx.Now), who.Org, m, gate.Forever)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO retention (id, firm_id, matter_id, years, basis, set_by, from_at, until_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			ident.New(), who.Org, m, r.Years, r.Basis, who.Person, db.Micros(tx.Now), gate.Forever)); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: ref, Matter: m, Owner: who.Org, Values: map[string]string{"years": fmt.Sprint(r.Years), "basis": r.Basis}})
		tx.Announce("org/" + string(who.Org))
		return nil
	})
}

// A Kept matter is one that is closed, with the day until which its schedule keeps it.
type Kept struct {
	Matter   ident.MatterID
	Number   string
	Title    string
	ClosedOn courtday.Day
	Rule     Rule
	Own      bool         // the rule is the matter's own
	Ruled    bool         // there is a rule
	Until    courtday.Day // the last day on which it must be kept; of Ruled ones
	Held     bool
}

// keptCols reads closed matters m of a firm: the newest closing, the rule that counts, and whether a hold stands.
func keptQuery(firm ident.OrgID) db.Frag {
	return db.SQL(`SELECT m.id, m.number, m.title,
			COALESCE((SELECT MAX(e.at) FROM entry e WHERE e.subject_kind = 'matter' AND e.subject_id = m.id AND e.verb = 'matter.close' AND NOT e.refused), m.made_at),
			COALESCE(own.years, firm.years, -1), COALESCE(own.basis, firm.basis, ''), own.id IS NOT NULL,
			EXISTS (SELECT 1 FROM legal_hold h WHERE h.matter_id = m.id AND h.lifted_at = 0)
		FROM matter m
			LEFT JOIN retention own ON own.firm_id = m.firm_id AND own.matter_id = m.id AND own.until_at = ?
			LEFT JOIN retention firm ON firm.firm_id = m.firm_id AND firm.matter_id = '' AND firm.until_at = ?
		WHERE m.firm_id = ? AND m.state = 'closed'`, gate.Forever, gate.Forever, firm)
}

func scanKept(rs *db.Rows, k *Kept) error {
	var at time.Time
	err := rs.Scan(&k.Matter, &k.Number, &k.Title, db.At{T: &at}, &k.Rule.Years, &k.Rule.Basis, &k.Own, &k.Held)
	k.ClosedOn, k.Ruled = courtday.Of(at), k.Rule.Years >= 0
	if k.Ruled {
		k.Until = k.ClosedOn.Months(12 * k.Rule.Years)
	}
	return err
}

// ripe refuses the disposal of a matter whose time has not come. A hold is for the job to find: it may stand later too.
func (r Request) ripe(ctx context.Context, tx *gate.Tx, today courtday.Day) error {
	found, err := db.All(ctx, tx, keptQuery(r.Org).And(db.SQL(`m.id = ?`, r.SubjectID)), scanKept)
	if err != nil {
		return err
	}
	switch {
	case len(found) == 0 || !found[0].Ruled:
		return fault.New(fault.Conflict, "No schedule says how long this matter is kept: set one first.")
	case found[0].Until >= today:
		return fault.New(fault.Conflict, "The matter is kept until "+found[0].Until.String()+": "+found[0].Rule.Basis+".")
	}
	return nil
}
