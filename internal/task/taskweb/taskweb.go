// Package taskweb has the pages and forms of tasks: home, queue, board, desk, package, review, sign-off, record.
//
// Owns: their routes and templates.
// Invariants: a handler translates and decides nothing; a form that is refused comes back at its status with
// everything that was typed; no form field stands inside a live part.
// Not here: what may be done and what exists (package task, behind the gate).
package taskweb

import (
	"net/http"

	"countersign/internal/task"
)

// A handler serves the pages of tasks.
type handler struct{ tasks *task.Service }

// Routes adds the pages of tasks to mux, which stands behind authentication.
func Routes(mux *http.ServeMux, s *task.Service) {
	_ = &handler{s}
}
