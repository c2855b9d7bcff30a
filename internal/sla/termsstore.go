package sla

import (
	"context"
	"errors"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/sla/minutes"
)

// sides are the two organizations of an engagement.
type sides struct {
	firm, provider         ident.OrgID
	firmName, providerName string
}

const sidesQuery = `SELECT e.firm_id, e.provider_id, f.name, p.name FROM engagement e JOIN org f ON f.id = e.firm_id JOIN org p ON p.id = e.provider_id
	WHERE e.id = ? AND (e.firm_id = ? OR e.provider_id = ?)`

// loadSides reads an engagement of the actor's, and keeps two proposals from getting one version.
func loadSides(ctx context.Context, tx *gate.Tx, id ident.EngagementID) (s sides, err error) {
	lock := tx.ForUpdate()
	if lock.Text != "" {
		lock.Text += " OF e"
	}
	err = tx.QueryRow(ctx, db.SQL(sidesQuery, id, tx.Who.Org, tx.Who.Org).Join(lock)).Scan(&s.firm, &s.provider, &s.firmName, &s.providerName)
	if errors.Is(err, db.ErrNoRows) {
		return s, tx.Absent("engagement", string(id))
	}
	return s, err
}

const termsColumns = `t.id, t.engagement_id, e.firm_id, e.provider_id, t.code, t.version, t.calendar_id, t.agreed_minutes, t.own_minutes, t.shares, t.credits, t.cap_percent,
	t.questions_wait, t.from_on, t.from_at, t.proposed_by, t.proposed_org, t.proposed_at, t.settled_by, t.settled_at, t.state`

const termsFrom = ` FROM sla_terms t JOIN engagement e ON e.id = t.engagement_id `

func scanTerms(rs interface{ Scan(...any) error }, t *Terms) (err error) {
	var shares, credits string
	if err = rs.Scan(&t.ID, &t.Engagement, &t.Firm, &t.Provider, &t.Code, &t.Version, &t.Calendar, &t.Agreed, &t.Own, &shares, &credits, &t.Cap,
		&t.Questions, &t.FromOn, db.At{T: &t.From}, &t.By, &t.Proposer, db.At{T: &t.At}, &t.SettledBy, db.At{T: &t.SettledAt}, &t.State); err != nil {
		return err
	}
	if t.Shares, err = ReadShares(shares); err == nil {
		t.Credits, err = ReadSteps(credits)
	}
	return err
}

func loadTerms(ctx context.Context, tx *gate.Tx, id ident.EngagementID, version int64) (t Terms, err error) {
	if _, err = loadSides(ctx, tx, id); err != nil {
		return t, err
	}
	err = scanTerms(tx.QueryRow(ctx, db.SQL(`SELECT `+termsColumns+termsFrom+`WHERE t.engagement_id = ? AND t.version = ?`, id, version)), &t)
	if errors.Is(err, db.ErrNoRows) {
		return t, tx.Absent("sla_terms", string(id))
	}
	return t, err
}

