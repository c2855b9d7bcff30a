package privacy

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Verbs of this package.
const (
	Read         authz.Action = "privacy.read"
	Ask          authz.Action = "privacy.ask"
	Approve      authz.Action = "privacy.approve"
	Refuse       authz.Action = "privacy.refuse"
	Finish       authz.Action = "privacy.finish"
	TakeOut      authz.Action = "privacy.take_out"
	Hold         authz.Action = "privacy.hold"
	LiftHold     authz.Action = "privacy.lift_hold"
	SetRetention authz.Action = "privacy.set_retention"
)

// A Kind is what is asked for.
type Kind string

// The kinds.
const (
	Access   Kind = "access"   // what is held about a person or client: GDPR Art. 15
	Erasure  Kind = "erasure"  // that it be erased: GDPR Art. 17
	Disposal Kind = "disposal" // of a closed matter
)

// A State is where a request stands.
type State string

// The states.
const (
	Open    State = "open"    // waits for a second person
	Working State = "working" // a job carries it out
	Held    State = "held"    // a legal hold wins
	Done    State = "done"
	Refused State = "refused"
)

// A Request of a data subject, or for the disposal of a matter.
type Request struct {
	ID          string
	Number      int64 // "P-7"
	Org         ident.OrgID
	Kind        Kind
	SubjectKind string // person, client, matter
	SubjectID   string
	Label       string // name of the person or client, number of the matter; "" once it is erased
	Reason      string
	ReceivedOn  string // YYYY-MM-DD
	DueOn       string // "" for a disposal
	State       State
	MadeBy      ident.PersonID
	MadeByName  string
	MadeAt      time.Time
	DecidedBy   ident.PersonID
	DecidedName string
	DecidedAt   time.Time
	DoneAt      time.Time
	Outcome     Outcome
	SizeBytes   int64 // of the export
	Rev         int64

	file string
}

// Name is what people call it.
func (r Request) Name() string { return "P-" + strconv.FormatInt(r.Number, 10) }

func (r Request) ref() authz.Ref { return authz.Ref{Kind: "privacy_request", ID: r.ID} }

func (r Request) subject() authz.Subject {
	return authz.Subject{Ref: r.ref(), Org: string(r.Org), Attrs: map[string]any{"kind": string(r.Kind), "about": r.SubjectID, "made_by": string(r.MadeBy)}}
}

// An Outcome is what came of a request, in sentences.
type Outcome struct {
	Erased  []string // what was, with counts
	Remains []string // what is kept, and why
	Waits   []string // what it waits for
	Note    string   // why it was refused
}

// Erasers take away what their features hold. Package app fills them in.
type Erasers struct {
	Person []func(ctx context.Context, tx *gate.Tx, p ident.PersonID) ([]string, error)
	Client func(ctx context.Context, tx *gate.Tx, c ident.ClientID) ([]string, error)
	Matter []func(ctx context.Context, tx *gate.Tx, m ident.MatterID) ([]string, error) // in this order
	Key    func(ctx context.Context, tx *db.Tx, m ident.MatterID) error                 // destroys the matter's data key
	Blobs  func(ctx context.Context) error                                              // deletes the bytes of what was disposed of
}

// Files keep exports, sealed under the organization's key.
type Files interface {
	Put(ctx context.Context, org ident.OrgID, binding string, r io.Reader) (name string, size int64, err error)
	Open(ctx context.Context, org ident.OrgID, binding, name string) (io.ReadCloser, error)
	Delete(ctx context.Context, name string) error
}

// A Service is this package's verbs and questions.
type Service struct {
	gate  *gate.Gate
	files Files
	erase Erasers
}

// New returns the service.
func New(g *gate.Gate, f Files, e Erasers) *Service { return &Service{g, f, e} }

// A Work is the job that carries a request out.
type Work struct {
	Request string `json:"request"`
}

// Kind implements gate.Job.
func (Work) Kind() string { return "privacy.work" }

// A Tick is the job that looks again at what waits, and removes exports whose time is over.
type Tick struct{}

// Kind implements gate.Job.
func (Tick) Kind() string { return "privacy.tick" }

// ExportLasts is how long an export can be fetched.
const ExportLasts = 30 * 24 * time.Hour

// A NewRequest is a request as it is typed.
type NewRequest struct {
	Kind        Kind
	SubjectKind string // person, client, matter
	SubjectID   string
	ReceivedOn  string // YYYY-MM-DD; "" is today
	Reason      string
}

// Ask files a request. One for access is carried out at once; erasure and disposal wait for a second person.
//
// Faults: Forbidden, NotFound (the subject), Invalid (fields "kind", "subject", "received_on", "reason"), Conflict (one like it is open).
func (s *Service) Ask(ctx context.Context, who actor.Actor, in NewRequest) (id string, err error) {
	defer fault.Wrap(&err, "privacy.Ask(%s %s/%s)", in.Kind, in.SubjectKind, in.SubjectID)
	id = ident.New()
	return id, s.gate.Write(ctx, who, Ask, func(tx *gate.Tx) error {
		r := Request{ID: id, Org: who.Org, Kind: in.Kind, SubjectKind: in.SubjectKind, SubjectID: in.SubjectID, Reason: strings.TrimSpace(in.Reason), State: Open, MadeBy: who.Person, MadeAt: tx.Now, Rev: 1}
		if err := tx.Permit(ctx, r.subject()); err != nil {
			return err
		}
		if err := r.fill(ctx, tx, in); err != nil {
			return err
		}
		if r.Kind == Access {
			r.State, r.DecidedBy, r.DecidedAt = Working, who.Person, tx.Now
			tx.Enqueue(Work{id})
		}
		if r.Number, err = tx.Count(ctx, string(who.Org), "privacy_request"); err != nil {
			return err
		}
		if err := r.insert(ctx, tx); db.IsDuplicate(err) {
			return fault.New(fault.Conflict, "A request like this one is open already.")
		} else if err != nil {
			return err
		}
		r.record(tx)
		return nil
	})
}

