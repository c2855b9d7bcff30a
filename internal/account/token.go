package account

import (
	"context"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// TokenPrefix begins every API token, so that one that leaked is recognised.
const TokenPrefix = "cs_"

// TokenLasts is the longest life of an API token.
const TokenLasts = 366 * 24 * time.Hour

// A Scope is what an API token can be limited to: the verbs of one feature. What its person may not do, the token may
// not do either.
type Scope struct{ ID, Name string }

// Scopes lists what a token can be given.
var Scopes = []Scope{
	{"engagement.*", "Engagements"}, {"client.*", "Clients"}, {"matter.*", "Matters, gates, teams and walls"}, {"conflict_check.*", "Conflict checks"},
	{"playbook.*", "Playbooks"}, {"defect.*", "Defect codes"}, {"task.*", "Tasks: release, drafts, reviews, sign-off"}, {"document.*", "Documents"},
	{"message.*", "Talk on tasks and matters"}, {"account.*", "Own account"}, {"member.*", "Members"}, {"org.*", "Organizations of the installation"},
	{"notice.*", "Notices"}, {"trail.*", "Trail"}, {"import.*", "Imports"}, {"probe.*", "Residency probes"}, {"access.*", "Who could open what"}, {"evidence.*", "The log and its witnesses"}, {"privacy.*", "Data subjects, legal holds, retention"}, {"deadline.*", "Deadlines: entries, moves, reminders"}, {"sla.*", "Working time: calendars, terms, clocks"},
}

// A TokenRequest asks for an API token.
type TokenRequest struct {
	Name   string
	Scopes []string
	Days   int // of life, 1 to 366
}

// MakeToken makes an API token of who in the organization they act for. The secret is returned this once.
//
// Faults: Invalid (fields "name", "scopes", "days"), Forbidden (no fresh factor; asked with a token).
func (s *Service) MakeToken(ctx context.Context, who actor.Actor, in TokenRequest, d Device) (secret string, err error) {
	secret, n, err := s.newToken(in)
	if err != nil {
		return "", err
	}
	n.person, n.org, n.mfa, n.device = who.Person, who.Org, who.MFA, d
	return secret, s.own(ctx, who, "account.make_token", map[string]string{"token": n.name}, func(tx *gate.Tx) error {
		return insertSession(ctx, tx.Tx, n)
	})
}

// newToken is a token as it was asked for, of nobody yet.
func (s *Service) newToken(in TokenRequest) (secret string, n newSession, err error) {
	name, err := cleanText("name", "a name for the token", in.Name, 80)
	if err != nil {
		return "", n, err
	}
	scopes, err := chosenScopes(in.Scopes)
	if err != nil {
		return "", n, err
	}
	life := time.Duration(in.Days) * 24 * time.Hour
	if in.Days < 1 || life > TokenLasts {
		return "", n, fault.InField("days", "A token lasts between 1 and 366 days.")
	}
	secret = TokenPrefix + newToken()
	return secret, newSession{id: ident.SessionID(ident.New()), secret: secret, kind: Token, name: name, scopes: scopes, at: s.now(), ends: s.now().Add(life)}, nil
}

// IssueToken makes an API token of the person with this address, in the organization named org, or "" for their only one.
// It is for the administrator of the machine, who holds the keys anyway: no request over the network can be its actor.
// Who set no second factor gets no token, as they could not sign in either.
//
// Faults: Invalid (fields "email", "org", "name", "scopes", "days"), Forbidden (anyone but the machine's own command).
func (s *Service) IssueToken(ctx context.Context, who actor.Actor, email, org string, in TokenRequest) (secret string, err error) {
	secret, n, err := s.newToken(in)
	if err != nil {
		return "", err
	}
	if err := s.owner(ctx, email, org, &n); err != nil {
		return "", err
	}
	n.mfa = true
	return secret, s.Gate.Write(ctx, who, "account.issue_token", func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, ownAccount(who, n.person)); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: personRef(n.person), Owner: n.org, Values: map[string]string{"token": n.name, "scopes": strings.Join(n.scopes, " ")}})
		return insertSession(ctx, tx.Tx, n)
	})
}

// owner finds whose a token is to be.
func (s *Service) owner(ctx context.Context, email, org string, n *newSession) error {
	type place struct {
		person   ident.PersonID
		org      ident.OrgID
		enrolled bool
	}
	places, err := db.All(ctx, s.Gate.DB, db.SQL(`SELECT p.id, m.org_id, LENGTH(p.totp_secret) > 0 FROM person p JOIN member m ON m.person_id = p.id JOIN org o ON o.id = m.org_id
		WHERE p.email = ? AND p.disabled_at = 0 AND m.until_at > ? AND (? = '' OR o.name = ?)`, strings.ToLower(email), db.Micros(s.Gate.Now()), org, org),
		func(rs *db.Rows, p *place) error { return rs.Scan(&p.person, &p.org, &p.enrolled) })
	switch {
	case err != nil:
		return err
	case len(places) == 0 && org != "":
		return fault.InField("org", "Nobody with this address belongs to an organization of that name.")
	case len(places) == 0:
		return fault.InField("email", "Nobody with this address belongs to an organization.")
	case len(places) > 1:
		return fault.InField("org", "This person belongs to several organizations: name the one.")
	case !places[0].enrolled:
		return fault.InField("email", "This person has not set a second factor yet.")
	}
	n.person, n.org = places[0].person, places[0].org
	return nil
}

func chosenScopes(ids []string) (out []string, err error) {
	known := map[string]bool{}
	for _, s := range Scopes {
		known[s.ID] = true
	}
	for _, id := range ids {
		if !known[id] {
			return nil, fault.InField("scopes", "Choose scopes from the list.")
		}
		out = append(out, id)
	}
	if len(out) == 0 {
		return nil, fault.InField("scopes", "Choose at least one scope.")
	}
	return out, nil
}
