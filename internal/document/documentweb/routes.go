package documentweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"countersign/internal/document"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// Routes adds the routes. Those for which IsUpload reports true must not stand behind web.LimitForm.
func Routes(mux web.Router, s *document.Service) {
	p := pages{s}
	mux.Handle("GET /matters/{id}/documents", web.Handler(p.library))
	mux.Handle("POST /matters/{id}/documents", web.Handler(p.upload))
	mux.Handle("POST /tasks/{id}/documents", web.Handler(p.uploadWork))
	mux.Handle("GET /documents/{id}", web.Handler(p.sheet))
	mux.Handle("GET /documents/{id}/compare", web.Handler(p.compare))
	mux.Handle("GET /documents/{id}/beside", web.Handler(p.beside))
	mux.Handle("GET /documents/{id}/read", web.Handler(p.readNumbered))
	mux.Handle("GET /documents/{id}/readers", web.Handler(p.readers))
	mux.Handle("POST /documents/{id}/versions", web.Handler(p.addVersion))
	mux.Handle("POST /documents/{id}/quarantine", web.Handler(p.quarantine))
	mux.Handle("POST /documents/{id}/lift", web.Handler(p.lift))
	mux.Handle("GET /versions/{id}/file", web.Handler(p.file))
	mux.Handle("GET /versions/{id}/read", web.Handler(p.read))
	mux.Handle("GET /versions/{id}/pages/{n}", web.Handler(p.page))
	mux.Handle("GET /versions/{id}/words/{n}", web.Handler(p.words))
	mux.Handle("POST /versions/{id}/unlock", web.Handler(p.unlock))
	mux.Handle("POST /versions/{id}/shown", web.Handler(p.shown))
	mux.Handle("GET /matters/{id}/residency", web.Handler(p.residency))
	mux.Handle("POST /matters/{id}/residency", web.Handler(p.setResidency))
	mux.Handle("POST /matters/{id}/residency/{rule}/lift", web.Handler(p.liftResidency))
	mux.Handle("POST /versions/{id}/restore", web.Handler(p.restore))
}

// IsUpload reports whether a request brings files: its body is bounded per file by the document service.
func IsUpload(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") &&
		(strings.HasSuffix(r.URL.Path, "/documents") || strings.HasSuffix(r.URL.Path, "/versions"))
}

type pages struct{ s *document.Service }

// zones are the reader's and the other side's.
type zones struct{ mine, other *time.Location }

func zonesOf(r *http.Request) zones {
	rd := web.ReaderOf(r)
	return zones{rd.Zone, rd.Other}
}

// A libraryPage is a matter's documents.
type libraryPage struct {
	Chrome  ui.Chrome
	Library document.Library
	Filter  document.Filter
	Zones   zones
}

func (p pages) library(w http.ResponseWriter, r *http.Request) error {
	m, q := ident.MatterID(r.PathValue("id")), r.URL.Query()
	f := document.Filter{Kind: document.Kind(q.Get("kind")), Folder: q.Get("folder"), Find: q.Get("q"), After: ident.DocumentID(q.Get("after"))}
	l, err := p.s.Library(r.Context(), web.Who(r), m, f)
	if err != nil {
		return err
	}
	c := web.Chrome(r, l.Number+" documents")
	c.LiveTopics = append(c.LiveTopics, "matter/"+string(m))
	return web.Page(w, r, http.StatusOK, libraryView(libraryPage{c, l, f, zonesOf(r)}))
}

// A sheetPage is a document with its versions.
type sheetPage struct {
	Chrome ui.Chrome
	Sheet  document.Sheet
	Zones  zones
	Errors []ui.FieldError // of the quarantine form
	Typed  document.QuarantineRequest
}

func (p pages) sheet(w http.ResponseWriter, r *http.Request) error {
	return p.showSheet(w, r, document.QuarantineRequest{}, nil)
}

