package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp/hotp"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

const (
	totpPeriod    = 30 // seconds (RFC 6238 section 5.2)
	recoveryCodes = 10
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// isCode reports whether text looks like a one-time code; spaces are how authenticators group it.
func isCode(text string) bool {
	text = strings.ReplaceAll(text, " ", "")
	return len(text) == 6 && strings.Trim(text, "0123456789") == ""
}

// matchStep finds the time step whose code this is: the present one, the one before and the one after, since clocks
// differ (RFC 6238 section 6). 0 when it is none of them.
func matchStep(secret, code string, now time.Time) int64 {
	code = strings.ReplaceAll(code, " ", "")
	step, found := now.Unix()/totpPeriod, int64(0)
	for _, at := range []int64{step - 1, step, step + 1} {
		want, err := hotp.GenerateCode(secret, uint64(at))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = at
		}
	}
	return found
}

// proveCode checks a one-time code of who and uses it up.
func (s *Service) proveCode(ctx context.Context, who actor.Actor, code string) (ok bool, sentence string, err error) {
	b := s.factorBucket(who.Person)
	if err := s.attempt(ctx, b); err != nil {
		return false, "", err
	}
	var sealed []byte
	if err := s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT totp_secret FROM person WHERE id = ?`, who.Person)).Scan(&sealed); err != nil {
		return false, "", err
	}
	sentence = "That code does not match. Enter the six digits your authenticator shows now."
	step := int64(0)
	if len(sealed) > 0 {
		secret, err := s.Installation.Open(sealed, totpPlace(who.Person))
		if err != nil {
			return false, "", err
		}
		step = matchStep(string(secret), code, s.now())
	}
	if step > 0 {
		fresh, err := s.useStep(ctx, who.Person, step)
		if err != nil {
			return false, "", err
		}
		if fresh {
			return true, "", s.settle(ctx, b)
		}
		sentence = "That code was used already. Wait for the next one; it comes within 30 seconds."
	}
	return false, sentence, s.noteFailure(ctx, "account.factor_failed", who.Person, who.Org, who.Address)
}

// useStep makes a time step the last used one; false when it, or a later one, was used before.
func (s *Service) useStep(ctx context.Context, p ident.PersonID, step int64) (fresh bool, err error) {
	err = s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, db.SQL(`UPDATE person SET totp_step = ? WHERE id = ? AND totp_step < ?`, step, p, step))
		fresh = n > 0
		return err
	})
	return fresh, err
}

func totpPlace(p ident.PersonID) string   { return "person.totp_secret/" + string(p) }
func enrolPlace(s ident.SessionID) string { return "session.enrol_secret/" + string(s) }

// useRecovery checks a recovery code of who and uses it up.
func (s *Service) useRecovery(ctx context.Context, who actor.Actor, code string) (ok bool, err error) {
	b := s.factorBucket(who.Person)
	if err := s.attempt(ctx, b); err != nil {
		return false, err
	}
	err = s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, db.SQL(`UPDATE recovery_code SET used_at = ? WHERE person_id = ? AND hash = ? AND used_at = 0`, db.Micros(s.now()), who.Person, s.hashRecovery(who.Person, code)))
		ok = n > 0
		return err
	})
	if err != nil {
		return false, err
	}
	if !ok {
		return false, s.noteFailure(ctx, "account.factor_failed", who.Person, who.Org, who.Address)
	}
	return true, s.settle(ctx, b)
}

// hashRecovery is how a recovery code is stored: 80 random bits under the secret of the installation.
func (s *Service) hashRecovery(p ident.PersonID, code string) string {
	return s.Installation.MAC("recovery " + string(p) + " " + strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code)))
}

// An Enrolment is a second factor on offer.
type Enrolment struct {
	Secret  string // for typing, in groups of four
	URI     string // otpauth://, what the square says
	Modules [][]bool
}

// Enrolment offers a second factor in a pending session without one, or in an open session that replaces its own. The
// same session is offered the same secret again.
//
// Faults: Forbidden (a second factor is set, and this session has not proved it).
func (s *Service) Enrolment(ctx context.Context, x Session) (e Enrolment, err error) {
	if x.Kind == Pending && x.Enrolled || x.Kind == Token {
		return e, fault.New(fault.Forbidden, "This account has a second factor. Enter its code to sign in.")
	}
	secret, err := s.offered(ctx, x.ID)
	if err != nil {
		return e, err
	}
	if secret == "" {
		raw := make([]byte, 20)
		rand.Read(raw) //nolint:errcheck // never fails: crypto/rand aborts the program instead
		secret = base32Text.EncodeToString(raw)
		if err := s.offer(ctx, x.ID, secret); err != nil {
			return e, err
		}
	}
	return enrolment(secret, x.Email)
}

// offered reads the secret that a session was offered, or "".
func (s *Service) offered(ctx context.Context, id ident.SessionID) (string, error) {
	var sealed []byte
	err := s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT enrol_secret FROM session WHERE id = ?`, id)).Scan(&sealed)
	if errors.Is(err, db.ErrNoRows) { // it ended while the page was asked for, or is a standing one
		return "", nil
	}
	if err != nil || len(sealed) == 0 {
		return "", err
	}
	secret, err := s.Installation.Open(sealed, enrolPlace(id))
	return string(secret), err
}

