package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"countersign/internal/bench/seed"
	"countersign/internal/platform/db"
)

// The load of the issue: requests a second, and how many of the writes among them.
const (
	pagesPerSecond  = 100
	writesPerSecond = 5
)

// The budgets of the issue.
const (
	budgetP50    = 8 * time.Millisecond
	budgetP99    = 40 * time.Millisecond
	budgetStart  = 500 * time.Millisecond
	budgetIdle   = 120 << 20
	budgetLoaded = 350 << 20
	budgetBinary = 80 << 20
)

// http measures the stripped program over the planted world, as browsers would.
func (o options) http(ctx context.Context, in *installation, r *report) error {
	binary, err := o.program(ctx)
	if err != nil {
		return err
	}
	say("%s: pages over HTTP", in.engine)
	first := in.pick("supervising_attorney")[0]
	cold, err := in.serve(ctx, binary, first)
	if err != nil {
		return err
	}
	if err := cold.stop(); err != nil {
		return err
	}
	s, err := in.serve(ctx, binary, first) // the second start is a warm one
	if err != nil {
		return err
	}
	defer s.stop() //nolint:errcheck // what it was asked is answered
	if err := pause(ctx, 3*time.Second); err != nil {
		return err
	}
	idle := s.memory("VmRSS:")
	all, err := s.load(ctx, in, o.Load)
	if err != nil {
		return err
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	r.http(in.engine, s.started, idle, s.memory("VmHWM:"), info.Size(), o.Load, all)
	return nil
}

// program is the stripped binary to measure.
func (o options) program(ctx context.Context) (string, error) {
	if o.Binary != "" {
		return o.Binary, nil
	}
	path := filepath.Join(os.TempDir(), "countersign-bench-program")
	out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "countersign/cmd/countersign").CombinedOutput() //nolint:gosec // a path of our own
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// A server is the program at work.
type server struct {
	base    string
	cmd     *exec.Cmd
	http    *http.Client
	started time.Duration // from exec to the first page
}

func (in *installation) serve(ctx context.Context, binary string, p seed.Person) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	args := []string{"serve", "--data", in.config.Data, "--addr", addr, "--base-url", "http://" + addr, "--log-level", "warn"}
	if in.engine == db.Postgres {
		args = append(args, "--database-url", in.config.DatabaseURL)
	}
	s := &server{base: "http://" + addr, cmd: exec.CommandContext(ctx, binary, args...), //nolint:gosec // the program under test
		http: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	s.cmd.Stderr = os.Stderr
	begun := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(begun) < 30*time.Second {
		if _, err = s.ask(ctx, http.MethodGet, "/", p, nil); err == nil {
			s.started = time.Since(begun)
			return s, nil
		}
		if err := pause(ctx, 2*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return nil, errors.Join(err, s.stop())
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	_ = s.cmd.Wait() // an interrupted program says so
	return nil
}

// ask sends one request of a person and reads the whole answer.
func (s *server) ask(ctx context.Context, method, path string, p seed.Person, form url.Values) (bytes int64, err error) {
	rq, err := http.NewRequestWithContext(ctx, method, s.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	rq.AddCookie(&http.Cookie{Name: "countersign", Value: p.Token})
	if form != nil {
		rq.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	rs, err := s.http.Do(rq)
	if err != nil {
		return 0, err
	}
	defer rs.Body.Close() //nolint:errcheck // it is only read
	n, err := io.Copy(io.Discard, rs.Body)
	if want := map[bool]int{true: http.StatusOK, false: http.StatusSeeOther}[method == http.MethodGet]; err == nil && rs.StatusCode != want {
		err = fmt.Errorf("%s %s: %s", method, path, rs.Status)
	}
	return n, err
}

// memory reads a figure of /proc; 0 where there is none.
func (s *server) memory(figure string) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for l := range strings.Lines(string(text)) {
		if f := strings.Fields(l); f[0] == figure {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n << 10
		}
	}
	return 0
}

// A visit is one request that the load makes.
type visit struct {
	kind, method, path string
	who                seed.Person
	form               url.Values
}

// pick returns people of a role, at least one of them on a matter.
func (in *installation) pick(role string) (out []seed.Person) {
	for _, p := range in.world.With(role) {
		if p.Wide || len(in.world.OnTeam(p.ID)) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// visits lays out the mix: every role's home, queue, boards and tasks in turn.
func (in *installation) visits() (pages, writes []visit) {
	for _, role := range []string{"junior", "peer_reviewer", "senior_reviewer", "supervising_attorney", "team_lead", "partner"} {
		people := in.pick(role)
		for i, p := range people[:min(len(people), 20)] {
			on := in.world.OnTeam(p.ID)
			if len(on) == 0 { // who sees every matter of the organization
				for m := range in.world.Matters {
					if (in.world.FirmOf(m) == p.Org || in.world.ProviderOf(m) == p.Org) && m%seed.WalledEvery != 0 && len(on) < 40 {
						on = append(on, m)
					}
				}
			}
			m := on[i%len(on)]
			pages = append(pages, visit{"home", http.MethodGet, "/", p, nil},
				visit{"queue", http.MethodGet, "/work?show=" + []string{"mine", "waiting", "all"}[i%3], p, nil},
				visit{"board", http.MethodGet, "/matters/" + string(in.world.Matters[m].ID) + "/board", p, nil},
				visit{"task", http.MethodGet, "/tasks/" + string(in.world.Task(m, i)), p, nil})
		}
	}
	for i, h := range in.world.Held(40) {
		item := strconv.Itoa(i % 3)
		writes = append(writes, visit{"write", http.MethodPost, "/tasks/" + string(h.Task) + "/check", h.Holder, url.Values{"item": {item}}},
			visit{"write", http.MethodPost, "/tasks/" + string(h.Task) + "/check", h.Holder, url.Values{"was": {item}}})
	}
	slices.SortStableFunc(pages, func(a, b visit) int { return strings.Compare(a.who.Token, b.who.Token) }) // the roles among each other
	return pages, writes
}

// A reading is what visits of one kind took, from the instant at which each was due: a server that falls behind shows it.
type reading struct {
	kind  string
	took  []time.Duration
	wrong int
	last  error
}

func (r *reading) at(part float64) time.Duration {
	if len(r.took) == 0 {
		return 0
	}
	return r.took[min(len(r.took)-1, int(part*float64(len(r.took))))]
}

// load makes the requests at their times, however long the answers take.
func (s *server) load(ctx context.Context, in *installation, lasts time.Duration) ([]*reading, error) {
	pages, writes := in.visits()
	if len(pages) == 0 || len(writes) == 0 {
		return nil, errors.New("the world has nobody to visit")
	}
	kinds := map[string]*reading{}
	var order []*reading
	for _, k := range []string{"home", "queue", "board", "task", "write", "healthz"} {
		kinds[k] = &reading{kind: k}
		order = append(order, kinds[k])
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	one := func(v visit, due time.Time) {
		_, err := s.ask(ctx, v.method, v.path, v.who, v.form)
		took := time.Since(due)
		mu.Lock()
		defer mu.Unlock()
		k := kinds[v.kind]
		if err != nil {
			k.wrong, k.last = k.wrong+1, err
			return
		}
		k.took = append(k.took, took)
	}
	const every = time.Second / pagesPerSecond
	begun := time.Now()
	for i := range int(lasts / every) {
		due := begun.Add(time.Duration(i) * every)
		if err := pause(ctx, time.Until(due)); err != nil {
			return nil, err
		}
		wg.Go(func() { one(pages[i%len(pages)], due) })
		if i%(pagesPerSecond/writesPerSecond) == 0 {
			w := i / (pagesPerSecond / writesPerSecond)
			wg.Go(func() { one(writes[w%len(writes)], due) })
		}
		if i%50 == 0 { // what the network and the program cost without any record
			wg.Go(func() { one(visit{"healthz", http.MethodGet, "/healthz", pages[0].who, nil}, due) })
		}
	}
	wg.Wait()
	for _, r := range order {
		slices.Sort(r.took)
	}
	return order, nil
}

func (r *report) http(e db.Engine, start time.Duration, idle, peak, size int64, lasts time.Duration, all []*reading) {
	met := func(ok bool) string {
		if ok {
			return "met"
		}
		return "**missed**"
	}
	r.line("### Over HTTP, %s\n", e)
	r.line("%d page requests a second for %s, mixed with %d writes a second; each is timed from the instant at which it was due. Budget: p50 %s ms, p99 %s ms.\n",
		pagesPerSecond, lasts, writesPerSecond, ms(budgetP50), ms(budgetP99))
	r.line("| request | answers | faults | p50 ms | p90 ms | p99 ms | most ms | p50 budget | p99 budget | p50 of /healthz |\n|---|---:|---:|---:|---:|---:|---:|---|---|---:|")
	plain := all[len(all)-1].at(0.5)
	for _, k := range all {
		b50, b99 := met(k.at(0.5) <= budgetP50), met(k.at(0.99) <= budgetP99)
		if k.kind == "healthz" || k.kind == "write" {
			b50, b99 = "", ""
		}
		r.line("| %s | %d | %d | %s | %s | %s | %s | %s | %s | %.1f |", k.kind, len(k.took), k.wrong, ms(k.at(0.5)), ms(k.at(0.9)), ms(k.at(0.99)), ms(k.at(1)), b50, b99, float64(k.at(0.5))/float64(max(plain, 1)))
		if k.last != nil {
			say("%s: %v", k.kind, k.last)
		}
	}
	r.line("\n| | | budget | |\n|---|---:|---:|---|")
	r.line("| warm start to the first page | %d ms | %d ms | %s |", start.Milliseconds(), budgetStart.Milliseconds(), met(start <= budgetStart))
	r.line("| memory idle | %d MB | %d MB | %s |", idle>>20, budgetIdle>>20, met(idle <= budgetIdle))
	r.line("| memory under load, most | %d MB | %d MB | %s |", peak>>20, budgetLoaded>>20, met(peak <= budgetLoaded))
	r.line("| stripped binary | %d MB | %d MB | %s |\n", size>>20, budgetBinary>>20, met(size <= budgetBinary))
}
