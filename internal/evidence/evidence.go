package evidence

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/ledger"
	"countersign/internal/platform/ledger/proof"
)

// Verbs of this package.
const (
	AddWitness    authz.Action = "evidence.add_witness"
	EndWitness    authz.Action = "evidence.end_witness"
	Cosign        authz.Action = "evidence.cosign"
	ReportRefusal authz.Action = "evidence.report_refusal"
)

// ReadLog is the scope of a token that fetches the files of the log.
const ReadLog = "evidence.read_log"

// A Service is this package's verbs and questions.
type Service struct {
	gate  *gate.Gate
	log   *ledger.Log
	trail Trail

	making Making
}

// New returns the evidence service.
func New(g *gate.Gate, l *ledger.Log, t Trail, m Making) *Service { return &Service{g, l, t, m} }

// Late is how long a witness may be silent while the record grows.
const Late = 26 * time.Hour // a daily task, and time for it to be late

// A Witness is one that serves, or served.
type Witness struct {
	ID      string
	Org     ident.OrgID
	OrgName string
	Firm    bool // its organization is a firm
	Name    string
	Public  string
	MadeBy  string
	MadeAt  time.Time
	EndedAt time.Time // zero while it serves
	Size    int64     // entries up to which it has cosigned; 0 for none
	At      time.Time // of that cosignature, by the witness's clock
	CameAt  time.Time // when the last one came, by ours
	Refused string    // what it refused since; "" for nothing
	RefAt   time.Time
	MayEnd  bool
}

// Silent is whether the witness is late at an instant: entries wait for it, and it has said nothing for Late.
func (w Witness) Silent(size int64, now time.Time) bool {
	since := w.CameAt
	if since.IsZero() {
		since = w.MadeAt
	}
	return w.EndedAt.IsZero() && w.Size < size && now.Sub(since) > Late
}

// A Record is what is proven of the record.
type Record struct {
	Origin    string
	Public    string // key of the log
	Before    string // the one before it, while it signs too; else ""
	Size      int64  // entries in the tree
	Root      string
	GrewAt    time.Time
	Waiting   int // entries without a place yet, at most 1,000
	Witnesses []Witness
	MayKeep   bool
	Now       time.Time // real time, as witnesses have it
}

// Proven is how far both a firm's and a provider's witness have cosigned.
func (r Record) Proven() (firm, provider int64) {
	for _, w := range r.Witnesses {
		if !w.EndedAt.IsZero() {
			continue
		}
		if w.Firm {
			firm = max(firm, w.Size)
		} else {
			provider = max(provider, w.Size)
		}
	}
	return firm, provider
}

// Record tells how far the record is proven and by whom. Everybody reads it.
func (s *Service) Record(ctx context.Context, who actor.Actor) (r Record, err error) {
	defer fault.Wrap(&err, "evidence.Record")
	v := s.gate.View(who)
	r.Now = s.log.Now()
	publics, err := db.Column[string](ctx, v, db.SQL(`SELECT public FROM ledger_key WHERE ended_at = 0 ORDER BY from_at DESC, id DESC`))
	if err != nil {
		return r, err
	}
	if len(publics) > 0 {
		r.Public = publics[0]
	}
	if len(publics) > 1 {
		r.Before = publics[1]
	}
	r.Origin, _, _ = strings.Cut(r.Public, "+")
	c, at, err := s.log.Tree(ctx)
	if err != nil {
		return r, err
	}
	r.Size, r.GrewAt, r.Root = c.Size, at, c.Root.String()
	if r.Waiting, err = s.log.ReadPending(ctx, 1000); err != nil {
		return r, err
	}
	if !who.IsSystem() {
		may, err := v.May(ctx, AddWitness, authz.Subject{Ref: authz.Ref{Kind: "org", ID: string(who.Org)}, Org: string(who.Org)})
		if err != nil {
			return r, err
		}
		r.MayKeep = may.Allowed
	}
	r.Witnesses, err = db.All(ctx, v, db.SQL(`SELECT w.id, w.org_id, o.name, o.kind = 'firm', w.name, w.public, p.name, w.made_at, w.ended_at,
			COALESCE((SELECT MAX(c.size) FROM cosignature c WHERE c.witness_id = w.id), 0),
			COALESCE((SELECT MAX(c.at) FROM cosignature c WHERE c.witness_id = w.id), 0),
			COALESCE((SELECT MAX(c.came_at) FROM cosignature c WHERE c.witness_id = w.id), 0),
			COALESCE((SELECT x.says FROM witness_refusal x WHERE x.witness_id = w.id AND x.at > COALESCE((SELECT MAX(c.came_at) FROM cosignature c WHERE c.witness_id = w.id), 0) ORDER BY x.at DESC, x.id DESC LIMIT 1), ''),
			COALESCE((SELECT MAX(x.at) FROM witness_refusal x WHERE x.witness_id = w.id), 0)
		FROM witness w JOIN org o ON o.id = w.org_id JOIN person p ON p.id = w.made_by ORDER BY o.kind, o.name, w.ended_at, w.made_at, w.id`),
		func(rs *db.Rows, w *Witness) error {
			err := rs.Scan(&w.ID, &w.Org, &w.OrgName, &w.Firm, &w.Name, &w.Public, &w.MadeBy, db.At{T: &w.MadeAt}, db.At{T: &w.EndedAt}, &w.Size, db.At{T: &w.At}, db.At{T: &w.CameAt}, &w.Refused, db.At{T: &w.RefAt})
			w.MayEnd = r.MayKeep && w.Org == who.Org && w.EndedAt.IsZero()
			return err
		})
	return r, err
}

