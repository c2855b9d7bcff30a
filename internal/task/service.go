package task

import (
	"context"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/gate"
)

// Documents is what sign-off asks of the documents: the SHA-256 of a version's bytes.
type Documents interface {
	Hash(ctx context.Context, tx *gate.Tx, v ident.VersionID) ([32]byte, error)
}

// A Service is this package's verbs and questions. It holds no state of its own.
type Service struct {
	gate *gate.Gate
	docs Documents
}

// New returns the task service.
func New(g *gate.Gate, d Documents) *Service { return &Service{g, d} }

// The verbs, as they stand in policies, entries and routes.
const (
	DoPrepare  authz.Action = "task.prepare"
	DoEdit     authz.Action = "task.edit"
	DoRelease  authz.Action = "task.release"
	DoAmend    authz.Action = "task.amend"
	DoRush     authz.Action = "task.rush"
	DoPause    authz.Action = "task.pause"
	DoResume   authz.Action = "task.resume"
	DoRecall   authz.Action = "task.recall"
	DoCancel   authz.Action = "task.cancel"
	DoAssign   authz.Action = "task.assign"
	DoTake     authz.Action = "task.take"
	DoDecline  authz.Action = "task.decline"
	DoCheck    authz.Action = "task.check"
	DoDraft    authz.Action = "task.draft" // asked of a person before work is given to them
	DoSubmit   authz.Action = "task.submit"
	DoReview   authz.Action = "task.review" // likewise
	DoFind     authz.Action = "task.raise_finding"
	DoApprove  authz.Action = "task.approve"
	DoReturn   authz.Action = "task.return"
	DoSignOff  authz.Action = "task.sign_off"
	DoAsk      authz.Action = "task.ask"
	DoAnswer   authz.Action = "task.answer"
	DoAssume   authz.Action = "task.assume" // by silence, a job
	DoWithdraw authz.Action = "task.withdraw_question"
)

// move is the shape that most verbs share: load, permit, decide, save, record, announce. decide may write further rows
// through tx, and returns the moved task with what the entry says.
func (s *Service) move(ctx context.Context, who actor.Actor, action authz.Action, id ident.TaskID, rev int64,
	decide func(tx *gate.Tx, t Task) (Task, map[string]string, error)) (out Task, err error) {
	err = s.gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		t, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if rev != 0 && rev < t.Rev { // a page that was overtaken is no refused attempt
			return overtaken()
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		moved, values, err := decide(tx, t)
		if err != nil {
			return err
		}
		if out, err = save(ctx, tx, moved, rev); err != nil {
			return err
		}
		tx.Record(out.entry(values))
		tx.Announce(out.topics()...)
		return nil
	})
	return out, err
}
