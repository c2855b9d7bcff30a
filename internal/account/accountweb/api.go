package accountweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/account"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
)

// API offers what a person does with their own account and an administrator with the members. Signing in is not among
// it: a program carries a token.
func API(api huma.API, s *account.Service) {
	apiMe(api, s)
	apiTokens(api, s)
	apiPeople(api, s)
	apiInvitations(api, s)
}

type wireNone struct{}

type wireMe struct {
	Person ident.PersonID   `json:"person"`
	Name   string           `json:"name"`
	Email  string           `json:"email"`
	Org    ident.OrgID      `json:"org" doc:"For which you act now."`
	Roles  []string         `json:"roles" doc:"In that organization."`
	Orgs   []wireMembership `json:"orgs"`
	Scopes []string         `json:"scopes,omitempty" doc:"Of the token; absent when nothing limits it."`
}

type wireMembership struct {
	Org   ident.OrgID `json:"org"`
	Name  string      `json:"name"`
	Kind  string      `json:"kind" enum:"firm,provider"`
	Roles []string    `json:"roles"`
}

func apiMe(api huma.API, s *account.Service) {
	web.Offer(api, web.Endpoint{ID: "account.me", Method: "GET", Path: "/me", Summary: "Who you are, and for whom you act"},
		func(ctx context.Context, who actor.Actor, _ *wireNone) (out wireMe, err error) {
			m, err := s.Member(ctx, who, who.Person)
			if err != nil {
				return out, err
			}
			orgs, err := s.Memberships(ctx, who)
			out = wireMe{Person: who.Person, Name: m.Name, Email: m.Email, Org: who.Org, Roles: list(m.Roles), Scopes: who.Scopes, Orgs: []wireMembership{}}
			for _, o := range orgs {
				out.Orgs = append(out.Orgs, wireMembership{o.Org, o.Name, o.Kind, list(o.Roles)})
			}
			return out, err
		})
	type stepUp struct {
		Code string `json:"code" minLength:"6" maxLength:"10" doc:"From your authenticator."`
	}
	type in struct{ Body stepUp }
	web.Do(api, web.Endpoint{ID: "account.step_up", Path: "/me/step-up", Summary: "Prove a fresh second factor", Detail: "Signing and other sensitive verbs are open to this token for the next ten minutes."},
		func(ctx context.Context, who actor.Actor, in *in) error { return s.StepUp(ctx, who, in.Body.Code) })
}

// list keeps an empty list from becoming null.
func list(s []string) []string { return append([]string{}, s...) }

type wireToken struct {
	ID     ident.SessionID `json:"id"`
	Name   string          `json:"name"`
	Scopes []string        `json:"scopes"`
	Org    string          `json:"org" doc:"Name of the organization it acts for."`
	MadeAt time.Time       `json:"made_at"`
	SeenAt time.Time       `json:"seen_at"`
	EndsAt time.Time       `json:"ends_at"`
	This   bool            `json:"this" doc:"It is the one that asks."`
}

type wireTokens struct {
	Tokens []wireToken `json:"tokens"`
}

func apiTokens(api huma.API, s *account.Service) {
	web.Offer(api, web.Endpoint{ID: "account.list_tokens", Method: "GET", Path: "/me/tokens", Summary: "List your API tokens"},
		func(ctx context.Context, who actor.Actor, _ *wireNone) (wireTokens, error) {
			ts, err := s.Sessions(ctx, who, account.Token)
			out := wireTokens{[]wireToken{}}
			for _, t := range ts {
				out.Tokens = append(out.Tokens, wireToken{t.ID, t.Name, list(t.Scopes), t.Org, t.MadeAt.UTC(), t.SeenAt.UTC(), t.EndsAt.UTC(), t.Current})
			}
			return out, err
		})
	type newToken struct {
		Name   string   `json:"name"`
		Scopes []string `json:"scopes" minItems:"1" example:"[\"task.*\"]" doc:"Features whose verbs it may use."`
		Days   int      `json:"days" minimum:"1" maximum:"366"`
	}
	type secret struct {
		Secret string `json:"secret" doc:"Shown this once."`
	}
	type in struct{ Body newToken }
	web.Offer(api, web.Endpoint{ID: "account.make_token", Path: "/me/tokens", Summary: "Make an API token", Status: 201},
		func(ctx context.Context, who actor.Actor, in *in) (secret, error) {
			text, err := s.MakeToken(ctx, who, account.TokenRequest{Name: in.Body.Name, Scopes: in.Body.Scopes, Days: in.Body.Days}, account.Device{Address: who.Address})
			return secret{text}, err
		})
	type byID struct {
		ID ident.SessionID `path:"id"`
	}
	web.Do(api, web.Endpoint{ID: "account.end_session", Path: "/me/tokens/{id}/revoke", Summary: "Revoke an API token of yours"},
		func(ctx context.Context, who actor.Actor, in *byID) error { return s.EndSession(ctx, who, in.ID) })
}

