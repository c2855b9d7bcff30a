package web

import (
	"context"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
)

// APIPath is where the API begins.
const APIPath = "/api/v1"

const apiWords = `The same verbs as the pages, over JSON. Every request carries an API token: "Authorization: Bearer …".

Instants are RFC 3339 in UTC. A record that moves carries "rev"; send the rev that you saw, and a change in between is answered
with 409 and the type urn:countersign:fault:stale. Without rev the move goes by the record as it stands.

Every refusal is a problem document (RFC 9457). On 403 it names the rules that refuse and what to do next; on 422 the fields.

A POST may carry the header Idempotency-Key. Repeated by the same person on the same path with the same key, it is not carried out
again: the answer is 200 with {"repeated": true, "action": …, "subject": …} and the header Idempotency-Replayed: true.`

// APIMux is what the API needs of a mux; *http.ServeMux is one.
type APIMux interface {
	humago.Mux
	Handler(r *http.Request) (h http.Handler, pattern string)
}

// NewAPI opens the API on a mux that stands behind authentication. done says what an earlier request with the same
// idempotency key did; it is the gate's.
func NewAPI(mux APIMux, done Done) huma.API {
	c := huma.DefaultConfig("Countersign", "1")
	c.Info.Description = apiWords
	c.OpenAPIPath = APIPath + "/openapi"
	c.DocsPath, c.SchemasPath = "", "" // huma's pages load scripts from another host
	c.CreateHooks = nil                // no $schema in answers
	c.RejectUnknownQueryParameters = true
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "An API token, made in Settings, API tokens."},
	}
	mux.HandleFunc(APIPath+"/", func(w http.ResponseWriter, r *http.Request) { noRoute(mux, w, r) })
	api := humago.New(mux, c)
	api.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) { admit(api, done, ctx, next) })
	return api
}

// schemaName calls a wire type by its feature, so that no two features collide: taskweb.wireHandIn is TaskHandIn.
func schemaName(t reflect.Type, hint string) string {
	name := strings.TrimPrefix(huma.DefaultSchemaNamer(t, hint), "Wire")
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	feature := strings.TrimSuffix(path.Base(t.PkgPath()), "web")
	if feature == "." || feature == "" || strings.HasPrefix(strings.ToLower(name), feature) {
		return name
	}
	return strings.ToUpper(feature[:1]) + feature[1:] + name
}

// noRoute tells a wrong method from a path that is not there.
func noRoute(mux APIMux, w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = m
		if _, pattern := mux.Handler(other); strings.HasPrefix(pattern, m+" "+APIPath+"/") {
			allowed = append(allowed, m)
		}
	}
	if len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		writeProblem(w, &Problem{Type: "about:blank", Title: "Wrong method", Status: http.StatusMethodNotAllowed, Detail: "This path takes " + strings.Join(allowed, " or ") + "."})
		return
	}
	writeProblem(w, &Problem{Type: "about:blank", Title: heading(http.StatusNotFound), Status: http.StatusNotFound, Detail: "The API has no such path."})
}

// A call is one request to the API: who calls, and the key under which it may be repeated.
type call struct {
	who  actor.Actor
	done Done
}

type callKey struct{}

// admit turns away who is nobody, and puts the idempotency key on the actor.
func admit(api huma.API, done Done, ctx huma.Context, next func(huma.Context)) {
	rd, ok := ctx.Context().Value(readerKey{}).(Reader)
	if !ok || rd.Actor.Person == "" {
		ctx.SetHeader("WWW-Authenticate", "Bearer")
		huma.WriteErr(api, ctx, http.StatusUnauthorized, "") //nolint:errcheck // huma reports it
		return
	}
	c := call{rd.Actor, done}
	if key := ctx.Header("Idempotency-Key"); key != "" && ctx.Method() == http.MethodPost {
		if !plain(key) {
			_ = huma.WriteErr(api, ctx, http.StatusUnprocessableEntity, "", &huma.ErrorDetail{Location: "header.Idempotency-Key",
				Message: "an idempotency key has at most 100 printable characters"}) // a client that left reads no error
			return
		}
		u := ctx.URL()
		c.who.Key = key + " " + u.EscapedPath()
	}
	next(huma.WithValue(ctx, callKey{}, c))
}

func plain(key string) bool {
	return len(key) <= 100 && strings.IndexFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// An Endpoint is one operation of the API.
type Endpoint struct {
	ID       string // the verb as it stands in entries, "task.submit"; a read is "task.get"
	Method   string // "" for POST
	Path     string // below APIPath
	Summary  string
	Detail   string // "" when the summary says it all
	Status   int    // of success; 0 for 200
	Takes    string // media type of a body that the handler reads itself; "" for JSON or none
	Produces string // media type of an answer that the handler writes itself; "" for JSON
}

// A Reply wraps what an operation answers.
type Reply[T any] struct{ Body T }

// Offer registers an operation. fn translates and calls one verb or question; its error becomes a problem document.
func Offer[I, T any](api huma.API, e Endpoint, fn func(ctx context.Context, who actor.Actor, in *I) (T, error)) {
	huma.Register(api, e.operation(), func(ctx context.Context, in *I) (*Reply[T], error) {
		c, ok := ctx.Value(callKey{}).(call)
		if !ok {
			return nil, problemOf(ctx, errNoCall)
		}
		if !c.who.Covers(e.ID) { // reads too: the gate asks for verbs only
			return nil, problemOf(ctx, fault.Refused(authz.Decision{Rules: []authz.Rule{authz.OutOfScope(authz.Action(e.ID))}}))
		}
		out, err := once(ctx, c, func() (T, error) { return fn(ctx, c.who, in) })
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return &Reply[T]{out}, nil
	})
}

// Do is Offer for a verb that answers with nothing but its success (204).
func Do[I any](api huma.API, e Endpoint, fn func(ctx context.Context, who actor.Actor, in *I) error) {
	e.Status = http.StatusNoContent
	huma.Register(api, e.operation(), func(ctx context.Context, in *I) (*struct{}, error) {
		c, ok := ctx.Value(callKey{}).(call)
		if !ok {
			return nil, problemOf(ctx, errNoCall)
		}
		_, err := once(ctx, c, func() (struct{}, error) { return struct{}{}, fn(ctx, c.who, in) })
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return nil, nil
	})
}

func (e Endpoint) operation() huma.Operation {
	feature, _, _ := strings.Cut(e.ID, ".")
	op := huma.Operation{OperationID: e.ID, Method: e.Method, Path: APIPath + e.Path, Summary: e.Summary, Description: e.Detail, Tags: []string{feature},
		DefaultStatus: e.Status, Security: []map[string][]string{{"token": {}}}, MaxBodyBytes: FormBytes,
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}}
	if op.Method == "" {
		op.Method = http.MethodPost
	}
	if op.Method == http.MethodPost {
		most := 100
		op.Parameters = []*huma.Param{{Name: "Idempotency-Key", In: "header", Description: "Makes the request safe to repeat.", Schema: &huma.Schema{Type: "string", MaxLength: &most}}}
	}
	if op.Method != http.MethodGet {
		op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	binary := func(t string) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{t: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}
	}
	if e.Takes != "" {
		op.RequestBody = &huma.RequestBody{Required: true, Content: binary(e.Takes)}
	}
	if e.Produces != "" {
		op.Responses = map[string]*huma.Response{"200": {Description: "The bytes.", Content: binary(e.Produces)}}
	}
	return op
}
