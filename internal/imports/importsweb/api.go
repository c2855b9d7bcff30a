package importsweb

import (
	"context"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/imports"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
)

// A WirePlan is what an import does, or did.
type WirePlan struct {
	Made    int       `json:"made"`
	There   int       `json:"there" doc:"Were there already."`
	Refused int       `json:"refused"`
	Rows    []wireRow `json:"rows"`
}

type wireRow struct {
	Line    int             `json:"line"`
	Text    string          `json:"text" doc:"What the row names."`
	Verdict imports.Verdict `json:"verdict" enum:"make,there,refused"`
	Say     string          `json:"say,omitempty" doc:"Why, unless it is made."`
}

func planOnWire(p imports.Plan) WirePlan {
	w := WirePlan{p.Made, p.There, p.Refused, []wireRow{}}
	for _, r := range p.Rows {
		w.Rows = append(w.Rows, wireRow{r.Line, r.Text, r.Verdict, r.Say})
	}
	return w
}

// API offers imports.
func API(api huma.API, s *imports.Service) {
	type file struct {
		Kind imports.Kind `path:"kind" enum:"people,clients,matters,parties,team"`
		Name string       `query:"name" doc:"Of the file."`
		Try  bool         `query:"try" doc:"Only tell what would be done."`
		web.Raw
	}
	type done struct {
		ID string `json:"id,omitempty" doc:"Of the import, to undo it; absent when it was tried only."`
		WirePlan
	}
	web.Offer(api, web.Endpoint{ID: string(imports.Run), Path: "/imports/{kind}", Summary: "Import a CSV file", Detail: "Rows that can be made are made together; the others are told with their reason.", Takes: "text/csv"},
		func(ctx context.Context, who actor.Actor, in *file) (done, error) {
			data, err := io.ReadAll(io.LimitReader(in.Reader(), imports.MaxBytes+1))
			if err != nil {
				return done{}, fault.InField("file", "The file did not come through whole. Send it again.")
			}
			if in.Try {
				p, err := s.Preview(ctx, who, in.Kind, data)
				return done{"", planOnWire(p)}, err
			}
			id, p, err := s.Run(ctx, who, in.Kind, in.Name, data)
			return done{id, planOnWire(p)}, err
		})
	type byID struct {
		ID string `path:"id" doc:"Identifier of the import."`
	}
	web.Do(api, web.Endpoint{ID: string(imports.Undo), Path: "/imports/{id}/undo", Summary: "Take back all that an import made, or nothing"},
		func(ctx context.Context, who actor.Actor, in *byID) error { return s.Undo(ctx, who, in.ID) })
}
