package probe

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"countersign/internal/document"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Verbs of this package.
const (
	Begin  authz.Action = "probe.begin"
	Finish authz.Action = "probe.finish"
	Read   authz.Action = "probe.read"
)

// A Service is this package's verbs and questions.
type Service struct {
	Gate      *gate.Gate
	Documents *document.Service
	Door      Door
	Clock     func() time.Time // real time: nights are
}

// Drawn is how many documents a probe is made with unless it is told, MostDrawn how many it can be told.
const (
	Drawn     = 4
	MostDrawn = 50
)

// A State is how far a probe is.
type State string

// The states of a probe.
const (
	Planned State = "planned"
	Walking State = "walking"
	Ended   State = "ended"
)

// A Probe is one walk over all routes for the documents of a firm.
type Probe struct {
	ID     string
	Firm   ident.OrgID
	State  State
	By     string    // display name; "" for the nightly one
	At     time.Time // it was asked for, or is planned for
	Ended  time.Time
	Done   int // requests so far
	All    int // requests in all, once that is known
	Report Report
}

// A Report is what a probe found.
type Report struct {
	Kept   int     `json:"kept"`   // documents that residency keeps in the country
	Drawn  []Drew  `json:"drawn"`  // those that were tried
	Routes int     `json:"routes"` // of the program
	Walks  []Walk  `json:"walks"`  // by person
	Leaks  []Leak  `json:"leaks"`
	AtHome []Gives `json:"at_home"` // where the file or its words go out within the country: what shows that the probe sees
}

// A Drew is a document that was tried.
type Drew struct {
	Document string `json:"document"`
	Name     string `json:"name"`
	Matter   string `json:"matter"` // its number
	Blind    string `json:"blind"`  // one sentence: why nothing is proven about it; "" when the probe could see
}

// A Walk is what one person was answered.
type Walk struct {
	Person   string `json:"person"`
	Org      string `json:"org"`
	Role     string `json:"role"`
	Home     bool   `json:"home"` // in the firm: what they are given is no leak
	Asked    int    `json:"asked"`
	Served   int    `json:"served"`  // answered, pictures of pages apart
	Pages    int    `json:"pages"`   // pictures of pages
	Refused  int    `json:"refused"` // by a rule
	Absent   int    `json:"absent"`
	Unfit    int    `json:"unfit"`  // the request did not fit the route
	Failed   int    `json:"failed"` // the program failed
	FailedAt string `json:"failed_at"`
}

// A Leak is an answer abroad that holds what should have stayed.
type Leak struct {
	Route    string `json:"route"`
	Person   string `json:"person"`
	Role     string `json:"role"`
	Org      string `json:"org"`
	Document string `json:"document"`
	Name     string `json:"name"`
	What     string `json:"what"`
}

// A Gives is a route that gave something to somebody at home.
type Gives struct {
	Route string `json:"route"`
	What  string `json:"what"`
}

// Asked is the number of requests made abroad.
func (r Report) Asked() (n int) {
	for _, w := range r.Walks {
		if !w.Home {
			n += w.Asked
		}
	}
	return n
}

// Blind is the number of documents about which nothing is proven.
func (r Report) Blind() (n int) {
	for _, d := range r.Drawn {
		if d.Blind != "" {
			n++
		}
	}
	return n
}

func subject(id string, firm ident.OrgID) authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: "probe", ID: id}, Org: string(firm)}
}

// Ask begins a probe of the actor's firm now, with so many documents.
//
// Faults: Forbidden, Invalid (field documents), Conflict (one is walking).
func (s *Service) Ask(ctx context.Context, who actor.Actor, documents int) (id string, err error) {
	defer fault.Wrap(&err, "probe.Ask")
	if documents < 1 || documents > MostDrawn {
		return "", fault.InField("documents", "A probe is made with 1 to "+strconv.Itoa(MostDrawn)+" documents.")
	}
	return s.begin(ctx, who, who.Org, documents, time.Time{})
}

