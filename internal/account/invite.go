package account

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// InvitationLasts is how long a link opens.
const InvitationLasts = 7 * 24 * time.Hour

// An Invitation is who is asked to join, and as what.
type Invitation struct {
	Name  string
	Email string
	Title string
	Roles []string
}

func (in *Invitation) clean(kind string) (err error) {
	if in.Email, err = cleanEmail(in.Email); err != nil {
		return err
	}
	if in.Name, err = cleanText("name", "the person's full name", in.Name, 120); err != nil {
		return err
	}
	if in.Title = strings.Join(strings.Fields(in.Title), " "); len(in.Title) > 120 {
		return fault.InField("title", "Shorten the title to 120 characters.")
	}
	give, err := choose(kind, in.Roles)
	in.Roles = roleIDs(give)
	return err
}

// Invite asks a person to join the organization of who. link is the secret of the single-use link, returned this once;
// an earlier open invitation to the same address ends.
//
// Faults: Invalid (fields "name", "email", "roles"), Conflict (a member already), Forbidden.
func (s *Service) Invite(ctx context.Context, who actor.Actor, in Invitation) (link string, err error) {
	err = s.Gate.Write(ctx, who, invite, func(tx *gate.Tx) error {
		_, link, err = s.inviteIn(ctx, tx, in)
		return err
	})
	return link, err
}

const invite authz.Action = "member.invite"

// InviteIn is Invite within a write that includes it; imports use it. Only the letter holds the link.
//
// Faults: as Invite.
func (s *Service) InviteIn(ctx context.Context, tx *gate.Tx, in Invitation) (id string, err error) {
	id, _, err = s.inviteIn(ctx, tx, in)
	return id, err
}

