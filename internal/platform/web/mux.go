package web

import "net/http"

// A Router takes routes; *http.ServeMux and *Mux are some.
type Router interface {
	Handle(pattern string, h http.Handler)
	HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request))
}

// A Mux is a mux that can tell its routes, so that the residency probe walks all of them and a test knows that each is
// documented.
type Mux struct {
	*http.ServeMux
	Patterns []string // as they were registered: "GET /versions/{id}/file"
}

// NewMux returns a mux without routes.
func NewMux() *Mux { return &Mux{ServeMux: http.NewServeMux()} }

// Handle registers a handler.
func (m *Mux) Handle(pattern string, h http.Handler) {
	m.Patterns = append(m.Patterns, pattern)
	m.ServeMux.Handle(pattern, h)
}

// HandleFunc registers a function.
func (m *Mux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, http.HandlerFunc(h))
}
