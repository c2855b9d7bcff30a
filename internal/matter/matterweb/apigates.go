package matterweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/web"
)

func apiParties(api huma.API, s *matter.Service) {
	apiMakes(api, matter.EditParties, "parties", "Add a name to the party list", func(ctx context.Context, who actor.Actor, id ident.MatterID, b wireNewParty) (string, error) {
		return s.AddParty(ctx, who, id, matter.NewParty{Name: b.Name, Role: b.Role})
	})
	type byParty struct {
		ID    ident.MatterID `path:"id" doc:"Identifier of the matter."`
		Party string         `path:"party" doc:"Identifier of the party."`
	}
	web.Do(api, web.Endpoint{ID: "matter.remove_party", Path: "/matters/{id}/parties/{party}/remove", Summary: "Take a name off the party list"},
		func(ctx context.Context, who actor.Actor, in *byParty) error {
			return s.RemoveParty(ctx, who, in.ID, in.Party)
		})
}

type wireConsent struct {
	ID          string          `json:"id"`
	Provider    ident.OrgID     `json:"provider"`
	Country     string          `json:"country"`
	DataClass   string          `json:"data_class"`
	GivenBy     string          `json:"given_by"`
	GivenOn     string          `json:"given_on"`
	ExpiresOn   string          `json:"expires_on,omitempty"`
	Evidence    ident.VersionID `json:"evidence,omitempty"`
	WithdrawnAt *time.Time      `json:"withdrawn_at,omitempty"`
}

type wireCheck struct {
	ID       string         `json:"id"`
	Number   string         `json:"number" example:"K-118"`
	Firm     string         `json:"firm" doc:"Name of the firm that asks."`
	Matter   ident.MatterID `json:"matter,omitempty" doc:"Absent for the provider."`
	Provider ident.OrgID    `json:"provider"`
	Parties  []wireParty    `json:"parties"`
	Current  bool           `json:"current" doc:"The party list has not changed since."`
	Outcome  matter.Outcome `json:"outcome" enum:"asked,clear,conflict"`
	Note     string         `json:"note,omitempty"`
	AskedAt  time.Time      `json:"asked_at"`
}

func checkOnWire(c matter.Check) wireCheck {
	return wireCheck{c.ID, c.Number, c.FirmName, c.Matter, c.Provider, partiesOnWire(c.Parties), c.Current, c.Outcome, c.Note, c.AskedAt.UTC()}
}

type wireGates struct {
	Providers    []wireProvider `json:"providers"`
	Consents     []wireConsent  `json:"consents" doc:"For the firm's people only."`
	Checks       []wireCheck    `json:"conflict_checks" doc:"For the firm's people only."`
	Restrictions []string       `json:"restrictions"`
}

func apiGates(api huma.API, s *matter.Service) {
	web.Offer(api, web.Endpoint{ID: "matter.gates", Method: "GET", Path: "/matters/{id}/gates", Summary: "Get the gates of a matter with the papers they rest on"},
		func(ctx context.Context, who actor.Actor, in *ByID) (wireGates, error) {
			p, err := s.Gates(ctx, who, in.ID)
			return gatesOnWire(p), err
		})
	apiMakes(api, matter.RecordConsent, "consents", "Record the client's consent to have work done by a provider", func(ctx context.Context, who actor.Actor, id ident.MatterID, b wireNewConsent) (string, error) {
		return s.RecordConsent(ctx, who, matter.NewConsent{Matter: id, Provider: b.Provider, Country: b.Country, DataClass: b.DataClass, GivenBy: b.GivenBy, GivenOn: b.GivenOn, ExpiresOn: b.ExpiresOn, Evidence: b.Evidence, Note: b.Note})
	})
	type withdrawIn struct {
		ID      ident.MatterID `path:"id" doc:"Identifier of the matter."`
		Consent string         `path:"consent" doc:"Identifier of the consent."`
		Body    WireReason
	}
	web.Do(api, web.Endpoint{ID: string(matter.WithdrawConsent), Path: "/matters/{id}/consents/{consent}/withdraw", Summary: "Withdraw a consent", Detail: "The matter is shut to the provider in the same instant."},
		func(ctx context.Context, who actor.Actor, in *withdrawIn) error {
			return s.WithdrawConsent(ctx, who, in.ID, in.Consent, in.Body.Reason)
		})
	type flag struct {
		Restriction string `json:"restriction" enum:"protective_order,export_control"`
		WireReason
	}
	apiOn(api, matter.Restrict, "restrict", "Flag a matter", func(ctx context.Context, who actor.Actor, id ident.MatterID, b flag) error {
		return s.Restrict(ctx, who, id, b.Restriction, b.Reason)
	})
	apiOn(api, matter.LiftRestriction, "lift-restriction", "Take a flag away", func(ctx context.Context, who actor.Actor, id ident.MatterID, b flag) error {
		return s.LiftRestriction(ctx, who, id, b.Restriction, b.Reason)
	})
	type undertaking struct {
		Provider ident.OrgID `json:"provider"`
		Note     string      `json:"note"`
	}
	apiOn(api, matter.FileUndertaking, "undertakings", "File a provider's undertaking to a protective order", func(ctx context.Context, who actor.Actor, id ident.MatterID, b undertaking) error {
		return s.FileUndertaking(ctx, who, id, b.Provider, b.Note)
	})
	apiOn(api, matter.WithdrawUndertaking, "undertakings/withdraw", "Take a provider's undertaking off the file", func(ctx context.Context, who actor.Actor, id ident.MatterID, b undertaking) error {
		return s.WithdrawUndertaking(ctx, who, id, b.Provider, b.Note)
	})
	apiConflicts(api, s)
}

