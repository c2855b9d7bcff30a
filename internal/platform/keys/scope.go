package keys

import (
	"fmt"
	"strings"

	"countersign/internal/kernel/ident"
)

// A Scope names what one data key protects: a matter, or what an organization writes outside any matter, such as
// playbooks and standing instructions.
type Scope struct{ id string }

// Matter is the scope of a matter.
func Matter(id ident.MatterID) Scope { return Scope{"matter/" + string(id)} }

// Org is the scope of an organization's own words.
func Org(id ident.OrgID) Scope { return Scope{"org/" + string(id)} }

// String is the scope's identifier in the table data_key.
func (s Scope) String() string { return s.id }

// firmKey is the Keeper's name for the key of an organization.
func firmKey(org ident.OrgID) string { return "org-" + string(org) }

// wrapAAD binds a wrapped data key to its row.
func (s Scope) wrapAAD(org ident.OrgID) []byte {
	return []byte("countersign data key v1\x00" + s.id + "\x00" + string(org))
}

// columnAAD binds a sealed column to its scope and to the place the caller names. Scopes hold no zero byte, so
// the join has one reading.
func (s Scope) columnAAD(place string) []byte {
	return append([]byte{version}, s.id+"\x00"+place...)
}

// ParseScope reads a scope as String and the table data_key give it.
func ParseScope(id string) (Scope, error) {
	kind, name, ok := strings.Cut(id, "/")
	if !ok || name == "" || (kind != "matter" && kind != "org") {
		return Scope{}, fmt.Errorf("keys: %q names no scope", id)
	}
	return Scope{id}, nil
}
