package thread

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
)

// MaxBody is the longest message, in characters.
const MaxBody = 20_000

// A Place is a record that talk hangs on, as far as a reader may know of it.
type Place struct {
	Kind   string // matter, task, document
	ID     string
	Matter ident.MatterID
	Firm   ident.OrgID
	Number string // of the matter
	Title  string // of the matter
	Name   string // of the task ("T-2091 Deposition summary") or document; "" for the matter itself
}

// Ref names the place in entries and notices.
func (p Place) Ref() authz.Ref { return authz.Ref{Kind: p.Kind, ID: p.ID} }

// Heading is what a page calls the place.
func (p Place) Heading() string {
	if p.Name == "" {
		return p.Title
	}
	return p.Name
}

// subject is a message on the place as the policies see it.
func (p Place) subject(id MessageID, author ident.PersonID) authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: "message", ID: string(id)}, Matter: string(p.Matter), Org: string(p.Firm),
		Attrs: map[string]any{"author": string(author), "on_kind": p.Kind}}
}

// topics are what open pages of the place listen to.
func (p Place) topics() []string { return []string{"matter/" + string(p.Matter)} }

// body checks and trims what was written. Line ends become line feeds.
func body(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", fault.InField("body", "Write the message.")
	case n > MaxBody:
		return "", fault.InField("body", "A message has at most 20,000 characters. Attach a document instead.")
	case !utf8.ValidString(text):
		return "", fault.InField("body", "The message holds bytes that are no text.")
	}
	return text, nil
}

// placed is the query of a place: kind and id as asked, visible as the condition that the reader sees the matter, org
// the reader's organization. A package that the firm still writes, and a quarantined document, do not exist for the
// other side.
func placed(kind, id string, org ident.OrgID, visible func(column string) db.Frag) db.Frag {
	switch kind {
	case OnMatter:
		return db.SQL(`SELECT m.id, m.firm_id, m.number, m.title, '' FROM matter m WHERE m.id = ?`, id).And(visible("m.id"))
	case OnTask:
		return db.SQL(`SELECT m.id, m.firm_id, m.number, m.title, 'T-' || CAST(t.number AS TEXT) || ' ' || t.title FROM task t JOIN matter m ON m.id = t.matter_id WHERE t.id = ?`, id).
			And(visible("t.matter_id"), taskSeen(org))
	case OnDocument:
		return db.SQL(`SELECT m.id, m.firm_id, m.number, m.title, d.name FROM document d JOIN matter m ON m.id = d.matter_id LEFT JOIN task t ON t.id = d.task_id WHERE d.id = ?`, id).
			And(visible("d.matter_id"), documentSeen(org))
	}
	return db.SQL(`SELECT '', '', '', '', '' WHERE 1 = 0`)
}

// taskSeen is the condition on task t that it exists for people of an organization: "" is the system.
func taskSeen(org ident.OrgID) db.Frag {
	return db.SQL(`t.state <> 'preparing' OR t.firm_id = ? OR ? = ''`, org, org)
}

// documentSeen is the same on document d of matter m with its task t. The talk about a document in quarantine is kept
// from everyone until the quarantine is lifted: it may quote what is clawed back.
func documentSeen(org ident.OrgID) db.Frag {
	return db.SQL(`d.state = 'active' AND (t.id IS NULL OR t.state <> 'preparing' OR m.firm_id = ? OR ? = '')`, org, org)
}

func loadPlace(ctx context.Context, q db.Reader, kind, id string, org ident.OrgID, visible func(string) db.Frag) (p Place, err error) {
	p.Kind, p.ID = kind, id
	err = q.QueryRow(ctx, placed(kind, id, org, visible)).Scan(&p.Matter, &p.Firm, &p.Number, &p.Title, &p.Name)
	if errors.Is(err, db.ErrNoRows) {
		return p, fault.Missing()
	}
	return p, err
}

// A Cursor is the place of a row in a list, newest first.
type Cursor = db.Cursor

// ParseCursor reads what a page gave; anything else is the start of the list.
func ParseCursor(s string) Cursor { return db.ParseCursor(s) }

// A Message is one message as a page shows it.
type Message struct {
	ID     MessageID
	Place  authz.Ref
	Matter ident.MatterID
	Author ident.PersonID
	Name   string // of the author
	Firm   bool   // the author spoke for the firm; else for a provider
	Org    string // name of the organization the author spoke for
	Text   string
	At     time.Time
	Edited time.Time // zero: never
	Rev    int64     // 1 as posted; earlier texts are Rev - 1
	Own    bool      // the reader wrote it
}
