package playbook

import (
	"context"
	"errors"
	"regexp"
	"slices"
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

// A Defect is one code of a firm's taxonomy: what a finding is filed under.
type Defect struct {
	Code     string // "D-C1"
	Severity string // critical, major, minor
	Name     string
	Examples string
	Points   int64 // weight in quality figures
	Retired  time.Time
	Rev      int64 // 0 for one that is not stored yet
}

// Severities are those of findings, worst first.
var Severities = []string{"critical", "major", "minor"}

var defectCode = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,3}(-[A-Z0-9]{1,6}){0,2}$`)

func (d Defect) check() error {
	switch {
	case !defectCode.MatchString(d.Code):
		return fault.InField("code", "A code is capitals, digits and hyphens, such as D-M7.")
	case !slices.Contains(Severities, d.Severity):
		return fault.InField("severity", "The severity is critical, major or minor.")
	case !oneLine(d.Name, 120):
		return fault.InField("name", "The name is one line of at most 120 characters.")
	case utf8.RuneCountInString(d.Examples) > 500:
		return fault.InField("examples", "The examples have at most 500 characters.")
	case d.Points < 0 || d.Points > 1000:
		return fault.InField("points", "The points are between 0 and 1,000.")
	}
	return nil
}

func (d Defect) values() map[string]string {
	return map[string]string{"severity": d.Severity, "name": d.Name, "examples": d.Examples, "points": strconv.FormatInt(d.Points, 10)}
}

// defectSubject: a code is named within its firm.
func defectSubject(firm ident.OrgID, code string) authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: "defect", ID: string(firm) + "/" + code}, Org: string(firm)}
}

// AddDefect adds a code to the taxonomy of the actor's firm.
//
// Faults: Forbidden, Invalid (fields code, severity, name, examples, points).
func (s *Service) AddDefect(ctx context.Context, who actor.Actor, d Defect) (err error) {
	defer fault.Wrap(&err, "playbook.AddDefect")
	return s.gate.Write(ctx, who, AddDefect, func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, defectSubject(who.Org, d.Code)); err != nil {
			return err
		}
		if err := d.check(); err != nil {
			return err
		}
		if err := insertDefect(ctx, tx, d); err != nil {
			return err
		}
		d.Rev = 1
		recordDefect(tx, d)
		return nil
	})
}

// EditDefect changes what a code says. The code itself stays: findings are filed under it.
//
// Faults: NotFound, Forbidden, Stale, Conflict (retired), Invalid.
func (s *Service) EditDefect(ctx context.Context, who actor.Actor, d Defect) (err error) {
	defer fault.Wrap(&err, "playbook.EditDefect")
	return s.changeDefect(ctx, who, EditDefect, d.Code, d.Rev, func(was Defect, _ time.Time) (Defect, error) {
		was.Severity, was.Name, was.Examples, was.Points = d.Severity, strings.TrimSpace(d.Name), d.Examples, d.Points
		return was, was.check()
	})
}

// RetireDefect takes a code out of the choices for new findings.
//
// Faults: NotFound, Forbidden, Stale, Conflict (retired already).
func (s *Service) RetireDefect(ctx context.Context, who actor.Actor, code string, rev int64) (err error) {
	defer fault.Wrap(&err, "playbook.RetireDefect")
	return s.changeDefect(ctx, who, RetireDefect, code, rev, func(d Defect, now time.Time) (Defect, error) {
		d.Retired = now
		return d, nil
	})
}

func (s *Service) changeDefect(ctx context.Context, who actor.Actor, action authz.Action, code string, rev int64, change func(Defect, time.Time) (Defect, error)) error {
	return s.gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		d, err := scanDefect(tx.QueryRow(ctx, db.SQL(`SELECT `+defectColumns+` FROM defect WHERE firm_id = ? AND code = ?`, who.Org, code).Join(tx.ForUpdate())))
		if errors.Is(err, db.ErrNoRows) {
			return tx.Absent("defect", "")
		}
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, defectSubject(who.Org, code)); err != nil {
			return err
		}
		if !d.Retired.IsZero() {
			return fault.New(fault.Conflict, "This code is retired.")
		}
		next, err := change(d, tx.Now)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, db.SQL(`UPDATE defect SET severity = ?, name = ?, examples = ?, points = ?, retired_at = ?, rev = rev + 1 WHERE firm_id = ? AND code = ? AND rev = ?`,
			next.Severity, next.Name, next.Examples, next.Points, db.Micros(next.Retired), who.Org, code, rev))
		if err == nil && n == 0 {
			err = fault.New(fault.Stale, "Someone changed this code meanwhile. Look again, then save.")
		}
		next.Rev++
		recordDefect(tx, next)
		return err
	})
}

func recordDefect(tx *gate.Tx, d Defect) {
	tx.Record(gate.Entry{Subject: defectSubject(tx.Who.Org, d.Code).Ref, Rev: d.Rev, Values: d.values()})
	tx.Announce(Topic(tx.Who.Org))
}

func insertDefect(ctx context.Context, tx *gate.Tx, d Defect) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO defect (firm_id, code, severity, name, examples, points, retired_at, rev) VALUES (?, ?, ?, ?, ?, ?, 0, 1)`,
		tx.Who.Org, d.Code, d.Severity, strings.TrimSpace(d.Name), d.Examples, d.Points))
	if db.IsDuplicate(err) {
		return fault.InField("code", "The taxonomy has this code already.")
	}
	return err
}

const defectColumns = `code, severity, name, examples, points, retired_at, rev`

func scanDefect(rs interface{ Scan(...any) error }) (d Defect, err error) {
	err = rs.Scan(&d.Code, &d.Severity, &d.Name, &d.Examples, &d.Points, db.At{T: &d.Retired}, &d.Rev)
	return d, err
}

// Defects returns the taxonomy of a firm, worst first, for the caller who has made sure that the actor may know of
// it: the reviewer of a task of that firm reads it too. Retired codes come last.
func Defects(ctx context.Context, q db.Reader, firm ident.OrgID) ([]Defect, error) {
	return db.All(ctx, q, db.SQL(`SELECT `+defectColumns+` FROM defect WHERE firm_id = ?
		ORDER BY CASE retired_at WHEN 0 THEN 0 ELSE 1 END, CASE severity WHEN 'critical' THEN 0 WHEN 'major' THEN 1 ELSE 2 END, code`, firm),
		func(rs *db.Rows, d *Defect) (err error) { *d, err = scanDefect(rs); return err })
}

// Taxonomy returns the taxonomy of the actor's own firm.
//
// Faults: Forbidden (no member of a firm).
func (s *Service) Taxonomy(ctx context.Context, who actor.Actor) (_ []Defect, err error) {
	defer fault.Wrap(&err, "playbook.Taxonomy")
	v := s.gate.View(who)
	if err := mayRead(ctx, v); err != nil {
		return nil, err
	}
	return Defects(ctx, v, who.Org)
}
