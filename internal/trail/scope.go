package trail

import (
	"context"
	"errors"
	"slices"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Service answers questions over the entries. It holds no state of its own.
type Service struct{ gate *gate.Gate }

// New returns the trail service.
func New(g *gate.Gate) *Service { return &Service{g} }

// DoExport is the one deed of this package.
const DoExport authz.Action = "trail.export"

// A Scope is whose trail is asked for: Kind is matter, task, document, person or org. ID "" with person is the reader,
// with org the reader's organization.
type Scope struct{ Kind, ID string }

// A Filter narrows a trail. The zero Filter is everything but notices.
type Filter struct {
	Group   string // of Groups
	Person  ident.PersonID
	Side    string // "firm" or "provider"; "" both
	Refused bool   // refused attempts only
	From    time.Time
	To      time.Time // exclusive
}

// An About is the record whose trail is shown.
type About struct {
	Scope
	Name        string
	Own         bool // the reader's own trail
	Matter      ident.MatterID
	MatterTitle string
}

// A Cursor is the place of an entry in a list, newest first.
type Cursor = db.Cursor

// ParseCursor reads what a page gave; anything else is the start of the list.
func ParseCursor(s string) Cursor { return db.ParseCursor(s) }

// An asker is a reader with what the rules of this package ask about them.
type asker struct {
	gate.View
	officer bool // compliance officer or administrator
	lead    bool
}

func (s *Service) asker(ctx context.Context, v gate.View) (a asker, err error) {
	at := db.Micros(v.Now)
	roles, err := db.Column[string](ctx, v, db.SQL(`SELECT role FROM access_grant WHERE person_id = ? AND scope_kind = 'org' AND scope_id = ? AND from_at <= ? AND until_at > ?`,
		v.Who.Person, v.Who.Org, at, at))
	has := func(names ...string) bool {
		return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(names, r) })
	}
	return asker{v, has("compliance_officer", "administrator"), has("team_lead", "operations_manager", "partner")}, err
}

// visible is the condition that the reader may read entry e.
func (a asker) visible() db.Frag {
	me, own := a.Who.Person, a.Who.Org
	mine := db.SQL(`e.person_id = ?`, me)
	concerns := db.SQL(`1 = 0`)
	owned := db.SQL(`1 = 0`)
	if a.officer {
		concerns = db.SQL(`(e.org_id = ? OR e.owner_org_id = ?)`, own, own)
		owned = db.SQL(`e.owner_org_id = ?`, own)
	}
	return db.SQL(`((e.matter_id <> '' AND `).Join(a.Visible("e.matter_id"), db.SQL(`) OR (e.matter_id = '' AND (`), mine, db.SQL(` OR `), owned, db.SQL(`)))
		AND (NOT e.refused OR `), mine, db.SQL(` OR `), concerns, db.SQL(`)
		AND (e.verb NOT LIKE 'notice.%' OR `), mine, db.SQL(` OR `), concerns, db.SQL(`)
		AND (e.subject_kind <> 'wall' OR `), mine, db.SQL(` OR `), owned, db.SQL(`)
		AND NOT EXISTS (SELECT 1 FROM task pt WHERE pt.matter_id = e.matter_id AND pt.state = 'preparing' AND pt.firm_id <> ? AND (
			(e.subject_kind = 'task' AND pt.id = e.subject_id)
			OR (e.subject_kind = 'message' AND EXISTS (SELECT 1 FROM message pg WHERE pg.id = e.subject_id AND pg.subject_kind = 'task' AND pg.subject_id = pt.id))
			OR (e.subject_kind = 'document' AND EXISTS (SELECT 1 FROM document pd WHERE pd.id = e.subject_id AND pd.task_id = pt.id))))`, own))
}

