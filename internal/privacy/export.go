package privacy

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/trail"
)

// find reads a request without locking it.
func (s *Service) find(ctx context.Context, v gate.View, id string) (r Request, err error) {
	var x row
	q := db.SQL(`SELECT `+columns+` FROM privacy_request r WHERE r.id = ?`, id)
	if !v.Who.IsSystem() {
		q = q.And(db.SQL(`r.org_id = ?`, v.Who.Org))
	}
	if err = x.scan(v.QueryRow(ctx, q)); errors.Is(err, db.ErrNoRows) {
		err = fault.Missing()
	}
	if err != nil {
		return r, err
	}
	return x.unseal(func(sealed []byte, aad string) (string, error) { return v.OpenOrg(ctx, x.Org, sealed, aad) })
}

func binding(id string) string { return "privacy_request/" + id }

// export writes the file of an access request and finishes it.
func (s *Service) export(ctx context.Context, who actor.Actor, r Request) error {
	pr, pw := io.Pipe()
	go func() { pw.CloseWithError(s.write(ctx, pw, r)) }()
	name, size, err := s.files.Put(ctx, r.Org, binding(r.ID), pr)
	pr.CloseWithError(err) //nolint:errcheck // it never fails
	if err != nil {
		return err
	}
	err = s.gate.Write(ctx, who, Finish, func(tx *gate.Tx) error {
		now, err := load(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, now.subject()); err != nil {
			return err
		}
		if now.State != Working {
			return fault.New(fault.Conflict, "The request is over.")
		}
		now.State, now.DoneAt, now.file, now.SizeBytes = Done, tx.Now, name, size
		now.record(tx)
		tx.Tell(now.MadeBy, "privacy", "", now.ref())
		return now.save(ctx, tx)
	})
	if err != nil {
		return errors.Join(err, s.files.Delete(context.WithoutCancel(ctx), name))
	}
	return nil
}

// write puts the export: data.json for programs, README.txt for people.
func (s *Service) write(ctx context.Context, w io.Writer, r Request) error {
	v := s.gate.View(actor.System(Work{}.Kind()))
	var data any
	var err error
	if r.SubjectKind == "person" {
		data, err = personData(ctx, v, ident.PersonID(r.SubjectID), r.Org)
	} else {
		data, err = clientData(ctx, v, ident.ClientID(r.SubjectID))
	}
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	f, err := z.CreateHeader(&zip.FileHeader{Name: "data.json", Method: zip.Deflate, Modified: v.Now})
	if err != nil {
		return err
	}
	e := json.NewEncoder(f)
	e.SetIndent("", "  ")
	if err := e.Encode(data); err != nil {
		return err
	}
	if f, err = z.CreateHeader(&zip.FileHeader{Name: "README.txt", Method: zip.Deflate, Modified: v.Now}); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(f, readme, r.Name(), r.Label, r.ReceivedOn, v.Now.UTC().Format("2 January 2006 15:04 MST")); err != nil {
		return err
	}
	return z.Close()
}

const readme = `Request %s: what is held about %s
Received on %s, answered on %s

data.json holds it (GDPR Art. 15(1) and (3)). Instants are UTC.

Purpose: delegated legal work, its review and its evidence. Recipients: the firm and the provider of each matter on which they worked.
Kept: the account until the organization ends it and erasure is asked for; records of matters as long as each matter's retention schedule says.
Source: the person, and who invited them.

Not in it: what they wrote and what was written about them on clients' matters. It is counted here; the words concern others and are under
professional secrecy (GDPR Art. 15(4); local law on legal privilege). There is no automated decision about them (Art. 22).
They may ask for correction, erasure or restriction, and complain to a supervisory authority.
`

// A held is what the program holds about a person with an account.
type held struct {
	ID          ident.PersonID `json:"id"`
	Name        string         `json:"name"`
	Email       string         `json:"email"`
	Zone        string         `json:"time_zone"`
	Since       time.Time      `json:"since"`
	Factor      bool           `json:"second_factor_enrolled"`
	Memberships []heldMember   `json:"memberships"`
	Roles       []heldRole     `json:"roles"`
	Sessions    []heldSession  `json:"sessions_and_tokens"`
	Leave       []heldLeave    `json:"leave"`
	Counts      map[string]int `json:"counts"` // of what is not told word by word
	Deeds       []heldDeed     `json:"deeds"`
}

type heldMember struct {
	Org   string     `json:"organization"`
	Title string     `json:"title"`
	From  time.Time  `json:"from"`
	Until *time.Time `json:"until,omitempty"`
}

type heldRole struct {
	Role  string     `json:"role"`
	Scope string     `json:"of"` // "org/…", "matter/…"
	From  time.Time  `json:"from"`
	Until *time.Time `json:"until,omitempty"`
}

