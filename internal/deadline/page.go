package deadline

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"countersign/internal/deadline/courtday"
	"countersign/internal/deadline/rule"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// dayThere is the day that a clock shows in a zone; in UTC where there is none of that name.
func dayThere(now time.Time, zone string) courtday.Day {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	return courtday.Of(now.In(loc))
}

// A Head is the matter above a page of its docket.
type Head struct {
	Matter   ident.MatterID
	Number   string
	Title    string
	FirmName string
	Firm     bool // the reader is of the matter's firm
	MayEnter bool
}

func headOf(ctx context.Context, v gate.View, m ident.MatterID) (h Head, err error) {
	var firm ident.OrgID
	err = v.QueryRow(ctx, db.SQL(`SELECT m.id, m.number, m.title, m.firm_id, o.name FROM matter m JOIN org o ON o.id = m.firm_id WHERE m.id = ? AND `, m).Join(v.Visible("m.id"))).
		Scan(&h.Matter, &h.Number, &h.Title, &firm, &h.FirmName)
	if errors.Is(err, db.ErrNoRows) {
		return h, fault.Missing()
	}
	if err != nil {
		return h, err
	}
	h.Firm = firm == v.Who.Org
	d, err := v.May(ctx, DoEnter, subject(authz.Ref{Kind: "trigger", ID: "new"}, m, firm, nil))
	h.MayEnter = d.Allowed
	return h, err
}

// A MatterDocket is the docket of one matter: what is open, what was settled last, and its events.
type MatterDocket struct {
	Head
	Docket
	Settled  []Row
	Triggers []TriggerRow
}

// OfMatter returns the docket of one matter.
//
// Faults: NotFound.
func (s *Service) OfMatter(ctx context.Context, who actor.Actor, m ident.MatterID) (d MatterDocket, err error) {
	defer fault.Wrap(&err, "deadline.OfMatter(%s)", m)
	v := s.gate.View(who)
	if d.Head, err = headOf(ctx, v, m); err != nil {
		return d, err
	}
	if d.Docket, err = s.List(ctx, who, Filter{Matter: m}); err != nil {
		return d, err
	}
	if d.Settled, err = rows(ctx, v, v.Visible("d.matter_id").And(db.SQL(`d.matter_id = ? AND d.state <> ?`, m, Open)), PerPage); err != nil {
		return d, err
	}
	d.Triggers, err = triggerRows(ctx, v, v.Visible("t.matter_id").And(db.SQL(`t.matter_id = ?`, m), db.SQL(`t.state <> 'withdrawn'`)))
	return d, err
}

// A Reminder is a rung of the ladder as a page shows it.
type Reminder struct {
	Days           int64
	Due            time.Time
	State          string // waiting, fired, acknowledged, ended
	Rung           int64
	Person         string // told last
	Fired          time.Time
	Late           bool
	Climbs         time.Time // zero at the top
	AcknowledgedBy string
	AcknowledgedAt time.Time
}

// A Move is a proposed change of a date, and what became of it.
type Move struct {
	ID         string
	From, To   What
	Reason     string
	State      string // proposed, approved, refused
	ProposedBy string
	ProposedAt time.Time
	DecidedBy  string
	DecidedAt  time.Time
	Answer     string

	wasSeq int64
	by     ident.PersonID
}

// A Page is one deadline with everything that a reader of its date asks for.
type Page struct {
	Head
	Row
	EventName  string // of the trigger, "E-14"
	Source     ident.DocumentID
	SourceName string
	RuleText   rule.Rule // the zero Rule for the earlier or later of two
	Dates      []Date    // the present first, the original last
	Moves      map[string]Move
	Due        time.Time // when the day is over, in the court's zone
	DueEarly   time.Time // likewise of the earliest date
	Reason     string    // of its end
	SettledBy  string
	SettledAt  time.Time
	Reminders  []Reminder
	Tasks      []Task
	Offers     []Task // that could be linked
	People     []Person
	Now        time.Time

	MaySatisfy, MayCancel, MayGive, MayLink, MayAcknowledge, MayMove bool
}

// A Person is somebody who can own a deadline.
type Person struct {
	ID   ident.PersonID
	Name string
	Org  string
}

