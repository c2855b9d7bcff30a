package threadweb

import (
	"net/http"
	"net/url"
	"strconv"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
	"countersign/internal/thread"
	"countersign/internal/ui"
)

// kinds are the places of talk by the word in their address.
var kinds = map[string]string{"matters": thread.OnMatter, "tasks": thread.OnTask, "documents": thread.OnDocument}

// Routes registers the pages for people who are signed in.
func Routes(mux web.Router, s *thread.Service) {
	h := pages{s}
	for word, kind := range kinds {
		mux.Handle("GET /"+word+"/{id}/thread", h.thread(kind))
		mux.Handle("POST /"+word+"/{id}/thread", h.post(kind))
	}
	mux.Handle("GET /messages/{id}", web.Handler(h.message))
	mux.Handle("POST /messages/{id}", web.Handler(h.edit))
	mux.Handle("GET /notices", web.Handler(h.notices))
	mux.Handle("GET /notices/{id}", web.Handler(h.open))
	mux.Handle("POST /notices/read", web.Handler(h.readAll))
	mux.Handle("POST /notices/settings", web.Handler(h.choose))
}

// OpenRoutes registers what needs no sign-in: the way out of mails. It belongs in front of authentication.
func OpenRoutes(mux web.Router, s *thread.Service) {
	h := pages{s}
	mux.Handle("GET /mail/stop/{token}", web.Handler(h.askStop))
	mux.Handle("POST /mail/stop/{token}", web.Handler(h.stop))
}

// Menu is the newest unread notices as the frame of a page shows them.
func Menu(list []thread.Told) []ui.Notice {
	out := make([]ui.Notice, len(list))
	for i, n := range list {
		out[i] = ui.Notice{Text: n.Text, Href: "/notices/" + n.ID, Icon: icon(n.Kind)}
	}
	return out
}

type pages struct{ s *thread.Service }

func (h pages) thread(kind string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := h.load(r, kind, r.PathValue("id"))
		if err != nil {
			return err
		}
		if web.Part(r) {
			return web.Page(w, r, http.StatusOK, messages(p))
		}
		return web.Page(w, r, http.StatusOK, threadPage(p))
	}
}

func (h pages) post(kind string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, text := r.PathValue("id"), r.FormValue("body")
		_, err := h.s.Post(r.Context(), web.Who(r), kind, id, text)
		if fault.Correctable(err) {
			p, e := h.load(r, kind, id)
			if e != nil {
				return e
			}
			p.Typed, p.Errors = text, web.FieldErrors(err)
			return web.Page(w, r, web.Status(err), threadPage(p))
		}
		if err != nil {
			return err
		}
		return web.Redirect(w, r, path(authz.Ref{Kind: kind, ID: id})+"/thread", "Posted. Everyone on the matter can read it.")
	}
}

// A page is a thread as it is shown.
type page struct {
	thread.Page
	Chrome ui.Chrome
	Reader web.Reader
	Src    string // address of this page of the thread
	First  bool   // the newest messages are on it
	Typed  string
	Errors []ui.FieldError
}

func (h pages) load(r *http.Request, kind, id string) (p page, err error) {
	before := thread.ParseCursor(r.URL.Query().Get("before"))
	p.Page, err = h.s.Thread(r.Context(), web.Who(r), kind, id, before)
	if err != nil {
		return p, err
	}
	p.Reader, p.Chrome, p.First = web.ReaderOf(r), web.Chrome(r, "Thread of "+p.Place.Heading()), before == thread.Cursor{}
	p.Src = path(p.Place.Ref()) + "/thread"
	if !p.First {
		p.Src += "?before=" + url.QueryEscape(before.String())
	}
	return p, nil
}

