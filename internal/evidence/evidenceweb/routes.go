package evidenceweb

import (
	"net/http"
	"net/url"
	"strconv"

	"countersign/internal/evidence"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// Routes registers the pages, and the files of the log.
func Routes(mux web.Router, s *evidence.Service) {
	h := pages{s}
	mux.Handle("GET /record", web.Handler(h.record))
	mux.Handle("POST /record/witnesses", web.Handler(h.add))
	mux.Handle("POST /record/witnesses/{id}/end", web.Handler(h.end))
	packRoutes(mux, h)
	mux.Handle("GET "+web.APIPath+"/log/checkpoint", web.Handler(h.checkpoint))
	mux.Handle("GET "+web.APIPath+"/log/{path...}", web.Handler(h.tile))
}

type pages struct{ s *evidence.Service }

// A recordPage is what is proven of the record.
type recordPage struct {
	evidence.Record
	Chrome ui.Chrome
	Reader web.Reader
	Typed  string
	Errors []ui.FieldError
	Lead   string
}

func (h pages) record(w http.ResponseWriter, r *http.Request) error { return h.show(w, r, "", nil) }

func (h pages) show(w http.ResponseWriter, r *http.Request, typed string, refused error) error {
	rec, err := h.s.Record(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	p := recordPage{Record: rec, Chrome: web.Chrome(r, "Record"), Reader: web.ReaderOf(r), Typed: typed}
	status := http.StatusOK
	if refused != nil {
		status, p.Errors, p.Lead = web.Status(refused), web.FieldErrors(refused), "The witness is not added."
		if len(p.Errors) == 0 {
			p.Errors = []ui.FieldError{{Name: "key", Text: fault.Say(refused)}}
		}
	}
	return web.Page(w, r, status, recordView(p))
}

func (h pages) add(w http.ResponseWriter, r *http.Request) error {
	typed := r.PostFormValue("key")
	_, err := h.s.AddWitness(r.Context(), web.Who(r), typed)
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Conflict) {
		return h.show(w, r, typed, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/record", "The witness is registered. What it cosigns from now on shows here.")
}

func (h pages) end(w http.ResponseWriter, r *http.Request) error {
	if err := h.s.EndWitness(r.Context(), web.Who(r), r.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, r, "/record", "The witness serves no more. What it cosigned stays.")
}

// checkpoint sends the newest checkpoint, or with ?cosigned the newest that a witness has cosigned.
func (h pages) checkpoint(w http.ResponseWriter, r *http.Request) error {
	b, err := h.s.Checkpoint(r.Context(), web.Who(r), r.URL.Query().Has("cosigned"))
	if err != nil {
		return err
	}
	return send(w, b, "text/plain; charset=utf-8", "no-store")
}

// tile sends tiles and bundles (C2SP tlog-tiles). A full one never changes.
func (h pages) tile(w http.ResponseWriter, r *http.Request) error {
	b, full, err := h.s.File(r.Context(), web.Who(r), r.PathValue("path"))
	if err != nil {
		return err
	}
	keep := "no-store"
	if full {
		keep = "private, max-age=31536000, immutable"
	}
	return send(w, b, "application/octet-stream", keep)
}

func send(w http.ResponseWriter, b []byte, kind, keep string) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", keep)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	_, err := w.Write(b)
	return err
}

func endPath(id string) string { return "/record/witnesses/" + url.PathEscape(id) + "/end" }
