package demo

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"countersign/internal/demo/paper"
	"countersign/internal/demo/world"
	"countersign/internal/document"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/task"
)

// papers files the documents of every matter, those apart that a task produces.
func (b *builder) papers() {
	made := map[[2]string]bool{}
	for _, t := range world.Tasks() {
		for _, f := range t.Files {
			made[[2]string{t.Matter, f}] = true
		}
	}
	for _, d := range world.Documents() {
		if made[[2]string{d.Matter, d.Name}] {
			continue
		}
		m, _ := world.MatterBy(d.Matter)
		b.at(opened(m).Add(3*time.Hour), "paper "+d.Name, func(ctx context.Context) error {
			body, err := d.Bytes()
			if err != nil {
				return err
			}
			got, err := b.Document.Upload(ctx, b.as(m.Supervisor), document.Upload{Matter: b.matters[m.Key], Kind: document.Source, Folder: d.Folder, Name: d.Name, Reason: "Filed"}, bytes.NewReader(body))
			b.sources[[2]string{m.Key, d.Name}] = got.Document.ID
			return err
		})
	}
}

// A job is one task on its way through the stages, as the script tells it.
type job struct {
	*builder
	matter     world.Matter
	typ, title string
	body       []string // instructions
	accept     []string
	files      []string
	sources    []string
	due        time.Time
	rush       bool

	task     task.Task
	versions []ident.VersionID
	docs     []ident.DocumentID
}

func (j *job) requester() actor.Actor { return j.as(j.matter.Supervisor) }
func (j *job) lead() actor.Actor      { return j.as(holding(j.matter.Provider, "team_lead")) }

// keep remembers the task as a verb left it.
func (j *job) keep(t task.Task, err error) error {
	if err == nil {
		j.task = t
	}
	return err
}

func (j *job) prepare(ctx context.Context) error {
	docs := make([]ident.DocumentID, len(j.sources))
	for i, name := range j.sources {
		docs[i] = j.builder.sources[[2]string{j.matter.Key, name}]
	}
	return j.keep(j.Task.Prepare(ctx, j.requester(), task.Package{Matter: j.matters[j.matter.Key], Engagement: j.engagements[[2]string{j.matter.Firm, j.matter.Provider}],
		Playbook: j.playbooks[[2]string{j.matter.Firm, j.typ}], Title: j.title, Instructions: strings.Join(j.body, "\n"), Acceptance: strings.Join(j.accept, "\n"), Due: j.due, Rush: j.rush, Documents: docs}))
}

func (j *job) release(ctx context.Context) error {
	j.tasks[j.title] = j.task.ID
	return j.keep(j.Task.Release(ctx, j.requester(), j.task.ID, 0, true))
}

func (j *job) assign(person string) func(context.Context) error {
	return func(ctx context.Context) error {
		return j.keep(j.Task.Assign(ctx, j.lead(), j.task.ID, 0, j.people[person], ""))
	}
}

// draft writes the task's files: the first time as documents, later as new versions of them.
func (j *job) draft(person string, round int) func(context.Context) error {
	return func(ctx context.Context) error {
		names := j.files
		if len(names) == 0 {
			names = []string{fileName(j.title) + ".docx"}
		}
		j.versions = nil
		for i, name := range names {
			body, err := j.bytes(name, round)
			if err != nil {
				return err
			}
			var got document.Received
			if round == 0 {
				got, err = j.Document.Upload(ctx, j.as(person), document.Upload{Matter: j.task.Matter, Task: j.task.ID, Kind: document.Work, Name: name, Reason: "First draft"}, bytes.NewReader(body))
			} else {
				got, err = j.Document.AddVersion(ctx, j.as(person), document.NewVersion{Document: j.docs[i], Name: name, Reason: "Findings of the review answered"}, bytes.NewReader(body))
			}
			if err != nil {
				return err
			}
			if round == 0 {
				j.docs = append(j.docs, got.Document.ID)
			}
			j.versions = append(j.versions, got.Version.ID)
		}
		return nil
	}
}

func fileName(title string) string {
	return strings.NewReplacer("/", "-", ":", "", ",", "").Replace(title)
}

// bytes renders a file of the task; an earlier round ends with a line that the next one no longer has.
func (j *job) bytes(name string, round int) ([]byte, error) {
	for _, d := range world.Documents() {
		if d.Matter != j.matter.Key || d.Name != name {
			continue
		}
		doc := d.Build()
		if round == 0 {
			doc.Blocks = append(doc.Blocks, paper.Para{Text: "Draft. Cites to be checked against the final transcript before review."})
		}
		return paper.DOCX(doc)
	}
	doc := paper.Doc{Title: j.title, Kind: paper.Memo, Author: "Meridian", Date: j.clock.Now(), Blocks: []paper.Block{paper.Heading{Text: j.title, Level: 1}}}
	for _, line := range j.body {
		doc.Blocks = append(doc.Blocks, paper.Para{Text: line + " Done as set out; sources are named in the table of the playbook."})
	}
	if round == 0 {
		doc.Blocks = append(doc.Blocks, paper.Para{Text: "Open points: none noted in this round."})
	}
	return paper.DOCX(doc)
}