func (p pages) showSheet(w http.ResponseWriter, r *http.Request, typed document.QuarantineRequest, refused error) error {
	sh, err := p.s.Sheet(r.Context(), web.Who(r), ident.DocumentID(r.PathValue("id")))
	if err != nil {
		return err
	}
	c := web.Chrome(r, sh.Document.Name)
	c.LiveTopics = append(c.LiveTopics, "matter/"+string(sh.Document.Matter))
	status := http.StatusOK
	if refused != nil {
		status = web.Status(refused)
	}
	return web.Page(w, r, status, sheetView(sheetPage{c, sh, zonesOf(r), web.FieldErrors(refused), typed}))
}

// A readersPage is who took out which version.
type readersPage struct {
	Chrome    ui.Chrome
	Had       document.Readership
	Zones     zones
	Page, Who string // narrow the pages shown
}

// sights are the pages shown that pass the filter.
func (p readersPage) sights() (out []document.Sight) {
	who := strings.ToLower(strings.TrimSpace(p.Who))
	for _, x := range p.Had.Sights {
		if (p.Page == "" || strconv.Itoa(x.Page) == strings.TrimSpace(p.Page)) && (who == "" || strings.Contains(strings.ToLower(x.Person+" "+x.Org+" "+x.Session), who)) {
			out = append(out, x)
		}
	}
	return out
}

// onScreen is a length of time as a person says it.
func onScreen(d time.Duration) string {
	switch {
	case d < time.Second:
		return "less than 1 s"
	case d < 2*time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	}
	return strconv.Itoa(int(d.Minutes())) + " min"
}

func (p pages) readers(w http.ResponseWriter, r *http.Request) error {
	had, err := p.s.Readers(r.Context(), web.Who(r), ident.DocumentID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, readersView(readersPage{web.Chrome(r, "Who had "+had.Document.Name), had, zonesOf(r), r.URL.Query().Get("page"), r.URL.Query().Get("who")}))
}

func (p pages) quarantine(w http.ResponseWriter, r *http.Request) error {
	in := document.QuarantineRequest{Document: ident.DocumentID(r.PathValue("id")), Cause: document.Cause(r.PostFormValue("cause")), Reason: r.PostFormValue("reason")}
	err := p.s.Quarantine(r.Context(), web.Who(r), in)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		return p.showSheet(w, r, in, err)
	}
	if err != nil {
		return err
	}
	// The page itself may be shut now to who asked for it.
	return web.Redirect(w, r, "/matters/"+url.PathEscape(r.PostFormValue("matter"))+"/documents",
		"In quarantine. Only the firm's compliance officer and supervising attorney can open it now.")
}

func (p pages) lift(w http.ResponseWriter, r *http.Request) error {
	id := ident.DocumentID(r.PathValue("id"))
	if err := p.s.LiftQuarantine(r.Context(), web.Who(r), id); err != nil {
		return err
	}
	return web.Redirect(w, r, documentPath(id), "The quarantine is lifted. Those on the matter can open it again.")
}

func (p pages) restore(w http.ResponseWriter, r *http.Request) error {
	after, err := strconv.ParseInt(r.PostFormValue("after"), 10, 64)
	if err != nil {
		after = 0
	}
	got, err := p.s.RestoreVersion(r.Context(), web.Who(r), ident.VersionID(r.PathValue("id")), after, r.PostFormValue("reason"))
	if err != nil {
		return err
	}
	return web.Redirect(w, r, documentPath(got.Document.ID), "Restored: the old bytes are version "+strconv.FormatInt(got.Version.N, 10)+" now.")
}

func documentPath(id ident.DocumentID) string { return "/documents/" + url.PathEscape(string(id)) }

func filePath(id ident.VersionID) string { return "/versions/" + url.PathEscape(string(id)) + "/file" }

func matterPath(id ident.MatterID) string { return "/matters/" + url.PathEscape(string(id)) }
