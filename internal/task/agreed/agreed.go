// Package agreed has what the pages of tasks show of agreed time and of both sides' hours.
//
// Owns: the shapes, and the interface by which they are asked for.
// Invariants: no database, no rule: whoever answers decides.
// Not here: terms, calendars and counting (feature sla).
package agreed

import (
	"context"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
)

// Clocks tells of the time that two sides agreed on, and of their hours; package sla answers it. Without one, pages show the
// due time that the firm asked for.
type Clocks interface {
	// Agreed is the clock of one task.
	Agreed(ctx context.Context, who actor.Actor, t ident.TaskID) (Clock, error)
	// Lefts is what is left of the agreed time of tasks; those without terms are absent.
	Lefts(ctx context.Context, who actor.Actor, ts []ident.TaskID) (map[ident.TaskID]Left, error)
	// Meeting is when the sides of a matter work; false when nobody keeps a calendar.
	Meeting(ctx context.Context, who actor.Actor, m ident.MatterID) (Meeting, bool, error)
}

// A Clock is the clock block of a task.
type Clock struct {
	Says     string // how it stands, one sentence
	Version  int    // of the terms; 0 when none were in force at the release
	Hours    string // name of the calendar in which time counts
	Lines    []Line
	Totals   []Total
	Segments []Segment // the minute ledger: every instant since the release, once
	Breach   bool
	Late     time.Duration // working time beyond the agreed
	Credit   int           // percent of the item's fee
	Left     *Left         // as lists show it; nil without terms
}

// A Line is one clock: the agreed time, the provider's own target, a stage's share.
type Line struct {
	Name         string
	Used, Amount time.Duration // working time
	Due          time.Time     // zero for a stage whose turn has not come
	Passed       bool
}

// A Total is how long the task was in one state.
type Total struct {
	Name string
	Long time.Duration
}

// A Segment is a stretch that counts as one thing.
type Segment struct {
	From, To             time.Time
	Name, Stage, Because string
}

// Left is what is left of the agreed time, for lists.
type Left struct {
	Due    time.Time
	Amount time.Duration // agreed, working time
	Left   time.Duration // of it; negative when it is over
	Used   float64       // part of the agreed time, 0 to 1
	Stands string        // what it waits for, in words; "" while it counts
	Ended  bool
}

// A Meeting is when the two sides of a matter work today, and together.
type Meeting struct {
	Firm, Provider Side
	Joint          []Stretch // today, in the firm's zone
	Next           time.Time // when they meet next; zero while they do, or when they do not within a fortnight
}

// A Side is one of them now.
type Side struct {
	Name    string // of the organization
	Zone    *time.Location
	Open    bool
	Until   time.Time // when its shift ends, or its next begins; zero when unknown
	Today   []Stretch
	OnShift []string // people of the matter's team
}

// A Stretch is a half-open stretch of time.
type Stretch struct{ From, To time.Time }
