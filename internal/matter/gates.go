package matter

import (
	"context"
	"slices"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Gate is one thing that must hold before work of the matter is released to a provider.
type Gate struct {
	ID   string // of the rule: "gate-consent"
	Name string
	Open bool
	Say  string // open: on what it rests; closed: what is missing
	Fix  string // closed: what to do, and who can

	Waits bool // closed, and the provider has been asked: nothing is to be done here
}

// ProviderGates is how a matter stands towards one provider.
type ProviderGates struct {
	Provider   ident.OrgID
	Name       string
	Engagement ident.EngagementID
	Country    string
	Holds      bool // the matter is open to the provider now
	Gates      []Gate
}

// Closed counts the gates that are closed.
func (p ProviderGates) Closed() int {
	n := 0
	for _, g := range p.Gates {
		if !g.Open {
			n++
		}
	}
	return n
}

// A GatesPage is the gates of a matter with the papers they rest on. Consents and checks are the firm's alone.
type GatesPage struct {
	Head
	Matter         Matter
	Providers      []ProviderGates
	Consents       []Consent
	Evidence       []EvidenceFile // what may be named as a consent's evidence
	Checks         []Check
	Restrictions   []string
	Undertakings   []string // providers whose undertaking is on file
	MayConsent     bool
	MayAsk         bool
	MayRestrict    bool
	MayExport      bool
	MayUndertaking bool
	Now            time.Time
}

// Gates returns the gates of a matter towards each provider.
//
// Faults: NotFound.
func (s *Service) Gates(ctx context.Context, who actor.Actor, id ident.MatterID) (p GatesPage, err error) {
	v := s.gate.View(who)
	p.Now = v.Now
	if p.Matter, err = s.head(ctx, v, id, &p.Head); err != nil {
		return p, err
	}
	if p.Providers, err = gatesOf(ctx, v, p.Matter); err != nil || !p.Firm {
		return p, err
	}
	if p.Consents, err = consents(ctx, v, id); err != nil {
		return p, err
	}
	if p.Evidence, err = evidenceFiles(ctx, v, id); err != nil {
		return p, err
	}
	if p.Checks, err = checks(ctx, v, db.SQL(`k.matter_id = ? AND `, id).Join(v.Visible("k.matter_id")), db.SQL(` ORDER BY k.asked_at DESC, k.id DESC`)); err != nil {
		return p, err
	}
	if p.Restrictions, err = gateFacts(ctx, v, id, "restriction"); err != nil {
		return p, err
	}
	if p.Undertakings, err = gateFacts(ctx, v, id, "undertaking"); err != nil {
		return p, err
	}
	may := asker{ctx: ctx, v: v}
	p.MayConsent, p.MayAsk = may.do(RecordConsent, p.Matter.Subject()), may.do(AskConflictCheck, p.Matter.Subject())
	p.MayRestrict = may.do(Restrict, p.Matter.with("restriction", "protective_order"))
	p.MayExport = may.do(Restrict, p.Matter.with("restriction", "export_control"))
	p.MayUndertaking = may.do(FileUndertaking, p.Matter.Subject())
	return p, may.err
}

// gatesOf asks for each engagement what a release would be told.
func gatesOf(ctx context.Context, v gate.View, m Matter) ([]ProviderGates, error) {
	all, err := engagements(ctx, v, m.Firm, v.Who.Org)
	if err != nil {
		return nil, err
	}
	holds, err := db.Column[ident.OrgID](ctx, v, db.SQL(`SELECT org_id FROM matter_opening WHERE matter_id = ? AND from_at <= ? AND until_at > ?`, m.ID, db.Micros(v.Now), db.Micros(v.Now)))
	if err != nil {
		return nil, err
	}
	flags, err := gateFacts(ctx, v, m.ID, "restriction")
	if err != nil {
		return nil, err
	}
	out := make([]ProviderGates, len(all))
	for i, e := range all {
		out[i] = ProviderGates{Provider: e.Provider, Name: e.Name, Engagement: e.ID, Country: e.Country, Holds: slices.Contains(holds, e.Provider)}
		if out[i].Gates, err = gatesTo(ctx, v, m, e, flags); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// gatesTo puts the rules that refuse a release into the list of gates that apply: those that do not refuse are open.
func gatesTo(ctx context.Context, v gate.View, m Matter, e engaged, flags []string) ([]Gate, error) {
	d, err := v.May(ctx, "task.release", authz.Subject{Ref: authz.Ref{Kind: "task", ID: string(m.ID)}, Matter: string(m.ID), Engagement: string(e.ID),
		Org: string(m.Firm), Provider: string(e.Provider), Attrs: map[string]any{"offshore": "yes", "condition_met": true}})
	if err != nil {
		return nil, err
	}
	var closed []authz.Rule
	if !d.Allowed {
		closed = d.Rules
	}
	out, err := openGates(ctx, v, m, e, flags)
	if err != nil {
		return nil, err
	}
	for _, r := range closed {
		at := slices.IndexFunc(out, func(g Gate) bool { return g.ID == r.ID })
		if at < 0 {
			out = append(out, Gate{ID: r.ID})
			at = len(out) - 1
		}
		g := Gate{ID: r.ID, Name: r.Name, Say: r.Say, Fix: r.Fix}
		if r.ID == "gate-conflict" {
			g.Say, g.Waits = orText(out[at].Fix, r.Say), out[at].Waits
		}
		if g.Waits {
			g.Fix = "" // the next step is the provider's
		}
		out[at] = g
	}
	for i := range out {
		if out[i].Open {
			out[i].Fix, out[i].Waits = "", false
		}
	}
	return out, nil
}

// openGates are the gates that apply to the matter, as they read when open. The conflict gate carries in Fix how the
// last check stands, for when it is closed.
func openGates(ctx context.Context, v gate.View, m Matter, e engaged, flags []string) ([]Gate, error) {
	consent, err := consentSays(ctx, v, m, e)
	if err != nil {
		return nil, err
	}
	clear, waiting, asked, err := conflictSays(ctx, v, m, e)
	if err != nil {
		return nil, err
	}
	out := []Gate{
		{ID: "gate-consent", Name: "Client consent", Open: true, Say: consent},
		{ID: "gate-conflict", Name: "Conflict check", Open: true, Say: clear, Fix: waiting, Waits: asked},
		{ID: "gate-phase", Name: "Engagement phase", Open: true, Say: "The engagement is in phase " + e.Phase + "."},
	}
	if m.DataClass == "phi" || m.DataClass == "medicaid" {
		out = append(out, Gate{ID: "gate-baa", Name: "Business associate agreement", Open: true, Say: "On file."})
	}
	if slices.Contains(flags, "protective_order") {
		out = append(out, Gate{ID: "gate-protective-order", Name: "Protective order", Open: true, Say: "The provider's undertaking is on file."})
	}
	return out, nil
}

func consentSays(ctx context.Context, v gate.View, m Matter, e engaged) (string, error) {
	rows, err := consents(ctx, v, m.ID)
	if err != nil || v.Who.Org != m.Firm {
		return "On file with the firm.", err
	}
	for _, c := range rows {
		if c.WithdrawnAt.IsZero() && c.Provider == e.Provider && c.Country == e.Country && c.DataClass == m.DataClass {
			says := "Given by " + c.GivenBy + " on " + c.GivenOn
			if c.ExpiresOn != "" {
				says += ", until " + c.ExpiresOn
			}
			return says + ".", nil
		}
	}
	return "On file.", nil
}

func conflictSays(ctx context.Context, v gate.View, m Matter, e engaged) (clear, waiting string, asked bool, err error) {
	rows, err := checks(ctx, v, db.SQL(`k.matter_id = ? AND k.provider_id = ? AND `, m.ID, e.Provider).Join(v.Visible("k.matter_id")), db.SQL(` ORDER BY k.asked_at DESC, k.id DESC LIMIT 1`))
	if err != nil || len(rows) == 0 {
		return "The party list is clear.", "", false, err
	}
	k := rows[0]
	switch {
	case !k.Current:
		waiting = "The party list changed after " + k.Number + ": the provider has not checked the present one."
	case k.Outcome == Asked:
		waiting = k.Number + " is with the provider: " + e.Name + " has not answered yet."
	case k.Outcome == Conflict:
		waiting = k.Number + " found a conflict."
	}
	return k.Number + " is clear for the present party list.", waiting, k.Current && k.Outcome == Asked, nil
}
