package account

import (
	"slices"
	"strings"

	"countersign/internal/kernel/fault"
)

// A Role is what a person is in an organization. Wide roles see every matter that is open to the organization.
type Role struct {
	ID   string
	Name string
	Says string // what the role is for, for the person who gives it
	Side string // "firm" or "provider"; "" for both
	Wide bool
}

// Administrator is the one role that this package itself asks about.
const Administrator = "administrator"

// roles is the one table of roles. What each may do stands in the policies.
var roles = []Role{
	{"partner", "Partner", "Sees every matter of the firm; may supervise and sign off.", "firm", true},
	{"supervising_attorney", "Supervising attorney", "Opens matters, releases work, accepts and signs off on the matters they are on.", "firm", false},
	{"operations_manager", "Operations manager", "Sees every matter; runs engagements, playbooks and service levels.", "firm", true},
	{"compliance_officer", "Compliance officer", "Sees every matter; keeps consents, conflict checks, walls and evidence.", "firm", true},
	{"client_reader", "Client reader", "Reads what was outsourced for one client, to whom and under what protection.", "firm", false},
	{"junior", "Junior paralegal", "Takes and drafts tasks on the matters they are on.", "provider", false},
	{"peer_reviewer", "Peer reviewer", "Reviews drafts of colleagues, never their own.", "provider", false},
	{"senior_reviewer", "Senior reviewer", "Reviews what peers approved, before it goes onshore.", "provider", false},
	{"team_lead", "Team lead", "Sees every matter open to the provider; assigns work and balances the load.", "provider", true},
	{"quality_auditor", "Quality auditor", "Sees every matter open to the provider; draws samples and audits them blind.", "provider", true},
	{Administrator, "Administrator", "Invites people, gives roles, resets second factors. Sees no matter by this role alone.", "", false},
}

// RolesOf returns the roles that an organization of a kind ("firm" or "provider") can give.
func RolesOf(kind string) (out []Role) {
	for _, r := range roles {
		if r.Side == "" || r.Side == kind {
			out = append(out, r)
		}
	}
	return out
}

// RoleName is the plain name of a role; an unknown identifier is its own name.
func RoleName(id string) string {
	for _, r := range roles {
		if r.ID == id {
			return r.Name
		}
	}
	return id
}

// RoleNames joins the names of roles in the order of the table.
func RoleNames(ids []string) string {
	var names []string
	for _, r := range roles {
		if slices.Contains(ids, r.ID) {
			names = append(names, r.Name)
		}
	}
	return strings.Join(names, ", ")
}

// choose checks roles that are to be given in an organization of a kind, and returns them without repetition.
func choose(kind string, ids []string) (out []Role, err error) {
	for _, r := range RolesOf(kind) {
		if slices.Contains(ids, r.ID) {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return nil, fault.InField("roles", "Choose at least one role.")
	}
	for _, id := range ids {
		if !slices.ContainsFunc(out, func(r Role) bool { return r.ID == id }) {
			return nil, fault.InField("roles", "Choose roles that a "+kind+" has.")
		}
	}
	return out, nil
}