// AddWitness registers the public key of a witness of the actor's own organization.
//
// Faults: Forbidden, Invalid (field "key"), Conflict (a witness has this name).
func (s *Service) AddWitness(ctx context.Context, who actor.Actor, public string) (id string, err error) {
	defer fault.Wrap(&err, "evidence.AddWitness")
	id, public = ident.New(), strings.TrimSpace(public)
	return id, s.own(ctx, who, AddWitness, id, func(tx *gate.Tx) (map[string]string, error) {
		key, err := proof.WitnessKey(public)
		if err != nil {
			return nil, fault.InField("key", "This is no public key of a witness. Make one with: countersign witness init. It begins with the name, a plus sign and eight letters and digits.")
		}
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO witness (id, org_id, name, public, made_by, made_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, 0)`,
			id, who.Org, key.Name(), public, who.Person, db.Micros(s.log.Now())))
		if db.IsDuplicate(err) {
			return nil, fault.New(fault.Conflict, "A witness has this name already. Give the new key another one: a key is never replaced in silence.")
		}
		return map[string]string{"name": key.Name(), "key": public}, err
	})
}

// EndWitness ends the service of a witness. What it cosigned stays.
//
// Faults: NotFound, Forbidden, Conflict (ended already).
func (s *Service) EndWitness(ctx context.Context, who actor.Actor, id string) (err error) {
	defer fault.Wrap(&err, "evidence.EndWitness(%s)", id)
	return s.own(ctx, who, EndWitness, id, func(tx *gate.Tx) (map[string]string, error) {
		w, err := s.witness(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		_, err = tx.Exec(ctx, db.SQL(`UPDATE witness SET ended_at = ? WHERE id = ?`, db.Micros(s.log.Now()), id))
		return map[string]string{"name": w.Name}, err
	})
}

// own is a write about a witness of the actor's own organization.
func (s *Service) own(ctx context.Context, who actor.Actor, verb authz.Action, id string, fn func(tx *gate.Tx) (map[string]string, error)) error {
	return s.gate.Write(ctx, who, verb, func(tx *gate.Tx) error {
		ref := authz.Ref{Kind: "witness", ID: id}
		if err := tx.Permit(ctx, authz.Subject{Ref: ref, Org: string(who.Org)}); err != nil {
			return err
		}
		values, err := fn(tx)
		if err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: ref, Owner: who.Org, Values: values})
		return nil
	})
}

// witness loads one that serves the actor's organization.
func (s *Service) witness(ctx context.Context, tx *gate.Tx, id string) (w Witness, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT id, name, public, ended_at FROM witness WHERE id = ? AND org_id = ?`, id, tx.Who.Org).Join(tx.ForUpdate())).Scan(&w.ID, &w.Name, &w.Public, db.At{T: &w.EndedAt})
	switch {
	case errors.Is(err, db.ErrNoRows):
		return w, tx.Absent("witness", id)
	case err == nil && !w.EndedAt.IsZero():
		return w, fault.New(fault.Conflict, "This witness serves no more.")
	}
	return w, err
}

