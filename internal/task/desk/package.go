package desk

import (
	"context"
	"errors"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
)

// A PackageForm is what a package on a matter can be written from.
type PackageForm struct {
	Case
	Firm        ident.OrgID
	Playbooks   []PlaybookChoice
	Engagements []EngagementChoice
	Documents   []DocumentChoice
	Standing    Standing
	Now         time.Time
}

// A Case names the matter of a piece of work.
type Case struct {
	Matter                ident.MatterID
	Title, Number, Client string
}

// Standing is what the firm and the matter instruct on every package. Both may be "".
type Standing struct{ Firm, Matter string }

// A PlaybookChoice is a task type that a package may be of. Due and RushDue are suggestions: the turnaround counted in
// hours from 9 to 17, Monday to Friday, in the firm's zone, without holidays.
type PlaybookChoice struct {
	ID               ident.PlaybookID
	Code, Name       string
	N                int64
	Offshore         string // yes, conditional, no
	Hours, RushHours int64
	Due, RushDue     time.Time
}

// An EngagementChoice is a provider that the firm has an engagement with.
type EngagementChoice struct {
	ID                       ident.EngagementID
	Provider, Phase, Country string // Country in words
}

// A DocumentChoice is a document of the matter that may go with a package.
type DocumentChoice struct {
	ID           ident.DocumentID
	Version      ident.VersionID
	Name, Folder string
	N            int64
	Size         int64 // bytes
	Chosen       bool  // it goes with the package
	JustAdded    bool  // the reader uploaded it within the last hour
}

// A PackageView is a package that exists, as the firm rewrites it.
type PackageView struct {
	PackageForm
	Task               task.Task
	Words              task.Package // as it is kept now
	Playbook, Provider string
	Amend              bool     // the provider has it: a change takes a reason
	Missing            []string // what the provider named as missing and nobody supplied yet
	Reason             string   // why it was declined, recalled or paused
}

// PackageForm answers what a package on the matter can be written from.
//
// Faults: NotFound, Forbidden.
func (s *Service) PackageForm(ctx context.Context, who actor.Actor, matter ident.MatterID) (f PackageForm, err error) {
	defer fault.Wrap(&err, "desk.PackageForm(%s)", matter)
	v := s.gate.View(who)
	if f, err = formOf(ctx, v, matter); err != nil {
		return f, err
	}
	d, err := v.May(ctx, task.DoPrepare, authz.Subject{Ref: authz.Ref{Kind: "task", ID: "new"}, Matter: string(matter), Org: string(f.Firm)})
	if err == nil && !d.Allowed {
		err = fault.Refused(d)
	}
	return f, err
}

// PackageOf answers with a package as it is kept, and what it can be rewritten from.
//
// Faults: NotFound, Forbidden.
func (s *Service) PackageOf(ctx context.Context, who actor.Actor, id ident.TaskID) (p PackageView, err error) {
	defer fault.Wrap(&err, "desk.PackageOf(%s)", id)
	v := s.gate.View(who)
	if p.Task, err = seeTask(ctx, v, id); err != nil {
		return p, err
	}
	t := p.Task
	p.Amend = t.State == task.Open || t.State == task.Paused
	action := task.DoEdit
	if p.Amend {
		action = task.DoAmend
	}
	d, err := v.May(ctx, action, t.Subject())
	if err != nil {
		return p, err
	}
	if !d.Allowed {
		return p, fault.Refused(d)
	}
	if p.PackageForm, err = formOf(ctx, v, t.Matter); err != nil {
		return p, err
	}
	if p.Words, p.Reason, err = wordsOf(ctx, v, t); err != nil {
		return p, err
	}
	for i, doc := range p.Documents {
		for _, chosen := range p.Words.Documents {
			p.Documents[i].Chosen = p.Documents[i].Chosen || doc.ID == chosen
		}
	}
	if p.Missing, err = stillMissing(ctx, v, t); err != nil {
		return p, err
	}
	p.Playbook, p.Provider, _, err = partnersOf(ctx, v, t)
	return p, err
}

