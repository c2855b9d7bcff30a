package demo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/internal/account"
	"countersign/internal/demo/world"
	"countersign/internal/document"
	"countersign/internal/engagement"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/playbook"
)

// begin is when the installation was set up.
var begin = time.Date(2026, time.January, 5, 14, 0, 0, 0, time.UTC)

func day(on string) time.Time {
	t, err := time.Parse(time.DateOnly, on)
	if err != nil {
		panic("demo: not a date: " + on)
	}
	return t.Add(15 * time.Hour)
}

func (b *builder) organizations() {
	system := actor.System("demo")
	for _, o := range world.Orgs() {
		b.at(begin, "organization "+o.Key, func(ctx context.Context) (err error) {
			b.orgs[o.Key], _, err = b.Account.AddOrg(ctx, system, account.OrgSpec{Kind: o.Kind, Name: o.Name, Country: o.Country, Zone: o.Zone}, nil)
			return err
		})
	}
	for _, p := range world.People() {
		b.at(begin, "person "+p.Key, func(ctx context.Context) (err error) {
			b.people[p.Key], err = b.Account.AddPerson(ctx, system, account.PersonSpec{Name: p.Name, Email: p.Email, Zone: p.Zone, Org: b.orgs[p.Org], Title: p.Title,
				Roles: p.Roles, Password: Password, TOTPSecret: Secret})
			return err
		})
	}
	for _, h := range world.WorkingHours() {
		b.at(begin, "hours of "+h.Org, func(ctx context.Context) error { return b.keepHours(ctx, h) })
	}
	for _, firm := range []string{"halsted", "oakes"} {
		b.at(begin.Add(time.Hour), "playbooks of "+firm, func(ctx context.Context) error { return b.importPlaybooks(ctx, firm) })
	}
	for _, e := range world.Engagements() {
		b.at(e.Since.AddDate(0, 0, -7), "engagement "+e.Code, func(ctx context.Context) error { return b.engage(ctx, e) })
	}
}

func (b *builder) importPlaybooks(ctx context.Context, firm string) error {
	who := b.as(holding(firm, "partner"))
	if _, err := b.Playbook.ImportCatalogue(ctx, who); err != nil {
		return err
	}
	f := playbook.Filter{}
	for {
		l, err := b.Playbook.List(ctx, who, f)
		if err != nil {
			return err
		}
		for _, p := range l.Cards {
			b.playbooks[[2]string{firm, p.Code}] = p.ID
		}
		if l.Next == "" {
			return nil
		}
		f.After = l.Next
	}
}

func (b *builder) engage(ctx context.Context, e world.Engagement) error {
	who := b.as(holding(e.Firm, "operations_manager"))
	id, err := b.Engagement.Open(ctx, who, engagement.NewEngagement{Provider: b.orgs[e.Provider]})
	if err != nil {
		return err
	}
	b.engagements[[2]string{e.Firm, e.Provider}] = id
	for _, kind := range []string{"nda", "dpa", "baa"} {
		if kind == "baa" && e.Firm != "halsted" {
			continue
		}
		if _, err := b.Engagement.RecordAgreement(ctx, who, engagement.NewAgreement{Engagement: id, Kind: kind, SignedOn: e.Since.AddDate(0, 0, -7).Format(time.DateOnly), Note: "Signed copy in the contract file " + e.Code}); err != nil {
			return err
		}
	}
	phases := []engagement.Phase{engagement.Pilot, engagement.Active}
	if e.Phase == "pilot" {
		phases = phases[:1]
	}
	for _, p := range phases {
		if err := b.Engagement.MovePhase(ctx, who, engagement.PhaseMove{ID: id, To: p, Reason: "Agreed terms met, see contract file " + e.Code}); err != nil {
			return err
		}
	}
	return b.agree(ctx, e, id)
}

func clientOf(m world.Matter) world.Client {
	for _, c := range world.Clients() {
		if c.Key == m.Client {
			return c
		}
	}
	panic("demo: no such client: " + m.Client)
}

// opened is when a matter's setup begins: shortly before its client's consent, or before the earliest of its work.
func opened(m world.Matter) time.Time {
	if on := clientOf(m).ConsentOn; on != "" {
		return day(on).AddDate(0, 0, -2)
	}
	return day("2026-11-16")
}

