package playbook

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

// PageRows is how many playbooks one page lists.
const PageRows = 100

// A Filter narrows the list of playbooks.
type Filter struct {
	Area    string // practice area; "" for all
	Find    string // part of a code or name
	Retired bool   // the retired ones instead of those in use
	After   string // code of the last card of the page before; "" for the first page
}

// A Card is a playbook in the list.
type Card struct {
	Playbook
	Offshore        Offshore // of the released version, else of the draft
	TurnaroundHours int64
	RushHours       int64
}

// An Area is a practice area with its playbooks.
type Area struct {
	Name  string
	Count int
}

// A List is one page of a firm's playbooks.
type List struct {
	Areas []Area // in use (or retired, as the filter says), whatever the search
	Total int    // playbooks of the firm, retired ones among them; 0 offers the defaults
	Cards []Card
	Next  string // Filter.After of the next page; "" at the end
	Edits bool   // the actor may change playbooks
}

// List returns the playbooks of the actor's firm.
//
// Faults: Forbidden (no member of a firm).
func (s *Service) List(ctx context.Context, who actor.Actor, f Filter) (l List, err error) {
	defer fault.Wrap(&err, "playbook.List")
	v := s.gate.View(who)
	if err := mayRead(ctx, v); err != nil {
		return l, err
	}
	if l.Edits, err = s.edits(ctx, v); err != nil {
		return l, err
	}
	inUse := db.SQL(`p.retired_at = 0`)
	if f.Retired {
		inUse = db.SQL(`p.retired_at > 0`)
	}
	if err := v.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM playbook WHERE firm_id = ?`, who.Org)).Scan(&l.Total); err != nil {
		return l, err
	}
	l.Areas, err = db.All(ctx, v, db.SQL(`SELECT p.practice_area, COUNT(*) FROM playbook p WHERE p.firm_id = ?`, who.Org).And(inUse).
		Join(db.SQL(` GROUP BY p.practice_area ORDER BY p.practice_area`)),
		func(rs *db.Rows, a *Area) error { return rs.Scan(&a.Name, &a.Count) })
	if err != nil {
		return l, err
	}
	l.Cards, err = cards(ctx, v, f, inUse)
	if len(l.Cards) > PageRows {
		l.Cards = l.Cards[:PageRows]
		l.Next = l.Cards[PageRows-1].Code
	}
	return l, err
}

func cards(ctx context.Context, v gate.View, f Filter, inUse db.Frag) ([]Card, error) {
	var area, find, after db.Frag
	if f.Area != "" {
		area = db.SQL(`p.practice_area = ?`, f.Area)
	}
	if q := strings.TrimSpace(f.Find); q != "" {
		like := "%" + likeEscape.Replace(strings.ToLower(q)) + "%"
		find = db.SQL(`LOWER(p.name) LIKE ? ESCAPE '\' OR LOWER(p.code) LIKE ? ESCAPE '\'`, like, like)
	}
	if f.After != "" {
		after = db.SQL(`p.code > ?`, f.After)
	}
	q := db.SQL(`SELECT `+playbookColumns+`, pv.offshore, pv.turnaround_hours, pv.rush_hours
		FROM playbook p JOIN playbook_version pv ON pv.playbook_id = p.id AND pv.n = CASE p.current_n WHEN 0 THEN 1 ELSE p.current_n END
		WHERE p.firm_id = ?`, v.Who.Org).And(inUse, area, find, after).Join(db.SQL(` ORDER BY p.code LIMIT ?`, PageRows+1))
	return db.All(ctx, v, q, func(rs *db.Rows, c *Card) error {
		return rs.Scan(&c.ID, &c.Firm, &c.Code, &c.Name, &c.Area, &c.Current, db.At{T: &c.Retired}, db.At{T: &c.Made}, &c.Rev, &c.Draft,
			&c.Offshore, &c.TurnaroundHours, &c.RushHours)
	})
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// mayRead asks whether the actor may read the playbooks of the organization acted for.
func mayRead(ctx context.Context, v gate.View) error {
	d, err := v.May(ctx, Read, authz.Subject{Ref: authz.Ref{Kind: "organization", ID: string(v.Who.Org)}, Org: string(v.Who.Org)})
	if err == nil && !d.Allowed {
		err = fault.Refused(d)
	}
	return err
}

