package task

import (
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
)

// The moves are pure: no clock, no database. Each refuses with one sentence what the state forbids.

func (t Task) must(ok bool, say string) error {
	if ok {
		return nil
	}
	return fault.New(fault.Conflict, say)
}

// Editable refuses a change of a package that is with the provider.
func (t Task) Editable() error {
	return t.must(t.State == Preparing || t.State == Declined || t.State == Recalled,
		"The package is with the provider. Amend it, or recall it first.")
}

// Release hands the package to the provider's queue, complete from now.
func (t Task) Release(by ident.PersonID, now time.Time) (Task, error) {
	if err := t.must(t.State == Preparing || t.State == Declined || t.State == Recalled, "This package is already released."); err != nil {
		return t, err
	}
	if !t.Due.After(now) {
		return t, fault.InField("due", "Choose a due time that lies ahead.")
	}
	t.State, t.ReleasedBy, t.CompleteAt, t.StageAt = Open, by, now, now
	if t.ReleasedAt.IsZero() {
		t.ReleasedAt = now
	}
	if t.At().Kind == Draft {
		t.Holder = t.Author // "" at first: it waits in the queue
	}
	return t, nil
}

// Assign gives the open stage to a person; in the draft stage that person becomes the author.
func (t Task) Assign(p ident.PersonID) (Task, error) {
	if err := t.must(t.State == Open, "Only open work can be assigned."); err != nil {
		return t, err
	}
	if err := t.must(t.At().Kind != Acceptance, "Acceptance is with the supervising attorney."); err != nil {
		return t, err
	}
	t.Holder = p
	if t.At().Kind == Draft {
		t.Author = p
	}
	return t, nil
}

// Decline sends an incomplete package back to the firm.
func (t Task) Decline() (Task, error) {
	err := t.must(t.State == Open && t.At().Kind == Draft && t.Cycle == 0, "A package can be declined only before its first draft is handed in.")
	t.State, t.Holder = Declined, ""
	return t, err
}

// Pause holds an open task; Resume lets it go on where it was.
func (t Task) Pause() (Task, error) {
	err := t.must(t.State == Open, "Only open work can be paused.")
	t.State = Paused
	return t, err
}

// Resume ends a pause.
func (t Task) Resume() (Task, error) {
	err := t.must(t.State == Paused, "This task is not paused.")
	t.State = Open
	return t, err
}

// Recall takes the package back to the firm; Cancel ends it.
func (t Task) Recall() (Task, error) {
	err := t.must(t.State == Open || t.State == Paused || t.State == Declined, "There is nothing to recall.")
	t.State = Recalled
	return t, err
}

// Cancel ends the task for good.
func (t Task) Cancel() (Task, error) {
	err := t.must(t.State != Delivered && t.State != Cancelled, "The task is finished; it cannot be cancelled.")
	t.State, t.Holder = Cancelled, ""
	return t, err
}

// Submit hands the draft to the next tier; reviewer is who is already down for it, or "" for its queue.
func (t Task) Submit(reviewer ident.PersonID, now time.Time) (Task, error) {
	if err := t.must(t.State == Open && t.At().Kind == Draft, "The draft is not open: it is already handed in, or the task is held."); err != nil {
		return t, err
	}
	t.Stage = max(1, t.ReturnTo)
	t.Cycle++
	t.Returned, t.ReturnTo, t.StageAt = false, 0, now
	t.Holder = t.heldAt(reviewer)
	return t, nil
}

// Approve passes the work to the next tier.
func (t Task) Approve(next ident.PersonID, now time.Time) (Task, error) {
	if err := t.must(t.State == Open && t.At().Kind == Review, "There is no open review of this task."); err != nil {
		return t, err
	}
	t.Stage++
	t.StageAt = now
	t.Holder = t.heldAt(next)
	return t, nil
}

func (t Task) heldAt(reviewer ident.PersonID) ident.PersonID {
	if t.At().Kind == Acceptance {
		return t.Supervisor
	}
	return reviewer
}

// Return sends the work back to its author; findings say what to fix.
func (t Task) Return(now time.Time) (Task, error) {
	if err := t.must(t.State == Open && t.At().Kind != Draft, "There is nothing handed in to return."); err != nil {
		return t, err
	}
	t.ReturnTo = t.reviewStageAfter(t.Stage)
	t.Stage, t.Returned, t.Holder, t.StageAt = 0, true, t.Author, now
	return t, nil
}

// Deliver ends the task with the attorney's sign-off.
func (t Task) Deliver(now time.Time) (Task, error) {
	if err := t.must(t.State == Open && t.At().Kind == Acceptance, "The task is not awaiting acceptance."); err != nil {
		return t, err
	}
	t.State, t.DoneAt, t.Holder = Delivered, now, ""
	return t, nil
}
