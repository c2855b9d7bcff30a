package deadline

import (
	"strconv"
	"strings"
	"time"

	"countersign/internal/deadline/courtday"
	"countersign/internal/deadline/rule"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
)

// Verbs of this package.
const (
	DoEnter       authz.Action = "deadline.enter"
	DoConfirm     authz.Action = "deadline.confirm"
	DoCorrect     authz.Action = "deadline.correct"
	DoWithdraw    authz.Action = "deadline.withdraw"
	DoMove        authz.Action = "deadline.move"
	DoApprove     authz.Action = "deadline.approve_move"
	DoRefuse      authz.Action = "deadline.refuse_move"
	DoSatisfy     authz.Action = "deadline.satisfy"
	DoCancel      authz.Action = "deadline.cancel"
	DoGive        authz.Action = "deadline.give"
	DoLink        authz.Action = "deadline.link_task"
	DoAcknowledge authz.Action = "deadline.acknowledge"
	DoRemind      authz.Action = "deadline.remind" // a job
	DoClimb       authz.Action = "deadline.climb"  // a job
	DoMakeFeed    authz.Action = "deadline.make_feed"
	DoEndFeed     authz.Action = "deadline.end_feed"
)

// A TriggerState is how far an event is confirmed.
type TriggerState string

// The states of a trigger.
const (
	Waiting   TriggerState = "waiting" // for the second entry
	Mismatch  TriggerState = "mismatch"
	InForce   TriggerState = "in_force"
	Withdrawn TriggerState = "withdrawn"
)

// A State is whether a deadline still binds.
type State string

// The states of a deadline.
const (
	Open      State = "open"
	Satisfied State = "satisfied"
	Cancelled State = "cancelled"
)

// A Day is a court's date.
type Day = courtday.Day

// A Manner is how a paper was served.
type Manner = rule.Service

// ParseDay reads YYYY-MM-DD.
//
// Faults: Invalid.
func ParseDay(s string) (Day, error) { return courtday.Parse(s) }

// What is what somebody read: which event, on which day, served how, before which court. Two of them are compared whole.
type What struct {
	Rule         string // a rule alone, or
	Chain, Event string // a date of a chain
	On           courtday.Day
	Service      rule.Service
	Jurisdiction string
}

// A Trigger is an event that starts periods.
type Trigger struct {
	ID       string
	Matter   ident.MatterID
	Firm     ident.OrgID
	Number   int64
	State    TriggerState
	Chain    string
	Event    string
	Rule     string
	Zone     string
	Owner    ident.PersonID
	OwnerOrg ident.OrgID
	Rev      int64

	entered []string // who entered it, or proposed its move: the policies ask for two people
}

// Name is what people call it, "E-14".
func (t Trigger) Name() string { return "E-" + strconv.FormatInt(t.Number, 10) }

func (t Trigger) ref() authz.Ref { return authz.Ref{Kind: "trigger", ID: t.ID} }

// Subject is the trigger as the policies see it.
func (t Trigger) Subject() authz.Subject {
	return subject(t.ref(), t.Matter, t.Firm, t.entered)
}

func subject(ref authz.Ref, m ident.MatterID, firm ident.OrgID, entered []string) authz.Subject {
	if entered == nil {
		entered = []string{}
	}
	return authz.Subject{Ref: ref, Matter: string(m), Org: string(firm), Attrs: map[string]any{"entered": entered}}
}

// A Deadline is a date that binds.
type Deadline struct {
	ID       string
	Trigger  string
	Matter   ident.MatterID
	Firm     ident.OrgID
	Number   int64
	Chain    string
	Link     string
	Rule     string
	Title    string
	Zone     string
	Owner    ident.PersonID
	OwnerOrg ident.OrgID
	State    State
	Seq      int64
	Rev      int64
	Date     Date // in force
}

// Name is what people call it, "D-14".
func (d Deadline) Name() string { return "D-" + strconv.FormatInt(d.Number, 10) }

func (d Deadline) ref() authz.Ref { return authz.Ref{Kind: "deadline", ID: d.ID} }

// Subject is the deadline as the policies see it.
func (d Deadline) Subject() authz.Subject { return subject(d.ref(), d.Matter, d.Firm, nil) }

// A Date is one date that a deadline has or had.
type Date struct {
	Seq       int64
	TriggerOn courtday.Day
	Expected  courtday.Day // under the prevailing reading
	Earliest  courtday.Day // under any: reminders run on this
	Latest    courtday.Day
	Certainty rule.Certainty
	DueTime   string
	Steps     []Step
	Move      string    // move that made it; "" for the original
	From      time.Time // in force since
	Until     time.Time // the zero time while in force
}

// same reports whether both bind to the same days.
func (d Date) same(o Date) bool {
	return d.Expected == o.Expected && d.Earliest == o.Earliest && d.Latest == o.Latest && d.DueTime == o.DueTime && d.TriggerOn == o.TriggerOn
}

// A Step is one move of the count, as a sentence with its authority.
type Step struct {
	Say       string       `json:"say"`
	To        courtday.Day `json:"to"`
	Authority string       `json:"authority,omitempty"`
}

// maxWords bounds what is typed.
const maxWords = 4000

func needReason(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return fault.InField("reason", "Give the reason; it stays with the date.")
	}
	return tooLong("reason", reason)
}

func tooLong(field, words string) error {
	if len(words) > maxWords {
		return fault.InField(field, "Write at most 4,000 characters.")
	}
	return nil
}

// line makes one line of what was typed: no line breaks, no doubled spaces.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
