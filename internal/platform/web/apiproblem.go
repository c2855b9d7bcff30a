package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
)

// A Problem is a refusal on the wire (RFC 9457).
type Problem struct {
	Type      string         `json:"type" example:"urn:countersign:fault:forbidden" doc:"What kind of refusal it is. Tell kinds apart by this."`
	Title     string         `json:"title" doc:"The kind in words; the same for every problem of the type."`
	Status    int            `json:"status" doc:"The status of the answer."`
	Detail    string         `json:"detail" doc:"One sentence for the person."`
	Rules     []ProblemRule  `json:"rules,omitempty" doc:"On 403: every rule that refuses."`
	Errors    []ProblemField `json:"errors,omitempty" doc:"What is wrong, field by field."`
	Reference string         `json:"reference,omitempty" doc:"On 500: the reference under which the log has the cause."`
}

// A ProblemRule is a rule that refuses.
type ProblemRule struct {
	ID   string `json:"id" example:"gate-consent"`
	Name string `json:"name"`
	Say  string `json:"say" doc:"What it demands and that it is not met."`
	Fix  string `json:"fix" doc:"What to do next, and who can."`
}

// A ProblemField is a value that cannot be taken. The value itself is not sent back: it may be words of a client.
type ProblemField struct {
	Location string `json:"location" example:"body.title"`
	Message  string `json:"message"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// faultType names a kind of fault. Conflict and Stale have the same status; the type tells them apart.
func faultType(k fault.Kind) string {
	return "urn:countersign:fault:" + [...]string{"internal", "invalid", "not-found", "forbidden", "conflict", "stale"}[k]
}

// problemOf turns the error of a verb into what is sent. A Repeated passes as it is.
func problemOf(ctx context.Context, err error) error {
	if _, ok := errors.AsType[Repeated](err); ok {
		return err
	}
	p := &Problem{Type: faultType(fault.KindOf(err)), Status: Status(err), Detail: fault.Say(err)}
	p.Title = heading(p.Status)
	switch p.Status {
	case http.StatusRequestEntityTooLarge:
		return shapeProblem(p.Status, nil)
	case http.StatusInternalServerError, http.StatusInsufficientStorage:
		p.Reference = ident.New()[24:]
		if !errors.Is(err, context.Canceled) {
			slog.ErrorContext(ctx, "request failed", "reference", p.Reference, "err", err)
		}
	}
	if f := fault.Field(err); f != "" {
		p.Errors = []ProblemField{{"body." + f, fault.Say(err)}}
	}
	for _, r := range fault.Rules(err) {
		p.Rules = append(p.Rules, ProblemRule{r.ID, r.Name, r.Say, r.Fix})
	}
	return p
}

// The refusals that huma makes before a verb is reached.
func init() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError { return shapeProblem(status, errs) }
}

func shapeProblem(status int, errs []error) *Problem {
	for _, err := range errs {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			status = http.StatusRequestEntityTooLarge
		}
	}
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status}
	switch status {
	case http.StatusBadRequest:
		p.Detail = "The body is missing or is not well-formed JSON. Nothing was done."
	case http.StatusUnauthorized:
		p.Detail = "Send an API token that is in force: Authorization: Bearer …"
	case http.StatusRequestEntityTooLarge:
		p.Detail = "The body is larger than this path takes. Nothing was stored."
	case http.StatusUnsupportedMediaType:
		p.Detail = "Send the body as application/json."
	case http.StatusUnprocessableEntity:
		p.Type, p.Title = faultType(fault.Invalid), heading(status)
		p.Detail = "Some fields cannot be taken; see errors."
	default:
		p.Detail = "The request could not be answered."
	}
	if status != http.StatusUnprocessableEntity && status != http.StatusBadRequest {
		return p
	}
	for _, err := range errs {
		d, ok := err.(huma.ErrorDetailer)
		if !ok {
			continue
		}
		p.Errors = append(p.Errors, ProblemField{d.ErrorDetail().Location, d.ErrorDetail().Message})
	}
	return p
}

// FailAPI answers r with a problem document: for what stands in front of the API, such as authentication.
func FailAPI(w http.ResponseWriter, r *http.Request, err error) {
	p, ok := problemOf(r.Context(), err).(*Problem)
	if !ok {
		p = shapeProblem(http.StatusInternalServerError, nil)
	}
	writeProblem(w, p)
}

// Unauthorized answers a request to the API whose token is missing, unknown, ended or revoked: one answer for all four.
func Unauthorized(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", "Bearer")
	writeProblem(w, shapeProblem(http.StatusUnauthorized, nil))
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.Encode(p) //nolint:errcheck // the client went away
}
