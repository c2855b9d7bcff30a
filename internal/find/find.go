package find

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// The longest query in characters, and how many hits of one kind are shown.
const (
	MaxQuery = 100
	perKind  = 6
)

// A Service answers one question. It holds no state of its own.
type Service struct{ gate *gate.Gate }

// New returns the find service.
func New(g *gate.Gate) *Service { return &Service{g} }

// A Hit is one record that begins like the query.
type Hit struct {
	authz.Ref
	Title  string
	Second string // what tells it from its namesakes
}

// A Group is the hits of one kind, best first.
type Group struct {
	Kind string // matter, task, document, person, playbook
	Hits []Hit
}

// Find returns what the person may see in which every word of q begins a word; a record's own number before all else. An empty query
// finds nothing.
//
// Faults: Invalid (field "q").
func (s *Service) Find(ctx context.Context, who actor.Actor, q string) (groups []Group, err error) {
	defer fault.Wrap(&err, "find.Find")
	q = strings.Join(strings.Fields(q), " ")
	if utf8.RuneCountInString(q) > MaxQuery || !utf8.ValidString(q) {
		return nil, fault.InField("q", "Look for at most 100 characters.")
	}
	if q == "" {
		return nil, nil
	}
	v := s.gate.View(who)
	like := beginning(strings.ToLower(q))
	for _, k := range []struct {
		kind  string
		query db.Frag
	}{{"matter", like.matters(v)}, {"task", like.tasks(v)}, {"document", like.documents(v)}, {"person", like.people(v)}, {"playbook", like.playbooks(v)}} {
		hits, err := db.All(ctx, v, k.query.Join(db.SQL(` ORDER BY best, title, id LIMIT ?`, perKind)), func(rs *db.Rows, h *Hit) error {
			var best int
			h.Kind = k.kind
			return rs.Scan(&h.ID, &h.Title, &h.Second, &best)
		})
		if err != nil {
			return nil, err
		}
		if len(hits) > 0 {
			groups = append(groups, Group{k.kind, hits})
		}
	}
	return groups, nil
}

// pattern is a query in lower case, ready for LIKE with the escape "\".
type pattern struct {
	exact, start string
	words        [][2]string // each word at the beginning of a text, and within it
	task         int64       // the number in "T-2091", "t2091" or "2091"; -1 when it is none
}

func beginning(q string) pattern {
	escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q)
	p := pattern{exact: q, start: escaped + "%", task: -1}
	for _, w := range strings.Fields(escaped) {
		p.words = append(p.words, [2]string{w + "%", "% " + w + "%"})
	}
	digits := strings.TrimPrefix(strings.TrimPrefix(q, "t"), "-")
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil && n > 0 {
		p.task = n
	}
	return p
}

// with adds the name of the matter to what is looked through when more than one word is given: "brandt summary".
func (p pattern) with(column, matter string) []string {
	if len(p.words) > 1 {
		return []string{column, matter}
	}
	return []string{column}
}

// in is the condition that every word of the query begins a word of one of the columns, in any order. Columns are never
// user input.
func (p pattern) in(columns ...string) db.Frag {
	all := db.SQL(`(1 = 1`)
	for _, w := range p.words {
		one := db.SQL(`1 = 0`)
		for _, c := range columns {
			one = one.Join(db.SQL(` OR LOWER(`+c+`) LIKE ? ESCAPE '\' OR LOWER(`+c+`) LIKE ? ESCAPE '\'`, w[0], w[1]))
		}
		all = all.Join(db.SQL(` AND (`), one, db.SQL(`)`))
	}
	return all.Join(db.SQL(`)`))
}

// rank is 0 for an exact match of number, 1 for a match at the beginning of title, 2 for the rest.
func (p pattern) rank(exact db.Frag, title string) db.Frag {
	return db.SQL(`CASE WHEN `).Join(exact, db.SQL(` THEN 0 WHEN LOWER(`+title+`) LIKE ? ESCAPE '\' THEN 1 ELSE 2 END AS best`, p.start))
}

