package web

import (
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Raw is embedded in the input of an operation that reads its body as it comes, whatever its length.
type Raw struct{ r io.Reader }

// Resolve implements huma.Resolver.
func (b *Raw) Resolve(ctx huma.Context) []error {
	b.r = ctx.BodyReader()
	return nil
}

// Reader is the body of the request.
func (b *Raw) Reader() io.Reader { return b.r }

// A Sender writes the whole answer of an operation itself; see Endpoint.Produces.
type Sender = func(ctx huma.Context)

// Send makes a Sender of what a page handler would do. An error before the first byte becomes a problem document.
func Send(h func(w http.ResponseWriter, r *http.Request) error) Sender {
	return func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		if err := h(w, r); err != nil {
			FailAPI(w, r, err)
		}
	}
}
