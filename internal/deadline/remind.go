package deadline

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/kernel/wall"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// ladder is how many days before the earliest date reminders fire, at nine in the court's zone.
var ladder = []courtday.Day{14, 7, 3, 1, 0}

const (
	remindAt  = 9 * time.Hour
	lastHours = 2 * time.Hour // on the day itself a working day is too long to wait
	lateAfter = time.Hour     // beyond what a busy server needs
)

// Tick lets the reminders fire whose time has come: the arguments of a job.
type Tick struct{}

// Kind implements jobs.Args.
func (Tick) Kind() string { return "deadline.tick" }

// workdays are the days on which somebody is expected to answer.
var workdays = sync.OnceValue(func() *courtday.Set {
	return courtday.NewSet(courtday.Part{Calendar: courtday.Find("US-FED"), Classes: courtday.Any})
})

// fireAt is when the reminder of so many days before fires.
func fireAt(earliest, days courtday.Day, zone *time.Location) time.Time {
	return wall.At(zone, (earliest - days).Time().Add(remindAt), wall.First)
}

// climbsAt is when a reminder that nobody acknowledged goes on to the next person: a working day later.
func climbsAt(fired time.Time, days courtday.Day, zone *time.Location) time.Time {
	if days == 0 {
		return fired.Add(lastHours)
	}
	local := fired.In(zone)
	day := workdays().Roll(courtday.Of(local)+1, 1)
	clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
	return wall.At(zone, day.Time().Add(clock), wall.First)
}

// setLadder ends the reminders of a deadline and puts up those of its date. What is past is not made up for; a date for
// which it is too late for any reminder gets one at once.
func setLadder(ctx context.Context, tx *gate.Tx, d Deadline) error {
	if err := endLadder(ctx, tx, d.ID); err != nil {
		return err
	}
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		return err
	}
	n := 0
	for _, days := range ladder {
		at := fireAt(d.Date.Earliest, days, zone)
		last := days == 0 && n == 0
		if !at.After(tx.Now) && !last {
			continue
		}
		if !at.After(tx.Now) {
			at = tx.Now
		}
		n++
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO deadline_reminder (id, deadline_id, matter_id, days, due_at, state, rung, person_id, fired_at, late, climb_at, acknowledged_by, acknowledged_at)
			VALUES (?, ?, ?, ?, ?, 'waiting', 0, '', 0, FALSE, 0, '', 0)`, ident.New(), d.ID, d.Matter, int64(days), db.Micros(at))); err != nil {
			return err
		}
	}
	return nil
}

func endLadder(ctx context.Context, tx *gate.Tx, deadline string) error {
	_, err := tx.Exec(ctx, db.SQL(`UPDATE deadline_reminder SET state = 'ended', climb_at = 0 WHERE deadline_id = ? AND state IN ('waiting', 'fired')`, deadline))
	return err
}

// errGone ends a write whose reminder somebody else has worked meanwhile.
var errGone = errors.New("deadline: the reminder is worked already")

// Remind fires the reminders whose time has come and lets those climb that nobody acknowledged, the oldest first, each in
// a write of its own: a job that dies between two leaves nothing half done, and the next goes on. It is the tick job's work
// and returns how many.
func (s *Service) Remind(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "deadline.Remind")
	who := actor.System(Tick{}.Kind())
	v := s.gate.View(who)
	now := db.Micros(v.Now)
	type due struct {
		id, deadline string
		waiting      bool
	}
	all, err := db.All(ctx, v, db.SQL(`SELECT id, deadline_id, state = 'waiting' FROM deadline_reminder WHERE (state = 'waiting' AND due_at <= ?) OR (state = 'fired' AND climb_at > 0 AND climb_at <= ?)
		ORDER BY CASE WHEN state = 'waiting' THEN due_at ELSE climb_at END, id LIMIT 500`, now, now), func(rs *db.Rows, d *due) error { return rs.Scan(&d.id, &d.deadline, &d.waiting) })
	if err != nil {
		return 0, err
	}
	failed, errs := map[string]bool{}, []error(nil)
	for _, x := range all {
		if failed[x.deadline] {
			continue
		}
		action, work := DoClimb, climb
		if x.waiting {
			action, work = DoRemind, fire
		}
		err := s.gate.Write(ctx, who, action, func(tx *gate.Tx) error {
			d, err := load(ctx, tx, x.deadline)
			if err != nil {
				return err
			}
			if err := tx.Permit(ctx, d.Subject()); err != nil {
				return err
			}
			return work(ctx, tx, d, x.id)
		})
		switch {
		case err == nil:
			n++
		case errors.Is(err, errGone):
		case ctx.Err() != nil:
			return n, err
		default: // its own later ones wait for it; those of other deadlines do not
			failed[x.deadline], errs = true, append(errs, err)
		}
	}
	return n, errors.Join(errs...)
}

func fire(ctx context.Context, tx *gate.Tx, d Deadline, id string) error {
	var days int64
	var due time.Time
	err := tx.QueryRow(ctx, db.SQL(`SELECT days, due_at FROM deadline_reminder WHERE id = ? AND state = 'waiting'`, id)).Scan(&days, db.At{T: &due})
	if errors.Is(err, db.ErrNoRows) {
		return errGone
	}
	if err != nil {
		return err
	}
	late := tx.Now.Sub(due) > lateAfter
	told, err := tell(ctx, tx, d, id, 0, courtday.Day(days))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE deadline_reminder SET state = 'fired', fired_at = ?, late = ? WHERE id = ?`, db.Micros(tx.Now), late, id)); err != nil {
		return err
	}
	remember(tx, d, told, map[string]string{"days": strconv.FormatInt(days, 10), "late": yes(late)})
	return nil
}

