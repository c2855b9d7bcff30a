package thread

import (
	"context"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/mail"
)

// A Mailer takes letters; mail.Sender is one.
type Mailer interface {
	Send(ctx context.Context, m mail.Message) error
}

// A Service is this package's verbs and questions. It holds no state of its own.
type Service struct {
	gate *gate.Gate
	mail Mailer
	base string
}

// New returns the thread service. base is the address of this server without a slash at its end, for links in mails.
func New(g *gate.Gate, m Mailer, base string) *Service { return &Service{g, m, base} }

// The verbs, as they stand in policies, entries and routes.
const (
	DoPost   authz.Action = "message.post"
	DoEdit   authz.Action = "message.edit"
	DoTell   authz.Action = "notice.sent" // a job
	DoRead   authz.Action = "notice.read"
	DoChoose authz.Action = "notice.choose"
	DoMail   authz.Action = "notice.mailed" // a job
	DoStop   authz.Action = "notice.stop_mail"
)

// A MessageID names a message.
type MessageID string

// The kinds of records that talk hangs on.
const (
	OnMatter   = "matter"
	OnTask     = "task"
	OnDocument = "document"
)

// ownSubject is a person's notices and settings as the policies see them.
func ownSubject(who actor.Actor, kind, id string) authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: kind, ID: id}, Org: string(who.Org), Attrs: map[string]any{"person": string(who.Person)}}
}

// systemOf is the job of the given kind acting on records of an organization.
func systemOf(kind string, o ident.OrgID) actor.Actor {
	who := actor.System(kind)
	who.Org = o
	return who
}
