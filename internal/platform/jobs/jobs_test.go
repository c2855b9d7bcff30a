package jobs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"countersign/internal/platform/db"
)

// collector registers note and keeps what was worked.
func collector(opts ...Option) (*Registry, *[]int) {
	r, got := NewRegistry(), &[]int{}
	var mu sync.Mutex
	Register(r, func(_ context.Context, n note) error {
		mu.Lock()
		defer mu.Unlock()
		*got = append(*got, n.N)
		return nil
	}, opts...)
	return r, got
}

func TestAJobExistsExactlyWhenItsTransactionCommits(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		r, got := collector()
		q := open(t, d, r)
		no := errors.New("no")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := q.Insert(t.Context(), tx, time.Time{}, note{1}); err != nil {
				return err
			}
			return no
		})
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		insert(t, d, q, time.Time{}, note{2})
		check(t, q.Drain(t.Context()))
		if !slices.Equal(*got, []int{2}) {
			t.Errorf("worked %v", *got)
		}
	})
}

func TestAnUnknownKindIsRefusedAtInsert(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		q := open(t, d, NewRegistry())
		err := d.Write(t.Context(), func(tx *db.Tx) error { return q.Insert(t.Context(), tx, time.Time{}, note{1}) })
		if err == nil {
			t.Error("accepted")
		}
		if err := q.Every("x", time.Minute, note{}); err == nil {
			t.Error("scheduled")
		}
	})
}

func TestAJobForLaterWaits(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		r, got := collector()
		q := open(t, d, r)
		insert(t, d, q, time.Now().Add(time.Hour), note{1})
		insert(t, d, q, time.Now().Add(-time.Hour), note{2})
		check(t, q.Drain(t.Context()))
		if c := counts(t, q); !slices.Equal(*got, []int{2}) || c.Waiting != 1 || c.Done != 1 {
			t.Errorf("worked %v, %+v", *got, c)
		}
	})
}

func TestAFailingJobIsTriedAgainLaterAndGivenUpInTheEnd(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		r, tries := NewRegistry(), 0
		Register(r, func(context.Context, note) error { tries++; return errors.New("not yet") }, MaxAttempts(2))
		q := open(t, d, r)
		insert(t, d, q, time.Time{}, note{1})
		if err := q.Drain(t.Context()); err == nil {
			t.Fatal("Drain hid the failure")
		}
		f, err := q.Failed(t.Context())
		check(t, err)
		if tries != 1 || len(f) != 1 || f[0].Final || f[0].Error != "not yet" || !f[0].NextAt.After(time.Now().Add(-time.Minute)) {
			t.Fatalf("%d tries, %+v", tries, f)
		}
		check(t, q.Retry(t.Context(), f[0].ID))
		q.Drain(t.Context()) //nolint:errcheck // fails as above
		if c := counts(t, q); tries != 2 || c.Failed != 1 || c.Retrying != 0 {
			t.Errorf("%d tries, %+v", tries, c)
		}
	})
}

func TestAPermanentErrorAndAPanic(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		r := NewRegistry()
		Register(r, func(_ context.Context, n note) error {
			if n.N == 1 {
				return Permanent(errors.New("no such mailbox"))
			}
			panic("bug")
		})
		q := open(t, d, r)
		insert(t, d, q, time.Time{}, note{1}, note{2})
		err := q.Drain(t.Context())
		if p, ok := errors.AsType[*PanicError](err); !ok || p.Value != "bug" || strings.Contains(err.Error(), "bug") {
			t.Errorf("the panic is not told, or its text is: %v", err)
		}
		if c := counts(t, q); c.Failed != 1 || c.Retrying != 1 {
			t.Errorf("drained: %+v", c)
		}
		// The same under a started queue.
		insert(t, d, q, time.Time{}, note{1}, note{2})
		start(t, q)
		for c := counts(t, q); c.Failed != 2 || c.Retrying+c.Waiting+c.Running != 2; c = counts(t, q) {
			pause(t)
		}
	})
}

// pause yields while a started queue works; the deadline of the test run ends a wait in vain.
func pause(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	<-tick.C
}

