package privacy

import (
	"context"
	"errors"

	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Choice is a subject that a form can offer.
type Choice struct{ ID, Name string }

// A Page is what an organization answers and keeps. Who is no officer sees their own requests only.
type Page struct {
	Officer  bool // may read all
	Firm     bool
	Requests []Request // newest first, at most mostListed
	Holds    []LegalHold
	Default  Rule // of the firm; Ruled tells whether there is one
	Ruled    bool
	Kept     []Kept   // closed matters, those that are over first
	People   []Choice // whom a request can be about
	Clients  []Choice
	Matters  []Choice // that can be held: open and closed ones that the reader sees
	Today    courtday.Day
}

const mostListed = 200

// Page reads it.
func (s *Service) Page(ctx context.Context, who actor.Actor) (p Page, err error) {
	defer fault.Wrap(&err, "privacy.Page")
	v := s.gate.View(who)
	p.Today = courtday.Of(v.Now)
	may, err := v.May(ctx, Read, subjectOf(who.Org))
	if err != nil {
		return p, err
	}
	p.Officer = may.Allowed
	mine := db.SQL(`r.org_id = ?`, who.Org)
	if !p.Officer {
		mine = mine.And(db.SQL(`r.made_by = ?`, who.Person))
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT `+columns+` FROM privacy_request r WHERE `).Join(mine, db.SQL(` ORDER BY r.made_at DESC, r.id DESC LIMIT ?`, mostListed)), func(rs *db.Rows, x *row) error { return x.scan(rs) })
	if err != nil {
		return p, err
	}
	for i := range rows {
		r, err := rows[i].unseal(func(sealed []byte, aad string) (string, error) { return v.OpenOrg(ctx, rows[i].Org, sealed, aad) })
		if err != nil {
			return p, err
		}
		p.Requests = append(p.Requests, r)
	}
	if !p.Officer {
		return p, nil
	}
	return p, p.fill(ctx, v)
}

// fill reads what officers see.
func (p *Page) fill(ctx context.Context, v gate.View) (err error) {
	org := v.Who.Org
	if err := v.QueryRow(ctx, db.SQL(`SELECT kind = 'firm' FROM org WHERE id = ?`, org)).Scan(&p.Firm); err != nil {
		return err
	}
	choice := func(rs *db.Rows, c *Choice) error { return rs.Scan(&c.ID, &c.Name) }
	if p.People, err = db.All(ctx, v, db.SQL(`SELECT p.id, p.name FROM person p JOIN member m ON m.person_id = p.id AND m.org_id = ? ORDER BY p.name, p.id`, org), choice); err != nil || !p.Firm {
		return err
	}
	if p.Clients, err = db.All(ctx, v, db.SQL(`SELECT id, name FROM client WHERE firm_id = ? ORDER BY name, id`, org), choice); err != nil {
		return err
	}
	if p.Matters, err = db.All(ctx, v, db.SQL(`SELECT m.id, m.number || ' ' || m.title FROM matter m WHERE m.firm_id = ? AND m.state <> 'disposed'`, org).And(v.Reach("m.id")).Join(db.SQL(` ORDER BY m.number, m.id`)), choice); err != nil {
		return err
	}
	if p.Holds, err = holds(ctx, v, db.SQL(`h.firm_id = ?`, org).And(v.Reach("h.matter_id"))); err != nil {
		return err
	}
	err = v.QueryRow(ctx, db.SQL(`SELECT years, basis FROM retention WHERE firm_id = ? AND matter_id = '' AND until_at = ?`, org, gate.Forever)).Scan(&p.Default.Years, &p.Default.Basis)
	if p.Ruled = err == nil; err != nil && !errors.Is(err, db.ErrNoRows) {
		return err
	}
	p.Kept, err = db.All(ctx, v, keptQuery(org).And(v.Reach("m.id")).Join(db.SQL(` ORDER BY m.number, m.id LIMIT ?`, mostListed)), scanKept)
	return err
}

// holds reads legal holds h that meet a condition, those that stand first.
func holds(ctx context.Context, v gate.View, cond db.Frag) ([]LegalHold, error) {
	type sealedHold struct {
		LegalHold
		reason []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT h.id, h.matter_id, m.number, h.reason, COALESCE(a.name, ''), h.set_at, COALESCE(b.name, ''), h.lifted_at
		FROM legal_hold h JOIN matter m ON m.id = h.matter_id LEFT JOIN person a ON a.id = h.set_by LEFT JOIN person b ON b.id = h.lifted_by WHERE `).
		Join(cond, db.SQL(` ORDER BY CASE WHEN h.lifted_at = 0 THEN 0 ELSE 1 END, h.set_at DESC, h.id LIMIT ?`, mostListed)),
		func(rs *db.Rows, h *sealedHold) error {
			return rs.Scan(&h.ID, &h.Matter, &h.Number, &h.reason, &h.SetBy, db.At{T: &h.SetAt}, &h.LiftedBy, db.At{T: &h.LiftedAt})
		})
	out := make([]LegalHold, len(rows))
	for i, h := range rows {
		if err == nil {
			h.Reason, err = v.OpenOrg(ctx, v.Who.Org, h.reason, "legal_hold.reason/"+h.ID)
		}
		out[i] = h.LegalHold
	}
	return out, err
}

// A Sheet is one request with what the reader may do.
type Sheet struct {
	Request
	MayApprove, MayRefuse authz.Decision
	HasFile               bool
}

// Sheet reads a request.
//
// Faults: NotFound.
func (s *Service) Sheet(ctx context.Context, who actor.Actor, id string) (sh Sheet, err error) {
	defer fault.Wrap(&err, "privacy.Sheet(%s)", id)
	v := s.gate.View(who)
	if sh.Request, err = s.find(ctx, v, id); err != nil {
		return sh, err
	}
	may, err := v.May(ctx, Read, sh.subject())
	if err != nil {
		return sh, err
	}
	if !may.Allowed {
		return Sheet{}, fault.Missing()
	}
	sh.HasFile = sh.file != ""
	if sh.State == Open {
		if sh.MayApprove, err = v.May(ctx, Approve, sh.subject()); err != nil {
			return sh, err
		}
	}
	if sh.State == Open || sh.State == Held {
		sh.MayRefuse, err = v.May(ctx, Refuse, sh.subject())
	}
	return sh, err
}
