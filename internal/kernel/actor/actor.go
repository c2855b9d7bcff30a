// Package actor says who is acting. An Actor is made once, at the door (session, API token, command line
// or job runner), and passed as an argument from there on.
//
// Owns: the Actor value.
// Invariants: an Actor carries no permission; the gate reads permissions in the transaction that needs them.
// Not here: how a person proved who they are (package account).
package actor

import (
	"slices"
	"strings"
	"time"

	"countersign/internal/kernel/ident"
)

// An Actor is the person or the job on whose authority code runs.
type Actor struct {
	Person  ident.PersonID  // "" for a job of the system itself
	Org     ident.OrgID     // the organization on whose behalf the person acts
	Session ident.SessionID // session or token; "" for jobs
	Via     string          // "web", "api", "cli" or "job:<kind>"; part of the entry
	Address string          // network address of the client, "" when there is none; kept as a salted commitment only

	Scopes      []string  // nil: everything the person may do; else the scopes of an API token
	MFA         bool      // the session was opened with a second factor
	SteppedUpAt time.Time // last fresh proof of a factor in this session; zero when there was none
	Key         string    // idempotency key of the request; "" when there is none
}

// System is the actor of a job of the given kind.
func System(kind string) Actor { return Actor{Via: "job:" + kind} }

// Covers reports whether the scopes of a token reach an action: the action itself, its whole feature ("task.*") or all
// ("*"). Without a token everything is covered.
func (a Actor) Covers(action string) bool {
	if a.Scopes == nil {
		return true
	}
	feature, _, _ := strings.Cut(action, ".")
	return slices.Contains(a.Scopes, action) || slices.Contains(a.Scopes, feature+".*") || slices.Contains(a.Scopes, "*")
}

// Machine is the actor of an administrator's command on the machine of the installation. No request makes one.
func Machine() Actor { return Actor{Via: "cli"} }

// IsSystem reports whether no person stands behind a.
func (a Actor) IsSystem() bool { return a.Person == "" }
