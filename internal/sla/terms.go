package sla

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/kernel/wall"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/sla/minutes"
)

// A TermsState is how a version of terms stands.
type TermsState string

// The states of terms. The stored text never changes meaning.
const (
	Proposed  TermsState = "proposed"
	Agreed    TermsState = "agreed"
	Declined  TermsState = "declined"
	Withdrawn TermsState = "withdrawn"
)

// Terms are one version of what two sides agree on time for a type of work.
type Terms struct {
	ID         string
	Engagement ident.EngagementID
	Firm       ident.OrgID
	Provider   ident.OrgID
	Code       string // task type; "" for every type without terms of its own
	Version    int64
	Calendar   string
	Agreed     int // working minutes
	Own        int // the provider's own target, working minutes; 0 for none
	Shares     []minutes.Share
	Credits    []minutes.Step
	Cap        int // percent
	Questions  bool
	FromOn     string    // earliest day, in the firm's zone
	From       time.Time // in force from then on; zero while they are not agreed
	By         ident.PersonID
	Proposer   ident.OrgID
	At         time.Time
	SettledBy  ident.PersonID
	SettledAt  time.Time
	State      TermsState
}

// Subject is the terms as the policies see them.
func (t Terms) Subject() authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: "sla_terms", ID: t.ID}, Engagement: string(t.Engagement), Org: string(t.Firm), Provider: string(t.Provider),
		Attrs: map[string]any{"proposer": string(t.Proposer)}}
}

// NewTerms is a proposal. Amounts of time are working minutes; shares and credits are written as people write them, one a
// line or with commas: "draft 60" gives the stage 60 percent, "240 10" gives a credit of 10 percent when more than 240 minutes late.
type NewTerms struct {
	Engagement      ident.EngagementID
	Code            string
	Calendar        string
	Agreed, Own     int
	Shares, Credits string
	Cap             int
	Questions       bool
	FromOn          string // "" for as soon as they are accepted
}

func (n NewTerms) check() (t Terms, err error) {
	t = Terms{ID: ident.New(), Engagement: n.Engagement, Code: strings.TrimSpace(n.Code), Calendar: n.Calendar, Agreed: n.Agreed, Own: n.Own, Cap: n.Cap, Questions: n.Questions, FromOn: n.FromOn, State: Proposed}
	const year = 366 * 24 * 60
	if n.Agreed < 1 || n.Agreed > year {
		return t, fault.InField("agreed", "Give the agreed time in working minutes, at least one.")
	}
	if n.Own < 0 || n.Own > n.Agreed {
		return t, fault.InField("own", "The provider's own target is at most the agreed time; 0 for none.")
	}
	if n.Cap < 0 || n.Cap > 100 {
		return t, fault.InField("cap", "Give the cap in percent, 0 for none.")
	}
	if _, err := time.Parse(time.DateOnly, n.FromOn); n.FromOn != "" && err != nil {
		return t, fault.InField("from_on", "Give the first day as 2027-01-01, or leave it empty.")
	}
	if t.Shares, err = ReadShares(n.Shares); err != nil {
		return t, fault.InField("shares", err.Error())
	}
	if t.Credits, err = ReadSteps(n.Credits); err != nil {
		return t, fault.InField("credits", err.Error())
	}
	return t, nil
}

