package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"countersign/internal/account"
	"countersign/internal/kernel/actor"
	"countersign/internal/platform/config"
	"countersign/internal/schema"
)

// A TokenFor is what the administrator's command for tokens is told.
type TokenFor struct {
	Email, Org string
	Token      account.TokenRequest
	Out        string // file to write; it must not exist
	Report     io.Writer
}

// Run opens the installation, beside a running server too, makes the token and writes it to a file of its own.
func (t TokenFor) Run(ctx context.Context, c *config.Config) (err error) {
	now, err := businessClock(ctx, c)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(t.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // first: a token that has no place to be is not made
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(t.Out))
		}
	}()
	a, err := Open(ctx, c, now, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	secret, err := a.Account.IssueToken(ctx, actor.Machine(), t.Email, t.Org, t.Token)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(secret + "\n"); err != nil {
		return err
	}
	fmt.Fprintf(t.Report, "%s holds an API token of %s for %d days. Whoever has the file acts as them.\n", t.Out, t.Email, t.Token.Days)
	return f.Sync()
}

// businessClock is the clock by which an installation that is there is served: real time, or the demonstration's.
func businessClock(ctx context.Context, c *config.Config) (func() time.Time, error) {
	if _, err := os.Stat(c.SQLitePath()); c.DatabaseURL == "" && err != nil {
		return nil, fmt.Errorf("there is no installation in %s: %w", c.Data, err)
	}
	d, err := OpenDatabase(ctx, c)
	if err != nil {
		return nil, err
	}
	version, err := schema.At(ctx, d)
	if err = errors.Join(err, d.Close()); err != nil {
		return nil, err
	}
	if version != schema.Version() {
		return nil, fmt.Errorf("the database is at version %d and this program at %d: use the release that serves it", version, schema.Version())
	}
	mark, err := readMark(c.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return time.Now, nil
	}
	if err != nil {
		return nil, err
	}
	return mark.clock(), nil
}

// A LogKey is what the administrator's command that changes the key of the log is told.
type LogKey struct {
	Alone  bool // the old key signs no more from now on
	Report io.Writer
}

// Run opens the installation, beside a running server too, and changes the key.
func (k LogKey) Run(ctx context.Context, c *config.Config) (err error) {
	now, err := businessClock(ctx, c)
	if err != nil {
		return err
	}
	a, err := Open(ctx, c, now, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if _, _, err := a.ledger.Signer(ctx, a.origin()); err != nil {
		return err
	}
	old, made, err := a.Evidence.RotateKey(ctx, actor.Machine(), k.Alone)
	if err != nil {
		return err
	}
	if err := a.growTree(ctx, new(bool)); err != nil {
		return err
	}
	after := "The old key signs beside it until the next change, so that witnesses which know that one can follow."
	if k.Alone {
		after = "The old key signs no more. Every witness has to be told the new one: countersign witness run --key KEY."
	}
	_, err = fmt.Fprintf(k.Report, "Old key of the log: %s\nNew key of the log: %s\n\n%s\nGive the new key to everybody who verifies, in a way that does not lead through this server.\n", old, made, after)
	return err
}
