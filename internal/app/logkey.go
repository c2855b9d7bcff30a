package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"countersign/internal/kernel/actor"
	"countersign/internal/platform/config"
)

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
