package account

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// An OrgSpec describes an organization that is to be.
type OrgSpec struct {
	ID      ident.OrgID // "" for a fresh one
	Kind    string      // "firm" or "provider"
	Name    string
	Country string // ISO 3166-1 alpha-2
	Zone    string // IANA name
}

func (o *OrgSpec) clean() (err error) {
	if o.Kind != "firm" && o.Kind != "provider" {
		return fault.InField("kind", "Choose what the organization is: a firm or a provider.")
	}
	if o.Name, err = cleanText("org", "the name of the organization", o.Name, 120); err != nil {
		return err
	}
	if len(o.Country) != 2 || o.Country[0] < 'A' || o.Country[0] > 'Z' || o.Country[1] < 'A' || o.Country[1] > 'Z' {
		return fault.InField("country", "Write the two capital letters of the country, such as US or IN.")
	}
	if o.ID == "" {
		o.ID = ident.OrgID(ident.New())
	}
	return cleanZone(o.Zone)
}

// A PersonSpec describes a person who is to be a member from the start.
type PersonSpec struct {
	ID         ident.PersonID // "" for a fresh one
	Name       string
	Email      string
	Zone       string // "" for the organization's
	Org        ident.OrgID
	Title      string
	Roles      []string
	Password   string
	TOTPSecret string // base32; "" has the person enrol at the first sign-in
}

// Empty reports whether nobody has an account yet: the first run is open.
func (s *Service) Empty(ctx context.Context) (bool, error) {
	var n int
	err := s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM (SELECT 1 FROM person LIMIT 1) p`)).Scan(&n)
	return n == 0, err
}

// Found makes the first organization and its first person, who administers it, and begins their sign-in.
//
// Faults: Invalid (fields of the specs, "code"), Conflict (founded already).
func (s *Service) Found(ctx context.Context, org OrgSpec, first PersonSpec, code string, d Device) (Opened, error) {
	if s.SetupCode != "" && subtle.ConstantTimeCompare([]byte(code), []byte(s.SetupCode)) != 1 {
		return Opened{}, errors.Join(fault.InField("code", "That is not the set-up code. It is printed where the program was started."), s.attempt(ctx, s.addressBucket(d.Address)))
	}
	if err := org.clean(); err != nil {
		return Opened{}, err
	}
	p, err := s.newPerson(ctx, first, org.Name, org.Zone)
	if err != nil {
		return Opened{}, err
	}
	give := []string{Administrator}
	if org.Kind == "firm" {
		give = append(give, "partner")
	}
	roles, err := choose(org.Kind, give)
	if err != nil {
		return Opened{}, err
	}
	if err := s.Keys.Provision(ctx, org.ID); err != nil {
		return Opened{}, err
	}
	err = s.Gate.Write(ctx, d.actor(p.id, org.ID), "org.found", func(tx *gate.Tx) error {
		// The counter's row makes two first runs at once wait for each other; the second finds it used.
		n, err := tx.Count(ctx, "installation", "founded")
		if err != nil {
			return err
		}
		var people int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM person`)).Scan(&people); err != nil {
			return err
		}
		if n > 1 || people > 0 {
			return fault.New(fault.Conflict, "The first run is over: somebody has an account. Sign in, or ask for an invitation.")
		}
		if err := tx.Permit(ctx, authz.Subject{Ref: installationRef, Attrs: map[string]any{"empty": true}}); err != nil {
			return err
		}
		if err := s.addOrg(ctx, tx, org); err != nil {
			return err
		}
		if err := insertPerson(ctx, tx, p); err != nil {
			return err
		}
		return join(ctx, tx, p.id, org.ID, first.Title, roles, "founder")
	})
	if err != nil {
		return Opened{}, err
	}
	return s.begin(ctx, candidate{id: p.id, org: org.ID}, d)
}

var installationRef = authz.Ref{Kind: "installation", ID: "-"}

// newPerson checks a person's particulars and hashes the password: before the transaction, since it takes its time.
func (s *Service) newPerson(ctx context.Context, in PersonSpec, orgName, zone string) (p newPerson, err error) {
	if p.email, err = cleanEmail(in.Email); err != nil {
		return p, err
	}
	if p.name, err = cleanText("name", "your full name", in.Name, 120); err != nil {
		return p, err
	}
	if p.zone = in.Zone; p.zone == "" {
		p.zone = zone
	}
	if err := cleanZone(p.zone); err != nil {
		return p, err
	}
	if err := goodPassword(in.Password, in.Name, in.Email, orgName); err != nil {
		return p, err
	}
	if p.id = in.ID; p.id == "" {
		p.id = ident.PersonID(ident.New())
	}
	p.password, err = s.hash.Make(ctx, in.Password)
	return p, err
}

