package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"countersign/internal/account"
	"countersign/internal/deadline"
	"countersign/internal/demo/world"
	"countersign/internal/document"
	"countersign/internal/engagement"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/playbook"
	"countersign/internal/sla"
	"countersign/internal/task"
	"countersign/internal/thread"
)

// Password and Secret sign everybody in who does not use the switch in the top bar.
const (
	Password = "marble-harbor-signs-twice"        //nolint:gosec // printed too
	Secret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" //nolint:gosec // of the authenticator app, base32: printed for everybody who starts the demonstration
)

// FinishedTasks is how much finished work the year holds.
const FinishedTasks = 160

// Services are the features that the script calls.
type Services struct {
	Account    *account.Service
	Engagement *engagement.Service
	Matter     *matter.Service
	Playbook   *playbook.Service
	Document   *document.Service
	Task       *task.Service
	Thread     *thread.Service
	Deadline   *deadline.Service
	SLA        *sla.Service

	// Settle works off the jobs that wait, so that notices are there to be read; nil where none run.
	Settle func(ctx context.Context) error
}

// Build makes the world. progress is told how many of all steps are done.
func Build(ctx context.Context, s Services, c *Clock, progress func(done, all int)) error {
	b := &builder{Services: s, clock: c, orgs: map[string]ident.OrgID{}, calendars: map[string]string{}, people: map[string]ident.PersonID{}, engagements: map[[2]string]ident.EngagementID{},
		playbooks: map[[2]string]ident.PlaybookID{}, clients: map[string]ident.ClientID{}, matters: map[string]ident.MatterID{}, sources: map[[2]string]ident.DocumentID{}, tasks: map[string]ident.TaskID{}}
	b.organizations()
	b.clientsAndMatters()
	b.papers()
	b.finished()
	b.showcase()
	b.dockets()
	b.at(world.Clock.Add(-16*time.Hour), "notices are read", b.readNotices)
	slices.SortStableFunc(b.events, func(x, y event) int { return x.at.Compare(y.at) })
	for i, e := range b.events {
		c.stand(e.at)
		if err := e.do(ctx); err != nil {
			return fmt.Errorf("demo: %s at %s: %w", e.what, e.at.Format(time.DateTime), err)
		}
		progress(i+1, len(b.events))
	}
	return nil
}

// readNotices lets everybody go home with no notice unread: what is new in the morning is of this night.
func (b *builder) readNotices(ctx context.Context) error {
	if b.Settle == nil {
		return nil
	}
	if err := b.Settle(ctx); err != nil {
		return err
	}
	for _, p := range world.People() {
		if err := b.Thread.ReadAll(ctx, b.as(p.Key)); err != nil {
			return err
		}
	}
	return nil
}

type event struct {
	at   time.Time
	what string
	do   func(ctx context.Context) error
}

type builder struct {
	Services
	clock  *Clock
	events []event

	orgs        map[string]ident.OrgID
	calendars   map[string]string // by organization
	people      map[string]ident.PersonID
	engagements map[[2]string]ident.EngagementID // firm, provider
	playbooks   map[[2]string]ident.PlaybookID   // firm, task type
	clients     map[string]ident.ClientID
	matters     map[string]ident.MatterID
	sources     map[[2]string]ident.DocumentID // matter, name
	tasks       map[string]ident.TaskID        // title of a task of the day
}

func (b *builder) at(t time.Time, what string, do func(ctx context.Context) error) {
	b.events = append(b.events, event{t, what, do})
}

// as is the actor of a person, signed in at their organization with a fresh second factor.
func (b *builder) as(key string) actor.Actor {
	p, ok := world.PersonBy(key)
	if !ok {
		panic("demo: no such person: " + key)
	}
	return actor.Actor{Person: b.people[key], Org: b.orgs[p.Org], Via: "web", MFA: true, SteppedUpAt: b.clock.Now()}
}

// holding returns the first person of an organization with the role.
func holding(org, role string) string {
	for _, p := range world.People() {
		if p.Org == org && slices.Contains(p.Roles, role) {
			return p.Key
		}
	}
	panic("demo: nobody at " + org + " is " + role)
}
