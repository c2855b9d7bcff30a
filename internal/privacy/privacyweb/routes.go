package privacyweb

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/privacy"
	"countersign/internal/ui"
)

// Routes registers the pages.
func Routes(mux web.Router, s *privacy.Service) {
	h := pages{s}
	mux.Handle("GET /privacy", web.Handler(func(w http.ResponseWriter, r *http.Request) error { return h.show(w, r, web.Form{}) }))
	mux.Handle("POST /privacy/requests", web.Handler(h.ask))
	mux.Handle("GET /privacy/requests/{id}", web.Handler(func(w http.ResponseWriter, r *http.Request) error { return h.sheet(w, r, web.Form{}) }))
	mux.Handle("GET /privacy/requests/{id}/export.zip", web.Handler(h.export))
	mux.Handle("POST /privacy/requests/{id}/approve", web.Handler(h.approve))
	mux.Handle("POST /privacy/requests/{id}/refuse", web.Handler(h.refuse))
	mux.Handle("POST /privacy/holds", web.Handler(h.hold))
	mux.Handle("POST /privacy/holds/lift", web.Handler(h.lift))
	mux.Handle("POST /privacy/retention", web.Handler(h.retention))
}

type pages struct{ s *privacy.Service }

// A page is all of it.
type page struct {
	privacy.Page
	Chrome ui.Chrome
	Reader web.Reader
	form   web.Form
}

