// Package taskweb has the pages and forms of tasks: home, queue, board, desk, package, review, sign-off, record.
//
// Owns: their routes and templates.
// Invariants: a handler translates and decides nothing; a form that is refused comes back at its status with
// everything that was typed; no form field stands inside a live part.
// Not here: what may be done and what exists (package task, behind the gate; package desk for what is looked at).
package taskweb

import (
	"net/http"
	"net/url"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/ui"
)

// A handler serves the pages of tasks.
type handler struct {
	tasks *task.Service
	reads *desk.Service
}

// Routes adds the pages of tasks to mux, which stands behind authentication.
func Routes(mux web.Router, tasks *task.Service, reads *desk.Service) {
	h := &handler{tasks, reads}
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

// A frame is what every page needs beside its own data.
type frame struct {
	chrome ui.Chrome
	reader web.Reader
	now    time.Time
	form   form // a form of the page that was refused; zero when none was
}

func frameOf(r *http.Request, title string, now time.Time) frame {
	f := frame{chrome: web.Chrome(r, title), reader: web.ReaderOf(r), now: now}
	if f.reader.Zone == nil {
		f.reader.Zone = time.UTC
	}
	if f.reader.Other == nil {
		f.reader.Other = f.reader.Zone
	}
	return f
}

func (f frame) dual(t time.Time) ui.Dual {
	d := ui.DualOf(t, f.now, f.reader.Zone, f.reader.Other)
	d.Side = f.reader.Side
	return d
}

func (f frame) dualRef(t time.Time) *ui.Dual {
	d := f.dual(t)
	return &d
}

// says writes both clocks in a sentence.
func (f frame) says(t time.Time) string {
	d := f.dual(t)
	if d.Reader == d.Other {
		return d.Reader
	}
	return d.Reader + " · " + d.Other
}

// day is how a due time is called beside its instant.
func (f frame) day(t time.Time) string { return ui.Day(t.In(f.reader.Zone), f.now.In(f.reader.Zone)) }

// A form is one form of a page that was refused, with what was typed into it.
type form struct {
	name   string
	err    error
	values url.Values
}

func (f form) is(name string) bool { return f.name == name }

// value is what was typed into a field of the form called name, or the default when that form was not refused.
func (f form) value(name, field, or string) string {
	if f.name != name {
		return or
	}
	return f.values.Get(field)
}

// ticked reports whether a box was ticked.
func (f form) ticked(name, field, value string, or bool) bool {
	if f.name != name {
		return or
	}
	for _, v := range f.values[field] {
		if v == value {
			return true
		}
	}
	return false
}

// wrong is what is wrong with a field.
func (f form) wrong(name, field string) string {
	if f.name == name && f.err != nil && fault.Field(f.err) == field {
		return fault.Say(f.err)
	}
	return ""
}

// errors is the summary above the page; each line leads to its field, or to the form.
func (f form) errors() []ui.FieldError {
	if f.err == nil {
		return nil
	}
	field := fault.Field(f.err)
	if field == "" {
		field = "form"
	}
	return []ui.FieldError{{Name: f.name + "-" + field, Text: fault.Say(f.err)}}
}

// sideOf is the side on which the open stage is worked.
func sideOf(t task.Task) ui.Side {
	if t.At().Kind == task.Acceptance || t.State != task.Open && t.State != task.Paused {
		return ui.Onshore
	}
	return ui.Offshore
}

// steps is the track of a task for lists: names only.
func steps(t task.Task) []ui.StageStep {
	out := make([]ui.StageStep, 0, len(t.Stages)+1)
	for i, s := range t.Stages {
		out = append(out, ui.StageStep{Name: s.Name, State: stageState(t.Progress(i))})
	}
	delivered := ui.StageStep{Name: "Delivered"}
	if t.State == task.Delivered {
		delivered.State = ui.Done
	}
	return append(out, delivered)
}

func stageState(progress string) ui.StageState {
	switch progress {
	case "done":
		return ui.Done
	case "now":
		return ui.Now
	case "back":
		return ui.Returned
	}
	return ui.Ahead
}

// clock shows the time between the complete package and the due time, elapsed.
func (f frame) clock(t task.Task) ui.ClockCard {
	begin := t.CompleteAt
	if begin.IsZero() {
		begin = t.MadeAt
	}
	left, all := t.Due.Sub(f.now), t.Due.Sub(begin)
	card := ui.ClockCard{Tone: ui.OK, Left: ui.Duration(left) + " left", Note: "due " + f.says(t.Due)}
	if all > 0 {
		card.Used = 1 - float64(left)/float64(all)
	}
	switch {
	case t.State == task.Delivered:
		card.Tone, card.Left, card.Note = ui.Plain, "Delivered", f.says(t.DoneAt)
	case t.State != task.Open:
		card.Tone, card.Left = ui.Plain, stateWord(t.State)
	case left <= 0:
		card.Tone, card.Left, card.Used = ui.Bad, ui.Duration(left)+" late", 1
	case card.Used > 0.85 || left < 2*time.Hour:
		card.Tone = ui.Warn
	}
	return card
}

// stateWord is how people call a state.
func stateWord(s task.State) string {
	switch s {
	case task.Preparing:
		return "Not released"
	case task.Open:
		return "Open"
	case task.Declined:
		return "Declined: something is missing"
	case task.Paused:
		return "Paused"
	case task.Recalled:
		return "Recalled by the firm"
	case task.Cancelled:
		return "Cancelled"
	}
	return "Delivered"
}
