package matter

import (
	"context"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Restrict flags a matter: releases wait for an undertaking (protective order) or are refused (export control).
//
// Faults: NotFound, Forbidden (role; the export flag is the compliance officer's), Invalid (restriction, reason), Conflict (set already).
func (s *Service) Restrict(ctx context.Context, who actor.Actor, m ident.MatterID, restriction, reason string) error {
	return s.flag(ctx, who, Restrict, m, restriction, reason)
}

// LiftRestriction takes a flag away.
//
// Faults: NotFound, Forbidden (as Restrict), Invalid (restriction, reason), Conflict (not set).
func (s *Service) LiftRestriction(ctx context.Context, who actor.Actor, m ident.MatterID, restriction, reason string) error {
	return s.flag(ctx, who, LiftRestriction, m, restriction, reason)
}

func (s *Service) flag(ctx context.Context, who actor.Actor, verb authz.Action, id ident.MatterID, restriction, reason string) error {
	return s.on(ctx, who, verb, id, map[string]any{"restriction": restriction}, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		if !known(Restrictions, restriction) {
			return nil, fault.InField("restriction", "Choose a restriction.")
		}
		if line(reason) == "" {
			return nil, fault.InField("reason", "Say on what it rests: the order and its date, or the classification.")
		}
		set, err := m.hasFact(ctx, tx, "restriction", restriction)
		if err != nil {
			return nil, err
		}
		values := map[string]string{"restriction": restriction, "reason": line(reason)}
		switch {
		case verb == Restrict && set:
			return nil, fault.New(fault.Conflict, "The matter carries this flag already.")
		case verb == LiftRestriction && !set:
			return nil, fault.New(fault.Conflict, "The matter does not carry this flag.")
		case verb == Restrict:
			return values, tx.AddFact(ctx, m.ref(), "restriction", restriction, time.Time{})
		}
		return values, tx.EndFact(ctx, m.ref(), "restriction", restriction)
	})
}

func (m Matter) hasFact(ctx context.Context, tx *gate.Tx, name, value string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM gate_fact WHERE subject_kind = 'matter' AND subject_id = ? AND name = ? AND value = ? AND until_at > ?`,
		m.ID, name, value, db.Micros(tx.Now))).Scan(&n)
	return n > 0, err
}

// FileUndertaking notes that a provider signed the undertaking a protective order asks for.
//
// Faults: NotFound, Forbidden (role), Invalid (provider, note), Conflict (on file already).
func (s *Service) FileUndertaking(ctx context.Context, who actor.Actor, id ident.MatterID, provider ident.OrgID, note string) error {
	return s.on(ctx, who, FileUndertaking, id, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		if _, err := engagedWith(ctx, tx, m.Firm, provider); err != nil {
			return nil, err
		}
		if line(note) == "" {
			return nil, fault.InField("note", "Say who signed, when, and where the signed copy is kept.")
		}
		there, err := m.hasFact(ctx, tx, "undertaking", string(provider))
		if err != nil {
			return nil, err
		}
		if there {
			return nil, fault.New(fault.Conflict, "The provider's undertaking is on file already.")
		}
		return map[string]string{"provider": string(provider), "note": line(note)}, tx.AddFact(ctx, m.ref(), "undertaking", string(provider), time.Time{})
	})
}

// WithdrawUndertaking takes a provider's undertaking off the file.
//
// Faults: NotFound, Forbidden (role), Invalid (note), Conflict (none on file).
func (s *Service) WithdrawUndertaking(ctx context.Context, who actor.Actor, id ident.MatterID, provider ident.OrgID, note string) error {
	return s.on(ctx, who, WithdrawUndertaking, id, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		if line(note) == "" {
			return nil, fault.InField("note", "Say why it no longer holds.")
		}
		there, err := m.hasFact(ctx, tx, "undertaking", string(provider))
		if err != nil {
			return nil, err
		}
		if !there {
			return nil, fault.New(fault.Conflict, "No undertaking of this provider is on file.")
		}
		return map[string]string{"provider": string(provider), "note": line(note)}, tx.EndFact(ctx, m.ref(), "undertaking", string(provider))
	})
}

// facts of the gate on a matter under a name, in force now.
func gateFacts(ctx context.Context, v gate.View, m ident.MatterID, name string) ([]string, error) {
	at := db.Micros(v.Now)
	return db.Column[string](ctx, v, db.SQL(`SELECT DISTINCT f.value FROM gate_fact f WHERE f.subject_kind = 'matter' AND f.subject_id = ? AND f.name = ? AND f.from_at <= ? AND f.until_at > ? AND `,
		m, name, at, at).Join(v.Visible("f.subject_id"), db.SQL(` ORDER BY f.value`)))
}
