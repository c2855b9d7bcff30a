package engagement

import (
	"slices"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
)

// Verbs of this package.
const (
	Open              authz.Action = "engagement.open"
	MovePhase         authz.Action = "engagement.move_phase"
	RecordAgreement   authz.Action = "engagement.record_agreement"
	WithdrawAgreement authz.Action = "engagement.withdraw_agreement"
	AddClause         authz.Action = "engagement.add_clause"
	Read              authz.Action = "engagement.read"
)

// A Phase is how far the relation has come. The stored text never changes meaning.
type Phase string

// The phases. Work may be released in Pilot and Active only.
const (
	Evaluation Phase = "evaluation"
	Pilot      Phase = "pilot"
	Active     Phase = "active"
	Suspended  Phase = "suspended"
	Ended      Phase = "ended"
)

// Next is the phases that may follow; none follows Ended.
func (p Phase) Next() []Phase {
	switch p {
	case Evaluation:
		return []Phase{Pilot, Ended}
	case Pilot:
		return []Phase{Active, Suspended, Ended}
	case Active:
		return []Phase{Suspended, Ended}
	case Suspended:
		return []Phase{Pilot, Active, Ended}
	}
	return nil
}

// Releases reports whether work may be released in the phase.
func (p Phase) Releases() bool { return p == Pilot || p == Active }

// AgreementKinds are the agreements that can be on file, with their names.
var AgreementKinds = []struct{ Kind, Name string }{
	{"nda", "Non-disclosure agreement"}, {"baa", "Business associate agreement"}, {"dpa", "Data processing agreement"},
}

func knownAgreement(kind string) bool {
	for _, k := range AgreementKinds {
		if k.Kind == kind {
			return true
		}
	}
	return false
}

// An Engagement is one firm with one provider.
type Engagement struct {
	ID       ident.EngagementID
	Firm     ident.OrgID
	Provider ident.OrgID
	Name     string
	Phase    Phase
	Country  string // where the work is done, ISO 3166-1 alpha-2
	BegunOn  string // YYYY-MM-DD
	Rev      int64
}

// Subject is the engagement as the policies see it.
func (e Engagement) Subject() authz.Subject {
	return authz.Subject{Ref: e.ref(), Engagement: string(e.ID), Org: string(e.Firm), Provider: string(e.Provider)}
}

func (e Engagement) ref() authz.Ref { return authz.Ref{Kind: "engagement", ID: string(e.ID)} }

func (p Phase) canBecome(next Phase) bool { return slices.Contains(p.Next(), next) }

// endOfDay is the first instant after a civil date in a zone; the zero time for "".
func endOfDay(on string, zone *time.Location) (time.Time, error) {
	if on == "" {
		return time.Time{}, nil
	}
	d, err := time.ParseInLocation(time.DateOnly, on, zone)
	if err != nil {
		return time.Time{}, err
	}
	return d.AddDate(0, 0, 1), nil
}
