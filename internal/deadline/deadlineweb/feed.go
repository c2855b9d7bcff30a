package deadlineweb

import (
	"bytes"
	"net/http"
	"strings"

	"countersign/internal/deadline"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// FeedRoutes adds the pages of calendar addresses, and the addresses themselves, which need no session: /calendar/ is
// among the public paths. base is the address of the installation.
func FeedRoutes(mux web.Router, s *deadline.Service, base string) {
	f := feeds{s, strings.TrimSuffix(base, "/")}
	mux.Handle("GET /calendar/{file}", web.Handler(f.calendar))
	mux.Handle("GET /calendar-feeds", web.Handler(f.list))
	mux.Handle("POST /calendar-feeds", web.Handler(f.make))
	mux.Handle("POST /calendar-feeds/{id}/end", web.Handler(f.end))
}

type feeds struct {
	s    *deadline.Service
	base string
}

// calendar answers a calendar program. Whoever has the address reads it, so it is as good as its token.
func (h feeds) calendar(w http.ResponseWriter, r *http.Request) error {
	token := strings.TrimSuffix(r.PathValue("file"), ".ics")
	c, err := h.s.Calendar(r.Context(), token, h.base)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `inline; filename="deadlines.ics"`)
	_, _ = b.WriteTo(w) // the program left
	return nil
}

// A feedView is the page of a person's calendar addresses.
type feedView struct {
	Chrome ui.Chrome
	Feeds  []deadline.Feed
	Made   string // the address that was made just now; shown this once
	Matter string // number of the matter that one is asked for
	ID     ident.MatterID
	Form   web.Form
	Reader web.Reader
}

func (h feeds) list(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, web.Form{}, "")
}

func (h feeds) show(w http.ResponseWriter, r *http.Request, f web.Form, made string) error {
	rd := web.ReaderOf(r)
	all, _, err := h.s.Feeds(r.Context(), rd.Actor)
	if err != nil {
		return err
	}
	v := feedView{Chrome: web.Chrome(r, "Calendar feeds"), Feeds: all, Made: made, Form: f, Reader: rd}
	if m := ident.MatterID(r.URL.Query().Get("matter")); m != "" {
		d, err := h.s.OfMatter(r.Context(), rd.Actor, m)
		if err != nil {
			return err
		}
		v.ID, v.Matter = m, d.Head.Number
	}
	return web.Page(w, r, f.Code(), feedPage(v))
}

func (h feeds) make(w http.ResponseWriter, r *http.Request) error {
	token, err := h.s.MakeFeed(r.Context(), web.Who(r), ident.MatterID(r.FormValue("matter")))
	if err != nil {
		return done(w, r, err, "feed", "", "", func(w http.ResponseWriter, r *http.Request, f web.Form) error { return h.show(w, r, f, "") })
	}
	return h.show(w, r, web.Form{}, h.base+"/calendar/"+token+".ics")
}

func (h feeds) end(w http.ResponseWriter, r *http.Request) error {
	if err := h.s.EndFeed(r.Context(), web.Who(r), r.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, r, "/calendar-feeds", "Ended. Whoever has the address finds nothing there any more.")
}

// feedOf says what an address shows.
func feedOf(f deadline.Feed) string {
	if f.MatterNumber != "" {
		return "Deadlines of " + f.MatterNumber
	}
	if f.Matter != "" {
		return "Deadlines of one matter"
	}
	return "Deadlines of every matter that you see"
}
