package proof

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// leafVersion is the first line of every leaf (docs/leaf.md).
const leafVersion = "countersign/leaf/v1"

// leafKeys stand in every leaf in this order.
var leafKeys = []string{"id", "at", "verb", "outcome", "subject", "rev", "matter", "owner", "actor", "org", "session", "via", "rule", "policy"}

// A Leaf is what the tree says of one entry.
type Leaf struct {
	ID, Verb, Outcome, Subject, Matter, Owner, Actor, Org, Session, Via, Rule, Policy string

	At     time.Time
	Rev    int64
	Fields map[string][32]byte // commitments by name
}

var errLeaf = errors.New("it is no leaf of version 1")

// ParseLeaf reads the canonical bytes of a leaf. Bytes that are not exactly what the format gives are refused: one entry
// has one leaf.
func ParseLeaf(b []byte) (l Leaf, err error) {
	lines := strings.Split(string(b), "\n")
	if len(lines) < len(leafKeys)+2 || lines[0] != leafVersion || lines[len(lines)-1] != "" {
		return l, errLeaf
	}
	words := map[string]string{}
	for i, key := range leafKeys {
		k, v, ok := strings.Cut(lines[i+1], " ")
		if !ok || k != key || v == "" || strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			return l, fmt.Errorf("%w: its line %d is not %q", errLeaf, i+2, key)
		}
		if v == "-" {
			v = "" // empty words are written so
		}
		words[k] = v
	}
	l = Leaf{ID: words["id"], Verb: words["verb"], Outcome: words["outcome"], Subject: words["subject"], Matter: words["matter"], Owner: words["owner"],
		Actor: words["actor"], Org: words["org"], Session: words["session"], Via: words["via"], Rule: words["rule"], Policy: words["policy"]}
	micros, err := canonicalInt(words["at"])
	if err != nil {
		return l, err
	}
	l.At = time.UnixMicro(micros).UTC()
	if l.Rev, err = canonicalInt(words["rev"]); err != nil {
		return l, err
	}
	if l.ID == "" || l.Outcome != "done" && l.Outcome != "refused" {
		return l, errLeaf
	}
	l.Fields, err = fields(lines[len(leafKeys)+1 : len(lines)-1])
	return l, err
}

func canonicalInt(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != s {
		return 0, fmt.Errorf("%w: %q is no number", errLeaf, s)
	}
	return n, nil
}

func fields(lines []string) (map[string][32]byte, error) {
	out := map[string][32]byte{}
	before := ""
	for _, line := range lines {
		words := strings.Split(line, " ")
		if len(words) != 3 || words[0] != "field" || words[1] <= before {
			return nil, fmt.Errorf("%w: a field is out of its order", errLeaf)
		}
		hash, err := base64.StdEncoding.Strict().DecodeString(words[2])
		if err != nil || len(hash) != 32 {
			return nil, fmt.Errorf("%w: the commitment to %s", errLeaf, words[1])
		}
		out[words[1]], before = [32]byte(hash), words[1]
	}
	return out, nil
}
