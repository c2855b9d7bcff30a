package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"countersign/internal/bench/seed"
	"countersign/internal/matter"
	"countersign/internal/task/desk"
)

// A page is one read that people wait for.
type page struct {
	name string
	read func(ctx context.Context, i int) error
}

// A timing is what a page took.
type timing struct {
	name               string
	n                  int
	p50, p90, p99, max time.Duration
	all                []time.Duration // while they are gathered
}

func (in *installation) pagesOf(p seed.Person) []page {
	who := as(p)
	looks := desk.New(in.gate)
	matters := matter.New(in.gate, nil)
	on := in.reach(p)
	queue := func(show string) func(context.Context, int) error {
		return func(ctx context.Context, _ int) error {
			_, err := looks.Queue(ctx, who, desk.QueueFilter{Show: show})
			return err
		}
	}
	return []page{
		{"matters", func(ctx context.Context, _ int) error { _, err := matters.List(ctx, who, matter.Filter{}); return err }},
		{"home", func(ctx context.Context, _ int) error { _, err := looks.Home(ctx, who); return err }},
		{"queue, mine", queue("mine")},
		{"queue, waiting", queue("waiting")},
		{"queue, all open", queue("all")},
		{"queue, finished", queue("finished")},
		{"board of a matter", func(ctx context.Context, i int) error {
			_, err := looks.Board(ctx, who, in.world.Matters[on[i%len(on)]].ID)
			return err
		}},
		{"one task", func(ctx context.Context, i int) error {
			_, err := looks.Desk(ctx, who, in.world.Task(on[i%len(on)], i))
			return err
		}},
	}
}

// reach lists matters that a person sees: theirs, or the first of their organization when they see all of them.
func (in *installation) reach(p seed.Person) []int {
	on := in.world.OnTeam(p.ID)
	if len(on) > 0 || !p.Wide {
		return on
	}
	for i := range in.world.Matters {
		if i%seed.WalledEvery != 0 && len(on) < 50 && (p.Org == in.world.FirmOf(i) || p.Org == in.world.ProviderOf(i)) {
			on = append(on, i)
		}
	}
	return on
}

// measure reads a page one after the other until there are enough readings or the time is over.
func measure(ctx context.Context, p page, most int, within time.Duration) (t timing, err error) {
	for i := range 3 { // what is read for the first time is another measurement
		if err := p.read(ctx, i); err != nil {
			return t, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	var all []time.Duration
	for begun := time.Now(); len(all) < most && (len(all) < 5 || time.Since(begun) < within); {
		one := time.Now()
		if err := p.read(ctx, len(all)); err != nil {
			return t, fmt.Errorf("%s: %w", p.name, err)
		}
		all = append(all, time.Since(one))
	}
	return timing{name: p.name, n: len(all), p50: quantile(all, 0.5), p99: quantile(all, 0.99)}, nil
}

func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(all))
	return s[min(len(s)-1, int(q*float64(len(s))))]
}
