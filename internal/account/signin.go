package account

import (
	"context"
	"errors"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Opened is a fresh secret for the browser to keep, and what it opens.
type Opened struct {
	Secret string
	Kind   string // Pending: a second factor comes next; Web: the session is open
	EndsAt time.Time
	Enrol  bool // Pending: there is no second factor yet, it is enrolled next
	Orgs   int  // Web: organizations to choose from
}

// refusedSignIn is the one sentence for everything that can be wrong with the first step.
func refusedSignIn() error {
	return fault.InField("email", "The e-mail address and the password do not belong to an account that can sign in. Check both and try again.")
}

// a candidate is the account that an e-mail address names, or nobody.
type candidate struct {
	id       ident.PersonID
	password string
	enrolled bool
	org      ident.OrgID
	orgs     int
	disabled bool
}

// SignIn takes the first step: e-mail address and password. The session it opens is Pending.
//
// Faults: Invalid (one sentence for every cause), TooMany.
func (s *Service) SignIn(ctx context.Context, email, password string, d Device) (Opened, error) {
	email, err := cleanEmail(email)
	if err != nil {
		email = "-" // goes the same way as an unknown one
	}
	byEmail, byAddress := s.emailBucket(email), s.addressBucket(d.Address)
	if err := s.attempt(ctx, byEmail, byAddress); err != nil {
		return Opened{}, err
	}
	who, err := s.candidate(ctx, email)
	if err != nil {
		return Opened{}, err
	}
	right, err := s.hash.Verify(ctx, who.password, password)
	if err != nil {
		return Opened{}, err
	}
	if !right || who.disabled || who.orgs == 0 {
		return Opened{}, errors.Join(refusedSignIn(), s.noteFailure(ctx, "account.sign_in_failed", who.id, who.org, d.Address))
	}
	if err := s.settle(ctx, byEmail, byAddress); err != nil {
		return Opened{}, err
	}
	return s.begin(ctx, who, d)
}

// candidate reads an account and, for an account that is not there, what the trace of the failure needs: the same
// queries in both cases.
func (s *Service) candidate(ctx context.Context, email string) (c candidate, err error) {
	first, err := s.firstOrg(ctx, s.Gate.DB)
	if err != nil {
		return c, err
	}
	at := db.Micros(s.Gate.Now())
	err = s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT p.id, p.password, LENGTH(p.totp_secret) > 0, p.disabled_at > 0,
			COALESCE((SELECT m.org_id FROM member m WHERE m.person_id = p.id AND m.until_at > ? ORDER BY m.from_at, m.org_id LIMIT 1), ''),
			(SELECT COUNT(*) FROM member m WHERE m.person_id = p.id AND m.until_at > ?)
		FROM person p WHERE p.email = ?`, at, at, email)).Scan(&c.id, &c.password, &c.enrolled, &c.disabled, &c.org, &c.orgs)
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	if c.org == "" {
		c.org = first
	}
	return c, err
}

// begin opens a Pending session.
func (s *Service) begin(ctx context.Context, c candidate, d Device) (Opened, error) {
	o := Opened{Secret: newToken(), Kind: Pending, EndsAt: s.now().Add(pendingLasts), Enrol: !c.enrolled}
	return o, s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		return insertSession(ctx, tx, newSession{id: ident.SessionID(ident.New()), secret: o.Secret, kind: Pending, person: c.id, org: c.org, at: s.now(), ends: o.EndsAt, device: d})
	})
}

// noteFailure leaves an entry of a factor that was wrong. Nobody is signed in, so the system is the one who notes it.
func (s *Service) noteFailure(ctx context.Context, verb authz.Action, p ident.PersonID, o ident.OrgID, address string) error {
	if o == "" {
		return nil // no organization yet, so no ledger to write to
	}
	who := actor.System("sign_in")
	who.Org, who.Address = o, address
	if p == "" {
		p = "-"
	}
	return s.Gate.Write(ctx, who, verb, func(tx *gate.Tx) error {
		tx.Record(gate.Entry{Subject: personRef(p)})
		return tx.Permit(ctx, authz.Subject{Ref: authz.Ref{Kind: "account", ID: string(p)}, Attrs: map[string]any{"own": false}})
	})
}

// ProveCode takes the second step with a code of the authenticator and opens the session under a fresh secret.
//
// Faults: NotFound (no pending sign-in), Invalid (field "code"), TooMany.
func (s *Service) ProveCode(ctx context.Context, pending, code string, d Device) (Opened, error) {
	x, err := s.pending(ctx, pending)
	if err != nil {
		return Opened{}, err
	}
	ok, sentence, err := s.proveCode(ctx, d.actor(x.Person, x.Org), code)
	if err != nil {
		return Opened{}, err
	}
	if !ok {
		return Opened{}, fault.InField("code", sentence)
	}
	return s.finish(ctx, x, "code", d)
}

// ProveRecovery takes the second step with a recovery code, which is used up.
//
// Faults: NotFound (no pending sign-in), Invalid (field "recovery"), TooMany.
func (s *Service) ProveRecovery(ctx context.Context, pending, code string, d Device) (Opened, error) {
	x, err := s.pending(ctx, pending)
	if err != nil {
		return Opened{}, err
	}
	ok, err := s.useRecovery(ctx, d.actor(x.Person, x.Org), code)
	if err != nil {
		return Opened{}, err
	}
	if !ok {
		return Opened{}, fault.InField("recovery", "That is not one of your unused recovery codes.")
	}
	return s.finish(ctx, x, "recovery code", d)
}

func (s *Service) pending(ctx context.Context, secret string) (Session, error) {
	x, ok, err := s.Resolve(ctx, secret)
	if err == nil && (!ok || x.Kind != Pending) {
		err = fault.New(fault.NotFound, "The sign-in was not finished within ten minutes. Begin again.")
	}
	return x, err
}

// finish ends the pending session and opens one under another secret, so that a secret planted before does not open it.
func (s *Service) finish(ctx context.Context, x Session, by string, d Device) (Opened, error) {
	o := Opened{Secret: newToken(), Kind: Web, EndsAt: s.now().Add(SessionLasts), Orgs: x.Orgs}
	id := ident.SessionID(ident.New())
	who := d.actor(x.Person, x.Org)
	who.Session, who.MFA = id, true
	return o, s.own(ctx, who, "account.sign_in", map[string]string{"factor": by}, func(tx *gate.Tx) error {
		return s.replace(ctx, tx, x, newSession{id: id, secret: o.Secret, kind: Web, person: x.Person, org: x.Org, mfa: true, at: s.now(), ends: o.EndsAt, steppedUp: s.now(), device: d})
	})
}

// replace ends a pending session and stores the open one.
func (s *Service) replace(ctx context.Context, tx *gate.Tx, pending Session, open newSession) error {
	n, err := endSessions(ctx, tx, db.SQL(`id = ?`, pending.ID), s.now())
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "This sign-in was finished already.")
	}
	if err != nil {
		return err
	}
	return insertSession(ctx, tx.Tx, open)
}