func insertTerms(ctx context.Context, tx *gate.Tx, t Terms) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO sla_terms (id, engagement_id, code, version, calendar_id, agreed_minutes, own_minutes, shares, credits, cap_percent, questions_wait, from_on, from_at,
			proposed_by, proposed_org, proposed_at, settled_by, settled_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, '', 0, ?)`,
		t.ID, t.Engagement, t.Code, t.Version, t.Calendar, t.Agreed, t.Own, t.SharesText(), t.CreditsText(), t.Cap, t.Questions, t.FromOn, t.By, t.Proposer, db.Micros(t.At), t.State))
	return err
}

func saveTerms(ctx context.Context, tx *gate.Tx, t Terms) error {
	n, err := tx.Exec(ctx, db.SQL(`UPDATE sla_terms SET state = ?, from_at = ?, settled_by = ?, settled_at = ? WHERE id = ? AND state = 'proposed'`,
		t.State, db.Micros(t.From), t.SettledBy, db.Micros(t.SettledAt), t.ID))
	if err == nil && n == 0 {
		err = fault.New(fault.Stale, "Someone settled this proposal since you opened it. Look again.")
	}
	return err
}

// A TermsPage is all that two sides agreed, proposed or declined, newest first.
type TermsPage struct {
	Engagement   ident.EngagementID
	Firm         string // name
	Provider     string
	Now          time.Time
	Versions     []TermsLine
	Calendars    []Choice
	Codes        []Choice // task types of the firm
	MayPropose   bool
	ReaderIsFirm bool
}

// A TermsLine is one version with names, and what the reader may do with it.
type TermsLine struct {
	Terms
	CalendarName, ProposerName string
	MaySettle, MayWithdraw     bool
}

// TermsOf answers with the terms of an engagement.
//
// Faults: NotFound, Forbidden (role).
func (s *Service) TermsOf(ctx context.Context, who actor.Actor, id ident.EngagementID) (p TermsPage, err error) {
	defer fault.Wrap(&err, "sla.TermsOf(%s)", id)
	v := s.gate.View(who)
	var e sides
	err = v.QueryRow(ctx, db.SQL(sidesQuery, id, who.Org, who.Org)).Scan(&e.firm, &e.provider, &e.firmName, &e.providerName)
	if errors.Is(err, db.ErrNoRows) {
		return p, fault.Missing()
	}
	if err != nil {
		return p, err
	}
	p = TermsPage{Engagement: id, Firm: e.firmName, Provider: e.providerName, Now: v.Now, ReaderIsFirm: e.firm == who.Org}
	self := Terms{ID: string(id), Engagement: id, Firm: e.firm, Provider: e.provider, Proposer: who.Org}.Subject()
	if err := allowed(ctx, v, ToReadTerms, self); err != nil {
		return p, err
	}
	if p.MayPropose, err = may(ctx, v, DoPropose, self); err != nil {
		return p, err
	}
	if p.Calendars, err = db.All(ctx, v, db.SQL(`SELECT c.id, o.name || ', ' || c.name FROM working_calendar c JOIN org o ON o.id = c.org_id WHERE c.kind <> 'person' AND c.org_id IN (?, ?) ORDER BY 2, 1`, e.firm, e.provider), scanChoice); err != nil {
		return p, err
	}
	if p.Codes, err = db.All(ctx, v, db.SQL(`SELECT DISTINCT p.code, p.code || ' ' || p.name FROM playbook p WHERE p.firm_id = ? AND p.retired_at = 0 ORDER BY 1`, e.firm), scanChoice); err != nil {
		return p, err
	}
	return p, p.versions(ctx, v)
}

func scanChoice(rs *db.Rows, c *Choice) error { return rs.Scan(&c.ID, &c.Name) }

func (p *TermsPage) versions(ctx context.Context, v gate.View) error {
	list, err := db.All(ctx, v, db.SQL(`SELECT `+termsColumns+termsFrom+`WHERE t.engagement_id = ? ORDER BY t.version DESC LIMIT 200`, p.Engagement), func(rs *db.Rows, t *Terms) error { return scanTerms(rs, t) })
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, c := range p.Calendars {
		names[c.ID] = c.Name
	}
	for _, t := range list {
		line := TermsLine{Terms: t, CalendarName: names[t.Calendar], ProposerName: p.Provider}
		if t.Proposer == t.Firm {
			line.ProposerName = p.Firm
		}
		if t.State == Proposed {
			if line.MaySettle, err = may(ctx, v, DoAccept, t.Subject()); err != nil {
				return err
			}
			if line.MayWithdraw, err = may(ctx, v, DoWithdraw, t.Subject()); err != nil {
				return err
			}
		}
		p.Versions = append(p.Versions, line)
	}
	return nil
}

// agreedTerms reads what was agreed for engagements, by engagement and task type.
func agreedTerms(ctx context.Context, q db.Reader, engagements []ident.EngagementID) (map[ident.EngagementID]map[string][]Terms, error) {
	list, err := db.All(ctx, q, db.SQL(`SELECT `+termsColumns+termsFrom+`WHERE t.state = 'agreed' AND `).Join(db.In("t.engagement_id", engagements)), func(rs *db.Rows, t *Terms) error { return scanTerms(rs, t) })
	out := map[ident.EngagementID]map[string][]Terms{}
	for _, t := range list {
		if out[t.Engagement] == nil {
			out[t.Engagement] = map[string][]Terms{}
		}
		out[t.Engagement][t.Code] = append(out[t.Engagement][t.Code], t)
	}
	return out, err
}

// counted is the version as the ledger takes it.
func (t Terms) counted(c *Calendar) minutes.Terms {
	return minutes.Terms{Version: int(t.Version), From: t.From, Calendar: c.Hours(), SLA: time.Duration(t.Agreed) * time.Minute, Own: time.Duration(t.Own) * time.Minute,
		Shares: t.Shares, Credits: t.Credits, Cap: t.Cap}
}
