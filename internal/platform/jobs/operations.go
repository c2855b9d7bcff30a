package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// Counts are the numbers of jobs by state. Done counts the last 24 hours.
type Counts struct{ Waiting, Running, Retrying, Failed, Done int }

// Counts counts the jobs, for an operations page and for metrics.
func (q *Queue) Counts(ctx context.Context) (Counts, error) {
	m, err := q.engine.exec().JobCountByAllStates(ctx, &riverdriver.JobCountByAllStatesParams{})
	if err != nil {
		return Counts{}, fmt.Errorf("jobs: count: %w", err)
	}
	return Counts{
		Waiting:  m[rivertype.JobStateAvailable] + m[rivertype.JobStateScheduled] + m[rivertype.JobStatePending],
		Running:  m[rivertype.JobStateRunning],
		Retrying: m[rivertype.JobStateRetryable],
		Failed:   m[rivertype.JobStateDiscarded] + m[rivertype.JobStateCancelled],
		Done:     m[rivertype.JobStateCompleted],
	}, nil
}

// A Failure is a job whose last attempt failed.
type Failure struct {
	ID      int64
	Kind    string
	Attempt int
	Final   bool      // no further attempt will be made
	NextAt  time.Time // next attempt; zero when Final
	Error   string    // of the last attempt: identifiers only
	Args    []byte    // JSON; identifiers only
}

// failuresShown is how many failures the operations page gets.
const failuresShown = 200

// Failed lists jobs that wait for another attempt or were given up, the latest 200.
func (q *Queue) Failed(ctx context.Context) ([]Failure, error) {
	res, err := q.engine.list(ctx, river.NewJobListParams().First(failuresShown).
		States(rivertype.JobStateRetryable, rivertype.JobStateDiscarded, rivertype.JobStateCancelled).
		OrderBy(river.JobListOrderByID, river.SortOrderDesc))
	if err != nil {
		return nil, fmt.Errorf("jobs: list failures: %w", err)
	}
	var out []Failure
	for _, j := range res.Jobs {
		f := Failure{ID: j.ID, Kind: j.Kind, Attempt: j.Attempt, Final: j.State != rivertype.JobStateRetryable, Args: j.EncodedArgs}
		if !f.Final {
			f.NextAt = j.ScheduledAt
		}
		if n := len(j.Errors); n > 0 {
			f.Error = j.Errors[n-1].Error
		}
		out = append(out, f)
	}
	return out, nil
}

// Retry makes a failed job due now.
func (q *Queue) Retry(ctx context.Context, id int64) error {
	if err := q.engine.retry(ctx, id); err != nil {
		return fmt.Errorf("jobs: retry %d: %w", id, err)
	}
	return nil
}
