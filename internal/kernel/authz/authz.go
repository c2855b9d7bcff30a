// Package authz has the words of a permission: the action, the subject it is taken on, and the decision.
//
// Owns: Action, Ref, Subject, Decision.
// Invariants: pure; a Decision that was not made denies.
// Not here: facts, policies and who decides (package gate).
package authz

// An Action is a verb on a kind of record: "task.submit". It is the route, the button, the entry and the policy's word.
type Action string

// A Ref names a record: its kind ("task") and identifier. It is what an entry says was acted on.
type Ref struct {
	Kind string
	ID   string
}

// String is the form in which entries and logs name a record: "task/018b…".
func (r Ref) String() string { return r.Kind + "/" + r.ID }

// A Subject is a record as the policies see it. Each feature gives its nouns a method that returns one.
type Subject struct {
	Ref

	// The parents on which facts hang. Empty where there is none.
	Matter     string // identifier of the matter; its walls, team, consents and flags apply
	Engagement string // identifier of the engagement; its phase, clauses and agreements apply
	Org        string // identifier of the organization that owns the record (a firm's playbook, a provider's member)
	Provider   string // identifier of the provider that is to do the work

	// Attrs are the record's own attributes that policies read. Values are string, bool, int64 or []string.
	// The names are those of the Cedar schema in package gate; a name it does not know is a fault of the program.
	Attrs map[string]any
}

// A Decision is the answer to "may this person do this now?", with the rules that made it.
type Decision struct {
	Allowed bool
	Rules   []Rule // allowed: the rule that permits; denied: every rule that forbids, or none when nothing permits
	Policy  string // hex SHA-256 of the policy text that was asked
}

// A Rule is one policy in words for a person.
type Rule struct {
	ID   string // stable: "consent-on-file"
	Name string // what a lawyer would call it: "Client consent"
	Say  string // one sentence: what it demands and that it is not met
	Fix  string // what to do next, and who can
}

// OutOfScope is the rule that refuses a token an action outside its scopes.
func OutOfScope(a Action) Rule {
	return Rule{ID: "token-scope", Name: "Token scope", Say: "This API token does not have the scope " + string(a) + ".", Fix: "Make a token with that scope in Settings, API tokens."}
}
