package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"countersign/internal/platform/db"
)

// A served is what one run of the program over HTTP showed.
type served struct {
	binary       int64         // bytes of the stripped program
	cold, warm   time.Duration // from the start of the process to the first page of somebody signed in
	idle, peak   int64         // bytes of memory, before the load and at most under it
	load         time.Duration
	busy         string   // load average of the machine before the load
	kinds        []timing // by kind of page
	groups       []timing // by whose page it is
	pages        timing   // all that the budget is about
	trivial      []timing // what the same server answers without a session
	writes       timing
	late         time.Duration // p99 of how late the generator was itself
	faults       []error
	requestCount int
}

// http measures the program as it is shipped: a process of its own, on the planted world, asked over a socket.
func (o options) http(ctx context.Context, in *installation, r *report) (err error) {
	var out served
	binary, err := o.program(ctx, in.config.Data)
	if err != nil {
		return err
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	out.binary = info.Size()
	shots := in.shots()
	if err := in.handOver(ctx); err != nil {
		return err
	}
	first := shots.page()
	for _, took := range []*time.Duration{&out.cold, &out.warm} {
		say("%s: start", in.engine)
		s, err := in.start(ctx, binary, first)
		if err != nil {
			return err
		}
		*took = s.ready
		if took == &out.warm {
			err = s.under(ctx, shots, o.Load, &out)
		}
		if err = errors.Join(err, s.stop()); err != nil {
			return err
		}
	}
	say("%s: %d requests, pages p50 %s p99 %s, %d faults, start %s, memory %d and %d MB", in.engine, out.requestCount, out.pages.p50, out.pages.p99, len(out.faults), out.warm, out.idle>>20, out.peak>>20)
	r.served(in, out)
	return nil
}

// program is the stripped program: the one that was named, or one built into a folder.
func (o options) program(ctx context.Context, dir string) (string, error) {
	if o.Binary != "" {
		return o.Binary, nil
	}
	say("build")
	binary := filepath.Join(dir, "countersign")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/countersign")
	build.Stderr = os.Stderr
	return binary, build.Run()
}

// handOver makes the sessions as if everybody had just been there, and lets go of the database.
func (in *installation) handOver(ctx context.Context) error {
	err := in.db.Write(ctx, func(tx *db.Tx) error {
		now := time.Now()
		_, err := tx.Exec(ctx, db.SQL(`UPDATE session SET seen_at = ?, ends_at = ?`, now.UnixMicro(), now.Add(8*time.Hour).UnixMicro()))
		return err
	})
	err = errors.Join(err, in.db.Close())
	in.db = nil
	return err
}

// under puts the server under load and reads its memory.
func (s *server) under(ctx context.Context, all *shots, load time.Duration, out *served) (err error) {
	time.Sleep(5 * time.Second)
	if out.idle, _, err = s.memory(); err != nil {
		return err
	}
	g := &generator{base: s.base, shots: all}
	out.busy = busy()
	say("load of %s, after a warm-up of 5s", load)
	g.run(ctx, 5*time.Second)
	if len(g.faults) > 0 {
		return fmt.Errorf("while warming up: %w", errors.Join(g.faults[:min(3, len(g.faults))]...))
	}
	*g = generator{base: s.base, shots: all}
	g.run(ctx, load)
	if _, out.peak, err = s.memory(); err != nil {
		return err
	}
	g.sum(out)
	out.load = load
	return nil
}
