package matter

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A NewConsent is the client's informed consent to have work done by a provider.
type NewConsent struct {
	Matter    ident.MatterID
	Provider  ident.OrgID
	Country   string // "" for the engagement's
	DataClass string // "" for the matter's
	GivenBy   string // who consented for the client
	GivenOn   string // YYYY-MM-DD
	ExpiresOn string // YYYY-MM-DD, the last day it holds; "" when it does not expire
	Evidence  ident.VersionID
	Note      string
}

// RecordConsent puts a consent on file; the gate rests on it from now until its last day has passed in the firm's zone.
//
// Faults: NotFound, Forbidden (role), Invalid (the field).
func (s *Service) RecordConsent(ctx context.Context, who actor.Actor, in NewConsent) (id string, err error) {
	err = s.on(ctx, who, RecordConsent, in.Matter, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		e, err := engagedWith(ctx, tx, m.Firm, in.Provider)
		if err != nil {
			return nil, err
		}
		in.Country, in.DataClass = strings.ToUpper(strings.TrimSpace(orText(in.Country, e.Country))), orText(in.DataClass, m.DataClass)
		if err := in.check(tx.Now); err != nil {
			return nil, err
		}
		if err := isEvidence(ctx, tx, m.ID, in.Evidence); err != nil {
			return nil, err
		}
		until, err := untilAfter(ctx, tx, m.Firm, in.ExpiresOn)
		if err != nil {
			return nil, err
		}
		if !until.IsZero() && !until.After(tx.Now) {
			return nil, fault.InField("expires_on", "This consent has expired already.")
		}
		id = ident.New()
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO consent (id, matter_id, provider_id, country, data_class, given_by, given_on, expires_on, evidence_id, note, recorded_by, recorded_at, withdrawn_by, withdrawn_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0)`, id, m.ID, in.Provider, in.Country, in.DataClass, line(in.GivenBy), in.GivenOn, in.ExpiresOn,
			in.Evidence, strings.TrimSpace(in.Note), who.Person, db.Micros(tx.Now)))
		if err != nil {
			return nil, err
		}
		return map[string]string{"consent": id, "provider": string(in.Provider), "country": in.Country, "data_class": in.DataClass,
				"given_by": line(in.GivenBy), "given_on": in.GivenOn, "expires_on": in.ExpiresOn, "evidence": string(in.Evidence)},
			tx.AddFact(ctx, m.ref(), "consent", in.key(), until)
	})
	return id, err
}

// isEvidence refuses a version that is not of the matter.
func isEvidence(ctx context.Context, tx *gate.Tx, m ident.MatterID, v ident.VersionID) error {
	if v == "" {
		return nil
	}
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM version WHERE id = ? AND matter_id = ?`, v, m)).Scan(&n)
	if err == nil && n == 0 {
		err = fault.InField("evidence", "Choose a document of this matter.")
	}
	return err
}

// An EvidenceFile is a document of the matter that may show a consent, at its newest version.
type EvidenceFile struct {
	Version ident.VersionID
	Name    string
}

// evidenceFiles lists what can be named as evidence: the firm's own papers of kind evidence, and what the client signed.
func evidenceFiles(ctx context.Context, v gate.View, m ident.MatterID) ([]EvidenceFile, error) {
	return db.All(ctx, v, db.SQL(`SELECT n.id, d.name FROM document d JOIN version n ON n.document_id = d.id AND n.n = d.current_n
		WHERE d.matter_id = ? AND d.state = 'active' AND (d.kind = 'evidence' OR d.folder = 'Client' OR n.id IN (SELECT evidence_id FROM consent WHERE matter_id = ?)) AND `, m, m).
		Join(v.Visible("d.matter_id"), db.SQL(` ORDER BY d.name, d.id LIMIT 200`)), func(rs *db.Rows, e *EvidenceFile) error { return rs.Scan(&e.Version, &e.Name) })
}

func orText(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}

// key is the value of the gate's fact: what must match at a release.
func (in NewConsent) key() string { return string(in.Provider) + "|" + in.Country + "|" + in.DataClass }

func (in NewConsent) check(now time.Time) error {
	given, err := time.Parse(time.DateOnly, in.GivenOn)
	switch {
	case line(in.GivenBy) == "" || len(in.GivenBy) > 200:
		return fault.InField("given_by", "Name the person who consented for the client.")
	case err != nil:
		return fault.InField("given_on", "Give the day of the consent as 2026-11-23.")
	case given.After(now.Add(14 * time.Hour)): // the day has begun nowhere on earth yet
		return fault.InField("given_on", "The day of the consent lies in the future.")
	case len(in.Country) != 2:
		return fault.InField("country", "Give the country as two letters, such as IN.")
	case !known(DataClasses, in.DataClass):
		return fault.InField("data_class", "Choose what the documents hold.")
	}
	return nil
}

