package deadline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Service is this package's verbs and questions. It holds no state of its own.
type Service struct{ gate *gate.Gate }

// New returns the deadline service.
func New(g *gate.Gate) *Service { return &Service{g} }

// dayIn scans a date that is stored as text; ” is no date.
type dayIn struct{ d *courtday.Day }

// Scan implements the interface of database drivers.
func (x dayIn) Scan(v any) (err error) {
	s, ok := v.(string)
	if b, raw := v.([]byte); raw {
		s, ok = string(b), true
	}
	if !ok {
		return fmt.Errorf("deadline: a date is %T", v)
	}
	if s == "" {
		*x.d = 0
		return nil
	}
	*x.d, err = courtday.Parse(s)
	return err
}

// stored is a date as it is stored.
func stored(d courtday.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func topic(m ident.MatterID) string { return "matter/" + string(m) }

// seal encrypts words of a matter; no words are no bytes.
func seal(ctx context.Context, tx *gate.Tx, m ident.MatterID, words, aad string) ([]byte, error) {
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

const triggerColumns = `t.id, t.matter_id, t.firm_id, t.number, t.state, t.chain, t.event, t.rule_id, t.zone, t.owner_id, t.owner_org, t.rev`

func (t *Trigger) scan() []any {
	return []any{&t.ID, &t.Matter, &t.Firm, &t.Number, &t.State, &t.Chain, &t.Event, &t.Rule, &t.Zone, &t.Owner, &t.OwnerOrg, &t.Rev}
}

// loadTrigger reads a trigger for change, with who entered it.
func loadTrigger(ctx context.Context, tx *gate.Tx, id string) (t Trigger, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT `+triggerColumns+` FROM docket_trigger t WHERE t.id = ? AND `, id).
		Join(tx.Visible("t.matter_id"), tx.ForUpdate())).Scan(t.scan()...)
	if errors.Is(err, db.ErrNoRows) {
		return t, tx.Absent("trigger", id)
	}
	if err != nil {
		return t, err
	}
	t.entered, err = enteredBy(ctx, tx, id)
	return t, err
}

func enteredBy(ctx context.Context, q db.Reader, trigger string) ([]string, error) {
	return db.Column[string](ctx, q, db.SQL(`SELECT DISTINCT person_id FROM docket_entry WHERE trigger_id = ? AND until_at = ?`, trigger, gate.Forever))
}

// save writes what changes of a trigger over the row that was loaded for change.
func (t *Trigger) save(ctx context.Context, tx *gate.Tx) error {
	n, err := tx.Exec(ctx, db.SQL(`UPDATE docket_trigger SET state = ?, chain = ?, event = ?, rule_id = ?, zone = ?, rev = rev + 1 WHERE id = ? AND rev = ?`,
		t.State, t.Chain, t.Event, t.Rule, t.Zone, t.ID, t.Rev))
	if err == nil && n == 0 {
		return stale()
	}
	t.Rev++
	return err
}

func stale() error {
	return fault.New(fault.Stale, "Someone changed this meanwhile. Look again, then resend.")
}

// An Entry is what one person read.
type Entry struct {
	What
	Person ident.PersonID
	Name   string
	Org    string // name
	Firm   bool   // of the matter's firm
	Place  int64  // 1 or 2
	At     db.At
}

func entriesNow(ctx context.Context, q db.Reader, trigger string) ([]Entry, error) {
	return db.All(ctx, q, db.SQL(`SELECT place, person_id, chain, event, rule_id, on_date, service, jurisdiction FROM docket_entry WHERE trigger_id = ? AND until_at = ? ORDER BY place`,
		trigger, gate.Forever), func(rs *db.Rows, e *Entry) error {
		return rs.Scan(&e.Place, &e.Person, &e.Chain, &e.Event, &e.Rule, dayIn{&e.On}, &e.Service, &e.Jurisdiction)
	})
}

// insertEntry ends the entry that stands in the place, and writes the new one.
func insertEntry(ctx context.Context, tx *gate.Tx, trigger string, place int64, w What) error {
	at := db.Micros(tx.Now)
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE docket_entry SET until_at = ? WHERE trigger_id = ? AND place = ? AND until_at = ?`, at, trigger, place, gate.Forever)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO docket_entry (id, trigger_id, place, person_id, org_id, chain, event, rule_id, on_date, service, jurisdiction, from_at, until_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, ident.New(), trigger, place, tx.Who.Person, tx.Who.Org, w.Chain, w.Event, w.Rule, stored(w.On), w.Service, w.Jurisdiction, at, gate.Forever))
	return err
}

