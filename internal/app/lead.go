package app

import (
	"context"
	"errors"
	"net/url"
	"time"

	"countersign/internal/kernel/ident"
)

// How entries get their places in the tree.
const (
	leadEvery = 500 * time.Millisecond // entries have their place within a second
	atOnce    = 512                    // in one transaction: on SQLite nobody else writes meanwhile
)

// lead gives entries their places until ctx ends. Every node of an installation does: who holds the row of the tree leads,
// for one transaction.
func (a *App) lead(ctx context.Context) {
	tick := time.NewTicker(leadEvery)
	defer tick.Stop()
	known := false
	for {
		err := a.growTree(ctx, &known)
		if err != nil && !errors.Is(err, context.Canceled) {
			a.log.ErrorContext(ctx, "entries wait for their place in the tree", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// growTree gives places while entries wait. known is whether there is a key.
func (a *App) growTree(ctx context.Context, known *bool) error {
	if !*known {
		if _, _, err := a.ledger.Signer(ctx, a.origin()); err != nil {
			return err
		}
		*known = true
	}
	for {
		if n, err := a.ledger.ReadPending(ctx, 1); err != nil || n == 0 {
			return err
		}
		if n, err := a.ledger.Integrate(ctx, atOnce); err != nil || n < atOnce {
			return err
		}
	}
}

// origin names a log that has no key yet, for ever: by the address of the server, or by chance where it has none.
func (a *App) origin() string {
	if u, err := url.Parse(a.config.BaseURL); err == nil && u.Host != "" {
		return u.Host + "/log"
	}
	return "countersign-" + ident.New()[24:] + "/log"
}
