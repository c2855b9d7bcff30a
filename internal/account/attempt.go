package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
)

// The rate limit (NIST SP 800-63B section 5.2.2): ten failures in a row, then a wait that doubles with each further one.
// An account remembers its failures for a day, an address for a quarter of an hour, since many people may share it.
const (
	freeAttempts  = 10
	firstWait     = time.Minute
	longestWait   = time.Hour
	accountWindow = 24 * time.Hour
	addressWindow = 15 * time.Minute
)

// TooMany is the error of an attempt that came before the end of a wait.
type TooMany struct{ Until time.Time }

func (e *TooMany) Error() string { return "account: too many attempts" }

// Unwrap classifies the error and says when to come back.
func (e *TooMany) Unwrap() error {
	return fault.New(fault.Conflict, "Too many attempts in a row. The next one is taken from "+e.Until.UTC().Format("15:04:05")+" UTC on.")
}

type bucket struct {
	id     string
	window time.Duration
}

func (s *Service) emailBucket(email string) bucket {
	return bucket{s.Installation.MAC("email " + email), accountWindow}
}

func (s *Service) factorBucket(p ident.PersonID) bucket {
	return bucket{s.Installation.MAC("factor " + string(p)), accountWindow}
}

func (s *Service) addressBucket(address string) bucket {
	return bucket{s.Installation.MAC("address " + address), addressWindow}
}

// attempt counts an attempt as failed before its factor is looked at, so that attempts made at once are all counted;
// settle takes it back.
//
// Faults: TooMany.
func (s *Service) attempt(ctx context.Context, buckets ...bucket) error {
	now := s.now()
	return s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		for _, b := range buckets {
			if err := countAttempt(ctx, tx, b, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func countAttempt(ctx context.Context, tx *db.Tx, b bucket, now time.Time) error {
	if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO sign_in_attempt (bucket, failures, last_at, until_at) VALUES (?, 0, 0, 0) ON CONFLICT (bucket) DO NOTHING`, b.id)); err != nil {
		return err
	}
	var failures int64
	var last, until time.Time
	err := tx.QueryRow(ctx, db.SQL(`SELECT failures, last_at, until_at FROM sign_in_attempt WHERE bucket = ?`, b.id).Join(tx.ForUpdate())).
		Scan(&failures, db.At{T: &last}, db.At{T: &until})
	if err != nil {
		return err
	}
	if now.Before(until) {
		return &TooMany{until}
	}
	if now.Sub(last) > b.window {
		failures = 0
	}
	failures++
	until = time.Time{}
	if failures >= freeAttempts {
		until = now.Add(min(longestWait, firstWait<<min(failures-freeAttempts, 10)))
	}
	_, err = tx.Exec(ctx, db.SQL(`UPDATE sign_in_attempt SET failures = ?, last_at = ?, until_at = ? WHERE bucket = ?`, failures, db.Micros(now), db.Micros(until), b.id))
	return err
}

// settle takes back what attempt counted, after success: the account's failures are over. An address only loses this
// one, or an attacker could clear it by signing in to an account of their own.
func (s *Service) settle(ctx context.Context, account bucket, address ...bucket) error {
	return s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, db.SQL(`DELETE FROM sign_in_attempt WHERE bucket = ?`, account.id)); err != nil {
			return err
		}
		for _, b := range address {
			if _, err := tx.Exec(ctx, db.SQL(`UPDATE sign_in_attempt SET failures = failures - 1, until_at = 0 WHERE bucket = ? AND failures > 0`, b.id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// cleanEmail is an e-mail address as it is stored. Only the shape is checked; that it can be reached is shown by the
// invitation sent to it.
func cleanEmail(text string) (string, error) {
	e := strings.ToLower(strings.TrimSpace(text))
	local, domain, ok := strings.Cut(e, "@")
	if !ok || local == "" || !strings.Contains(domain, ".") || len(e) > 254 || strings.ContainsAny(e, " \t\r\n<>\"(),;:\\") || strings.Contains(domain, "@") {
		return "", fault.InField("email", "Write an e-mail address such as m.ansel@halstedrowe.example.")
	}
	return e, nil
}

// cleanText is a line that a person typed, without spaces around it and of at most limit characters.
func cleanText(field, label, text string, limit int) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return "", fault.InField(field, "Write "+label+".")
	}
	if len([]rune(text)) > limit {
		return "", fault.InField(field, fmt.Sprintf("Shorten %s to %d characters.", label, limit))
	}
	return text, nil
}

// cleanZone checks a name of the time zone database.
func cleanZone(zone string) error {
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		return fault.InField("zone", "Choose a time zone from the list, such as America/Chicago.")
	}
	return nil
}