// path is the address of a record that talk hangs on or that a notice is about; "" for any other.
func path(ref authz.Ref) string {
	switch ref.Kind {
	case "deadline":
		return "/deadlines/" + url.PathEscape(ref.ID)
	case "trigger":
		return "/events/" + url.PathEscape(ref.ID)
	}
	for word, kind := range kinds {
		if kind == ref.Kind {
			return "/" + word + "/" + url.PathEscape(ref.ID)
		}
	}
	return ""
}

func crumbs(p thread.Place, last string) []ui.Crumb {
	out := []ui.Crumb{{Label: p.Title, Href: "/matters/" + string(p.Matter)}}
	if p.Name != "" {
		out = append(out, ui.Crumb{Label: p.Name, Href: path(p.Ref())})
	}
	return append(out, ui.Crumb{Label: last})
}

func side(firm bool) ui.Side {
	if firm {
		return ui.Onshore
	}
	return ui.Offshore
}

func (p page) card(m thread.Message) ui.MessageCard {
	c := ui.MessageCard{Author: ui.Person{Name: m.Name, Side: side(m.Firm)}, At: ui.DualOf(m.At, p.Now, p.Reader.Zone, p.Reader.Other), Text: m.Text}
	if m.Rev > 1 {
		c.Note = "edited"
	}
	return c
}

// A messagePage is one message with its earlier texts, and the field to edit it for its author.
type messagePage struct {
	Message thread.Message
	Place   thread.Place
	Past    []thread.Past
	page
}

func (h pages) loadMessage(r *http.Request) (p messagePage, err error) {
	p.Message, p.Place, p.Past, p.Now, err = h.s.Message(r.Context(), web.Who(r), thread.MessageID(r.PathValue("id")))
	p.Reader, p.Chrome = web.ReaderOf(r), web.Chrome(r, "Message")
	p.Typed = p.Message.Text
	return p, err
}

func (h pages) message(w http.ResponseWriter, r *http.Request) error {
	p, err := h.loadMessage(r)
	if err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, onePage(p))
}

func (h pages) edit(w http.ResponseWriter, r *http.Request) error {
	rev, err := strconv.ParseInt(r.FormValue("rev"), 10, 64)
	if err != nil || rev < 1 {
		return fault.New(fault.Invalid, "The form does not say which text you edited. Open the message again.")
	}
	on, err := h.s.Edit(r.Context(), web.Who(r), thread.MessageID(r.PathValue("id")), rev, r.FormValue("body"))
	if fault.Correctable(err) {
		p, e := h.loadMessage(r)
		if e != nil {
			return e
		}
		p.Typed, p.Errors = r.FormValue("body"), web.FieldErrors(err)
		return web.Page(w, r, web.Status(err), onePage(p))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, path(on)+"/thread", "Edited. The text before is kept.")
}

func fieldError(errors []ui.FieldError, name string) string {
	for _, e := range errors {
		if e.Name == name {
			return e.Text
		}
	}
	return ""
}

// keepKey is where the browser keeps unsent text: one per person and record.
func keepKey(p page) string {
	return "thread/" + string(p.Reader.Actor.Person) + "/" + p.Place.Ref().String()
}

// pager leads to what was said before; nothing where all is on the page.
func (p page) pager() ui.PageLinks {
	l := ui.PageLinks{Say: ui.Number(len(p.Messages)) + " of " + ui.Plural(p.All, "message", "messages") + ", the newest last"}
	base := path(p.Place.Ref()) + "/thread"
	if !p.First {
		l.NewestHref = base
	}
	if p.Older.ID != "" {
		l.OlderHref = base + "?before=" + url.QueryEscape(p.Older.String())
	}
	return l
}

// pastCard is an earlier text, with the instant from which it stood.
func (p messagePage) pastCard(i int) ui.MessageCard {
	past := p.Past[i]
	return ui.MessageCard{Author: ui.Person{Name: p.Message.Name, Side: side(p.Message.Firm)}, At: ui.DualOf(past.At, p.Now, p.Reader.Zone, p.Reader.Other),
		Text: past.Text, Note: "earlier text " + strconv.FormatInt(past.Rev, 10)}
}