type wireMember struct {
	Person    ident.PersonID `json:"person"`
	Name      string         `json:"name"`
	Email     string         `json:"email"`
	Title     string         `json:"title"`
	Roles     []string       `json:"roles"`
	Dedicated ident.OrgID    `json:"dedicated,omitempty" doc:"A firm: the person works for that firm only."`
	Site      string         `json:"site,omitempty" doc:"Country where the person works; left out where the organization is."`
	Factor    bool           `json:"factor" doc:"A second factor is set."`
	Since     time.Time      `json:"since"`
}

type wireOpenInvitation struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Roles     []string  `json:"roles"`
	ExpiresAt time.Time `json:"expires_at"`
	Expired   bool      `json:"expired"`
}

type wirePeople struct {
	Members     []wireMember         `json:"members"`
	Invitations []wireOpenInvitation `json:"invitations" doc:"Only for who manages members."`
}

func memberOnWire(m account.Member) wireMember {
	return wireMember{m.Person, m.Name, m.Email, m.Title, list(m.Roles), m.Dedicated, m.Site, m.Factor, m.Since.UTC()}
}

type byPerson struct {
	ID ident.PersonID `path:"id" doc:"Identifier of the person."`
}

func apiPeople(api huma.API, s *account.Service) {
	web.Offer(api, web.Endpoint{ID: "member.list", Method: "GET", Path: "/people", Summary: "List the members of your organization"},
		func(ctx context.Context, who actor.Actor, _ *wireNone) (wirePeople, error) {
			p, err := s.People(ctx, who)
			out := wirePeople{[]wireMember{}, []wireOpenInvitation{}}
			for _, m := range p.Members {
				out.Members = append(out.Members, memberOnWire(m))
			}
			for _, i := range p.Invitations {
				out.Invitations = append(out.Invitations, wireOpenInvitation{i.ID, i.Name, i.Email, list(i.Roles), i.ExpiresAt.UTC(), i.Expired})
			}
			return out, err
		})
	web.Offer(api, web.Endpoint{ID: "member.get", Method: "GET", Path: "/people/{id}", Summary: "Get one member"},
		func(ctx context.Context, who actor.Actor, in *byPerson) (wireMember, error) {
			m, err := s.Member(ctx, who, in.ID)
			return memberOnWire(m.Member), err
		})
	type roles struct {
		Roles []string `json:"roles" doc:"These and no others."`
	}
	type rolesIn struct {
		ID   ident.PersonID `path:"id"`
		Body roles
	}
	web.Do(api, web.Endpoint{ID: "member.change_roles", Path: "/people/{id}/roles", Summary: "Give a member these roles"},
		func(ctx context.Context, who actor.Actor, in *rolesIn) error {
			return s.ChangeRoles(ctx, who, in.ID, in.Body.Roles)
		})
	type dedicate struct {
		Firm ident.OrgID `json:"firm,omitempty" doc:"Left out: for every firm again."`
	}
	type dedicateIn struct {
		ID   ident.PersonID `path:"id"`
		Body dedicate
	}
	web.Do(api, web.Endpoint{ID: "member.dedicate", Path: "/people/{id}/dedicate", Summary: "Have a provider's person work for one firm only"},
		func(ctx context.Context, who actor.Actor, in *dedicateIn) error {
			return s.Dedicate(ctx, who, in.ID, in.Body.Firm)
		})
	type site struct {
		Country string `json:"country" doc:"ISO 3166-1 alpha-2; empty where the organization is." example:"IN"`
	}
	type siteIn struct {
		ID   ident.PersonID `path:"id"`
		Body site
	}
	web.Do(api, web.Endpoint{ID: "member.set_site", Path: "/people/{id}/site", Summary: "Say in which country a member works"},
		func(ctx context.Context, who actor.Actor, in *siteIn) error {
			return s.SetSite(ctx, who, in.ID, in.Body.Country)
		})
	web.Do(api, web.Endpoint{ID: "member.reset_factor", Path: "/people/{id}/reset-factor", Summary: "Take the second factor from a member who has lost it", Detail: "Every session ends, and another is enrolled at the next sign-in."},
		func(ctx context.Context, who actor.Actor, in *byPerson) error { return s.ResetFactor(ctx, who, in.ID) })
	web.Offer(api, web.Endpoint{ID: "member.reset_access", Path: "/people/{id}/reset-access", Summary: "Give a member who has lost the password a link to choose another"},
		func(ctx context.Context, who actor.Actor, in *byPerson) (wireLink, error) {
			link, err := s.ResetAccess(ctx, who, in.ID)
			return linkTo(link), err
		})
	type end struct {
		Reason string `json:"reason"`
	}
	type endIn struct {
		ID   ident.PersonID `path:"id"`
		Body end
	}
	web.Do(api, web.Endpoint{ID: "member.end", Path: "/people/{id}/end", Summary: "End a membership with its roles, places, sessions and tokens"},
		func(ctx context.Context, who actor.Actor, in *endIn) error {
			return s.EndMember(ctx, who, in.ID, in.Body.Reason)
		})
}

