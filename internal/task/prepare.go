package task

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Package is what the firm writes: five lines, documents and a due time.
type Package struct {
	Matter       ident.MatterID // fixed at Prepare
	Engagement   ident.EngagementID
	Playbook     ident.PlaybookID
	Title        string
	Instructions string
	Acceptance   string // acceptance criteria, one a line
	Due          time.Time
	Rush         bool
	Documents    []ident.DocumentID // of the matter, that the work needs
}

// The longest texts that a package takes, in bytes.
const (
	maxTitle = 200
	maxWords = 20_000
)

func (p Package) check(now time.Time) error {
	switch {
	case strings.TrimSpace(p.Title) == "":
		return fault.InField("title", "Give the package a title that names the work.")
	case len(p.Title) > maxTitle:
		return fault.InField("title", "A title has at most 200 characters.")
	case strings.TrimSpace(p.Instructions) == "":
		return fault.InField("instructions", "Write what is to be done: five lines are enough.")
	case len(p.Instructions) > maxWords:
		return fault.InField("instructions", "Instructions have at most 20,000 characters. Attach a document instead.")
	case strings.TrimSpace(p.Acceptance) == "":
		return fault.InField("acceptance", "Say how you will know that it is right: one criterion a line.")
	case len(p.Acceptance) > maxWords:
		return fault.InField("acceptance", "Acceptance criteria have at most 20,000 characters.")
	case !p.Due.After(now):
		return fault.InField("due", "Choose a due time that lies ahead.")
	}
	return nil
}

// Prepare begins a package on a matter. The provider does not know of it before Release.
//
// Faults: NotFound (matter), Forbidden, Invalid (a field; "engagement", "playbook", "documents" when they do not fit the matter).
func (s *Service) Prepare(ctx context.Context, who actor.Actor, p Package) (out Task, err error) {
	defer fault.Wrap(&err, "task.Prepare(%s)", p.Matter)
	err = s.gate.Write(ctx, who, DoPrepare, func(tx *gate.Tx) error {
		t := Task{ID: ident.TaskID(ident.New()), Matter: p.Matter, Engagement: p.Engagement, Playbook: p.Playbook, State: Preparing,
			Title: strings.TrimSpace(p.Title), Rush: p.Rush, Due: p.Due, MadeBy: who.Person, MadeAt: tx.Now, Rev: 1}
		if err := place(ctx, tx, &t); err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		if err := p.check(tx.Now); err != nil {
			return err
		}
		if t.Number, err = tx.Count(ctx, string(t.Firm), "task"); err != nil {
			return err
		}
		if err := insert(ctx, tx, t, p); err != nil {
			return err
		}
		out = t
		tx.Record(t.entry(nil))
		tx.Announce("matter/"+string(t.Matter), "org/"+string(t.Firm))
		return nil
	})
	return out, err
}

// place fills in what follows from matter, engagement and playbook, and refuses what does not belong together.
func place(ctx context.Context, tx *gate.Tx, t *Task) error {
	err := tx.QueryRow(ctx, db.SQL(`SELECT m.firm_id, m.supervisor_id FROM matter m WHERE m.id = ?`, t.Matter).And(tx.Visible("m.id"))).Scan(&t.Firm, &t.Supervisor)
	if errors.Is(err, db.ErrNoRows) {
		return tx.Absent("matter", string(t.Matter))
	}
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, db.SQL(`SELECT provider_id FROM engagement WHERE id = ? AND firm_id = ?`, t.Engagement, t.Firm)).Scan(&t.Provider)
	if errors.Is(err, db.ErrNoRows) {
		return fault.InField("engagement", "Choose a provider that your firm has an engagement with.")
	}
	if err != nil {
		return err
	}
	var stages string
	err = tx.QueryRow(ctx, db.SQL(`SELECT p.code, pv.n, pv.stages, pv.offshore FROM playbook p JOIN playbook_version pv ON pv.playbook_id = p.id AND pv.n = p.current_n
		WHERE p.id = ? AND p.firm_id = ? AND p.retired_at = 0`, t.Playbook, t.Firm)).Scan(&t.Code, &t.PlaybookN, &stages, &t.Offshore)
	if errors.Is(err, db.ErrNoRows) {
		return fault.InField("playbook", "Choose a task type that has a released playbook.")
	}
	if err != nil {
		return err
	}
	t.Stages, err = ParseStages(stages)
	return err
}

