package app

import (
	"context"
	"errors"
	"net/url"
	"time"

	"countersign/internal/account"
	"countersign/internal/deadline"
	"countersign/internal/document"
	"countersign/internal/evidence"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/jobs"
	"countersign/internal/platform/mail"
	"countersign/internal/privacy"
	"countersign/internal/probe"
	"countersign/internal/thread"
)

// tick lets timers of the domain fire: questions whose time of silence has come.
type tick struct{}

func (tick) Kind() string { return "task.tick" }

// registerJobs says who works what. Kinds are registered before the queue starts.
func (a *App) registerJobs(sender mail.Sender) {
	r := a.stores.kinds
	jobs.Register(r, a.Thread.Deliver)
	jobs.Register(r, permanent(a.Thread.MailUrgent))
	jobs.Register(r, permanent(a.Thread.Digest))
	jobs.Register(r, func(ctx context.Context, _ tick) error { _, err := a.Task.AssumeSilent(ctx); return err })
	jobs.Register(r, func(ctx context.Context, _ deadline.Tick) error { _, err := a.Deadline.Remind(ctx); return err })
	jobs.Register(r, func(ctx context.Context, _ document.TellPages) error { _, err := a.Document.Tell(ctx); return err })
	jobs.Register(r, func(ctx context.Context, _ document.SweepPending) error { _, err := a.Document.Sweep(ctx); return err })
	jobs.Register(r, func(ctx context.Context, _ evidence.Watch) error { return a.Evidence.Watch(ctx) })
	jobs.Register(r, a.Evidence.Make, jobs.Timeout(30*time.Minute), jobs.MaxAttempts(3))
	jobs.Register(r, a.Privacy.Work)
	jobs.Register(r, func(ctx context.Context, _ privacy.Tick) error { return a.Privacy.Tick(ctx) })
	jobs.Register(r, func(ctx context.Context, _ probe.Nightly) error { return a.Probe.Plan(ctx) })
	jobs.Register(r, a.Probe.Walk, jobs.Timeout(probe.WalkFor), jobs.MaxAttempts(3))
	jobs.Register(r, permanent(func(ctx context.Context, j account.InvitationMail) error { return a.invite(ctx, sender, j) }))
	for name, every := range map[string]struct {
		interval time.Duration
		job      jobs.Args
	}{
		"task.tick":      {time.Minute, tick{}},
		"deadline.tick":  {time.Minute, deadline.Tick{}},
		"thread.digest":  {15 * time.Minute, thread.Digest{}},
		"document.pages": {time.Minute, document.TellPages{}},
		"document.sweep": {6 * time.Hour, document.SweepPending{}},
		"evidence.watch": {time.Hour, evidence.Watch{}},
		"privacy.tick":   {24 * time.Hour, privacy.Tick{}},
		"probe.nightly":  {24 * time.Hour, probe.Nightly{}},
	} {
		if err := a.stores.queue.Every(name, every.interval, every.job); err != nil {
			panic(err) // a schedule that the program itself writes down wrongly
		}
	}
}

// permanent keeps letters that a mail server refused for good from being tried again.
func permanent[T gate.Job](work func(context.Context, T) error) func(context.Context, T) error {
	return func(ctx context.Context, j T) error {
		err := work(ctx, j)
		if mail.Permanent(err) {
			return jobs.Permanent(err)
		}
		return err
	}
}

// invite sends the letter of an invitation. One that was used or revoked meanwhile needs none.
func (a *App) invite(ctx context.Context, sender mail.Sender, j account.InvitationMail) error {
	l, err := a.Account.Letter(ctx, j)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return sender.Send(ctx, mail.Message{ID: l.ID, To: l.To, Subject: l.From + " invites you to " + l.Org + " on Countersign",
		Text: l.Name + ",\n\n" + l.From + " invites you to work for " + l.Org + " on Countersign. This link opens your account once, until " + l.ExpiresAt.Format("2 January 2006 15:04 MST") + ":\n\n" +
			a.config.BaseURL + l.Path + "\n\nWho did not expect this letter can leave it; nothing happens.\n"})
}

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