func TestAUniqueJobWaitsOnceAlsoBehindARunningOne(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		r := NewRegistry()
		var q *Queue
		worked := 0
		Register(r, func(ctx context.Context, n note) error {
			if worked++; worked == 1 { // a change made while the job runs, after it read
				insert(t, d, q, time.Time{}, n, n)
			}
			return nil
		}, Unique())
		q = open(t, d, r)
		insert(t, d, q, time.Time{}, note{1}, note{1})
		insert(t, d, q, time.Time{}, note{1})
		check(t, q.Drain(t.Context()))
		if worked != 2 {
			t.Errorf("worked %d times, not 2", worked)
		}
		insert(t, d, q, time.Time{}, note{1}, note{2})
		check(t, q.Drain(t.Context()))
		if worked != 4 {
			t.Errorf("worked %d times, not 4: a finished job holds back a new one", worked)
		}
	})
}

func TestStopWaitsForTheRunningJob(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		r := NewRegistry()
		begun, stopping := make(chan int), make(chan int)
		var ended atomic.Bool
		Register(r, func(ctx context.Context, n note) error {
			begun <- 1
			<-stopping
			ended.Store(ctx.Err() == nil)
			return nil
		})
		q := open(t, d, r)
		insert(t, d, q, time.Time{}, note{1})
		check(t, q.Start(t.Context()))
		await(t, begun)
		go close(stopping)
		check(t, q.Stop(t.Context()))
		if !ended.Load() {
			t.Error("Stop did not wait")
		}
		if c := counts(t, q); c.Done != 1 {
			t.Errorf("%+v", c)
		}
	})
}

func TestAJobOutlivesTheWorkerThatDied(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		r, again := NewRegistry(), make(chan int, 1)
		Register(r, func(context.Context, note) error { again <- 1; return nil }, Timeout(10*time.Millisecond))
		q := open(t, d, r)
		insert(t, d, q, time.Time{}, note{1})
		// What a process leaves that was killed in the middle: a row that says running.
		res, err := q.engine.exec().JobGetAvailable(t.Context(), &riverdriver.JobGetAvailableParams{
			ClientID: "dead", MaxAttemptedBy: 1, MaxToLock: 1, Queue: river.QueueDefault})
		check(t, err)
		if len(res.Jobs) != 1 {
			t.Fatal("nothing to leave behind")
		}
		q.rescue = 20 * time.Millisecond
		start(t, q)
		await(t, again)
	})
}

func TestAJobCutOffByStopIsTriedAgain(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		r, begun, cut := NewRegistry(), make(chan int, 1), true
		Register(r, func(ctx context.Context, n note) error {
			if cut {
				begun <- 1
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		q := open(t, d, r)
		insert(t, d, q, time.Time{}, note{1})
		check(t, q.Start(t.Context()))
		await(t, begun)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		check(t, q.Stop(ended))
		cut = false
		if c := counts(t, q); c.Running != 0 || c.Waiting+c.Retrying != 1 {
			t.Errorf("%+v", c)
		}
	})
}

func TestAScheduleRunsOnceAcrossTwoNodes(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		ran := make(chan int, 10)
		node := func() *Queue {
			r := NewRegistry()
			Register(r, func(_ context.Context, n note) error { ran <- n.N; return nil })
			q := open(t, d, r)
			check(t, q.Every("nightly", 24*time.Hour, note{7}))
			return q
		}
		first, second := node(), node()
		start(t, first)
		if n := await(t, ran); n != 7 {
			t.Fatal(n)
		}
		check(t, second.Every("probe", 24*time.Hour, note{8})) // shows that the second node leads
		start(t, second)
		check(t, first.Stop(t.Context()))
		if n := await(t, ran); n != 8 {
			t.Fatalf("%d ran again in the same interval", n)
		}
		check(t, second.Stop(t.Context()))
		if c := counts(t, second); c.Done != 2 || c.Waiting != 0 || len(ran) != 0 {
			t.Errorf("%+v", c)
		}
	})
}

func TestManyJobsByTwoNodes(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		const n = 500 // more than a node works off in one poll
		var seen sync.Map
		var distinct atomic.Int64
		done := make(chan int, 1)
		work := func(_ context.Context, a note) error {
			if _, dup := seen.LoadOrStore(a.N, true); !dup && distinct.Add(1) == n {
				done <- 1
			}
			return nil
		}
		var q *Queue
		for range 2 {
			r := NewRegistry()
			Register(r, work)
			q = open(t, d, r)
			start(t, q)
		}
		var all []Args
		for i := range n {
			all = append(all, note{i})
		}
		insert(t, d, q, time.Time{}, all...)
		await(t, done)
	})
}

func TestNodesThatStartTogether(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		if d.Engine == db.SQLite {
			return // a file has one process
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				r, _ := collector()
				if _, err := Open(t.Context(), d, r, quietLog()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}
