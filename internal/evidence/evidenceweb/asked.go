package evidenceweb

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"

	"countersign/internal/evidence"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// An askedPage is a pack that is made, or on its way.
type askedPage struct {
	evidence.Asked
	Chrome ui.Chrome
	Reader web.Reader
}

// askPack has a pack made of the trail whose filters stand in the address.
func (h pages) askPack(of func(*http.Request) evidence.Scope) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := h.s.AskPack(r.Context(), web.Who(r), of(r), filter(r.URL.Query(), web.ReaderOf(r).Zone), r.PostFormValue("work") == "yes")
		if err != nil {
			return err
		}
		return web.Redirect(w, r, "/evidence/"+url.PathEscape(id), "The pack is being made.")
	}
}

func (h pages) asked(w http.ResponseWriter, r *http.Request) error {
	a, err := h.s.Asked(r.Context(), web.Who(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, askedView(askedPage{a, web.Chrome(r, "Evidence pack"), web.ReaderOf(r)}))
}

func (h pages) takePack(w http.ResponseWriter, r *http.Request) error {
	body, a, err := h.s.TakeOut(r.Context(), web.Who(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	defer body.Close() //nolint:errcheck // it was only read
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="evidence.zip"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", strconv.FormatInt(a.SizeBytes, 10))
	if _, err := io.Copy(w, body); err != nil {
		slog.ErrorContext(r.Context(), "a pack broke off", "route", r.Pattern, "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// trailPath leads back to the trail that the pack is of.
func (p askedPage) trailPath() string {
	for word, kind := range kinds {
		if kind == p.Scope.Kind && p.Scope.ID != "" {
			return "/" + word + "/" + url.PathEscape(p.Scope.ID) + "/trail"
		}
	}
	if p.Scope.Kind == "org" {
		return "/trail?of=org"
	}
	return "/trail"
}

func (p askedPage) size() string { return ui.Number(int((p.SizeBytes+1023)/1024)) + " KB" }
