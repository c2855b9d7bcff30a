package seed

import (
	"errors"
	"fmt"

	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
)

// WalledEvery is the distance of matters from which somebody of the provider is screened: 0, 20, 40 …
const WalledEvery = 20

// access writes what the gate rests on: grants, openings, facts, epochs and a few walls.
func (p *planter) access() error {
	type grant struct {
		person      int
		scope, at   string
		org, role   string
		wide        bool
		description string
	}
	var grants []grant
	for i, x := range p.People {
		grants = append(grants, grant{i, "org", string(x.Org), string(x.Org), x.Role, x.Wide, ""})
	}
	for _, m := range p.Matters {
		for _, k := range m.firmTeam {
			grants = append(grants, grant{k, "matter", string(m.ID), string(p.orgs[m.firm].id), "supervising_attorney", false, ""})
		}
		for _, k := range m.team {
			grants = append(grants, grant{k, "matter", string(m.ID), string(p.orgs[m.provider].id), "team", false, ""})
		}
	}
	err := p.load("access_grant", "id person_id scope_kind scope_id org_id role wide from_at until_at", len(grants), func(i int) ([]any, error) {
		g := grants[i]
		return []any{id(kindGrant, i), string(p.People[g.person].ID), g.scope, g.at, g.org, g.role, g.wide, int64(1), gate.Forever}, nil
	})
	err = errors.Join(err, p.load("matter_opening", "id matter_id org_id from_at until_at", 2*len(p.Matters), func(i int) ([]any, error) {
		m := p.Matters[i/2]
		o := p.orgs[m.firm]
		if i%2 == 1 {
			o = p.orgs[m.provider]
		}
		return []any{id(kindOpening, i), string(m.ID), string(o.id), int64(1), gate.Forever}, nil
	}))
	walls := len(p.Matters) / WalledEvery
	err = errors.Join(err, p.load("wall", "id number firm_id matter_id person_id from_at until_at", walls, func(i int) ([]any, error) {
		m := p.Matters[i*WalledEvery]
		others := p.orgs[m.provider].people
		return []any{id(kindWall, i), int64(i + 1), string(p.orgs[m.firm].id), string(m.ID), string(p.People[others[i%len(others)]].ID), int64(1), gate.Forever}, nil
	}))
	return errors.Join(err, p.facts(), p.epochs())
}

type fact struct{ kind, id, name, value string }

func (p *planter) facts() error {
	var facts []fact
	for _, x := range p.People {
		facts = append(facts, fact{"person", string(x.ID), "mfa", "yes"})
	}
	for e := range 4 {
		_, provider := pair(e)
		facts = append(facts, fact{"engagement", id(kindEngagement, e), "phase", "active"}, fact{"engagement", id(kindEngagement, e), "country", p.orgs[provider].country})
	}
	for _, m := range p.Matters {
		o := p.orgs[m.provider]
		of := func(name, value string) { facts = append(facts, fact{"matter", string(m.ID), name, value}) }
		of("state", "open")
		of("data_class", "confidential")
		of("parties", "1")
		of("supervisor", string(p.People[m.supervisor].ID))
		of("consent", string(o.id)+"|"+o.country+"|confidential")
		of("conflict", string(o.id)+"|1")
	}
	return p.load("gate_fact", "id subject_kind subject_id name value from_at until_at", len(facts), func(i int) ([]any, error) {
		f := facts[i]
		return []any{id(kindFact, i), f.kind, f.id, f.name, f.value, int64(1), gate.Forever}, nil
	})
}

func (p *planter) epochs() error {
	n := len(p.People) + len(p.Matters) + 4
	return p.load("access_epoch", "kind id n", n, func(i int) ([]any, error) {
		switch {
		case i < len(p.People):
			return []any{"person", string(p.People[i].ID), int64(1)}, nil
		case i < len(p.People)+len(p.Matters):
			return []any{"matter", string(p.Matters[i-len(p.People)].ID), int64(1)}, nil
		}
		return []any{"engagement", id(kindEngagement, i-len(p.People)-len(p.Matters)), int64(1)}, nil
	})
}

// pair is firm and provider of the e-th engagement, as indexes of orgs.
func pair(e int) (firm, provider int) { return e / 2, 2 + e%2 }

func engagementOf(m Matter) int { return 2*m.firm + m.provider - 2 }

const stages = `[{"key":"draft","name":"Draft","kind":"draft","role":"junior","blind_percent":0},` +
	`{"key":"peer","name":"Peer review","kind":"review","role":"peer_reviewer","blind_percent":10},` +
	`{"key":"senior","name":"Senior review","kind":"review","role":"senior_reviewer","blind_percent":0},` +
	`{"key":"attorney","name":"Attorney acceptance","kind":"acceptance","role":"supervising_attorney","blind_percent":0}]`

const body = `{"steps":["Read the requests","Collect the client's answers","Draft responses and objections","Check every citation"],` +
	`"deliverable":"One Word file in the firm's template","defects":["An objection without its ground"],"template":"",` +
	`"checklists":[{"stage_key":"draft","items":["Every request is answered","Citations are checked"]},{"stage_key":"peer","items":["Objections fit the rule"]}]}`

func (p *planter) engagements() error {
	err := p.load("engagement", "id firm_id provider_id name phase country begun_on rev made_at", 4, func(i int) ([]any, error) {
		f, v := pair(i)
		return []any{id(kindEngagement, i), string(p.orgs[f].id), string(p.orgs[v].id), p.orgs[v].name, "active", p.orgs[v].country, "2024-11-25", int64(1), int64(1)}, nil
	})
	err = errors.Join(err, p.load("playbook", "id firm_id code name practice_area current_n made_at rev", 2, func(i int) ([]any, error) {
		return []any{id(kindPlaybook, i), string(p.orgs[i].id), "LI-03", "Discovery response", "litigation", int64(1), int64(1), int64(1)}, nil
	}))
	return errors.Join(err, p.load("playbook_version", "playbook_id n state offshore turnaround_hours rush_hours stages released_at rev body", 2, func(i int) ([]any, error) {
		sealed, err := p.ring.Seal(p.ctx, p.db, keys.Org(p.orgs[i].id), []byte(body), "playbook_version.body/"+id(kindPlaybook, i)+"/1")
		return []any{id(kindPlaybook, i), int64(1), "released", "yes", int64(24), int64(8), stages, int64(1), int64(1), sealed}, err
	}))
}

func (p *planter) matters() error {
	const clients = 150
	err := p.load("client", "id firm_id name made_at rev", clients, func(i int) ([]any, error) {
		return []any{id(kindClient, i), string(p.orgs[i%2].id), fmt.Sprintf("Client %d Logistics", i), int64(1), int64(1)}, nil
	})
	span := p.Now.Sub(p.Now.AddDate(-2, 0, 0)).Microseconds() / int64(len(p.Matters))
	begun := p.Now.AddDate(-2, 0, 0).UnixMicro()
	return errors.Join(err, p.load("matter", "id firm_id client_id number title practice_area jurisdiction data_class state supervisor_id party_version opened_on made_at rev", len(p.Matters),
		func(i int) ([]any, error) {
			m := p.Matters[i]
			return []any{string(m.ID), string(p.orgs[m.firm].id), id(kindClient, i%(clients/2)*2+m.firm), fmt.Sprintf("2025-%04d", i), fmt.Sprintf("%s v. Kestrel %d", given[i%len(given)], i), "litigation", "US-FED/IL", "confidential", "open",
				string(p.People[m.supervisor].ID), int64(1), "2025-01-05", begun + int64(i)*span, int64(1)}, nil
		}))
}
