package probe

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"countersign/internal/kernel/ident"
)

// A Route is one that the program serves.
type Route struct {
	Pattern string   // "GET /versions/{id}/file"
	Query   []string // the parameters it takes; nil: whatever comes
}

// A Question is a request of the walk.
type Question struct {
	Method string
	Path   string
	Query  url.Values // of the address, or of the form when Method is POST
}

// An Answer is what came back.
type Answer struct {
	Status int
	Type   string // of the content, without parameters
	Stored bool   // the browser may keep it
	Body   []byte
}

// An Ask puts a question as one person.
type Ask func(ctx context.Context, q Question) Answer

// A Door lets the probe in.
type Door interface {
	// Routes lists what the program serves.
	Routes() []Route
	// As gives the way in of a person who acts for an organization. ok is false when they could not sign in.
	As(ctx context.Context, person ident.PersonID, org ident.OrgID) (ask Ask, ok bool, err error)
}

// known are the identifiers by which a document can be asked for: of itself, and of what stands around it, by the word
// before them in an address.
type known struct {
	always []string            // tried after a word that no page has named
	by     map[string][]string // by the word before them
	values url.Values          // for parameters
}

// perWord bounds the identifiers of one word, perRoute the addresses of one route.
const (
	perWord  = 3
	perRoute = 12
)

var inAddress = regexp.MustCompile(`/([a-z-]+)/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})`)

// learn takes in the identifiers that a page names.
func (k *known) learn(page []byte) {
	for _, m := range inAddress.FindAllSubmatch(page, -1) {
		word, id := string(m[1]), string(m[2])
		if !slices.Contains(k.by[word], id) && len(k.by[word]) < perWord {
			k.by[word] = append(k.by[word], id)
		}
	}
}

// questions are the requests that a route is walked with.
func (k *known) questions(r Route) (out []Question) {
	method, path, ok := strings.Cut(r.Pattern, " ")
	if !ok {
		method, path = "GET", r.Pattern
	}
	path = strings.ReplaceAll(path, "{$}", "")
	values := k.values
	if r.Query != nil {
		values = url.Values{}
		for _, name := range r.Query {
			if v, ok := k.values[name]; ok {
				values[name] = v
			}
		}
	}
	paths := []string{""}
	word := ""
	for i, part := range strings.Split(path, "/") {
		choices := []string{part}
		if strings.HasPrefix(part, "{") {
			choices = k.choices(word, strings.Trim(part, "{.}"))
		}
		word = part
		var next []string
		for _, p := range paths {
			for _, c := range choices {
				if i > 0 {
					c = "/" + c
				}
				next = append(next, p+c)
			}
		}
		paths = next[:min(len(next), perRoute)]
	}
	for _, p := range paths {
		out = append(out, Question{method, p, values})
	}
	return out
}

func (k *known) choices(word, name string) []string {
	switch name {
	case "n", "page", "item":
		return []string{"1"}
	case "kind":
		return []string{"document", "matter", "task"}
	}
	if ids := k.by[word]; len(ids) > 0 {
		return ids
	}
	return k.always
}
