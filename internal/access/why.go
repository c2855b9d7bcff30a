package access

import (
	"context"
	"errors"
	"slices"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/trail"
)

// A Verdict is one thing that a person may, or may not, do with a record now.
type Verdict struct {
	Action authz.Action
	Words  string // "sign off T-104"
	authz.Decision
	Depends bool // on more than the record: on whom, or on what of it
}

// A Why is all that a person may do with a record now, each with the rule that decides.
type Why struct {
	Kind, Name string // of the record
	ID         string
	Report          // of the matter: who has which role
	Who        Row  // the person who is asked about
	Self       bool // it is the reader
	MayAsk     bool // about others
	Verdicts   []Verdict
}

// Why tells what a person may do with a matter, a task or a document, and why. Of themselves everybody may ask, as they are
// signed in now; of others who may ask who could open it, as if they had confirmed with a second factor.
//
// Faults: NotFound (also: the person has no role on the matter that the reader may know of), Forbidden.
func (s *Service) Why(ctx context.Context, who actor.Actor, kind, id string, person ident.PersonID) (w Why, err error) {
	defer fault.Wrap(&err, "access.Why(%s, %s)", kind, id)
	v := s.gate.View(who)
	w.Kind, w.ID, w.Self = kind, id, person == "" || person == who.Person
	subject, of, err := s.standing(ctx, v, kind, id)
	if err != nil {
		return w, err
	}
	w.Name = of.name
	if w.Report, err = s.report(ctx, who, ident.MatterID(subject.Matter), v.Now); err != nil && (!w.Self || fault.KindOf(err) != fault.Forbidden) {
		return w, err
	}
	if w.MayAsk = err == nil; !w.MayAsk {
		if w.Rows, err = s.ownRow(ctx, v, ident.MatterID(subject.Matter)); err != nil {
			return w, err
		}
	}
	if person == "" {
		person = who.Person
	}
	at := slices.IndexFunc(w.Rows, func(x Row) bool { return x.Person == person && (!w.Self || x.Org == who.Org) })
	switch {
	case at >= 0:
		w.Who = w.Rows[at]
	case !w.Self:
		return w, fault.Missing()
	}
	if !w.Self {
		if subject, err = of.seen(ctx, w.Who.Org); err != nil {
			return w, err
		}
	}
	return w, s.verdicts(ctx, v, &w, subject, person)
}

// ownRow is the reader's own roles, which they may read without leave to ask about others.
func (s *Service) ownRow(ctx context.Context, v gate.View, m ident.MatterID) ([]Row, error) {
	var firm ident.OrgID
	if err := v.QueryRow(ctx, db.SQL(`SELECT firm_id FROM matter WHERE id = ?`, m)).Scan(&firm); err != nil {
		return nil, err
	}
	ways, err := v.Ways(ctx, m)
	if err != nil {
		return nil, err
	}
	ways = slices.DeleteFunc(ways, func(x gate.Way) bool { return x.Person != v.Who.Person || x.Org != v.Who.Org })
	return rowsOf(ctx, v, ways, v.Who.Org, firm)
}

func (s *Service) verdicts(ctx context.Context, v gate.View, w *Why, subject authz.Subject, person ident.PersonID) (err error) {
	var ids []string
	for _, a := range v.Actions(w.Kind) {
		x := Verdict{Action: a, Words: trail.Words(a, w.Name)}
		if w.Self {
			x.Decision, err = v.May(ctx, a, subject)
		} else {
			x.Decision, err = v.MayOther(ctx, person, w.Who.Org, a, subject)
		}
		switch {
		case errors.Is(err, gate.ErrPolicy):
			x.Depends = true
		case err != nil:
			return err
		}
		w.Verdicts = append(w.Verdicts, x)
		for _, r := range x.Rules {
			if !slices.Contains(ids, r.ID) {
				ids = append(ids, r.ID)
			}
		}
	}
	slices.SortStableFunc(w.Verdicts, func(a, b Verdict) int { return order(a.Decision) - order(b.Decision) })
	slices.Sort(ids)
	w.Rules, err = v.Policies(ctx, ident.EngagementID(subject.Engagement), ids)
	w.Hash = s.gate.PolicyHash()
	return err
}

// order puts what a rule refuses first: it is what people ask about.
func order(d authz.Decision) int {
	switch {
	case !d.Allowed && len(d.Rules) > 0:
		return 0
	case d.Allowed:
		return 1
	}
	return 2 // no role includes it, or it depends
}

// A named record can be seen with the eyes of an organization.
type named struct {
	name string
	seen func(ctx context.Context, org ident.OrgID) (authz.Subject, error)
}

// standing is a record as the policies see it for the reader.
func (s *Service) standing(ctx context.Context, v gate.View, kind, id string) (subject authz.Subject, n named, err error) {
	n.seen = func(context.Context, ident.OrgID) (authz.Subject, error) { return subject, nil }
	switch kind {
	case "task":
		subject, n.name, err = s.tasks(ctx, v.Who, ident.TaskID(id))
	case "document":
		d, err := s.docs.AsOf(ctx, v.Who, ident.DocumentID(id), v.Now)
		n.name = d.Name
		n.seen = func(ctx context.Context, org ident.OrgID) (authz.Subject, error) {
			x, _, err := d.For(ctx, v, org, v.Now)
			return x, err
		}
		return d.Subject(), n, err
	case "matter":
		var firm string
		err = v.QueryRow(ctx, db.SQL(`SELECT m.number, m.firm_id FROM matter m WHERE m.id = ?`, id).And(v.Visible("m.id"))).Scan(&n.name, &firm)
		if errors.Is(err, db.ErrNoRows) {
			err = fault.Missing()
		}
		subject = authz.Subject{Ref: authz.Ref{Kind: "matter", ID: id}, Matter: id, Org: firm}
	default:
		err = fault.Missing()
	}
	return subject, n, err
}
