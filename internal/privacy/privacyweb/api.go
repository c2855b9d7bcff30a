package privacyweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/privacy"
)

type wireRequest struct {
	ID         string     `json:"id"`
	Name       string     `json:"name" example:"P-7"`
	Kind       string     `json:"kind" enum:"access,erasure,disposal"`
	About      string     `json:"about" doc:"Kind and identifier of the subject." example:"person/018b…"`
	State      string     `json:"state" enum:"open,working,held,done,refused"`
	ReceivedOn string     `json:"received_on"`
	DueOn      string     `json:"due_on,omitempty"`
	DoneAt     *time.Time `json:"done_at,omitempty"`
	Erased     []string   `json:"erased,omitempty"`
	Remains    []string   `json:"remains,omitempty"`
	Waits      []string   `json:"waits,omitempty" doc:"Legal holds that win."`
	Note       string     `json:"note,omitempty" doc:"Why it was refused."`
}

func onWire(r privacy.Request) wireRequest {
	out := wireRequest{r.ID, r.Name(), string(r.Kind), r.SubjectKind + "/" + r.SubjectID, string(r.State), r.ReceivedOn, r.DueOn, nil, r.Outcome.Erased, r.Outcome.Remains, r.Outcome.Waits, r.Outcome.Note}
	if !r.DoneAt.IsZero() {
		at := r.DoneAt.UTC()
		out.DoneAt = &at
	}
	return out
}

// API offers the same verbs.
func API(api huma.API, s *privacy.Service) {
	type list struct {
		Requests []wireRequest `json:"requests"`
	}
	web.Offer(api, web.Endpoint{ID: "privacy.requests", Method: "GET", Path: "/privacy/requests", Summary: "List privacy requests: your own, or as an officer all of the organization"},
		func(ctx context.Context, who actor.Actor, _ *struct{}) (list, error) {
			p, err := s.Page(ctx, who)
			out := list{[]wireRequest{}}
			for _, r := range p.Requests {
				out.Requests = append(out.Requests, onWire(r))
			}
			return out, err
		})
	type asking struct {
		Kind       string `json:"kind" enum:"access,erasure,disposal"`
		Subject    string `json:"subject_kind" enum:"person,client,matter"`
		ID         string `json:"subject_id"`
		ReceivedOn string `json:"received_on,omitempty" doc:"Left out: today."`
		Reason     string `json:"reason,omitempty"`
	}
	type ask struct{ Body asking }
	type made struct {
		ID string `json:"id"`
	}
	web.Offer(api, web.Endpoint{ID: string(privacy.Ask), Path: "/privacy/requests", Summary: "File a privacy request", Status: 201},
		func(ctx context.Context, who actor.Actor, in *ask) (made, error) {
			id, err := s.Ask(ctx, who, privacy.NewRequest{Kind: privacy.Kind(in.Body.Kind), SubjectKind: in.Body.Subject, SubjectID: in.Body.ID, ReceivedOn: in.Body.ReceivedOn, Reason: in.Body.Reason})
			return made{id}, err
		})
	type byID struct {
		ID string `path:"id" doc:"Identifier of the request."`
	}
	web.Offer(api, web.Endpoint{ID: "privacy.request", Method: "GET", Path: "/privacy/requests/{id}", Summary: "Get a privacy request, with its certificate"},
		func(ctx context.Context, who actor.Actor, in *byID) (wireRequest, error) {
			sh, err := s.Sheet(ctx, who, in.ID)
			return onWire(sh.Request), err
		})
	web.Do(api, web.Endpoint{ID: string(privacy.Approve), Path: "/privacy/requests/{id}/approve", Summary: "Approve an erasure or a disposal, as a second person"},
		func(ctx context.Context, who actor.Actor, in *byID) error { return s.Approve(ctx, who, in.ID) })
	type refusalNote struct {
		Note string `json:"note"`
	}
	type refusing struct {
		ID   string `path:"id" doc:"Identifier of the request."`
		Body refusalNote
	}
	web.Do(api, web.Endpoint{ID: string(privacy.Refuse), Path: "/privacy/requests/{id}/refuse", Summary: "Refuse a privacy request"},
		func(ctx context.Context, who actor.Actor, in *refusing) error {
			return s.Refuse(ctx, who, in.ID, in.Body.Note)
		})
	holdAPI(api, s)
}

func holdAPI(api huma.API, s *privacy.Service) {
	type holdReason struct {
		Reason string `json:"reason"`
	}
	type holding struct {
		ID   string `path:"id" doc:"Identifier of the matter."`
		Body holdReason
	}
	web.Do(api, web.Endpoint{ID: string(privacy.Hold), Path: "/matters/{id}/hold", Summary: "Put a matter under legal hold"},
		func(ctx context.Context, who actor.Actor, in *holding) error {
			return s.Hold(ctx, who, ident.MatterID(in.ID), in.Body.Reason)
		})
	type byMatter struct {
		ID string `path:"id" doc:"Identifier of the matter."`
	}
	web.Do(api, web.Endpoint{ID: string(privacy.LiftHold), Path: "/matters/{id}/hold/lift", Summary: "Lift the legal hold of a matter"},
		func(ctx context.Context, who actor.Actor, in *byMatter) error {
			return s.LiftHold(ctx, who, ident.MatterID(in.ID))
		})
	type retentionRule struct {
		Matter string `json:"matter,omitempty" doc:"Left out: of all matters that have no rule of their own."`
		Years  int    `json:"years" doc:"After the matter is closed."`
		Basis  string `json:"basis"`
	}
	type setting struct{ Body retentionRule }
	web.Do(api, web.Endpoint{ID: string(privacy.SetRetention), Path: "/privacy/retention", Summary: "Say how long closed matters are kept"},
		func(ctx context.Context, who actor.Actor, in *setting) error {
			return s.SetRetention(ctx, who, ident.MatterID(in.Body.Matter), privacy.Rule{Years: in.Body.Years, Basis: in.Body.Basis})
		})
}
