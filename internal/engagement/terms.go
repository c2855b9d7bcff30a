package engagement

import (
	"context"
	"time"

	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// expiresSoon is when an agreement turns amber: long enough to have it signed again.
const expiresSoon = 30 * 24 * time.Hour

// terms says for each gate of the engagement how it stands, worst news included: a figure that only looks good is none.
func terms(ctx context.Context, v gate.View, e Engagement) ([]Term, error) {
	out := []Term{phaseTerm(e.Phase)}
	for _, k := range AgreementKinds {
		t, err := agreementTerm(ctx, v, e, k.Kind, k.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	var n int
	at := db.Micros(v.Now)
	err := v.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM gate_clause WHERE engagement_id = ? AND from_at <= ? AND until_at > ?`, e.ID, at, at)).Scan(&n)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return append(out, Term{"Contract clauses", Amber, "No clause of the contract is enforced by the program yet."}), nil
	}
	return append(out, Term{"Contract clauses", Green, "Every request on this engagement is asked against the clauses in force."}), nil
}

func phaseTerm(p Phase) Term {
	t := Term{Name: "Phase"}
	switch p {
	case Pilot:
		t.Light, t.Say = Green, "In pilot: work may be released."
	case Active:
		t.Light, t.Say = Green, "Active: work may be released."
	case Evaluation:
		t.Light, t.Say = Amber, "In evaluation: no work may be released until the pilot begins."
	case Suspended:
		t.Light, t.Say = Red, "Suspended: no work may be released."
	default:
		t.Light, t.Say = Red, "Ended: the provider holds no matter."
	}
	return t
}

// agreementTerm reads the gate's own fact, so that the light is what a release would be told.
func agreementTerm(ctx context.Context, v gate.View, e Engagement, kind, name string) (Term, error) {
	at := db.Micros(v.Now)
	var n int
	var until int64
	err := v.QueryRow(ctx, db.SQL(`SELECT COUNT(*), COALESCE(MAX(until_at), 0) FROM gate_fact
		WHERE subject_kind = 'engagement' AND subject_id = ? AND name = 'agreement' AND value = ? AND from_at <= ? AND until_at > ?`, e.ID, kind, at, at)).Scan(&n, &until)
	if err != nil {
		return Term{}, err
	}
	switch {
	case n == 0 && kind == "baa":
		return Term{name, Amber, "Not on file: matters with protected health information cannot be released."}, nil
	case n == 0:
		return Term{name, Red, "Not on file."}, nil
	case until == gate.Forever:
		return Term{name, Green, "On file, without an end date."}, nil
	case db.Instant(until).Sub(v.Now) < expiresSoon:
		return Term{name, Amber, "Expires soon: its last day is " + lastDay(until) + "."}, nil
	}
	return Term{name, Green, "On file until " + lastDay(until) + "."}, nil
}

// lastDay names the last day that ends at until, midnight in the firm's zone: half a day earlier is that day in any zone.
func lastDay(until int64) string { return db.Instant(until).Add(-12 * time.Hour).Format("2 Jan 2006") }

// A Choice is a provider that a form can offer.
type Choice struct{ ID, Name string }

// providers lists those that the actor's firm can open an engagement with: not engaged already.
func providers(ctx context.Context, v gate.View) ([]Choice, error) {
	return db.All(ctx, v, db.SQL(`SELECT o.id, o.name FROM org o WHERE o.kind = 'provider'
		AND NOT EXISTS (SELECT 1 FROM engagement e WHERE e.provider_id = o.id AND e.firm_id = ? AND e.phase <> 'ended') ORDER BY o.name, o.id`, v.Who.Org),
		func(rs *db.Rows, c *Choice) error { return rs.Scan(&c.ID, &c.Name) })
}
