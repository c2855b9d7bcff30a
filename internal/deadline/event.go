package deadline

import (
	"context"
	"errors"
	"regexp"
	"slices"
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

func triggerOf(ctx context.Context, v gate.View, id string) (t Trigger, err error) {
	err = v.QueryRow(ctx, db.SQL(`SELECT `+triggerColumns+` FROM docket_trigger t WHERE t.id = ? AND `, id).Join(v.Visible("t.matter_id"))).Scan(t.scan()...)
	if errors.Is(err, db.ErrNoRows) {
		return t, fault.Missing()
	}
	if err != nil {
		return t, err
	}
	t.entered, err = enteredBy(ctx, v, id)
	return t, err
}

// A Read is an entry as a page shows it.
type Read struct {
	What
	Place  int64
	Name   string
	Org    string
	Firm   bool
	Reader bool
	At     time.Time
	Until  time.Time // zero while it stands
}

// A Kept is one date of an event.
type Kept struct {
	Seq         int64
	On          courtday.Day
	Service     rule.Service
	Move        string
	From, Until time.Time
}

// An Event is the page of one event: what two people read, the dates it had, and the moves that wait.
type Event struct {
	Head
	Trigger
	Title      string
	Note       string
	Source     ident.DocumentID
	SourceName string
	OwnerName  string
	Blind      bool   // what was read is kept from the reader, who may be the second to enter it
	Entries    []Read // the standing ones first; none when Blind
	Kept       []Kept // the present first
	Moves      []Move
	Waiting    *Move // that waits for approval
	Preview    *Preview
	Deadlines  []Row
	Reason     string // of a withdrawal
	Now        time.Time

	MayConfirm, MayCorrect, MayWithdraw, MayMove, MayApprove, MayRefuse bool
}

// GetEvent returns one event.
//
// Faults: NotFound.
func (s *Service) GetEvent(ctx context.Context, who actor.Actor, id string) (e Event, err error) {
	defer fault.Wrap(&err, "deadline.GetEvent(%s)", id)
	v := s.gate.View(who)
	e.Now = v.Now
	if e.Trigger, err = triggerOf(ctx, v, id); err != nil {
		return e, err
	}
	if e.Head, err = headOf(ctx, v, e.Trigger.Matter); err != nil {
		return e, err
	}
	e.Blind = e.State == Waiting && !slices.Contains(e.entered, string(who.Person))
	for _, fill := range []func(context.Context, gate.View) error{e.fillWords, e.fillEntries, e.fillKept, e.fillMoves, e.fillMay} {
		if err := fill(ctx, v); err != nil {
			return e, err
		}
	}
	if e.State != InForce {
		return e, nil
	}
	which := db.SQL(`d.link = ?`, id)
	if e.Chain != "" {
		which = db.SQL(`d.chain = ?`, e.Chain)
	}
	e.Deadlines, err = rows(ctx, v, v.Visible("d.matter_id").And(db.SQL(`d.matter_id = ?`, e.Trigger.Matter), which), PerPage)
	return e, err
}

func (e *Event) fillWords(ctx context.Context, v gate.View) error {
	var title, note, reason []byte
	err := v.QueryRow(ctx, db.SQL(`SELECT t.title, t.note, t.reason, t.source_id, COALESCE(f.name, ''), p.name FROM docket_trigger t JOIN person p ON p.id = t.owner_id
		LEFT JOIN document f ON f.id = t.source_id AND f.state = 'active' WHERE t.id = ? AND `, e.ID).Join(v.Visible("t.matter_id"))).
		Scan(&title, &note, &reason, &e.Source, &e.SourceName, &e.OwnerName)
	if err != nil {
		return err
	}
	m := e.Trigger.Matter
	if e.Title, err = opened(ctx, v, m, title, titleAAD(e.ID)); err != nil {
		return err
	}
	if e.Reason, err = opened(ctx, v, m, reason, "docket_trigger.reason/"+e.ID); err != nil || e.Blind {
		return err
	}
	e.Note, err = opened(ctx, v, m, note, noteAAD(e.ID))
	return err
}

func (e *Event) fillEntries(ctx context.Context, v gate.View) (err error) {
	if e.Blind {
		return nil
	}
	e.Entries, err = db.All(ctx, v, db.SQL(`SELECT x.place, p.name, o.name, x.org_id = ?, x.person_id = ?, x.chain, x.event, x.rule_id, x.on_date, x.service, x.jurisdiction, x.from_at, x.until_at
		FROM docket_entry x JOIN person p ON p.id = x.person_id JOIN org o ON o.id = x.org_id WHERE x.trigger_id = ? ORDER BY CASE WHEN x.until_at = ? THEN 0 ELSE 1 END, x.place, x.from_at DESC, x.id DESC`,
		e.Trigger.Firm, v.Who.Person, e.ID, gate.Forever), func(rs *db.Rows, r *Read) error {
		var until int64
		err := rs.Scan(&r.Place, &r.Name, &r.Org, &r.Firm, &r.Reader, &r.Chain, &r.Event, &r.Rule, dayIn{&r.On}, &r.Service, &r.Jurisdiction, db.At{T: &r.At}, &until)
		if until != gate.Forever {
			r.Until = db.Instant(until)
		}
		return err
	})
	return err
}

func (e *Event) fillKept(ctx context.Context, v gate.View) (err error) {
	e.Kept, err = db.All(ctx, v, db.SQL(`SELECT seq, on_date, service, move_id, from_at, until_at FROM docket_date WHERE trigger_id = ? ORDER BY seq DESC`, e.ID), func(rs *db.Rows, k *Kept) error {
		var until int64
		err := rs.Scan(&k.Seq, dayIn{&k.On}, &k.Service, &k.Move, db.At{T: &k.From}, &until)
		if until != gate.Forever {
			k.Until = db.Instant(until)
		}
		return err
	})
	return err
}

func (e *Event) fillMoves(ctx context.Context, v gate.View) (err error) {
	if e.Moves, err = movesOf(ctx, v, e.Trigger.Matter, db.SQL(`k.trigger_id = ?`, e.ID)); err != nil {
		return err
	}
	for i := range e.Moves {
		if e.Moves[i].State == "proposed" {
			e.Waiting = &e.Moves[i]
		}
	}
	if e.Waiting == nil {
		return nil
	}
	was, _, err := whatOf(ctx, v, e.Trigger)
	if err != nil {
		return err
	}
	p, err := preview(ctx, v, e.Trigger, was, e.Waiting.To.in(was))
	e.Preview = &p
	return err
}

func (e *Event) fillMay(ctx context.Context, v gate.View) error {
	moved := e.Trigger
	if e.Waiting != nil {
		moved.entered = []string{string(e.Waiting.by)}
	}
	begun := e.State == Waiting || e.State == Mismatch
	for _, x := range []struct {
		a    authz.Action
		s    authz.Subject
		to   *bool
		when bool
	}{
		{DoConfirm, e.Trigger.Subject(), &e.MayConfirm, e.State == Waiting}, {DoCorrect, e.Trigger.Subject(), &e.MayCorrect, e.State == Mismatch},
		{DoWithdraw, e.Trigger.Subject(), &e.MayWithdraw, begun}, {DoMove, e.Trigger.Subject(), &e.MayMove, e.State == InForce && e.Waiting == nil},
		{DoApprove, moved.Subject(), &e.MayApprove, e.Waiting != nil}, {DoRefuse, moved.Subject(), &e.MayRefuse, e.Waiting != nil},
	} {
		d, err := v.May(ctx, x.a, x.s)
		if err != nil {
			return err
		}
		*x.to = d.Allowed && x.when
	}
	return nil
}

// A Form is the choices for entering an event.
type Form struct {
	Head
	Rules  []rule.Rule
	Chains []rule.Chain
	People []Person
	Files  []File
	Court  string // the matter's jurisdiction
	Self   ident.PersonID
}

// courtCode is a jurisdiction as the rules name one.
var courtCode = regexp.MustCompile(`^(US-FED(/[A-Z]{2}(\+[A-Z]{2})*)?|US-AGENCY|[A-Z]{2})$`)

// A File is a document that the date could have been read in.
type File struct {
	ID   ident.DocumentID
	Name string
}

// NewForm returns the choices for entering an event of a matter.
//
// Faults: NotFound, Forbidden (role).
func (s *Service) NewForm(ctx context.Context, who actor.Actor, m ident.MatterID) (f Form, err error) {
	v := s.gate.View(who)
	f.Self, f.Rules, f.Chains = who.Person, rule.All(), rule.Chains
	if f.Head, err = headOf(ctx, v, m); err != nil {
		return f, err
	}
	var firm ident.OrgID
	if err := v.QueryRow(ctx, db.SQL(`SELECT m.jurisdiction, m.firm_id FROM matter m WHERE m.id = ? AND `, m).Join(v.Visible("m.id"))).Scan(&f.Court, &firm); err != nil {
		return f, err
	}
	if err := allowed(ctx, v, DoEnter, subject(authz.Ref{Kind: "trigger", ID: "new"}, m, firm, nil)); err != nil {
		return f, err
	}
	if !courtCode.MatchString(f.Court) {
		f.Court = "" // the matter names its court in words of its own
	}
	if f.People, err = peopleOn(ctx, v, m); err != nil {
		return f, err
	}
	f.Files, err = db.All(ctx, v, db.SQL(`SELECT d.id, d.name FROM document d LEFT JOIN task t ON t.id = d.task_id WHERE d.matter_id = ? AND d.state = 'active'
		AND (t.id IS NULL OR t.state <> 'preparing' OR t.firm_id = ?) AND `, m, v.Who.Org).Join(v.Visible("d.matter_id"), db.SQL(` ORDER BY d.name, d.id LIMIT 500`)),
		func(rs *db.Rows, x *File) error { return rs.Scan(&x.ID, &x.Name) })
	return f, err
}

// Derive shows what an event would give, before anything is stored: for the preview of a form. It reads no record, so of a
// chain it knows this one date; nothing may follow from it alone, and then the answer is empty and not nil.
//
// Faults: Invalid.
func Derive(w What) ([]Line, error) {
	w = w.tidy()
	if w.On == 0 {
		return nil, fault.InField("on", "Give the day of the event, like 2026-11-06.")
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	out, err := w.lines(nil)
	return append([]Line{}, out...), err
}
