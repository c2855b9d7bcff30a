package deadline

import (
	"context"
	"errors"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A NewTrigger is the first entry of an event.
type NewTrigger struct {
	Matter ident.MatterID
	What
	Title  string // what happened; the second person reads it, so it holds no date
	Note   string
	Source ident.DocumentID // that it was read in; "" for none
	Zone   string           // of the court; "" as the jurisdiction has it
	Owner  ident.PersonID   // is reminded first; "" for who enters it
}

// Enter docks an event for the first time. Nothing is in force until somebody of the firm has entered it too.
//
// Faults: NotFound, Forbidden (role), Invalid (the field that breaks its rule), Conflict (the chain has that date).
func (s *Service) Enter(ctx context.Context, who actor.Actor, in NewTrigger) (id string, err error) {
	defer fault.Wrap(&err, "deadline.Enter(%s)", in.Matter)
	in.What = in.tidy()
	err = s.gate.Write(ctx, who, DoEnter, func(tx *gate.Tx) error {
		t, err := s.begun(ctx, tx, in)
		if err != nil {
			return err
		}
		if err := in.insert(ctx, tx, t); err != nil {
			return err
		}
		if err := insertEntry(ctx, tx, t.ID, 1, in.What); err != nil {
			return err
		}
		// What was read is told with the second entry, not before: who makes that one may read the trail.
		tx.Record(gate.Entry{Subject: t.ref(), Rev: t.Rev, Matter: t.Matter, Owner: t.Firm, Values: map[string]string{"trigger": t.Name(), "source": string(in.Source)}})
		tx.Announce(topic(t.Matter))
		id = t.ID
		return tellAttorney(ctx, tx, t, "deadline-entered")
	})
	return id, err
}

// begun is the trigger of a first entry that is permitted and whole.
func (s *Service) begun(ctx context.Context, tx *gate.Tx, in NewTrigger) (t Trigger, err error) {
	t = Trigger{ID: ident.New(), Matter: in.Matter, State: Waiting, Owner: in.Owner, OwnerOrg: tx.Who.Org, Rev: 1}
	var firmZone, state string
	err = tx.QueryRow(ctx, db.SQL(`SELECT m.firm_id, o.zone, m.state FROM matter m JOIN org o ON o.id = m.firm_id WHERE m.id = ? AND `, in.Matter).Join(tx.Visible("m.id"))).Scan(&t.Firm, &firmZone, &state)
	if errors.Is(err, db.ErrNoRows) {
		return t, tx.Absent("matter", string(in.Matter))
	}
	if err != nil {
		return t, err
	}
	if err := tx.Permit(ctx, t.Subject()); err != nil {
		return t, err
	}
	if state != "open" {
		return t, fault.New(fault.Conflict, "The matter is closed: reopen it first.")
	}
	if err := in.check(); err != nil {
		return t, err
	}
	if t.Zone, err = zoneOf(in.Zone, in.court(), firmZone); err != nil {
		return t, err
	}
	if err := t.own(ctx, tx, in.Owner); err != nil {
		return t, err
	}
	if err := free(ctx, tx, t, in.What); err != nil {
		return t, err
	}
	t.Number, err = tx.Count(ctx, string(t.Firm), "trigger")
	return t, err
}

func (in NewTrigger) check() error {
	if in.Title = line(in.Title); in.Title == "" || len(in.Title) > 300 {
		return fault.InField("title", "Say what happened, in at most 300 characters and without the date.")
	}
	if in.On == 0 {
		return fault.InField("on", "Give the day of the event, like 2026-11-06.")
	}
	if err := tooLong("note", in.Note); err != nil {
		return err
	}
	return in.What.check()
}

func (in NewTrigger) insert(ctx context.Context, tx *gate.Tx, t Trigger) error {
	if in.Source != "" {
		var n int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM document WHERE id = ? AND matter_id = ? AND state = 'active'`, in.Source, t.Matter)).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return fault.InField("source", "Choose a document of this matter.")
		}
	}
	title, err := seal(ctx, tx, t.Matter, line(in.Title), titleAAD(t.ID))
	if err != nil {
		return err
	}
	note, err := seal(ctx, tx, t.Matter, strings.TrimSpace(in.Note), noteAAD(t.ID))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO docket_trigger (id, matter_id, firm_id, number, state, title, note, source_id, chain, event, rule_id, zone, owner_id, owner_org, reason, made_at, rev)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', '', ?, ?, ?, ?, ?, 1)`, t.ID, t.Matter, t.Firm, t.Number, t.State, title, note, in.Source, t.Zone, t.Owner, t.OwnerOrg, []byte{}, db.Micros(tx.Now)))
	return err
}

