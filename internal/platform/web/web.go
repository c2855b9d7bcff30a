package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/a-h/templ"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/ui"
)

// A Handler serves a page or takes a form, and returns its error instead of writing it.
type Handler func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP implements http.Handler. An error becomes an error page with the reader's navigation around it.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		Fail(w, r, err)
	}
}

// Status is the one mapping from a fault to an HTTP status.
func Status(err error) int {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	if errors.Is(err, syscall.ENOSPC) {
		return http.StatusInsufficientStorage
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Conflict, fault.Stale:
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

// Fail writes err as a page, or as a problem document below APIPath. Internal errors are logged with a reference that is shown.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) {
		return // the browser went away
	}
	if strings.HasPrefix(r.URL.Path, APIPath+"/") {
		FailAPI(w, r, err)
		return
	}
	status, ref := Status(err), ""
	if status >= http.StatusInternalServerError {
		ref = ident.New()[24:]
		slog.ErrorContext(r.Context(), "request failed", "route", r.Pattern, "reference", ref, "err", err)
	}
	page := ErrorPage{Chrome: Chrome(r, heading(status)), Status: status, Say: fault.Say(err), Rules: fault.Rules(err), Reference: ref}
	if status == http.StatusRequestEntityTooLarge {
		page.Say = "That is larger than this form takes. Nothing was stored."
	}
	if e := Page(w, r, status, errorPage(page)); e != nil {
		slog.ErrorContext(r.Context(), "error page failed", "route", r.Pattern, "err", e)
	}
}

// ErrorPage is the data of the page that an error becomes.
type ErrorPage struct {
	Chrome    ui.Chrome
	Status    int
	Say       string
	Rules     []authz.Rule
	Reference string // of an internal error, as it stands in the log
}

func heading(status int) string {
	switch status {
	case http.StatusNotFound:
		return "Nothing here"
	case http.StatusForbidden:
		return "Not allowed"
	case http.StatusConflict:
		return "That has changed"
	case http.StatusInsufficientStorage:
		return "The disk is full"
	case http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge, http.StatusBadRequest:
		return "That cannot be taken"
	}
	return "The program failed"
}

// Page renders c into memory and sends it.
func Page(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("web: render: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := b.WriteTo(w)
	return err
}

// Part reports whether the browser asks for the live part of a page only.
func Part(r *http.Request) bool { return r.Header.Get("X-Part") != "" }

// A Reader is the person behind a request as pages need them.
type Reader struct {
	Actor  actor.Actor
	Name   string
	Side   ui.Side
	Zone   *time.Location                                // the reader's
	Other  *time.Location                                // the other side's, beside it; the same as Zone when there is none
	Nav    []ui.NavSection                               // the pages that the reader has a use for
	Chrome func(r *http.Request, title string) ui.Chrome // navigation, notices, flash around a page
}

type readerKey struct{}

// WithReader is used by the middleware that authenticates, once per request.
func WithReader(ctx context.Context, r Reader) context.Context {
	return context.WithValue(ctx, readerKey{}, r)
}

// ReaderOf returns the reader of a request. Without one the zones are UTC and the actor is nobody.
func ReaderOf(r *http.Request) Reader {
	if rd, ok := r.Context().Value(readerKey{}).(Reader); ok {
		return rd
	}
	return Reader{Zone: time.UTC, Other: time.UTC}
}

// Who returns the actor of a request.
func Who(r *http.Request) actor.Actor { return ReaderOf(r).Actor }

// Chrome returns what stands around a page of this reader.
func Chrome(r *http.Request, title string) ui.Chrome {
	if rd := ReaderOf(r); rd.Chrome != nil {
		return rd.Chrome(r, title)
	}
	return ui.Chrome{Title: title}
}

// Redirect answers a form that was carried out: the browser goes to path with GET, where flash is shown once.
func Redirect(w http.ResponseWriter, r *http.Request, path, flash string) error {
	if flash != "" {
		http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString([]byte(flash)), Path: "/",
			MaxAge: 60, HttpOnly: true, Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https", SameSite: http.SameSiteLaxMode})
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

const flashCookie = "countersign_flash"

// TakeFlash returns the flash line of the request before, and forgets it.
func TakeFlash(w http.ResponseWriter, r *http.Request) *ui.Flash {
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(text) > 500 {
		return nil
	}
	return &ui.Flash{Tone: ui.OK, Text: string(text)}
}

// LocalPath returns p if it is a path of this server, else "/": what a form or link may send the browser back to.
func LocalPath(p string) string {
	u, err := url.Parse(p)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.Contains(p, `\`) {
		return "/"
	}
	return p
}

// FieldErrors turns a correctable fault into what a form shows; nil for any other error.
func FieldErrors(err error) []ui.FieldError {
	if err == nil || !fault.Correctable(err) {
		return nil
	}
	return []ui.FieldError{{Name: fault.Field(err), Text: fault.Say(err)}}
}