// setDate ends the date of a trigger, if it has one, and writes the new one.
func setDate(ctx context.Context, tx *gate.Tx, trigger string, w What, move string) error {
	at := db.Micros(tx.Now)
	var seq int64
	if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM docket_date WHERE trigger_id = ?`, trigger)).Scan(&seq); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE docket_date SET until_at = ? WHERE trigger_id = ? AND until_at = ?`, at, trigger, gate.Forever)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO docket_date (trigger_id, seq, on_date, service, jurisdiction, move_id, from_at, until_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		trigger, seq, stored(w.On), w.Service, w.Jurisdiction, move, at, gate.Forever))
	return err
}

// whatOf is a trigger's event as it is in force.
func whatOf(ctx context.Context, q db.Reader, t Trigger) (w What, seq int64, err error) {
	w = What{Rule: t.Rule, Chain: t.Chain, Event: t.Event}
	err = q.QueryRow(ctx, db.SQL(`SELECT seq, on_date, service, jurisdiction FROM docket_date WHERE trigger_id = ? AND until_at = ?`, t.ID, gate.Forever)).
		Scan(&seq, dayIn{&w.On}, &w.Service, &w.Jurisdiction)
	return w, seq, err
}

const deadlineColumns = `d.id, d.trigger_id, d.matter_id, d.firm_id, d.number, d.chain, d.link, d.rule_id, d.title, d.zone, d.owner_id, d.owner_org, d.state, d.seq, d.rev`

func (d *Deadline) scan() []any {
	return []any{&d.ID, &d.Trigger, &d.Matter, &d.Firm, &d.Number, &d.Chain, &d.Link, &d.Rule, &d.Title, &d.Zone, &d.Owner, &d.OwnerOrg, &d.State, &d.Seq, &d.Rev}
}

const dateColumns = `x.trigger_on, x.expected, x.earliest, x.latest, x.certainty, x.due_time`

func (d *Date) scan() []any {
	return []any{dayIn{&d.TriggerOn}, dayIn{&d.Expected}, dayIn{&d.Earliest}, dayIn{&d.Latest}, &d.Certainty, &d.DueTime}
}

// load reads a deadline for change.
func load(ctx context.Context, tx *gate.Tx, id string) (d Deadline, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT `+deadlineColumns+` FROM deadline d WHERE d.id = ? AND `, id).
		Join(tx.Visible("d.matter_id"), tx.ForUpdate())).Scan(d.scan()...)
	if errors.Is(err, db.ErrNoRows) {
		return d, tx.Absent("deadline", id)
	}
	if err != nil {
		return d, err
	}
	err = tx.QueryRow(ctx, db.SQL(`SELECT `+dateColumns+` FROM deadline_date x WHERE x.deadline_id = ? AND x.seq = ?`, d.ID, d.Seq)).Scan(d.Date.scan()...)
	return d, err
}

// openOf reads the deadlines of a matter that hang on a trigger: its own, or those of its chain.
func openOf(ctx context.Context, q db.Reader, t Trigger) ([]Deadline, error) {
	which := db.SQL(`d.matter_id = ? AND d.chain = '' AND d.link = ?`, t.Matter, t.ID)
	if t.Chain != "" {
		which = db.SQL(`d.matter_id = ? AND d.chain = ?`, t.Matter, t.Chain)
	}
	return db.All(ctx, q, db.SQL(`SELECT `+deadlineColumns+`, `+dateColumns+` FROM deadline d JOIN deadline_date x ON x.deadline_id = d.id AND x.seq = d.seq WHERE `).
		Join(which, db.SQL(` ORDER BY d.number`)), func(rs *db.Rows, d *Deadline) error { return rs.Scan(append(d.scan(), d.Date.scan()...)...) })
}

func insertDeadline(ctx context.Context, tx *gate.Tx, d Deadline) error {
	at := db.Micros(tx.Now)
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO deadline (id, trigger_id, matter_id, firm_id, number, chain, link, rule_id, title, zone, owner_id, owner_org, state, seq, reason, settled_by, settled_at, made_at, changed_at, rev)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, '', 0, ?, ?, 1)`,
		d.ID, d.Trigger, d.Matter, d.Firm, d.Number, d.Chain, d.Link, d.Rule, d.Title, d.Zone, d.Owner, d.OwnerOrg, d.State, []byte{}, at, at))
	return err
}

func insertDate(ctx context.Context, tx *gate.Tx, deadline string, d Date) error {
	steps, err := json.Marshal(d.Steps)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO deadline_date (deadline_id, seq, trigger_on, expected, earliest, latest, certainty, due_time, steps, move_id, from_at, until_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, deadline, d.Seq, stored(d.TriggerOn), stored(d.Expected), stored(d.Earliest), stored(d.Latest), d.Certainty, d.DueTime, string(steps),
		d.Move, db.Micros(tx.Now), gate.Forever))
	return err
}