func (s *Service) inviteIn(ctx context.Context, tx *gate.Tx, in Invitation) (id, link string, err error) {
	org := tx.Who.Org
	if err := tx.PermitAs(ctx, invite, memberOf(org, "-")); err != nil {
		return "", "", err
	}
	kind, _, err := orgOf(ctx, tx, org)
	if err != nil {
		return "", "", err
	}
	if err := in.clean(kind); err != nil {
		return "", "", err
	}
	var members int
	err = tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM member m JOIN person p ON p.id = m.person_id WHERE m.org_id = ? AND p.email = ? AND m.until_at > ?`,
		org, in.Email, db.Micros(tx.Now))).Scan(&members)
	if err != nil {
		return "", "", err
	}
	if members > 0 {
		return "", "", &fault.Error{Kind: fault.Conflict, Field: "email", Say: "This person is a member already. Change the roles on their page."}
	}
	link = newToken()
	id, err = s.invite(ctx, tx, org, in, link)
	return id, link, err
}

// RevokeIn takes back an invitation that an import sent, within a write that was permitted. It reports whether the
// invitation was accepted: then nothing is taken back.
func (s *Service) RevokeIn(ctx context.Context, tx *gate.Tx, id string) (inUse bool, err error) {
	var accepted int64
	err = tx.QueryRow(ctx, db.SQL(`SELECT accepted_at FROM invitation WHERE id = ? AND org_id = ?`, id, tx.Who.Org).Join(tx.ForUpdate())).Scan(&accepted)
	if errors.Is(err, db.ErrNoRows) || err == nil && accepted != 0 {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, db.SQL(`UPDATE invitation SET revoked_at = ? WHERE id = ? AND revoked_at = 0`, db.Micros(s.now()), id))
	tx.Record(gate.Entry{Subject: authz.Ref{Kind: "invitation", ID: id}, Owner: tx.Who.Org})
	return false, err
}

// invite stores an invitation in place of open ones to the same address.
func (s *Service) invite(ctx context.Context, tx *gate.Tx, org ident.OrgID, in Invitation, link string) (id string, err error) {
	id = ident.New()
	now := s.now()
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE invitation SET revoked_at = ? WHERE org_id = ? AND email = ? AND accepted_at = 0 AND revoked_at = 0`, db.Micros(now), org, in.Email)); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO invitation (id, token_hash, org_id, email, name, title, roles, invited_by, made_at, expires_at, accepted_at, revoked_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`, id, hashToken(link), org, in.Email, in.Name, in.Title, strings.Join(in.Roles, " "), tx.Who.Person, db.Micros(now), db.Micros(now.Add(InvitationLasts))))
	if err != nil {
		return "", err
	}
	tx.Record(gate.Entry{Subject: authz.Ref{Kind: "invitation", ID: id}, Owner: org, Values: map[string]string{"email": in.Email, "name": in.Name, "roles": RoleNames(in.Roles)}})
	return id, s.mail(tx, id, link)
}

// InvitationMail is the job that sends a link. The link is sealed: the queue holds nothing that opens.
type InvitationMail struct {
	Invitation string `json:"invitation"`
	Sealed     string `json:"sealed"`
}

// Kind implements gate.Job.
func (InvitationMail) Kind() string { return "account.invitation" }

func (s *Service) mail(tx *gate.Tx, id, link string) error {
	if !s.Mail {
		return nil
	}
	sealed, err := s.Installation.Seal([]byte(link), "invitation/"+id)
	if err == nil {
		tx.Enqueue(InvitationMail{id, base64.StdEncoding.EncodeToString(sealed)})
	}
	return err
}

// A Letter is what the job of an invitation sends.
type Letter struct {
	ID        string // the same each time the job runs, so that a letter sent twice is recognised
	To        string
	Name      string
	Org       string
	From      string // who invited; the organization when the program itself did
	Roles     string // their names
	Path      string // of the link, below the address of the installation
	ExpiresAt time.Time
}

// Letter reads what an InvitationMail is to send.
//
// Faults: NotFound (used, revoked, expired or sent again meanwhile: nothing is to be sent).
func (s *Service) Letter(ctx context.Context, j InvitationMail) (l Letter, err error) {
	sealed, err := base64.StdEncoding.DecodeString(j.Sealed)
	if err != nil {
		return l, err
	}
	link, err := s.Installation.Open(sealed, "invitation/"+j.Invitation)
	if err != nil {
		return l, err
	}
	x, err := s.Invited(ctx, string(link))
	if err != nil {
		return l, err
	}
	if x.InvitedBy == "" {
		x.InvitedBy = x.OrgName
	}
	return Letter{"invitation-" + hashToken(string(link))[:32], x.Email, x.Name, x.OrgName, x.InvitedBy, RoleNames(x.Roles), "/invitation/" + string(link), x.ExpiresAt}, nil
}

// Invited is an open invitation as its holder sees it.
type Invited struct {
	ID      string
	Org     ident.OrgID
	OrgName string
	OrgKind string
	OrgZone string
	Invitation
	InvitedBy string // "" when the program itself invited
	ExpiresAt time.Time
	person    candidate // who has the address already
	member    bool      // and is a member of Org
}

// HasAccount reports whether the holder proves a password instead of choosing one.
func (x Invited) HasAccount() bool { return x.person.password != "" }

// Invited reads the open invitation of a link.
//
// Faults: NotFound (one sentence for used, revoked, expired and never given).
func (s *Service) Invited(ctx context.Context, link string) (x Invited, err error) {
	var roles string
	err = s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT i.id, i.org_id, o.name, o.kind, o.zone, i.name, i.email, i.title, i.roles, COALESCE(b.name, ''), i.expires_at
		FROM invitation i JOIN org o ON o.id = i.org_id LEFT JOIN person b ON b.id = i.invited_by
		WHERE i.token_hash = ? AND i.accepted_at = 0 AND i.revoked_at = 0 AND i.expires_at > ?`, hashToken(link), db.Micros(s.now()))).
		Scan(&x.ID, &x.Org, &x.OrgName, &x.OrgKind, &x.OrgZone, &x.Name, &x.Email, &x.Title, &roles, &x.InvitedBy, db.At{T: &x.ExpiresAt})
	if errors.Is(err, db.ErrNoRows) {
		return x, fault.New(fault.NotFound, "This link was used, revoked or has expired. The administrator who sent it can send another.")
	}
	if err != nil {
		return x, err
	}
	x.Roles = strings.Fields(roles)
	if x.person, err = s.candidate(ctx, x.Email); err != nil {
		return x, err
	}
	var n int
	err = s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM member WHERE person_id = ? AND org_id = ? AND until_at > ?`, x.person.id, x.Org, db.Micros(s.Gate.Now()))).Scan(&n)
	x.member = n > 0
	return x, err
}

// An Acceptance is what the holder of a link enters.
type Acceptance struct {
	Name     string
	Zone     string // "" for the organization's
	Password string // chosen, or the one of the account that the address has
}

// Accept makes the holder of a link a member and begins their sign-in. Of two at once, one succeeds.
//
// Faults: NotFound (as Invited), Invalid (fields "name", "zone", "password"), Conflict (used meanwhile), TooMany.
func (s *Service) Accept(ctx context.Context, link string, in Acceptance, d Device) (Opened, error) {
	x, err := s.Invited(ctx, link)
	if err != nil {
		return Opened{}, err
	}
	p, err := s.acceptor(ctx, x, in, d)
	if err != nil {
		return Opened{}, err
	}
	give, err := choose(x.OrgKind, x.Roles)
	if err != nil {
		return Opened{}, err
	}
	err = s.Gate.Write(ctx, d.actor(p.id, x.Org), "member.join", func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, authz.Subject{Ref: authz.Ref{Kind: "invitation", ID: x.ID}, Org: string(x.Org)}); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, db.SQL(`UPDATE invitation SET accepted_at = ? WHERE id = ? AND accepted_at = 0 AND revoked_at = 0 AND token_hash = ?`, db.Micros(s.now()), x.ID, hashToken(link)))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "This link was used meanwhile. Sign in.")
		}
		if err := s.settleAccount(ctx, tx, x, p); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: personRef(p.id), Owner: x.Org, Values: map[string]string{"roles": RoleNames(x.Roles)}})
		return join(ctx, tx, p.id, x.Org, x.Title, give, "invitation")
	})
	if err != nil {
		return Opened{}, err
	}
	return s.begin(ctx, candidate{id: p.id, org: x.Org, enrolled: x.person.enrolled}, d)
}

// acceptor is the person who accepts: a new one, one who proves the password, or one whose access was reset and who
// chooses another.
func (s *Service) acceptor(ctx context.Context, x Invited, in Acceptance, d Device) (newPerson, error) {
	if !x.HasAccount() {
		// A link that another organization gave out must not set the password of an account that is being reset.
		if x.person.id != "" && !x.member {
			return newPerson{}, fault.New(fault.Conflict, "This account is being reset by its own organization. Finish that first, then open this link again.")
		}
		return s.newPerson(ctx, PersonSpec{ID: x.person.id, Name: in.Name, Email: x.Email, Zone: in.Zone, Password: in.Password}, x.OrgName, x.OrgZone)
	}
	b := s.emailBucket(x.Email)
	if err := s.attempt(ctx, b, s.addressBucket(d.Address)); err != nil {
		return newPerson{}, err
	}
	right, err := s.hash.Verify(ctx, x.person.password, in.Password)
	if err != nil {
		return newPerson{}, err
	}
	if !right || x.person.disabled {
		return newPerson{}, errors.Join(fault.InField("password", "That is not the password of your account."), s.noteFailure(ctx, "account.sign_in_failed", x.person.id, x.person.org, d.Address))
	}
	return newPerson{id: x.person.id}, s.settle(ctx, b, s.addressBucket(d.Address))
}

// settleAccount stores the account of the person who accepts, where it is new or was reset.
func (s *Service) settleAccount(ctx context.Context, tx *gate.Tx, x Invited, p newPerson) error {
	switch {
	case x.person.id == "":
		return insertPerson(ctx, tx, p)
	case !x.HasAccount():
		_, err := tx.Exec(ctx, db.SQL(`UPDATE person SET name = ?, password = ?, rev = rev + 1 WHERE id = ? AND password = ''`, p.name, p.password, p.id))
		return err
	}
	return nil
}

// Resend gives an open or expired invitation a fresh link and another seven days; the link before opens nothing.
//
// Faults: NotFound, Conflict (accepted or revoked), Forbidden.
func (s *Service) Resend(ctx context.Context, who actor.Actor, id string) (link string, err error) {
	link = newToken()
	return link, s.changeInvitation(ctx, who, "member.resend", id, func(tx *gate.Tx) db.Frag {
		return db.SQL(`UPDATE invitation SET token_hash = ?, expires_at = ? WHERE`, hashToken(link), db.Micros(s.now().Add(InvitationLasts)))
	}, link)
}

// RevokeInvitation ends an invitation: its link opens nothing from now on.
//
// Faults: NotFound, Conflict (accepted or revoked), Forbidden.
func (s *Service) RevokeInvitation(ctx context.Context, who actor.Actor, id string) error {
	return s.changeInvitation(ctx, who, "member.revoke_invitation", id, func(*gate.Tx) db.Frag {
		return db.SQL(`UPDATE invitation SET revoked_at = ? WHERE`, db.Micros(s.now()))
	}, "")
}

func (s *Service) changeInvitation(ctx context.Context, who actor.Actor, action authz.Action, id string, change func(*gate.Tx) db.Frag, link string) error {
	return s.Gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		var email string
		err := tx.QueryRow(ctx, db.SQL(`SELECT email FROM invitation WHERE id = ? AND org_id = ?`, id, who.Org)).Scan(&email)
		if errors.Is(err, db.ErrNoRows) {
			return tx.Absent("invitation", id)
		}
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, memberOf(who.Org, "-")); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, change(tx).Join(db.SQL(` id = ? AND accepted_at = 0 AND revoked_at = 0`, id)))
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "This invitation was accepted or revoked already.")
		}
		if err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: authz.Ref{Kind: "invitation", ID: id}, Values: map[string]string{"email": email}})
		if link != "" {
			return s.mail(tx, id, link)
		}
		return nil
	})
}
