package app

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/access/accessweb"
	"countersign/internal/account"
	"countersign/internal/account/accountweb"
	"countersign/internal/deadline/deadlineweb"
	"countersign/internal/document/documentweb"
	"countersign/internal/engagement/engagementweb"
	"countersign/internal/evidence/evidenceweb"
	"countersign/internal/find/findweb"
	"countersign/internal/imports/importsweb"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter/matterweb"
	"countersign/internal/platform/live"
	"countersign/internal/platform/telemetry"
	"countersign/internal/platform/web"
	"countersign/internal/playbook/playbookweb"
	"countersign/internal/privacy/privacyweb"
	"countersign/internal/probe/probeweb"
	"countersign/internal/sla/slaweb"
	"countersign/internal/task/taskweb"
	"countersign/internal/thread"
	"countersign/internal/thread/threadweb"
	"countersign/internal/trail/trailweb"
	"countersign/internal/ui"
)

// Handler is the whole program as the network sees it.
func (a *App) Handler() http.Handler {
	mux, pages := a.door.built()
	return telemetry.Middleware(a.log, nil, web.Guard(limited(pages.Authenticate(telemetry.Route(mux)))))
}

// mux is every route of the program, and the pages that know who asks.
func (a *App) mux() (*web.Mux, *accountweb.Web) {
	mux := web.NewMux()
	pages := a.accountPages()
	pages.Routes(mux)
	matterweb.Routes(mux, a.Matter)
	engagementweb.Routes(mux, a.Engagement)
	playbookweb.Routes(mux, a.Playbook)
	documentweb.Routes(mux, a.Document)
	taskweb.Routes(mux, a.Task, a.Desk)
	threadweb.Routes(mux, a.Thread)
	threadweb.OpenRoutes(mux, a.Thread)
	trailweb.Routes(mux, a.Trail)
	findweb.Routes(mux, a.Find)
	importsweb.Routes(mux, a.Imports)
	probeweb.Routes(mux, a.Probe)
	accessweb.Routes(mux, a.Access)
	evidenceweb.Routes(mux, a.Evidence)
	privacyweb.Routes(mux, a.Privacy)
	deadlineweb.Routes(mux, a.Deadline)
	deadlineweb.FeedRoutes(mux, a.Deadline, a.config.BaseURL)
	slaweb.Routes(mux, a.SLA)
	a.api(mux)
	mux.Handle("GET /assets/", ui.Assets())
	mux.Handle("GET /live", live.Handler(a.stores.hub, a.mayHear))
	mux.Handle("GET /ui", web.Handler(func(w http.ResponseWriter, r *http.Request) error { return web.Page(w, r, http.StatusOK, ui.Gallery()) }))
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.Handle("/", web.Handler(func(http.ResponseWriter, *http.Request) error { return fault.Missing() }))
	return mux, pages
}

// api puts the same verbs behind /api/v1.
func (a *App) api(mux web.APIMux) {
	api := web.NewAPI(mux, a.Gate.Done)
	accountweb.API(api, a.Account)
	engagementweb.API(api, a.Engagement)
	matterweb.API(api, a.Matter)
	playbookweb.API(api, a.Playbook)
	documentweb.API(api, a.Document)
	taskweb.API(api, a.Task)
	threadweb.API(api, a.Thread)
	trailweb.API(api, a.Trail)
	importsweb.API(api, a.Imports)
	probeweb.API(api, a.Probe)
	accessweb.API(api, a.Access)
	evidenceweb.API(api, a.Evidence)
	privacyweb.API(api, a.Privacy)
	deadlineweb.API(api, a.Deadline)
	slaweb.API(api, a.SLA)
	a.queries = queries(api)
}

// queries are the parameters that each route of the API takes.
func queries(api huma.API) map[string][]string {
	out := map[string][]string{}
	for path, item := range api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			names := []string{}
			for _, p := range op.Parameters {
				if p.In == "query" {
					names = append(names, p.Name)
				}
			}
			out[op.Method+" "+path] = names
		}
	}
	return out
}

// limited bounds the body of ordinary forms; uploads and imports set limits of their own.
func limited(next http.Handler) http.Handler {
	forms := web.LimitForm(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if documentweb.IsUpload(r) || strings.HasPrefix(r.URL.Path, "/import") || strings.HasPrefix(r.URL.Path, web.APIPath+"/") {
			next.ServeHTTP(w, r)
			return
		}
		forms.ServeHTTP(w, r)
	})
}

// healthz answers a load balancer: the process serves and its database answers.
func (a *App) healthz(w http.ResponseWriter, r *http.Request) {
	if err := a.stores.db.Ping(r.Context()); err != nil {
		http.Error(w, "The database does not answer.", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n")) // a client that left is no fault of ours
}

// mayHear decides, at each message, whether the person behind a stream may know of a topic now.
func (a *App) mayHear(r *http.Request, topic live.Topic) bool {
	who := web.Who(r)
	if who.Person == "" {
		return false
	}
	kind, id, _ := strings.Cut(topic, "/")
	switch kind {
	case "person":
		return id == string(who.Person)
	case "org":
		return id == string(who.Org)
	case "matter":
		ok, err := a.Gate.View(who).Sees(r.Context(), ident.MatterID(id))
		return err == nil && ok
	}
	return false
}

// notices are the newest of a person for the bell of every page.
func (a *App) notices(ctx context.Context, who actor.Actor) ([]ui.Notice, int, error) {
	n, err := a.Thread.Unread(ctx, who)
	if err != nil || n == 0 {
		return nil, 0, err
	}
	told, _, err := a.Thread.Notices(ctx, who, false, thread.Cursor{}, 5)
	return threadweb.Menu(told), n, err
}

// A DemoPerson is someone the demonstration can be seen as.
type DemoPerson struct {
	ID      ident.PersonID
	Org     ident.OrgID
	Name    string
	Role    string
	OrgName string
}

func (a *App) demoPeople(ctx context.Context, who actor.Actor) (*ui.Demo, error) {
	people, err := a.demo.People(ctx)
	if err != nil {
		return nil, err
	}
	d := &ui.Demo{Current: string(who.Person)}
	for _, p := range people {
		if n := len(d.Casts); n == 0 || d.Casts[n-1].Org != p.OrgName {
			d.Casts = append(d.Casts, ui.DemoCast{Org: p.OrgName})
		}
		c := &d.Casts[len(d.Casts)-1]
		c.People = append(c.People, ui.DemoPerson{ID: string(p.ID), Name: p.Name, Role: p.Role})
	}
	return d, nil
}

func (a *App) demoAs(ctx context.Context, person string, d account.Device) (account.Opened, error) {
	people, err := a.demo.People(ctx)
	if err != nil {
		return account.Opened{}, err
	}
	for _, p := range people {
		if string(p.ID) == person {
			return a.Account.OpenFor(ctx, actor.System("demo"), p.ID, p.Org, d)
		}
	}
	return account.Opened{}, fault.Missing()
}