// Cosign takes the cosignature line of a witness on the checkpoint of a size. The same line again changes nothing.
//
// Faults: NotFound, Forbidden, Conflict (the witness serves no more), Invalid (fields "size": never signed; "line": not a signature of this witness on it).
func (s *Service) Cosign(ctx context.Context, who actor.Actor, witness string, size int64, line string) (err error) {
	defer fault.Wrap(&err, "evidence.Cosign(%s, %d)", witness, size)
	return s.own(ctx, who, Cosign, witness, func(tx *gate.Tx) (map[string]string, error) {
		w, err := s.witness(ctx, tx, witness)
		if err != nil {
			return nil, err
		}
		var signed []byte
		if err := tx.QueryRow(ctx, db.SQL(`SELECT note FROM ledger_checkpoint WHERE size = ?`, size)).Scan(&signed); errors.Is(err, db.ErrNoRows) {
			return nil, fault.InField("size", "This log gave out no checkpoint of this size.")
		} else if err != nil {
			return nil, err
		}
		at, err := s.opens(ctx, tx, signed, w, line)
		if err != nil {
			return nil, err
		}
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO cosignature (witness_id, size, at, came_at, line) VALUES (?, ?, ?, ?, ?) ON CONFLICT (witness_id, size) DO NOTHING`,
			w.ID, size, db.Micros(at), db.Micros(s.log.Now()), line))
		return map[string]string{"name": w.Name}, err
	})
}

// opens checks a cosignature and returns its instant.
func (s *Service) opens(ctx context.Context, q db.Reader, signed []byte, w Witness, line string) (at time.Time, err error) {
	key, err := proof.WitnessKey(w.Public)
	if err != nil {
		return at, err
	}
	publics, err := db.Column[string](ctx, q, db.SQL(`SELECT public FROM ledger_key ORDER BY from_at DESC, id DESC`))
	if err != nil {
		return at, err
	}
	for _, p := range publics {
		var log note.Verifier
		if log, err = proof.LogKey(p); err != nil {
			return at, err
		}
		got, err := proof.Open(proof.AddSignatures(signed, line), log, key)
		if err == nil && len(got.Cosigned) == 1 {
			return got.Cosigned[0].At, nil
		}
	}
	return at, fault.InField("line", "This is no signature of this witness on that checkpoint.")
}

// ReportRefusal keeps that a witness would not cosign, and tells the compliance officers of every organization: the
// checkpoint does not follow from what the witness saw before.
//
// Faults: NotFound, Forbidden, Invalid (field "says").
func (s *Service) ReportRefusal(ctx context.Context, who actor.Actor, witness, says string) (err error) {
	defer fault.Wrap(&err, "evidence.ReportRefusal(%s)", witness)
	says = strings.Join(strings.Fields(says), " ")
	return s.own(ctx, who, ReportRefusal, witness, func(tx *gate.Tx) (map[string]string, error) {
		w, err := s.witness(ctx, tx, witness)
		if err != nil {
			return nil, err
		}
		if says == "" || len(says) > 500 {
			return nil, fault.InField("says", "Say in at most 500 letters what was refused.")
		}
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO witness_refusal (id, witness_id, at, says) VALUES (?, ?, ?, ?)`, ident.New(), w.ID, db.Micros(s.log.Now()), says))
		if err != nil {
			return nil, err
		}
		return map[string]string{"name": w.Name, "says": says}, s.alarm(ctx, tx, w, "witness")
	})
}

// alarm tells every compliance officer of the installation: the record is of all of them.
func (s *Service) alarm(ctx context.Context, tx *gate.Tx, w Witness, what string) error {
	at := db.Micros(tx.Now)
	people, err := db.Column[ident.PersonID](ctx, tx, db.SQL(`SELECT DISTINCT person_id FROM access_grant WHERE scope_kind = 'org' AND role = 'compliance_officer' AND from_at <= ? AND until_at > ? ORDER BY person_id`, at, at))
	for _, p := range people {
		tx.Tell(p, what, "", authz.Ref{Kind: "witness", ID: w.ID})
	}
	return err
}
