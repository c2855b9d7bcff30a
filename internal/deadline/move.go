package deadline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"countersign/internal/deadline/courtday"
	"countersign/internal/deadline/rule"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A NewMove proposes another date for an event that is in force.
type NewMove struct {
	Trigger string
	On      courtday.Day
	Service rule.Service // of a rule; "" for none
	Reason  string
}

func (in NewMove) what(was What) What {
	w := was
	w.On = in.On
	if w.Chain == "" {
		w.Service = in.Service
	}
	return w.tidy()
}

// ProposeMove proposes to move an event. Nothing changes until somebody else, of the firm, approves.
//
// Faults: NotFound, Forbidden, Invalid (fields "on", "service", "reason"), Conflict (not in force; a move waits).
func (s *Service) ProposeMove(ctx context.Context, who actor.Actor, in NewMove) (id string, err error) {
	defer fault.Wrap(&err, "deadline.ProposeMove(%s)", in.Trigger)
	err = s.gate.Write(ctx, who, DoMove, func(tx *gate.Tx) error {
		t, err := loadTrigger(ctx, tx, in.Trigger)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		was, seq, w, err := in.checked(ctx, tx, t)
		if err != nil {
			return err
		}
		id = ident.New()
		reason, err := seal(ctx, tx, t.Matter, strings.TrimSpace(in.Reason), reasonAAD(id))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO docket_move (id, trigger_id, matter_id, was_seq, on_date, service, jurisdiction, reason, state, proposed_by, proposed_at, answer, decided_by, decided_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'proposed', ?, ?, ?, '', 0)`, id, t.ID, t.Matter, seq, stored(w.On), w.Service, w.Jurisdiction, reason, who.Person, db.Micros(tx.Now), []byte{})); err != nil {
			return err
		}
		if err := t.save(ctx, tx); err != nil { // one proposal after the other
			return err
		}
		tx.Record(gate.Entry{Subject: t.ref(), Rev: t.Rev, Matter: t.Matter, Owner: t.Firm, Values: map[string]string{"trigger": t.Name(), "move": id, "from": was.Say(), "to": w.Say(), "reason": in.Reason}})
		if err := tellAttorney(ctx, tx, t, "deadline-move"); err != nil {
			return err
		}
		tx.Announce(topic(t.Matter))
		return nil
	})
	return id, err
}

func reasonAAD(move string) string { return "docket_move.reason/" + move }

// checked is what the event is and what it would be.
func (in NewMove) checked(ctx context.Context, tx *gate.Tx, t Trigger) (was What, seq int64, w What, err error) {
	if t.State != InForce {
		return was, 0, w, fault.New(fault.Conflict, "Only an event that is in force moves: correct the entries instead.")
	}
	var n int
	if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM docket_move WHERE trigger_id = ? AND state = 'proposed'`, t.ID)).Scan(&n); err != nil {
		return was, 0, w, err
	}
	if n > 0 {
		return was, 0, w, fault.New(fault.Conflict, "A move of this event waits for approval already.")
	}
	if was, seq, err = whatOf(ctx, tx, t); err != nil {
		return was, 0, w, err
	}
	w = in.what(was)
	switch {
	case in.On == 0:
		return was, 0, w, fault.InField("on", "Give the new day of the event, like 2026-11-06.")
	case w == was:
		return was, 0, w, fault.InField("on", "The event has this date already.")
	}
	if err := needReason(in.Reason); err != nil {
		return was, 0, w, err
	}
	return was, seq, w, w.check()
}

func tellAttorney(ctx context.Context, tx *gate.Tx, t Trigger, notice string) error {
	var supervisor, delegate ident.PersonID
	if err := tx.QueryRow(ctx, db.SQL(`SELECT supervisor_id, delegate_id FROM matter WHERE id = ?`, t.Matter)).Scan(&supervisor, &delegate); err != nil {
		return err
	}
	tx.Tell(supervisor, notice, t.Matter, t.ref())
	if delegate != supervisor {
		tx.Tell(delegate, notice, t.Matter, t.ref())
	}
	return nil
}

// A Preview is what a move would do.
type Preview struct {
	Was, To What
	Shifts  []Shift
	Tasks   []Task   // of the deadlines that move
	People  []string // who are touched: owners of the deadlines and holders of the tasks
	Seen    string   // names exactly this preview: an approval is of what was seen
}

// A Task is a task that is done for a deadline.
type Task struct {
	ID     ident.TaskID
	Number int64
	Title  string
	State  string
	Holder string
}

