package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"countersign/internal/platform/db"
)

const (
	pollEvery   = 250 * time.Millisecond
	cooldown    = 10 * time.Millisecond // between fetches while there is a backlog
	rescueAfter = 90 * time.Second      // above defaultTimeout; kinds with a longer timeout wait for theirs
	keepDone    = 24 * time.Hour        // also the longest interval of Every
	hardStop    = 10 * time.Second
)

// A Queue inserts jobs and, once started, works them.
type Queue struct {
	registry *Registry
	engine   engine
	log      *slog.Logger
	workers  int
	rescue   time.Duration

	mu      sync.Mutex
	every   []*river.PeriodicJob
	names   map[string]bool
	running runner
}

// Open brings River's tables up to date and returns a queue that can insert. Several nodes may open one database at
// the same time. The registry may still be filled until Start; log gets River's warnings and failed jobs.
func Open(ctx context.Context, d *db.DB, r *Registry, log *slog.Logger) (*Queue, error) {
	log = slog.New(atLeastWarn{log.Handler()})
	e, err := newEngine(d, log)
	if err != nil {
		return nil, fmt.Errorf("jobs: open: %w", err)
	}
	if err := e.migrate(ctx, log); err != nil {
		return nil, fmt.Errorf("jobs: migrate: %w", err)
	}
	q := &Queue{registry: r, engine: e, log: log, workers: 10, rescue: rescueAfter, names: map[string]bool{}}
	if d.Engine == db.SQLite {
		q.workers = 4 // they share the one writer with the rest of the program
	}
	return q, nil
}

// Insert adds a job inside tx: it exists exactly when tx commits, and runs not before at (real time; zero: as soon
// as a worker is free). A kind that nobody registered is an error.
func (q *Queue) Insert(ctx context.Context, tx *db.Tx, at time.Time, a Args) error {
	k, err := q.registry.kind(a.Kind())
	if err != nil {
		return err
	}
	for _, u := range uniqueness(k) {
		res, err := q.engine.insert(ctx, tx, a, &river.InsertOpts{MaxAttempts: k.attempts, ScheduledAt: at, UniqueOpts: u})
		if err != nil {
			return fmt.Errorf("jobs: insert %s: %w", k.name, err)
		}
		if !res.UniqueSkippedAsDuplicate || res.Job.State != rivertype.JobStateRunning {
			return nil
		}
	}
	return nil
}

// unfinished are the states in which a unique job may already exist. River demands that running be among them.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
	rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

// uniqueness are the keys to try in turn. When the job under the first key runs already, one under the second may
// wait behind it; should that run too, the third is no key at all. (A key made by queue differs from one that is not:
// there is only one queue.) A waiting duplicate is locked by the inserting transaction, so it cannot begin before
// the commit and miss what the transaction changed.
func uniqueness(k *kind) []river.UniqueOpts {
	if !k.unique {
		return []river.UniqueOpts{{}}
	}
	return []river.UniqueOpts{{ByArgs: true, ByState: unfinished}, {ByArgs: true, ByQueue: true, ByState: unfinished}, {}}
}

// Every inserts a at each whole interval of UTC and once at the start of a node, but never twice in an interval,
// however many nodes run. All nodes must be configured alike, before Start. The interval is at most 24 hours.
func (q *Queue) Every(name string, interval time.Duration, a Args) error {
	k, err := q.registry.kind(a.Kind())
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.running != nil:
		return errors.New("jobs: schedules are configured before Start")
	case q.names[name]:
		return fmt.Errorf("jobs: schedule %q exists already", name)
	case interval < time.Second || interval > keepDone:
		return fmt.Errorf("jobs: schedule %q: an interval lies between a second and 24 hours", name)
	}
	q.names[name] = true
	opts := &river.InsertOpts{MaxAttempts: k.attempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: interval}}
	q.every = append(q.every, river.NewPeriodicJob(wholeIntervals(interval),
		func() (river.JobArgs, *river.InsertOpts) { return a, opts },
		&river.PeriodicJobOpts{ID: name, RunOnStart: true}))
	return nil
}

// wholeIntervals is a schedule that all nodes agree on, whenever they started.
type wholeIntervals time.Duration

func (w wholeIntervals) Next(t time.Time) time.Time {
	return t.UTC().Truncate(time.Duration(w)).Add(time.Duration(w))
}

// Start begins to work jobs, until Stop; the end of ctx alone does not stop it.
func (q *Queue) Start(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running != nil {
		return errors.New("jobs: started already")
	}
	w := river.NewWorkers()
	for _, k := range q.registry.all() {
		k.add(w)
	}
	c, err := q.engine.client(&river.Config{
		Logger: q.log, PollOnly: true, Workers: w, PeriodicJobs: q.every, ErrorHandler: failures{q.log},
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: q.workers}},
		FetchPollInterval: pollEvery, FetchCooldown: cooldown,
		JobTimeout: min(defaultTimeout, q.rescue/2), RescueStuckJobsAfter: q.rescue,
		CompletedJobRetentionPeriod: keepDone, DiscardedJobRetentionPeriod: -1, CancelledJobRetentionPeriod: -1,
	})
	if err != nil {
		return fmt.Errorf("jobs: start: %w", err)
	}
	if err := c.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: start: %w", err)
	}
	q.running = c
	return nil
}

// Stop takes no new jobs and waits for those that run. When ctx ends first their contexts end too, and they are
// tried again later. A queue that does not run stops at once.
func (q *Queue) Stop(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running == nil {
		return nil
	}
	err := q.running.Stop(ctx)
	if err != nil {
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), hardStop)
		defer cancel()
		err = q.running.StopAndCancel(hard)
	}
	q.running = nil
	return err
}

// failures logs what went wrong in a job; the job's record keeps it too.
type failures struct{ log *slog.Logger }

func (f failures) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	attrs := []any{"job", job.ID, "kind", job.Kind, "attempt", job.Attempt, "error", err.Error()}
	if p, ok := errors.AsType[*PanicError](err); ok {
		attrs = append(attrs, "stack", string(p.Stack))
	}
	f.log.WarnContext(ctx, "job failed", attrs...)
	return nil
}

// HandlePanic is part of River's interface; panics arrive at HandleError as a PanicError.
func (f failures) HandlePanic(ctx context.Context, job *rivertype.JobRow, p any, trace string) *river.ErrorHandlerResult {
	f.log.ErrorContext(ctx, "job panicked", "job", job.ID, "kind", job.Kind, "panic", fmt.Sprint(p), "stack", trace)
	return nil
}

// atLeastWarn drops River's reports of normal life.
type atLeastWarn struct{ slog.Handler }

func (h atLeastWarn) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}
func (h atLeastWarn) WithAttrs(a []slog.Attr) slog.Handler {
	return atLeastWarn{h.Handler.WithAttrs(a)}
}
func (h atLeastWarn) WithGroup(n string) slog.Handler { return atLeastWarn{h.Handler.WithGroup(n)} }
