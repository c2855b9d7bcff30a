// Command bench measures the program against its budgets and writes bench/RESULTS.md. scripts/bench.sh runs it with a
// private PostgreSQL. Every figure is of this machine and of one run; misses are written down like hits.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"countersign/internal/bench/seed"
	"countersign/internal/platform/db"
)

type options struct {
	World   string        `help:"full, bare (full without its trail, sooner planted) or small." enum:"full,bare,small" default:"full"`
	Engines []string      `help:"Engines to measure." enum:"sqlite,postgres" default:"sqlite,postgres"`
	Parts   []string      `help:"What to measure: writes, pages, crowd, http, log, files, clocks." enum:"writes,pages,crowd,http,log,files,clocks" default:"writes,pages,crowd,http,log,files,clocks"`
	Binary  string        `help:"The program, for the part http; built from source when empty." placeholder:"FILE" type:"path"`
	Crowds  []int         `help:"Numbers of matters for the part crowd." default:"300,3000,30000"`
	Load    time.Duration `help:"How long the part http lasts." default:"60s"`
	Out     string        `help:"File to write." default:"bench/RESULTS.md"`
	Corpus  string        `help:"Folder of real files: only what becomes of them is found out, with --out for the table." placeholder:"FOLDER" type:"path"`
	Court   string        `help:"Folder of real PDFs for the part files; without it that part is left out." default:"../shared/corpus/court" placeholder:"FOLDER" type:"path"`
	Profile string        `help:"Folder for a CPU profile per engine of the part pages." placeholder:"FOLDER"`
}

func main() {
	var o options
	kong.Parse(&o)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := o.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // nothing waits for stop
	}
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s "+format+"\n", append([]any{time.Now().Format("15:04:05")}, args...)...)
}

func (o options) does(part string) bool { return strings.Contains(strings.Join(o.Parts, " "), part) }

func (o options) run(ctx context.Context) error {
	if o.Corpus != "" {
		return o.corpus(ctx)
	}
	r := &report{}
	r.head(o)
	for _, e := range o.Engines {
		if err := o.engine(ctx, db.Engine(e), r); err != nil {
			return fmt.Errorf("%s: %w", e, err)
		}
	}
	if o.does("crowd") {
		for _, e := range o.Engines {
			if err := o.crowd(ctx, db.Engine(e), r); err != nil {
				return fmt.Errorf("%s: %w", e, err)
			}
		}
	}
	if o.does("log") {
		r.line("## The log\n")
		r.line("%s; load average before: %s.\n", time.Now().UTC().Format("2006-01-02 15:04 UTC"), busy())
		r.line("| | measured | budget | |\n|---|---:|---:|---|")
		for _, e := range o.Engines {
			if err := o.log(ctx, db.Engine(e), r); err != nil {
				return fmt.Errorf("log, %s: %w", e, err)
			}
		}
		if err := o.largeLog(r); err != nil {
			return fmt.Errorf("log: %w", err)
		}
		r.line("")
	}
	if o.does("files") {
		if err := o.files(ctx, r); err != nil {
			return fmt.Errorf("files: %w", err)
		}
	}
	if o.does("clocks") {
		if err := o.clocksPart(r); err != nil {
			return fmt.Errorf("clocks: %w", err)
		}
	}
	return os.WriteFile(o.Out, []byte(r.String()), 0o644) //nolint:gosec // figures are public
}

// files measures how real PDFs are read: beside poppler, and over HTTP.
func (o options) files(ctx context.Context, r *report) error {
	if _, err := os.Stat(o.Court); err != nil {
		say("files: left out, there is no folder %s", o.Court)
		return nil
	}
	dir, err := os.MkdirTemp("", "countersign-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	binary, err := o.program(ctx, dir)
	if err != nil {
		return err
	}
	busyBefore := busy()
	beside, err := peers(ctx, binary, o.Court)
	if err != nil {
		return err
	}
	over, err := o.reads(ctx, binary, o.Court)
	if err != nil {
		return err
	}
	r.files(beside, over, busyBefore)
	return nil
}

// engine measures one engine on the large world.
func (o options) engine(ctx context.Context, e db.Engine, r *report) error {
	size := map[string]seed.Size{"full": seed.Full, "bare": seed.Bare, "small": seed.Small}[o.World]
	if !o.does("writes") && !o.does("pages") && !o.does("http") {
		return nil
	}
	in, err := install(ctx, e, size, say)
	if err != nil {
		return err
	}
	defer in.close() //nolint:errcheck // it is thrown away
	r.planted(in, in.size(ctx))
	if o.does("pages") {
		stop, err := profile(o.Profile, string(e))
		if err != nil {
			return err
		}
		if err := pages(ctx, in, r); err != nil {
			return err
		}
		stop()
	}
	if o.does("writes") {
		say("%s: writes", e)
		arms, err := overhead(ctx, in, 7, 1500*time.Millisecond)
		if err != nil {
			return err
		}
		r.writes(e, arms)
	}
	if o.does("http") {
		return o.http(ctx, in, r)
	}
	return nil
}

// pages measures what people of different reach wait for.
func pages(ctx context.Context, in *installation, r *report) error {
	for _, role := range []string{"junior", "senior_reviewer", "supervising_attorney", "team_lead", "partner"} {
		p := in.world.With(role)[0]
		say("%s: pages of a %s", in.engine, role)
		var all []timing
		for _, pg := range in.pagesOf(p) {
			t, err := measure(ctx, pg, 200, 4*time.Second)
			if err != nil {
				return err
			}
			say("  %-18s %s %s", t.name, t.p50, t.p99)
			all = append(all, t)
		}
		r.pages(in, p, all)
	}
	return nil
}

// crowd measures the pages of one reader while the matters that are none of their business multiply.
func (o options) crowd(ctx context.Context, e db.Engine, r *report) error {
	var rows [][]timing
	for _, n := range o.Crowds {
		in, err := install(ctx, e, seed.Crowd(n), say)
		if err != nil {
			return err
		}
		var all []timing
		for _, pg := range in.pagesOf(in.world.Reader) {
			t, err := measure(ctx, pg, 200, 3*time.Second)
			if err != nil {
				return fmt.Errorf("%w (%v)", err, in.close())
			}
			say("  %d: %-18s %s %s", n, t.name, t.p50, t.p99)
			all = append(all, t)
		}
		rows = append(rows, all)
		if err := in.close(); err != nil {
			return err
		}
	}
	r.crowd(e, o.Crowds, rows)
	return nil
}