// PreviewMove says what a move would do, before it is proposed.
//
// Faults: NotFound, Forbidden, Invalid, Conflict (not in force).
func (s *Service) PreviewMove(ctx context.Context, who actor.Actor, in NewMove) (p Preview, err error) {
	defer fault.Wrap(&err, "deadline.PreviewMove(%s)", in.Trigger)
	v := s.gate.View(who)
	t, err := triggerOf(ctx, v, in.Trigger)
	if err != nil {
		return p, err
	}
	if err := allowed(ctx, v, DoMove, t.Subject()); err != nil {
		return p, err
	}
	if t.State != InForce {
		return p, fault.New(fault.Conflict, "Only an event that is in force moves: correct the entries instead.")
	}
	was, _, err := whatOf(ctx, v, t)
	if err != nil {
		return p, err
	}
	if in.On == 0 {
		return p, fault.InField("on", "Give the new day of the event, like 2026-11-06.")
	}
	return preview(ctx, v, t, was, in.what(was))
}

func preview(ctx context.Context, q db.Reader, t Trigger, was, to What) (p Preview, err error) {
	p.Was, p.To = was, to
	if p.Shifts, err = shifts(ctx, q, t, to); err != nil {
		return p, err
	}
	var moving []string
	sum := sha256.New()
	for _, x := range p.Shifts {
		fmt.Fprintf(sum, "%s %s %s %s %t %t\n", x.Deadline.ID, stored(x.Deadline.Date.Expected), stored(x.To.Date.Expected), stored(x.To.Date.Earliest), x.Settled, x.Gone)
		if x.Moves() && x.Deadline.ID != "" {
			moving = append(moving, x.Deadline.ID)
		}
	}
	p.Seen = hex.EncodeToString(sum.Sum(nil)[:16])
	if p.Tasks, err = tasksOf(ctx, q, moving); err != nil {
		return p, err
	}
	p.People, err = touched(ctx, q, moving)
	return p, err
}

// tasksOf are the tasks that are done for deadlines. The firm alone sees a package that is still being prepared, and only
// released tasks are linked.
func tasksOf(ctx context.Context, q db.Reader, deadlines []string) ([]Task, error) {
	return db.All(ctx, q, db.SQL(`SELECT DISTINCT t.id, t.number, t.title, t.state, COALESCE(p.name, '') FROM deadline_task l JOIN task t ON t.id = l.task_id LEFT JOIN person p ON p.id = t.holder_id
		WHERE t.state <> 'preparing' AND `).Join(db.In("l.deadline_id", deadlines), db.SQL(` ORDER BY t.number`)),
		func(rs *db.Rows, t *Task) error { return rs.Scan(&t.ID, &t.Number, &t.Title, &t.State, &t.Holder) })
}

func touched(ctx context.Context, q db.Reader, deadlines []string) ([]string, error) {
	return db.Column[string](ctx, q, db.SQL(`SELECT DISTINCT p.name FROM person p WHERE p.id IN (SELECT d.owner_id FROM deadline d WHERE `).
		Join(db.In("d.id", deadlines), db.SQL(`) OR p.id IN (SELECT t.holder_id FROM task t JOIN deadline_task l ON l.task_id = t.id WHERE t.state <> 'preparing' AND `), db.In("l.deadline_id", deadlines), db.SQL(`) ORDER BY p.name`)))
}

// ApproveMove carries out a proposed move. seen names the preview that was approved ("" takes the present one).
//
// Faults: NotFound, Forbidden (offshore, who proposed it), Conflict (decided before), Stale (the preview has changed).
func (s *Service) ApproveMove(ctx context.Context, who actor.Actor, move, seen string) (err error) {
	defer fault.Wrap(&err, "deadline.ApproveMove(%s)", move)
	return s.decide(ctx, who, DoApprove, move, "approved", "", func(tx *gate.Tx, t *Trigger, m Move) (map[string]string, error) {
		if err := holdDocket(ctx, tx, t.Matter); err != nil {
			return nil, err
		}
		was, seq, err := whatOf(ctx, tx, *t)
		if err != nil {
			return nil, err
		}
		if seq != m.wasSeq {
			return nil, stale()
		}
		p, err := preview(ctx, tx, *t, was, m.To.in(was))
		if err != nil {
			return nil, err
		}
		if seen != "" && seen != p.Seen {
			return nil, fault.New(fault.Stale, "What this move does has changed since you looked. Look again, then approve.")
		}
		if err := setDate(ctx, tx, t.ID, p.To, move); err != nil {
			return nil, err
		}
		if err := carryOut(ctx, tx, *t, p.Shifts, move); err != nil {
			return nil, err
		}
		return map[string]string{"from": was.Say(), "to": p.To.Say(), "seen": p.Seen}, tellTouched(ctx, tx, t, p)
	})
}