func insert(ctx context.Context, tx *gate.Tx, t Task, p Package) error {
	instructions, acceptance, err := sealPackage(ctx, tx, t, p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO task (id, number, firm_id, matter_id, engagement_id, provider_id, playbook_id, playbook_n, code, title, instructions, acceptance,
			state, stage, stage_key, stages, returned, return_stage, author_id, holder_id, supervisor_id, rush, due_at, cycle, reason,
			made_by, made_at, released_by, released_at, complete_at, stage_at, delivered_at, rev)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, FALSE, 0, '', '', ?, ?, ?, 0, ?, ?, ?, '', 0, 0, 0, 0, 1)`,
		t.ID, t.Number, t.Firm, t.Matter, t.Engagement, t.Provider, t.Playbook, t.PlaybookN, t.Code, t.Title, instructions, acceptance,
		t.State, t.At().Key, len(t.Stages), t.Supervisor, t.Rush, db.Micros(t.Due), []byte{}, t.MadeBy, db.Micros(t.MadeAt)))
	if err != nil {
		return err
	}
	return attach(ctx, tx, t, p.Documents)
}

func sealPackage(ctx context.Context, tx *gate.Tx, t Task, p Package) (instructions, acceptance []byte, err error) {
	if instructions, err = tx.Seal(ctx, t.Matter, p.Instructions, "task.instructions/"+string(t.ID)); err != nil {
		return nil, nil, err
	}
	acceptance, err = tx.Seal(ctx, t.Matter, p.Acceptance, "task.acceptance/"+string(t.ID))
	return instructions, acceptance, err
}

// attach replaces the list of documents that go with the package.
func attach(ctx context.Context, tx *gate.Tx, t Task, docs []ident.DocumentID) error {
	if _, err := tx.Exec(ctx, db.SQL(`DELETE FROM task_document WHERE task_id = ?`, t.ID)); err != nil {
		return err
	}
	slices.Sort(docs)
	for _, d := range slices.Compact(docs) {
		n, err := tx.Exec(ctx, db.SQL(`INSERT INTO task_document (task_id, document_id) SELECT ?, id FROM document WHERE id = ? AND matter_id = ? AND state = 'active'`, t.ID, d, t.Matter))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.InField("documents", "A chosen document does not belong to this matter, or is quarantined.")
		}
	}
	return nil
}

// Edit rewrites a package that is not with the provider. rev is the revision that the writer saw.
func (s *Service) Edit(ctx context.Context, who actor.Actor, id ident.TaskID, rev int64, p Package) (out Task, err error) {
	defer fault.Wrap(&err, "task.Edit(%s)", id)
	return s.move(ctx, who, DoEdit, id, rev, func(tx *gate.Tx, t Task) (Task, map[string]string, error) {
		if err := t.Editable(); err != nil {
			return t, nil, err
		}
		return s.rewrite(ctx, tx, t, p)
	})
}

// Amend changes a package that the provider already has. The trail shows when it became complete again, and the people
// who work on it are told.
func (s *Service) Amend(ctx context.Context, who actor.Actor, id ident.TaskID, rev int64, p Package, reason string) (out Task, err error) {
	defer fault.Wrap(&err, "task.Amend(%s)", id)
	return s.move(ctx, who, DoAmend, id, rev, func(tx *gate.Tx, t Task) (Task, map[string]string, error) {
		if err := t.must(t.State == Open || t.State == Paused, "Only a released package can be amended."); err != nil {
			return t, nil, err
		}
		if err := needReason(reason); err != nil {
			return t, nil, err
		}
		t, values, err := s.rewrite(ctx, tx, t, p)
		if err != nil {
			return t, nil, err
		}
		t.CompleteAt = tx.Now
		values["reason"] = reason
		tx.Tell(t.Author, "amended", t.Matter, t.Ref())
		if t.Holder != t.Author {
			tx.Tell(t.Holder, "amended", t.Matter, t.Ref())
		}
		return t, values, nil
	})
}

func (s *Service) rewrite(ctx context.Context, tx *gate.Tx, t Task, p Package) (Task, map[string]string, error) {
	if err := p.check(tx.Now); err != nil {
		return t, nil, err
	}
	instructions, acceptance, err := sealPackage(ctx, tx, t, p)
	if err != nil {
		return t, nil, err
	}
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE task SET instructions = ?, acceptance = ? WHERE id = ?`, instructions, acceptance, t.ID)); err != nil {
		return t, nil, err
	}
	t.Title, t.Due, t.Rush = strings.TrimSpace(p.Title), p.Due, p.Rush
	return t, map[string]string{}, attach(ctx, tx, t, p.Documents)
}

// Release hands the package to the provider, through every gate. condition says that the task type's condition holds;
// it matters for conditional types only.
//
// Faults: Forbidden with each closed gate as a rule.
func (s *Service) Release(ctx context.Context, who actor.Actor, id ident.TaskID, rev int64, condition bool) (out Task, err error) {
	defer fault.Wrap(&err, "task.Release(%s)", id)
	err = s.gate.Write(ctx, who, DoRelease, func(tx *gate.Tx) error {
		t, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.ReleaseSubject(condition)); err != nil {
			return err
		}
		if t, err = t.Release(who.Person, tx.Now); err != nil {
			return err
		}
		if err := tx.OpenMatter(ctx, t.Matter, t.Provider, "release of "+t.Name()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE missing_item SET supplied_at = ? WHERE task_id = ? AND supplied_at = 0`, db.Micros(tx.Now), t.ID)); err != nil {
			return err
		}
		if out, err = save(ctx, tx, t, rev); err != nil {
			return err
		}
		values := map[string]string{"playbook": string(t.Playbook), "due": out.Due.Format(time.RFC3339)}
		if condition {
			values["condition"] = "confirmed"
		}
		tx.Record(out.entry(values))
		tx.Announce(out.topics()...)
		tx.Tell(out.Holder, "released", out.Matter, out.Ref())
		return nil
	})
	return out, err
}

// ReleaseSubject is the task as the gates of a release see it; condition says that its condition was confirmed.
func (t Task) ReleaseSubject(condition bool) authz.Subject {
	s := t.Subject()
	s.Attrs["condition_met"] = condition
	return s
}

func needReason(reason string) error {
	switch {
	case strings.TrimSpace(reason) == "":
		return fault.InField("reason", "Give the reason; it stands in the trail.")
	case len(reason) > 2000:
		return fault.InField("reason", "A reason has at most 2,000 characters.")
	}
	return nil
}
