// Package desk answers what people look at while they work on tasks: their home, the queue, a matter's board, the one
// screen of a task, the package and its gates, the review, the sign-off and the supervision record.
//
// Owns: no table. Each question has a type made for its page.
//
// Invariants:
//   - nothing is written here; a look that counts is a verb of package task;
//   - every question goes through the gate's view, so what is walled is absent, also from counts;
//   - who reviews blind is shown nobody's findings but their own until their review is handed in.
//
// Not here: the verbs and the rules of a task (package task), how the answers look (package taskweb).
package desk

import (
	"countersign/internal/platform/gate"
	"countersign/internal/task/agreed"
)

// A Service is this package's questions. It holds no state of its own.
type Service struct {
	gate   *gate.Gate
	clocks agreed.Clocks // nil: no agreed time is shown
}

// New returns the questions that are asked through g.
func New(g *gate.Gate) *Service { return &Service{gate: g} }
