package account

import (
	"context"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Keys makes the key of a new organization. Provision is called before the transaction, Make inside it.
type Keys interface {
	Provision(ctx context.Context, org ident.OrgID) error
	Make(ctx context.Context, tx *db.Tx, scope string, org ident.OrgID) error
}

// Installation is the secret of the whole installation: it seals second factors and keys the hashes of what is short.
type Installation interface {
	Seal(plain []byte, aad string) ([]byte, error)
	Open(sealed []byte, aad string) ([]byte, error)
	MAC(text string) string
}

// Deps is what a Service is built from.
type Deps struct {
	Gate         *gate.Gate
	Keys         Keys
	Installation Installation
	Now          func() time.Time // real time: sign-in, sessions, tokens, links
	SetupCode    string           // asked for at the first run when it is not empty
	Mail         bool             // invitations are sent by a job of kind "account.invitation"
}

// A Service carries out the verbs.
type Service struct {
	Deps
	hash *hasher
}

// New returns a Service.
func New(d Deps) *Service { return &Service{d, newHasher()} }

// now is real time as it is stored.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// A Device is what a session is opened from.
type Device struct{ Address, Agent string }

// actor is a person who acts before a session stands behind them.
func (d Device) actor(p ident.PersonID, o ident.OrgID) actor.Actor {
	return actor.Actor{Person: p, Org: o, Via: "web", Address: d.Address}
}

func personRef(p ident.PersonID) authz.Ref { return authz.Ref{Kind: "person", ID: string(p)} }
func orgRef(o ident.OrgID) authz.Ref       { return authz.Ref{Kind: "org", ID: string(o)} }

// ownAccount is the account of p as who meets it: nobody but its owner may touch it.
func ownAccount(who actor.Actor, p ident.PersonID) authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: "account", ID: string(p)}, Attrs: map[string]any{"own": who.Person == p}}
}

// memberOf is a person's place in an organization.
func memberOf(o ident.OrgID, p ident.PersonID) authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: "member", ID: string(p)}, Org: string(o)}
}

// own runs fn as a write of who on their own account.
func (s *Service) own(ctx context.Context, who actor.Actor, action authz.Action, values map[string]string, fn func(*gate.Tx) error) error {
	return s.Gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, ownAccount(who, who.Person)); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: personRef(who.Person), Values: values})
		return fn(tx)
	})
}
