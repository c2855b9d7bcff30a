package playbook

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A NewRequest asks for a playbook of the actor's firm.
type NewRequest struct{ Code, Name, Area string }

var codeShape = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,7}(-[A-Z0-9]{1,8}){0,3}$`)

func (r NewRequest) check() error {
	switch {
	case !codeShape.MatchString(r.Code):
		return fault.InField("code", "A code is capitals, digits and hyphens, such as LI-14.")
	case !oneLine(r.Name, 120):
		return fault.InField("name", "The name is one line of at most 120 characters.")
	case !oneLine(r.Area, 60):
		return fault.InField("area", "The practice area is one line of at most 60 characters.")
	}
	return nil
}

func oneLine(s string, most int) bool {
	return strings.TrimSpace(s) != "" && utf8.RuneCountInString(s) <= most && !strings.ContainsAny(s, "\r\n")
}

// NewPlaybook makes a playbook with a first draft version: the default stages and no words yet.
//
// Faults: Forbidden, Invalid (fields code, name, area).
func (s *Service) NewPlaybook(ctx context.Context, who actor.Actor, r NewRequest) (v Version, err error) {
	defer fault.Wrap(&err, "playbook.NewPlaybook")
	r = NewRequest{strings.TrimSpace(r.Code), strings.TrimSpace(r.Name), strings.TrimSpace(r.Area)}
	err = s.gate.Write(ctx, who, New, func(tx *gate.Tx) error {
		p := Playbook{ID: ident.PlaybookID(ident.New()), Firm: who.Org, Code: r.Code, Name: r.Name, Area: r.Area, Made: tx.Now, Rev: 1}
		if err := tx.Permit(ctx, p.Subject()); err != nil {
			return err
		}
		if err := r.check(); err != nil {
			return err
		}
		v = Version{Playbook: p.ID, Firm: p.Firm, Code: p.Code, Name: p.Name, Area: p.Area, N: 1, State: Drafting, Offshore: No,
			TurnaroundHours: 16, RushHours: 8, Stages: DefaultStages(), MadeBy: who.Person, MadeAt: tx.Now, Rev: 1}
		if err := insertPlaybook(ctx, tx, p); err != nil {
			return err
		}
		if err := insertVersion(ctx, tx, v); err != nil {
			return err
		}
		record(tx, p, v)
		return nil
	})
	return v, err
}

// StartVersion opens a new draft as a copy of the released version.
//
// Faults: NotFound, Forbidden, Conflict (a draft is open already, nothing is released, the playbook is retired).
func (s *Service) StartVersion(ctx context.Context, who actor.Actor, id ident.PlaybookID) (v Version, err error) {
	defer fault.Wrap(&err, "playbook.StartVersion(%s)", id)
	err = s.gate.Write(ctx, who, StartVersion, func(tx *gate.Tx) error {
		p, err := loadPermitted(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case !p.Retired.IsZero():
			return retired()
		case p.Draft != 0:
			return fault.New(fault.Conflict, "Version "+strconv.FormatInt(p.Draft, 10)+" is being drafted already.")
		case p.Current == 0:
			return fault.New(fault.Conflict, "No version is released yet.")
		}
		if v, err = Load(ctx, tx, tx.OpenOrg, id, p.Current); err != nil {
			return err
		}
		v.N, v.State, v.Note, v.Rev = v.N+1, Drafting, "", 1
		v.MadeBy, v.MadeAt, v.ReleasedBy, v.ReleasedAt = who.Person, tx.Now, "", time.Time{}
		if err := insertVersion(ctx, tx, v); err != nil {
			return err
		}
		if err := savePlaybook(ctx, tx, &p); err != nil {
			return err
		}
		record(tx, p, v)
		return nil
	})
	return v, err
}

// EditVersion changes a draft version.
//
// Faults: NotFound, Forbidden, Conflict (released), Stale (e.Rev is not current), Invalid (the field at fault).
func (s *Service) EditVersion(ctx context.Context, who actor.Actor, e Edit) (v Version, err error) {
	defer fault.Wrap(&err, "playbook.EditVersion(%s, %d)", e.Playbook, e.N)
	err = s.gate.Write(ctx, who, EditVersion, func(tx *gate.Tx) error {
		p, err := loadPermitted(ctx, tx, e.Playbook)
		if err != nil {
			return err
		}
		was, err := Load(ctx, tx, tx.OpenOrg, e.Playbook, e.N)
		if err != nil {
			return err
		}
		if v, err = was.With(e); err != nil {
			return err
		}
		if err := checkTemplate(ctx, tx, was, v); err != nil {
			return err
		}
		v.Rev = e.Rev // saveVersion refuses if the draft moved since the editor saw it
		if err := saveVersion(ctx, tx, &v); err != nil {
			return err
		}
		if err := savePlaybook(ctx, tx, &p); err != nil {
			return err
		}
		record(tx, p, v)
		return nil
	})
	return v, err
}

// checkTemplate lets a version name a document only if its editor can see that document: otherwise the playbook would
// show others what its editor may not know of.
func checkTemplate(ctx context.Context, tx *gate.Tx, was, v Version) error {
	if v.Template == "" || v.Template == was.Template {
		return nil
	}
	n, err := db.Column[int64](ctx, tx, db.SQL(`SELECT dv.n FROM version dv JOIN document d ON d.id = dv.document_id
		WHERE dv.id = ? AND d.kind = 'template' AND d.state = 'active' AND `, v.Template).Join(tx.Visible("dv.matter_id")))
	if err == nil && len(n) == 0 {
		err = fault.InField("template_version", "There is no such template, or you may not know of it.")
	}
	return err
}

// Retire takes a playbook out of the choices for new tasks. Work begun on it goes on.
//
// Faults: NotFound, Forbidden, Conflict (retired already).
func (s *Service) Retire(ctx context.Context, who actor.Actor, id ident.PlaybookID) (err error) {
	defer fault.Wrap(&err, "playbook.Retire(%s)", id)
	return s.gate.Write(ctx, who, Retire, func(tx *gate.Tx) error {
		p, err := loadPermitted(ctx, tx, id)
		if err != nil {
			return err
		}
		if !p.Retired.IsZero() {
			return retired()
		}
		p.Retired = tx.Now
		if err := savePlaybook(ctx, tx, &p); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: p.Subject().Ref, Rev: p.Rev, Owner: p.Firm, Values: map[string]string{"state": "retired"}})
		tx.Announce(Topic(p.Firm))
		return nil
	})
}

func retired() error { return fault.New(fault.Conflict, "This playbook is retired.") }

func loadPermitted(ctx context.Context, tx *gate.Tx, id ident.PlaybookID) (Playbook, error) {
	p, err := load(ctx, tx, id)
	if err != nil {
		return p, err
	}
	return p, tx.Permit(ctx, p.Subject())
}

// record leaves the entry of a version as it now stands.
func record(tx *gate.Tx, p Playbook, v Version) {
	stages, _ := json.Marshal(v.Stages) // a slice of plain structs: it cannot fail
	body, _ := json.Marshal(v.Body)
	tx.Record(gate.Entry{Subject: authz.Ref{Kind: "playbook", ID: string(p.ID)}, Rev: p.Rev, Owner: p.Firm, Values: map[string]string{
		"code": p.Code, "version": strconv.FormatInt(v.N, 10), "state": string(v.State), "offshore": string(v.Offshore),
		"turnaround_hours": strconv.FormatInt(v.TurnaroundHours, 10), "rush_hours": strconv.FormatInt(v.RushHours, 10),
		"stages": string(stages), "body": string(body), "template": string(v.Template), "note": v.Note,
	}})
	tx.Announce(Topic(p.Firm))
}
