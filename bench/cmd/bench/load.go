package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"countersign/internal/bench/seed"
)

// What the generator sends a second.
const (
	pagesPerSecond   = 100
	writesPerSecond  = 5
	trivialPerSecond = 10
)

// A shot is one request.
type shot struct {
	kind, group string
	path        string
	token       string
	form        url.Values // of a write; nil reads
}

func (s shot) send(ctx context.Context, c *http.Client, base string) error {
	method, body, want := http.MethodGet, io.Reader(nil), http.StatusOK
	if s.form != nil {
		method, body, want = http.MethodPost, strings.NewReader(s.form.Encode()), http.StatusSeeOther
	}
	req, err := http.NewRequestWithContext(ctx, method, base+s.path, body)
	if err != nil {
		return err
	}
	if s.form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if s.token != "" {
		req.AddCookie(&http.Cookie{Name: "countersign", Value: s.token})
	}
	res, err := c.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // it has been read
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != want {
		err = fmt.Errorf("%s %s answers %s: %.300s", method, s.path, res.Status, text)
	}
	return err
}

// shots draws requests: anybody, any page, the same sequence in every run.
type shots struct {
	in     *installation
	random *rand.Rand
	people []seed.Person
	on     map[string][]int // matters by person
	held   []seed.Holding
	writes int
}

func (in *installation) shots() *shots {
	s := &shots{in: in, random: rand.New(rand.NewPCG(7, 11)), on: map[string][]int{}, held: in.world.Held(400)} //nolint:gosec // the same sequence every time
	for _, p := range in.world.People {
		if on := in.reach(p); len(on) > 0 {
			s.people, s.on[string(p.ID)] = append(s.people, p), on
		}
	}
	return s
}

var tabs = []string{"mine", "mine", "waiting", "all", "finished"}

// page is a page of somebody.
func (s *shots) page() shot {
	p := s.people[s.random.IntN(len(s.people))]
	out := shot{token: p.Token, group: "people on some matters"}
	if p.Wide {
		out.group = "people who see every matter of an organization"
	}
	on := s.on[string(p.ID)]
	m := on[s.random.IntN(len(on))]
	switch s.random.IntN(4) {
	case 0:
		out.kind, out.path = "home", "/"
	case 1:
		out.kind, out.path = "queue", "/work?show="+tabs[s.random.IntN(len(tabs))]
	case 2:
		out.kind, out.path = "board of a matter", "/matters/"+string(s.in.world.Matters[m].ID)+"/board"
	default:
		out.kind, out.path = "one task", "/tasks/"+string(s.in.world.Task(m, s.random.IntN(1000)))
	}
	return out
}

// write ticks a line of a checklist, takes the tick back, or says something on a task, in turns.
func (s *shots) write() shot {
	h := s.held[s.writes/2%len(s.held)]
	round := s.writes / 2 / len(s.held)
	s.writes++
	out := shot{kind: "write", token: h.Holder.Token, path: "/tasks/" + string(h.Task)}
	if s.writes%2 == 0 {
		out.path += "/thread"
		out.form = url.Values{"body": {"The client confirmed the dates of the second shipment."}}
		return out
	}
	out.path += "/check"
	out.form = url.Values{"item": {"0"}}
	if round%2 == 1 {
		out.form = url.Values{"was": {"0"}}
	}
	return out
}

func (s *shots) trivial() shot {
	if s.random.IntN(2) == 0 {
		return shot{kind: "sign-in page, nobody signed in", path: "/sign-in"}
	}
	return shot{kind: "health check", path: "/healthz"}
}

// A generator sends requests when they are due, whether or not earlier ones have been answered, as independent people
// do. What a request took counts from when it was due.
type generator struct {
	base   string
	shots  *shots
	mu     sync.Mutex
	took   map[string][]time.Duration
	late   []time.Duration
	faults []error
}

func (g *generator) run(ctx context.Context, load time.Duration) {
	g.took = map[string][]time.Duration{}
	client := &http.Client{Timeout: 15 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{MaxIdleConns: 200, MaxIdleConnsPerHost: 200}}
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	begun := time.Now()
	due := begun
	const all = pagesPerSecond + writesPerSecond + trivialPerSecond
	for ctx.Err() == nil {
		due = due.Add(time.Duration(g.shots.random.ExpFloat64() * float64(time.Second) / all))
		if due.Sub(begun) > load {
			break
		}
		x := g.shots.next(all)
		time.Sleep(time.Until(due))
		g.late = append(g.late, time.Since(due))
		at := due
		wg.Go(func() {
			err := x.send(ctx, client, g.base)
			g.note(x, time.Since(at), err)
		})
	}
	wg.Wait()
}

func (s *shots) next(all int) shot {
	switch n := s.random.IntN(all); {
	case n < writesPerSecond:
		return s.write()
	case n < writesPerSecond+trivialPerSecond:
		return s.trivial()
	}
	return s.page()
}

func (g *generator) note(x shot, took time.Duration, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		g.faults = append(g.faults, err)
	}
	g.took[x.kind] = append(g.took[x.kind], took)
	if x.group != "" {
		g.took[x.group] = append(g.took[x.group], took)
		g.took[x.group+", "+x.kind] = append(g.took[x.group+", "+x.kind], took)
		g.took["pages"] = append(g.took["pages"], took)
	}
}

func (g *generator) sum(out *served) {
	of := func(name string) timing {
		all := g.took[name]
		return timing{name: name, n: len(all), p50: quantile(all, 0.5), p90: quantile(all, 0.9), p99: quantile(all, 0.99), max: quantile(all, 1)}
	}
	kinds := []string{"home", "queue", "board of a matter", "one task"}
	for _, k := range kinds {
		out.kinds = append(out.kinds, of(k))
	}
	for _, group := range []string{"people on some matters", "people who see every matter of an organization"} {
		out.groups = append(out.groups, of(group))
		for _, k := range kinds {
			out.groups = append(out.groups, of(group+", "+k))
		}
	}
	out.pages, out.writes, out.late, out.faults = of("pages"), of("write"), quantile(g.late, 0.99), g.faults
	out.trivial = []timing{of("sign-in page, nobody signed in"), of("health check")}
	out.requestCount = len(g.late)
}
