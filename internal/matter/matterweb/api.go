package matterweb

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/web"
)

// API offers the verbs and questions of clients and matters.
func API(api huma.API, s *matter.Service) {
	apiClients(api, s)
	apiMatters(api, s)
	apiHead(api, s)
	apiParties(api, s)
	apiGates(api, s)
	apiTeam(api, s)
}

type wireNone struct{}

// A ByID is the input of an operation on one matter that has no body.
type ByID struct {
	ID ident.MatterID `path:"id" doc:"Identifier of the matter."`
}

type withBody[B any] struct {
	ByID
	Body B
}

// A WireReason is the reason of a verb; it stands in the trail.
type WireReason struct {
	Reason string `json:"reason" doc:"Stands in the trail."`
}

type wireID struct {
	ID string `json:"id"`
}

// apiOn offers a verb on one matter that answers with nothing but its success.
func apiOn[B any](api huma.API, action authz.Action, path, summary string, do func(ctx context.Context, who actor.Actor, id ident.MatterID, b B) error) {
	web.Do(api, web.Endpoint{ID: string(action), Path: "/matters/{id}/" + path, Summary: summary},
		func(ctx context.Context, who actor.Actor, in *withBody[B]) error { return do(ctx, who, in.ID, in.Body) })
}

// apiMakes offers a verb on one matter that makes something.
func apiMakes[B any](api huma.API, action authz.Action, path, summary string, do func(ctx context.Context, who actor.Actor, id ident.MatterID, b B) (string, error)) {
	web.Offer(api, web.Endpoint{ID: string(action), Path: "/matters/{id}/" + path, Summary: summary, Status: 201},
		func(ctx context.Context, who actor.Actor, in *withBody[B]) (wireID, error) {
			id, err := do(ctx, who, in.ID, in.Body)
			return wireID{id}, err
		})
}

type wireClient struct {
	ID   ident.ClientID `json:"id"`
	Name string         `json:"name"`
	Open int            `json:"open" doc:"Open matters that you may see."`
	Rev  int64          `json:"rev"`
}

type wireClients struct {
	Clients []wireClient `json:"clients"`
	Total   int          `json:"total"`
	After   string       `json:"after,omitempty" doc:"Ask with it for the next page; absent at the end."`
}

func apiClients(api huma.API, s *matter.Service) {
	type find struct {
		Find  string `query:"find" doc:"Part of a name."`
		After string `query:"after" doc:"As the page before gave it."`
	}
	web.Offer(api, web.Endpoint{ID: "client.list", Method: "GET", Path: "/clients", Summary: "List the clients of your firm"},
		func(ctx context.Context, who actor.Actor, in *find) (wireClients, error) {
			l, err := s.Clients(ctx, who, in.Find, in.After)
			out := wireClients{[]wireClient{}, l.Total, l.After}
			for _, c := range l.Rows {
				out.Clients = append(out.Clients, wireClient{c.ID, c.Name, c.Open, c.Rev})
			}
			return out, err
		})
	type newClient struct {
		Name string `json:"name"`
	}
	type in struct{ Body newClient }
	web.Offer(api, web.Endpoint{ID: string(matter.AddClient), Path: "/clients", Summary: "Add a client", Status: 201},
		func(ctx context.Context, who actor.Actor, in *in) (wireID, error) {
			id, err := s.AddClient(ctx, who, in.Body.Name)
			return wireID{string(id)}, err
		})
	type rename struct {
		Name string `json:"name"`
		Rev  int64  `json:"rev" doc:"The revision that you saw."`
	}
	type renameIn struct {
		ID   ident.ClientID `path:"id"`
		Body rename
	}
	web.Do(api, web.Endpoint{ID: string(matter.RenameClient), Path: "/clients/{id}/rename", Summary: "Give a client another name"},
		func(ctx context.Context, who actor.Actor, in *renameIn) error {
			return s.RenameClient(ctx, who, in.ID, in.Body.Name, in.Body.Rev)
		})
}

