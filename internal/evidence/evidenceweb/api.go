package evidenceweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/evidence"
	"countersign/internal/kernel/actor"
	"countersign/internal/platform/web"
)

type wireWitness struct {
	ID      string     `json:"id"`
	Org     string     `json:"org" doc:"Name of its organization."`
	Name    string     `json:"name"`
	Public  string     `json:"public"`
	Size    int64      `json:"size" doc:"Entries up to which it has cosigned."`
	At      *time.Time `json:"at,omitempty" doc:"Of that cosignature, by its own clock."`
	Refused string     `json:"refused,omitempty" doc:"What it refused since."`
	Silent  bool       `json:"silent" doc:"Entries wait for it, and it is late."`
	Ended   bool       `json:"ended"`
}

type wireRecord struct {
	Origin    string        `json:"origin"`
	Public    string        `json:"public" doc:"Key of the log, as signed notes have it."`
	Before    string        `json:"before,omitempty" doc:"The key before it, while it still signs."`
	Size      int64         `json:"size" doc:"Entries in the tree."`
	Waiting   int           `json:"waiting" doc:"Entries without a place yet, at most 1000."`
	Witnesses []wireWitness `json:"witnesses"`
}

type wirePack struct {
	ID      string     `json:"id"`
	State   string     `json:"state" enum:"working,done,failed"`
	Entries int        `json:"entries" doc:"That are in it so far."`
	Says    string     `json:"says,omitempty" doc:"Why it failed."`
	Bytes   int64      `json:"bytes,omitempty"`
	Path    string     `json:"path,omitempty" doc:"Where the ZIP is fetched, below /api/v1."`
	Until   *time.Time `json:"until,omitempty" doc:"It can be fetched until then."`
}

func packOnWire(a evidence.Asked) wirePack {
	out := wirePack{ID: a.ID, State: a.State, Entries: a.Entries, Says: a.Says, Bytes: a.SizeBytes}
	if a.Ready() {
		until := a.Kept().UTC()
		out.Path, out.Until = "/evidence/"+a.ID+"/pack.zip", &until
	}
	return out
}

// packAPI offers the packs: asked for, looked after, fetched.
func packAPI(api huma.API, s *evidence.Service) {
	type packWish struct {
		Kind     string    `json:"kind" enum:"matter,task,document,person,org"`
		ID       string    `json:"id,omitempty" doc:"Left out for a person: yourself; not given for an organization."`
		From     time.Time `json:"from,omitzero" doc:"Entries from this instant on."`
		Until    time.Time `json:"until,omitzero" doc:"Entries before this instant."`
		WithWork bool      `json:"with_work,omitempty" doc:"The newest versions of the files too, as far as you may take them out."`
	}
	type asking struct{ Body packWish }
	web.Offer(api, web.Endpoint{ID: string(evidence.AskPack), Path: "/evidence", Summary: "Ask for an evidence pack", Status: 202},
		func(ctx context.Context, who actor.Actor, in *asking) (wirePack, error) {
			id, err := s.AskPack(ctx, who, evidence.Scope{Kind: in.Body.Kind, ID: in.Body.ID}, evidence.Filter{From: in.Body.From, To: in.Body.Until}, in.Body.WithWork)
			return wirePack{ID: id, State: "working"}, err
		})
	type byPack struct {
		ID string `path:"id" doc:"Identifier of the pack."`
	}
	web.Offer(api, web.Endpoint{ID: "evidence.pack", Method: "GET", Path: "/evidence/{id}", Summary: "Get how far an evidence pack is, and where it is fetched"},
		func(ctx context.Context, who actor.Actor, in *byPack) (wirePack, error) {
			a, err := s.Asked(ctx, who, in.ID)
			return packOnWire(a), err
		})
}

// API offers the record and its witnesses.
func API(api huma.API, s *evidence.Service) {
	packAPI(api, s)
	web.Offer(api, web.Endpoint{ID: "evidence.record", Method: "GET", Path: "/record", Summary: "Get how far the record is proven, and by whom"},
		func(ctx context.Context, who actor.Actor, _ *struct{}) (wireRecord, error) {
			r, err := s.Record(ctx, who)
			out := wireRecord{r.Origin, r.Public, r.Before, r.Size, r.Waiting, []wireWitness{}}
			for _, w := range r.Witnesses {
				x := wireWitness{w.ID, w.OrgName, w.Name, w.Public, w.Size, nil, w.Refused, w.Silent(r.Size, r.Now), !w.EndedAt.IsZero()}
				if !w.At.IsZero() {
					at := w.At.UTC()
					x.At = &at
				}
				out.Witnesses = append(out.Witnesses, x)
			}
			return out, err
		})
	type witnessKey struct {
		Key string `json:"key" doc:"Public key of the witness."`
	}
	type adding struct{ Body witnessKey }
	type made struct {
		ID string `json:"id"`
	}
	web.Offer(api, web.Endpoint{ID: string(evidence.AddWitness), Path: "/record/witnesses", Summary: "Register a witness of your own organization", Status: 201},
		func(ctx context.Context, who actor.Actor, in *adding) (made, error) {
			id, err := s.AddWitness(ctx, who, in.Body.Key)
			return made{id}, err
		})
	type byWitness struct {
		ID string `path:"id" doc:"Identifier of the witness."`
	}
	web.Do(api, web.Endpoint{ID: string(evidence.EndWitness), Path: "/record/witnesses/{id}/end", Summary: "End the service of a witness"},
		func(ctx context.Context, who actor.Actor, in *byWitness) error { return s.EndWitness(ctx, who, in.ID) })
	type cosignature struct {
		Size int64  `json:"size" doc:"Of the checkpoint."`
		Line string `json:"line" doc:"C2SP tlog-cosignature."`
	}
	type cosigning struct {
		ID   string `path:"id" doc:"Identifier of the witness."`
		Body cosignature
	}
	web.Do(api, web.Endpoint{ID: string(evidence.Cosign), Path: "/record/witnesses/{id}/cosignatures", Summary: "Hand in the cosignature of a witness"},
		func(ctx context.Context, who actor.Actor, in *cosigning) error {
			return s.Cosign(ctx, who, in.ID, in.Body.Size, in.Body.Line)
		})
	type refusalReport struct {
		Says string `json:"says"`
	}
	type refusing struct {
		ID   string `path:"id" doc:"Identifier of the witness."`
		Body refusalReport
	}
	web.Do(api, web.Endpoint{ID: string(evidence.ReportRefusal), Path: "/record/witnesses/{id}/refusals", Summary: "Report that a witness refuses to cosign"},
		func(ctx context.Context, who actor.Actor, in *refusing) error {
			return s.ReportRefusal(ctx, who, in.ID, in.Body.Says)
		})
}
