package web

import (
	"log/slog"
	"net/http"
	"runtime/debug"

	"countersign/internal/kernel/fault"
)

// Policy is the content security policy of every page: our own files and nothing else.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// FormBytes is the most that a form other than an upload may send.
const FormBytes = 1 << 20

// Guard sets the headers of every response, refuses forms from other sites, and turns a panic into an error page.
func Guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Fail(w, r, fault.New(fault.Forbidden, "This form came from another site. Nothing was done."))
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				slog.ErrorContext(r.Context(), "panic", "route", r.Pattern, "value", p, "stack", string(debug.Stack()))
				Fail(w, r, fault.New(fault.Internal, ""))
			}
		}()
		cross.Handler(next).ServeHTTP(w, r)
	})
}

// LimitForm bounds the body of requests that are not uploads.
func LimitForm(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, FormBytes)
		next.ServeHTTP(w, r)
	})
}