// fill checks what was typed.
func (r *Request) fill(ctx context.Context, tx *gate.Tx, in NewRequest) (err error) {
	fits := map[Kind][]string{Access: {"person", "client"}, Erasure: {"person", "client"}, Disposal: {"matter"}}[r.Kind]
	switch {
	case fits == nil:
		return fault.InField("kind", "Choose access, erasure or disposal.")
	case !slices.Contains(fits, r.SubjectKind):
		return fault.InField("subject", "Choose whom or what it is about.")
	case len(r.Reason) > 2000:
		return fault.InField("reason", "Write at most 2,000 characters.")
	case r.Reason == "" && r.Kind != Access:
		return fault.InField("reason", "Say what it rests on: who asked, or which schedule.")
	}
	if r.Label, err = labelOf(ctx, tx, r.SubjectKind, r.SubjectID); err != nil {
		return err
	}
	today := courtday.Of(tx.Now)
	received := today
	if in.ReceivedOn != "" {
		if received, err = courtday.Parse(in.ReceivedOn); err != nil || received > today {
			return fault.InField("received_on", "Write the day on which the request came, such as "+today.String()+".")
		}
	}
	r.ReceivedOn = received.String()
	if r.Kind != Access {
		obstacles, err := r.obstacles(ctx, tx)
		if err != nil {
			return err
		}
		if len(obstacles) > 0 {
			return fault.New(fault.Conflict, obstacles[0])
		}
	}
	if r.Kind == Disposal {
		return r.ripe(ctx, tx, today)
	}
	r.DueOn = answerBy(received)
	return nil
}

// labelOf names a subject of the actor's organization.
func labelOf(ctx context.Context, tx *gate.Tx, kind, id string) (label string, err error) {
	switch kind {
	case "person":
		err = tx.QueryRow(ctx, db.SQL(`SELECT p.name FROM person p JOIN member m ON m.person_id = p.id AND m.org_id = ? WHERE p.id = ?`, tx.Who.Org, id)).Scan(&label)
	case "client":
		err = tx.QueryRow(ctx, db.SQL(`SELECT name FROM client WHERE id = ? AND firm_id = ?`, id, tx.Who.Org)).Scan(&label)
	case "matter":
		err = tx.QueryRow(ctx, db.SQL(`SELECT m.number FROM matter m WHERE m.id = ? AND m.firm_id = ?`, id, tx.Who.Org).And(tx.Visible("m.id"))).Scan(&label)
	}
	if errors.Is(err, db.ErrNoRows) {
		err = fault.InField("subject", "Choose whom or what it is about.")
	}
	return label, err
}

// Approve has an erasure or a disposal carried out. Who asked for it cannot.
//
// Faults: NotFound, Forbidden (role, or the same person), Conflict (it is not open).
func (s *Service) Approve(ctx context.Context, who actor.Actor, id string) (err error) {
	defer fault.Wrap(&err, "privacy.Approve(%s)", id)
	return s.decide(ctx, who, Approve, id, func(tx *gate.Tx, r *Request) error {
		r.State = Working
		tx.Enqueue(Work{id})
		return nil
	})
}

// Refuse ends a request with a reason: that the law has it kept, say (GDPR Art. 12(4)).
//
// Faults: NotFound, Forbidden, Invalid (field "note"), Conflict (it is neither open nor held).
func (s *Service) Refuse(ctx context.Context, who actor.Actor, id, note string) (err error) {
	defer fault.Wrap(&err, "privacy.Refuse(%s)", id)
	return s.decide(ctx, who, Refuse, id, func(tx *gate.Tx, r *Request) error {
		if note = strings.TrimSpace(note); note == "" || len(note) > 2000 {
			return fault.InField("note", "Write why, in at most 2,000 characters: whoever asked has to be told.")
		}
		r.State, r.Outcome = Refused, Outcome{Note: note}
		return nil
	})
}

func (s *Service) decide(ctx context.Context, who actor.Actor, verb authz.Action, id string, fn func(tx *gate.Tx, r *Request) error) error {
	return s.gate.Write(ctx, who, verb, func(tx *gate.Tx) error {
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, r.subject()); err != nil {
			return err
		}
		if r.State != Open && (r.State != Held || verb != Refuse) {
			return fault.New(fault.Conflict, "This request is not open any more.")
		}
		r.DecidedBy, r.DecidedAt = who.Person, tx.Now
		if err := fn(tx, &r); err != nil {
			return err
		}
		r.record(tx)
		return r.save(ctx, tx)
	})
}

func (r Request) record(tx *gate.Tx) {
	tx.Record(gate.Entry{Subject: r.ref(), Rev: r.Rev, Owner: r.Org, Values: map[string]string{"request": r.Name(), "kind": string(r.Kind), "about": r.SubjectKind + "/" + r.SubjectID, "state": string(r.State)}})
	tx.Announce("org/" + string(r.Org))
}
