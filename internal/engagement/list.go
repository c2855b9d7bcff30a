package engagement

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Light is how a term of the engagement stands.
type Light string

// The lights. A term that does not apply is Off.
const (
	Green Light = "green"
	Amber Light = "amber"
	Red   Light = "red"
	Off   Light = "off"
)

// A Term is one thing the program holds the engagement to.
type Term struct {
	Name  string
	Light Light
	Say   string
}

// A Row is an engagement in the list.
type Row struct {
	Engagement
	FirmName, ProviderName string
	Open                   int // matters the provider holds now, of those the reader may see
	Terms                  []Term
}

// A List is the engagements of the reader's organization.
type List struct {
	Rows    []Row
	MayOpen bool
	Offers  []Choice // providers that the reader may open an engagement with
	Firm    bool     // the reader is of a firm
}

// List returns the engagements of the actor's organization, those that ended last.
//
// Faults: Forbidden (role).
func (s *Service) List(ctx context.Context, who actor.Actor) (l List, err error) {
	v := s.gate.View(who)
	self := authz.Subject{Ref: authz.Ref{Kind: "engagement", ID: "list"}, Org: string(who.Org)}
	if err := allowed(ctx, v, Read, self); err != nil {
		return l, err
	}
	d, err := v.May(ctx, Open, self)
	if err != nil {
		return l, err
	}
	if l.MayOpen = d.Allowed; l.MayOpen {
		if l.Offers, err = providers(ctx, v); err != nil {
			return l, err
		}
	}
	if l.Rows, err = rows(ctx, v, db.SQL(`1 = 1`)); err != nil {
		return l, err
	}
	for i := range l.Rows {
		if l.Rows[i].Terms, err = terms(ctx, v, l.Rows[i].Engagement); err != nil {
			return l, err
		}
	}
	var kind string
	err = v.QueryRow(ctx, db.SQL(`SELECT kind FROM org WHERE id = ?`, who.Org)).Scan(&kind)
	l.Firm = kind == "firm"
	return l, err
}

func allowed(ctx context.Context, v gate.View, a authz.Action, s authz.Subject) error {
	d, err := v.May(ctx, a, s)
	if err != nil || d.Allowed {
		return err
	}
	if d.Policy == "" {
		return fault.Missing()
	}
	return fault.Refused(d)
}

func rows(ctx context.Context, v gate.View, cond db.Frag) ([]Row, error) {
	at := db.Micros(v.Now)
	q := db.SQL(`SELECT `+columns+`, f.name, p.name,
		(SELECT COUNT(*) FROM matter m JOIN matter_opening o ON o.matter_id = m.id AND o.org_id = e.provider_id AND o.from_at <= ? AND o.until_at > ?
			WHERE m.firm_id = e.firm_id AND `, at, at).Join(v.Visible("m.id"), db.SQL(`)
		FROM engagement e JOIN org f ON f.id = e.firm_id JOIN org p ON p.id = e.provider_id
		WHERE (e.firm_id = ? OR e.provider_id = ?)`, v.Who.Org, v.Who.Org)).And(cond).
		Join(db.SQL(` ORDER BY CASE e.phase WHEN 'ended' THEN 1 ELSE 0 END, p.name, f.name, e.id`))
	return db.All(ctx, v, q, func(rs *db.Rows, r *Row) error {
		return rs.Scan(append(r.scan(), &r.FirmName, &r.ProviderName, &r.Open)...)
	})
}

// An Agreement on file, or that was.
type Agreement struct {
	ID, Kind, Name      string
	SignedOn, ExpiresOn string
	Note, By            string
	RecordedAt          time.Time
	WithdrawnAt         time.Time // zero while it stands
}

// A Clause in force.
type Clause struct {
	ID, Name, Say, Fix string
	Text               string // Cedar
	FromAt             time.Time
	By                 string
}

// A Page is one engagement with all it is held to.
type Page struct {
	Row
	Agreements []Agreement
	Clauses    []Clause
	Next       []Phase // to which the reader may move it
	MayPapers  bool
	Now        time.Time
}

// Page returns one engagement.
//
// Faults: NotFound (absent, or of others), Forbidden (role).
func (s *Service) Page(ctx context.Context, who actor.Actor, id ident.EngagementID) (p Page, err error) {
	v := s.gate.View(who)
	found, err := rows(ctx, v, db.SQL(`e.id = ?`, id))
	if err != nil {
		return p, err
	}
	if len(found) == 0 {
		return p, fault.Missing()
	}
	p.Row, p.Now = found[0], v.Now
	if err := allowed(ctx, v, Read, p.Subject()); err != nil {
		return p, err
	}
	may := func(a authz.Action) bool {
		d, e := v.May(ctx, a, p.Subject())
		err = errors.Join(err, e)
		return d.Allowed
	}
	if may(MovePhase) {
		p.Next = p.Phase.Next()
	}
	p.MayPapers = may(AddClause)
	if err != nil {
		return p, err
	}
	if p.Agreements, err = agreements(ctx, v, id); err != nil {
		return p, err
	}
	if p.Clauses, err = clauses(ctx, v, id); err != nil {
		return p, err
	}
	p.Terms, err = terms(ctx, v, p.Engagement)
	return p, err
}

func agreements(ctx context.Context, v gate.View, id ident.EngagementID) ([]Agreement, error) {
	return db.All(ctx, v, db.SQL(`SELECT a.id, a.kind, a.signed_on, a.expires_on, a.note, COALESCE(p.name, ''), a.recorded_at, a.withdrawn_at
		FROM agreement a LEFT JOIN person p ON p.id = a.recorded_by WHERE a.engagement_id = ? ORDER BY a.recorded_at DESC, a.id`, id),
		func(rs *db.Rows, a *Agreement) error {
			err := rs.Scan(&a.ID, &a.Kind, &a.SignedOn, &a.ExpiresOn, &a.Note, &a.By, db.At{T: &a.RecordedAt}, db.At{T: &a.WithdrawnAt})
			a.Name = agreementName(a.Kind)
			return err
		})
}

func agreementName(kind string) string {
	for _, k := range AgreementKinds {
		if k.Kind == kind {
			return k.Name
		}
	}
	return kind
}

func clauses(ctx context.Context, v gate.View, id ident.EngagementID) ([]Clause, error) {
	at := db.Micros(v.Now)
	return db.All(ctx, v, db.SQL(`SELECT c.text, c.from_at, COALESCE(p.name, '') FROM gate_clause c LEFT JOIN person p ON p.id = c.set_by
		WHERE c.engagement_id = ? AND c.from_at <= ? AND c.until_at > ? ORDER BY c.from_at, c.id`, id, at, at),
		func(rs *db.Rows, c *Clause) error {
			err := rs.Scan(&c.Text, db.At{T: &c.FromAt}, &c.By)
			c.ID, c.Name, c.Say, c.Fix = note(c.Text, "id"), note(c.Text, "name"), note(c.Text, "say"), note(c.Text, "fix")
			return err
		})
}

// note reads one annotation of a policy that AddClause wrote: each stands on a line of its own.
func note(text, name string) string {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "@"+name+`("`); ok {
			rest = strings.TrimSuffix(strings.TrimSpace(rest), `")`)
			return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(rest)
		}
	}
	return ""
}