// WithdrawConsent ends a consent, and every other for the same provider, country and data class: the client's will
// covers them all. The matter is shut to the provider in the same instant.
//
// Faults: NotFound, Forbidden (role), Invalid (reason), Conflict (withdrawn already).
func (s *Service) WithdrawConsent(ctx context.Context, who actor.Actor, matter ident.MatterID, consent, reason string) error {
	return s.on(ctx, who, WithdrawConsent, matter, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		var c NewConsent
		var ended int64
		err := tx.QueryRow(ctx, db.SQL(`SELECT provider_id, country, data_class, withdrawn_at FROM consent WHERE id = ? AND matter_id = ?`, consent, m.ID)).
			Scan(&c.Provider, &c.Country, &c.DataClass, &ended)
		if errors.Is(err, db.ErrNoRows) {
			return nil, tx.Absent("consent", consent)
		}
		if err != nil {
			return nil, err
		}
		if ended != 0 {
			return nil, fault.New(fault.Conflict, "This consent was withdrawn already.")
		}
		if line(reason) == "" {
			return nil, fault.InField("reason", "Say who withdrew it, and when.")
		}
		_, err = tx.Exec(ctx, db.SQL(`UPDATE consent SET withdrawn_by = ?, withdrawn_at = ? WHERE matter_id = ? AND provider_id = ? AND country = ? AND data_class = ? AND withdrawn_at = 0`,
			who.Person, db.Micros(tx.Now), m.ID, c.Provider, c.Country, c.DataClass))
		if err != nil {
			return nil, err
		}
		if err := tx.EndFact(ctx, m.ref(), "consent", c.key()); err != nil {
			return nil, err
		}
		if err := tx.ShutMatter(ctx, m.ID, c.Provider); err != nil {
			return nil, err
		}
		if err := tellWithdrawn(ctx, tx, m, c.Provider); err != nil {
			return nil, err
		}
		tx.Announce(orgTopic(c.Provider))
		return map[string]string{"consent": consent, "provider": string(c.Provider), "reason": line(reason)}, nil
	})
}

// tellWithdrawn tells everyone who has a role on the matter and is not screened from it. The provider's people no longer see it: they are told of
// the firm, not of the matter.
func tellWithdrawn(ctx context.Context, tx *gate.Tx, m *Matter, provider ident.OrgID) error {
	type held struct {
		person ident.PersonID
		org    ident.OrgID
	}
	now := db.Micros(tx.Now)
	team, err := db.All(ctx, tx, db.SQL(`SELECT DISTINCT g.person_id, g.org_id FROM access_grant g WHERE g.scope_kind = 'matter' AND g.scope_id = ? AND g.org_id IN (?, ?) AND g.until_at > ?
		AND NOT EXISTS (SELECT 1 FROM wall w WHERE w.person_id = g.person_id AND w.matter_id = g.scope_id AND w.until_at > ?)`, m.ID, m.Firm, provider, now, now), func(rs *db.Rows, h *held) error { return rs.Scan(&h.person, &h.org) })
	if err != nil {
		return err
	}
	for _, h := range team {
		if h.org == provider {
			tx.Tell(h.person, "matter-closed", "", authz.Ref{Kind: "org", ID: string(m.Firm)})
		} else {
			tx.Tell(h.person, "consent-withdrawn", m.ID, m.ref())
		}
	}
	return nil
}

// A Consent as the firm sees it.
type Consent struct {
	ID                 string
	Provider           ident.OrgID
	ProviderName       string
	Country, DataClass string
	GivenBy, GivenOn   string
	ExpiresOn          string
	Evidence           ident.VersionID
	Note, RecordedBy   string
	RecordedAt         time.Time
	WithdrawnAt        time.Time // zero while it stands
}

func consents(ctx context.Context, v gate.View, m ident.MatterID) ([]Consent, error) {
	return db.All(ctx, v, db.SQL(`SELECT c.id, c.provider_id, o.name, c.country, c.data_class, c.given_by, c.given_on, c.expires_on, c.evidence_id, c.note, COALESCE(p.name, ''), c.recorded_at, c.withdrawn_at
		FROM consent c JOIN org o ON o.id = c.provider_id LEFT JOIN person p ON p.id = c.recorded_by WHERE c.matter_id = ? AND `, m).
		Join(v.Visible("c.matter_id"), db.SQL(` ORDER BY c.recorded_at DESC, c.id DESC`)),
		func(rs *db.Rows, c *Consent) error {
			return rs.Scan(&c.ID, &c.Provider, &c.ProviderName, &c.Country, &c.DataClass, &c.GivenBy, &c.GivenOn, &c.ExpiresOn, &c.Evidence, &c.Note,
				&c.RecordedBy, db.At{T: &c.RecordedAt}, db.At{T: &c.WithdrawnAt})
		})
}

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