type wireLink struct {
	Path string `json:"path" doc:"Of the single-use link, below the address of the installation. Shown this once."`
}

func linkTo(secret string) wireLink {
	if secret == "" {
		return wireLink{}
	}
	return wireLink{"/invitation/" + secret}
}

func apiInvitations(api huma.API, s *account.Service) {
	type invite struct {
		Name  string   `json:"name"`
		Email string   `json:"email"`
		Title string   `json:"title,omitempty"`
		Roles []string `json:"roles"`
	}
	type in struct{ Body invite }
	web.Offer(api, web.Endpoint{ID: "member.invite", Path: "/invitations", Summary: "Invite a person to your organization", Status: 201},
		func(ctx context.Context, who actor.Actor, in *in) (wireLink, error) {
			link, err := s.Invite(ctx, who, account.Invitation{Name: in.Body.Name, Email: in.Body.Email, Title: in.Body.Title, Roles: in.Body.Roles})
			return linkTo(link), err
		})
	type byID struct {
		ID string `path:"id" doc:"Identifier of the invitation."`
	}
	web.Offer(api, web.Endpoint{ID: "member.resend", Path: "/invitations/{id}/resend", Summary: "Give an invitation a fresh link"},
		func(ctx context.Context, who actor.Actor, in *byID) (wireLink, error) {
			link, err := s.Resend(ctx, who, in.ID)
			return linkTo(link), err
		})
	web.Do(api, web.Endpoint{ID: "member.revoke_invitation", Path: "/invitations/{id}/revoke", Summary: "Revoke an invitation"},
		func(ctx context.Context, who actor.Actor, in *byID) error { return s.RevokeInvitation(ctx, who, in.ID) })
	type addOrg struct {
		Kind    string  `json:"kind" enum:"firm,provider"`
		Name    string  `json:"name"`
		Country string  `json:"country" doc:"ISO 3166-1 alpha-2."`
		Zone    string  `json:"zone" doc:"IANA time zone."`
		Admin   *invite `json:"admin,omitempty" doc:"Its first administrator, who is invited."`
	}
	type orgIn struct{ Body addOrg }
	type made struct {
		ID   ident.OrgID `json:"id"`
		Path string      `json:"path,omitempty" doc:"Of the administrator's link."`
	}
	web.Offer(api, web.Endpoint{ID: "org.add", Path: "/orgs", Summary: "Add an organization", Status: 201},
		func(ctx context.Context, who actor.Actor, in *orgIn) (made, error) {
			var admin *account.Invitation
			if a := in.Body.Admin; a != nil {
				admin = &account.Invitation{Name: a.Name, Email: a.Email, Title: a.Title, Roles: a.Roles}
			}
			id, link, err := s.AddOrg(ctx, who, account.OrgSpec{Kind: in.Body.Kind, Name: in.Body.Name, Country: in.Body.Country, Zone: in.Body.Zone}, admin)
			return made{id, linkTo(link).Path}, err
		})
}