type heldSession struct {
	Kind    string    `json:"kind"`
	Name    string    `json:"name,omitempty"`
	Made    time.Time `json:"made"`
	Seen    time.Time `json:"last_seen"`
	Address string    `json:"address,omitempty"`
	Agent   string    `json:"browser,omitempty"`
}

type heldLeave struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	First string `json:"from"`
	After string `json:"until"` // the day after the last
}

type heldDeed struct {
	ID      string    `json:"entry"`
	At      time.Time `json:"at"`
	Did     string    `json:"did"`
	Subject string    `json:"record"`
	Refused bool      `json:"refused,omitempty"`
}

func until(micros int64) *time.Time {
	if micros == gate.Forever || micros == 0 {
		return nil
	}
	t := db.Instant(micros)
	return &t
}

// personData reads what org may tell a person: what they did for other organizations is those organizations' to tell.
func personData(ctx context.Context, v gate.View, p ident.PersonID, org ident.OrgID) (h held, err error) {
	if err := v.QueryRow(ctx, db.SQL(`SELECT id, name, email, zone, made_at, LENGTH(totp_secret) > 0 FROM person WHERE id = ?`, p)).Scan(&h.ID, &h.Name, &h.Email, &h.Zone, db.At{T: &h.Since}, &h.Factor); err != nil {
		return h, err
	}
	if h.Memberships, err = db.All(ctx, v, db.SQL(`SELECT o.name, m.title, m.from_at, m.until_at FROM member m JOIN org o ON o.id = m.org_id WHERE m.person_id = ? AND m.org_id = ?`, p, org),
		func(rs *db.Rows, m *heldMember) error {
			var to int64
			err := rs.Scan(&m.Org, &m.Title, db.At{T: &m.From}, &to)
			m.Until = until(to)
			return err
		}); err != nil {
		return h, err
	}
	if h.Roles, err = db.All(ctx, v, db.SQL(`SELECT role, scope_kind || '/' || scope_id, from_at, until_at FROM access_grant WHERE person_id = ? AND org_id = ? ORDER BY from_at, id`, p, org),
		func(rs *db.Rows, x *heldRole) error {
			var to int64
			err := rs.Scan(&x.Role, &x.Scope, db.At{T: &x.From}, &to)
			x.Until = until(to)
			return err
		}); err != nil {
		return h, err
	}
	if h.Sessions, err = db.All(ctx, v, db.SQL(`SELECT kind, name, made_at, seen_at, address, agent FROM session WHERE person_id = ? AND org_id = ? ORDER BY made_at, id`, p, org),
		func(rs *db.Rows, x *heldSession) error {
			return rs.Scan(&x.Kind, &x.Name, db.At{T: &x.Made}, db.At{T: &x.Seen}, &x.Address, &x.Agent)
		}); err != nil {
		return h, err
	}
	if h.Leave, err = db.All(ctx, v, db.SQL(`SELECT d.kind, d.name, d.from_on, d.until_on FROM day_off d JOIN working_calendar c ON c.id = d.calendar_id WHERE c.person_id = ? AND c.org_id = ? ORDER BY d.from_on, d.id`, p, org),
		func(rs *db.Rows, x *heldLeave) error { return rs.Scan(&x.Kind, &x.Name, &x.First, &x.After) }); err != nil {
		return h, err
	}
	h.Counts = map[string]int{}
	for what, q := range map[string]db.Frag{
		"messages":        db.SQL(`SELECT COUNT(*) FROM message WHERE author_id = ? AND org_id = ?`, p, org),
		"drafts_and_docs": db.SQL(`SELECT COUNT(*) FROM version WHERE author_id = ? AND org_id = ?`, p, org),
		"findings":        db.SQL(`SELECT COUNT(*) FROM finding WHERE raised_by = ?`, p),
		"questions":       db.SQL(`SELECT COUNT(*) FROM question WHERE asker_id = ?`, p),
		"reviews":         db.SQL(`SELECT COUNT(*) FROM review WHERE reviewer_id = ?`, p),
		"notices":         db.SQL(`SELECT COUNT(*) FROM notice WHERE person_id = ?`, p),
		"pages_shown":     db.SQL(`SELECT COALESCE(CAST(SUM(times) AS BIGINT), 0) FROM page_seen WHERE person_id = ? AND org_id = ?`, p, org),
	} {
		var n int
		if err := v.QueryRow(ctx, q).Scan(&n); err != nil {
			return h, err
		}
		h.Counts[what] = n
	}
	h.Deeds, err = db.All(ctx, v, db.SQL(`SELECT id, at, verb, subject_kind || '/' || subject_id, refused FROM entry WHERE person_id = ? AND org_id = ? ORDER BY at, id`, p, org),
		func(rs *db.Rows, d *heldDeed) error {
			err := rs.Scan(&d.ID, db.At{T: &d.At}, &d.Did, &d.Subject, &d.Refused)
			d.Did = trail.Words(authz.Action(d.Did), "it")
			return err
		})
	return h, err
}