// begin writes a probe down and has it walked; at is zero for now.
func (s *Service) begin(ctx context.Context, who actor.Actor, firm ident.OrgID, documents int, at time.Time) (id string, err error) {
	err = s.Gate.Write(ctx, who, Begin, func(tx *gate.Tx) error {
		id = ident.New()
		if err := tx.Permit(ctx, subject(id, firm)); err != nil {
			return err
		}
		state, due := Walking, tx.Now
		if !at.IsZero() {
			state, due = Planned, tx.Now.Add(at.Sub(s.Clock())) // in business time, as every row is
		}
		var n int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM probe WHERE firm_id = ? AND state = ? AND at > ?`, firm, state, db.Micros(tx.Now.Add(-WalkFor)))).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "A probe is under way. Its result comes here.")
		}
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO probe (id, firm_id, state, made_by, at, ended_at, draw, done, planned, report) VALUES (?, ?, ?, ?, ?, 0, ?, 0, 0, ?)`,
			id, firm, state, who.Person, db.Micros(due), documents, []byte{})); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: authz.Ref{Kind: "probe", ID: id}, Rev: 1, Owner: firm, Values: map[string]string{"at": due.Format(time.RFC3339)}})
		tx.EnqueueAt(at, WalkJob{id})
		return nil
	})
	return id, err
}

// Nightly is the job that plans the probe of the coming night for every firm that keeps something in its country. Insert
// it once a day.
type Nightly struct{}

// Kind names the job.
func (Nightly) Kind() string { return "probe.nightly" }

// night is the hour, in the firm's zone, at which a probe is made.
const night = 2

// Plan plans the probes of the coming night.
func (s *Service) Plan(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "probe.Plan")
	type firm struct {
		id   ident.OrgID
		zone string
	}
	firms, err := db.All(ctx, s.Gate.DB, db.SQL(`SELECT o.id, o.zone FROM org o WHERE o.kind = 'firm' AND EXISTS (SELECT 1 FROM residency r WHERE r.firm_id = o.id AND r.lifted_at = 0) ORDER BY o.id`),
		func(rs *db.Rows, f *firm) error { return rs.Scan(&f.id, &f.zone) })
	if err != nil {
		return err
	}
	var failed []error
	for _, f := range firms {
		_, err := s.begin(ctx, actor.System(Nightly{}.Kind()), f.id, Drawn, nextNight(s.Clock(), f.zone))
		if fault.KindOf(err) != fault.Conflict || err == nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func nextNight(now time.Time, zone string) time.Time {
	at, err := time.LoadLocation(zone)
	if err != nil {
		at = time.UTC
	}
	local := now.In(at)
	next := time.Date(local.Year(), local.Month(), local.Day(), night, 0, 0, 0, at)
	if !next.After(now) {
		next = time.Date(local.Year(), local.Month(), local.Day()+1, night, 0, 0, 0, at)
	}
	return next
}

const probeColumns = `p.id, p.firm_id, p.state, COALESCE(n.name, ''), p.at, p.ended_at, p.done, p.planned, p.report`

func (s *Service) scan(ctx context.Context, v gate.View, rs interface{ Scan(...any) error }, p *Probe) error {
	var sealed []byte
	if err := rs.Scan(&p.ID, &p.Firm, &p.State, &p.By, db.At{T: &p.At}, db.At{T: &p.Ended}, &p.Done, &p.All, &sealed); err != nil || len(sealed) == 0 {
		return err
	}
	text, err := v.OpenOrg(ctx, p.Firm, sealed, "probe.report/"+p.ID)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), &p.Report)
}

// A Board is the probes of a firm.
type Board struct {
	AsOf   time.Time
	Probes []Probe // newest first, the planned one apart
	Next   time.Time
	Kept   int // documents that residency keeps in the country now
	May    authz.Decision
}

// shown is how many probes a board has.
const shown = 30