// AddOrg makes a further organization, with an invitation for its first administrator unless admin is nil; link is the
// secret of that invitation. Administrators of the first organization may, and the program's own jobs.
//
// Faults: Invalid (fields of org, "email", "name"), Forbidden.
func (s *Service) AddOrg(ctx context.Context, who actor.Actor, org OrgSpec, admin *Invitation) (id ident.OrgID, link string, err error) {
	if err := org.clean(); err != nil {
		return "", "", err
	}
	if admin != nil {
		admin.Roles = []string{Administrator}
		if err := admin.clean(org.Kind); err != nil {
			return "", "", err
		}
		link = newToken()
	}
	if err := s.Keys.Provision(ctx, org.ID); err != nil {
		return "", "", err
	}
	return org.ID, link, s.Gate.Write(ctx, who, "org.add", func(tx *gate.Tx) error {
		first, err := s.firstOrg(ctx, tx)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, authz.Subject{Ref: installationRef, Org: string(first), Attrs: map[string]any{"empty": false}}); err != nil {
			return err
		}
		if err := s.addOrg(ctx, tx, org); err != nil || admin == nil {
			return err
		}
		_, err = s.invite(ctx, tx, org.ID, *admin, link)
		return err
	})
}

func (s *Service) addOrg(ctx context.Context, tx *gate.Tx, o OrgSpec) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO org (id, kind, name, country, zone, standing, made_at, rev) VALUES (?, ?, ?, ?, ?, ?, ?, 1)`,
		o.ID, o.Kind, o.Name, o.Country, o.Zone, []byte{}, db.Micros(tx.Now)))
	if err != nil {
		return err
	}
	tx.Record(gate.Entry{Subject: orgRef(o.ID), Rev: 1, Owner: o.ID, Values: map[string]string{"kind": o.Kind, "name": o.Name, "country": o.Country, "zone": o.Zone}})
	return s.Keys.Make(ctx, tx.Tx, "org/"+string(o.ID), o.ID)
}

// AddPerson makes a person a member without an invitation, or adds a membership to the person who has the e-mail
// address already. Only the program's own jobs may: the demonstration and imports.
//
// Faults: Invalid (fields of the spec), Forbidden (a person asks).
func (s *Service) AddPerson(ctx context.Context, who actor.Actor, in PersonSpec) (id ident.PersonID, err error) {
	kind, name, err := orgOf(ctx, s.Gate.DB, in.Org)
	if err != nil {
		return "", err
	}
	give, err := choose(kind, in.Roles)
	if err != nil {
		return "", err
	}
	var zone string
	if err := s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT zone FROM org WHERE id = ?`, in.Org)).Scan(&zone); err != nil {
		return "", err
	}
	known, err := s.PersonByEmail(ctx, in.Email)
	if err != nil {
		return "", err
	}
	p := newPerson{id: known}
	if known == "" {
		if p, err = s.newPerson(ctx, in, name, zone); err != nil {
			return "", err
		}
	}
	return p.id, s.Gate.Write(ctx, who, "member.add", func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, memberOf(in.Org, p.id)); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: personRef(p.id), Owner: in.Org, Values: map[string]string{"roles": RoleNames(in.Roles)}})
		if known == "" {
			if err := s.addAccount(ctx, tx, p, in.TOTPSecret); err != nil {
				return err
			}
		}
		return join(ctx, tx, p.id, in.Org, in.Title, give, "added")
	})
}

func (s *Service) addAccount(ctx context.Context, tx *gate.Tx, p newPerson, secret string) error {
	if err := insertPerson(ctx, tx, p); err != nil || secret == "" {
		return err
	}
	return s.setFactor(ctx, tx, Session{Person: p.id, Kind: Pending}, secret, 0)
}

// OpenFor opens a session of a person without a factor: the demonstration's switch. Only the program's own jobs may.
func (s *Service) OpenFor(ctx context.Context, who actor.Actor, p ident.PersonID, o ident.OrgID, d Device) (Opened, error) {
	out := Opened{Secret: newToken(), Kind: Web, EndsAt: s.now().Add(SessionLasts)}
	id := ident.SessionID(ident.New())
	return out, s.Gate.Write(ctx, who, "account.open_for", func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, authz.Subject{Ref: authz.Ref{Kind: "account", ID: string(p)}, Attrs: map[string]any{"own": false}}); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: personRef(p), Owner: o, Values: map[string]string{"session": string(id)}})
		return insertSession(ctx, tx.Tx, newSession{id: id, secret: out.Secret, kind: Web, person: p, org: o, mfa: true, at: s.now(), ends: out.EndsAt, steppedUp: s.now(), device: d})
	})
}

// An Org is an organization as lists show it.
type Org struct {
	ID            ident.OrgID
	Kind          string
	Name          string
	Country, Zone string
	MadeAt        time.Time
}

// Orgs lists every organization of the installation. It is for the program's own commands and for whoever may add one.
func (s *Service) Orgs(ctx context.Context) ([]Org, error) {
	return db.All(ctx, s.Gate.DB, db.SQL(`SELECT id, kind, name, country, zone, made_at FROM org ORDER BY made_at, id`), func(rs *db.Rows, o *Org) error {
		return rs.Scan(&o.ID, &o.Kind, &o.Name, &o.Country, &o.Zone, db.At{T: &o.MadeAt})
	})
}
