package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/config"
	"countersign/internal/platform/db"
	"countersign/internal/platform/keys"
	"countersign/internal/platform/ledger"
	"countersign/internal/platform/ledger/proof"
)

// An Audit compares a whole installation with its log, beside a running server: every entry has one place and the bytes that
// the tree holds, its row says what its leaf says, its values open to their commitments, and every record that carries state
// has the entry that made it.
type Audit struct {
	Report io.Writer

	problems int
	entries  int64
	waiting  int64
	opened   int64
	sealed   int64 // entries whose key is gone
}

// mostTold bounds what is written of what is wrong.
const mostTold = 20

// Run audits. It reports whether all holds; an error is that it could not be done.
func (a Audit) Run(ctx context.Context, c *config.Config) (holds bool, err error) {
	if _, err := os.Stat(c.Data); err != nil {
		return false, fmt.Errorf("there is no installation in %s: %w", c.Data, err)
	}
	d, err := OpenDatabase(ctx, c)
	if err != nil {
		return false, err
	}
	defer d.Close() //nolint:errcheck // it was only read
	keeper, err := keys.NewFileKeeper(c.Keys())
	if err != nil {
		return false, err
	}
	ring := keys.NewRing(keeper, time.Now)
	if err := d.Snapshot(ctx, func(q db.Reader) error { return a.look(ctx, q, ring) }); err != nil {
		return false, err
	}
	fmt.Fprintf(a.Report, "%d entries have their place, %d wait for it; %d values open to their commitments, %d entries cannot be opened.\n", a.entries, a.waiting, a.opened, a.sealed)
	if a.problems > 0 {
		fmt.Fprintf(a.Report, "%d things are wrong.\n", a.problems)
		return false, nil
	}
	fmt.Fprintln(a.Report, "The installation and its log agree. That the log itself was not replaced, a witness tells: countersign verify with its key.")
	return true, nil
}

func (a *Audit) wrong(format string, args ...any) {
	if a.problems++; a.problems <= mostTold {
		fmt.Fprintf(a.Report, "  - "+format+"\n", args...)
	}
}