func (s *Service) edits(ctx context.Context, v gate.View) (bool, error) {
	d, err := v.May(ctx, New, authz.Subject{Ref: authz.Ref{Kind: "organization", ID: string(v.Who.Org)}, Org: string(v.Who.Org)})
	return d.Allowed, err
}

// A Line is one version in a playbook's history.
type Line struct {
	N          int64
	State      State
	Note       string
	MadeBy     string // display name
	MadeAt     time.Time
	ReleasedBy string // display name; "" while it is a draft
	ReleasedAt time.Time
	Open       int // open tasks pinned to it that the reader can see
}

// A Sheet is a playbook's page: one version to read, and the history.
type Sheet struct {
	Playbook Playbook
	Version  Version // the one asked for
	History  []Line  // newest first
	Edits    bool    // the actor may change it
}

// Sheet returns a playbook of the actor's firm with one version; n 0 is the released one, or the draft while none is.
//
// Faults: NotFound, Forbidden (no member of a firm).
func (s *Service) Sheet(ctx context.Context, who actor.Actor, id ident.PlaybookID, n int64) (sh Sheet, err error) {
	defer fault.Wrap(&err, "playbook.Sheet(%s, %d)", id, n)
	v := s.gate.View(who)
	if sh.Playbook, err = one(ctx, v, id); err != nil {
		return sh, err
	}
	if n == 0 {
		n = max(sh.Playbook.Current, 1)
	}
	if sh.Version, err = Load(ctx, v, v.OpenOrg, id, n); err != nil {
		return sh, err
	}
	if sh.Edits, err = s.edits(ctx, v); err != nil {
		return sh, err
	}
	sh.History, err = db.All(ctx, v, db.SQL(`
		SELECT pv.n, pv.state, pv.note, COALESCE(m.name, ''), pv.made_at, COALESCE(r.name, ''), pv.released_at,
			(SELECT COUNT(*) FROM task t WHERE t.playbook_id = pv.playbook_id AND t.playbook_n = pv.n
				AND t.state IN ('preparing', 'open', 'declined', 'paused') AND `).Join(v.Visible("t.matter_id"), db.SQL(`)
		FROM playbook_version pv LEFT JOIN person m ON m.id = pv.made_by LEFT JOIN person r ON r.id = pv.released_by
		WHERE pv.playbook_id = ? ORDER BY pv.n DESC`, id)),
		func(rs *db.Rows, l *Line) error {
			return rs.Scan(&l.N, &l.State, &l.Note, &l.MadeBy, db.At{T: &l.MadeAt}, &l.ReleasedBy, db.At{T: &l.ReleasedAt}, &l.Open)
		})
	return sh, err
}

// one reads a playbook of the actor's firm.
func one(ctx context.Context, v gate.View, id ident.PlaybookID) (p Playbook, err error) {
	err = scanPlaybook(v.QueryRow(ctx, db.SQL(`SELECT `+playbookColumns+` FROM playbook p WHERE p.id = ? AND p.firm_id = ?`, id, v.Who.Org)), &p)
	if errors.Is(err, db.ErrNoRows) {
		return p, fault.Missing()
	}
	if err != nil {
		return p, err
	}
	return p, mayRead(ctx, v)
}

// ForTask returns the version that a task is pinned to, for anyone who can see the task: people of the provider read a
// playbook in no other way.
//
// Faults: NotFound.
func (s *Service) ForTask(ctx context.Context, who actor.Actor, task ident.TaskID) (_ Version, err error) {
	defer fault.Wrap(&err, "playbook.ForTask(%s)", task)
	v := s.gate.View(who)
	return readVersion(ctx, v, v.OpenOrg, db.SQL(`EXISTS (SELECT 1 FROM task t WHERE t.id = ? AND t.playbook_id = v.playbook_id AND t.playbook_n = v.n AND `, task).
		Join(v.Visible("t.matter_id"), db.SQL(`)`)))
}
