package matter

import (
	"context"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Keys makes the data key of a new matter under its firm's key. Scope is "matter/<id>".
type Keys interface {
	Make(ctx context.Context, tx *db.Tx, scope string, org ident.OrgID) error
}

// A Service is this package's verbs and questions. It holds no state of its own.
type Service struct {
	gate *gate.Gate
	keys Keys
}

// New returns the matter service.
func New(g *gate.Gate, k Keys) *Service { return &Service{g, k} }

// on runs a verb on one matter: load, permit, change, entry, announcement. change returns what the entry commits to;
// when it saves the matter it moves m.Rev.
func (s *Service) on(ctx context.Context, who actor.Actor, a authz.Action, id ident.MatterID, attrs map[string]any,
	change func(tx *gate.Tx, m *Matter) (map[string]string, error)) (err error) {
	defer fault.Wrap(&err, "%s(%s)", a, id)
	return s.gate.Write(ctx, who, a, func(tx *gate.Tx) error {
		m, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		sub := m.Subject()
		sub.Attrs = attrs
		if err := tx.Permit(ctx, sub); err != nil {
			return err
		}
		values, err := change(tx, &m)
		if err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: m.ref(), Rev: m.Rev, Matter: m.ID, Owner: m.Firm, Values: values})
		tx.Announce(topic(m.ID))
		return nil
	})
}

func topic(id ident.MatterID) string { return "matter/" + string(id) }

func orgTopic(id ident.OrgID) string { return "org/" + string(id) }

// allowed turns a question that is asked for a page into its fault.
func allowed(ctx context.Context, v gate.View, a authz.Action, s authz.Subject) error {
	d, err := v.May(ctx, a, s)
	if err != nil || d.Allowed {
		return err
	}
	if d.Policy == "" {
		return fault.Missing()
	}
	return fault.Refused(d)
}
