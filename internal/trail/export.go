package trail

import (
	"context"
	"encoding/csv"
	"io"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/gate"
)

const exportAtOnce = 500

// Export takes a trail out as CSV, newest first, and leaves an entry of its own first. begin is called when it is sure
// that the reader may: what is written to w afterwards arrives row by row.
//
// Faults: as Trail.
func (s *Service) Export(ctx context.Context, who actor.Actor, scope Scope, f Filter, begin func(About) io.Writer) (err error) {
	defer fault.Wrap(&err, "trail.Export(%s, %s)", scope.Kind, scope.ID)
	a, err := s.asker(ctx, s.gate.View(who))
	if err != nil {
		return err
	}
	about, cond, err := a.find(ctx, scope)
	if err != nil {
		return err
	}
	if err := s.note(ctx, who, about, f); err != nil {
		return err
	}
	w := csv.NewWriter(begin(about))
	if err := w.Write([]string{"entry", "instant (UTC)", "person", "organization", "side", "did", "what", "reason", "outcome", "rule", "policy", "action", "record", "matter", "address"}); err != nil {
		return err
	}
	for next, more := (Cursor{}), true; more; more = next != (Cursor{}) {
		var rows []Row
		if rows, next, err = s.some(ctx, a, cond.And(f.cond()), next, exportAtOnce); err != nil {
			return err
		}
		for _, r := range rows {
			if err := w.Write(a.line(r)); err != nil {
				return err
			}
		}
		w.Flush()
		if err := w.Error(); err != nil {
			return err
		}
	}
	return nil
}

// note records that the trail was taken out.
func (s *Service) note(ctx context.Context, who actor.Actor, about About, f Filter) error {
	return s.gate.Write(ctx, who, DoExport, func(tx *gate.Tx) error {
		// A kind of its own: the reader's own trail must not be mistaken for the reader by the policies.
		subject := authz.Subject{Ref: authz.Ref{Kind: "trail", ID: about.ID}, Matter: string(about.Matter), Org: string(who.Org)}
		if err := tx.Permit(ctx, subject); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: authz.Ref{Kind: about.Kind, ID: about.ID}, Matter: about.Matter, Values: map[string]string{
			"group": f.Group, "person": string(f.Person), "from": day(f.From), "until": day(f.To)}})
		return nil
	})
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (a asker) line(r Row) []string {
	side, outcome, address := "provider", "done", ""
	switch {
	case r.Firm:
		side = "firm"
	case r.Org == "":
		side = ""
	}
	if r.Refused {
		outcome = "refused"
	}
	if a.mayAddress(r) {
		address = r.values()["address"]
	}
	cells := []string{string(r.ID), r.At.UTC().Format("2006-01-02T15:04:05.000000Z"), r.Name, r.Org, side, r.Did, r.What, r.Because, outcome, r.Rule, r.Policy,
		r.Action, r.Subject.String(), string(r.Matter), address}
	for i, c := range cells {
		cells[i] = safeCell(c)
	}
	return cells
}

// safeCell keeps a spreadsheet from taking what a person typed for a formula.
func safeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// May tells whether a reader may read the trail of a scope.
//
// Faults: as Trail.
func (s *Service) May(ctx context.Context, who actor.Actor, scope Scope) error {
	a, err := s.asker(ctx, s.gate.View(who))
	if err == nil {
		_, _, err = a.find(ctx, scope)
	}
	return err
}

// Walk takes a trail out entry by entry, newest first, with the leaf of each and what opens it for this reader, and leaves an
// entry of its own first. begin is called when it is sure that the reader may.
//
// Faults: as Trail; an error of begin or each is returned as it is.
func (s *Service) Walk(ctx context.Context, who actor.Actor, scope Scope, f Filter, begin func(About) error, each func([]Detail) error) (err error) {
	defer fault.Wrap(&err, "trail.Walk(%s, %s)", scope.Kind, scope.ID)
	a, err := s.asker(ctx, s.gate.View(who))
	if err != nil {
		return err
	}
	about, cond, err := a.find(ctx, scope)
	if err != nil {
		return err
	}
	if err := s.note(ctx, who, about, f); err != nil {
		return err
	}
	if err := begin(about); err != nil {
		return err
	}
	for next, more := (Cursor{}), true; more; more = next != (Cursor{}) {
		var rows []Row
		if rows, next, err = s.some(ctx, a, cond.And(f.cond()), next, exportAtOnce); err != nil {
			return err
		}
		details := make([]Detail, len(rows))
		for i, r := range rows {
			details[i] = a.detail(r)
		}
		if err := each(details); err != nil {
			return err
		}
	}
	return nil
}