func titleAAD(id string) string { return "docket_trigger.title/" + id }

func noteAAD(id string) string { return "docket_trigger.note/" + id }

// own names who is reminded first: one who may acknowledge, of the organization through which they see the matter.
func (t *Trigger) own(ctx context.Context, tx *gate.Tx, p ident.PersonID) error {
	if p == "" || p == tx.Who.Person {
		t.Owner, t.OwnerOrg = tx.Who.Person, tx.Who.Org
		return nil
	}
	org, err := mayOwn(ctx, tx, p, t.Subject())
	t.Owner, t.OwnerOrg = p, org
	return err
}

// mayOwn finds the organization in which a person can acknowledge reminders of the subject.
//
// Faults: Invalid (field "owner").
func mayOwn(ctx context.Context, tx *gate.Tx, p ident.PersonID, s authz.Subject) (ident.OrgID, error) {
	orgs, err := db.Column[ident.OrgID](ctx, tx, db.SQL(`SELECT org_id FROM member WHERE person_id = ? AND until_at > ? ORDER BY org_id`, p, db.Micros(tx.Now)))
	if err != nil {
		return "", err
	}
	for _, o := range orgs {
		d, err := tx.MayOther(ctx, p, o, DoAcknowledge, s)
		if err != nil {
			return "", err
		}
		if d.Allowed {
			return o, nil
		}
	}
	return "", fault.InField("owner", "Choose somebody who works on this matter.")
}

