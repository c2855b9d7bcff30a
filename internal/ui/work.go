package ui

// StageState is how far one stage of a task is.
type StageState int

// The states of a stage.
const (
	Ahead StageState = iota
	Done
	Now
	Returned // the work came back to this stage
)

// StageStep is one stage on the track of a task.
type StageStep struct {
	Name, Note string // Note: who, how long, by when
	State      StageState
}

func (s StageStep) class() string {
	return [...]string{"", "done", "now", "back"}[s.State]
}

func (s StageStep) pip() string {
	return [...]string{"", "d", "n", "b"}[s.State]
}

// icon fills like a clock face with the place of the stage on the track.
func (s StageStep) icon(at int) IconName {
	switch s.State {
	case Done:
		return IconStage4
	case Now:
		return [...]IconName{IconStage1, IconStage2, IconStage3, IconStage4}[min(at, 3)]
	case Returned:
		return IconReturn
	}
	return IconStage0
}

// stageNow is the name of the stage that a track stands at; the last one when all are done, the package when none is begun.
func stageNow(steps []StageStep) string {
	if len(steps) == 0 {
		return ""
	}
	for _, s := range steps {
		if s.State == Now || s.State == Returned {
			return s.Name
		}
	}
	if steps[0].State == Ahead {
		return "Package"
	}
	return steps[len(steps)-1].Name
}

// GateState is what one gate says.
type GateState int

// The states of a gate.
const (
	Open GateState = iota
	Conditional
	Closed
	NotApplicable
)

// GateLine is one gate with the rule it rests on and what would open it.
type GateLine struct {
	Name           string
	Rule, RuleHref string
	Says           string // what the rule found
	State          GateState
	Fix            FixLink // zero for none
}

func (g GateLine) class() string { return [...]string{"open", "cond", "closed", "na"}[g.State] }
func (g GateLine) word() string {
	return [...]string{"Open", "Conditional", "Closed", "Not applicable"}[g.State]
}
func (g GateLine) icon() IconName {
	return [...]IconName{IconOK, IconWarn, IconNo, IconNA}[g.State]
}

// FindingCard is one finding of a review.
type FindingCard struct {
	ID       string // "finding-1"
	Number   int
	Severity string // "critical", "major", "minor"
	Where    string // "p. 7, line 12"
	Href     string // shows it on the page; "" for none
	Quote    string // what stands there; "" for none
	Text     string // what is right
	Category string // "D-C4 Wrong party, court, form or jurisdiction"
	Answer   string // "Fixed in v3"; "" while open
	Fixed    bool   // the answer is a fix, not a disagreement
}

func (f FindingCard) pin() string {
	if f.Severity == "major" || f.Severity == "minor" {
		return f.Severity
	}
	return "critical"
}

// MessageCard is one message of a thread.
type MessageCard struct {
	Author   Person
	At       Dual
	Text     string // plain text; line breaks are kept
	Note     string // "edited, 1 earlier text"; "" for none
	Question bool
	Default  string // what is done when nobody answers; "" for none
	Until    string // "Silence means yes at 10:00 CST"; "" for none
}

// Proof is how far an entry of the trail is vouched for.
type Proof string

// The states of a Proof.
const (
	Recorded    Proof = "rec"
	InLog       Proof = "sealed"
	CosignedOff Proof = "off"
	CosignedOn  Proof = "on"
	Cosigned    Proof = "both"
	Mismatch    Proof = "bad"
)

// TrailEntry is one line of a trail.
type TrailEntry struct {
	At             Dual
	Who            Person
	Verb, What     string // "saw", "pages 1 to 3 of exhibit 7"
	Because        string // "2 min 40 s on screen, for T-2091"
	Rule, RuleHref string // the rule that decided, "" for none
	Refused        bool
	Proof          Proof
	ProofSays      string // "cosigned by Meridian"
	Number, Href   string // of the entry
}

// ClockCard is an SLA clock.
type ClockCard struct {
	Tone       Tone    // OK, Warn, Bad; Plain is a clock that stands
	Left, Note string  // "4 h 10 min left", "of 16 h"
	Used       float64 // part of the time that is used, 0 to 1
}

func (c ClockCard) class() string {
	if c.Tone == Plain {
		return "hold"
	}
	return string(c.Tone)
}

func (c ClockCard) dash() string {
	return itoa(int(min(max(c.Used, 0), 1)*100)) + " 100"
}

// TodoCard is one thing that needs the reader.
type TodoCard struct {
	Verb        string // "Sign off", "Answer by 10:00"
	Tone        Tone   // of the verb
	Title, Href string
	Where       string // "Brandt v. Kestrel Logistics · T-2094"
	Says        string
	Ask         string // a question quoted; "" for none
	WhenWord    string // "Due Tue 24 Nov"
	When        *Dual
	Court       bool // the date is a court's
}
