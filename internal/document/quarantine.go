package document

import (
	"context"
	"slices"
	"strings"
	"time"

	"countersign/internal/document/window"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Cause is why a document is set aside.
type Cause string

// The causes.
const (
	WrongMatter Cause = "wrong matter" // it was uploaded where it does not belong
	Clawback    Cause = "clawback"     // its sender asks for it back (Fed. R. Evid. 502, Fed. R. Civ. P. 26(b)(5)(B))
)

// A QuarantineRequest asks that a document be set aside at once.
type QuarantineRequest struct {
	Document ident.DocumentID
	Cause    Cause
	Reason   string
}

// Quarantine sets a document aside. From the commit on nobody but the firm's compliance officer and supervising
// attorney is shown or given any version of it.
//
// Faults: NotFound, Forbidden, Conflict (set aside already), Invalid (fields cause, reason).
func (s *Service) Quarantine(ctx context.Context, who actor.Actor, r QuarantineRequest) (err error) {
	defer fault.Wrap(&err, "document.Quarantine(%s)", r.Document)
	r.Reason = strings.TrimSpace(r.Reason)
	return s.mark(ctx, who, Quarantine, r.Document, func(tx *gate.Tx, d *Document) (map[string]string, error) {
		if d.State == Quarantined {
			return nil, fault.New(fault.Conflict, "The document is in quarantine already.")
		}
		if r.Cause != WrongMatter && r.Cause != Clawback {
			return nil, fault.InField("cause", "Say why: it belongs to another matter, or its sender asks for it back.")
		}
		if r.Reason == "" {
			return nil, fault.InField("reason", "Say in one line what happened.")
		}
		if err := checkReason(r.Reason); err != nil {
			return nil, err
		}
		id := ident.New()
		reason, err := tx.Seal(ctx, d.Matter, r.Reason, reasonPlace(id))
		if err != nil {
			return nil, err
		}
		d.State = Quarantined
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO quarantine (id, document_id, matter_id, cause, reason, set_by, set_at, lifted_by, lifted_at) VALUES (?, ?, ?, ?, ?, ?, ?, '', 0)`,
			id, d.ID, d.Matter, r.Cause, reason, who.Person, db.Micros(tx.Now)))
		return map[string]string{"state": string(d.State), "cause": string(r.Cause), "reason": r.Reason}, err
	})
}

// LiftQuarantine gives a document back to those who could see it before.
//
// Faults: NotFound, Forbidden, Conflict (not in quarantine).
func (s *Service) LiftQuarantine(ctx context.Context, who actor.Actor, id ident.DocumentID) (err error) {
	defer fault.Wrap(&err, "document.LiftQuarantine(%s)", id)
	return s.mark(ctx, who, LiftQuarantine, id, func(tx *gate.Tx, d *Document) (map[string]string, error) {
		if d.State != Quarantined {
			return nil, fault.New(fault.Conflict, "The document is not in quarantine.")
		}
		d.State = Active
		_, err := tx.Exec(ctx, db.SQL(`UPDATE quarantine SET lifted_by = ?, lifted_at = ? WHERE document_id = ? AND lifted_at = 0`, who.Person, db.Micros(tx.Now), d.ID))
		return map[string]string{"state": string(d.State)}, err
	})
}

// mark changes the state of a document.
func (s *Service) mark(ctx context.Context, who actor.Actor, action authz.Action, id ident.DocumentID, change func(*gate.Tx, *Document) (map[string]string, error)) error {
	return s.Gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		d, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, d.Subject()); err != nil {
			return err
		}
		values, err := change(tx, &d)
		if err != nil {
			return err
		}
		if err := save(ctx, tx, &d); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: d.ref(), Rev: d.Rev, Matter: d.Matter, Owner: d.Firm, Values: values})
		tx.Announce(d.topic())
		return nil
	})
}

// reasonPlace binds the sealed reason to its row.
func reasonPlace(id string) string { return "quarantine.reason/" + id }

// AsOf returns a document as it stood at an instant: whether it was in quarantine then. Its name and folder are those of now.
//
// Faults: NotFound, Forbidden (in quarantine now), Invalid (field "at": it was not there yet).
func (s *Service) AsOf(ctx context.Context, who actor.Actor, id ident.DocumentID, at time.Time) (d Document, err error) {
	defer fault.Wrap(&err, "document.AsOf(%s)", id)
	v := s.Gate.View(who)
	if d, err = s.see(ctx, v, id); err != nil {
		return d, err
	}
	if at.Before(d.MadeAt) {
		return d, fault.InField("at", "The document was not there yet.")
	}
	var n int
	err = v.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM quarantine WHERE document_id = ? AND set_at <= ? AND (lifted_at = 0 OR lifted_at > ?)`, id, db.Micros(at), db.Micros(at))).Scan(&n)
	if d.State = Active; n > 0 {
		d.State = Quarantined
	}
	return d, err
}

// For is the document as the policies saw it at an instant for the people of an organization. Which network they would have
// asked from is not known: inNetwork tells whether they had to be in one that the firm named, and the subject is as if they were.
func (d Document) For(ctx context.Context, q db.Reader, org ident.OrgID, at time.Time) (s authz.Subject, inNetwork bool, err error) {
	d.limits, err = limitsOf(ctx, q, d, actor.Actor{Person: "somebody", Org: org}, at)
	if i := slices.Index(d.limits.shut, window.Network); i >= 0 {
		inNetwork, d.limits.shut = true, slices.Delete(d.limits.shut, i, i+1)
	}
	return d.Subject(), inNetwork, err
}

// A Use is what a person had of a document up to an instant.
type Use struct {
	Taken int    // times that the file was taken out
	Pages string // "1-3, 7" of any version: pages that were shown; "" for none
	Last  time.Time
}

// Used tells who had what of a document until an instant, by person. Whether the actor may know of it is for the caller to ask first.
func Used(ctx context.Context, q db.Reader, id ident.DocumentID, until time.Time) (map[ident.PersonID]Use, error) {
	out := map[ident.PersonID]Use{}
	type row struct {
		person ident.PersonID
		n      int
		at     time.Time
	}
	scan := func(rs *db.Rows, r *row) error { return rs.Scan(&r.person, &r.n, db.At{T: &r.at}) }
	taken, err := db.All(ctx, q, db.SQL(`SELECT person_id, COUNT(*), MAX(at) FROM entry WHERE subject_kind = 'document' AND subject_id = ? AND verb = ? AND NOT refused AND at <= ? GROUP BY person_id`,
		id, OpenFile, db.Micros(until)), scan)
	if err != nil {
		return nil, err
	}
	for _, r := range taken {
		out[r.person] = Use{Taken: r.n, Last: r.at}
	}
	seen, err := db.All(ctx, q, db.SQL(`SELECT person_id, page, MAX(CASE WHEN last_at <= ? THEN last_at ELSE first_at END) FROM page_seen WHERE document_id = ? AND first_at <= ? GROUP BY person_id, page ORDER BY person_id, page`,
		db.Micros(until), id, db.Micros(until)), scan)
	if err != nil {
		return nil, err
	}
	pages := map[ident.PersonID][]int{}
	for _, r := range seen {
		pages[r.person] = append(pages[r.person], r.n)
		if u := out[r.person]; r.at.After(u.Last) {
			u.Last = r.at
			out[r.person] = u
		}
	}
	for p, ns := range pages {
		u := out[p]
		u.Pages = pageRanges(ns)
		out[p] = u
	}
	return out, nil
}
