package gate

import (
	"context"
	"errors"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/ledger"
)

// Job is a job's arguments: a struct of identifiers. The worker reads the records again, through the gate.
type Job interface{ Kind() string }

// Sealer encrypts words that matter under the key of a matter or an organization. Scope is "matter/<id>" or "org/<id>".
type Sealer interface {
	Seal(ctx context.Context, q db.Reader, scope string, plain []byte, aad string) ([]byte, error)
	Open(ctx context.Context, q db.Reader, scope string, sealed []byte, aad string) ([]byte, error)
}

// Deps is what a Gate is built from.
type Deps struct {
	DB       *db.DB
	Keys     Sealer
	Enqueue  func(ctx context.Context, tx *db.Tx, at time.Time, j Job) error
	Announce func(topics ...string)
	Now      func() time.Time // business time
}

// A Gate is built once, in the composition root.
type Gate struct {
	Deps
	base *policySet
}

// New returns a gate with the embedded policies. It fails when they do not parse.
func New(d Deps) (*Gate, error) {
	base, err := embedded()
	if err != nil {
		return nil, err
	}
	return &Gate{d, base}, nil
}

// An Entry says what was done to what. Values become salted commitments in the leaf; their text is kept sealed under
// the key of the matter, or of the owning organization where there is no matter.
type Entry struct {
	Verb    authz.Action // "" for the action of the write
	Subject authz.Ref
	Rev     int64 // revision of the subject after the change
	Matter  ident.MatterID
	Owner   ident.OrgID // organization whose record it is; "" for the actor's
	Values  map[string]string
}

type laterJob struct {
	at  time.Time
	job Job
}

// A Tx is one write by one actor at one instant.
type Tx struct {
	*db.Tx
	Who    actor.Actor
	Now    time.Time // business time, UTC, whole microseconds; the same for every row of this write
	Action authz.Action

	gate     *Gate
	asked    bool
	decision authz.Decision
	subject  authz.Subject // last permitted or attempted
	entries  []Entry
	jobs     []laterJob
	topics   []string
}

// Write runs fn as who. fn may run more than once, so it must act only on tx. action is what who attempts: it is the
// verb of the entries that name none, and of the refusal entry if the attempt is refused.
func (g *Gate) Write(ctx context.Context, who actor.Actor, action authz.Action, fn func(*Tx) error) error {
	var tx *Tx
	err := g.DB.Write(ctx, func(dbtx *db.Tx) error {
		tx = g.tx(dbtx, who, action)
		if err := fn(tx); err != nil {
			return err
		}
		return tx.seal(ctx)
	})
	if err != nil {
		if k := fault.KindOf(err); k == fault.Forbidden || k == fault.NotFound {
			err = errors.Join(err, g.refused(ctx, tx))
		}
		return err
	}
	if len(tx.topics) > 0 && !db.Rehearsed(ctx) {
		g.Announce(tx.topics...)
	}
	return nil
}

func (g *Gate) tx(dbtx *db.Tx, who actor.Actor, action authz.Action) *Tx {
	return &Tx{Tx: dbtx, Who: who, Now: g.now(), Action: action, gate: g}
}

func (g *Gate) now() time.Time { return g.Now().UTC().Truncate(time.Microsecond) }

