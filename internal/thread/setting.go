package thread

import (
	"context"
	"crypto/rand"
	"errors"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Settings are what a person wants by mail.
type Settings struct {
	DigestOff bool // no mail in the morning
	UrgentOff bool // no mail for what is urgent
}

// Settings returns the person's choice; both mails are on until they choose.
func (s *Service) Settings(ctx context.Context, who actor.Actor) (c Settings, err error) {
	defer fault.Wrap(&err, "thread.Settings(%s)", who.Person)
	err = s.gate.View(who).QueryRow(ctx, db.SQL(`SELECT digest_off, urgent_off FROM notice_setting WHERE person_id = ?`, who.Person)).Scan(&c.DigestOff, &c.UrgentOff)
	if errors.Is(err, db.ErrNoRows) {
		return Settings{}, nil
	}
	return c, err
}

// Choose sets what the person wants by mail.
func (s *Service) Choose(ctx context.Context, who actor.Actor, c Settings) (err error) {
	defer fault.Wrap(&err, "thread.Choose(%s)", who.Person)
	return s.gate.Write(ctx, who, DoChoose, func(tx *gate.Tx) error {
		subject := ownSubject(who, "notices", string(who.Person))
		if err := tx.Permit(ctx, subject); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: subject.Ref, Values: c.values()})
		return setSettings(ctx, tx, who.Person, c)
	})
}

func (c Settings) values() map[string]string {
	word := map[bool]string{false: "on", true: "off"}
	return map[string]string{"digest": word[c.DigestOff], "urgent": word[c.UrgentOff]}
}

func setSettings(ctx context.Context, tx *gate.Tx, p ident.PersonID, c Settings) error {
	if err := ensureSettings(ctx, tx, p); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, db.SQL(`UPDATE notice_setting SET digest_off = ?, urgent_off = ? WHERE person_id = ?`, c.DigestOff, c.UrgentOff, p))
	return err
}

// ensureSettings gives a person their row, with a token for the unsubscribe address.
func ensureSettings(ctx context.Context, tx *gate.Tx, p ident.PersonID) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO notice_setting (person_id, digest_off, urgent_off, stop_token, digested_on, urgent_at) VALUES (?, FALSE, FALSE, ?, '', 0)
		ON CONFLICT (person_id) DO NOTHING`, p, rand.Text()))
	return err
}

// StopMail ends both mails for whoever the token in an unsubscribe address was made for. It needs no sign-in: mail
// programs send it on one click (RFC 8058).
//
// Faults: NotFound.
func (s *Service) StopMail(ctx context.Context, token string) (err error) {
	defer fault.Wrap(&err, "thread.StopMail")
	v := s.gate.View(actor.System("thread.stop"))
	var p ident.PersonID
	var o ident.OrgID
	err = v.QueryRow(ctx, db.SQL(`SELECT s.person_id, m.org_id FROM notice_setting s JOIN member m ON m.person_id = s.person_id WHERE s.stop_token = ? AND m.until_at > ? ORDER BY m.org_id LIMIT 1`,
		token, db.Micros(v.Now))).Scan(&p, &o)
	if errors.Is(err, db.ErrNoRows) {
		return fault.Missing()
	}
	if err != nil {
		return err
	}
	return s.gate.Write(ctx, systemOf("thread.stop", o), DoStop, func(tx *gate.Tx) error {
		ref := authz.Ref{Kind: "notices", ID: string(p)}
		if err := tx.Permit(ctx, authz.Subject{Ref: ref, Org: string(o)}); err != nil {
			return err
		}
		c := Settings{DigestOff: true, UrgentOff: true}
		tx.Record(gate.Entry{Subject: ref, Owner: o, Values: c.values()})
		return setSettings(ctx, tx, p, c)
	})
}
