package documentweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/document"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
)

type wireRule struct {
	ID       string          `json:"id"`
	Scope    document.Scope  `json:"scope" enum:"engagement,matter,folder,document"`
	Of       string          `json:"of" doc:"Identifier of the engagement, the matter (a folder's too) or the document."`
	Folder   string          `json:"folder,omitempty"`
	Covers   document.Covers `json:"covers" enum:"source,work"`
	Networks string          `json:"networks,omitempty" doc:"From which people of a provider see it; absent: from all."`
	Hours    string          `json:"hours,omitempty" doc:"In which they see it, by the provider's clock; absent: in all."`
	SetBy    string          `json:"set_by"`
	SetAt    time.Time       `json:"set_at"`
	LiftedBy string          `json:"lifted_by,omitempty"`
	LiftedAt *time.Time      `json:"lifted_at,omitempty" doc:"Absent while it stands."`
}

type wireAbroad struct {
	Engagement string `json:"engagement"`
	Provider   string `json:"provider"`
	Country    string `json:"country" doc:"ISO 3166-1 alpha-2."`
}

type wireResidence struct {
	Country string       `json:"country" doc:"Of the firm; ISO 3166-1 alpha-2."`
	Abroad  []wireAbroad `json:"abroad" doc:"Providers that work for the firm in another country."`
	Rules   []wireRule   `json:"rules" doc:"Every one that was ever set, those that stand first."`
}

func residenceOnWire(r document.Residence) wireResidence {
	out := wireResidence{r.Country, []wireAbroad{}, []wireRule{}}
	for _, a := range r.Abroad {
		out.Abroad = append(out.Abroad, wireAbroad{a.Engagement, a.Name, a.Country})
	}
	for _, r := range r.Rules {
		w := wireRule{ID: r.ID, Scope: r.Scope, Of: r.ScopeID, Folder: r.Folder, Covers: r.Covers, Networks: r.Window.Written(), Hours: r.Window.Hours(),
			SetBy: r.SetBy, SetAt: r.SetAt.UTC(), LiftedBy: r.LiftedBy}
		if !r.LiftedAt.IsZero() {
			at := r.LiftedAt.UTC()
			w.LiftedAt = &at
		}
		out.Rules = append(out.Rules, w)
	}
	return out
}

// apiResidency offers the rules that keep documents in the firm's country.
func apiResidency(api huma.API, s *document.Service) {
	type byMatter struct {
		ID ident.MatterID `path:"id" doc:"Identifier of the matter."`
	}
	web.Offer(api, web.Endpoint{ID: "document.residency", Method: "GET", Path: "/matters/{id}/residency", Summary: "Get where the documents of a matter may go"},
		func(ctx context.Context, who actor.Actor, in *byMatter) (wireResidence, error) {
			r, err := s.Residence(ctx, who, in.ID)
			return residenceOnWire(r), err
		})
	type newRule struct {
		Scope    document.Scope  `json:"scope" enum:"engagement,matter,folder,document"`
		Of       string          `json:"of" doc:"Identifier of the engagement, the matter (a folder's too) or the document."`
		Folder   string          `json:"folder,omitempty"`
		Covers   document.Covers `json:"covers" enum:"source,work"`
		Networks string          `json:"networks,omitempty" doc:"Addresses and ranges, separated by spaces or commas." example:"203.0.113.0/24"`
		From     string          `json:"from,omitempty" example:"09:00"`
		Until    string          `json:"until,omitempty" example:"18:00"`
	}
	type setting struct{ Body newRule }
	web.Do(api, web.Endpoint{ID: string(document.SetResidency), Path: "/residency", Summary: "Keep documents in the firm's country",
		Detail: "Outside it they are seen as marked pages, and neither the file nor its text is sent. Rules add up: none loosens another."},
		func(ctx context.Context, who actor.Actor, in *setting) error {
			b := in.Body
			return s.SetResidency(ctx, who, document.NewResidency{Scope: b.Scope, ScopeID: b.Of, Folder: b.Folder, Covers: b.Covers, Networks: b.Networks, From: b.From, Until: b.Until})
		})
	type byRule struct {
		ID string `path:"id" doc:"Identifier of the rule."`
	}
	web.Do(api, web.Endpoint{ID: string(document.LiftResidency), Path: "/residency/{id}/lift", Summary: "Lift a rule of residency"},
		func(ctx context.Context, who actor.Actor, in *byRule) error { return s.LiftResidency(ctx, who, in.ID) })
}