func climb(ctx context.Context, tx *gate.Tx, d Deadline, id string) error {
	var days, rung, at int64
	err := tx.QueryRow(ctx, db.SQL(`SELECT days, rung, climb_at FROM deadline_reminder WHERE id = ? AND state = 'fired'`, id)).Scan(&days, &rung, &at)
	if errors.Is(err, db.ErrNoRows) || err == nil && (at == 0 || at > db.Micros(tx.Now)) {
		return errGone
	}
	if err != nil {
		return err
	}
	told, err := tell(ctx, tx, d, id, rung+1, courtday.Day(days))
	if err != nil {
		return err
	}
	remember(tx, d, told, map[string]string{"days": strconv.FormatInt(days, 10), "rung": strconv.FormatInt(rung+1, 10)})
	return nil
}

func remember(tx *gate.Tx, d Deadline, told ident.PersonID, values map[string]string) {
	values["deadline"], values["person"] = d.Name(), string(told)
	tx.Record(gate.Entry{Subject: d.ref(), Rev: d.Rev, Matter: d.Matter, Owner: d.Firm, Values: values})
	tx.Announce(topic(d.Matter))
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// tell tells the person on the rung, or the next above who may still acknowledge, and writes where the reminder stands.
// At the top it stays.
func tell(ctx context.Context, tx *gate.Tx, d Deadline, id string, rung int64, days courtday.Day) (ident.PersonID, error) {
	people, err := rungs(ctx, tx, d)
	if err != nil {
		return "", err
	}
	var person ident.PersonID
	if rung < int64(len(people)) {
		person = people[rung]
	}
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		return "", err
	}
	next := db.Micros(climbsAt(tx.Now, days, zone))
	if rung+1 >= int64(len(people)) {
		next = 0
	}
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE deadline_reminder SET rung = ?, person_id = ?, climb_at = ? WHERE id = ?`, rung, person, next, id)); err != nil {
		return "", err
	}
	notice := "deadline-due"
	if rung > 0 {
		notice = "deadline-climbed"
	}
	tx.Tell(person, notice, d.Matter, d.ref())
	return person, nil
}

// rungs are the people of the ladder who may still acknowledge: the owner, who leads them, the attorney.
func rungs(ctx context.Context, tx *gate.Tx, d Deadline) (out []ident.PersonID, err error) {
	type one struct {
		person ident.PersonID
		org    ident.OrgID
	}
	var supervisor, delegate ident.PersonID
	if err := tx.QueryRow(ctx, db.SQL(`SELECT supervisor_id, delegate_id FROM matter WHERE id = ?`, d.Matter)).Scan(&supervisor, &delegate); err != nil {
		return nil, err
	}
	leads, err := db.Column[ident.PersonID](ctx, tx, db.SQL(`SELECT g.person_id FROM access_grant g WHERE g.scope_kind = 'org' AND g.scope_id = ? AND g.role = 'team_lead' AND g.from_at <= ? AND g.until_at > ? ORDER BY g.from_at, g.person_id LIMIT 1`,
		d.OwnerOrg, db.Micros(tx.Now), db.Micros(tx.Now)))
	if err != nil {
		return nil, err
	}
	all := []one{{d.Owner, d.OwnerOrg}}
	for _, l := range leads {
		all = append(all, one{l, d.OwnerOrg})
	}
	seen := map[ident.PersonID]bool{"": true}
	for _, x := range append(all, one{delegate, d.Firm}, one{supervisor, d.Firm}) {
		if seen[x.person] {
			continue
		}
		seen[x.person] = true
		may, err := tx.MayOther(ctx, x.person, x.org, DoAcknowledge, d.Subject())
		if err != nil {
			return nil, err
		}
		if may.Allowed {
			out = append(out, x.person)
		}
	}
	return out, nil
}

// Acknowledge says that somebody took notice of every reminder of a deadline that has fired.
//
// Faults: NotFound, Forbidden, Conflict (none waits for it).
func (s *Service) Acknowledge(ctx context.Context, who actor.Actor, id string) (err error) {
	defer fault.Wrap(&err, "deadline.Acknowledge(%s)", id)
	return s.on(ctx, who, DoAcknowledge, id, func(tx *gate.Tx, d *Deadline) (map[string]string, error) {
		n, err := tx.Exec(ctx, db.SQL(`UPDATE deadline_reminder SET state = 'acknowledged', climb_at = 0, acknowledged_by = ?, acknowledged_at = ? WHERE deadline_id = ? AND state = 'fired'`,
			who.Person, db.Micros(tx.Now), d.ID))
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "No reminder of this deadline waits for an acknowledgement.")
		}
		return map[string]string{"reminders": strconv.FormatInt(n, 10)}, err
	})
}

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
