package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/playbook"
	"countersign/internal/task"
	"countersign/internal/task/agreed"
)

// A Desk is everything that one task is worked on with: the one screen of the junior, and the task's page for all.
type Desk struct {
	Now          time.Time
	Me           ident.PersonID
	Line         Line
	Firm         bool   // the reader acts for the firm
	AuthorName   string // "" before someone took it
	Supervisor   string // display name of the supervising attorney
	ReleasedBy   string // display name
	Reason       string // why it is paused, recalled or cancelled
	Track        []Station
	Instructions string
	Acceptance   []string // one criterion each
	Standing     []Inherited
	Facts        []Fact
	Procedure    Procedure
	Checks       []CheckItem // of the open stage
	Sources      []Paper
	Work         []Paper
	Questions    []Question // open ones first
	Fixes        []Fix      // worst first; none while the reader's own review is blind
	Blind        bool       // earlier findings are kept from the reader until the review is handed in
	Missing      []Missing
	History      []Handed // newest first
	Signature    *task.Signature
	Acts         Acts
	Agreed       *agreed.Clock // the clock; nil while no agreed time is shown
}

// A Station is one stage of the track as it stands.
type Station struct {
	Stage task.Stage
	Who   string // display name of who did it, does it or is down for it
	State string // "done", "now", "back", "" ahead
}

// An Inherited is an instruction that every package inherits.
type Inherited struct{ From, Text string }

// A Fact is something of the matter that drafts copy.
type Fact struct{ Label, Value string }

// A CheckItem is one line of a checklist.
type CheckItem struct {
	N    int
	Text string
	Done bool
	By   string // display name; "" while it is not done
}

// Desk returns the page of one task.
//
// Faults: NotFound.
func (s *Service) Desk(ctx context.Context, who actor.Actor, id ident.TaskID) (d Desk, err error) {
	defer fault.Wrap(&err, "desk.Desk(%s)", id)
	v := s.gate.View(who)
	d = Desk{Now: v.Now, Me: who.Person}
	if d.Line, err = line(ctx, v, id); err != nil {
		return d, err
	}
	t := d.Line.Task
	d.Firm = t.Firm == who.Org
	d.Blind = t.State == task.Open && t.Holder == who.Person && t.At().Blind(t.ID)
	for _, read := range []func(context.Context, gate.View, task.Task) error{d.people, d.brief, d.inherited, d.checks, d.talk, d.papers} {
		if err := read(ctx, v, t); err != nil {
			return d, err
		}
	}
	if d.Acts, err = acts(ctx, v, t); err != nil || s.clocks == nil {
		return d, err
	}
	clock, err := s.clocks.Agreed(ctx, who, id)
	d.Agreed = &clock
	d.Line.Left = clock.Left
	return d, err
}

// people reads names and puts them on the track.
func (d *Desk) people(ctx context.Context, v gate.View, t task.Task) error {
	err := v.QueryRow(ctx, db.SQL(`SELECT COALESCE((SELECT name FROM person WHERE id = ?), ''), COALESCE((SELECT name FROM person WHERE id = ?), ''), COALESCE((SELECT name FROM person WHERE id = ?), '')`,
		t.Author, t.Supervisor, t.ReleasedBy)).Scan(&d.AuthorName, &d.Supervisor, &d.ReleasedBy)
	if err != nil {
		return err
	}
	type down struct {
		stage int
		name  string
	}
	reviewers, err := db.All(ctx, v, db.SQL(`SELECT tr.stage, p.name FROM task_reviewer tr JOIN person p ON p.id = tr.person_id WHERE tr.task_id = ?`, t.ID),
		func(rs *db.Rows, r *down) error { return rs.Scan(&r.stage, &r.name) })
	if err != nil {
		return err
	}
	for i, st := range t.Stages {
		station := Station{Stage: st, State: t.Progress(i)}
		switch st.Kind {
		case task.Draft:
			station.Who = d.AuthorName
		case task.Acceptance:
			station.Who = d.Supervisor
		}
		for _, r := range reviewers {
			if r.stage == i {
				station.Who = r.name
			}
		}
		d.Track = append(d.Track, station)
	}
	return nil
}

// brief opens what the firm wrote, and why the task is held.
func (d *Desk) brief(ctx context.Context, v gate.View, t task.Task) error {
	var instructions, acceptance, reason []byte
	err := v.QueryRow(ctx, db.SQL(`SELECT instructions, acceptance, reason FROM task WHERE id = ?`, t.ID)).Scan(&instructions, &acceptance, &reason)
	if err != nil {
		return err
	}
	if d.Instructions, err = words(ctx, v, t, instructions, "task.instructions/"+string(t.ID)); err != nil {
		return err
	}
	criteria, err := words(ctx, v, t, acceptance, "task.acceptance/"+string(t.ID))
	if err != nil {
		return err
	}
	for c := range strings.Lines(criteria) {
		if c = strings.TrimSpace(c); c != "" {
			d.Acceptance = append(d.Acceptance, c)
		}
	}
	if t.State == task.Paused || t.State == task.Recalled || t.State == task.Cancelled {
		d.Reason, err = words(ctx, v, t, reason, "task.reason/"+string(t.ID))
	}
	return err
}