// Get returns one deadline.
//
// Faults: NotFound.
func (s *Service) Get(ctx context.Context, who actor.Actor, id string) (p Page, err error) {
	defer fault.Wrap(&err, "deadline.Get(%s)", id)
	v := s.gate.View(who)
	p.Now = v.Now
	found, err := rows(ctx, v, v.Visible("d.matter_id").And(db.SQL(`d.id = ?`, id)), 1)
	if err != nil {
		return p, err
	}
	if len(found) == 0 {
		return p, fault.Missing()
	}
	p.Row = found[0]
	if p.Head, err = headOf(ctx, v, p.Row.Matter); err != nil {
		return p, err
	}
	for _, fill := range []func(context.Context, gate.View) error{p.fillEvent, p.fillDates, p.fillLadder, p.fillTasks, p.fillMay} {
		if err := fill(ctx, v); err != nil {
			return p, err
		}
	}
	if p.Rule != "" {
		p.RuleText, err = rule.Find(p.Rule)
	}
	return p, err
}

func (p *Page) fillEvent(ctx context.Context, v gate.View) error {
	var reason []byte
	var number int64
	err := v.QueryRow(ctx, db.SQL(`SELECT t.number, t.source_id, COALESCE(f.name, ''), d.reason, COALESCE(b.name, ''), d.settled_at FROM deadline d JOIN docket_trigger t ON t.id = d.trigger_id
		LEFT JOIN document f ON f.id = t.source_id AND f.state = 'active' LEFT JOIN person b ON b.id = d.settled_by WHERE d.id = ? AND `, p.ID).Join(v.Visible("d.matter_id"))).
		Scan(&number, &p.Source, &p.SourceName, &reason, &p.SettledBy, db.At{T: &p.SettledAt})
	if err != nil {
		return err
	}
	p.EventName = Trigger{Number: number}.Name()
	p.Reason, err = opened(ctx, v, p.Row.Matter, reason, settledAAD(p.ID))
	return err
}

func (p *Page) fillDates(ctx context.Context, v gate.View) (err error) {
	p.Dates, err = db.All(ctx, v, db.SQL(`SELECT `+dateColumns+`, x.seq, x.steps, x.move_id, x.from_at, x.until_at FROM deadline_date x WHERE x.deadline_id = ? ORDER BY x.seq DESC`, p.ID),
		func(rs *db.Rows, d *Date) error {
			var steps string
			var until int64
			if err := rs.Scan(append(d.scan(), &d.Seq, &steps, &d.Move, db.At{T: &d.From}, &until)...); err != nil {
				return err
			}
			if until != gate.Forever {
				d.Until = db.Instant(until)
			}
			return json.Unmarshal([]byte(steps), &d.Steps)
		})
	if err != nil || len(p.Dates) == 0 {
		return err
	}
	p.Date = p.Dates[0]
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return err
	}
	if p.Due, err = rule.Due(p.Date.Expected, p.Date.DueTime, zone); err != nil {
		return err
	}
	if p.DueEarly, err = rule.Due(p.Date.Earliest, p.Date.DueTime, zone); err != nil {
		return err
	}
	p.Moves = map[string]Move{}
	all, err := movesOf(ctx, v, p.Row.Matter, db.SQL(`k.id IN (SELECT x.move_id FROM deadline_date x WHERE x.deadline_id = ?)`, p.ID))
	for _, m := range all {
		p.Moves[m.ID] = m
	}
	return err
}