func formOf(ctx context.Context, v gate.View, matter ident.MatterID) (f PackageForm, err error) {
	f.Now, f.Matter = v.Now, matter
	var zone string
	var ofFirm, ofMatter []byte
	err = v.QueryRow(ctx, db.SQL(`SELECT m.title, m.number, c.name, m.firm_id, m.standing, o.zone, o.standing FROM matter m
		JOIN client c ON c.id = m.client_id JOIN org o ON o.id = m.firm_id WHERE m.id = ?`, matter).And(v.Visible("m.id"))).
		Scan(&f.Title, &f.Number, &f.Client, &f.Firm, &ofMatter, &zone, &ofFirm)
	if errors.Is(err, db.ErrNoRows) {
		return f, fault.Missing()
	}
	if err != nil {
		return f, err
	}
	if f.Standing, err = openStanding(ctx, v, f.Firm, matter, ofFirm, ofMatter); err != nil {
		return f, err
	}
	if f.Playbooks, err = playbooksOf(ctx, v, f.Firm, zone); err != nil {
		return f, err
	}
	f.Engagements, err = db.All(ctx, v, db.SQL(`SELECT e.id, o.name, e.phase, e.country FROM engagement e JOIN org o ON o.id = e.provider_id
		WHERE e.firm_id = ? AND e.phase <> 'ended' ORDER BY o.name, e.id`, f.Firm),
		func(rs *db.Rows, e *EngagementChoice) error {
			err := rs.Scan(&e.ID, &e.Provider, &e.Phase, &e.Country)
			e.Country = country(e.Country)
			return err
		})
	if err != nil {
		return f, err
	}
	f.Documents, err = db.All(ctx, v, db.SQL(`SELECT d.id, ver.id, d.name, d.folder, d.current_n, ver.size_bytes, CASE WHEN d.made_by = ? AND d.made_at > ? THEN 1 ELSE 0 END
		FROM document d JOIN version ver ON ver.document_id = d.id AND ver.n = d.current_n
		WHERE d.matter_id = ? AND d.state = 'active' AND d.task_id = '' ORDER BY d.folder, d.name, d.id LIMIT 1000`,
		v.Who.Person, db.Micros(v.Now.Add(-time.Hour)), matter),
		func(rs *db.Rows, d *DocumentChoice) error {
			return rs.Scan(&d.ID, &d.Version, &d.Name, &d.Folder, &d.N, &d.Size, &d.JustAdded)
		})
	return f, err
}

func openStanding(ctx context.Context, v gate.View, firm ident.OrgID, matter ident.MatterID, ofFirm, ofMatter []byte) (st Standing, err error) {
	if len(ofFirm) > 0 {
		if st.Firm, err = v.OpenOrg(ctx, firm, ofFirm, "org.standing/"+string(firm)); err != nil {
			return st, err
		}
	}
	if len(ofMatter) > 0 {
		st.Matter, err = v.Open(ctx, matter, ofMatter, "matter.standing/"+string(matter))
	}
	return st, err
}

func playbooksOf(ctx context.Context, v gate.View, firm ident.OrgID, zone string) ([]PlaybookChoice, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	return db.All(ctx, v, db.SQL(`SELECT p.id, p.code, p.name, pv.n, pv.offshore, pv.turnaround_hours, pv.rush_hours FROM playbook p
		JOIN playbook_version pv ON pv.playbook_id = p.id AND pv.n = p.current_n WHERE p.firm_id = ? AND p.retired_at = 0 ORDER BY p.code`, firm),
		func(rs *db.Rows, p *PlaybookChoice) error {
			err := rs.Scan(&p.ID, &p.Code, &p.Name, &p.N, &p.Offshore, &p.Hours, &p.RushHours)
			p.Due, p.RushDue = suggestDue(v.Now, p.Hours, loc), suggestDue(v.Now, p.RushHours, loc)
			return err
		})
}

// The hours that suggestDue counts.
const dayBegins, dayEnds = 9, 17

// suggestDue counts business hours on from an instant, rounded up to a quarter of an hour.
func suggestDue(from time.Time, hours int64, zone *time.Location) time.Time {
	const step = 15 * time.Minute
	t := from.Add(step - 1).Truncate(step).In(zone)
	left := time.Duration(hours) * time.Hour
	for {
		at := func(days, hour int) time.Time {
			return time.Date(t.Year(), t.Month(), t.Day()+days, hour, 0, 0, 0, zone)
		}
		if t.Before(at(0, dayBegins)) {
			t = at(0, dayBegins)
		}
		room := at(0, dayEnds).Sub(t)
		if day := t.Weekday(); day != time.Saturday && day != time.Sunday && room > 0 {
			if left <= room {
				return t.Add(left).UTC()
			}
			left -= room
		}
		t = at(1, dayBegins)
	}
}

// wordsOf opens what the firm wrote, and why the task is held.
func wordsOf(ctx context.Context, v gate.View, t task.Task) (p task.Package, reason string, err error) {
	p = task.Package{Matter: t.Matter, Engagement: t.Engagement, Playbook: t.Playbook, Title: t.Title, Due: t.Due, Rush: t.Rush}
	var instructions, acceptance, why []byte
	if err = v.QueryRow(ctx, db.SQL(`SELECT instructions, acceptance, reason FROM task WHERE id = ?`, t.ID)).Scan(&instructions, &acceptance, &why); err != nil {
		return p, "", err
	}
	for _, w := range []struct {
		to     *string
		sealed []byte
		column string
	}{{&p.Instructions, instructions, "instructions"}, {&p.Acceptance, acceptance, "acceptance"}, {&reason, why, "reason"}} {
		if *w.to, err = words(ctx, v, t, w.sealed, "task."+w.column+"/"+string(t.ID)); err != nil {
			return p, "", err
		}
	}
	p.Documents, err = db.Column[ident.DocumentID](ctx, v, db.SQL(`SELECT document_id FROM task_document WHERE task_id = ? ORDER BY document_id`, t.ID))
	return p, reason, err
}

// stillMissing is what the provider named as missing and nobody supplied.
func stillMissing(ctx context.Context, v gate.View, t task.Task) (out []string, err error) {
	named, err := missingItems(ctx, v, t)
	for _, m := range named {
		if m.Supplied.IsZero() {
			out = append(out, m.Text)
		}
	}
	return out, err
}
