package probeweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/actor"
	"countersign/internal/platform/web"
	"countersign/internal/probe"
)

// A WireProbe is a probe with what it found.
type WireProbe struct {
	ID      string       `json:"id"`
	State   probe.State  `json:"state" enum:"planned,walking,ended"`
	At      time.Time    `json:"at"`
	EndedAt *time.Time   `json:"ended_at,omitempty"`
	Done    int          `json:"done" doc:"Requests so far."`
	All     int          `json:"all" doc:"Requests in all, once that is known."`
	Verdict string       `json:"verdict" doc:"The result in a sentence."`
	Report  probe.Report `json:"report"`
}

func onWire(p probe.Probe) WireProbe {
	w := WireProbe{ID: p.ID, State: p.State, At: p.At.UTC(), Done: p.Done, All: p.All, Verdict: verdictOf(p).says, Report: p.Report}
	if !p.Ended.IsZero() {
		at := p.Ended.UTC()
		w.EndedAt = &at
	}
	return w
}

// API offers probes.
func API(api huma.API, s *probe.Service) {
	type begun struct {
		ID string `json:"id"`
	}
	type ask struct {
		Body struct {
			Documents int `json:"documents" doc:"How many to draw of those that stay in the country, 1 to 50."`
		}
	}
	web.Offer(api, web.Endpoint{ID: string(probe.Begin), Path: "/probes", Summary: "Ask for a residency probe", Detail: "It walks in the background; ask for it by its identifier until it has ended.", Status: 201},
		func(ctx context.Context, who actor.Actor, in *ask) (begun, error) {
			id, err := s.Ask(ctx, who, in.Body.Documents)
			return begun{id}, err
		})
	type byID struct {
		ID string `path:"id" doc:"Identifier of the probe."`
	}
	web.Offer(api, web.Endpoint{ID: string(probe.Read), Method: "GET", Path: "/probes/{id}", Summary: "Get a probe with what it found"},
		func(ctx context.Context, who actor.Actor, in *byID) (WireProbe, error) {
			p, err := s.Probe(ctx, who, in.ID)
			return onWire(p), err
		})
}
