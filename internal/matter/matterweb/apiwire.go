package matterweb

import (
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
)

// The wire has types of its own: adding a field is compatible, changing one is not. Those that others embed are exported,
// because the document shows exported fields only.

type wireNewParty struct {
	Name string `json:"name"`
	Role string `json:"role,omitempty" doc:"plaintiff, beneficiary, opposing counsel …"`
}

type wireNew struct {
	Number       string         `json:"number" doc:"The firm's own."`
	Title        string         `json:"title"`
	Client       ident.ClientID `json:"client"`
	PracticeArea string         `json:"practice_area" doc:"litigation, corporate, immigration, family, estate, realestate, ip, other"`
	Jurisdiction string         `json:"jurisdiction" example:"US-FED/IL"`
	DataClass    string         `json:"data_class" doc:"confidential, privileged, phi, medicaid"`
	Supervisor   ident.PersonID `json:"supervisor" doc:"Supervising attorney."`
	Delegate     ident.PersonID `json:"delegate,omitempty"`
	Standing     string         `json:"standing,omitempty" doc:"Standing instructions, inherited by every package."`
	Parties      []wireNewParty `json:"parties,omitempty" doc:"The provider checks these names for conflicts: the client belongs among them."`
}

func (n wireNew) matter() matter.NewMatter {
	out := matter.NewMatter{Number: n.Number, Title: n.Title, Client: n.Client, PracticeArea: n.PracticeArea, Jurisdiction: n.Jurisdiction, DataClass: n.DataClass,
		Supervisor: n.Supervisor, Delegate: n.Delegate, Standing: n.Standing}
	for _, p := range n.Parties {
		out.Parties = append(out.Parties, matter.NewParty{Name: p.Name, Role: p.Role})
	}
	return out
}

type wireChange struct {
	Number       string `json:"number"`
	Title        string `json:"title"`
	PracticeArea string `json:"practice_area"`
	Jurisdiction string `json:"jurisdiction"`
	DataClass    string `json:"data_class" doc:"Another class closes the consent gate until consent for it is on file."`
	Standing     string `json:"standing"`
	Rev          int64  `json:"rev,omitempty" doc:"The revision that you saw."`
}

type wireNewConsent struct {
	Provider  ident.OrgID     `json:"provider"`
	Country   string          `json:"country,omitempty" doc:"Left out: the engagement's."`
	DataClass string          `json:"data_class,omitempty" doc:"Left out: the matter's."`
	GivenBy   string          `json:"given_by" doc:"Who consented for the client."`
	GivenOn   string          `json:"given_on" format:"date"`
	ExpiresOn string          `json:"expires_on,omitempty" format:"date" doc:"The last day it holds."`
	Evidence  ident.VersionID `json:"evidence,omitempty" doc:"Version of the signed document."`
	Note      string          `json:"note,omitempty"`
}

type wireParty struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

func partiesOnWire(ps []matter.Party) []wireParty {
	out := []wireParty{}
	for _, p := range ps {
		out = append(out, wireParty{p.ID, p.Name, p.Role})
	}
	return out
}

type wireGate struct {
	ID   string `json:"id" example:"gate-consent"`
	Name string `json:"name"`
	Open bool   `json:"open"`
	Say  string `json:"say" doc:"Open: on what it rests. Closed: what is missing."`
	Fix  string `json:"fix,omitempty" doc:"What to do, and who can."`
}

type wireProvider struct {
	Provider   ident.OrgID        `json:"provider"`
	Name       string             `json:"name"`
	Engagement ident.EngagementID `json:"engagement"`
	Country    string             `json:"country"`
	Holds      bool               `json:"holds" doc:"The matter is open to the provider now."`
	Gates      []wireGate         `json:"gates"`
}

func providersOnWire(ps []matter.ProviderGates) []wireProvider {
	out := []wireProvider{}
	for _, p := range ps {
		w := wireProvider{p.Provider, p.Name, p.Engagement, p.Country, p.Holds, []wireGate{}}
		for _, g := range p.Gates {
			w.Gates = append(w.Gates, wireGate{g.ID, g.Name, g.Open, g.Say, g.Fix})
		}
		out = append(out, w)
	}
	return out
}

type wireFact struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Value string `json:"value"`
}

type wireTeamMember struct {
	Person ident.PersonID `json:"person"`
	Name   string         `json:"name"`
	Org    ident.OrgID    `json:"org"`
	Role   string         `json:"role" doc:"supervising_attorney, delegate or team"`
}

type wireOverview struct {
	ID           ident.MatterID   `json:"id"`
	Firm         ident.OrgID      `json:"firm"`
	Client       string           `json:"client,omitempty" doc:"Name; absent for a provider's people."`
	Number       string           `json:"number"`
	Title        string           `json:"title"`
	PracticeArea string           `json:"practice_area"`
	Jurisdiction string           `json:"jurisdiction"`
	DataClass    string           `json:"data_class"`
	State        matter.State     `json:"state" enum:"open,closed"`
	Supervisor   ident.PersonID   `json:"supervisor"`
	Delegate     ident.PersonID   `json:"delegate,omitempty"`
	Standing     string           `json:"standing"`
	Facts        []wireFact       `json:"facts"`
	Parties      []wireParty      `json:"parties"`
	Restrictions []string         `json:"restrictions"`
	Providers    []wireProvider   `json:"providers"`
	Team         []wireTeamMember `json:"team"`
	OpenedOn     string           `json:"opened_on"`
	Rev          int64            `json:"rev"`
}

func overviewOnWire(o matter.Overview) wireOverview {
	m := o.Matter
	w := wireOverview{ID: m.ID, Firm: m.Firm, Client: o.Client, Number: m.Number, Title: m.Title, PracticeArea: m.PracticeArea, Jurisdiction: m.Jurisdiction, DataClass: m.DataClass,
		State: m.State, Supervisor: m.Supervisor, Delegate: m.Delegate, Standing: o.Standing, Facts: []wireFact{}, Parties: partiesOnWire(o.Parties),
		Restrictions: append([]string{}, o.Restrictions...), Providers: providersOnWire(o.Providers), Team: []wireTeamMember{}, OpenedOn: m.OpenedOn, Rev: m.Rev}
	for _, f := range o.Facts {
		w.Facts = append(w.Facts, wireFact{f.ID, f.Label, f.Value})
	}
	for _, t := range o.Team {
		w.Team = append(w.Team, wireTeamMember{t.ID, t.Name, t.Org, t.Role})
	}
	return w
}

func gatesOnWire(p matter.GatesPage) wireGates {
	w := wireGates{providersOnWire(p.Providers), []wireConsent{}, []wireCheck{}, append([]string{}, p.Restrictions...)}
	for _, c := range p.Consents {
		wc := wireConsent{ID: c.ID, Provider: c.Provider, Country: c.Country, DataClass: c.DataClass, GivenBy: c.GivenBy, GivenOn: c.GivenOn, ExpiresOn: c.ExpiresOn, Evidence: c.Evidence}
		if !c.WithdrawnAt.IsZero() {
			at := c.WithdrawnAt.UTC()
			wc.WithdrawnAt = &at
		}
		w.Consents = append(w.Consents, wc)
	}
	for _, c := range p.Checks {
		w.Checks = append(w.Checks, checkOnWire(c))
	}
	return w
}
