package thread

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

// Post says something on a matter, a task or a document. Who is mentioned as @Name and sees the place is told.
//
// Faults: NotFound, Invalid (field "body").
func (s *Service) Post(ctx context.Context, who actor.Actor, kind, on, text string) (id MessageID, err error) {
	defer fault.Wrap(&err, "thread.Post(%s, %s)", kind, on)
	err = s.gate.Write(ctx, who, DoPost, func(tx *gate.Tx) error {
		p, err := loadPlace(ctx, tx, kind, on, who.Org, tx.Visible)
		if err != nil {
			return absent(tx, err, kind, on)
		}
		id = MessageID(ident.New())
		if err := tx.Permit(ctx, p.subject(id, who.Person)); err != nil {
			return err
		}
		text, err := body(text)
		if err != nil {
			return err
		}
		text, told, err := mentions(ctx, tx, p, text)
		if err != nil {
			return err
		}
		sealed, err := tx.Seal(ctx, p.Matter, text, bodyOf(id))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO message (id, matter_id, subject_kind, subject_id, author_id, org_id, body, at, edited_at, rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 1)`,
			id, p.Matter, p.Kind, p.ID, who.Person, who.Org, sealed, db.Micros(tx.Now))); err != nil {
			return err
		}
		promise(tx, p, id, 1, told)
		return nil
	})
	return id, err
}

// Edit changes one's own message; the text before is kept. Only people mentioned for the first time are told. rev is
// the revision that the author saw.
//
// Faults: NotFound, Forbidden (another's words), Stale, Invalid (field "body").
func (s *Service) Edit(ctx context.Context, who actor.Actor, id MessageID, rev int64, text string) (on authz.Ref, err error) {
	defer fault.Wrap(&err, "thread.Edit(%s)", id)
	err = s.gate.Write(ctx, who, DoEdit, func(tx *gate.Tx) error {
		m, p, sealed, err := load(ctx, tx, id, who.Org, tx.Visible)
		if err != nil {
			return absent(tx, err, "message", string(id))
		}
		on = p.Ref()
		if err := tx.Permit(ctx, p.subject(id, m.Author)); err != nil {
			return err
		}
		if rev != 0 && rev != m.Rev {
			return fault.New(fault.Stale, "You edited this message elsewhere in the meantime. Look again, then repeat; what you typed is kept.")
		}
		before, err := tx.Open(ctx, p.Matter, sealed, bodyOf(id))
		if err != nil {
			return err
		}
		text, err := body(text)
		if err != nil {
			return err
		}
		if text == before {
			return fault.InField("body", "The text is as it was. Change it, or leave it.")
		}
		text, told, err := mentions(ctx, tx, p, text)
		if err != nil {
			return err
		}
		_, already, err := mentions(ctx, tx, p, before)
		if err != nil {
			return err
		}
		if err := keep(ctx, tx, m, p, sealed, text); err != nil {
			return err
		}
		promise(tx, p, id, m.Rev+1, without(told, already))
		return nil
	})
	return on, err
}

// keep stores the new text and, as it was sealed, the one before.
func keep(ctx context.Context, tx *gate.Tx, m Message, p Place, past []byte, text string) error {
	at := m.Edited
	if at.IsZero() {
		at = m.At
	}
	if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO message_past (message_id, rev, body, at) VALUES (?, ?, ?, ?)`, m.ID, m.Rev, past, db.Micros(at))); err != nil {
		return err
	}
	sealed, err := tx.Seal(ctx, p.Matter, text, bodyOf(m.ID))
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, db.SQL(`UPDATE message SET body = ?, edited_at = ?, rev = rev + 1 WHERE id = ? AND rev = ?`, sealed, db.Micros(tx.Now), m.ID, m.Rev))
	if err == nil && n == 0 {
		err = fault.New(fault.Stale, "You edited this message elsewhere in the meantime. Look again, then repeat; what you typed is kept.")
	}
	return err
}

func promise(tx *gate.Tx, p Place, id MessageID, rev int64, told []ident.PersonID) {
	ref := authz.Ref{Kind: "message", ID: string(id)}
	for _, person := range told {
		tx.Tell(person, "mention", p.Matter, ref)
	}
	tx.Record(gate.Entry{Subject: ref, Rev: rev, Matter: p.Matter, Owner: p.Firm, Values: map[string]string{"on": p.Ref().String()}})
	tx.Announce(p.topics()...)
}

func bodyOf(id MessageID) string { return "message.body/" + string(id) }

// absent leaves the trace of a record that is not there, or walled.
func absent(tx *gate.Tx, err error, kind, id string) error {
	if fault.KindOf(err) == fault.NotFound {
		return tx.Absent(kind, id)
	}
	return err
}

// load reads a message that the reader may know of, with its place and sealed text.
func load(ctx context.Context, q db.Reader, id MessageID, org ident.OrgID, visible func(string) db.Frag) (m Message, p Place, sealed []byte, err error) {
	m.ID = id
	err = q.QueryRow(ctx, db.SQL(`SELECT g.subject_kind, g.subject_id, g.matter_id, g.author_id, g.body, g.at, g.edited_at, g.rev FROM message g WHERE g.id = ?`, id).And(visible("g.matter_id"))).
		Scan(&m.Place.Kind, &m.Place.ID, &m.Matter, &m.Author, &sealed, db.At{T: &m.At}, db.At{T: &m.Edited}, &m.Rev)
	if errors.Is(err, db.ErrNoRows) {
		return m, p, nil, fault.Missing()
	}
	if err != nil {
		return m, p, nil, err
	}
	p, err = loadPlace(ctx, q, m.Place.Kind, m.Place.ID, org, visible)
	return m, p, sealed, err
}

func without(all, some []ident.PersonID) (left []ident.PersonID) {
	had := map[ident.PersonID]bool{}
	for _, p := range some {
		had[p] = true
	}
	for _, p := range all {
		if !had[p] {
			left = append(left, p)
		}
	}
	return left
}