func (p pattern) matters(v gate.View) db.Frag {
	own := v.Who.Org
	return db.SQL(`SELECT m.id AS id, m.title AS title, m.number || CASE WHEN m.firm_id = ? THEN ' · ' || c.name ELSE '' END AS second, `, own).
		Join(p.rank(db.SQL(`LOWER(m.number) = ?`, p.exact), "m.title"), db.SQL(` FROM matter m JOIN client c ON c.id = m.client_id WHERE (`),
			p.in("m.title", "m.number"), db.SQL(` OR (m.firm_id = ? AND `, own), p.in("m.title", "m.number", "c.name"), db.SQL(`))`)).And(v.Visible("m.id"))
}

func (p pattern) tasks(v gate.View) db.Frag {
	own := v.Who.Org
	return db.SQL(`SELECT t.id AS id, 'T-' || CAST(t.number AS TEXT) || ' ' || t.title AS title, m.title AS second, `).
		Join(p.rank(db.SQL(`t.number = ?`, p.task), "t.title"), db.SQL(` FROM task t JOIN matter m ON m.id = t.matter_id WHERE (`),
			p.in(p.with("t.title", "m.title")...), db.SQL(` OR t.number = ? OR 't-' || CAST(t.number AS TEXT) LIKE ? ESCAPE '\')`, p.task, p.start)).
		And(v.Visible("t.matter_id"), db.SQL(`t.state <> 'preparing' OR t.firm_id = ?`, own))
}

func (p pattern) documents(v gate.View) db.Frag {
	return db.SQL(`SELECT d.id AS id, d.name AS title, m.title AS second, `).
		Join(p.rank(db.SQL(`LOWER(d.name) = ?`, p.exact), "d.name"), db.SQL(` FROM document d JOIN matter m ON m.id = d.matter_id LEFT JOIN task t ON t.id = d.task_id WHERE `), p.in(p.with("d.name", "m.title")...)).
		And(v.Visible("d.matter_id"), db.SQL(`d.state = 'active'`), db.SQL(`t.id IS NULL OR t.state <> 'preparing' OR t.firm_id = ?`, v.Who.Org))
}

// people are colleagues, and whoever is on the team of a matter that the reader sees.
func (p pattern) people(v gate.View) db.Frag {
	at := db.Micros(v.Now)
	return db.SQL(`SELECT p.id AS id, p.name AS title, COALESCE((SELECT MIN(o.name) FROM member mo JOIN org o ON o.id = mo.org_id WHERE mo.person_id = p.id AND mo.until_at > ?), '') AS second, `, at).
		Join(p.rank(db.SQL(`LOWER(p.name) = ?`, p.exact), "p.name"), db.SQL(` FROM person p WHERE `), p.in("p.name")).
		And(db.SQL(`p.disabled_at = 0`), db.SQL(`EXISTS (SELECT 1 FROM member mb WHERE mb.person_id = p.id AND mb.org_id = ? AND mb.until_at > ?)
			OR EXISTS (SELECT 1 FROM access_grant tg WHERE tg.person_id = p.id AND tg.scope_kind = 'matter' AND tg.from_at <= ? AND tg.until_at > ? AND `, v.Who.Org, at, at, at).
			Join(v.Visible("tg.scope_id"), db.SQL(`)`)))
}

func (p pattern) playbooks(v gate.View) db.Frag {
	return db.SQL(`SELECT b.id AS id, b.code || ' ' || b.name AS title, b.practice_area AS second, `).
		Join(p.rank(db.SQL(`LOWER(b.code) = ?`, p.exact), "b.name"), db.SQL(` FROM playbook b WHERE `), p.in("b.name", "b.code")).
		And(db.SQL(`b.firm_id = ? AND b.retired_at = 0`, v.Who.Org))
}
