package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
)

// Done says what an earlier request of the actor with the same key did: the action and "kind/id" of its subject.
type Done func(ctx context.Context, who actor.Actor) (action authz.Action, subject string, done bool, err error)

var errNoCall = errors.New("web: the API was called around its own door")

// Repeated is the answer to a request that was carried out before.
type Repeated struct {
	Repeated bool         `json:"repeated"`
	Action   authz.Action `json:"action"`
	Subject  string       `json:"subject"`
}

// Error and GetStatus let huma send a Repeated in place of the operation's own answer.
func (Repeated) Error() string { return "web: repeated" }

// GetStatus implements huma.StatusError.
func (Repeated) GetStatus() int { return http.StatusOK }

// once carries a request out unless that was done before. Of two at the same instant the gate lets one commit; the other
// fails there, and then finds what the first one did.
func once[T any](ctx context.Context, c call, do func() (T, error)) (out T, err error) {
	if err := c.before(ctx); err != nil {
		return out, err
	}
	if out, err = do(); err == nil || c.who.Key == "" {
		return out, err
	}
	if again := c.before(ctx); again != nil {
		err = again
	}
	return out, err
}

// before returns nil, or the Repeated answer as an error.
func (c call) before(ctx context.Context) error {
	if c.who.Key == "" {
		return nil
	}
	action, subject, done, err := c.done(ctx, c.who)
	if err != nil || !done {
		return err
	}
	return huma.ErrorWithHeaders(Repeated{true, action, subject}, http.Header{"Idempotency-Replayed": {"true"}})
}
