package engagement

import (
	"context"
	"errors"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A NewEngagement is what opening one needs. The firm is the actor's.
type NewEngagement struct {
	Provider ident.OrgID
	Name     string // "" for the provider's name
	Country  string // ISO 3166-1 alpha-2; "" for the provider's
}

// Open begins an engagement in evaluation.
//
// Faults: Forbidden (role), Invalid (provider, country), Conflict (one is open already).
func (s *Service) Open(ctx context.Context, who actor.Actor, in NewEngagement) (id ident.EngagementID, err error) {
	err = s.gate.Write(ctx, who, Open, func(tx *gate.Tx) error {
		e := Engagement{ID: ident.EngagementID(ident.New()), Firm: who.Org, Provider: in.Provider, Name: strings.TrimSpace(in.Name),
			Phase: Evaluation, Country: strings.ToUpper(strings.TrimSpace(in.Country)), BegunOn: tx.Now.Format("2006-01-02"), Rev: 1}
		if err := tx.Permit(ctx, e.Subject()); err != nil {
			return err
		}
		if e, err = withProvider(ctx, tx, e); err != nil {
			return err
		}
		if err := insert(ctx, tx, e); err != nil {
			return err
		}
		if err := errors.Join(tx.SetFact(ctx, e.ref(), "phase", string(e.Phase)), tx.SetFact(ctx, e.ref(), "country", e.Country)); err != nil {
			return err
		}
		id = e.ID
		tx.Record(gate.Entry{Subject: e.ref(), Rev: 1, Values: map[string]string{"provider": string(e.Provider), "country": e.Country, "phase": string(e.Phase)}})
		tx.Announce("org/"+string(e.Firm), "org/"+string(e.Provider))
		return nil
	})
	return id, err
}

// withProvider fills what the provider's own record gives, and checks that the two are not engaged already.
func withProvider(ctx context.Context, tx *gate.Tx, e Engagement) (Engagement, error) {
	var name, country string
	err := tx.QueryRow(ctx, db.SQL(`SELECT name, country FROM org WHERE id = ? AND kind = 'provider'`, e.Provider)).Scan(&name, &country)
	if errors.Is(err, db.ErrNoRows) {
		return e, fault.InField("provider", "Choose a provider that is on this installation.")
	}
	if err != nil {
		return e, err
	}
	if e.Name == "" {
		e.Name = name
	}
	if e.Country == "" {
		e.Country = country
	}
	if len(e.Country) != 2 || strings.Trim(e.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return e, fault.InField("country", "Give the country as two letters, such as IN or PH.")
	}
	var n int
	err = tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM engagement WHERE firm_id = ? AND provider_id = ? AND phase <> 'ended'`, e.Firm, e.Provider)).Scan(&n)
	if err == nil && n > 0 {
		err = fault.New(fault.Conflict, "An engagement with this provider is open already.")
	}
	return e, err
}

// A PhaseMove asks for the next phase.
type PhaseMove struct {
	ID     ident.EngagementID
	To     Phase
	Reason string
	Rev    int64 // the revision the person was looking at; 0 takes the present one
}

// MovePhase moves an engagement to another phase. Ending it shuts every matter of the firm to the provider at once.
//
// Faults: NotFound, Forbidden (role), Invalid (reason), Conflict (not a next phase), Stale.
func (s *Service) MovePhase(ctx context.Context, who actor.Actor, in PhaseMove) error {
	return s.gate.Write(ctx, who, MovePhase, func(tx *gate.Tx) error {
		e, err := load(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, e.Subject()); err != nil {
			return err
		}
		if in.Rev != 0 {
			e.Rev = in.Rev
		}
		if strings.TrimSpace(in.Reason) == "" {
			return fault.InField("reason", "Say why the engagement moves: both sides read it.")
		}
		if !e.Phase.canBecome(in.To) {
			return fault.New(fault.Conflict, "An engagement in "+string(e.Phase)+" cannot move to "+string(in.To)+".")
		}
		if err := savePhase(ctx, tx, e, in.To); err != nil {
			return err
		}
		if err := tx.SetFact(ctx, e.ref(), "phase", string(in.To)); err != nil {
			return err
		}
		if in.To == Ended {
			if err := shutMatters(ctx, tx, e); err != nil {
				return err
			}
		}
		tx.Record(gate.Entry{Subject: e.ref(), Rev: e.Rev + 1, Owner: e.Firm,
			Values: map[string]string{"from": string(e.Phase), "to": string(in.To), "reason": strings.TrimSpace(in.Reason)}})
		tx.Announce("org/"+string(e.Firm), "org/"+string(e.Provider))
		return nil
	})
}

// shutMatters ends the provider's hold on every matter of the firm, those the actor may not know of included.
func shutMatters(ctx context.Context, tx *gate.Tx, e Engagement) error {
	ids, err := db.Column[ident.MatterID](ctx, tx, db.SQL(`SELECT m.id FROM matter_opening mo JOIN matter m ON m.id = mo.matter_id
		WHERE mo.org_id = ? AND mo.until_at > ? AND m.firm_id = ? ORDER BY m.id`, e.Provider, db.Micros(tx.Now), e.Firm))
	if err != nil {
		return err
	}
	for _, m := range ids {
		if err := tx.ShutMatter(ctx, m, e.Provider); err != nil {
			return err
		}
		tx.Record(gate.Entry{Verb: "matter.shut", Subject: authz.Ref{Kind: "matter", ID: string(m)}, Matter: m, Owner: e.Firm,
			Values: map[string]string{"provider": string(e.Provider), "reason": "engagement ended"}})
		tx.Announce("matter/" + string(m))
	}
	return nil
}