func apiConflicts(api huma.API, s *matter.Service) {
	type ask struct {
		Provider ident.OrgID `json:"provider"`
	}
	apiMakes(api, matter.AskConflictCheck, "conflict-checks", "Ask a provider to check the present party list", func(ctx context.Context, who actor.Actor, id ident.MatterID, b ask) (string, error) {
		return s.AskConflictCheck(ctx, who, id, b.Provider)
	})
	type checks struct {
		Asked    []wireCheck `json:"asked"`
		Answered []wireCheck `json:"answered"`
	}
	web.Offer(api, web.Endpoint{ID: string(matter.ReadConflictChecks), Method: "GET", Path: "/conflict-checks", Summary: "List the conflict checks that your provider is asked for"},
		func(ctx context.Context, who actor.Actor, _ *wireNone) (checks, error) {
			asked, answered, err := s.ConflictChecks(ctx, who)
			out := checks{[]wireCheck{}, []wireCheck{}}
			for _, c := range asked {
				out.Asked = append(out.Asked, checkOnWire(c))
			}
			for _, c := range answered {
				out.Answered = append(out.Answered, checkOnWire(c))
			}
			return out, err
		})
	type answer struct {
		Outcome matter.Outcome `json:"outcome" enum:"clear,conflict"`
		Note    string         `json:"note,omitempty"`
	}
	type answerIn struct {
		ID   string `path:"id" doc:"Identifier of the conflict check."`
		Body answer
	}
	web.Do(api, web.Endpoint{ID: string(matter.AnswerConflictCheck), Path: "/conflict-checks/{id}/answer", Summary: "Answer a conflict check"},
		func(ctx context.Context, who actor.Actor, in *answerIn) error {
			return s.AnswerConflictCheck(ctx, who, in.ID, in.Body.Outcome, in.Body.Note)
		})
}

func apiTeam(api huma.API, s *matter.Service) {
	type member struct {
		Person ident.PersonID `json:"person"`
	}
	apiOn(api, matter.AddToTeam, "team", "Put a person on a matter", func(ctx context.Context, who actor.Actor, id ident.MatterID, b member) error {
		return s.AddToTeam(ctx, who, id, b.Person)
	})
	type byPerson struct {
		ID     ident.MatterID `path:"id" doc:"Identifier of the matter."`
		Person ident.PersonID `path:"person" doc:"Identifier of the person."`
		Body   WireReason
	}
	web.Do(api, web.Endpoint{ID: string(matter.RemoveFromTeam), Path: "/matters/{id}/team/{person}/remove", Summary: "Take a person off a matter"},
		func(ctx context.Context, who actor.Actor, in *byPerson) error {
			return s.RemoveFromTeam(ctx, who, in.ID, in.Person, in.Body.Reason)
		})
	type screen struct {
		Person ident.PersonID `json:"person"`
		WireReason
	}
	apiMakes(api, matter.RaiseWall, "walls", "Screen a person from a matter", func(ctx context.Context, who actor.Actor, id ident.MatterID, b screen) (string, error) {
		return s.RaiseWall(ctx, who, id, b.Person, b.Reason)
	})
	type lower struct {
		ID   string `path:"id" doc:"Identifier of the wall."`
		Body WireReason
	}
	web.Do(api, web.Endpoint{ID: string(matter.LowerWall), Path: "/walls/{id}/lower", Summary: "End a wall"},
		func(ctx context.Context, who actor.Actor, in *lower) error {
			return s.LowerWall(ctx, who, in.ID, in.Body.Reason)
		})
}
