package sla

import (
	"context"
	"strings"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A book is calendars by their identifiers, each with what it rests on.
type book map[string]*Calendar

// readBook reads the calendars of organizations, and of persons only those named.
func readBook(ctx context.Context, q db.Reader, orgs []ident.OrgID, persons []ident.PersonID) (book, error) {
	of := db.In("c.org_id", orgs).And(db.SQL(`(c.kind <> 'person' OR `).Join(db.In("c.person_id", persons), db.SQL(`)`)))
	return readWhere(ctx, q, of)
}

// readWhere reads the calendars that a condition on c picks; what they rest on must be among them.
func readWhere(ctx context.Context, q db.Reader, of db.Frag) (book, error) {
	b := book{}
	list, err := db.All(ctx, q, db.SQL(`SELECT c.id, c.org_id, c.kind, c.person_id, c.name, c.zone, c.base_id, c.rev FROM working_calendar c WHERE `).Join(of),
		func(rs *db.Rows, c *Calendar) (err error) {
			var zone string
			if err = rs.Scan(&c.ID, &c.Org, &c.Kind, &c.Person, &c.Name, &zone, &c.Base, &c.Rev); err == nil {
				c.Zone, err = time.LoadLocation(zone)
			}
			return err
		})
	if err != nil {
		return nil, err
	}
	for i := range list {
		b[list[i].ID] = &list[i]
	}
	for _, c := range b {
		c.base = b[c.Base]
	}
	if err := b.readShifts(ctx, q, of); err != nil {
		return nil, err
	}
	return b, b.readDaysOff(ctx, q, of)
}

func (b book) readShifts(ctx context.Context, q db.Reader, of db.Frag) error {
	type row struct {
		calendar, days string
		Shift
	}
	rows, err := db.All(ctx, q, db.SQL(`SELECT s.id, s.calendar_id, s.days, s.open_minute, s.close_minute, s.from_on, s.until_on FROM working_shift s
		JOIN working_calendar c ON c.id = s.calendar_id WHERE s.from_on < s.until_on AND `).Join(of, db.SQL(` ORDER BY s.from_on, s.open_minute, s.id`)),
		func(rs *db.Rows, r *row) error {
			return rs.Scan(&r.ID, &r.calendar, &r.days, &r.Open, &r.Close, &r.From, &r.Until)
		})
	for _, r := range rows {
		for i := range min(len(r.days), 7) {
			r.Days[i] = r.days[i] == '1'
		}
		if r.Until == open {
			r.Until = ""
		}
		b[r.calendar].Shifts = append(b[r.calendar].Shifts, r.Shift)
	}
	return err
}

func (b book) readDaysOff(ctx context.Context, q db.Reader, of db.Frag) error {
	type row struct {
		calendar string
		DayOff
	}
	rows, err := db.All(ctx, q, db.SQL(`SELECT d.id, d.calendar_id, d.kind, d.name, d.from_on, d.until_on FROM day_off d
		JOIN working_calendar c ON c.id = d.calendar_id WHERE d.from_on < d.until_on AND `).Join(of, db.SQL(` ORDER BY d.from_on, d.id`)),
		func(rs *db.Rows, r *row) error {
			return rs.Scan(&r.ID, &r.calendar, &r.Kind, &r.Name, &r.From, &r.Until)
		})
	for _, r := range rows {
		b[r.calendar].Off = append(b[r.calendar].Off, r.DayOff)
	}
	return err
}

// mine picks the calendars of an organization, whole.
func mine(org ident.OrgID) db.Frag { return db.SQL(`c.org_id = ?`, org) }

// load reads a calendar of the actor's organization for change, and keeps others from changing it until the write ends.
func load(ctx context.Context, tx *gate.Tx, id string) (*Calendar, error) {
	locked, err := db.Column[string](ctx, tx, db.SQL(`SELECT c.id FROM working_calendar c WHERE c.id = ? AND c.org_id = ?`, id, tx.Who.Org).Join(tx.ForUpdate()))
	if err != nil {
		return nil, err
	}
	if len(locked) == 0 {
		return nil, tx.Absent("working_calendar", id)
	}
	b, err := readWhere(ctx, tx, mine(tx.Who.Org).And(db.SQL(`(c.id = ? OR c.kind <> 'person')`, id)))
	if err != nil {
		return nil, err
	}
	return b[id], nil
}

func insertCalendar(ctx context.Context, tx *gate.Tx, c *Calendar) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO working_calendar (id, org_id, kind, person_id, name, zone, base_id, made_by, made_at, rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
		c.ID, c.Org, c.Kind, c.Person, c.Name, c.Zone.String(), c.Base, tx.Who.Person, db.Micros(tx.Now)))
	return err
}

// replaceShifts ends what is in force from a day on and begins the new shifts.
func replaceShifts(ctx context.Context, tx *gate.Tx, c *Calendar, n NewWeek) error {
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE working_shift SET until_on = CASE WHEN from_on > ? THEN from_on ELSE ? END WHERE calendar_id = ? AND until_on > ?`,
		n.From, n.From, c.ID, n.From)); err != nil {
		return err
	}
	for _, s := range n.Shifts {
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO working_shift (id, calendar_id, days, open_minute, close_minute, from_on, until_on, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			ident.New(), c.ID, daysText(s.Days), s.Open, s.Close, n.From, open, tx.Who.Person, db.Micros(tx.Now))); err != nil {
			return err
		}
	}
	return nil
}

func daysText(days [7]bool) string {
	var b strings.Builder
	for _, on := range days {
		b.WriteByte(map[bool]byte{true: '1', false: '0'}[on])
	}
	return b.String()
}

// touch counts a change of a calendar, on the revision that the person saw.
func touch(ctx context.Context, tx *gate.Tx, c *Calendar) (bool, error) {
	n, err := tx.Exec(ctx, db.SQL(`UPDATE working_calendar SET rev = rev + 1 WHERE id = ? AND rev = ?`, c.ID, c.Rev))
	return n > 0, err
}