// inherited opens the standing instructions of firm and matter, and the matter's facts.
func (d *Desk) inherited(ctx context.Context, v gate.View, t task.Task) error {
	var firm, matter []byte
	var name string
	err := v.QueryRow(ctx, db.SQL(`SELECT o.name, o.standing, m.standing FROM org o JOIN matter m ON m.firm_id = o.id WHERE m.id = ?`, t.Matter)).Scan(&name, &firm, &matter)
	if err != nil {
		return err
	}
	if len(firm) > 0 {
		text, err := v.OpenOrg(ctx, t.Firm, firm, "org.standing/"+string(t.Firm))
		if err != nil {
			return err
		}
		d.stand(name, text)
	}
	text, err := words(ctx, v, t, matter, "matter.standing/"+string(t.Matter))
	if err != nil {
		return err
	}
	d.stand("This matter", text)
	type row struct {
		id, label string
		value     []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT id, label, value FROM matter_fact WHERE matter_id = ? ORDER BY place, id`, t.Matter),
		func(rs *db.Rows, r *row) error { return rs.Scan(&r.id, &r.label, &r.value) })
	if err != nil {
		return err
	}
	for _, r := range rows {
		value, err := words(ctx, v, t, r.value, "matter_fact.value/"+r.id)
		if err != nil {
			return err
		}
		d.Facts = append(d.Facts, Fact{r.label, value})
	}
	return nil
}

func (d *Desk) stand(from, text string) {
	if text = strings.TrimSpace(text); text != "" {
		d.Standing = append(d.Standing, Inherited{from, text})
	}
}

// checks reads the procedure, and what is ticked of the open stage's checklist.
func (d *Desk) checks(ctx context.Context, v gate.View, t task.Task) (err error) {
	if d.Procedure, err = procedureFor(ctx, v, t); err != nil {
		return err
	}
	type tick struct {
		item int
		by   string
	}
	ticks, err := db.All(ctx, v, db.SQL(`SELECT c.item, p.name FROM task_check c JOIN person p ON p.id = c.checked_by WHERE c.task_id = ? AND c.stage_key = ?`, t.ID, t.At().Key),
		func(rs *db.Rows, k *tick) error { return rs.Scan(&k.item, &k.by) })
	if err != nil {
		return err
	}
	for i, text := range d.Procedure.Checklist {
		d.Checks = append(d.Checks, CheckItem{N: i, Text: text})
	}
	for _, k := range ticks {
		if k.item < len(d.Checks) {
			d.Checks[k.item].Done, d.Checks[k.item].By = true, k.by
		}
	}
	return nil
}

// talk opens questions, findings and what is missing.
func (d *Desk) talk(ctx context.Context, v gate.View, t task.Task) (err error) {
	if d.Questions, err = questions(ctx, v, t); err != nil {
		return err
	}
	if !d.Blind {
		if d.Fixes, err = fixes(ctx, v, t); err != nil {
			return err
		}
	}
	d.Missing, err = missingItems(ctx, v, t)
	return err
}

// papers lists documents, submissions and the signature.
func (d *Desk) papers(ctx context.Context, v gate.View, t task.Task) (err error) {
	if d.Sources, d.Work, err = papers(ctx, v, t); err != nil {
		return err
	}
	if d.History, err = history(ctx, v, t); err != nil {
		return err
	}
	if d.Blind {
		for i := range d.History { // a verdict's note tells of findings
			d.History[i].Verdicts = nil
		}
	}
	d.Signature, err = task.SignatureOf(ctx, v, t)
	return err
}

func (d *Desk) sources(ctx context.Context, v gate.View, t task.Task) (err error) {
	d.Sources, _, err = papers(ctx, v, t)
	return err
}

// A Procedure is what the pinned playbook version says about doing the work.
type Procedure struct {
	Playbook    string // name of the playbook
	N           int64
	Steps       []string
	Checklist   []string // of the open stage
	Deliverable string
	Defects     []string // what commonly goes wrong
	Template    string   // its text; "" when there is none
	TemplateDoc ident.DocumentID
}

// procedureFor reads the pinned version. Who sees a task sees its procedure: the provider reads a playbook in no other way.
func procedureFor(ctx context.Context, v gate.View, t task.Task) (p Procedure, err error) {
	book, err := playbook.Load(ctx, v, v.OpenOrg, t.Playbook, t.PlaybookN)
	if err != nil {
		return p, err
	}
	p = Procedure{Playbook: book.Name, N: book.N, Steps: book.Body.Steps, Checklist: book.Body.Checklist(t.At().Key),
		Deliverable: book.Body.Deliverable, Defects: book.Body.Defects, Template: book.Body.Template}
	if book.Template == "" {
		return p, nil
	}
	err = v.QueryRow(ctx, db.SQL(`SELECT document_id FROM version WHERE id = ?`, book.Template)).Scan(&p.TemplateDoc)
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return p, err
}