func movesOf(ctx context.Context, v gate.View, m ident.MatterID, which db.Frag) ([]Move, error) {
	type words struct{ reason, answer []byte }
	sealed := map[string]words{}
	all, err := db.All(ctx, v, db.SQL(`SELECT k.id, k.was_seq, x.on_date, x.service, x.jurisdiction, k.on_date, k.service, k.jurisdiction, k.reason, k.state, p.name, k.proposed_by, k.proposed_at, COALESCE(q.name, ''), k.decided_at, k.answer
		FROM docket_move k JOIN docket_date x ON x.trigger_id = k.trigger_id AND x.seq = k.was_seq JOIN person p ON p.id = k.proposed_by LEFT JOIN person q ON q.id = k.decided_by
		WHERE k.matter_id = ?`, m).And(which, v.Visible("k.matter_id")).Join(db.SQL(` ORDER BY k.proposed_at DESC, k.id DESC`)), func(rs *db.Rows, k *Move) error {
		var w words
		err := rs.Scan(&k.ID, &k.wasSeq, dayIn{&k.From.On}, &k.From.Service, &k.From.Jurisdiction, dayIn{&k.To.On}, &k.To.Service, &k.To.Jurisdiction, &w.reason, &k.State,
			&k.ProposedBy, &k.by, db.At{T: &k.ProposedAt}, &k.DecidedBy, db.At{T: &k.DecidedAt}, &w.answer)
		sealed[k.ID] = w
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		k, w := &all[i], sealed[all[i].ID]
		if k.Reason, err = opened(ctx, v, m, w.reason, reasonAAD(k.ID)); err != nil {
			return nil, err
		}
		if k.Answer, err = opened(ctx, v, m, w.answer, "docket_move.answer/"+k.ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (p *Page) fillLadder(ctx context.Context, v gate.View) (err error) {
	p.Reminders, err = db.All(ctx, v, db.SQL(`SELECT r.days, r.due_at, r.state, r.rung, COALESCE(p.name, ''), r.fired_at, r.late, r.climb_at, COALESCE(a.name, ''), r.acknowledged_at
		FROM deadline_reminder r LEFT JOIN person p ON p.id = r.person_id LEFT JOIN person a ON a.id = r.acknowledged_by WHERE r.deadline_id = ? AND (r.state <> 'ended' OR r.fired_at > 0) ORDER BY r.due_at, r.id`, p.ID),
		func(rs *db.Rows, r *Reminder) error {
			return rs.Scan(&r.Days, db.At{T: &r.Due}, &r.State, &r.Rung, &r.Person, db.At{T: &r.Fired}, &r.Late, db.At{T: &r.Climbs}, &r.AcknowledgedBy, db.At{T: &r.AcknowledgedAt})
		})
	return err
}

func (p *Page) fillTasks(ctx context.Context, v gate.View) (err error) {
	if p.Tasks, err = tasksOf(ctx, v, []string{p.ID}); err != nil || !p.Firm {
		return err
	}
	p.Offers, err = db.All(ctx, v, db.SQL(`SELECT t.id, t.number, t.title, t.state, '' FROM task t WHERE t.matter_id = ? AND t.state IN ('open', 'paused')
		AND t.id NOT IN (SELECT l.task_id FROM deadline_task l WHERE l.deadline_id = ?) AND `, p.Row.Matter, p.ID).Join(v.Visible("t.matter_id"), db.SQL(` ORDER BY t.number DESC LIMIT 100`)),
		func(rs *db.Rows, t *Task) error { return rs.Scan(&t.ID, &t.Number, &t.Title, &t.State, &t.Holder) })
	return err
}

func (p *Page) fillMay(ctx context.Context, v gate.View) (err error) {
	for _, x := range []struct {
		a    authz.Action
		to   *bool
		when bool
	}{
		{DoSatisfy, &p.MaySatisfy, p.State == Open}, {DoCancel, &p.MayCancel, p.State == Open}, {DoGive, &p.MayGive, p.State == Open}, {DoLink, &p.MayLink, true},
		{DoAcknowledge, &p.MayAcknowledge, p.Calls}, {DoMove, &p.MayMove, p.State == Open},
	} {
		d, err := v.May(ctx, x.a, p.Deadline.Subject())
		if err != nil {
			return err
		}
		*x.to = d.Allowed && x.when
	}
	if p.MayGive {
		p.People, err = peopleOn(ctx, v, p.Row.Matter)
	}
	return err
}

// peopleOn are those with a role on a matter whom the reader may know of.
func peopleOn(ctx context.Context, v gate.View, m ident.MatterID) ([]Person, error) {
	at := db.Micros(v.Now)
	return db.All(ctx, v, db.SQL(`SELECT DISTINCT p.id, p.name, o.name FROM access_grant g JOIN person p ON p.id = g.person_id JOIN org o ON o.id = g.org_id JOIN matter m ON m.id = g.scope_id
		WHERE g.scope_kind = 'matter' AND g.scope_id = ? AND g.from_at <= ? AND g.until_at > ? AND p.disabled_at = 0 AND (m.firm_id = ? OR g.org_id = ? OR g.org_id = m.firm_id)
		AND NOT EXISTS (SELECT 1 FROM wall w WHERE w.person_id = p.id AND w.matter_id = m.id AND w.until_at > ?) AND `, m, at, at, v.Who.Org, v.Who.Org, at).
		Join(v.Visible("m.id"), db.SQL(` ORDER BY o.name, p.name, p.id`)), func(rs *db.Rows, p *Person) error { return rs.Scan(&p.ID, &p.Name, &p.Org) })
}