func (j *job) submit(person, note string) func(context.Context) error {
	return func(ctx context.Context) error {
		return j.keep(j.Task.Submit(ctx, j.as(person), task.HandIn{Task: j.task.ID, Files: j.versions, Note: note, FixedAll: true}))
	}
}

// find raises a finding; who holds the review is the one who raises it.
func (j *job) find(f world.Finding) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := j.Task.RaiseFinding(ctx, j.as(f.By), task.NewFinding{Task: j.task.ID, Severity: f.Severity, Code: f.Code, Version: j.versions[0], Page: f.Page, Quote: f.Quote, Text: f.Text})
		return err
	}
}

func (j *job) back(person string) func(context.Context) error {
	return func(ctx context.Context) error {
		return j.keep(j.Task.Return(ctx, j.as(person), task.Verdict{Task: j.task.ID, Note: "What to fix is in the findings."}))
	}
}

func (j *job) approve(person string) func(context.Context) error {
	return func(ctx context.Context) error {
		return j.keep(j.Task.Approve(ctx, j.as(person), task.Verdict{Task: j.task.ID, Note: "Checklist done."}))
	}
}

func (j *job) sign(ctx context.Context) error {
	return j.keep(j.Task.SignOff(ctx, j.as(j.matter.Supervisor), task.SignOff{Task: j.task.ID, Files: j.versions}))
}

// look begins a review: from then on the record counts how long it takes.
func (j *job) look(person string) func(context.Context) error {
	return func(ctx context.Context) error { return j.Task.Look(ctx, j.as(person), j.task.ID) }
}

// A step is one deed of a task. With after it follows the step before by so much; without, it takes its even share of the time.
type step struct {
	do    func(context.Context) error
	after time.Duration
}

func each(dos ...func(context.Context) error) (out []step) {
	for _, do := range dos {
		out = append(out, step{do: do})
	}
	return out
}

// reading is how long a person looks before they decide: between 12 and 57 minutes, the same every time.
func (j *job) reading(person string) time.Duration {
	n := 0
	for _, r := range j.title + person {
		n = (n*31 + int(r)) % 46
	}
	return time.Duration(12+n) * time.Minute
}

// course lists the steps of a task from the queue to the given reviews, with each finding's return and resubmission.
func (j *job) course(drafter string, reviewers []string, findings []world.Finding, signed bool) []step {
	steps := each(j.assign(drafter), j.draft(drafter, 0), j.submit(drafter, "First submission."))
	round := 0
	for i, r := range reviewers {
		steps = append(steps, each(j.assign(r), j.look(r))...)
		found := false
		for _, f := range findings {
			if f.Stage == []string{"peer_review", "senior_review"}[i] {
				f.By = r
				steps, found = append(steps, step{j.find(f), j.reading(r) / 4}), true
			}
		}
		if found {
			round++
			steps = append(steps, step{j.back(r), j.reading(r) / 2})
			steps = append(steps, each(j.draft(drafter, round), j.submit(drafter, "All findings answered."), j.look(r))...)
		}
		steps = append(steps, step{j.approve(r), j.reading(r)})
	}
	if signed {
		steps = append(steps, each(j.look(j.matter.Supervisor))...)
		steps = append(steps, step{j.sign, j.reading(j.matter.Supervisor) / 2})
	}
	return steps
}

// spread puts steps between two instants.
func (j *job) spread(from, to time.Time, steps []step) {
	shares := 0
	for _, s := range steps {
		if s.after == 0 {
			shares++
		}
	}
	at, n := from, 0
	for _, s := range steps {
		if s.after > 0 {
			at = at.Add(s.after)
		} else {
			n++
			at = later(at, from.Add(to.Sub(from)*time.Duration(n)/time.Duration(shares+1)))
		}
		j.at(at, j.title, s.do)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (b *builder) finished() {
	for _, d := range world.Finished(FinishedTasks) {
		m, _ := world.MatterBy(d.Matter)
		if slices.Contains(m.Flags, "export_control") { // nothing of it may be released
			continue
		}
		if d.Drafter == "" || d.Peer == "" || d.Peer == d.Senior || !slices.Contains(m.Team, d.Senior) {
			continue
		}
		j := &job{builder: b, matter: m, typ: d.Type, title: d.Title, due: d.Due,
			body:   []string{"Do the work to the playbook of its type.", "Take names, dates and numbers from the matter facts."},
			accept: []string{"Every statement names its source.", "Names, dates and amounts agree with the matter facts."}}
		b.at(d.Released.Add(-time.Hour), d.Title, j.prepare)
		b.at(d.Released, d.Title, j.release)
		j.spread(d.Released, d.Delivered, j.course(d.Drafter, []string{d.Peer, d.Senior}, d.Findings, true))
	}
}
