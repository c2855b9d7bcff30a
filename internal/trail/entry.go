package trail

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/ledger"
)

// A Field is one commitment of an entry and, where the reader may have it, what opens it. Hash is HMAC-SHA-256 with
// Salt as key over name, a zero byte and value; both are in base64.
type Field struct {
	Name  string
	Hash  string
	Salt  string
	Value string
	State string // "opens", "differs", "erased" (nothing opens it any more), "withheld" (not for this reader)
}

// A Detail is an entry as it stands in the log, so that a person can recompute it.
type Detail struct {
	Row
	Now      time.Time
	Leaf     string // the bytes that the tree holds, which are text
	LeafHash string // RFC 6962 section 2.1: SHA-256 over a zero byte and the leaf, in hex
	Fields   []Field
}

// Entry returns one entry with its leaf and what opens its commitments.
//
// Faults: NotFound.
func (s *Service) Entry(ctx context.Context, who actor.Actor, id ident.EntryID) (d Detail, err error) {
	defer fault.Wrap(&err, "trail.Entry(%s)", id)
	a, err := s.asker(ctx, s.gate.View(who))
	if err != nil {
		return d, err
	}
	r, err := s.one(ctx, a, id)
	if err != nil {
		return d, err
	}
	return a.detail(r), nil
}

func (a asker) detail(r Row) Detail {
	d := Detail{Row: r, Now: a.Now, Leaf: string(r.leaf)}
	sum := sha256.Sum256(append([]byte{0}, r.leaf...))
	d.LeafHash = hex.EncodeToString(sum[:])
	if a.mayAddress(r) {
		d.Address = d.values()["address"]
	}
	d.Fields = fields(r, a.mayAddress(r))
	return d
}

func fields(r Row, address bool) (out []Field) {
	for key, hash := range leafWords(r.leaf) {
		name, ok := strings.CutPrefix(key, "field ")
		if !ok {
			continue
		}
		f := Field{Name: name, Hash: hash, State: "erased"}
		i := slices.IndexFunc(r.openings, func(o ledger.Opening) bool { return o.Name == name })
		switch {
		case r.withheld || r.blind || r.Sealed, name == "address" && !address:
			f.State = "withheld"
		case i >= 0:
			o := r.openings[i]
			f.Salt, f.Value, f.State = base64.StdEncoding.EncodeToString(o.Salt), o.Value, "differs"
			c := ledger.Commit(o.Name, o.Value, o.Salt)
			if base64.StdEncoding.EncodeToString(c.Hash[:]) == hash {
				f.State = "opens"
			}
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(x, y Field) int { return strings.Compare(x.Name, y.Name) })
	return out
}
