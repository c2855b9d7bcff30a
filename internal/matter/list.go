package matter

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// MattersPerPage caps a page of matters.
const MattersPerPage = 50

// A Filter narrows the list of matters. The zero Filter takes all.
type Filter struct {
	Text         string // in number, title or, for the firm, client
	PracticeArea string
	State        State
	Mine         bool           // only those on which the reader has a role
	Client       ident.ClientID // only of one client; the firm's people only
	After        string         // List.After of the page before
}

// A Row is a matter in the list.
type Row struct {
	ID           ident.MatterID
	Number       string
	Title        string
	Client       string // "" for a provider's people
	FirmName     string
	PracticeArea string
	Jurisdiction string
	DataClass    string
	State        State
	Supervisor   string
	madeAt       int64
}

// A List is one page of matters, newest first, with counts over all pages.
type List struct {
	Rows          []Row
	Total         int // that the filter takes
	Open, Closed  int // of those that the filter takes but for its state
	After         string
	Firm          bool // the reader is of a firm
	MayOpen       bool
	MayReadClient bool
}

// List returns the matters the actor may know of.
func (s *Service) List(ctx context.Context, who actor.Actor, f Filter) (l List, err error) {
	v := s.gate.View(who)
	if l.Firm, err = ofFirm(ctx, v); err != nil {
		return l, err
	}
	may := asker{ctx: ctx, v: v}
	l.MayOpen = may.do(Open, authz.Subject{Ref: authz.Ref{Kind: "matter", ID: "new"}, Org: string(who.Org)})
	l.MayReadClient = may.do(ReadClients, clientSubject("", who.Org))
	if may.err != nil {
		return l, may.err
	}
	cond, err := f.condition(ctx, v, l.Firm)
	if err != nil {
		return l, err
	}
	if err := l.count(ctx, v, cond, f.State); err != nil {
		return l, err
	}
	if f.State != "" {
		cond = cond.And(db.SQL(`m.state = ?`, f.State))
	}
	if at, id, ok := cutCursor(f.After); ok {
		micros, _ := strconv.ParseInt(at, 10, 64) // a cursor that was tampered with starts at 0: an empty page
		cond = cond.And(db.SQL(`m.made_at < ? OR (m.made_at = ? AND m.id < ?)`, micros, micros, id))
	}
	l.Rows, err = db.All(ctx, v, db.SQL(`SELECT m.id, m.number, m.title, CASE WHEN m.firm_id = ? THEN c.name ELSE '' END, o.name, m.practice_area, m.jurisdiction, m.data_class, m.state, p.name, m.made_at
		FROM matter m JOIN client c ON c.id = m.client_id JOIN org o ON o.id = m.firm_id JOIN person p ON p.id = m.supervisor_id WHERE `, who.Org).
		Join(cond, db.SQL(` ORDER BY m.made_at DESC, m.id DESC LIMIT ?`, MattersPerPage+1)),
		func(rs *db.Rows, r *Row) error {
			return rs.Scan(&r.ID, &r.Number, &r.Title, &r.Client, &r.FirmName, &r.PracticeArea, &r.Jurisdiction, &r.DataClass, &r.State, &r.Supervisor, &r.madeAt)
		})
	if len(l.Rows) > MattersPerPage {
		l.Rows = l.Rows[:MattersPerPage]
		last := l.Rows[MattersPerPage-1]
		l.After = cursor(strconv.FormatInt(last.madeAt, 10), string(last.ID))
	}
	return l, err
}

func (l *List) count(ctx context.Context, v gate.View, cond db.Frag, state State) error {
	err := v.QueryRow(ctx, db.SQL(`SELECT COALESCE(SUM(CASE WHEN m.state = 'open' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN m.state = 'open' THEN 0 ELSE 1 END), 0)
		FROM matter m JOIN client c ON c.id = m.client_id WHERE `).Join(cond)).Scan(&l.Open, &l.Closed)
	switch state {
	case StateOpen:
		l.Total = l.Open
	case StateClosed:
		l.Total = l.Closed
	default:
		l.Total = l.Open + l.Closed
	}
	return err
}

