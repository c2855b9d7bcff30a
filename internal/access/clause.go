package access

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
	"countersign/internal/trail"
)

// A Loss is an act on records that a clause would take from a person.
type Loss struct {
	Person  ident.PersonID
	Name    string
	OrgName string
	Words   string // "sign off a task"
	Records int    // tasks with which they could no more
	Of      int    // with which they could until now
	Example string // name of one
}

// A ClauseEffect is what a clause would forbid that is allowed now.
type ClauseEffect struct {
	Losses []Loss
	Tasks  int // that were looked at, the newest
}

// mostRecords bounds the tasks that a clause is tried on: it is tried for everybody on each.
const mostRecords = 50

// IfClause tells what a clause of the contract would forbid that people can do now, tried on the newest tasks of
// the engagement: clauses are asked about tasks. Nothing is saved.
//
// Faults: those of the change itself.
func (s *Service) IfClause(ctx context.Context, who actor.Actor, c Clause) (e ClauseEffect, err error) {
	defer fault.Wrap(&err, "access.IfClause(%s)", c.Engagement)
	v := s.gate.View(who)
	var after gate.Rules
	if err := s.changes.AddClause(db.Look(ctx, func(tx *db.Tx) (err error) {
		after, err = v.In(tx).Rules(ctx, string(c.Engagement))
		return err
	}), who, c); err != nil {
		return e, err
	}
	before, err := v.Rules(ctx, string(c.Engagement))
	if err != nil {
		return e, err
	}
	trial := clauseTrial{s: s, v: v, before: before, after: after, losses: map[lossKey]*Loss{}}
	if e.Tasks, err = trial.run(ctx, c); err != nil {
		return e, err
	}
	for _, l := range trial.losses {
		if l.Records > 0 {
			e.Losses = append(e.Losses, *l)
		}
	}
	slices.SortFunc(e.Losses, func(a, b Loss) int {
		return strings.Compare(a.Words+"\x00"+a.OrgName+"\x00"+a.Name, b.Words+"\x00"+b.OrgName+"\x00"+b.Name)
	})
	return e, nil
}

type lossKey struct {
	person ident.PersonID
	org    ident.OrgID
	action authz.Action
}

// A clauseTrial asks about each record, under the rules before and after.
type clauseTrial struct {
	s             *Service
	v             gate.View
	before, after gate.Rules
	losses        map[lossKey]*Loss
}

func (t clauseTrial) run(ctx context.Context, c Clause) (n int, err error) {
	actions := gate.Named(c.Text, "task")
	if len(actions) == 0 {
		actions = t.v.Actions("task") // it names none, and forbids whatever fits its conditions
	}
	ids, err := db.Column[string](ctx, t.v, db.SQL(`SELECT t.id FROM task t WHERE t.engagement_id = ?`, c.Engagement).And(t.v.Reach("t.matter_id")).
		Join(db.SQL(` ORDER BY t.made_at DESC, t.id DESC LIMIT ?`, mostRecords)))
	if err != nil {
		return 0, err
	}
	people := map[string][]Row{} // by matter
	for _, id := range ids {
		subject, of, err := t.s.standing(ctx, t.v, "task", id)
		if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Forbidden) {
			continue // set aside for others
		}
		if err != nil {
			return n, err
		}
		n++
		rows, ok := people[subject.Matter]
		if !ok {
			r, err := t.s.report(ctx, t.v.Who, ident.MatterID(subject.Matter), t.v.Now)
			if err != nil {
				return n, err
			}
			rows = r.Rows
			people[subject.Matter] = rows
		}
		for _, x := range rows {
			if x.Knows {
				if err := t.ask(ctx, subject, of.name, x, actions); err != nil {
					return n, err
				}
			}
		}
	}
	return n, nil
}

func (t clauseTrial) ask(ctx context.Context, subject authz.Subject, name string, x Row, actions []authz.Action) error {
	was, err := t.v.CouldUnder(ctx, t.before, x.Person, x.Org, subject, actions...)
	if err != nil {
		return err
	}
	is, err := t.v.CouldUnder(ctx, t.after, x.Person, x.Org, subject, actions...)
	if err != nil {
		return fault.InField("text", "The clause names something that a task does not have: test an attribute with \"has\" before it is used.")
	}
	for i, a := range actions {
		if !was[i].Allowed {
			continue
		}
		k := lossKey{x.Person, x.Org, a}
		l := t.losses[k]
		if l == nil {
			l = &Loss{Person: x.Person, Name: x.Name, OrgName: x.OrgName, Words: trail.Words(a, "a task")}
			t.losses[k] = l
		}
		l.Of++
		if !is[i].Allowed {
			l.Records, l.Example = l.Records+1, name
		}
	}
	return nil
}