func (a *Audit) look(ctx context.Context, q db.Reader, ring *keys.Ring) error {
	edge := &proof.Edge{}
	if err := a.leaves(ctx, q, ring, edge); err != nil {
		return err
	}
	if err := a.tree(ctx, q, edge); err != nil {
		return err
	}
	if err := q.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM entry_pending`)).Scan(&a.waiting); err != nil {
		return err
	}
	lost, err := db.Column[string](ctx, q, db.SQL(`SELECT e.id FROM entry e WHERE NOT EXISTS (SELECT 1 FROM ledger_leaf l WHERE l.entry_id = e.id) AND NOT EXISTS (SELECT 1 FROM entry_pending p WHERE p.entry_id = e.id) ORDER BY e.id`))
	if err != nil {
		return err
	}
	for _, id := range lost {
		a.wrong("entry %s has no place in the tree and does not wait for one", id)
	}
	return a.made(ctx, q)
}

// A place is an entry as its row has it.
type place struct {
	n, at, rev                                          int64
	id, verb, kind, subject, matter, org, owner, person string
	refused                                             bool
	leaf, openings                                      []byte
}

// leaves walks the tree in the order of places.
func (a *Audit) leaves(ctx context.Context, q db.Reader, ring *keys.Ring, edge *proof.Edge) error {
	const some = 1000
	for from := int64(0); ; from += some {
		rows, err := db.All(ctx, q, db.SQL(`SELECT l.place, e.id, e.at, e.verb, e.refused, e.subject_kind, e.subject_id, e.rev, e.matter_id, e.org_id, e.owner_org_id, e.person_id, e.leaf, e.openings
			FROM ledger_leaf l JOIN entry e ON e.id = l.entry_id WHERE l.place >= ? AND l.place < ? ORDER BY l.place`, from, from+some),
			func(rs *db.Rows, p *place) error {
				return rs.Scan(&p.n, &p.id, &p.at, &p.verb, &p.refused, &p.kind, &p.subject, &p.rev, &p.matter, &p.org, &p.owner, &p.person, &p.leaf, &p.openings)
			})
		if err != nil {
			return err
		}
		for _, p := range rows {
			if p.n != a.entries {
				a.wrong("places %d to %d are empty", a.entries, p.n-1)
				a.entries = p.n
			}
			a.entries++
			edge.Append(tlog.RecordHash(p.leaf))
			a.leaf(ctx, q, ring, p)
		}
		if len(rows) == 0 {
			return nil
		}
	}
}

// leaf compares a leaf with its row, and its values with their commitments.
func (a *Audit) leaf(ctx context.Context, q db.Reader, ring *keys.Ring, p place) {
	l, err := proof.ParseLeaf(p.leaf)
	if err != nil {
		a.wrong("entry %d (%s): %v", p.n, p.id, err)
		return
	}
	outcome := "done"
	if p.refused {
		outcome = "refused"
	}
	row := []any{p.id, p.at, p.verb, outcome, p.kind + "/" + p.subject, p.rev, p.matter, p.org, p.owner, p.person}
	told := []any{l.ID, l.At.UnixMicro(), l.Verb, l.Outcome, l.Subject, l.Rev, l.Matter, l.Org, l.Owner, l.Actor}
	if fmt.Sprint(row) != fmt.Sprint(told) {
		a.wrong("entry %d (%s): its row does not say what its leaf says", p.n, p.id)
	}
	scope := keys.Org(ident.OrgID(p.owner))
	if p.matter != "" {
		scope = keys.Matter(ident.MatterID(p.matter))
	}
	plain, err := ring.Open(ctx, q, scope, p.openings, "entry/"+p.id)
	if err != nil {
		a.sealed++ // the key was destroyed, or is not here: that is no contradiction
		return
	}
	var openings []ledger.Opening
	if err := json.Unmarshal(plain, &openings); err != nil {
		a.wrong("entry %d (%s): its values cannot be read", p.n, p.id)
		return
	}
	for _, o := range openings {
		if c := ledger.Commit(o.Name, o.Value, o.Salt); l.Fields[o.Name] != c.Hash {
			a.wrong("entry %d (%s): its value of %s is not the one that was committed to", p.n, p.id, o.Name)
			continue
		}
		a.opened++
	}
}

// tree compares size, root and tiles with what follows from the leaves.
func (a *Audit) tree(ctx context.Context, q db.Reader, edge *proof.Edge) error {
	c, _, err := ledger.TreeOf(ctx, q)
	if err != nil {
		return err
	}
	if c.Size != edge.Size || c.Root != edge.Root() {
		a.wrong("the tree is of %d entries with root %s; the entries give %d and %s", c.Size, c.Root, edge.Size, edge.Root())
	}
	return nil
}

// made looks for records without the entry that made them.
func (a *Audit) made(ctx context.Context, q db.Reader) error {
	for table, kind := range map[string]string{"matter": "matter", "task": "task", "document": "document", "engagement": "engagement", "wall": "wall", "client": "client",
		"message": "message", "witness": "witness", "privacy_request": "privacy_request", "evidence_pack": "evidence_pack", "docket_trigger": "trigger",
		"working_calendar": "working_calendar", "sla_terms": "sla_terms"} {
		ids, err := db.Column[string](ctx, q, db.SQL(`SELECT x.id FROM `+table+` x WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.subject_kind = ? AND e.subject_id = x.id AND NOT e.refused) ORDER BY x.id`, kind))
		if err != nil {
			return err
		}
		for _, id := range ids {
			a.wrong("%s %s has no entry that made it", strings.ReplaceAll(table, "_", " "), id)
		}
	}
	return nil
}
