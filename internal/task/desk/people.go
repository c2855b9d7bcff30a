package desk

import (
	"context"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/task"
)

// A Candidate is a person to whom the open stage may be given, or why it may not.
type Candidate struct {
	Person ident.PersonID
	Name   string
	Title  string
	Load   int    // open tasks that the person holds, of those that the lead can see
	Holds  bool   // holds this task now
	WhyNot string // "" when the work may be given to them
}

// Candidates lists the people of the provider for the open stage: who may take it first, each by their load.
//
// Faults: NotFound, Forbidden (the actor may not assign).
func (s *Service) Candidates(ctx context.Context, who actor.Actor, id ident.TaskID) (l Line, out []Candidate, err error) {
	defer fault.Wrap(&err, "desk.Candidates(%s)", id)
	v := s.gate.View(who)
	if l, err = line(ctx, v, id); err != nil {
		return l, nil, err
	}
	d, err := v.May(ctx, task.DoAssign, l.Subject())
	if err != nil {
		return l, nil, err
	}
	if !d.Allowed {
		return l, nil, fault.Refused(d)
	}
	people, err := db.All(ctx, v, db.SQL(`SELECT p.id, p.name, me.title,
			(SELECT COUNT(*) FROM task t WHERE t.holder_id = p.id AND t.state = 'open' AND t.provider_id = me.org_id AND `).Join(v.Visible("t.matter_id"), db.SQL(`)
		FROM member me JOIN person p ON p.id = me.person_id
		WHERE me.org_id = ? AND me.from_at <= ? AND me.until_at > ? AND p.disabled_at = 0 ORDER BY 4, p.name, p.id LIMIT 500`,
		l.Provider, db.Micros(v.Now), db.Micros(v.Now))),
		func(rs *db.Rows, c *Candidate) error { return rs.Scan(&c.Person, &c.Name, &c.Title, &c.Load) })
	if err != nil {
		return l, nil, err
	}
	var refused []Candidate
	for _, c := range people {
		c.Holds = c.Person == l.Holder
		d, err := v.MayOther(ctx, c.Person, l.Provider, l.WorkAction(), l.Subject())
		if err != nil {
			return l, nil, err
		}
		if d.Allowed {
			out = append(out, c)
			continue
		}
		c.WhyNot = task.WhyNot(d)
		refused = append(refused, c)
	}
	return l, append(out, refused...), nil
}

// whyNotMe says WhyNot to the person themselves.
func whyNotMe(d authz.Decision) string {
	switch {
	case d.Policy == "":
		return "You are not on the matter's team."
	case len(d.Rules) == 0:
		return "Your role does not include this stage."
	}
	return d.Rules[0].Say
}
