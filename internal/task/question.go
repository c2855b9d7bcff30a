package task

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/area"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A NewQuestion is asked of the firm with a proposed default and a time from which silence means yes.
type NewQuestion struct {
	Task     ident.TaskID
	Text     string
	Proposed string
	Silence  time.Time
	Version  ident.VersionID // of the document that it is about; "" for none
	Page     int             // from 1; 0 without a Version
	Area     string          // rectangle of the page that was pointed to: "0.1,0.25,0.3,0.02", in parts of it; "" for none
}

func (q NewQuestion) check(now time.Time) error {
	switch {
	case strings.TrimSpace(q.Text) == "":
		return fault.InField("text", "Write the question.")
	case strings.TrimSpace(q.Proposed) == "":
		return fault.InField("proposed", "Propose what you will do if nobody objects.")
	case len(q.Text) > maxWords || len(q.Proposed) > maxWords:
		return fault.InField("text", "A question has at most 20,000 characters.")
	case q.Silence.Before(now.Add(time.Hour)):
		return fault.InField("silence", "Give the firm at least an hour to object.")
	case q.Version == "" && q.Page == 0 && q.Area == "":
		return nil
	case q.Version == "" || q.Page < 1 || q.Page > 100_000:
		return fault.InField("text", "The page cannot be read. Point to it again.")
	}
	if _, ok := area.Parse(q.Area); q.Area != "" && !ok {
		return fault.InField("text", "The place on the page cannot be read. Point to it again.")
	}
	return nil
}

// about checks that the document of a question is one of the task, and in use.
func (q NewQuestion) about(ctx context.Context, tx *gate.Tx, t Task) error {
	if q.Version == "" {
		return nil
	}
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM version ver JOIN document d ON d.id = ver.document_id WHERE ver.id = ? AND d.matter_id = ? AND d.state = 'active'
		AND (d.task_id = ? OR d.id IN (SELECT td.document_id FROM task_document td WHERE td.task_id = ?))`, q.Version, t.Matter, t.ID, t.ID)).Scan(&n)
	if err == nil && n == 0 {
		err = fault.InField("text", "Ask about a document of this task.")
	}
	return err
}

// Ask puts a question to the supervising attorney and her delegate. Work goes on with the proposed default in view.
func (s *Service) Ask(ctx context.Context, who actor.Actor, in NewQuestion) (id string, err error) {
	defer fault.Wrap(&err, "task.Ask(%s)", in.Task)
	err = s.gate.Write(ctx, who, DoAsk, func(tx *gate.Tx) error {
		t, err := load(ctx, tx, in.Task)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		if err := t.must(t.State == Open || t.State == Paused, "Questions are asked on open work."); err != nil {
			return err
		}
		if err := in.check(tx.Now); err != nil {
			return err
		}
		if err := in.about(ctx, tx, t); err != nil {
			return err
		}
		id = ident.New()
		text, err := tx.Seal(ctx, t.Matter, in.Text, "question.text/"+id)
		if err != nil {
			return err
		}
		proposed, err := tx.Seal(ctx, t.Matter, in.Proposed, "question.proposed/"+id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO question (id, task_id, matter_id, asker_id, text, proposed, version_id, page, area, silence_at, state, answer, answered_by, answered_at, asked_at, rev)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, '', 0, ?, 1)`, id, t.ID, t.Matter, who.Person, text, proposed, in.Version, in.Page, in.Area, db.Micros(in.Silence), []byte{}, db.Micros(tx.Now))); err != nil {
			return err
		}
		var delegate ident.PersonID
		if err := tx.QueryRow(ctx, db.SQL(`SELECT delegate_id FROM matter WHERE id = ?`, t.Matter)).Scan(&delegate); err != nil {
			return err
		}
		tx.Tell(t.Supervisor, "question", t.Matter, t.Ref())
		tx.Tell(delegate, "question", t.Matter, t.Ref())
		tx.Record(t.entry(map[string]string{"question": id, "silence": in.Silence.UTC().Format(time.RFC3339)}))
		tx.Announce(t.topics()...)
		return nil
	})
	return id, err
}

// Answer settles a question; an empty text agrees with the proposed default.
func (s *Service) Answer(ctx context.Context, who actor.Actor, question, text string) (err error) {
	defer fault.Wrap(&err, "task.Answer(%s)", question)
	return s.settle(ctx, who, DoAnswer, question, "answered", text, "answered")
}

// Withdraw takes a question back; its asker may.
func (s *Service) Withdraw(ctx context.Context, who actor.Actor, question string) (err error) {
	defer fault.Wrap(&err, "task.Withdraw(%s)", question)
	return s.settle(ctx, who, DoWithdraw, question, "withdrawn", "", "")
}

func (s *Service) settle(ctx context.Context, who actor.Actor, action authz.Action, question, state, text, notice string) error {
	return s.gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		var id ident.TaskID
		var was string
		var asker ident.PersonID
		err := tx.QueryRow(ctx, db.SQL(`SELECT q.task_id, q.state, q.asker_id FROM question q WHERE q.id = ?`, question).And(tx.Visible("q.matter_id"))).Scan(&id, &was, &asker)
		if errors.Is(err, db.ErrNoRows) {
			return tx.Absent("question", question)
		}
		if err != nil {
			return err
		}
		t, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		if action == DoWithdraw && asker != who.Person {
			return fault.New(fault.Forbidden, "Only who asked can withdraw the question.")
		}
		if was != "open" {
			return settled()
		}
		if len(text) > maxWords {
			return fault.InField("text", "An answer has at most 20,000 characters.")
		}
		sealed, err := tx.Seal(ctx, t.Matter, text, "question.answer/"+question)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, db.SQL(`UPDATE question SET state = ?, answer = ?, answered_by = ?, answered_at = ?, rev = rev + 1 WHERE id = ? AND state = 'open'`,
			state, sealed, who.Person, db.Micros(tx.Now), question))
		if err != nil {
			return err
		}
		if n == 0 {
			return settled()
		}
		if notice != "" {
			tx.Tell(asker, notice, t.Matter, t.Ref())
		}
		tx.Record(t.entry(map[string]string{"question": question, "becomes": state}))
		tx.Announce(t.topics()...)
		return nil
	})
}

func settled() error { return fault.New(fault.Conflict, "This question is already settled.") }

// AssumeSilent lets the default of every question whose time has come take effect; it is the tick job's work. It
// returns how many.
func (s *Service) AssumeSilent(ctx context.Context) (n int, err error) {
	who := actor.System("task.tick")
	v := s.gate.View(who)
	due, err := db.Column[string](ctx, v, db.SQL(`SELECT id FROM question WHERE state = 'open' AND silence_at <= ? ORDER BY silence_at, id LIMIT 500`, db.Micros(v.Now)))
	if err != nil {
		return 0, err
	}
	for _, q := range due {
		err := s.settle(ctx, who, DoAssume, q, "assumed", "", "assumed")
		switch {
		case err == nil:
			n++
		case fault.KindOf(err) != fault.Conflict: // settled by a person since the list was read
			return n, err
		}
	}
	return n, nil
}