// condition is everything but the state and the page.
func (f Filter) condition(ctx context.Context, v gate.View, firm bool) (db.Frag, error) {
	near, err := within(ctx, v)
	if err != nil {
		return near, err
	}
	cond := near.And(v.Visible("m.id"))
	if f.PracticeArea != "" {
		cond = cond.And(db.SQL(`m.practice_area = ?`, f.PracticeArea))
	}
	if f.Mine {
		cond = cond.And(db.SQL(`EXISTS (SELECT 1 FROM access_grant g WHERE g.person_id = ? AND g.scope_kind = 'matter' AND g.scope_id = m.id AND g.until_at > ?)`, v.Who.Person, db.Micros(v.Now)))
	}
	if f.Client != "" {
		cond = cond.And(db.SQL(`m.client_id = ? AND m.firm_id = ?`, f.Client, v.Who.Org))
	}
	if text := line(f.Text); text != "" {
		in := contains("m.number", text).Join(db.SQL(` OR `), contains("m.title", text))
		if firm {
			in = in.Join(db.SQL(` OR `), contains("c.name", text))
		}
		cond = cond.And(in)
	}
	return cond, nil
}

// within names the matters that Visible need look at, so that a page costs what the reader can see and not what the
// installation holds: those the reader is on, or those open to the organization for one whose role is wide.
func within(ctx context.Context, v gate.View) (db.Frag, error) {
	at := db.Micros(v.Now)
	var wide int
	err := v.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM access_grant WHERE person_id = ? AND scope_kind = 'org' AND scope_id = ? AND wide AND until_at > ?`,
		v.Who.Person, v.Who.Org, at)).Scan(&wide)
	if wide > 0 {
		return db.SQL(`m.id IN (SELECT o.matter_id FROM matter_opening o WHERE o.org_id = ? AND o.until_at > ?)`, v.Who.Org, at), err
	}
	return db.SQL(`m.id IN (SELECT g.scope_id FROM access_grant g WHERE g.person_id = ? AND g.scope_kind = 'matter' AND g.until_at > ?)`, v.Who.Person, at), err
}

func ofFirm(ctx context.Context, v gate.View) (bool, error) {
	var kind string
	err := v.QueryRow(ctx, db.SQL(`SELECT kind FROM org WHERE id = ?`, v.Who.Org)).Scan(&kind)
	return kind == "firm", err
}

// contains is a search in a column, which is never user input. Wildcards in text stand for themselves.
func contains(column, text string) db.Frag {
	return db.SQL(`LOWER(`+column+`) LIKE ? ESCAPE '!'`, "%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text))+"%")
}

// A cursor is the sort key and the identifier of the last row, opaque to the browser.
func cursor(key, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(id + key))
}

func cutCursor(c string) (key, id string, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(c)
	if err != nil || len(b) < 36 || !ident.Valid(string(b[:36])) {
		return "", "", false
	}
	return string(b[36:]), string(b[:36]), true
}

// An asker asks several permissions for a page and keeps the first error.
type asker struct {
	ctx context.Context
	v   gate.View
	err error
}

func (a *asker) do(verb authz.Action, s authz.Subject) bool {
	if a.err != nil {
		return false
	}
	d, err := a.v.May(a.ctx, verb, s)
	a.err = err
	return d.Allowed
}

// A NewForm is the choices of the form that opens a matter.
type NewForm struct {
	Clients   []Client
	Attorneys []Person
	Delegates []Person
	Self      ident.PersonID // the reader, when she is one of the attorneys
	Today     time.Time
}

// NewForm returns the choices for a new matter.
//
// Faults: Forbidden (role).
func (s *Service) NewForm(ctx context.Context, who actor.Actor) (f NewForm, err error) {
	v := s.gate.View(who)
	f.Today = v.Now
	if err := allowed(ctx, v, Open, authz.Subject{Ref: authz.Ref{Kind: "matter", ID: "new"}, Org: string(who.Org)}); err != nil {
		return f, err
	}
	f.Clients, err = db.All(ctx, v, db.SQL(`SELECT c.id, c.name FROM client c WHERE `).Join(knowsClient(v, who, db.Micros(v.Now)), db.SQL(` ORDER BY c.name, c.id`)),
		func(rs *db.Rows, c *Client) error { return rs.Scan(&c.ID, &c.Name) })
	if err != nil {
		return f, err
	}
	if f.Attorneys, err = attorneys(ctx, v, who.Org); err != nil {
		return f, err
	}
	for _, a := range f.Attorneys {
		if a.ID == who.Person {
			f.Self = a.ID
		}
	}
	all, err := people(ctx, v, who.Org)
	for _, p := range all {
		if p.Firm {
			f.Delegates = append(f.Delegates, p)
		}
	}
	return f, err
}
