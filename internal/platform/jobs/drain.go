package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

const batch = 100

// Drain works every job that is due, one after the other and in this goroutine, and those they insert, and returns
// when none is left. It is for tests and for commands that end; it needs no Start. Its error joins those of the jobs
// that failed, which stay in the queue as they would after a worker: due again later, or failed for good.
func (q *Queue) Drain(ctx context.Context) error {
	var failed []error
	x := q.engine.exec()
	for {
		if _, err := x.JobSchedule(ctx, &riverdriver.JobScheduleParams{Max: batch}); err != nil {
			return fmt.Errorf("jobs: drain: %w", err)
		}
		res, err := x.JobGetAvailable(ctx, &riverdriver.JobGetAvailableParams{
			ClientID: "drain", MaxAttemptedBy: batch, MaxToLock: batch, Queue: river.QueueDefault})
		if err != nil {
			return fmt.Errorf("jobs: drain: %w", err)
		}
		if len(res.Jobs) == 0 {
			return errors.Join(failed...)
		}
		for _, row := range res.Jobs {
			err := q.workNow(ctx, row)
			if err != nil {
				failed = append(failed, fmt.Errorf("%s (job %d): %w", row.Kind, row.ID, err))
			}
			if err := settle(context.WithoutCancel(ctx), x, row, err); err != nil {
				return errors.Join(append(failed, err)...)
			}
		}
	}
}

func (q *Queue) workNow(ctx context.Context, row *rivertype.JobRow) error {
	k, err := q.registry.kind(row.Kind)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, k.timeout)
	defer cancel()
	return k.work(ctx, row.EncodedArgs)
}

// settle writes the outcome of one attempt as River's own workers do.
func settle(ctx context.Context, x riverdriver.Executor, row *rivertype.JobRow, failure error) error {
	now := time.Now().UTC()
	set := riverdriver.JobSetStateCompleted(row.ID, now, nil)
	if failure != nil {
		text, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: row.Attempt, Error: failure.Error()})
		if err != nil {
			return err
		}
		switch {
		case isPermanent(failure):
			set = riverdriver.JobSetStateCancelled(row.ID, now, text, nil)
		case row.Attempt >= row.MaxAttempts:
			set = riverdriver.JobSetStateDiscarded(row.ID, now, text, nil)
		default:
			set = riverdriver.JobSetStateErrorRetryable(row.ID, (&river.DefaultClientRetryPolicy{}).NextRetry(row), text, nil)
		}
	}
	_, err := x.JobSetStateIfRunningMany(ctx, &riverdriver.JobSetStateIfRunningManyParams{
		ID: []int64{set.ID}, Attempt: []*int{set.Attempt}, ErrData: [][]byte{set.ErrData},
		FinalizedAt: []*time.Time{set.FinalizedAt}, MetadataDoMerge: []bool{false}, MetadataUpdates: [][]byte{nil},
		ScheduledAt: []*time.Time{set.ScheduledAt}, State: []rivertype.JobState{set.State},
	})
	return err
}
