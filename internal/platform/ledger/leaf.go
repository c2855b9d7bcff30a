package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/authz"
)

// LeafVersion is the first line of every leaf.
const LeafVersion = "countersign/leaf/v1"

// SaltBytes is the length of a commitment's salt: as long as its hash, so that a value cannot be guessed from it.
const SaltBytes = 32

// A Leaf is what the tree will hold of one entry. Every word in it is public.
type Leaf struct {
	ID      string
	At      time.Time
	Verb    string // "task.submit"; refused attempts have Refused set
	Refused bool
	Subject authz.Ref
	Rev     int64  // the subject's revision after the change; 0 where it has none
	Matter  string // "" where there is none
	Owner   string // organization whose record it is
	Actor   string // person, "" for the system
	Org     string // organization on whose behalf the actor acts
	Session string // session or token, "" for jobs
	Via     string // web, api, cli, job:<kind>
	Rule    string // policy that permitted or refused
	Policy  string // hex SHA-256 of the policy text
	Fields  []Commitment
}

// A Commitment binds an entry to a value without showing it.
type Commitment struct {
	Name string
	Hash [32]byte
}

// Commit returns the commitment to a named value: HMAC-SHA-256 with the salt as key over name, a zero byte and value.
func Commit(name, value string, salt []byte) Commitment {
	m := hmac.New(sha256.New, salt)
	m.Write([]byte(name))
	m.Write([]byte{0})
	m.Write([]byte(value))
	c := Commitment{Name: name}
	m.Sum(c.Hash[:0])
	return c
}

// Bytes returns the canonical leaf: UTF-8 lines "key value", each ended by a line feed, always in this order, empty
// values as "-", commitments last and sorted by name. A word with a space or line break in it is a fault of the
// program and refused.
func (l Leaf) Bytes() ([]byte, error) {
	var b strings.Builder
	b.WriteString(LeafVersion + "\n")
	outcome := "done"
	if l.Refused {
		outcome = "refused"
	}
	for _, kv := range [][2]string{
		{"id", l.ID},
		{"at", strconv.FormatInt(l.At.UnixMicro(), 10)},
		{"verb", l.Verb},
		{"outcome", outcome},
		{"subject", l.Subject.Kind + "/" + l.Subject.ID},
		{"rev", strconv.FormatInt(l.Rev, 10)},
		{"matter", l.Matter},
		{"owner", l.Owner},
		{"actor", l.Actor},
		{"org", l.Org},
		{"session", l.Session},
		{"via", l.Via},
		{"rule", l.Rule},
		{"policy", l.Policy},
	} {
		if kv[1] == "" {
			kv[1] = "-"
		}
		if strings.ContainsFunc(kv[1], func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			return nil, fmt.Errorf("ledger: %s of entry %s holds a space or control character", kv[0], l.ID)
		}
		b.WriteString(kv[0] + " " + kv[1] + "\n")
	}
	fields := slices.SortedFunc(slices.Values(l.Fields), func(x, y Commitment) int { return strings.Compare(x.Name, y.Name) })
	for i, f := range fields {
		if f.Name == "" || strings.ContainsAny(f.Name, " \n") || i > 0 && fields[i-1].Name == f.Name {
			return nil, fmt.Errorf("ledger: field name %q of entry %s is empty, doubled or not one word", f.Name, l.ID)
		}
		b.WriteString("field " + f.Name + " " + base64.StdEncoding.EncodeToString(f.Hash[:]) + "\n")
	}
	return []byte(b.String()), nil
}
