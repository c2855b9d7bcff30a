package engagement

import (
	"context"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A NewAgreement is a signed agreement to put on file.
type NewAgreement struct {
	Engagement ident.EngagementID
	Kind       string // of AgreementKinds
	SignedOn   string // YYYY-MM-DD
	ExpiresOn  string // YYYY-MM-DD, the last day it holds; "" when it does not expire
	Note       string // where the signed copy is kept
}

// RecordAgreement puts an agreement on file; the gates rest on it from now until its last day has passed in the firm's zone.
//
// Faults: NotFound, Forbidden (role), Invalid (kind, signed_on, expires_on).
func (s *Service) RecordAgreement(ctx context.Context, who actor.Actor, in NewAgreement) (id string, err error) {
	err = s.gate.Write(ctx, who, RecordAgreement, func(tx *gate.Tx) error {
		e, err := load(ctx, tx, in.Engagement)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, e.Subject()); err != nil {
			return err
		}
		zone, err := zoneOf(ctx, tx, e.Firm)
		if err != nil {
			return err
		}
		until, err := in.check(tx.Now, zone)
		if err != nil {
			return err
		}
		id = ident.New()
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO agreement (id, engagement_id, kind, signed_on, expires_on, note, recorded_by, recorded_at, withdrawn_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`,
			id, e.ID, in.Kind, in.SignedOn, in.ExpiresOn, strings.TrimSpace(in.Note), who.Person, db.Micros(tx.Now)))
		if err != nil {
			return err
		}
		if err := tx.AddFact(ctx, e.ref(), "agreement", in.Kind, until); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: e.ref(), Rev: e.Rev, Owner: e.Firm,
			Values: map[string]string{"agreement": in.Kind, "signed_on": in.SignedOn, "expires_on": in.ExpiresOn}})
		tx.Announce("org/"+string(e.Firm), "org/"+string(e.Provider))
		return nil
	})
	return id, err
}

// check returns the instant at which the agreement ceases; the zero time when it does not.
func (in NewAgreement) check(now time.Time, zone *time.Location) (time.Time, error) {
	if !knownAgreement(in.Kind) {
		return time.Time{}, fault.InField("kind", "Choose which agreement was signed.")
	}
	signed, err := time.ParseInLocation(time.DateOnly, in.SignedOn, zone)
	if err != nil {
		return time.Time{}, fault.InField("signed_on", "Give the day of signature as 2026-11-23.")
	}
	if signed.After(now) {
		return time.Time{}, fault.InField("signed_on", "The day of signature lies in the future.")
	}
	until, err := endOfDay(in.ExpiresOn, zone)
	if err != nil {
		return until, fault.InField("expires_on", "Give the last day as 2027-11-23, or leave it empty.")
	}
	if !until.IsZero() && !until.After(now) {
		return until, fault.InField("expires_on", "The agreement has expired already: put the renewed one on file.")
	}
	return until, nil
}

// WithdrawAgreement takes every agreement of the kind off the file; the gates that need it close at once.
//
// Faults: NotFound, Forbidden (role), Invalid (reason), Conflict (none is on file).
func (s *Service) WithdrawAgreement(ctx context.Context, who actor.Actor, id ident.EngagementID, kind, reason string) error {
	return s.gate.Write(ctx, who, WithdrawAgreement, func(tx *gate.Tx) error {
		e, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, e.Subject()); err != nil {
			return err
		}
		if strings.TrimSpace(reason) == "" {
			return fault.InField("reason", "Say why the agreement no longer holds.")
		}
		n, err := tx.Exec(ctx, db.SQL(`UPDATE agreement SET withdrawn_at = ? WHERE engagement_id = ? AND kind = ? AND withdrawn_at = 0`, db.Micros(tx.Now), e.ID, kind))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "No such agreement is on file.")
		}
		if err := tx.EndFact(ctx, e.ref(), "agreement", kind); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: e.ref(), Rev: e.Rev, Owner: e.Firm, Values: map[string]string{"agreement": kind, "reason": strings.TrimSpace(reason)}})
		tx.Announce("org/"+string(e.Firm), "org/"+string(e.Provider))
		return nil
	})
}

// A NewClause is a contract clause as the program will enforce it.
type NewClause struct {
	Engagement ident.EngagementID
	Name       string // what the contract calls it: "Clause 9.1, residency"
	Say        string // one sentence that a refused person reads
	Fix        string // what to do about it, and who can; "" for nothing
	Forbid     string // one Cedar policy: forbid (…) when { … };
}

// AddClause puts a clause in force. It is tried on a release before it is kept, so that a clause that cannot be
// evaluated does not block the engagement.
//
// Faults: NotFound, Forbidden (role), Invalid (name, say, text).
func (s *Service) AddClause(ctx context.Context, who actor.Actor, in NewClause) error {
	return s.gate.Write(ctx, who, AddClause, func(tx *gate.Tx) error {
		e, err := load(ctx, tx, in.Engagement)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, e.Subject()); err != nil {
			return err
		}
		id := "clause-" + ident.New()[24:]
		text, err := in.text(id)
		if err != nil {
			return err
		}
		if err := tx.AddClause(ctx, e.ID, text); err != nil {
			return err
		}
		if _, err := tx.MayOther(ctx, who.Person, who.Org, "task.release", releaseOf(e)); err != nil {
			return fault.InField("text", "The clause names something that a release does not have: test an attribute with \"has\" before it is used.")
		}
		tx.Record(gate.Entry{Subject: e.ref(), Rev: e.Rev, Owner: e.Firm, Values: map[string]string{"clause": id, "name": in.Name, "text": text}})
		tx.Announce("org/"+string(e.Firm), "org/"+string(e.Provider))
		return nil
	})
}

// releaseOf is a release as the policies see it, on no matter in particular.
func releaseOf(e Engagement) authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: "task", ID: string(e.ID)}, Engagement: string(e.ID), Org: string(e.Firm), Provider: string(e.Provider),
		Attrs: map[string]any{"offshore": "yes", "condition_met": true}}
}

// text is the policy with its words in front.
func (in NewClause) text(id string) (string, error) {
	if strings.TrimSpace(in.Name) == "" {
		return "", fault.InField("name", "Name the clause as the contract does, such as Clause 9.1, residency.")
	}
	if strings.TrimSpace(in.Say) == "" {
		return "", fault.InField("say", "Write the sentence that a refused person reads.")
	}
	if strings.Contains(in.Forbid, "@") {
		return "", fault.InField("text", "Give the policy alone: the name and the sentence have fields of their own.")
	}
	return `@id(` + quote(id) + `)` + "\n@name(" + quote(in.Name) + ")\n@say(" + quote(in.Say) + ")\n@fix(" + quote(in.Fix) + ")\n" + strings.TrimSpace(in.Forbid) + "\n", nil
}

// quote writes a Cedar string on one line.
func quote(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