type wireRow struct {
	ID           ident.MatterID `json:"id"`
	Number       string         `json:"number"`
	Title        string         `json:"title"`
	Client       string         `json:"client,omitempty" doc:"Absent for a provider's people."`
	Firm         string         `json:"firm" doc:"Name of the firm."`
	PracticeArea string         `json:"practice_area"`
	Jurisdiction string         `json:"jurisdiction"`
	DataClass    string         `json:"data_class"`
	State        matter.State   `json:"state" enum:"open,closed"`
	Supervisor   string         `json:"supervisor" doc:"Name of the supervising attorney."`
}

type wireList struct {
	Matters []wireRow `json:"matters"`
	Total   int       `json:"total"`
	After   string    `json:"after,omitempty" doc:"Ask with it for the next page; absent at the end."`
}

func apiMatters(api huma.API, s *matter.Service) {
	type filter struct {
		Find   string         `query:"find" doc:"Part of number, title or client."`
		Area   string         `query:"area" doc:"Practice area."`
		State  matter.State   `query:"state" enum:"open,closed"`
		Mine   bool           `query:"mine" doc:"Only matters on which you have a role."`
		Client ident.ClientID `query:"client"`
		After  string         `query:"after" doc:"As the page before gave it."`
	}
	web.Offer(api, web.Endpoint{ID: "matter.list", Method: "GET", Path: "/matters", Summary: "List the matters that you may know of"},
		func(ctx context.Context, who actor.Actor, in *filter) (wireList, error) {
			l, err := s.List(ctx, who, matter.Filter{Text: in.Find, PracticeArea: in.Area, State: in.State, Mine: in.Mine, Client: in.Client, After: in.After})
			out := wireList{[]wireRow{}, l.Total, l.After}
			for _, r := range l.Rows {
				out.Matters = append(out.Matters, wireRow{r.ID, r.Number, r.Title, r.Client, r.FirmName, r.PracticeArea, r.Jurisdiction, r.DataClass, r.State, r.Supervisor})
			}
			return out, err
		})
	type in struct{ Body wireNew }
	web.Offer(api, web.Endpoint{ID: string(matter.Open), Path: "/matters", Summary: "Open a matter", Status: 201},
		func(ctx context.Context, who actor.Actor, in *in) (wireID, error) {
			id, err := s.Open(ctx, who, in.Body.matter())
			return wireID{string(id)}, err
		})
	web.Offer(api, web.Endpoint{ID: "matter.get", Method: "GET", Path: "/matters/{id}", Summary: "Get a matter with its parties, gates and team"},
		func(ctx context.Context, who actor.Actor, in *ByID) (wireOverview, error) {
			o, err := s.Overview(ctx, who, in.ID)
			return overviewOnWire(o), err
		})
}

func apiHead(api huma.API, s *matter.Service) {
	apiOn(api, matter.Edit, "edit", "Change a matter's own fields", func(ctx context.Context, who actor.Actor, id ident.MatterID, b wireChange) error {
		return s.Edit(ctx, who, matter.Change{ID: id, Number: b.Number, Title: b.Title, PracticeArea: b.PracticeArea, Jurisdiction: b.Jurisdiction, DataClass: b.DataClass, Standing: b.Standing, Rev: b.Rev})
	})
	apiOn(api, matter.Close, "close", "Close a matter", func(ctx context.Context, who actor.Actor, id ident.MatterID, b WireReason) error {
		return s.Close(ctx, who, id, b.Reason)
	})
	apiOn(api, matter.Reopen, "reopen", "Open a closed matter again", func(ctx context.Context, who actor.Actor, id ident.MatterID, b WireReason) error {
		return s.Reopen(ctx, who, id, b.Reason)
	})
	type attorneys struct {
		Supervisor ident.PersonID `json:"supervisor"`
		Delegate   ident.PersonID `json:"delegate,omitempty" doc:"Answers for her; left out for nobody."`
	}
	apiOn(api, matter.AssignAttorney, "attorneys", "Name the supervising attorney and her delegate", func(ctx context.Context, who actor.Actor, id ident.MatterID, b attorneys) error {
		return s.AssignAttorney(ctx, who, id, b.Supervisor, b.Delegate)
	})
	type newFact struct {
		Label string `json:"label"`
		Value string `json:"value"`
	}
	apiMakes(api, matter.EditFacts, "facts", "Add a fact that drafts copy", func(ctx context.Context, who actor.Actor, id ident.MatterID, b newFact) (string, error) {
		return s.AddFact(ctx, who, id, b.Label, b.Value)
	})
}
