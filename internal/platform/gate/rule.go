package gate

import (
	"github.com/cedar-policy/cedar-go"

	"countersign/internal/kernel/authz"
)

// PolicyHash is the hex SHA-256 of the policies of this program, without the clauses of contracts.
func (g *Gate) PolicyHash() string { return g.base.hash }

// Rule gives the words of a policy of this program by its identifier, for entries that name one. It does not know the
// clauses of contracts.
func (g *Gate) Rule(id string) (authz.Rule, bool) {
	p := g.base.set.Get(cedar.PolicyID(id))
	if p == nil {
		return authz.Rule{}, false
	}
	a := p.Annotations()
	return authz.Rule{ID: id, Name: string(a["name"]), Say: string(a["say"]), Fix: string(a["fix"])}, true
}
