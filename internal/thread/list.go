package thread

import (
	"context"
	"slices"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
)

// A Page is one page of a thread.
type Page struct {
	Place    Place
	Now      time.Time
	Messages []Message // oldest first
	Older    Cursor    // zero: these are the first
	All      int       // messages on the place in all
}

const pageOf = 50

// Thread returns the newest messages on a place, or those older than before.
//
// Faults: NotFound.
func (s *Service) Thread(ctx context.Context, who actor.Actor, kind, on string, before Cursor) (page Page, err error) {
	defer fault.Wrap(&err, "thread.Thread(%s, %s)", kind, on)
	v := s.gate.View(who)
	page.Now = v.Now
	if page.Place, err = loadPlace(ctx, v, kind, on, who.Org, v.Visible); err != nil {
		return page, err
	}
	if err = v.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM message WHERE subject_kind = ? AND subject_id = ?`, kind, on)).Scan(&page.All); err != nil {
		return page, err
	}
	type row struct {
		Message
		sealed []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT g.id, g.author_id, p.name, o.kind = 'firm', o.name, g.body, g.at, g.edited_at, g.rev
		FROM message g JOIN person p ON p.id = g.author_id JOIN org o ON o.id = g.org_id WHERE g.subject_kind = ? AND g.subject_id = ? AND g.matter_id = ?`, kind, on, page.Place.Matter).
		And(before.Older("g.at", "g.id")).Join(db.SQL(` ORDER BY g.at DESC, g.id DESC LIMIT ?`, pageOf+1)),
		func(rs *db.Rows, r *row) error {
			return rs.Scan(&r.ID, &r.Author, &r.Name, &r.Firm, &r.Org, &r.sealed, db.At{T: &r.At}, db.At{T: &r.Edited}, &r.Rev)
		})
	if err != nil {
		return page, err
	}
	if len(rows) > pageOf {
		rows = rows[:pageOf]
		last := rows[pageOf-1]
		page.Older = Cursor{At: db.Micros(last.At), ID: string(last.ID)}
	}
	for _, r := range rows {
		m := r.Message
		m.Place, m.Matter, m.Own = page.Place.Ref(), page.Place.Matter, r.Author == who.Person
		if m.Text, err = v.Open(ctx, page.Place.Matter, r.sealed, bodyOf(r.ID)); err != nil {
			return page, err
		}
		page.Messages = append(page.Messages, m)
	}
	slices.Reverse(page.Messages)
	return page, nil
}

// A Past is an earlier text of a message, with the instant from which it stood.
type Past struct {
	Rev  int64
	Text string
	At   time.Time
}

// Message returns one message with its place and its earlier texts, the oldest first.
//
// Faults: NotFound.
func (s *Service) Message(ctx context.Context, who actor.Actor, id MessageID) (m Message, p Place, past []Past, now time.Time, err error) {
	defer fault.Wrap(&err, "thread.Message(%s)", id)
	v := s.gate.View(who)
	m, p, sealed, err := load(ctx, v, id, who.Org, v.Visible)
	if err != nil {
		return m, p, nil, v.Now, err
	}
	m.Own = m.Author == who.Person
	if m.Text, err = v.Open(ctx, m.Matter, sealed, bodyOf(id)); err != nil {
		return m, p, nil, v.Now, err
	}
	if err = v.QueryRow(ctx, db.SQL(`SELECT p.name, o.kind = 'firm', o.name FROM message g JOIN person p ON p.id = g.author_id JOIN org o ON o.id = g.org_id WHERE g.id = ?`, id)).Scan(&m.Name, &m.Firm, &m.Org); err != nil {
		return m, p, nil, v.Now, err
	}
	past, err = s.past(ctx, v, m.Matter, id)
	return m, p, past, v.Now, err
}

type opener interface {
	db.Reader
	Open(ctx context.Context, m ident.MatterID, sealed []byte, aad string) (string, error)
}

func (s *Service) past(ctx context.Context, v opener, m ident.MatterID, id MessageID) ([]Past, error) {
	type row struct {
		Past
		sealed []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT rev, body, at FROM message_past WHERE message_id = ? ORDER BY rev`, id),
		func(rs *db.Rows, r *row) error { return rs.Scan(&r.Rev, &r.sealed, db.At{T: &r.At}) })
	if err != nil {
		return nil, err
	}
	past := make([]Past, len(rows))
	for i, r := range rows {
		past[i] = r.Past
		if past[i].Text, err = v.Open(ctx, m, r.sealed, bodyOf(id)); err != nil {
			return nil, err
		}
	}
	return past, nil
}
