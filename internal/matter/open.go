package matter

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A NewMatter is what opening one needs. The firm is the actor's.
type NewMatter struct {
	Number       string
	Title        string
	Client       ident.ClientID
	PracticeArea string
	Jurisdiction string
	DataClass    string
	Supervisor   ident.PersonID
	Delegate     ident.PersonID // "" for nobody
	Standing     string         // standing instructions, inherited by every package
	Parties      []NewParty     // the provider checks these names for conflicts: the client belongs among them
}

// A NewParty is a name for the party list.
type NewParty struct {
	Name string
	Role string // plaintiff, beneficiary, opposing counsel, …
}

// Open opens a matter: its data key is made, the firm holds it, and the supervising attorney and her delegate get their roles.
//
// Faults: Forbidden (role), Invalid (the field that breaks its rule).
func (s *Service) Open(ctx context.Context, who actor.Actor, in NewMatter) (id ident.MatterID, err error) {
	err = s.gate.Write(ctx, who, Open, func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, authz.Subject{Ref: authz.Ref{Kind: "matter", ID: "new"}, Org: string(who.Org)}); err != nil {
			return err
		}
		id, err = s.OpenIn(ctx, tx, in)
		return err
	})
	return id, err
}

// OpenIn opens a matter within a write that was permitted; imports use it.
func (s *Service) OpenIn(ctx context.Context, tx *gate.Tx, in NewMatter) (ident.MatterID, error) {
	m := Matter{ID: ident.MatterID(ident.New()), Firm: tx.Who.Org, Client: in.Client, Number: line(in.Number), Title: line(in.Title),
		PracticeArea: in.PracticeArea, Jurisdiction: line(in.Jurisdiction), DataClass: in.DataClass, State: StateOpen,
		Supervisor: in.Supervisor, Delegate: in.Delegate, PartyVersion: 1, OpenedOn: tx.Now.Format("2006-01-02"), Rev: 1}
	if err := m.check(ctx, tx); err != nil {
		return "", err
	}
	if err := freeNumber(ctx, tx, m); err != nil {
		return "", err
	}
	if err := s.keys.Make(ctx, tx.Tx, "matter/"+string(m.ID), m.Firm); err != nil {
		return "", err
	}
	standing, err := sealed(ctx, tx, m.ID, strings.TrimSpace(in.Standing), standingAAD(m.ID))
	if err != nil {
		return "", err
	}
	if err := insert(ctx, tx, m, standing); err != nil {
		return "", err
	}
	for _, p := range in.Parties {
		if _, err := insertParty(ctx, tx, m, p); err != nil {
			return "", err
		}
	}
	if err := m.begin(ctx, tx); err != nil {
		return "", err
	}
	tx.Record(gate.Entry{Verb: Open, Subject: m.ref(), Rev: 1, Matter: m.ID, Owner: m.Firm, Values: map[string]string{
		"number": m.Number, "title": m.Title, "client": string(m.Client), "practice_area": m.PracticeArea, "jurisdiction": m.Jurisdiction,
		"data_class": m.DataClass, "supervisor": string(m.Supervisor), "delegate": string(m.Delegate), "parties": strconv.Itoa(len(in.Parties))}})
	tx.Announce(orgTopic(m.Firm))
	return m.ID, nil
}

func standingAAD(id ident.MatterID) string { return "matter.standing/" + string(id) }

// begin sets what the gates read of a new matter.
func (m Matter) begin(ctx context.Context, tx *gate.Tx) error {
	err := errors.Join(
		tx.OpenMatter(ctx, m.ID, m.Firm, "opened"),
		m.grant(ctx, tx, m.Supervisor, "supervising_attorney"),
		tx.SetFact(ctx, m.ref(), "state", string(m.State)),
		tx.SetFact(ctx, m.ref(), "data_class", m.DataClass),
		tx.SetFact(ctx, m.ref(), "parties", gate.PartyVersion(m.PartyVersion)),
		tx.SetFact(ctx, m.ref(), "supervisor", string(m.Supervisor)),
		tx.SetFact(ctx, m.ref(), "delegate", string(m.Delegate)))
	if err != nil || m.Delegate == "" {
		return errors.Join(err, m.keepOpener(ctx, tx))
	}
	return errors.Join(m.grant(ctx, tx, m.Delegate, "delegate"), m.keepOpener(ctx, tx))
}

// keepOpener puts an attorney who opens a matter for a colleague on its team, or it would vanish from her sight.
func (m Matter) keepOpener(ctx context.Context, tx *gate.Tx) error {
	if tx.Who.Person == m.Supervisor || tx.Who.Person == m.Delegate {
		return nil
	}
	attorney, err := holdsRole(ctx, tx, tx.Who.Person, m.Firm, "supervising_attorney")
	if err != nil || !attorney {
		return err
	}
	return m.grant(ctx, tx, tx.Who.Person, "team")
}

func (m Matter) grant(ctx context.Context, tx *gate.Tx, p ident.PersonID, role string) error {
	return tx.Grant(ctx, gate.Grant{Person: p, ScopeKind: "matter", ScopeID: string(m.ID), Org: m.Firm, Role: role, Reason: string(tx.Action)})
}

// check applies each field's own rule.
func (m Matter) check(ctx context.Context, tx *gate.Tx) error {
	switch {
	case m.Number == "" || len(m.Number) > 40:
		return fault.InField("number", "Give the matter's number, in at most 40 characters.")
	case m.Title == "" || len(m.Title) > 200:
		return fault.InField("title", "Give the matter's title, in at most 200 characters.")
	case !known(PracticeAreas, m.PracticeArea):
		return fault.InField("practice_area", "Choose a practice area.")
	case m.Jurisdiction == "" || len(m.Jurisdiction) > 80:
		return fault.InField("jurisdiction", "Give the jurisdiction, such as US-FED/IL.")
	case !known(DataClasses, m.DataClass):
		return fault.InField("data_class", "Choose what the documents hold.")
	}
	if err := knownClient(ctx, tx, m.Client); err != nil {
		return err
	}
	return m.checkAttorneys(ctx, tx)
}

func knownClient(ctx context.Context, tx *gate.Tx, id ident.ClientID) error {
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM client c WHERE c.id = ? AND `, id).Join(knowsClient(tx, tx.Who, db.Micros(tx.Now)))).Scan(&n)
	if err == nil && n == 0 {
		err = fault.InField("client", "Choose a client of your firm.")
	}
	return err
}

func (m Matter) checkAttorneys(ctx context.Context, tx *gate.Tx) error {
	attorney, err := holdsRole(ctx, tx, m.Supervisor, m.Firm, "supervising_attorney", "partner")
	if err != nil {
		return err
	}
	if !attorney {
		return fault.InField("supervisor", "Choose an attorney or partner of your firm.")
	}
	if m.Delegate == "" {
		return nil
	}
	if m.Delegate == m.Supervisor {
		return fault.InField("delegate", "The delegate answers when the supervising attorney is away: choose someone else, or nobody.")
	}
	member, err := memberOf(ctx, tx, m.Delegate, m.Firm)
	if err == nil && !member {
		err = fault.InField("delegate", "Choose someone of your firm, or nobody.")
	}
	return err
}

func freeNumber(ctx context.Context, tx *gate.Tx, m Matter) error {
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM matter WHERE firm_id = ? AND number = ?`, m.Firm, m.Number)).Scan(&n)
	if err == nil && n > 0 {
		err = taken()
	}
	return err
}
