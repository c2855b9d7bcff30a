// Package pin shows findings and questions where they stand: on the pages of documents.
//
// Owns: nothing; it reads what package task keeps.
// Invariants: who reviews blind sees no finding of others; a withdrawn finding or question is pinned nowhere.
// Not here: raising and asking (package task), drawing (package documentweb).
package pin

import (
	"context"
	"slices"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
)

// A Pin is a finding or a question that stands at a place on a page.
type Pin struct {
	ID       string
	Question bool // else a finding
	Number   int  // of the finding; of the question, among those pinned to this version
	Severity string
	Page     int
	Area     string // rectangle of the page, in parts of it; "" for the page as a whole
	Text     string
	State    string
	By       string // display name
}

// A Board is what a task says of the pages of one version.
type Board struct {
	Task task.Task
	Pins []Pin // by page, from the top
	Find bool  // the reader may raise a finding in this version now
	Ask  bool  // the reader may ask about it now
}

// A Service is this package's question.
type Service struct {
	gate  *gate.Gate
	tasks *task.Service
}

// New returns the pin service.
func New(g *gate.Gate, tasks *task.Service) *Service { return &Service{g, tasks} }

// Board returns what the reader may know of that is pinned to a version.
//
// Faults: NotFound.
func (s *Service) Board(ctx context.Context, who actor.Actor, id ident.TaskID, version ident.VersionID) (b Board, err error) {
	defer fault.Wrap(&err, "pin.Board(%s, %s)", id, version)
	w, err := s.tasks.Get(ctx, who, id)
	if err != nil {
		return b, err
	}
	v := s.gate.View(who)
	b.Task = w.Task
	by := map[ident.PersonID][]int{} // which pins are whose
	add := func(p Pin, who ident.PersonID) {
		by[who] = append(by[who], len(b.Pins))
		b.Pins = append(b.Pins, p)
	}
	for _, f := range w.Findings {
		if f.Version == version && f.Page > 0 && f.State != "withdrawn" {
			add(Pin{ID: f.ID, Number: f.Number, Severity: f.Severity, Page: f.Page, Area: f.Area, Text: f.Text, State: f.State}, f.By)
		}
	}
	n := 0
	for _, q := range w.Questions {
		if q.Version == version && q.State != "withdrawn" {
			n++
			add(Pin{ID: q.ID, Question: true, Number: n, Page: q.Page, Area: q.Area, Text: q.Text, State: q.State}, q.Asker)
		}
	}
	if err := b.named(ctx, v, by); err != nil {
		return b, err
	}
	slices.SortStableFunc(b.Pins, func(x, y Pin) int {
		if x.Page != y.Page {
			return x.Page - y.Page
		}
		return strings.Compare(top(x.Area), top(y.Area))
	})
	b.Find, b.Ask, err = pinnable(ctx, v, w, version)
	return b, err
}

// named puts the names of people on their pins.
func (b *Board) named(ctx context.Context, v gate.View, by map[ident.PersonID][]int) error {
	type person struct {
		id   ident.PersonID
		name string
	}
	ids := make([]ident.PersonID, 0, len(by))
	for id := range by {
		ids = append(ids, id)
	}
	people, err := db.All(ctx, v, db.SQL(`SELECT id, name FROM person WHERE `).Join(db.In("id", ids)), func(rs *db.Rows, p *person) error { return rs.Scan(&p.id, &p.name) })
	for _, p := range people {
		for _, i := range by[p.id] {
			b.Pins[i].By = p.name
		}
	}
	return err
}

// top is the distance of a rectangle from the top of its page, as text that sorts.
func top(area string) string {
	parts := strings.Split(area, ",")
	if len(parts) != 4 {
		return ""
	}
	return parts[1]
}

// pinnable reports what the reader may pin to a version now: a finding in a file of the newest submission, a question in
// any document of the task.
func pinnable(ctx context.Context, v gate.View, w task.Whole, version ident.VersionID) (find, ask bool, err error) {
	var belongs int
	err = v.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM version ver JOIN document d ON d.id = ver.document_id
		WHERE ver.id = ? AND (d.task_id = ? OR d.id IN (SELECT td.document_id FROM task_document td WHERE td.task_id = ?))`, version, w.ID, w.ID)).Scan(&belongs)
	if err != nil {
		return false, false, err
	}
	n := len(w.Submissions)
	submitted := n > 0 && slices.Contains(w.Submissions[n-1].Files, version)
	for _, a := range []struct {
		action authz.Action
		when   bool
		to     *bool
	}{{task.DoFind, submitted && w.State == task.Open && w.At().Kind != task.Draft, &find}, {task.DoAsk, belongs > 0 && (w.State == task.Open || w.State == task.Paused), &ask}} {
		if !a.when {
			continue
		}
		d, err := v.May(ctx, a.action, w.Subject())
		if err != nil {
			return false, false, err
		}
		*a.to = d.Allowed
	}
	return find, ask, nil
}
