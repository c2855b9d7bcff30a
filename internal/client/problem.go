package client

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"countersign/internal/kernel/fault"
)

// A Problem is a refusal of the server (RFC 9457).
type Problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Reference string `json:"reference"` // of a failure, as it stands in the server's log
	Rules     []struct {
		ID, Name, Say, Fix string
	} `json:"rules"`
	Errors []struct {
		Location, Message string
	} `json:"errors"`
}

const longestProblem = 1 << 20

func problem(rs *http.Response) error {
	p := &Problem{}
	if err := json.NewDecoder(io.LimitReader(rs.Body, longestProblem)).Decode(p); err != nil || p.Detail == "" {
		p.Detail = "The server answered " + rs.Status + "."
	}
	p.Status = rs.StatusCode
	return p
}

// Error is one line for a person: the sentence, the rules by name with what to do next, or the fields.
func (p *Problem) Error() string {
	var b strings.Builder
	if len(p.Rules) == 0 {
		b.WriteString(p.Detail)
	}
	for i, r := range p.Rules {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(r.Name + ": " + r.Say)
		if r.Fix != "" {
			b.WriteString(" " + r.Fix)
		}
	}
	for _, e := range p.Errors {
		if e.Message != p.Detail {
			b.WriteString(" (" + e.Location + ": " + e.Message + ")")
		} else {
			b.WriteString(" (" + strings.TrimPrefix(e.Location, "body.") + ")")
		}
	}
	if p.Reference != "" {
		b.WriteString(" (reference " + p.Reference + ")")
	}
	return b.String()
}

// Kind is the class of the refusal.
func (p *Problem) Kind() fault.Kind {
	for k, name := range map[fault.Kind]string{fault.Invalid: "invalid", fault.NotFound: "not-found", fault.Forbidden: "forbidden", fault.Conflict: "conflict", fault.Stale: "stale"} {
		if p.Type == "urn:countersign:fault:"+name {
			return k
		}
	}
	switch p.Status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return fault.Invalid
	case http.StatusNotFound:
		return fault.NotFound
	case http.StatusUnauthorized, http.StatusForbidden:
		return fault.Forbidden
	}
	return fault.Internal
}

// ExitCode is what a command ends with; see package fault.
func (p *Problem) ExitCode() int { return int(p.Kind()) + 1 }

// Rule reports whether the refusal names the rule.
func (p *Problem) Rule(id string) bool {
	for _, r := range p.Rules {
		if r.ID == id {
			return true
		}
	}
	return false
}
