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

// API offers the record and its witnesses.
func API(api huma.API, s *evidence.Service) {
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
