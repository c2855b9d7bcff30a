package matter

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

// Keys makes the data key of a new matter under its firm's key. Scope is "matter/<id>".
type Keys interface {
	Make(ctx context.Context, tx *db.Tx, scope string, org ident.OrgID) error
}

// A Service is this package's verbs and questions. It holds no state of its own.
type Service struct {
	gate *gate.Gate
	keys Keys
}

// New returns the matter service.
func New(g *gate.Gate, k Keys) *Service { return &Service{g, k} }

// on runs a verb on one matter: load, permit, change, entry, announcement. change returns what the entry commits to;
// when it saves the matter it moves m.Rev.
func (s *Service) on(ctx context.Context, who actor.Actor, a authz.Action, id ident.MatterID, attrs map[string]any,
	change func(tx *gate.Tx, m *Matter) (map[string]string, error)) (err error) {
	defer fault.Wrap(&err, "%s(%s)", a, id)
	return s.gate.Write(ctx, who, a, func(tx *gate.Tx) error {
		m, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		sub := m.Subject()
		sub.Attrs = attrs
		if err := tx.Permit(ctx, sub); err != nil {
			return err
		}
		values, err := change(tx, &m)
		if err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: m.ref(), Rev: m.Rev, Matter: m.ID, Owner: m.Firm, Values: values})
		tx.Announce(topic(m.ID))
		return nil
	})
}

func topic(id ident.MatterID) string { return "matter/" + string(id) }

func orgTopic(id ident.OrgID) string { return "org/" + string(id) }

// allowed turns a question that is asked for a page into its fault.
func allowed(ctx context.Context, v gate.View, a authz.Action, s authz.Subject) error {
	d, err := v.May(ctx, a, s)
	if err != nil || d.Allowed {
		return err
	}
	if d.Policy == "" {
		return fault.Missing()
	}
	return fault.Refused(d)
}

const columns = `m.id, m.firm_id, m.client_id, m.number, m.title, m.practice_area, m.jurisdiction, m.data_class, m.state, m.supervisor_id, m.delegate_id, m.party_version, m.opened_on, m.rev`

func (m *Matter) scan() []any {
	return []any{&m.ID, &m.Firm, &m.Client, &m.Number, &m.Title, &m.PracticeArea, &m.Jurisdiction, &m.DataClass, &m.State, &m.Supervisor, &m.Delegate, &m.PartyVersion, &m.OpenedOn, &m.Rev}
}

// load reads a matter for change.
func load(ctx context.Context, tx *gate.Tx, id ident.MatterID) (m Matter, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT `+columns+` FROM matter m WHERE m.id = ? AND `, id).
		Join(tx.Visible("m.id"), tx.ForUpdate())).Scan(m.scan()...)
	if errors.Is(err, db.ErrNoRows) {
		return m, tx.Absent("matter", string(id))
	}
	return m, err
}

// save writes m over the row if the row is still at revision m.Rev.
func (m *Matter) save(ctx context.Context, tx *gate.Tx) error {
	n, err := tx.Exec(ctx, db.SQL(`UPDATE matter SET number = ?, title = ?, practice_area = ?, jurisdiction = ?, data_class = ?, state = ?,
		supervisor_id = ?, delegate_id = ?, party_version = ?, rev = rev + 1 WHERE id = ? AND rev = ?`,
		m.Number, m.Title, m.PracticeArea, m.Jurisdiction, m.DataClass, m.State, m.Supervisor, m.Delegate, m.PartyVersion, m.ID, m.Rev))
	if db.IsDuplicate(err) {
		return taken()
	}
	if err == nil && n == 0 {
		return fault.New(fault.Stale, "Someone changed this matter. Look again, then resend.")
	}
	m.Rev++
	return err
}

// A number is the firm's own and read aloud, so it is unique across what the person may not know of as well.
func taken() error { return fault.InField("number", "This matter number is taken.") }

func insert(ctx context.Context, tx *gate.Tx, m Matter, standing []byte) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO matter (id, firm_id, client_id, number, title, practice_area, jurisdiction, data_class, state,
		supervisor_id, delegate_id, standing, party_version, opened_on, made_at, rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		m.ID, m.Firm, m.Client, m.Number, m.Title, m.PracticeArea, m.Jurisdiction, m.DataClass, m.State,
		m.Supervisor, m.Delegate, standing, m.PartyVersion, m.OpenedOn, db.Micros(tx.Now), m.Rev))
	return err
}

// sealed encrypts words of a matter; no words are no bytes.
func sealed(ctx context.Context, tx *gate.Tx, m ident.MatterID, words, aad string) ([]byte, error) {
	if words == "" {
		return []byte{}, nil
	}
	return tx.Seal(ctx, m, words, aad)
}

func opened(ctx context.Context, v gate.View, m ident.MatterID, b []byte, aad string) (string, error) {
	if len(b) == 0 {
		return "", nil
	}
	return v.Open(ctx, m, b, aad)
}

// memberOf reports whether a person is a member of an organization now.
func memberOf(ctx context.Context, tx *gate.Tx, p ident.PersonID, o ident.OrgID) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM member WHERE person_id = ? AND org_id = ? AND until_at > ?`, p, o, db.Micros(tx.Now))).Scan(&n)
	return n > 0, err
}

