package minutes

// A Kind is what a stretch of a task's life counts as. The stored and exported text never changes meaning.
type Kind string

// The kinds. The closed list of pauses is DOMAIN.md 2.3's.
const (
	Counted    Kind = "counted"    // working time of the provider
	Outside    Kind = "outside"    // nobody is on shift
	Firm       Kind = "firm"       // it waits for the firm: a question, a hold of the firm's, its acceptance
	Incomplete Kind = "incomplete" // the package lacked something; the firm's too
	Court      Kind = "court"      // it waits for a court or an agency
	Hold       Kind = "hold"       // a legal hold forbids work
)

// Kinds are all of them, in the order in which people read a ledger.
var Kinds = []Kind{Counted, Outside, Firm, Incomplete, Court, Hold}

// rank is which of two pauses counts where they overlap: the higher. What no side can lift comes before what one could.
var rank = map[Kind]int{Firm: 1, Incomplete: 2, Court: 3, Hold: 4}

// Pauses reports whether a kind is one of the closed list of pauses.
func (k Kind) Pauses() bool { return rank[k] > 0 }

// Label is the kind for people.
func (k Kind) Label() string {
	switch k {
	case Counted:
		return "Counted"
	case Outside:
		return "Outside working hours"
	case Firm:
		return "Waiting for the firm"
	case Incomplete:
		return "Package incomplete"
	case Court:
		return "Waiting for the court"
	case Hold:
		return "Legal hold"
	}
	return string(k)
}

// A Party is who a stretch of working time is put down to.
type Party string

// The parties of a delay.
const (
	ByProvider Party = "provider"
	ByFirm     Party = "firm"
	ByCourt    Party = "court" // courts, agencies and legal holds: neither side's
)

// Party is who a kind is put down to; "" for what is outside the calendar.
func (k Kind) Party() Party {
	switch k {
	case Counted:
		return ByProvider
	case Firm, Incomplete:
		return ByFirm
	case Court, Hold:
		return ByCourt
	case Outside:
	}
	return ""
}
