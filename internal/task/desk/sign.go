package desk

import (
	"context"
	"slices"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
)

// A SignView is what the supervising attorney signs, and on what she relies when she does.
type SignView struct {
	Case
	Task        task.Task
	Now         time.Time
	Playbook    string
	Author      Hand
	Submission  Submission // the newest that was handed in
	Files       []SignFile
	OwnEdits    int    // files of which she made a newer version herself
	Overtaken   bool   // a file has a newer version that is not hers, or is gone: it cannot be signed
	Note        string // what the drafter says changed
	Tiers       []Tier
	Findings    int            // raised and not withdrawn
	Open        int            // of them still open or disputed; signing accepts them
	Assumptions []Assumption   // questions whose default took effect, or that are still open
	NeedsStepUp bool           // a fresh proof of a factor is asked for first
	Refused     authz.Decision // when something other than the step-up refuses
	Earlier     bool           // she opened an acceptance of this task before
	Queue       SignQueue
	Looked      bool // the look at Submission is on the record
}

// A SignFile is one file of the manifest with the version to sign, which is the newest.
type SignFile struct {
	File
	HandedIn  int64     // number of the version handed in
	By        Hand      // who made the newest version
	At        time.Time // when
	Own       bool      // newer than handed in, and hers
	Overtaken bool      // newer than handed in, and not hers
}

// A SignQueue is the place of a task among all that wait for the attorney's signature, by due time.
type SignQueue struct {
	At, Of     int // counted from 1
	Prev, Next ident.TaskID
	NextTitle  string
}

// SignView answers with what stands to be signed.
//
// Faults: NotFound, Forbidden (not the supervising attorney), Conflict (not awaiting acceptance).
func (s *Service) SignView(ctx context.Context, who actor.Actor, id ident.TaskID) (r SignView, err error) {
	defer fault.Wrap(&err, "desk.SignView(%s)", id)
	v := s.gate.View(who)
	t, err := seeTask(ctx, v, id)
	if err != nil {
		return r, err
	}
	r.Task, r.Now = t, v.Now
	if who.Person != t.Supervisor {
		return r, fault.New(fault.Forbidden, "The supervising attorney of the matter signs its work.")
	}
	if t.State != task.Open || t.At().Kind != task.Acceptance {
		return r, fault.New(fault.Conflict, "The task is not awaiting acceptance.")
	}
	if r.Case, err = caseOf(ctx, v, t); err != nil {
		return r, err
	}
	if r.Playbook, _, _, err = partnersOf(ctx, v, t); err != nil {
		return r, err
	}
	if err := r.rely(ctx, v); err != nil {
		return r, err
	}
	if err := r.permit(ctx, v); err != nil {
		return r, err
	}
	r.Queue, err = queueOf(ctx, v, id)
	return r, err
}

// rely reads the manifest and what was done to it.
func (r *SignView) rely(ctx context.Context, v gate.View) error {
	t := r.Task
	who, err := rollOf(ctx, v, t)
	if err != nil {
		return err
	}
	r.Author = who.of(t.Author)
	all, err := submissionsOf(ctx, v, t, who)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fault.New(fault.Conflict, "There is nothing handed in to sign.")
	}
	r.Submission = all[len(all)-1]
	if err := r.newest(ctx, v, who); err != nil {
		return err
	}
	if r.Tiers, err = tiersOf(ctx, v, t, who); err != nil {
		return err
	}
	for _, tier := range r.Tiers {
		r.Earlier = r.Earlier || tier.Kind == task.Acceptance && !tier.HandedAt.IsZero()
		r.Looked = r.Looked || tier.By.ID == v.Who.Person && tier.Submission == r.Submission.N && tier.HandedAt.IsZero()
	}
	findings, err := findingsOf(ctx, v, t, who)
	if err != nil {
		return err
	}
	for _, f := range findings {
		if f.State != "withdrawn" {
			r.Findings++
		}
		if f.Open() {
			r.Open++
		}
	}
	r.Assumptions, err = assumptionsOf(ctx, v, t, who)
	r.Assumptions = slices.DeleteFunc(r.Assumptions, func(a Assumption) bool { return a.State == "answered" })
	return err
}