// holdsRole reports whether a person has one of roles in an organization now.
func holdsRole(ctx context.Context, tx *gate.Tx, p ident.PersonID, o ident.OrgID, roles ...string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM access_grant WHERE person_id = ? AND scope_kind = 'org' AND scope_id = ? AND until_at > ?`,
		p, o, db.Micros(tx.Now)).And(db.In("role", roles))).Scan(&n)
	return n > 0, err
}

// screened reports whether a wall stands between a person and a matter.
func screened(ctx context.Context, tx *gate.Tx, p ident.PersonID, m ident.MatterID) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM wall WHERE person_id = ? AND matter_id = ? AND until_at > ?`, p, m, db.Micros(tx.Now))).Scan(&n)
	return n > 0, err
}

// An engaged is a provider with which the firm has an engagement that has not ended.
type engaged struct {
	ID       ident.EngagementID
	Provider ident.OrgID
	Name     string
	Country  string
	Phase    string
}

// engagements of a firm that have not ended, as the actor may know of them.
func engagements(ctx context.Context, q db.Reader, firm, reader ident.OrgID) ([]engaged, error) {
	return db.All(ctx, q, db.SQL(`SELECT e.id, e.provider_id, o.name, e.country, e.phase FROM engagement e JOIN org o ON o.id = e.provider_id
		WHERE e.firm_id = ? AND e.phase <> 'ended' AND (e.firm_id = ? OR e.provider_id = ?) ORDER BY o.name, e.id`, firm, reader, reader),
		func(rs *db.Rows, e *engaged) error { return rs.Scan(&e.ID, &e.Provider, &e.Name, &e.Country, &e.Phase) })
}

// engagedWith finds the engagement of a firm with a provider.
//
// Faults: Invalid (field "provider").
func engagedWith(ctx context.Context, tx *gate.Tx, firm, provider ident.OrgID) (engaged, error) {
	all, err := engagements(ctx, tx, firm, tx.Who.Org)
	if err != nil {
		return engaged{}, err
	}
	for _, e := range all {
		if e.Provider == provider {
			return e, nil
		}
	}
	return engaged{}, fault.InField("provider", "Choose a provider with whom your firm has an engagement.")
}

// untilAfter is the first instant after a civil date in the firm's zone; the zero time for "".
func untilAfter(ctx context.Context, q db.Reader, firm ident.OrgID, on string) (time.Time, error) {
	if on == "" {
		return time.Time{}, nil
	}
	var name string
	if err := q.QueryRow(ctx, db.SQL(`SELECT zone FROM org WHERE id = ?`, firm)).Scan(&name); err != nil {
		return time.Time{}, err
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.Time{}, err
	}
	d, err := time.ParseInLocation(time.DateOnly, on, zone)
	if err != nil {
		return time.Time{}, fault.InField("expires_on", "Give the last day as 2027-11-23, or leave it empty.")
	}
	return d.AddDate(0, 0, 1), nil
}

// line makes one line of what was typed: no line breaks, no doubled spaces.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