func (s *Service) offer(ctx context.Context, id ident.SessionID, secret string) error {
	sealed, err := s.Installation.Seal([]byte(secret), enrolPlace(id))
	if err != nil {
		return err
	}
	return s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`UPDATE session SET enrol_secret = ? WHERE id = ?`, sealed, id))
		return err
	})
}

func enrolment(secret, email string) (e Enrolment, err error) {
	e.URI = "otpauth://totp/" + url.PathEscape("Countersign:"+email) + "?" + url.Values{"secret": {secret}, "issuer": {"Countersign"}}.Encode()
	for i := 0; i < len(secret); i += 4 {
		e.Secret += secret[i:min(i+4, len(secret))] + " "
	}
	e.Secret = strings.TrimSpace(e.Secret)
	code, err := qr.Encode(e.URI, qr.M, qr.Auto)
	if err != nil {
		return e, err
	}
	size := code.Bounds().Dx()
	for y := range size {
		row := make([]bool, size)
		for x := range size {
			r, _, _, _ := code.At(x, y).RGBA()
			row[x] = r == 0
		}
		e.Modules = append(e.Modules, row)
	}
	return e, nil
}

// Enrol sets the second factor that the session was offered, once its code is entered, and returns the recovery codes,
// which are shown this once. A pending session becomes an open one under a fresh secret; in an open session opened is zero.
//
// Faults: Invalid (field "code"), Forbidden (replacing without a fresh proof), Conflict (set meanwhile), TooMany.
func (s *Service) Enrol(ctx context.Context, x Session, code string, d Device) (codes []string, opened Opened, err error) {
	secret, err := s.offered(ctx, x.ID)
	if err != nil {
		return nil, opened, err
	}
	b := s.factorBucket(x.Person)
	if err := s.attempt(ctx, b); err != nil {
		return nil, opened, err
	}
	step := matchStep(secret, code, s.now())
	if secret == "" || step == 0 {
		return nil, opened, fault.InField("code", "That code does not match. Enter the six digits the authenticator shows now for Countersign.")
	}
	if err := s.settle(ctx, b); err != nil {
		return nil, opened, err
	}
	who, action := s.Actor(x, d), authz.Action("account.replace_factor")
	if x.Kind == Pending {
		opened = Opened{Secret: newToken(), Kind: Web, EndsAt: s.now().Add(SessionLasts), Orgs: x.Orgs}
		who.Session, who.MFA, action = ident.SessionID(ident.New()), true, "account.enrol"
	}
	codes = newRecoveryCodes()
	return codes, opened, s.own(ctx, who, action, nil, func(tx *gate.Tx) error {
		if err := s.setFactor(ctx, tx, x, secret, step); err != nil {
			return err
		}
		if err := s.setRecovery(ctx, tx, x.Person, codes); err != nil || x.Kind != Pending {
			return err
		}
		return s.replace(ctx, tx, x, newSession{id: who.Session, secret: opened.Secret, kind: Web, person: x.Person, org: x.Org, mfa: true, at: s.now(), ends: opened.EndsAt, steppedUp: s.now(), device: d})
	})
}

// setFactor stores a confirmed secret. From a pending session only where there is none yet, or a password alone would
// be enough to take an account over.
func (s *Service) setFactor(ctx context.Context, tx *gate.Tx, x Session, secret string, step int64) error {
	sealed, err := s.Installation.Seal([]byte(secret), totpPlace(x.Person))
	if err != nil {
		return err
	}
	q := db.SQL(`UPDATE person SET totp_secret = ?, totp_step = ?, rev = rev + 1 WHERE id = ?`, sealed, step, x.Person)
	if x.Kind == Pending {
		q = q.And(db.SQL(`LENGTH(totp_secret) = 0`))
	}
	n, err := tx.Exec(ctx, q)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "A second factor was set meanwhile. Sign in with its code.")
	}
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE session SET enrol_secret = ? WHERE id = ?`, []byte{}, x.ID)); err != nil {
		return err
	}
	return tx.SetFact(ctx, personRef(x.Person), "mfa", "yes")
}

// RenewRecovery replaces the recovery codes of who.
func (s *Service) RenewRecovery(ctx context.Context, who actor.Actor) (codes []string, err error) {
	codes = newRecoveryCodes()
	return codes, s.own(ctx, who, "account.renew_recovery", nil, func(tx *gate.Tx) error {
		return s.setRecovery(ctx, tx, who.Person, codes)
	})
}

func (s *Service) setRecovery(ctx context.Context, tx *gate.Tx, p ident.PersonID, codes []string) error {
	if _, err := tx.Exec(ctx, db.SQL(`DELETE FROM recovery_code WHERE person_id = ?`, p)); err != nil {
		return err
	}
	for _, c := range codes {
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO recovery_code (person_id, hash, used_at) VALUES (?, ?, 0)`, p, s.hashRecovery(p, c))); err != nil {
			return err
		}
	}
	return nil
}

// newRecoveryCodes returns ten codes of 80 bits, as XXXX-XXXX-XXXX-XXXX.
func newRecoveryCodes() []string {
	out := make([]string, recoveryCodes)
	for i := range out {
		raw := make([]byte, 10)
		rand.Read(raw) //nolint:errcheck // never fails: crypto/rand aborts the program instead
		t := base32Text.EncodeToString(raw)
		out[i] = t[0:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:16]
	}
	return out
}
