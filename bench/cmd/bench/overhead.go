package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"countersign/internal/bench/seed"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// An arm is one way to do the same write.
type arm struct {
	name  string
	write func(ctx context.Context, in *installation, h seed.Holding) error
	rates []float64 // writes a second, one per round
}

const touch = `UPDATE task SET stage_at = ?, rev = rev + 1 WHERE id = ?`

// bare does the statement and nothing else.
func bare(ctx context.Context, in *installation, h seed.Holding) error {
	return in.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(touch, time.Now().UnixMicro(), h.Task))
		return err
	})
}

// logged keeps an unsealed row of the same size beside it, as a program would that audits without a gate.
func logged(ctx context.Context, in *installation, h seed.Holding) error {
	return in.db.Write(ctx, func(tx *db.Tx) error {
		now := time.Now().UnixMicro()
		if _, err := tx.Exec(ctx, db.SQL(touch, now, h.Task)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, db.SQL(`INSERT INTO entry (id, at, verb, refused, subject_kind, subject_id, rev, matter_id, org_id, owner_org_id, person_id, leaf, openings)
			VALUES (?, ?, 'task.check', FALSE, 'task', ?, 2, ?, ?, ?, ?, ?, ?)`, ident.New(), now, h.Task, h.Matter, h.Provider, h.Firm, h.Holder.ID, row[:750], row[:380]))
		return err
	})
}

var row = make([]byte, 1000)

// gated does it the way the product does: permission with its locks, policies, a leaf with commitments, sealed values.
func gated(ctx context.Context, in *installation, h seed.Holding) error {
	return in.gate.Write(ctx, as(h.Holder), "task.check", func(tx *gate.Tx) error {
		s := authz.Subject{Ref: authz.Ref{Kind: "task", ID: string(h.Task)}, Matter: string(h.Matter), Engagement: string(h.Engagement), Org: string(h.Firm), Provider: string(h.Provider),
			Attrs: map[string]any{"state": "open", "stage_kind": "draft", "stage_role": "junior", "author": string(h.Holder.ID), "holder": string(h.Holder.ID),
				"reviewers": []string{}, "supervisor": string(h.Supervisor), "offshore": "yes", "condition_met": false}}
		if err := tx.Permit(ctx, s); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(touch, tx.Now.UnixMicro(), h.Task)); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: s.Ref, Rev: 2, Matter: h.Matter, Owner: h.Firm, Values: map[string]string{"state": "open", "stage": "draft", "holder": string(h.Holder.ID)}})
		return nil
	})
}

const clients = 4

// overhead runs the arms in turns, so that whatever else the machine does meets all of them.
func overhead(ctx context.Context, in *installation, rounds int, each time.Duration) ([]*arm, error) {
	arms := []*arm{{name: "the statement alone", write: bare}, {name: "with an unsealed log row", write: logged}, {name: "through the gate", write: gated}}
	held := in.world.Held(400)
	if len(held) < clients {
		return nil, errors.New("the world is too small to measure writes")
	}
	for r := range rounds + 1 {
		for _, a := range arms {
			rate, err := a.run(ctx, in, held, each)
			if err != nil {
				return nil, err
			}
			if r > 0 { // the first round warms up
				a.rates = append(a.rates, rate)
			}
		}
	}
	return arms, nil
}

func (a *arm) run(ctx context.Context, in *installation, held []seed.Holding, each time.Duration) (float64, error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var faults []error
	total := 0
	begun := time.Now()
	for c := range clients {
		wg.Go(func() {
			n := 0
			for ; time.Since(begun) < each; n++ { // each client has tasks of its own
				if err := a.write(ctx, in, held[(n*clients+c)%(len(held)/clients*clients)]); err != nil {
					mu.Lock()
					faults = append(faults, err)
					mu.Unlock()
					return
				}
			}
			mu.Lock()
			total += n
			mu.Unlock()
		})
	}
	wg.Wait()
	return float64(total) / time.Since(begun).Seconds(), errors.Join(faults...)
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
