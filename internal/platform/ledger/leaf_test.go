package ledger

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/authz"
)

// The bytes of a leaf are fixed for ever: a change of this text is a change of what is already in trees.
func TestLeafBytes(t *testing.T) {
	salt := []byte(strings.Repeat("s", SaltBytes))
	l := Leaf{
		ID: "018bcfe5-6800-7000-8000-000000000001", At: time.UnixMicro(1_795_000_000_000_001), Verb: "task.submit",
		Subject: authz.Ref{Kind: "task", ID: "018bcfe5-6800-7000-8000-0000000000b1"}, Rev: 7, Matter: "m", Owner: "f",
		Actor: "p", Org: "o", Session: "s", Via: "web", Rule: "task-author", Policy: "00ff",
		Fields: []Commitment{Commit("stage", "peer", salt), Commit("address", "192.0.2.7", salt)},
	}
	got, err := l.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	want := `countersign/leaf/v1
id 018bcfe5-6800-7000-8000-000000000001
at 1795000000000001
verb task.submit
outcome done
subject task/018bcfe5-6800-7000-8000-0000000000b1
rev 7
matter m
owner f
actor p
org o
session s
via web
rule task-author
policy 00ff
field address ` + hash("address", "192.0.2.7", salt) + `
field stage ` + hash("stage", "peer", salt) + "\n"
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func hash(name, value string, salt []byte) string {
	c := Commit(name, value, salt)
	return base64.StdEncoding.EncodeToString(c.Hash[:])
}

// HMAC-SHA-256 computed with another program: printf 'stage\0peer' | openssl dgst -sha256 -hmac sss…
func TestCommitIsHMACSHA256(t *testing.T) {
	got := hash("stage", "peer", []byte(strings.Repeat("s", SaltBytes)))
	if got != commitVector {
		t.Errorf("got %s", got)
	}
}

func TestLeafRefusesWordsThatCouldForgeLines(t *testing.T) {
	ok := Leaf{ID: "x", Verb: "v"}
	for name, bad := range map[string]func(*Leaf){
		"line break in a verb":  func(l *Leaf) { l.Verb = "v\nactor someone" },
		"space in a subject":    func(l *Leaf) { l.Subject.ID = "a b" },
		"field without a name":  func(l *Leaf) { l.Fields = []Commitment{{}} },
		"field name of 2 words": func(l *Leaf) { l.Fields = []Commitment{{Name: "a b"}} },
		"a field twice":         func(l *Leaf) { l.Fields = []Commitment{{Name: "a"}, {Name: "a"}} },
	} {
		l := ok
		bad(&l)
		if b, err := l.Bytes(); err == nil {
			t.Errorf("%s: %q", name, b)
		}
	}
	if _, err := ok.Bytes(); err != nil {
		t.Error(err)
	}
}

const commitVector = "f4CSYIU+FxhrubrZgzECa3R7HEt2MGR0EsexX05Zosk="
