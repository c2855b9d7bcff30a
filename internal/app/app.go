package app

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"time"

	"countersign/internal/access"
	"countersign/internal/account"
	"countersign/internal/account/accountweb"
	"countersign/internal/deadline"
	"countersign/internal/document"
	"countersign/internal/engagement"
	"countersign/internal/evidence"
	"countersign/internal/find"
	"countersign/internal/imports"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/config"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/ledger"
	"countersign/internal/platform/mail"
	"countersign/internal/platform/soffice"
	"countersign/internal/playbook"
	"countersign/internal/privacy"
	"countersign/internal/probe"
	"countersign/internal/sla"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/task/pin"
	"countersign/internal/thread"
	"countersign/internal/trail"
)

// Services are the features of a running program.
type Services struct {
	Account    *account.Service
	Engagement *engagement.Service
	Matter     *matter.Service
	Playbook   *playbook.Service
	Document   *document.Service
	Task       *task.Service
	Desk       *desk.Service
	Thread     *thread.Service
	Trail      *trail.Service
	Find       *find.Service
	Imports    *imports.Service
	Probe      *probe.Service
	Access     *access.Service
	Evidence   *evidence.Service
	Privacy    *privacy.Service
	Deadline   *deadline.Service
	SLA        *sla.Service
}

// An App is an opened installation.
type App struct {
	Services
	Gate *gate.Gate

	config *config.Config
	stores *stores
	files  *docwork.Pool
	ledger *ledger.Log
	log    *slog.Logger
	now    func() time.Time
	demo   *Demo

	door    *door
	queries map[string][]string // that each route of the API takes
}

// A Demo makes an installation a demonstration: people are switched with a click.
type Demo struct {
	People func(ctx context.Context) ([]DemoPerson, error)
}

// Open opens the stores, brings their tables up to date and puts the features together. now is the business clock.
func Open(ctx context.Context, c *config.Config, now func() time.Time, demo *Demo, log *slog.Logger) (*App, error) {
	s, err := openStores(ctx, c, now, log)
	if err != nil {
		return nil, err
	}
	a := &App{Gate: s.gate, config: c, stores: s, log: log, now: now, demo: demo}
	if err := a.compose(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return a, nil
}

// Close releases what Open acquired. Run must have ended.
func (a *App) Close() error {
	a.files.Close()
	return a.stores.close()
}

func (a *App) compose() error {
	c, g, k := a.config, a.Gate, scoped{a.stores.ring}
	secret, err := installation(c)
	if err != nil {
		return err
	}
	sender, err := letters(c)
	if err != nil {
		return err
	}
	a.Account = account.New(account.Deps{Gate: g, Keys: k, Installation: secret, Now: time.Now, Mail: true})
	a.Engagement = engagement.New(g)
	a.Matter = matter.New(g, k)
	a.Playbook = playbook.NewService(g)
	files := docwork.Settings{Cache: c.Cache()}
	office, err := soffice.Find(c.Soffice)
	if err != nil {
		return err
	}
	if office != nil {
		files.Office = office
	}
	if a.files, err = docwork.NewPool(files); err != nil {
		return err
	}
	a.Document = document.NewService(document.Deps{Gate: g, Blobs: a.stores.blobs, Keys: a.stores.ring, Files: a.files, Clock: time.Now})
	a.Task = task.New(g, a.Document)
	a.Desk = desk.New(g)
	a.SLA = sla.New(g)
	a.Desk.UseClocks(clocks{a.SLA})
	a.Document.UseTasks(writers{a.Task})
	a.Document.UsePins(boards{pin.New(g, a.Task)})
	a.Thread = thread.New(g, sender, c.BaseURL)
	a.Trail = trail.New(g)
	a.Find = find.New(g)
	a.Imports = imports.New(g, a.Matter, a.Account)
	a.door = newDoor(a)
	a.Access = a.explainer()
	a.ledger = &ledger.Log{DB: a.stores.db, Keys: secret, Now: time.Now}
	a.Evidence = evidence.New(g, a.ledger, a.Trail, a.making())
	a.Privacy = a.privacy()
	a.Deadline = deadline.New(g)
	a.Probe = &probe.Service{Gate: g, Documents: a.Document, Door: a.door, Clock: time.Now}
	a.registerJobs(sender)
	return nil
}

// installation is the key of what belongs to no organization: second factors, and the buckets of failed sign-ins.
func installation(c *config.Config) (*account.SecretKey, error) {
	path := filepath.Join(c.Keys(), "installation.key")
	text, err := config.Secret(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = newKeyFile(path, 32)
	}
	if err != nil {
		return nil, err
	}
	raw, err := hex.DecodeString(text)
	if err != nil {
		return nil, errors.New(path + " does not hold a key in hex")
	}
	return account.NewSecretKey(raw)
}

func letters(c *config.Config) (mail.Sender, error) {
	if c.Mail.Host == "" {
		return mail.NewFolder(c.MailFolder(), c.From)
	}
	password, err := c.MailPassword()
	if err != nil {
		return nil, err
	}
	return mail.NewSMTP(mail.SMTP{Host: c.Mail.Host, Port: c.Mail.Port, User: c.Mail.User, Password: password, Policy: mail.TLSPolicy(c.Mail.TLS), From: c.From})
}

// writers lets the documents ask the tasks who may write a task's work product.
type writers struct{ tasks *task.Service }

func (w writers) VersionComing(ctx context.Context, tx *gate.Tx, d document.Document) (string, error) {
	if d.Task == "" {
		return "", nil
	}
	return w.tasks.VersionComing(ctx, tx, d.Task)
}

// boards lets the reader of documents show what a task says of their pages.
type boards struct{ pins *pin.Service }

func (b boards) Board(ctx context.Context, who actor.Actor, t ident.TaskID, v ident.VersionID) (out document.Board, err error) {
	p, err := b.pins.Board(ctx, who, t, v)
	if err != nil {
		return out, err
	}
	out = document.Board{Task: p.Task.Name(), Find: p.Find, Ask: p.Ask}
	for _, x := range p.Pins {
		out.Pins = append(out.Pins, document.Pin(x))
	}
	return out, nil
}

// Run works jobs and serves pages until ctx ends. ready is told the address in use.
func (a *App) Run(ctx context.Context, ready func(addr string)) error {
	if err := a.stores.queue.Start(ctx); err != nil {
		return err
	}
	a.files.Warm()
	leading := make(chan struct{})
	ctx, stop := context.WithCancel(ctx)
	go func() { defer close(leading); a.lead(ctx) }()
	err := serve(ctx, a.config, a.Handler(), a.stores.hub.Close, a.log, ready)
	stop()
	<-leading
	stopping, done := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer done()
	return errors.Join(err, a.stores.queue.Stop(stopping))
}

// accountPages are the pages of sign-in and people, and the middleware that finds who asks.
func (a *App) accountPages() *accountweb.Web {
	proxies, _ := a.config.Proxies() // Validate has read them
	c := accountweb.Config{Account: a.Account, Now: time.Now, TrustProxy: len(proxies) > 0, Proxies: proxies, Notices: a.notices, Public: []string{"/api/v1/openapi.json", "/api/v1/openapi.yaml", "/mail/stop/", "/calendar/", "/healthz"}}
	if a.demo != nil {
		c.Demo, c.DemoAs, c.DemoFactors = a.demoPeople, a.demoAs, demoFactors
	}
	return accountweb.New(c)
}
