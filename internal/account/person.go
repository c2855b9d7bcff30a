package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Settings are what a person chooses for themselves.
type Settings struct {
	Name    string
	Zone    string // IANA name
	Theme   string // "light", "dark"; "" follows the system
	Density string // "compact", "roomy"; "" is regular
	KeysOn  bool   // single-letter keys
}

// ChangeSettings stores the settings of who.
//
// Faults: Invalid (fields "name", "zone", "theme", "density").
func (s *Service) ChangeSettings(ctx context.Context, who actor.Actor, in Settings) error {
	name, err := cleanText("name", "your name", in.Name, 120)
	if err != nil {
		return err
	}
	if err := cleanZone(in.Zone); err != nil {
		return err
	}
	if !slices.Contains([]string{"", "compact", "roomy"}, in.Density) {
		return fault.InField("density", "Choose a density from the list.")
	}
	if err := goodTheme(in.Theme); err != nil {
		return err
	}
	return s.own(ctx, who, "account.change_settings", map[string]string{"name": name, "zone": in.Zone}, func(tx *gate.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`UPDATE person SET name = ?, zone = ?, theme = ?, density = ?, keys_on = ?, rev = rev + 1 WHERE id = ?`,
			name, in.Zone, in.Theme, in.Density, in.KeysOn, who.Person))
		return err
	})
}

// SetTheme stores only the theme, from the person's menu.
func (s *Service) SetTheme(ctx context.Context, who actor.Actor, theme string) error {
	if err := goodTheme(theme); err != nil {
		return err
	}
	return s.own(ctx, who, "account.change_settings", map[string]string{"theme": theme}, func(tx *gate.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`UPDATE person SET theme = ?, rev = rev + 1 WHERE id = ?`, theme, who.Person))
		return err
	})
}

func goodTheme(theme string) error {
	if !slices.Contains([]string{"", "light", "dark"}, theme) {
		return fault.InField("theme", "Choose light, dark or as the system.")
	}
	return nil
}

// ChangePassword sets a new password and ends every other session of who.
//
// Faults: Invalid (fields "current", "password"), TooMany.
func (s *Service) ChangePassword(ctx context.Context, who actor.Actor, current, next string) error {
	b := s.factorBucket(who.Person)
	if err := s.attempt(ctx, b); err != nil {
		return err
	}
	var stored, name, email, org string
	err := s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT p.password, p.name, p.email, o.name FROM person p, org o WHERE p.id = ? AND o.id = ?`, who.Person, who.Org)).Scan(&stored, &name, &email, &org)
	if err != nil {
		return err
	}
	right, err := s.hash.Verify(ctx, stored, current)
	if err != nil {
		return err
	}
	if !right {
		return fault.InField("current", "That is not your present password.")
	}
	if err := errors.Join(s.settle(ctx, b), goodPassword(next, name, email, org)); err != nil {
		return err
	}
	hash, err := s.hash.Make(ctx, next)
	if err != nil {
		return err
	}
	return s.own(ctx, who, "account.change_password", nil, func(tx *gate.Tx) error {
		n, err := tx.Exec(ctx, db.SQL(`UPDATE person SET password = ?, rev = rev + 1 WHERE id = ? AND password = ?`, hash, who.Person, stored))
		if err == nil && n == 0 {
			err = fault.New(fault.Stale, "The password was changed meanwhile.")
		}
		if err != nil {
			return err
		}
		_, err = endSessions(ctx, tx, db.SQL(`person_id = ? AND kind <> 'token' AND id <> ?`, who.Person, who.Session), s.now())
		return err
	})
}

// RecoveryLeft counts the unused recovery codes of who.
func (s *Service) RecoveryLeft(ctx context.Context, who actor.Actor) (n int, err error) {
	err = s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM recovery_code WHERE person_id = ? AND used_at = 0`, who.Person)).Scan(&n)
	return n, err
}

// PersonByEmail finds the person of an e-mail address; "" when there is none. It is for the program's own commands.
func (s *Service) PersonByEmail(ctx context.Context, email string) (id ident.PersonID, err error) {
	err = s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT id FROM person WHERE email = ?`, strings.ToLower(email))).Scan(&id)
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return id, err
}

// EraseIn takes away all that tells who a person was: name, address, proofs, devices, invitations. The identifier stays, for
// the records that name it. It says what it took, for a certificate.
func (s *Service) EraseIn(ctx context.Context, tx *gate.Tx, p ident.PersonID) (did []string, err error) {
	count := func(what string, q db.Frag) {
		if err != nil {
			return
		}
		var n int64
		if n, err = tx.Exec(ctx, q); err == nil && n > 0 {
			did = append(did, fmt.Sprintf(what, n))
		}
	}
	count("Name, title and address of %d invitations", db.SQL(`UPDATE invitation SET email = '', name = '', title = '' WHERE email = (SELECT email FROM person WHERE id = ?)`, p))
	count("Name, e-mail address, time zone, password and second factor of %d account, which can be opened no more", db.SQL(`UPDATE person SET name = ?, email = ?, zone = 'UTC', password = '', totp_secret = ?, totp_step = 0, theme = '', density = '', disabled_at = ?, rev = rev + 1 WHERE id = ?`,
		"Erased person "+string(p)[max(0, len(p)-6):], "erased-"+string(p)+"@invalid", []byte{}, db.Micros(tx.Now), p))
	count("%d recovery codes", db.SQL(`DELETE FROM recovery_code WHERE person_id = ?`, p))
	count("Network address, browser and name of %d sessions and tokens, which are ended", db.SQL(`UPDATE session SET token_hash = 'erased/' || id, name = '', enrol_secret = ?, address = '', agent = '', revoked_at = CASE WHEN revoked_at = 0 THEN CAST(? AS BIGINT) ELSE revoked_at END WHERE person_id = ?`, []byte{}, db.Micros(s.now()), p))
	count("Their title in %d organizations", db.SQL(`UPDATE member SET title = '' WHERE person_id = ? AND title <> ''`, p))
	return did, err
}
