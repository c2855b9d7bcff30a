package engagementweb

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/engagement"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
)

type wireTerm struct {
	Name  string           `json:"name"`
	Light engagement.Light `json:"light" enum:"green,amber,red,off"`
	Say   string           `json:"say"`
}

type wireEngagement struct {
	ID           ident.EngagementID `json:"id"`
	Firm         ident.OrgID        `json:"firm"`
	FirmName     string             `json:"firm_name"`
	Provider     ident.OrgID        `json:"provider"`
	ProviderName string             `json:"provider_name"`
	Name         string             `json:"name"`
	Phase        engagement.Phase   `json:"phase" enum:"evaluation,pilot,active,suspended,ended"`
	Country      string             `json:"country" doc:"Where the work is done."`
	BegunOn      string             `json:"begun_on"`
	Terms        []wireTerm         `json:"terms"`
	Rev          int64              `json:"rev"`
}

type wireList struct {
	Engagements []wireEngagement `json:"engagements"`
}

type wireID struct {
	ID string `json:"id"`
}

// A ByID is the input of an operation on one engagement that has no body.
type ByID struct {
	ID ident.EngagementID `path:"id" doc:"Identifier of the engagement."`
}

type withBody[B any] struct {
	ByID
	Body B
}

func apiRow(r engagement.Row) wireEngagement {
	w := wireEngagement{r.ID, r.Firm, r.FirmName, r.Provider, r.ProviderName, r.Name, r.Phase, r.Country, r.BegunOn, []wireTerm{}, r.Rev}
	for _, t := range r.Terms {
		w.Terms = append(w.Terms, wireTerm{t.Name, t.Light, t.Say})
	}
	return w
}

// API offers the verbs and questions of engagements.
func API(api huma.API, s *engagement.Service) {
	type none struct{}
	web.Offer(api, web.Endpoint{ID: "engagement.list", Method: "GET", Path: "/engagements", Summary: "List the engagements of your organization"},
		func(ctx context.Context, who actor.Actor, _ *none) (wireList, error) {
			l, err := s.List(ctx, who)
			out := wireList{[]wireEngagement{}}
			for _, r := range l.Rows {
				out.Engagements = append(out.Engagements, apiRow(r))
			}
			return out, err
		})
	web.Offer(api, web.Endpoint{ID: string(engagement.Read), Method: "GET", Path: "/engagements/{id}", Summary: "Get an engagement"},
		func(ctx context.Context, who actor.Actor, in *ByID) (wireEngagement, error) {
			p, err := s.Page(ctx, who, in.ID)
			return apiRow(p.Row), err
		})
	type open struct {
		Provider ident.OrgID `json:"provider"`
		Name     string      `json:"name,omitempty" doc:"Left out: the provider's name."`
		Country  string      `json:"country,omitempty" doc:"Left out: the provider's."`
	}
	type openIn struct{ Body open }
	web.Offer(api, web.Endpoint{ID: string(engagement.Open), Path: "/engagements", Summary: "Begin an engagement, in evaluation", Status: 201},
		func(ctx context.Context, who actor.Actor, in *openIn) (wireID, error) {
			id, err := s.Open(ctx, who, engagement.NewEngagement{Provider: in.Body.Provider, Name: in.Body.Name, Country: in.Body.Country})
			return wireID{string(id)}, err
		})
	apiTerms(api, s)
}

func apiTerms(api huma.API, s *engagement.Service) {
	type move struct {
		To     engagement.Phase `json:"to" enum:"evaluation,pilot,active,suspended,ended"`
		Reason string           `json:"reason"`
		Rev    int64            `json:"rev,omitempty" doc:"The revision that you saw."`
	}
	web.Do(api, web.Endpoint{ID: string(engagement.MovePhase), Path: "/engagements/{id}/phase", Summary: "Move an engagement to another phase"},
		func(ctx context.Context, who actor.Actor, in *withBody[move]) error {
			return s.MovePhase(ctx, who, engagement.PhaseMove{ID: in.ID, To: in.Body.To, Reason: in.Body.Reason, Rev: in.Body.Rev})
		})
	type agreement struct {
		Kind      string `json:"kind" enum:"nda,baa,dpa"`
		SignedOn  string `json:"signed_on" format:"date"`
		ExpiresOn string `json:"expires_on,omitempty" format:"date" doc:"The last day it holds."`
		Note      string `json:"note,omitempty" doc:"Where the signed copy is kept."`
	}
	web.Offer(api, web.Endpoint{ID: string(engagement.RecordAgreement), Path: "/engagements/{id}/agreements", Summary: "Put a signed agreement on file", Status: 201},
		func(ctx context.Context, who actor.Actor, in *withBody[agreement]) (wireID, error) {
			id, err := s.RecordAgreement(ctx, who, engagement.NewAgreement{Engagement: in.ID, Kind: in.Body.Kind, SignedOn: in.Body.SignedOn, ExpiresOn: in.Body.ExpiresOn, Note: in.Body.Note})
			return wireID{id}, err
		})
	type withdraw struct {
		Kind   string `json:"kind" enum:"nda,baa,dpa"`
		Reason string `json:"reason"`
	}
	web.Do(api, web.Endpoint{ID: string(engagement.WithdrawAgreement), Path: "/engagements/{id}/agreements/withdraw", Summary: "Take the agreements of a kind off the file"},
		func(ctx context.Context, who actor.Actor, in *withBody[withdraw]) error {
			return s.WithdrawAgreement(ctx, who, in.ID, in.Body.Kind, in.Body.Reason)
		})
	type clause struct {
		Name   string `json:"name" doc:"What the contract calls it."`
		Say    string `json:"say" doc:"One sentence that a refused person reads."`
		Fix    string `json:"fix,omitempty"`
		Forbid string `json:"forbid" doc:"One Cedar policy that forbids."`
	}
	web.Do(api, web.Endpoint{ID: string(engagement.AddClause), Path: "/engagements/{id}/clauses", Summary: "Put a contract clause in force"},
		func(ctx context.Context, who actor.Actor, in *withBody[clause]) error {
			return s.AddClause(ctx, who, engagement.NewClause{Engagement: in.ID, Name: in.Body.Name, Say: in.Body.Say, Fix: in.Body.Fix, Forbid: in.Body.Forbid})
		})
}
