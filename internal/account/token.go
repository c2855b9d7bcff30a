package account

import (
	"context"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
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
	name, err := cleanText("name", "a name for the token", in.Name, 80)
	if err != nil {
		return "", err
	}
	scopes, err := chosenScopes(in.Scopes)
	if err != nil {
		return "", err
	}
	life := time.Duration(in.Days) * 24 * time.Hour
	if in.Days < 1 || life > TokenLasts {
		return "", fault.InField("days", "A token lasts between 1 and 366 days.")
	}
	secret = TokenPrefix + newToken()
	id := ident.SessionID(ident.New())
	return secret, s.own(ctx, who, "account.make_token", map[string]string{"token": name}, func(tx *gate.Tx) error {
		return insertSession(ctx, tx.Tx, newSession{id: id, secret: secret, kind: Token, person: who.Person, org: who.Org, name: name, scopes: scopes,
			mfa: who.MFA, at: s.now(), ends: s.now().Add(life), device: d})
	})
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