// in gives a move's date the rule or chain of its event.
func (w What) in(was What) What {
	w.Rule, w.Chain, w.Event = was.Rule, was.Chain, was.Event
	return w
}

func tellTouched(ctx context.Context, tx *gate.Tx, t *Trigger, p Preview) error {
	told := map[ident.PersonID]bool{}
	for _, x := range p.Shifts {
		if x.Moves() && x.Deadline.ID != "" && !told[x.Deadline.Owner] {
			told[x.Deadline.Owner] = true
			tx.Tell(x.Deadline.Owner, "deadline-moved", t.Matter, x.Deadline.ref())
		}
	}
	for _, k := range p.Tasks {
		var holder ident.PersonID
		if err := tx.QueryRow(ctx, db.SQL(`SELECT holder_id FROM task WHERE id = ?`, k.ID)).Scan(&holder); err != nil {
			return err
		}
		if holder != "" && !told[holder] {
			told[holder] = true
			tx.Tell(holder, "deadline-moved", t.Matter, t.ref())
		}
	}
	return nil
}

// RefuseMove turns a proposed move down; the reason stays with it.
//
// Faults: NotFound, Forbidden (offshore), Invalid (field "reason"), Conflict (decided before).
func (s *Service) RefuseMove(ctx context.Context, who actor.Actor, move, reason string) (err error) {
	defer fault.Wrap(&err, "deadline.RefuseMove(%s)", move)
	return s.decide(ctx, who, DoRefuse, move, "refused", reason, func(*gate.Tx, *Trigger, Move) (map[string]string, error) {
		return map[string]string{"reason": reason}, needReason(reason)
	})
}

// decide is the shape of both answers to a move.
func (s *Service) decide(ctx context.Context, who actor.Actor, a authz.Action, move, becomes, answer string, do func(*gate.Tx, *Trigger, Move) (map[string]string, error)) error {
	return s.gate.Write(ctx, who, a, func(tx *gate.Tx) error {
		t, m, err := loadMove(ctx, tx, move)
		if err != nil {
			return err
		}
		t.entered = []string{string(m.by)} // the two people of a move are who proposed it and who approves
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		if m.State != "proposed" {
			return fault.New(fault.Conflict, "This move is decided already.")
		}
		values, err := do(tx, &t, m)
		if err != nil {
			return err
		}
		words, err := seal(ctx, tx, t.Matter, strings.TrimSpace(answer), "docket_move.answer/"+move)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE docket_move SET state = ?, answer = ?, decided_by = ?, decided_at = ? WHERE id = ?`, becomes, words, who.Person, db.Micros(tx.Now), move)); err != nil {
			return err
		}
		if err := t.save(ctx, tx); err != nil {
			return err
		}
		values["trigger"], values["move"] = t.Name(), move
		tx.Record(gate.Entry{Subject: t.ref(), Rev: t.Rev, Matter: t.Matter, Owner: t.Firm, Values: values})
		tx.Tell(m.by, "deadline-move-"+becomes, t.Matter, t.ref())
		tx.Announce(topic(t.Matter))
		return nil
	})
}

func loadMove(ctx context.Context, tx *gate.Tx, id string) (t Trigger, m Move, err error) {
	var trigger string
	err = tx.QueryRow(ctx, db.SQL(`SELECT trigger_id FROM docket_move WHERE id = ? AND `, id).Join(tx.Visible("matter_id"))).Scan(&trigger)
	if errors.Is(err, db.ErrNoRows) {
		return t, m, tx.Absent("move", id)
	}
	if err != nil {
		return t, m, err
	}
	if t, err = loadTrigger(ctx, tx, trigger); err != nil { // locks: its moves are decided one after the other
		return t, m, err
	}
	err = tx.QueryRow(ctx, db.SQL(`SELECT id, was_seq, on_date, service, jurisdiction, state, proposed_by FROM docket_move WHERE id = ?`, id)).
		Scan(&m.ID, &m.wasSeq, dayIn{&m.To.On}, &m.To.Service, &m.To.Jurisdiction, &m.State, &m.by)
	return t, m, err
}
