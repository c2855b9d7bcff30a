package app

import (
	"context"
	"time"

	"countersign/internal/account"
	"countersign/internal/document"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/jobs"
	"countersign/internal/platform/mail"
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
	jobs.Register(r, func(ctx context.Context, _ document.SweepPending) error { _, err := a.Document.Sweep(ctx); return err })
	jobs.Register(r, permanent(func(ctx context.Context, j account.InvitationMail) error {
		l, err := a.Account.Letter(ctx, j)
		if err != nil || l.To == "" {
			return err
		}
		return sender.Send(ctx, mail.Message{ID: l.ID, To: l.To, Subject: l.Subject, Text: l.Text})
	}))
	for name, every := range map[string]struct {
		interval time.Duration
		job      jobs.Args
	}{
		"task.tick":      {time.Minute, tick{}},
		"thread.digest":  {15 * time.Minute, thread.Digest{}},
		"document.sweep": {6 * time.Hour, document.SweepPending{}},
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
