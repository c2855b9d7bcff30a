package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"countersign/internal/kernel/ident"
)

type contextKey struct{}

// A request gathers what inner handlers know and the middleware reports.
type request struct {
	id      string
	session ident.SessionID
	pattern string
}

// SetSession tells the line of this request which session acts.
func SetSession(ctx context.Context, id ident.SessionID) {
	if q, ok := ctx.Value(contextKey{}).(*request); ok {
		q.session = id
	}
}

// RequestID is the identifier of the request in its log line, to be shown beside "something went wrong"; empty
// outside Middleware.
func RequestID(ctx context.Context) string {
	if q, ok := ctx.Value(contextKey{}).(*request); ok {
		return q.id
	}
	return ""
}

// Route keeps the pattern that a ServeMux matched. Put it around the mux itself when handlers between Middleware and
// the mux replace the request; otherwise it is not needed.
func Route(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if q, ok := r.Context().Value(contextKey{}).(*request); ok && r.Pattern != "" {
				q.pattern = r.Pattern
			}
		}()
		mux.ServeHTTP(w, r)
	})
}

// Middleware logs one line per request and counts it in m (nil: no metrics). It also turns a panic into a 500 and a
// line with the request's identifier, unless the answer has begun already.
func Middleware(log *slog.Logger, m *Metrics, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		q := &request{id: ident.New()}
		r = r.WithContext(context.WithValue(r.Context(), contextKey{}, q))
		rec := &recorder{ResponseWriter: w}
		if m != nil {
			m.inFlight.Inc()
			defer m.inFlight.Dec()
		}
		defer func() {
			p := recover()
			whole := rec.status == 0 && p != http.ErrAbortHandler
			if p != nil && whole {
				http.Error(rec, "Something went wrong on our side. Reference: "+q.id, http.StatusInternalServerError)
			}
			report(log, m, r, q, rec, time.Since(began), p)
			if p != nil && !whole {
				panic(http.ErrAbortHandler) // the connection breaks, so that half an answer does not look whole
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

func report(log *slog.Logger, m *Metrics, r *http.Request, q *request, rec *recorder, took time.Duration, p any) {
	pattern := q.pattern
	if pattern == "" {
		pattern = r.Pattern
	}
	if pattern == "" {
		pattern = "unmatched"
	}
	status := rec.status
	if status == 0 {
		status = http.StatusOK
	}
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request", q.id), slog.String("method", method(r.Method)), slog.String("route", pattern), slog.Int("status", status),
		slog.Int64("bytes", rec.bytes), slog.Duration("took", took),
	}
	if q.session != "" {
		attrs = append(attrs, slog.String("session", string(q.session)))
	}
	if p != nil && p != http.ErrAbortHandler {
		level = slog.LevelError
		attrs = append(attrs, slog.String("panic", fmt.Sprintf("%T", p)), slog.String("stack", string(debug.Stack())))
	}
	log.LogAttrs(r.Context(), level, "request", attrs...)
	if m != nil {
		m.observe(method(r.Method), pattern, status, took)
	}
}

// method keeps invented methods out of the log and the labels.
func method(s string) string {
	switch s {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return s
	}
	return "other"
}

// A recorder notes status and size. Flushing and deadlines reach the real writer through Unwrap.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// Unwrap serves http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}
