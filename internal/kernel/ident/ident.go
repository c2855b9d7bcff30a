// Package ident defines the identifiers that more than one package must name.
//
// Owns: identifier types and how a fresh one is made.
// Invariants: an identifier is an opaque UUIDv7 text; it sorts by birth within a process and
// roughly across them; it is no causal order (a subject's revision is). Never parse one.
// Not here: what the identified things are.
package ident

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync/atomic"
	"time"
)

type (
	// An OrgID names an organization: a firm or a provider.
	OrgID string
	// A PersonID names a person. A person has one account and a membership in each organization that has let them in.
	PersonID string
	// An EngagementID names the governed relation between one firm and one provider.
	EngagementID string
	// A ClientID names a client of a firm.
	ClientID string
	// A MatterID names a matter of a firm.
	MatterID string
	// A PlaybookID names a playbook; a version of it is PlaybookID and number.
	PlaybookID string
	// A TaskID names a task.
	TaskID string
	// A DocumentID names a document; its versions are numbered from 1.
	DocumentID string
	// A VersionID names one immutable version of a document.
	VersionID string
	// A SessionID names a sign-in session or an API token: what an entry gives as the means of acting.
	SessionID string
	// An EntryID names an entry of the ledger.
	EntryID string
)

// New returns a fresh UUIDv7 (RFC 9562 section 5.7) as text. The caller converts it to the type it needs. Of two made one
// after the other in this process the second sorts after the first: the 12 bits after the milliseconds count on within
// them (section 6.2, method 3), so rows of one write keep the order in which they were made.
func New() string { return at(tick(time.Now())) }

// last is the newest time given out, in 1/4096 of a millisecond.
var last atomic.Uint64

func tick(t time.Time) uint64 {
	now := uint64(t.UnixMilli())<<12 | uint64(t.Nanosecond()%int(time.Millisecond))<<12/uint64(time.Millisecond)
	for {
		before := last.Load()
		next := max(now, before+1)
		if last.CompareAndSwap(before, next) {
			return next
		}
	}
}

// at builds the identifier: 48 bits of Unix milliseconds, version, 12 bits of their fraction, variant, 62 random bits.
func at(tick uint64) string {
	var b [16]byte
	rand.Read(b[8:]) // never fails: crypto/rand aborts the program instead
	binary.BigEndian.PutUint64(b[:8], tick>>12<<16|0x7000|tick&0xfff)
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}

// Valid reports whether s has the shape of an identifier, so that junk in an address is refused before a query.
func Valid(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}
