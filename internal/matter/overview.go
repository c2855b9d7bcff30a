package matter

import (
	"context"
	"errors"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Head is what stands above every page of a matter.
type Head struct {
	ID       ident.MatterID
	Number   string
	Title    string
	Client   string // "" for a provider's people
	FirmName string
	State    State
	Firm     bool // the reader is of the matter's firm
	MayEdit  bool
	Rev      int64
}

// head reads a matter for a page.
func (s *Service) head(ctx context.Context, v gate.View, id ident.MatterID, h *Head) (m Matter, err error) {
	err = v.QueryRow(ctx, db.SQL(`SELECT `+columns+`, CASE WHEN m.firm_id = ? THEN c.name ELSE '' END, o.name FROM matter m JOIN client c ON c.id = m.client_id JOIN org o ON o.id = m.firm_id WHERE m.id = ? AND `, v.Who.Org, id).
		Join(v.Visible("m.id"))).Scan(append(m.scan(), &h.Client, &h.FirmName)...)
	if errors.Is(err, db.ErrNoRows) {
		return m, fault.Missing()
	}
	if err != nil {
		return m, err
	}
	h.ID, h.Number, h.Title, h.State, h.Rev, h.Firm = m.ID, m.Number, m.Title, m.State, m.Rev, m.Firm == v.Who.Org
	d, err := v.May(ctx, Edit, m.Subject())
	h.MayEdit = d.Allowed
	return m, err
}

// An Overview is the first page of a matter: what is blocked, then what drafts copy, then who is on it.
type Overview struct {
	Head
	Matter       Matter
	Supervisor   string
	Delegate     string
	Standing     string
	Facts        []Fact
	Parties      []Party
	Restrictions []string
	Providers    []ProviderGates
	Team         []TeamMember
	MayFacts     bool
	MayParties   bool
}

// Overview returns the first page of a matter.
//
// Faults: NotFound (absent, or walled).
func (s *Service) Overview(ctx context.Context, who actor.Actor, id ident.MatterID) (o Overview, err error) {
	defer fault.Wrap(&err, "matter.Overview(%s)", id)
	v := s.gate.View(who)
	if o.Matter, err = s.head(ctx, v, id, &o.Head); err != nil {
		return o, err
	}
	var standing []byte
	err = v.QueryRow(ctx, db.SQL(`SELECT m.standing, p.name, COALESCE(d.name, '') FROM matter m JOIN person p ON p.id = m.supervisor_id LEFT JOIN person d ON d.id = m.delegate_id WHERE m.id = ? AND `, id).
		Join(v.Visible("m.id"))).Scan(&standing, &o.Supervisor, &o.Delegate)
	if err != nil {
		return o, err
	}
	if o.Standing, err = opened(ctx, v, id, standing, standingAAD(id)); err != nil {
		return o, err
	}
	if o.Facts, err = facts(ctx, v, id); err != nil {
		return o, err
	}
	if o.Parties, err = partiesAt(ctx, v, id, o.Matter.PartyVersion); err != nil {
		return o, err
	}
	if o.Restrictions, err = gateFacts(ctx, v, id, "restriction"); err != nil {
		return o, err
	}
	if o.Providers, err = gatesOf(ctx, v, o.Matter); err != nil {
		return o, err
	}
	if o.Team, err = team(ctx, v, o.Matter); err != nil {
		return o, err
	}
	may := asker{ctx: ctx, v: v}
	o.MayFacts, o.MayParties = may.do(EditFacts, o.Matter.Subject()), may.do(EditParties, o.Matter.Subject())
	return o, may.err
}

// An EditForm is the matter's own fields for its form.
type EditForm struct {
	Head
	Matter   Matter
	Standing string
	Facts    []Fact
	Parties  []Party
}

// EditForm returns the form of a matter.
//
// Faults: NotFound, Forbidden (role).
func (s *Service) EditForm(ctx context.Context, who actor.Actor, id ident.MatterID) (f EditForm, err error) {
	v := s.gate.View(who)
	if f.Matter, err = s.head(ctx, v, id, &f.Head); err != nil {
		return f, err
	}
	if err := allowed(ctx, v, Edit, f.Matter.Subject()); err != nil {
		return f, err
	}
	var standing []byte
	if err := v.QueryRow(ctx, db.SQL(`SELECT m.standing FROM matter m WHERE m.id = ? AND `, id).Join(v.Visible("m.id"))).Scan(&standing); err != nil {
		return f, err
	}
	if f.Standing, err = opened(ctx, v, id, standing, standingAAD(id)); err != nil {
		return f, err
	}
	if f.Facts, err = facts(ctx, v, id); err != nil {
		return f, err
	}
	f.Parties, err = partiesAt(ctx, v, id, f.Matter.PartyVersion)
	return f, err
}