// newest sets the newest version of each file beside the one handed in.
func (r *SignView) newest(ctx context.Context, v gate.View, who roll) error {
	now, err := filesOf(ctx, v, r.Task, db.SQL(`FROM submission_file x JOIN document d ON d.id = x.document_id JOIN version ver ON ver.document_id = d.id AND ver.n = d.current_n
		WHERE x.submission_id = ? AND d.state = 'active' ORDER BY x.place`, r.Submission.ID))
	if err != nil {
		return err
	}
	type made struct {
		version ident.VersionID
		by      ident.PersonID
		at      time.Time
	}
	makers, err := db.All(ctx, v, db.SQL(`SELECT ver.id, ver.author_id, ver.made_at FROM submission_file x JOIN document d ON d.id = x.document_id
		JOIN version ver ON ver.document_id = d.id AND ver.n = d.current_n WHERE x.submission_id = ?`, r.Submission.ID),
		func(rs *db.Rows, m *made) error { return rs.Scan(&m.version, &m.by, db.At{T: &m.at}) })
	if err != nil {
		return err
	}
	r.Overtaken = len(now) != len(r.Submission.Files) // one is quarantined
	for _, f := range now {
		line := SignFile{File: f}
		for _, m := range makers {
			if m.version == f.Version {
				line.By, line.At = who.of(m.by), m.at
			}
		}
		for _, handed := range r.Submission.Files {
			if handed.Document == f.Document {
				line.HandedIn = handed.N
			}
		}
		if f.N > line.HandedIn {
			line.Own = line.By.ID == r.Task.Supervisor
			line.Overtaken = !line.Own
		}
		if line.Own {
			r.OwnEdits++
		}
		r.Overtaken = r.Overtaken || line.Overtaken
		r.Files = append(r.Files, line)
	}
	return nil
}

// permit asks for the signature, and tells a missing step-up from every other refusal.
func (r *SignView) permit(ctx context.Context, v gate.View) error {
	d, err := v.May(ctx, task.DoSignOff, r.Task.Subject())
	if err != nil || d.Allowed {
		return err
	}
	for _, rule := range d.Rules {
		if rule.ID == "step-up" {
			r.NeedsStepUp = true
			continue
		}
		r.Refused.Rules = append(r.Refused.Rules, rule)
	}
	if len(d.Rules) == 0 {
		r.Refused.Rules = []authz.Rule{{ID: "role", Name: "Role", Say: "Your role does not include this."}}
	}
	return nil
}

// queueOf finds a task's place among those that wait for the reader's signature.
func queueOf(ctx context.Context, v gate.View, id ident.TaskID) (q SignQueue, err error) {
	type waiting struct {
		id    ident.TaskID
		title string
	}
	all, err := db.All(ctx, v, db.SQL(`SELECT t.id, t.title FROM task t WHERE t.supervisor_id = ? AND t.state = 'open' AND t.stage = t.stages - 1`, v.Who.Person).
		And(v.Visible("t.matter_id")).Join(db.SQL(` ORDER BY CASE WHEN t.rush THEN 0 ELSE 1 END, t.due_at, t.id LIMIT 500`)),
		func(rs *db.Rows, w *waiting) error { return rs.Scan(&w.id, &w.title) })
	q.Of = len(all)
	for i, w := range all {
		if w.id != id {
			continue
		}
		q.At = i + 1
		if i > 0 {
			q.Prev = all[i-1].id
		}
		if i+1 < len(all) {
			q.Next, q.NextTitle = all[i+1].id, all[i+1].title
		}
	}
	if q.Next == "" && q.Of > 1 && q.At == q.Of { // the last one leads back to the first
		q.Next, q.NextTitle = all[0].id, all[0].title
	}
	return q, err
}