// Board lists the newest probes of the actor's firm.
//
// Faults: Forbidden.
func (s *Service) Board(ctx context.Context, who actor.Actor) (out Board, err error) {
	defer fault.Wrap(&err, "probe.Board")
	v := s.Gate.View(who)
	if out.AsOf, err = v.Now, s.may(ctx, v, who.Org); err != nil {
		return out, err
	}
	if out.May, err = v.May(ctx, Begin, subject("new", who.Org)); err != nil {
		return out, err
	}
	var next int64
	if err := v.QueryRow(ctx, db.SQL(`SELECT COALESCE(MIN(at), 0) FROM probe WHERE firm_id = ? AND state = 'planned' AND at > ?`, who.Org, db.Micros(v.Now.Add(-24*time.Hour)))).Scan(&next); err != nil {
		return out, err
	}
	out.Next = db.Instant(next)
	if _, out.Kept, err = s.Documents.Staying(ctx, who.Org, 0); err != nil {
		return out, err
	}
	rows, err := v.Query(ctx, db.SQL(`SELECT `+probeColumns+` FROM probe p LEFT JOIN person n ON n.id = p.made_by WHERE p.firm_id = ? AND p.state <> 'planned' ORDER BY p.at DESC, p.id DESC LIMIT ?`, who.Org, shown))
	if err != nil {
		return out, err
	}
	defer rows.Close()
	for rows.Next() {
		var p Probe
		if err := s.scan(ctx, v, rows, &p); err != nil {
			return out, err
		}
		out.Probes = append(out.Probes, p)
	}
	return out, rows.Err()
}

// Probe reads one.
//
// Faults: NotFound, Forbidden.
func (s *Service) Probe(ctx context.Context, who actor.Actor, id string) (p Probe, err error) {
	defer fault.Wrap(&err, "probe.Probe(%s)", id)
	v := s.Gate.View(who)
	err = s.scan(ctx, v, v.QueryRow(ctx, db.SQL(`SELECT `+probeColumns+` FROM probe p LEFT JOIN person n ON n.id = p.made_by WHERE p.id = ? AND p.firm_id = ?`, id, who.Org)), &p)
	if errors.Is(err, db.ErrNoRows) {
		return p, fault.Missing()
	}
	if err != nil {
		return p, err
	}
	return p, s.may(ctx, v, p.Firm)
}

func (s *Service) may(ctx context.Context, v gate.View, firm ident.OrgID) error {
	may, err := v.May(ctx, Read, subject("all", firm))
	if err == nil && !may.Allowed {
		err = fault.Refused(may)
	}
	return err
}

// end writes a report down.
func (s *Service) end(ctx context.Context, p Probe, r Report) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return s.Gate.Write(ctx, actor.System(WalkJob{}.Kind()), Finish, func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, subject(p.ID, p.Firm)); err != nil {
			return err
		}
		sealed, err := tx.SealOrg(ctx, p.Firm, string(text), "probe.report/"+p.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE probe SET state = ?, ended_at = ?, done = planned, report = ? WHERE id = ?`, Ended, db.Micros(tx.Now), sealed, p.ID)); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: authz.Ref{Kind: "probe", ID: p.ID}, Rev: 2, Owner: p.Firm, Values: map[string]string{
			"routes": strconv.Itoa(r.Routes), "requests": strconv.Itoa(r.Asked()), "documents": strconv.Itoa(len(r.Drawn)), "leaks": strconv.Itoa(len(r.Leaks)), "blind": strconv.Itoa(r.Blind())}})
		tx.Announce("org/" + string(p.Firm))
		if len(r.Leaks) == 0 {
			return nil
		}
		officers, err := db.Column[ident.PersonID](ctx, tx, db.SQL(`SELECT DISTINCT person_id FROM access_grant WHERE scope_kind = 'org' AND scope_id = ? AND role IN ('compliance_officer', 'partner') AND until_at = ?`, p.Firm, gate.Forever))
		for _, o := range officers {
			tx.Tell(o, "leak", "", authz.Ref{Kind: "probe", ID: p.ID})
		}
		return err
	})
}
