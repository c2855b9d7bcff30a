package evidence

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/ledger/proof"
	"countersign/internal/trail"
)

// A Trail gives entries in words, with what opens them for a reader: trail.Service.
type Trail interface {
	May(ctx context.Context, who actor.Actor, scope trail.Scope) error
	Walk(ctx context.Context, who actor.Actor, scope trail.Scope, f trail.Filter, begin func(trail.About) error, each func([]trail.Detail) error) error
}

// Scope is whose trail a pack is made of.
type Scope = trail.Scope

// Filter narrows it.
type Filter = trail.Filter

// A Line is an entry of a pack in words.
type Line struct {
	trail.Detail
	Index int64 // its place in the log
}

// A Pack is the entries of a scope that the reader may read, each with the proof that it is in the log.
type Pack struct {
	proof.Pack
	Lines     []Line // as Entries, in words
	Witnesses []Witness
	Vouched   int64 // entries of the log up to which a serving witness has cosigned
}

// MostEntries bounds a pack.
const MostEntries = 50_000

const atOnce = 512

// Pack makes an evidence pack. That it was taken out is an entry, which is not in it.
//
// Faults: as trail.Service.Trail; Conflict (more than MostEntries).
func (s *Service) Pack(ctx context.Context, who actor.Actor, scope trail.Scope, f trail.Filter) (p Pack, err error) {
	return s.pack(ctx, who, scope, f, func(int) error { return nil })
}

// pack makes one; far is told how many entries are in it, from time to time.
func (s *Service) pack(ctx context.Context, who actor.Actor, scope trail.Scope, f trail.Filter, far func(n int) error) (p Pack, err error) {
	defer fault.Wrap(&err, "evidence.Pack(%s, %s)", scope.Kind, scope.ID)
	// Every entry there is has its place first. In a rehearsal none keeps it, so there is an end to trying.
	for range 1 + MostEntries/atOnce {
		n, err := s.log.Integrate(ctx, atOnce)
		if err != nil {
			return p, err
		}
		if n < atOnce {
			break
		}
	}
	rec, err := s.Record(ctx, who)
	if err != nil {
		return p, err
	}
	signed, c, err := s.log.Checkpoint(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return p, fault.New(fault.Conflict, "The log has not begun: try again in a second.")
	}
	if err != nil {
		return p, err
	}
	p.Pack = proof.Pack{Format: proof.PackFormat, Made: s.log.Now().UTC(), LogKey: rec.Public, Grew: []tlog.Hash{}, Entries: []proof.PackEntry{}}
	p.Witnesses = rec.Witnesses
	if err := s.vouch(ctx, &p, signed, c); err != nil {
		return p, err
	}
	if err := s.gate.View(who).QueryRow(ctx, db.SQL(`SELECT p.name || ', ' || o.name FROM person p JOIN org o ON o.id = ? WHERE p.id = ?`, who.Org, who.Person)).Scan(&p.For); err != nil {
		return p, err
	}
	tiles := remembered(s.log.Tiles(ctx))
	err = s.trail.Walk(ctx, who, scope, f, func(about trail.About) error { p.About = aboutWords(about); return nil }, func(some []trail.Detail) error {
		if len(p.Lines)+len(some) > MostEntries {
			return fault.New(fault.Conflict, fmt.Sprintf("There are more than %d entries. Narrow the trail by days or kinds first.", MostEntries))
		}
		if err := s.prove(ctx, &p, c, tiles, some); err != nil {
			return err
		}
		return far(len(p.Entries))
	})
	slices.Reverse(p.Entries)
	slices.Reverse(p.Lines)
	slices.SortFunc(p.Entries, func(a, b proof.PackEntry) int { return int(a.Index - b.Index) })
	slices.SortFunc(p.Lines, func(a, b Line) int { return int(a.Index - b.Index) })
	return p, err
}

func aboutWords(a trail.About) string {
	switch {
	case a.Own:
		return "Everything that " + a.Name + " did"
	case a.Kind == "person" || a.Kind == "org":
		return a.Name
	case a.Kind == "matter" || a.MatterTitle == "":
		return "Matter " + a.Name
	}
	return a.Name + ", in " + a.MatterTitle
}

// vouch puts the checkpoints into a pack: the newest, and the newest cosigned one with the proof that the log grew from it.
func (s *Service) vouch(ctx context.Context, p *Pack, signed []byte, c proof.Checkpoint) error {
	var last int64
	if err := s.gate.DB.QueryRow(ctx, db.SQL(`SELECT COALESCE(MAX(size), 0) FROM cosignature WHERE size <= ?`, c.Size)).Scan(&last); err != nil {
		return err
	}
	with := func(size int64) ([]string, error) {
		return db.Column[string](ctx, s.gate.DB, db.SQL(`SELECT line FROM cosignature WHERE size = ? ORDER BY witness_id`, size))
	}
	lines, err := with(c.Size)
	if err != nil {
		return err
	}
	p.Checkpoint, p.Vouched = string(proof.AddSignatures(signed, lines...)), last
	if last == 0 || last == c.Size {
		return nil
	}
	var old []byte
	if err := s.gate.DB.QueryRow(ctx, db.SQL(`SELECT note FROM ledger_checkpoint WHERE size = ?`, last)).Scan(&old); err != nil {
		return err
	}
	if lines, err = with(last); err != nil {
		return err
	}
	p.Cosigned = string(proof.AddSignatures(old, lines...))
	grew, err := proof.Consistency(c, last, s.log.Tiles(ctx))
	if err == nil && grew != nil {
		p.Grew = grew
	}
	return err
}

// prove adds entries with their proofs. Those that came after the checkpoint are left out: they are later than the pack.
func (s *Service) prove(ctx context.Context, p *Pack, c proof.Checkpoint, tiles proof.Tiles, some []trail.Detail) error {
	ids := make([]ident.EntryID, len(some))
	for i, d := range some {
		ids[i] = d.ID
	}
	places := map[ident.EntryID]int64{}
	if _, err := db.All(ctx, s.gate.DB, db.SQL(`SELECT entry_id, place FROM ledger_leaf WHERE `).Join(db.In("entry_id", ids)), func(rs *db.Rows, _ *struct{}) error {
		var id ident.EntryID
		var place int64
		err := rs.Scan(&id, &place)
		places[id] = place
		return err
	}); err != nil {
		return err
	}
	for _, d := range some {
		place, ok := places[d.ID]
		if !ok || place >= c.Size {
			continue
		}
		q, err := proof.Inclusion(c, place, tiles)
		if err != nil {
			return err
		}
		e := proof.PackEntry{Index: place, Leaf: d.Leaf, Proof: append([]tlog.Hash{}, q...), Openings: []proof.PackOpening{}}
		for _, f := range d.Fields {
			if f.State != "opens" {
				continue
			}
			salt, err := base64.StdEncoding.DecodeString(f.Salt)
			if err != nil {
				return err
			}
			e.Openings = append(e.Openings, proof.PackOpening{Name: f.Name, Salt: salt, Value: f.Value})
		}
		p.Entries = append(p.Entries, e)
		p.Lines = append(p.Lines, Line{d, place})
	}
	return nil
}

// remembered asks for each tile once.
func remembered(tiles proof.Tiles) proof.Tiles {
	type key struct {
		level int
		n     int64
		width int
	}
	known := map[key][]byte{}
	return func(level int, n int64, width int) ([]byte, error) {
		k := key{level, n, width}
		if b, ok := known[k]; ok {
			return b, nil
		}
		b, err := tiles(level, n, width)
		if err == nil {
			known[k] = b
		}
		return b, err
	}
}
