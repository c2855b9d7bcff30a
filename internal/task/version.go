package task

import (
	"context"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/gate"
)

// VersionComing is asked inside the write that adds a version to a task's work product: may this person write now? It
// returns the key of the stage in which the version is made. The author writes while the draft is open, the supervising
// attorney while it is before her, and afterwards, where her edit voids the sign-off until it is signed again or taken back.
//
// Faults: NotFound (task), Conflict (the work is with someone else).
func (s *Service) VersionComing(ctx context.Context, tx *gate.Tx, id ident.TaskID) (stage string, err error) {
	t, err := load(ctx, tx, id)
	if err != nil {
		return "", err
	}
	return t.writable(tx.Who.Person)
}

func (t Task) writable(p ident.PersonID) (stage string, err error) {
	open := t.State == Open || t.State == Paused
	switch {
	case open && t.At().Kind == Draft && p == t.Author, p == t.Supervisor && (open && t.At().Kind == Acceptance || t.State == Delivered):
		return t.At().Key, nil
	case open && t.At().Kind == Draft && t.Author == "":
		return "", fault.New(fault.Conflict, "Take the task first; then its drafts are yours to write.")
	case open && t.At().Kind == Draft:
		return "", fault.New(fault.Conflict, "Someone else drafts this task.")
	case open:
		return "", fault.New(fault.Conflict, "The draft is handed in. It can be changed once it is returned.")
	}
	return "", fault.New(fault.Conflict, "The task is not open; its work product stands as it is.")
}
