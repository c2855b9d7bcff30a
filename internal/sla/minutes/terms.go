package minutes

import (
	"time"

	"countersign/internal/sla/worktime"
)

// Terms are one version of what both sides agreed for a type of work.
type Terms struct {
	Version  int
	From     time.Time         // work released from then on is under them, until the next version
	Calendar worktime.Calendar // in whose hours time counts
	SLA      time.Duration     // working time in which the work is owed
	Own      time.Duration     // the provider's own target, working time; 0 for none
	Shares   []Share
	Credits  []Step
	Cap      int // most that credits come to, in percent of the item's fee; 0 for no cap
}

// A Share is how much of the agreed time a stage may take.
type Share struct {
	Stage   string // its key
	Percent int
}

// A Step is a service credit: when work is late by more than Late of working time, Percent of the item's fee. The highest step
// that is reached counts, not their sum.
type Step struct {
	Late    time.Duration
	Percent int
}

// InForce is the version under which work released at an instant is done: the last that began by then. Versions may be in any order.
func InForce(versions []Terms, released time.Time) (in Terms, ok bool) {
	for _, t := range versions {
		if t.From.After(released) || ok && (t.From.Before(in.From) || t.From.Equal(in.From) && t.Version < in.Version) {
			continue
		}
		in, ok = t, true
	}
	return in, ok
}

// A Life is the facts of one task.
type Life struct {
	Released time.Time // the package went to the provider
	Ended    time.Time // delivered or cancelled; zero while it is open
	Pauses   []Pause   // in any order; they may overlap
	Stages   []Turn    // in the order of time
	Cutoff   time.Time // what a docketed deadline leaves after the firm's review; zero for none
}

// A Pause is a stretch in which the clock stands, for a reason of the closed list.
type Pause struct {
	Kind     Kind
	From, To time.Time // a zero To is a pause that goes on
	Ref      string    // its evidence: a question, an entry
}

// A Turn is the begin of a stage.
type Turn struct {
	Stage string // its key
	At    time.Time
}