// find resolves a scope for the reader, with the condition on entry e that it means.
//
// Faults: NotFound.
func (a asker) find(ctx context.Context, s Scope) (about About, cond db.Frag, err error) {
	about.Scope = s
	switch s.Kind {
	case "matter":
		err = a.scan(ctx, &about, db.SQL(`SELECT m.title, m.id, m.title FROM matter m WHERE m.id = ?`, s.ID).And(a.Visible("m.id")))
		cond = db.SQL(`e.matter_id = ?`, s.ID)
	case "task":
		err = a.scan(ctx, &about, db.SQL(`SELECT 'T-' || CAST(t.number AS TEXT) || ' ' || t.title, m.id, m.title FROM task t JOIN matter m ON m.id = t.matter_id WHERE t.id = ?`, s.ID).
			And(a.Visible("t.matter_id"), db.SQL(`t.state <> 'preparing' OR t.firm_id = ?`, a.Who.Org)))
		cond = db.SQL(`e.matter_id = ? AND ((e.subject_kind = 'task' AND e.subject_id = ?)
			OR (e.subject_kind = 'message' AND EXISTS (SELECT 1 FROM message sg WHERE sg.id = e.subject_id AND sg.subject_kind = 'task' AND sg.subject_id = ?))
			OR (e.subject_kind = 'document' AND EXISTS (SELECT 1 FROM document sd WHERE sd.id = e.subject_id AND sd.task_id = ?)))`, about.Matter, s.ID, s.ID, s.ID)
	case "document":
		err = a.scan(ctx, &about, db.SQL(`SELECT d.name, m.id, m.title FROM document d JOIN matter m ON m.id = d.matter_id LEFT JOIN task t ON t.id = d.task_id WHERE d.id = ?`, s.ID).
			And(a.Visible("d.matter_id"), db.SQL(`t.id IS NULL OR t.state <> 'preparing' OR t.firm_id = ?`, a.Who.Org), a.unshut()))
		cond = db.SQL(`e.matter_id = ? AND ((e.subject_kind = 'document' AND e.subject_id = ?)
			OR (e.subject_kind = 'message' AND EXISTS (SELECT 1 FROM message sg WHERE sg.id = e.subject_id AND sg.subject_kind = 'document' AND sg.subject_id = ?)))`, about.Matter, s.ID, s.ID)
	case "person":
		return a.findPerson(ctx, about)
	case "org":
		if !a.officer && !a.lead {
			return about, cond, fault.New(fault.Forbidden, "The trail of the whole organization is read by its compliance officers, administrators and leads. Your own trail, and those of your matters, are open to you.")
		}
		about.ID = string(a.Who.Org)
		err = a.scan(ctx, &about, db.SQL(`SELECT name, '', '' FROM org WHERE id = ?`, about.ID))
		cond = db.SQL(`(e.owner_org_id = ? OR e.org_id = ?)`, about.ID, about.ID)
	default:
		err = fault.Missing()
	}
	return about, cond, err
}

func (a asker) scan(ctx context.Context, about *About, q db.Frag) error {
	err := a.QueryRow(ctx, q).Scan(&about.Name, &about.Matter, &about.MatterTitle)
	if errors.Is(err, db.ErrNoRows) {
		return fault.Missing()
	}
	return err
}

// findPerson: everyone reads their own deeds; those of a colleague are read by officers and leads, and only as done
// for their own organization.
func (a asker) findPerson(ctx context.Context, about About) (About, db.Frag, error) {
	if about.ID == "" {
		about.ID = string(a.Who.Person)
	}
	about.Own = about.ID == string(a.Who.Person)
	q := db.SQL(`SELECT p.name, '', '' FROM person p WHERE p.id = ?`, about.ID)
	cond := db.SQL(`e.person_id = ?`, about.ID)
	if !about.Own {
		if !a.officer && !a.lead {
			return about, cond, fault.Missing()
		}
		q = q.And(db.SQL(`EXISTS (SELECT 1 FROM member mb WHERE mb.person_id = p.id AND mb.org_id = ?)`, a.Who.Org))
		cond = cond.And(db.SQL(`e.org_id = ?`, a.Who.Org))
	}
	return about, cond, a.scan(ctx, &about, q)
}

// unshut is the condition on document d of matter m that it is not in quarantine, or that the reader keeps it there:
// the firm's compliance officer and the matter's supervising attorney.
func (a asker) unshut() db.Frag {
	at := db.Micros(a.Now)
	return db.SQL(`d.state = 'active' OR (m.firm_id = ? AND EXISTS (SELECT 1 FROM access_grant kg WHERE kg.person_id = ? AND kg.org_id = m.firm_id AND kg.from_at <= ? AND kg.until_at > ?
		AND ((kg.scope_kind = 'org' AND kg.scope_id = m.firm_id AND kg.role = 'compliance_officer') OR (kg.scope_kind = 'matter' AND kg.scope_id = m.id AND kg.role = 'supervising_attorney'))))`,
		a.Who.Org, a.Who.Person, at, at)
}

// cond is the filter as a condition on entry e.
func (f Filter) cond() db.Frag {
	q := db.SQL(`1 = 1`)
	switch f.Group {
	case "all":
	case "":
		q = q.And(db.SQL(`e.verb NOT LIKE 'notice.%'`))
	default:
		q = q.And(db.In("e.verb", verbsOf(f.Group)))
	}
	if f.Person != "" {
		q = q.And(db.SQL(`e.person_id = ?`, f.Person))
	}
	if f.Side != "" {
		q = q.And(db.SQL(`e.org_id IN (SELECT id FROM org WHERE kind = ?)`, f.Side))
	}
	if f.Refused {
		q = q.And(db.SQL(`e.refused`))
	}
	if !f.From.IsZero() {
		q = q.And(db.SQL(`e.at >= ?`, db.Micros(f.From)))
	}
	if !f.To.IsZero() {
		q = q.And(db.SQL(`e.at < ?`, db.Micros(f.To)))
	}
	return q
}