func (h pages) show(w http.ResponseWriter, r *http.Request, f web.Form) error {
	p, err := h.s.Page(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	return web.Page(w, r, f.Code(), view(page{p, web.Chrome(r, "Privacy"), web.ReaderOf(r), f}))
}

// again shows the page with what was typed when a form was refused.
func (h pages) again(w http.ResponseWriter, r *http.Request, which string, err error) error {
	if k := fault.KindOf(err); k == fault.Invalid || k == fault.Conflict {
		return h.show(w, r, web.Refused(which, r, err))
	}
	return err
}

func (h pages) ask(w http.ResponseWriter, r *http.Request) error {
	kind := privacy.Kind(r.PostFormValue("kind"))
	subject, id, which := "person", r.PostFormValue("person"), "person"
	switch {
	case kind == privacy.Disposal:
		subject, id, which = "matter", r.PostFormValue("matter"), "disposal"
	case r.PostFormValue("client") != "":
		subject, id, which = "client", r.PostFormValue("client"), "client"
	case r.PostForm.Has("client"):
		subject, which = "client", "client"
	case r.PostFormValue("own") != "":
		id, which = string(web.Who(r).Person), "own"
	}
	made, err := h.s.Ask(r.Context(), web.Who(r), privacy.NewRequest{Kind: kind, SubjectKind: subject, SubjectID: id, ReceivedOn: r.PostFormValue("received_on"), Reason: r.PostFormValue("reason")})
	if err != nil {
		return h.again(w, r, which, err)
	}
	say := "The request is filed. Another compliance officer or administrator approves it."
	if kind == privacy.Access {
		say = "The request is filed. The file is being made."
	}
	return web.Redirect(w, r, "/privacy/requests/"+made, say)
}

func (h pages) hold(w http.ResponseWriter, r *http.Request) error {
	if err := h.s.Hold(r.Context(), web.Who(r), ident.MatterID(r.PostFormValue("matter")), r.PostFormValue("reason")); err != nil {
		return h.again(w, r, "hold", err)
	}
	return web.Redirect(w, r, "/privacy", "The matter is under legal hold. Nothing of it is erased or disposed of.")
}

func (h pages) lift(w http.ResponseWriter, r *http.Request) error {
	if err := h.s.LiftHold(r.Context(), web.Who(r), ident.MatterID(r.PostFormValue("matter"))); err != nil {
		return err
	}
	return web.Redirect(w, r, "/privacy", "The legal hold is lifted. What waited for it goes on.")
}

func (h pages) retention(w http.ResponseWriter, r *http.Request) error {
	years, err := strconv.Atoi(r.PostFormValue("years"))
	if err != nil {
		years = -1 // refused with the bounds
	}
	if err := h.s.SetRetention(r.Context(), web.Who(r), ident.MatterID(r.PostFormValue("matter")), privacy.Rule{Years: years, Basis: r.PostFormValue("basis")}); err != nil {
		return h.again(w, r, "retention", err)
	}
	return web.Redirect(w, r, "/privacy", "The schedule is set.")
}

// A sheetPage is one request.
type sheetPage struct {
	privacy.Sheet
	Chrome ui.Chrome
	Reader web.Reader
	form   web.Form
}

func (h pages) sheet(w http.ResponseWriter, r *http.Request, f web.Form) error {
	sh, err := h.s.Sheet(r.Context(), web.Who(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	p := sheetPage{Sheet: sh, Reader: web.ReaderOf(r), form: f}
	p.Chrome = web.Chrome(r, p.title())
	return web.Page(w, r, f.Code(), sheetView(p))
}

func (h pages) approve(w http.ResponseWriter, r *http.Request) error {
	if err := h.s.Approve(r.Context(), web.Who(r), r.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, r, "/privacy/requests/"+url.PathEscape(r.PathValue("id")), "Approved. It is being carried out.")
}

func (h pages) refuse(w http.ResponseWriter, r *http.Request) error {
	err := h.s.Refuse(r.Context(), web.Who(r), r.PathValue("id"), r.PostFormValue("note"))
	if fault.KindOf(err) == fault.Invalid && err != nil {
		return h.sheet(w, r, web.Refused("refuse", r, err))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/privacy/requests/"+url.PathEscape(r.PathValue("id")), "The request is refused.")
}

func (h pages) export(w http.ResponseWriter, r *http.Request) error {
	body, req, err := h.s.TakeOut(r.Context(), web.Who(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	defer body.Close() //nolint:errcheck // it was only read
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+req.Name()+`.zip"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", strconv.FormatInt(req.SizeBytes, 10))
	if _, err := io.Copy(w, body); err != nil {
		slog.ErrorContext(r.Context(), "an export broke off", "route", r.Pattern, "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

func (p sheetPage) title() string { return p.Name() + ", " + kindWords(p.Kind) }

func kindWords(k privacy.Kind) string {
	switch k {
	case privacy.Access:
		return "access"
	case privacy.Erasure:
		return "erasure"
	}
	return "disposal"
}

// about names the subject; erased ones have no name any more.
func about(r privacy.Request) string {
	switch {
	case r.Label != "" && r.SubjectKind == "matter":
		return "Matter " + r.Label
	case r.Label != "":
		return r.Label
	}
	return "Erased " + r.SubjectKind
}

func stateBadge(r privacy.Request) (ui.Tone, ui.IconName, string) {
	switch r.State {
	case privacy.Open:
		return ui.Warn, ui.IconClock, "Waits for approval"
	case privacy.Working:
		return ui.Info, ui.IconClock, "Under way"
	case privacy.Held:
		return ui.Warn, ui.IconLock, "Held"
	case privacy.Refused:
		return ui.Plain, ui.IconVoid, "Refused"
	}
	return ui.OK, ui.IconOK, "Done"
}

// due says by when a request must be answered.
func due(r privacy.Request) string {
	if r.DueOn == "" || r.State == privacy.Done || r.State == privacy.Refused {
		return ""
	}
	return ui.DayOf(r.DueOn)
}

func options(list []privacy.Choice, none string) []ui.Option {
	out := []ui.Option{{Value: "", Label: none}}
	for _, c := range list {
		out = append(out, ui.Option{Value: c.ID, Label: c.Name})
	}
	return out
}

// closed are the matters whose time is over.
func (p page) ripe() (out []privacy.Choice) {
	for _, k := range p.Kept {
		if k.Ruled && !k.Held && k.Until < p.Today {
			out = append(out, privacy.Choice{ID: string(k.Matter), Name: k.Number + " " + k.Title})
		}
	}
	return out
}

func (p page) keptUntil(k privacy.Kept) (ui.Tone, ui.IconName, string) {
	switch {
	case k.Held:
		return ui.Warn, ui.IconLock, "Legal hold"
	case !k.Ruled:
		return ui.Warn, ui.IconWarn, "No schedule"
	case k.Until < p.Today:
		return ui.Info, ui.IconClock, "May be disposed of"
	}
	return ui.Plain, ui.IconLock, "Kept"
}

func (p page) day(t time.Time) string { return t.In(p.Reader.Zone).Format("2 Jan 2006") }

func (p sheetPage) instant(t time.Time) string {
	return t.In(p.Reader.Zone).Format("2 Jan 2006, 15:04 MST")
}

func kinds() []ui.Option {
	return []ui.Option{{Value: "access", Label: "Access: what is held (GDPR Art. 15)"}, {Value: "erasure", Label: "Erasure (GDPR Art. 17)"}}
}

func (p page) lead() string {
	if !p.Officer {
		return "What is held about you, and your requests."
	}
	return "What data subjects ask for, what the law holds, and when closed matters go."
}

func (p page) ruleWords() string {
	if !p.Ruled {
		return "No schedule for the firm yet"
	}
	return "The firm's: " + strconv.Itoa(p.Default.Years) + " years, " + p.Default.Basis
}

func (p sheetPage) by() string {
	if p.MadeByName == "" {
		return ""
	}
	return ", filed by " + p.MadeByName
}

func (p sheetPage) certificate() string {
	if p.Kind == privacy.Disposal {
		return "Certificate of disposal"
	}
	return "Certificate of erasure"
}