// free refuses a date that the chain of this matter has already: dates in force move, they are not entered again.
func free(ctx context.Context, q db.Reader, t Trigger, w What) error {
	if w.Chain == "" {
		return nil
	}
	var n int
	err := q.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM docket_trigger WHERE matter_id = ? AND chain = ? AND event = ? AND state = ? AND id <> ?`, t.Matter, w.Chain, w.Event, InForce, t.ID)).Scan(&n)
	if err == nil && n > 0 {
		return fault.New(fault.Conflict, "This date of the chain is in force on the matter already: propose to move it instead.")
	}
	return err
}

// Confirm is the second entry, by another person, of the firm, who has not seen the first. It reports whether both agree:
// then the deadlines are in force, else one of the two corrects.
//
// Faults: NotFound, Forbidden (offshore, the same person), Invalid, Conflict (nothing waits).
func (s *Service) Confirm(ctx context.Context, who actor.Actor, id string, w What) (agree bool, err error) {
	defer fault.Wrap(&err, "deadline.Confirm(%s)", id)
	return s.again(ctx, who, DoConfirm, id, w, func(t Trigger, _ []Entry) (int64, error) {
		if t.State != Waiting {
			return 0, fault.New(fault.Conflict, "This event does not wait for a second entry.")
		}
		return 2, nil
	})
}

// Correct replaces one's own entry after a mismatch; the entry before stays on record.
//
// Faults: NotFound, Forbidden (neither of the two), Invalid, Conflict (there is no mismatch).
func (s *Service) Correct(ctx context.Context, who actor.Actor, id string, w What) (agree bool, err error) {
	defer fault.Wrap(&err, "deadline.Correct(%s)", id)
	return s.again(ctx, who, DoCorrect, id, w, func(t Trigger, have []Entry) (int64, error) {
		if t.State != Mismatch {
			return 0, fault.New(fault.Conflict, "The two entries of this event do not differ.")
		}
		for _, e := range have {
			if e.Person == who.Person {
				return e.Place, nil
			}
		}
		return 0, fault.Missing()
	})
}

// again writes an entry in the place that place gives, and compares.
func (s *Service) again(ctx context.Context, who actor.Actor, a authz.Action, id string, w What, place func(Trigger, []Entry) (int64, error)) (agree bool, err error) {
	w = w.tidy()
	err = s.gate.Write(ctx, who, a, func(tx *gate.Tx) error {
		t, err := loadTrigger(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		have, err := entriesNow(ctx, tx, id)
		if err != nil {
			return err
		}
		at, err := place(t, have)
		if err != nil {
			return err
		}
		if w.On == 0 {
			return fault.InField("on", "Give the day of the event, like 2026-11-06.")
		}
		if err := w.check(); err != nil {
			return err
		}
		if err := insertEntry(ctx, tx, id, at, w); err != nil {
			return err
		}
		agree, err = s.compare(ctx, tx, &t)
		return err
	})
	return agree, err
}

// compare brings the event into force when both entries say the same.
func (s *Service) compare(ctx context.Context, tx *gate.Tx, t *Trigger) (agree bool, err error) {
	both, err := entriesNow(ctx, tx, t.ID)
	if err != nil || len(both) != 2 {
		return false, errors.Join(err, missingEntry(both))
	}
	values := map[string]string{"trigger": t.Name(), "first": both[0].Say(), "second": both[1].Say(), "agree": "no"}
	if agree = both[0].What == both[1].What; agree {
		values["agree"] = "yes"
		err = s.bring(ctx, tx, t, both[0].What)
	} else {
		t.State = Mismatch
		err = t.save(ctx, tx)
		for _, e := range both {
			tx.Tell(e.Person, "deadline-mismatch", t.Matter, t.ref())
		}
	}
	tx.Record(gate.Entry{Subject: t.ref(), Rev: t.Rev, Matter: t.Matter, Owner: t.Firm, Values: values})
	tx.Announce(topic(t.Matter))
	return agree, err
}

func missingEntry(have []Entry) error {
	if len(have) == 2 {
		return nil
	}
	return errors.New("deadline: an event that is compared has not two entries")
}

// bring puts an event into force with the deadlines that it gives.
func (s *Service) bring(ctx context.Context, tx *gate.Tx, t *Trigger, w What) error {
	if err := holdDocket(ctx, tx, t.Matter); err != nil {
		return err
	}
	if err := free(ctx, tx, *t, w); err != nil {
		return err
	}
	t.State, t.Chain, t.Event, t.Rule = InForce, w.Chain, w.Event, w.Rule
	if err := t.save(ctx, tx); err != nil {
		return err
	}
	if err := setDate(ctx, tx, t.ID, w, ""); err != nil {
		return err
	}
	all, err := shifts(ctx, tx, *t, w)
	if err != nil {
		return err
	}
	tx.Tell(t.Owner, "deadline-set", t.Matter, t.ref())
	return carryOut(ctx, tx, *t, all, "")
}

// Say is what was read, as one line of a record.
func (w What) Say() string {
	s := w.Rule
	if w.Chain != "" {
		s = w.Chain + "/" + w.Event
	}
	s += " on " + stored(w.On)
	if w.Service != "" {
		s += ", served by " + string(w.Service)
	}
	if w.Jurisdiction != "" {
		s += ", " + w.Jurisdiction
	}
	return s
}

// Withdraw takes back an event that is not in force: entered by mistake, or twice.
//
// Faults: NotFound, Forbidden, Invalid (field "reason"), Conflict (it is in force).
func (s *Service) Withdraw(ctx context.Context, who actor.Actor, id, reason string) (err error) {
	defer fault.Wrap(&err, "deadline.Withdraw(%s)", id)
	return s.gate.Write(ctx, who, DoWithdraw, func(tx *gate.Tx) error {
		t, err := loadTrigger(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		if t.State != Waiting && t.State != Mismatch {
			return fault.New(fault.Conflict, "Only an event that is not in force is withdrawn: cancel its deadlines instead.")
		}
		if err := needReason(reason); err != nil {
			return err
		}
		words, err := seal(ctx, tx, t.Matter, strings.TrimSpace(reason), "docket_trigger.reason/"+t.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE docket_trigger SET reason = ? WHERE id = ?`, words, t.ID)); err != nil {
			return err
		}
		t.State = Withdrawn
		if err := t.save(ctx, tx); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: t.ref(), Rev: t.Rev, Matter: t.Matter, Owner: t.Firm, Values: map[string]string{"trigger": t.Name(), "reason": reason}})
		tx.Announce(topic(t.Matter))
		return nil
	})
}