// parts are the pairs of a list as people write it.
func parts(s string) (out [][]string) {
	for p := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == '\n' }) {
		if f := strings.Fields(p); len(f) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// ReadShares reads "draft 60, peer 25, senior 15". Together they are at most 100 percent.
func ReadShares(s string) (out []minutes.Share, err error) {
	total, seen := 0, map[string]bool{}
	for _, f := range parts(s) {
		n := 0
		if len(f) == 2 {
			n, _ = strconv.Atoi(strings.TrimSuffix(f[1], "%"))
		}
		if n < 1 || n > 100 || seen[f[0]] {
			return nil, fmt.Errorf("Give each stage once with its percentage, such as draft 60.") //nolint:staticcheck // a sentence for a person
		}
		seen[f[0]] = true
		total += n
		out = append(out, minutes.Share{Stage: f[0], Percent: n})
	}
	if total > 100 {
		return nil, fmt.Errorf("The shares come to %d percent: together the stages have at most 100.", total) //nolint:staticcheck // a sentence for a person
	}
	return out, nil
}

// ReadSteps reads "0 5, 240 10": more than so many working minutes late, so many percent.
func ReadSteps(s string) (out []minutes.Step, err error) {
	for _, f := range parts(s) {
		late, n := -1, 0
		if len(f) == 2 {
			if m, err := strconv.Atoi(f[0]); err == nil {
				late = m
			}
			n, _ = strconv.Atoi(strings.TrimSuffix(f[1], "%"))
		}
		if late < 0 || late > 1_000_000 || n < 1 || n > 100 {
			return nil, errors.New("Give each step as minutes late and percent, such as 240 10.") //nolint:staticcheck // a sentence for a person
		}
		out = append(out, minutes.Step{Late: time.Duration(late) * time.Minute, Percent: n})
	}
	return out, nil
}

// SharesText and CreditsText write what ReadShares and ReadSteps read.
func (t Terms) SharesText() string {
	var out []string
	for _, s := range t.Shares {
		out = append(out, s.Stage+" "+strconv.Itoa(s.Percent))
	}
	return strings.Join(out, ", ")
}

// CreditsText is the steps as ReadSteps reads them.
func (t Terms) CreditsText() string {
	var out []string
	for _, s := range t.Credits {
		out = append(out, strconv.Itoa(int(s.Late/time.Minute))+" "+strconv.Itoa(s.Percent))
	}
	return strings.Join(out, ", ")
}

// Propose puts terms before the other side.
//
// Faults: NotFound (engagement), Forbidden (role), Invalid (agreed, own, shares, credits, cap, calendar, from_on), Conflict (a proposal waits).
func (s *Service) Propose(ctx context.Context, who actor.Actor, in NewTerms) (id string, err error) {
	defer fault.Wrap(&err, "sla.Propose(%s)", in.Engagement)
	err = s.gate.Write(ctx, who, DoPropose, func(tx *gate.Tx) error {
		e, err := loadSides(ctx, tx, in.Engagement)
		if err != nil {
			return err
		}
		subject := Terms{ID: string(in.Engagement), Engagement: in.Engagement, Firm: e.firm, Provider: e.provider, Proposer: who.Org}
		if err := tx.Permit(ctx, subject.Subject()); err != nil {
			return err
		}
		t, err := in.check()
		if err != nil {
			return err
		}
		t.Firm, t.Provider, t.Proposer, t.By, t.At = e.firm, e.provider, who.Org, who.Person, tx.Now
		if err := placeTerms(ctx, tx, &t); err != nil {
			return err
		}
		if err := insertTerms(ctx, tx, t); err != nil {
			return err
		}
		id = t.ID
		tx.Record(t.entry(map[string]string{"minutes": strconv.Itoa(t.Agreed), "own": strconv.Itoa(t.Own), "shares": t.SharesText(), "credits": t.CreditsText(),
			"cap": strconv.Itoa(t.Cap), "calendar": t.Calendar, "questions_wait": strconv.FormatBool(t.Questions), "from_on": t.FromOn}))
		tx.Announce("org/"+string(t.Firm), "org/"+string(t.Provider))
		return nil
	})
	return id, err
}

func (t Terms) entry(values map[string]string) gate.Entry {
	values["code"], values["version"], values["state"] = t.Code, strconv.FormatInt(t.Version, 10), string(t.State)
	return gate.Entry{Subject: authz.Ref{Kind: "sla_terms", ID: t.ID}, Rev: t.Version, Owner: t.Firm, Values: values}
}

// placeTerms checks what a proposal says of others, and gives it its version.
func placeTerms(ctx context.Context, tx *gate.Tx, t *Terms) error {
	var n int
	if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM working_calendar WHERE id = ? AND kind <> 'person' AND org_id IN (?, ?)`, t.Calendar, t.Firm, t.Provider)).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return fault.InField("calendar", "Choose a calendar of one of the two sides: an organization's or a site's.")
	}
	if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM sla_terms WHERE engagement_id = ? AND code = ? AND state = 'proposed'`, t.Engagement, t.Code)).Scan(&n); err != nil {
		return err
	}
	if n > 0 {
		return fault.New(fault.Conflict, "A proposal for this type of work waits already. Accept, decline or withdraw it first.")
	}
	return tx.QueryRow(ctx, db.SQL(`SELECT COALESCE(MAX(version), 0) + 1 FROM sla_terms WHERE engagement_id = ?`, t.Engagement)).Scan(&t.Version)
}

// A Settlement says what becomes of a proposal.
type Settlement struct {
	Engagement ident.EngagementID
	Version    int64
	To         TermsState
}

// settlements are the verb of each end of a proposal.
var settlements = map[TermsState]authz.Action{Agreed: DoAccept, Declined: DoDecline, Withdrawn: DoWithdraw}

// Settle ends a proposal: the other side accepts or declines it, or its own side withdraws it. Accepted terms are in force from now,
// or from the midnight in the firm's zone with which their first day begins.
//
// Faults: NotFound, Forbidden (role, side), Conflict (settled already).
func (s *Service) Settle(ctx context.Context, who actor.Actor, in Settlement) (err error) {
	defer fault.Wrap(&err, "sla.Settle(%s, %d)", in.Engagement, in.Version)
	action, ok := settlements[in.To]
	if !ok {
		return fault.New(fault.Invalid, "Terms are accepted, declined or withdrawn.")
	}
	return s.gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		t, err := loadTerms(ctx, tx, in.Engagement, in.Version)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, t.Subject()); err != nil {
			return err
		}
		if t.State != Proposed {
			return fault.New(fault.Conflict, "This proposal is settled already.")
		}
		t.State, t.SettledBy, t.SettledAt = in.To, who.Person, tx.Now
		if t.State == Agreed {
			if t.From, err = begins(ctx, tx, t); err != nil {
				return err
			}
		}
		if err := saveTerms(ctx, tx, t); err != nil {
			return err
		}
		values := map[string]string{}
		if t.State == Agreed {
			values["from"] = t.From.Format(time.RFC3339)
		}
		tx.Record(t.entry(values))
		tx.Announce("org/"+string(t.Firm), "org/"+string(t.Provider))
		return nil
	})
}

// begins is when accepted terms come into force: never before they are accepted.
func begins(ctx context.Context, tx *gate.Tx, t Terms) (time.Time, error) {
	if t.FromOn == "" {
		return tx.Now, nil
	}
	var name string
	if err := tx.QueryRow(ctx, db.SQL(`SELECT zone FROM org WHERE id = ?`, t.Firm)).Scan(&name); err != nil {
		return time.Time{}, err
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.Time{}, err
	}
	day, err := time.Parse(time.DateOnly, t.FromOn)
	if err != nil {
		return time.Time{}, err
	}
	if at := wall.At(zone, day, wall.First); at.After(tx.Now) {
		return at.UTC(), nil
	}
	return tx.Now, nil
}
