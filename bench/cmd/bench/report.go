package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"countersign/internal/bench/seed"
	"countersign/internal/platform/db"
)

// A report is bench/RESULTS.md as it grows.
type report struct{ strings.Builder }

func (r *report) line(format string, args ...any) { fmt.Fprintf(r, format+"\n", args...) }

func (r *report) head(o options) {
	commit, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		commit = []byte("unknown")
	}
	r.line("# Benchmarks\n")
	r.line("%s, commit %s, %s, %s/%s, %s, %d processors. World: %s. `scripts/bench.sh` measures again.\n", time.Now().UTC().Format("2006-01-02 15:04 UTC"),
		strings.TrimSpace(string(commit)), runtime.Version(), runtime.GOOS, runtime.GOARCH, processor(), runtime.NumCPU(), o.World)
	r.line("Load average of the machine at the start: %s; other work on it slows every figure.\n", busy())
	r.line("Client and server share the machine. SQLite is encrypted and syncs every commit; PostgreSQL runs with fsync on and 64 MB of shared buffers.\n")
}

// busy is the load average of the last minute.
func busy() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for l := range strings.Lines(string(text)) {
		if name, found := strings.CutPrefix(l, "model name"); found {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return "unknown processor"
}

func (r *report) planted(in *installation, bytes int64) {
	s := in.world.Size
	tasks := s.Matters * s.TasksPer
	r.line("## %s\n", in.engine)
	r.line("%d people, %d matters, %d tasks, %d versions, %d entries; planted in %s, %.2f GB.\n", s.People, s.Matters, tasks, tasks*s.VersionsPer, tasks*s.EntriesPer,
		in.took.Round(time.Second), float64(bytes)/1e9)
}

func (r *report) writes(e db.Engine, arms []*arm) {
	r.line("### Audited writes, %s\n", e)
	r.line("%d clients, rounds in turns, medians of %d rounds. Budget: at least 0.60 of the same statements without the gate.\n", clients, len(arms[0].rates))
	r.line("| | writes/s | of the statement alone | of a log row |\n|---|---:|---:|---:|")
	alone, log := median(arms[0].rates), median(arms[1].rates)
	for _, a := range arms {
		m := median(a.rates)
		r.line("| %s | %.0f | %.2f | %.2f |", a.name, m, m/alone, m/log)
	}
	gate := median(arms[2].rates)
	r.line("\nBudget beside the statement alone: %s; beside a log row without seals: %s.\n", atLeast(gate/alone, 0.6), atLeast(gate/log, 0.6))
}

func atLeast(got, least float64) string {
	if got >= least {
		return "met"
	}
	return fmt.Sprintf("missed by %.0f %%", (1-got/least)*100)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }

func (r *report) pages(in *installation, p seed.Person, all []timing) {
	reach := fmt.Sprintf("on %d matters", len(in.world.OnTeam(p.ID)))
	if p.Wide {
		reach = "sees every matter of the organization"
	}
	r.line("### Pages of a %s (%s), %s\n", strings.ReplaceAll(p.Role, "_", " "), reach, in.engine)
	r.line("Queries and decisions, without HTTP and templates; one reader.\n")
	r.line("| page | readings | p50 ms | p99 ms |\n|---|---:|---:|---:|")
	for _, t := range all {
		r.line("| %s | %d | %s | %s |", t.name, t.n, ms(t.p50), ms(t.p99))
	}
	r.line("")
}

func (r *report) crowd(e db.Engine, counts []int, rows [][]timing) {
	r.line("## Matters that one cannot see, %s\n", e)
	r.line("A reader on 20 matters, 10 tasks each, while the installation holds more and more others. p50 / p99 in ms.\n")
	head, rule := "| page |", "|---|"
	for _, n := range counts {
		head += fmt.Sprintf(" %d matters |", n)
		rule += "---:|"
	}
	r.line("%s p50, last to first |\n%s---:|", head, rule)
	for i := range rows[0] {
		line := "| " + rows[0][i].name + " |"
		for _, all := range rows {
			line += " " + ms(all[i].p50) + " / " + ms(all[i].p99) + " |"
		}
		line += fmt.Sprintf(" %.2f |", float64(rows[len(rows)-1][i].p50)/float64(max(rows[0][i].p50, 1)))
		r.line("%s", line)
	}
	r.line("")
}

// The budgets of the program over HTTP.
const (
	pageP50, pageP99 = 8 * time.Millisecond, 40 * time.Millisecond
	startWithin      = 500 * time.Millisecond
	mega             = 1_000_000
)

func kept[T int64 | time.Duration | float64](got, most T) string {
	if got <= most {
		return "met"
	}
	return fmt.Sprintf("missed by %.0f %%", (float64(got)/float64(most)-1)*100)
}

func (r *report) served(in *installation, s served) {
	r.line("### The program over HTTP, %s\n", in.engine)
	r.line("The stripped program as a process of its own on the planted world. Requests come when they are due, at random instants, whether or not earlier ones are answered, and count from when they were due:")
	r.line("%d pages, %d writes and %d trivial pages a second for %s, %d requests in all, %d of them with errors. People are drawn evenly over all roles, pages evenly over the four kinds.", pagesPerSecond, writesPerSecond, trivialPerSecond, s.load, s.requestCount, len(s.faults))
	for _, f := range s.faults[:min(3, len(s.faults))] {
		r.line("Error: %s", strings.ReplaceAll(f.Error(), "\n", " "))
	}
	r.line("The generator itself was late by %s ms at its p99; the load average of the machine before was %s.\n", ms(s.late), s.busy)
	r.line("| | measured | budget | |\n|---|---:|---:|---|")
	r.line("| pages, p50 | %s ms | %s ms | %s |", ms(s.pages.p50), ms(pageP50), kept(s.pages.p50, pageP50))
	r.line("| pages, p99 | %s ms | %s ms | %s |", ms(s.pages.p99), ms(pageP99), kept(s.pages.p99, pageP99))
	r.line("| errors | %d | 0 | %s |", len(s.faults), kept(int64(len(s.faults)), 0))
	r.line("| memory, idle | %d MB | 120 MB | %s |", s.idle/mega, kept(s.idle, 120*mega))
	r.line("| memory, most under load | %d MB | 350 MB | %s |", s.peak/mega, kept(s.peak, 350*mega))
	r.line("| start to first page, warm | %s ms | %s ms | %s |", ms(s.warm), ms(startWithin), kept(s.warm, startWithin))
	r.line("| start to first page, the first time | %s ms | | |", ms(s.cold))
	r.line("| program, stripped | %.1f MB | 80 MB | %s |\n", float64(s.binary)/mega, kept(s.binary, 80*mega))
	trivial := s.trivial[0]
	r.line("Beside a page that the same server renders without a session in the same run (the sign-in page, p50 %s ms):\n", ms(trivial.p50))
	r.line("| | requests | p50 ms | p90 ms | p99 ms | max ms | p50 to the sign-in page |\n|---|---:|---:|---:|---:|---:|---:|")
	all := append(append(append([]timing{}, s.kinds...), s.groups...), s.writes)
	for _, t := range append(all, s.trivial...) {
		r.line("| %s | %d | %s | %s | %s | %s | %.1f |", t.name, t.n, ms(t.p50), ms(t.p90), ms(t.p99), ms(t.max), float64(t.p50)/float64(max(trivial.p50, 1)))
	}
	r.line("")
}

// profile starts a CPU profile in a folder; "" is none.
func profile(dir, name string) (stop func(), err error) {
	if dir == "" {
		return func() {}, nil
	}
	f, err := os.Create(filepath.Join(dir, name+".pprof"))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); f.Close() }, nil //nolint:errcheck // a profile is for looking at
}
