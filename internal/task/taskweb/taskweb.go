// Package taskweb has the pages and forms of tasks: home, queue, board, desk, package, review, sign-off, record.
//
// Owns: their routes and templates.
// Invariants: a handler translates and decides nothing; a form that is refused comes back at its status with
// everything that was typed; no form field stands inside a live part.
// Not here: what may be done and what exists (package task, behind the gate).
package taskweb

import (
	"net/http"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task"
)

// A handler serves the pages of tasks.
type handler struct{ tasks *task.Service }

// Routes adds the pages of tasks to mux, which stands behind authentication.
func Routes(mux *http.ServeMux, s *task.Service) {
	h := &handler{s}
	mux.Handle("GET /{$}", web.Handler(h.home))
	mux.Handle("GET /work", web.Handler(h.queue))
	mux.Handle("POST /work/take-next", web.Handler(h.takeNext))
	mux.Handle("GET /matters/{id}/board", web.Handler(h.board))
	h.deskRoutes(mux)
	packageRoutes(mux, h)
	reviewRoutes(mux, h)
}

// taskPath is the page of a task.
func taskPath(id ident.TaskID) string { return "/tasks/" + string(id) }

// Pages of other features that these pages link to or post to.
func matterPath(id ident.MatterID) string     { return "/matters/" + string(id) }
func documentPath(id ident.DocumentID) string { return "/documents/" + string(id) }
func uploadPath(id ident.MatterID) string     { return matterPath(id) + "/documents" }
func versionPath(id ident.DocumentID) string  { return documentPath(id) + "/versions" }
