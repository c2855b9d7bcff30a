package accessweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/access"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
)

type wireWay struct {
	Role   string     `json:"role"`
	Wide   bool       `json:"wide" doc:"Of the organization, reaching every matter that is open to it; else on the matter."`
	Since  time.Time  `json:"since"`
	SetBy  string     `json:"set_by,omitempty"`
	Open   bool       `json:"open" doc:"The matter was open to the organization."`
	Wall   int64      `json:"wall,omitempty" doc:"Number of the ethical wall that beats it; told to the firm only."`
	Walled *time.Time `json:"walled_at,omitempty"`
}

type wireAccess struct {
	Person  ident.PersonID `json:"person"`
	Name    string         `json:"name"`
	Org     ident.OrgID    `json:"org"`
	Knew    bool           `json:"knew" doc:"Of the matter."`
	Ways    []wireWay      `json:"ways"`
	Pages   *bool          `json:"pages,omitempty" doc:"Could see the document page by page."`
	File    *bool          `json:"file,omitempty" doc:"Could take out the file and its words."`
	Network bool           `json:"only_in_network,omitempty" doc:"Only from a network that the firm named."`
	Rules   []string       `json:"rules,omitempty" doc:"Identifiers of the rules that decided."`
	Taken   int            `json:"taken,omitempty" doc:"Times that the file was taken out until then."`
	Seen    string         `json:"seen,omitempty" doc:"Pages that were shown until then."`
}

type wireReport struct {
	At     time.Time    `json:"at"`
	Policy string       `json:"policy" doc:"SHA-256 of the policies of the program, in hex."`
	People []wireAccess `json:"people" doc:"Everybody who held a role, those who could first."`
}

func onWire(r access.Report) wireReport {
	out := wireReport{r.At.UTC(), r.Hash, []wireAccess{}}
	for _, x := range r.Rows {
		w := wireAccess{Person: x.Person, Name: x.Name, Org: x.Org, Knew: x.Knows, Ways: []wireWay{}}
		for _, y := range x.Ways {
			way := wireWay{y.Role, y.Wide, y.Since.UTC(), y.SetBy, y.Open, y.Wall.Number, nil}
			if y.Wall.Number != 0 {
				at := y.Wall.Since.UTC()
				way.Walled = &at
			}
			w.Ways = append(w.Ways, way)
		}
		if r.Document.ID != "" {
			w.Pages, w.File, w.Network, w.Rules, w.Taken, w.Seen = &x.Pages.Allowed, &x.File.Allowed, x.InNetwork, ruleIDs(x), x.Use.Taken, x.Use.Pages
		}
		out.People = append(out.People, w)
	}
	return out
}

// API offers the question.
func API(api huma.API, s *access.Service) {
	type ask struct {
		ID string    `path:"id" doc:"Identifier of the record."`
		At time.Time `query:"at" doc:"Left out: now." example:"2026-03-03T09:30:00Z"`
	}
	when := func(in *ask) time.Time {
		if in.At.IsZero() {
			return s.Now()
		}
		return in.At
	}
	web.Offer(api, web.Endpoint{ID: "access.matter", Method: "GET", Path: "/matters/{id}/access", Summary: "Get who could see a matter at an instant, and by which rule"},
		func(ctx context.Context, who actor.Actor, in *ask) (wireReport, error) {
			r, err := s.OfMatter(ctx, who, ident.MatterID(in.ID), when(in))
			return onWire(r), err
		})
	web.Offer(api, web.Endpoint{ID: "access.document", Method: "GET", Path: "/documents/{id}/access", Summary: "Get who could open a document at an instant, by which rule, and who did"},
		func(ctx context.Context, who actor.Actor, in *ask) (wireReport, error) {
			r, err := s.OfDocument(ctx, who, ident.DocumentID(in.ID), when(in))
			return onWire(r), err
		})
	type askWhy struct {
		ID     string `path:"id" doc:"Identifier of the record."`
		Person string `query:"person" doc:"Left out: yourself, as you are signed in now."`
	}
	for word, kind := range records {
		web.Offer(api, web.Endpoint{ID: "access.why_" + kind, Method: "GET", Path: "/" + word + "/{id}/why", Summary: "Get what a person may do with a " + kind + " now, and by which rule"},
			func(ctx context.Context, who actor.Actor, in *askWhy) (wireWhy, error) {
				w, err := s.Why(ctx, who, kind, in.ID, ident.PersonID(in.Person))
				return whyOnWire(w), err
			})
	}
}

type wireRule struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Say  string `json:"say,omitempty"`
	Fix  string `json:"fix,omitempty"`
}

type wireVerdict struct {
	Action  authz.Action `json:"action"`
	Allowed bool         `json:"allowed"`
	Depends bool         `json:"depends,omitempty" doc:"It hangs on whom or what it is done with."`
	Rules   []wireRule   `json:"rules" doc:"Those that decide; none where no role includes the action."`
}

type wireWhy struct {
	Person   ident.PersonID `json:"person,omitempty"`
	Policy   string         `json:"policy" doc:"SHA-256 of the policies of the program, in hex."`
	Verdicts []wireVerdict  `json:"verdicts"`
}

func whyOnWire(w access.Why) wireWhy {
	out := wireWhy{w.Who.Person, w.Hash, []wireVerdict{}}
	for _, v := range w.Verdicts {
		x := wireVerdict{v.Action, v.Allowed, v.Depends, []wireRule{}}
		for _, r := range v.Rules {
			x.Rules = append(x.Rules, wireRule(r))
		}
		out.Verdicts = append(out.Verdicts, x)
	}
	return out
}