// A heldClient is what a firm holds about a client.
type heldClient struct {
	ID       ident.ClientID `json:"id"`
	Name     string         `json:"name"`
	Since    time.Time      `json:"since"`
	Matters  []heldMatter   `json:"matters"`
	Consents []heldConsent  `json:"consents"`
}

type heldMatter struct {
	ID        ident.MatterID `json:"id"`
	Number    string         `json:"number"`
	Title     string         `json:"title"`
	Area      string         `json:"practice_area"`
	State     string         `json:"state"`
	OpenedOn  string         `json:"opened_on"`
	Parties   int            `json:"parties"`
	Documents int            `json:"documents"`
	Tasks     int            `json:"tasks"`
	Providers []string       `json:"providers_it_was_opened_to"`
}

type heldConsent struct {
	Matter   ident.MatterID `json:"matter"`
	Provider string         `json:"provider"`
	Country  string         `json:"country"`
	Class    string         `json:"kind_of_data"`
	GivenBy  string         `json:"given_by"`
	GivenOn  string         `json:"given_on"`
	Expires  string         `json:"expires_on,omitempty"`
	Ended    *time.Time     `json:"withdrawn_at,omitempty"`
}

func clientData(ctx context.Context, v gate.View, c ident.ClientID) (h heldClient, err error) {
	if err := v.QueryRow(ctx, db.SQL(`SELECT id, name, made_at FROM client WHERE id = ?`, c)).Scan(&h.ID, &h.Name, db.At{T: &h.Since}); err != nil {
		return h, err
	}
	if h.Matters, err = db.All(ctx, v, db.SQL(`SELECT m.id, m.number, m.title, m.practice_area, m.state, m.opened_on, (SELECT COUNT(*) FROM party p WHERE p.matter_id = m.id AND p.until_version = 0),
			(SELECT COUNT(*) FROM document d WHERE d.matter_id = m.id), (SELECT COUNT(*) FROM task t WHERE t.matter_id = m.id) FROM matter m WHERE m.client_id = ? ORDER BY m.number`, c),
		func(rs *db.Rows, m *heldMatter) error {
			return rs.Scan(&m.ID, &m.Number, &m.Title, &m.Area, &m.State, &m.OpenedOn, &m.Parties, &m.Documents, &m.Tasks)
		}); err != nil {
		return h, err
	}
	for i := range h.Matters {
		if h.Matters[i].Providers, err = db.Column[string](ctx, v, db.SQL(`SELECT DISTINCT o.name FROM matter_opening mo JOIN org o ON o.id = mo.org_id WHERE mo.matter_id = ? AND o.kind = 'provider' ORDER BY o.name`, h.Matters[i].ID)); err != nil {
			return h, err
		}
	}
	h.Consents, err = db.All(ctx, v, db.SQL(`SELECT k.matter_id, o.name, k.country, k.data_class, k.given_by, k.given_on, k.expires_on, k.withdrawn_at
			FROM consent k JOIN matter m ON m.id = k.matter_id JOIN org o ON o.id = k.provider_id WHERE m.client_id = ? ORDER BY k.given_on, k.id`, c),
		func(rs *db.Rows, k *heldConsent) error {
			var at int64
			err := rs.Scan(&k.Matter, &k.Provider, &k.Country, &k.Class, &k.GivenBy, &k.GivenOn, &k.Expires, &at)
			k.Ended = until(at)
			return err
		})
	return h, err
}

// TakeOut opens the export of a request, and leaves an entry that it was taken out.
//
// Faults: NotFound, Forbidden, Conflict (there is none, or its time is over).
func (s *Service) TakeOut(ctx context.Context, who actor.Actor, id string) (_ io.ReadCloser, r Request, err error) {
	defer fault.Wrap(&err, "privacy.TakeOut(%s)", id)
	err = s.gate.Write(ctx, who, TakeOut, func(tx *gate.Tx) error {
		if r, err = load(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.Permit(ctx, r.subject()); err != nil {
			return err
		}
		if r.file == "" {
			return fault.New(fault.Conflict, "There is no file: it is being made, or its thirty days are over.")
		}
		r.record(tx)
		return nil
	})
	if err != nil {
		return nil, r, err
	}
	body, err := s.files.Open(ctx, r.Org, binding(r.ID), r.file)
	return body, r, err
}
