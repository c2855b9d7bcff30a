package matter

import (
	"slices"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
)

// Verbs of this package.
const (
	AddClient           authz.Action = "client.add"
	RenameClient        authz.Action = "client.rename"
	ReadClients         authz.Action = "client.read"
	Open                authz.Action = "matter.open"
	Edit                authz.Action = "matter.edit"
	Close               authz.Action = "matter.close"
	Reopen              authz.Action = "matter.reopen"
	AssignAttorney      authz.Action = "matter.assign_attorney"
	EditFacts           authz.Action = "matter.edit_facts"
	EditParties         authz.Action = "matter.edit_parties"
	AskConflictCheck    authz.Action = "matter.ask_conflict_check"
	ReadConflictChecks  authz.Action = "conflict_check.read"
	AnswerConflictCheck authz.Action = "conflict_check.answer"
	RecordConsent       authz.Action = "matter.record_consent"
	WithdrawConsent     authz.Action = "matter.withdraw_consent"
	Restrict            authz.Action = "matter.restrict"
	LiftRestriction     authz.Action = "matter.lift_restriction"
	FileUndertaking     authz.Action = "matter.file_undertaking"
	WithdrawUndertaking authz.Action = "matter.withdraw_undertaking"
	AddToTeam           authz.Action = "matter.add_to_team"
	RemoveFromTeam      authz.Action = "matter.remove_from_team"
	RaiseWall           authz.Action = "matter.raise_wall"
	LowerWall           authz.Action = "matter.lower_wall"
	ReadWalls           authz.Action = "matter.read_walls"
)

// A Word is a stored text with the name people read.
type Word struct{ Key, Name string }

// PracticeAreas are those of the task catalogue, and one for all else.
var PracticeAreas = []Word{{"litigation", "Litigation"}, {"corporate", "Corporate"}, {"immigration", "Immigration"}, {"family", "Family"}, {"estate", "Estates and trusts"},
	{"realestate", "Real estate"}, {"ip", "Intellectual property"}, {"other", "Other"}}

// DataClasses say what the matter's documents hold; consent and agreements are asked for by class.
var DataClasses = []Word{{"confidential", "Confidential"}, {"privileged", "Privileged"}, {"phi", "Protected health information"}, {"medicaid", "Medicaid records"}}

// Restrictions are the flags that close a matter's gates.
var Restrictions = []Word{{"protective_order", "Protective order"}, {"export_control", "Export control"}}

// NameOf is the name of a stored word, or the word itself.
func NameOf(words []Word, key string) string {
	for _, w := range words {
		if w.Key == key {
			return w.Name
		}
	}
	return key
}

func known(words []Word, key string) bool {
	return slices.ContainsFunc(words, func(w Word) bool { return w.Key == key })
}

// A State is whether work is done on the matter.
type State string

// The states.
const (
	StateOpen   State = "open"
	StateClosed State = "closed"
)

// A Matter is one piece of a client's business.
type Matter struct {
	ID           ident.MatterID
	Firm         ident.OrgID
	Client       ident.ClientID
	Number       string // the firm's own
	Title        string
	PracticeArea string
	Jurisdiction string
	DataClass    string
	State        State
	Supervisor   ident.PersonID // supervising attorney
	Delegate     ident.PersonID // answers for her; "" when nobody does
	PartyVersion int64
	OpenedOn     string // YYYY-MM-DD
	Rev          int64
}

// Subject is the matter as the policies see it.
func (m Matter) Subject() authz.Subject {
	return authz.Subject{Ref: m.ref(), Matter: string(m.ID), Org: string(m.Firm)}
}

func (m Matter) ref() authz.Ref { return authz.Ref{Kind: "matter", ID: string(m.ID)} }

// with is the subject with one attribute that a policy reads.
func (m Matter) with(name, value string) authz.Subject {
	s := m.Subject()
	s.Attrs = map[string]any{name: value}
	return s
}
