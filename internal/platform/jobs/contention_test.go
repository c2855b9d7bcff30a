package jobs

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"countersign/internal/platform/db"
)

// BenchmarkBusinessWritesWhileJobsRun reports the 99th percentile of a small business transaction while a started
// queue works a backlog, and without jobs. go test -bench Business -benchtime 1000x
func BenchmarkBusinessWritesWhileJobsRun(b *testing.B) {
	for _, backlog := range []int{0, 20000} {
		b.Run(map[bool]string{true: "idle", false: "busy"}[backlog == 0], func(b *testing.B) { benchmarkWrites(b, backlog) })
	}
}

func benchmarkWrites(b *testing.B, backlog int) {
	ctx := b.Context()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	d, err := db.OpenSQLite(b.TempDir()+"/bench.db", nil)
	must(err)
	var worked atomic.Int64
	r := NewRegistry()
	Register(r, func(context.Context, note) error { worked.Add(1); return nil })
	q, err := Open(ctx, d, r, quietLog())
	must(err)
	must(d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`CREATE TABLE business (n INTEGER)`))
		for i := 0; err == nil && i < backlog; i++ {
			err = q.Insert(ctx, tx, time.Time{}, note{i})
		}
		return err
	}))
	must(q.Start(ctx))
	var took []time.Duration
	for b.Loop() {
		t := time.Now()
		must(d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, db.SQL(`INSERT INTO business VALUES (1)`))
			return err
		}))
		took = append(took, time.Since(t))
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
	b.ReportMetric(float64(worked.Load()), "jobs")
	must(q.Stop(context.Background()))
	must(d.Close())
}