func (b *builder) clientsAndMatters() {
	for _, c := range world.Clients() {
		b.at(begin.Add(2*time.Hour), "client "+c.Key, func(ctx context.Context) (err error) {
			b.clients[c.Key], err = b.Matter.AddClient(ctx, b.as(holding(c.Firm, "partner")), c.Name)
			return err
		})
	}
	for _, m := range world.Matters() {
		at := opened(m)
		b.at(at, "matter "+m.Key, func(ctx context.Context) error { return b.openMatter(ctx, m) })
		if m.Provider == "" {
			continue
		}
		b.at(at.Add(time.Hour), "conflict check of "+m.Key, func(ctx context.Context) error { return b.checkConflicts(ctx, m) })
		if on := clientOf(m).ConsentOn; on != "" {
			b.at(day(on), "consent on "+m.Key, func(ctx context.Context) error { return b.consent(ctx, m) })
		}
		if m.Key == "brandt" { // a subsidiary surfaces: the provider's check becomes stale
			b.at(world.Clock.Add(-time.Hour), "party added to brandt", func(ctx context.Context) error {
				p := m.Parties[len(m.Parties)-1]
				_, err := b.Matter.AddParty(ctx, b.as(m.Supervisor), b.matters[m.Key], matter.NewParty{Name: p.Name, Role: p.Role})
				return err
			})
		}
	}
}

func (b *builder) openMatter(ctx context.Context, m world.Matter) (err error) {
	delegate := ""
	for _, p := range m.FirmTeam {
		if w, _ := world.PersonBy(p); p != m.Supervisor && slices.Contains(w.Roles, "supervising_attorney") {
			delegate = p
		}
	}
	parties := m.Parties
	if m.Key == "brandt" {
		parties = parties[:len(parties)-1]
	}
	in := matter.NewMatter{Number: m.Number, Title: m.Title, Client: b.clients[m.Client], PracticeArea: m.Area, Jurisdiction: m.Jurisdiction, DataClass: m.DataClass,
		Supervisor: b.people[m.Supervisor], Delegate: b.people[delegate], Standing: strings.Join(m.Standing, "\n")}
	for _, p := range parties {
		in.Parties = append(in.Parties, matter.NewParty{Name: p.Name, Role: p.Role})
	}
	id, err := b.Matter.Open(ctx, b.as(holding(m.Firm, "partner")), in)
	if err != nil {
		return err
	}
	b.matters[m.Key] = id
	if m.PagesOnly {
		if err := b.Document.SetResidency(ctx, b.as(holding(m.Firm, "partner")), document.NewResidency{Scope: document.OnMatter, ScopeID: string(id), Covers: document.Sources}); err != nil {
			return err
		}
	}
	return errors.Join(b.facts(ctx, m, id), b.teamAndWalls(ctx, m, id))
}

func (b *builder) facts(ctx context.Context, m world.Matter, id ident.MatterID) error {
	for _, f := range m.Facts {
		if _, err := b.Matter.AddFact(ctx, b.as(m.Supervisor), id, f.Label, f.Value); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) teamAndWalls(ctx context.Context, m world.Matter, id ident.MatterID) error {
	attorney, compliance := b.as(m.Supervisor), b.as(holding(m.Firm, "compliance_officer"))
	for _, p := range slices.Concat(m.FirmTeam, m.Team) {
		w, _ := world.PersonBy(p)
		if p == m.Supervisor || slices.ContainsFunc(w.Roles, func(r string) bool { return r == "partner" || r == "team_lead" || r == "supervising_attorney" }) {
			continue // they see the matter by their own role
		}
		if err := b.Matter.AddToTeam(ctx, attorney, id, b.people[p]); err != nil {
			return err
		}
	}
	for _, p := range world.People() { // a client reads of their own matters
		if slices.Contains(p.Roles, "client_reader") && p.Client == m.Client {
			if err := b.Matter.AddToTeam(ctx, attorney, id, b.people[p.Key]); err != nil {
				return err
			}
		}
	}
	for _, flag := range m.Flags {
		if err := b.Matter.Restrict(ctx, compliance, id, flag, "Noted when the matter was opened"); err != nil {
			return err
		}
		if flag == "protective_order" && m.Provider != "" {
			if err := b.Matter.FileUndertaking(ctx, compliance, id, b.orgs[m.Provider], "Signed undertaking of the team, in the pleadings folder"); err != nil {
				return err
			}
		}
	}
	for _, w := range m.Walls {
		if _, err := b.Matter.RaiseWall(ctx, compliance, id, b.people[w.Person], w.Reason); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) checkConflicts(ctx context.Context, m world.Matter) error {
	check, err := b.Matter.AskConflictCheck(ctx, b.as(m.Supervisor), b.matters[m.Key], b.orgs[m.Provider])
	if err != nil {
		return err
	}
	return b.Matter.AnswerConflictCheck(ctx, b.as(holding(m.Provider, "team_lead")), check, matter.Clear, "No present or former work for any of the names.")
}

func (b *builder) consent(ctx context.Context, m world.Matter) error {
	c := clientOf(m)
	_, err := b.Matter.RecordConsent(ctx, b.as(m.Supervisor), matter.NewConsent{Matter: b.matters[m.Key], Provider: b.orgs[m.Provider], GivenBy: c.Name, GivenOn: c.ConsentOn,
		Note: "Consent " + c.Consent + ": provider, country and kind of data named; right to withdraw explained."})
	return err
}
