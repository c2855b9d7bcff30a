package matter

import (
	"context"
	"errors"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Client is a client of the reader's firm.
type Client struct {
	ID      ident.ClientID
	Name    string
	Rev     int64
	Open    int // open matters the reader may see
	Matters int // all matters the reader may see
}

func clientRef(id ident.ClientID) authz.Ref { return authz.Ref{Kind: "client", ID: string(id)} }

func clientSubject(id ident.ClientID, firm ident.OrgID) authz.Subject {
	return authz.Subject{Ref: clientRef(id), Org: string(firm)}
}

// knowsClient keeps clients to those of the actor's own firm; whoever is screened from a client's matter and sees no
// other matter of the client does not know of the client either.
func knowsClient(v interface{ Visible(string) db.Frag }, who actor.Actor, at int64) db.Frag {
	return db.SQL(`c.firm_id = ? AND (EXISTS (SELECT 1 FROM matter vm WHERE vm.client_id = c.id AND `, who.Org).Join(v.Visible("vm.id"), db.SQL(`)
		OR NOT EXISTS (SELECT 1 FROM matter wm JOIN wall w ON w.matter_id = wm.id WHERE wm.client_id = c.id AND w.person_id = ? AND w.until_at > ?))`, who.Person, at))
}

// AddClient adds a client to the actor's firm.
//
// Faults: Forbidden (role), Invalid (name), Conflict (there already).
func (s *Service) AddClient(ctx context.Context, who actor.Actor, name string) (id ident.ClientID, err error) {
	err = s.gate.Write(ctx, who, AddClient, func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, clientSubject("", who.Org)); err != nil {
			return err
		}
		id, err = s.AddClientIn(ctx, tx, name)
		return err
	})
	return id, err
}

// AddClientIn adds a client within a write that was permitted; imports use it.
func (s *Service) AddClientIn(ctx context.Context, tx *gate.Tx, name string) (ident.ClientID, error) {
	if name = line(name); name == "" || len(name) > 200 {
		return "", fault.InField("name", "Give the client's name, in at most 200 characters.")
	}
	there, err := s.ClientNamedIn(ctx, tx, name)
	if err != nil {
		return "", err
	}
	if there != "" {
		return "", fault.InField("name", "A client of this name is there already.")
	}
	id := ident.ClientID(ident.New())
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO client (id, firm_id, name, made_at, rev) VALUES (?, ?, ?, ?, 1)`, id, tx.Who.Org, name, db.Micros(tx.Now)))
	tx.Record(gate.Entry{Verb: AddClient, Subject: clientRef(id), Rev: 1, Values: map[string]string{"name": name}})
	tx.Announce(orgTopic(tx.Who.Org))
	return id, err
}

// ClientNamedIn finds a client that the actor may know of by its name, in any case; "" when there is none.
func (s *Service) ClientNamedIn(ctx context.Context, tx *gate.Tx, name string) (id ident.ClientID, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT c.id FROM client c WHERE LOWER(c.name) = LOWER(?) AND `, line(name)).
		Join(knowsClient(tx, tx.Who, db.Micros(tx.Now)), db.SQL(` ORDER BY c.id LIMIT 1`))).Scan(&id)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// RenameClient gives a client another name.
//
// Faults: NotFound, Forbidden (role), Invalid (name), Stale.
func (s *Service) RenameClient(ctx context.Context, who actor.Actor, id ident.ClientID, name string, rev int64) error {
	return s.gate.Write(ctx, who, RenameClient, func(tx *gate.Tx) error {
		c := Client{ID: id}
		err := tx.QueryRow(ctx, db.SQL(`SELECT c.name, c.rev FROM client c WHERE c.id = ? AND `, id).
			Join(knowsClient(tx, who, db.Micros(tx.Now)), tx.ForUpdate())).Scan(&c.Name, &c.Rev)
		if errors.Is(err, db.ErrNoRows) {
			return tx.Absent("client", string(id))
		}
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, clientSubject(id, who.Org)); err != nil {
			return err
		}
		if name = line(name); name == "" || len(name) > 200 {
			return fault.InField("name", "Give the client's name, in at most 200 characters.")
		}
		if rev != 0 && rev != c.Rev {
			return fault.New(fault.Stale, "Someone renamed this client. Look again, then resend.")
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE client SET name = ?, rev = rev + 1 WHERE id = ?`, name, id)); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: clientRef(id), Rev: c.Rev + 1, Values: map[string]string{"from": c.Name, "name": name}})
		tx.Announce(orgTopic(who.Org))
		return nil
	})
}

// ClientsPerPage caps a page of clients.
const ClientsPerPage = 50

// A ClientList is one page of clients, by name.
type ClientList struct {
	Rows    []Client
	Total   int
	After   string // name of the last row; ask with it for the next page, "" at the end
	MayKeep bool
}

// Clients returns the clients of the actor's firm whose name contains q, after the name given.
//
// Faults: Forbidden (role; every role of a provider).
func (s *Service) Clients(ctx context.Context, who actor.Actor, q, after string) (l ClientList, err error) {
	v := s.gate.View(who)
	if err := allowed(ctx, v, ReadClients, clientSubject("", who.Org)); err != nil {
		return l, err
	}
	d, err := v.May(ctx, AddClient, clientSubject("", who.Org))
	if err != nil {
		return l, err
	}
	l.MayKeep = d.Allowed
	cond := knowsClient(v, who, db.Micros(v.Now))
	if q = line(q); q != "" {
		cond = cond.And(contains("c.name", q))
	}
	if err := v.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM client c WHERE `).Join(cond)).Scan(&l.Total); err != nil {
		return l, err
	}
	if name, id, ok := cutCursor(after); ok {
		cond = cond.And(db.SQL(`c.name > ? OR (c.name = ? AND c.id > ?)`, name, name, id))
	}
	l.Rows, err = db.All(ctx, v, db.SQL(`SELECT c.id, c.name, c.rev,
		(SELECT COUNT(*) FROM matter m WHERE m.client_id = c.id AND m.state = 'open' AND `).Join(v.Visible("m.id"), db.SQL(`),
		(SELECT COUNT(*) FROM matter m WHERE m.client_id = c.id AND `), v.Visible("m.id"), db.SQL(`)
		FROM client c WHERE `), cond, db.SQL(` ORDER BY c.name, c.id LIMIT ?`, ClientsPerPage+1)),
		func(rs *db.Rows, c *Client) error { return rs.Scan(&c.ID, &c.Name, &c.Rev, &c.Open, &c.Matters) })
	if len(l.Rows) > ClientsPerPage {
		l.Rows = l.Rows[:ClientsPerPage]
		last := l.Rows[ClientsPerPage-1]
		l.After = cursor(last.Name, string(last.ID))
	}
	return l, err
}