// seal writes what fn promised.
func (tx *Tx) seal(ctx context.Context) error {
	if !tx.asked || !tx.decision.Allowed || len(tx.entries) == 0 {
		return errors.New("gate: write without a permission or without an entry: " + string(tx.Action))
	}
	if tx.Who.Key != "" {
		if err := tx.keepKey(ctx); err != nil {
			return err
		}
	}
	for _, j := range tx.jobs {
		if err := tx.gate.Enqueue(ctx, tx.Tx, j.at, j.job); err != nil {
			return err
		}
	}
	for _, e := range tx.entries {
		if err := tx.append(ctx, e, false); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) append(ctx context.Context, e Entry, refused bool) error {
	if e.Verb == "" {
		e.Verb = tx.Action
	}
	if e.Owner == "" {
		e.Owner = tx.Who.Org
	}
	rule := ""
	if len(tx.decision.Rules) > 0 {
		rule = tx.decision.Rules[0].ID
	}
	values := map[string]string{}
	for k, v := range e.Values {
		values[k] = v
	}
	if tx.Who.Address != "" {
		values["address"] = tx.Who.Address
	}
	scope := "org/" + string(e.Owner)
	if e.Matter != "" {
		scope = "matter/" + string(e.Matter)
	}
	id := ident.New()
	return ledger.Append(ctx, tx.Tx, ledger.Leaf{
		ID: id, At: tx.Now, Verb: string(e.Verb), Refused: refused, Subject: e.Subject, Rev: e.Rev,
		Matter: string(e.Matter), Owner: string(e.Owner), Actor: string(tx.Who.Person), Org: string(tx.Who.Org),
		Session: string(tx.Who.Session), Via: tx.Who.Via, Rule: rule, Policy: tx.decision.Policy,
	}, values, func(ctx context.Context, plain []byte) ([]byte, error) {
		return tx.gate.Keys.Seal(ctx, tx.Tx, scope, plain, "entry/"+id)
	})
}

// refused leaves an entry of an attempt that was turned away, in a transaction of its own. An absent record and a
// walled one leave the same: kind and identifier as they were asked for, and no matter.
func (g *Gate) refused(ctx context.Context, was *Tx) error {
	if was == nil || was.Who.Org == "" {
		return nil
	}
	return g.DB.Write(ctx, func(dbtx *db.Tx) error {
		tx := g.tx(dbtx, was.Who, was.Action)
		tx.decision = was.decision
		e := Entry{Subject: was.subject.Ref}
		if was.asked && len(was.decision.Rules) > 0 {
			e.Matter, e.Owner = ident.MatterID(was.subject.Matter), ident.OrgID(was.subject.Org)
			e.Values = map[string]string{"rules": ruleIDs(was.decision)}
		}
		return tx.append(ctx, e, true)
	})
}

func ruleIDs(d authz.Decision) string {
	s := ""
	for i, r := range d.Rules {
		if i > 0 {
			s += " "
		}
		s += r.ID
	}
	return s
}

// Record promises an entry. It cannot fail; the entry is written when the write commits.
func (tx *Tx) Record(e Entry) { tx.entries = append(tx.entries, e) }

// Enqueue promises a job that becomes due at once when the write commits.
func (tx *Tx) Enqueue(j Job) { tx.jobs = append(tx.jobs, laterJob{job: j}) }

// EnqueueAt promises a job that becomes due at an instant of real time.
func (tx *Tx) EnqueueAt(at time.Time, j Job) { tx.jobs = append(tx.jobs, laterJob{at, j}) }

// A Notice is the job that tells a person of something. Package thread works it; the words are made when it is read.
type Notice struct {
	ID      string         `json:"id"` // of the notice: a job that runs twice tells once
	Person  ident.PersonID `json:"person"`
	What    string         `json:"what"` // "assigned", "returned", "question" …: see package thread
	Matter  ident.MatterID `json:"matter"`
	Subject authz.Ref      `json:"subject"`
	By      ident.PersonID `json:"by"`
	At      int64          `json:"at"` // business time of the deed, microseconds: the job may run much later
}

// Kind implements Job.
func (Notice) Kind() string { return "thread.notice" }

// Tell promises a notice to a person. Nobody is told of their own deed, and nobody ("") is not told.
func (tx *Tx) Tell(p ident.PersonID, kind string, m ident.MatterID, about authz.Ref) {
	if p != "" && p != tx.Who.Person {
		tx.Enqueue(Notice{ident.New(), p, kind, m, about, tx.Who.Person, db.Micros(tx.Now)})
		tx.Announce("person/" + string(p))
	}
}

// Announce promises that open pages that show the topic are told, after the commit.
func (tx *Tx) Announce(topics ...string) { tx.topics = append(tx.topics, topics...) }

// Absent is what a feature's load returns when its query, which carries Visible, finds no row: one answer for absent
// and walled. kind and id are as asked, for the refusal entry.
func (tx *Tx) Absent(kind, id string) error {
	if !ident.Valid(id) {
		id = "-"
	}
	tx.asked, tx.decision, tx.subject = false, authz.Decision{}, authz.Subject{Ref: authz.Ref{Kind: kind, ID: id}}
	return fault.Missing()
}

// keepKey remembers the request, so that its repetition is not carried out twice.
func (tx *Tx) keepKey(ctx context.Context) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO request_key (person_id, request_key, action, subject, at) VALUES (?, ?, ?, ?, ?)`,
		tx.Who.Person, tx.Who.Key, tx.Action, tx.entries[0].Subject.String(), db.Micros(tx.Now)))
	if db.IsDuplicate(err) {
		return fault.New(fault.Conflict, "A request with this idempotency key was already carried out.")
	}
	return err
}

// Done returns what an earlier request with the same idempotency key did: its action and "kind/id" of its subject.
func (g *Gate) Done(ctx context.Context, who actor.Actor) (action authz.Action, subject string, done bool, err error) {
	if who.Key == "" {
		return "", "", false, nil
	}
	err = g.DB.QueryRow(ctx, db.SQL(`SELECT action, subject FROM request_key WHERE person_id = ? AND request_key = ?`, who.Person, who.Key)).Scan(&action, &subject)
	if errors.Is(err, db.ErrNoRows) {
		return "", "", false, nil
	}
	return action, subject, err == nil, err
}

// Count gives the next number of a counter that people read aloud, such as the task numbers of a firm.
func (tx *Tx) Count(ctx context.Context, scope, name string) (n int64, err error) {
	err = tx.QueryRow(ctx, db.SQL(`INSERT INTO counter (scope_id, name, n) VALUES (?, ?, 1)
		ON CONFLICT (scope_id, name) DO UPDATE SET n = counter.n + 1 RETURNING n`, scope, name)).Scan(&n)
	return n, err
}

// Seal encrypts words under the key of a matter. aad names the column and row: "message.body/<id>".
func (tx *Tx) Seal(ctx context.Context, m ident.MatterID, words, aad string) ([]byte, error) {
	return tx.sealed(ctx, "matter/"+string(m), words, aad)
}

// SealOrg encrypts words that belong to no matter under the key of an organization.
func (tx *Tx) SealOrg(ctx context.Context, o ident.OrgID, words, aad string) ([]byte, error) {
	return tx.sealed(ctx, "org/"+string(o), words, aad)
}

// sealed never returns nil: sealed columns are NOT NULL, and no words seal to no bytes.
func (tx *Tx) sealed(ctx context.Context, scope, words, aad string) ([]byte, error) {
	b, err := tx.gate.Keys.Seal(ctx, tx.Tx, scope, []byte(words), aad)
	if b == nil {
		b = []byte{}
	}
	return b, err
}

// Open decrypts words of a matter.
func (tx *Tx) Open(ctx context.Context, m ident.MatterID, sealed []byte, aad string) (string, error) {
	b, err := tx.gate.Keys.Open(ctx, tx.Tx, "matter/"+string(m), sealed, aad)
	return string(b), err
}

// OpenOrg decrypts words of an organization.
func (tx *Tx) OpenOrg(ctx context.Context, o ident.OrgID, sealed []byte, aad string) (string, error) {
	b, err := tx.gate.Keys.Open(ctx, tx.Tx, "org/"+string(o), sealed, aad)
	return string(b), err
}
