package threadweb

import (
	"net/http"
	"time"

	"countersign/internal/platform/web"
	"countersign/internal/thread"
	"countersign/internal/ui"
)

const noticesOf = 100

// A noticesPage is what a person was told.
type noticesPage struct {
	Chrome   ui.Chrome
	Reader   web.Reader
	Now      time.Time
	List     []thread.Told
	All      bool // also those read before
	Older    thread.Cursor
	Unread   int
	Settings thread.Settings
}

func (h pages) notices(w http.ResponseWriter, r *http.Request) (err error) {
	ctx, who := r.Context(), web.Who(r)
	p := noticesPage{Chrome: web.Chrome(r, "Notices"), Reader: web.ReaderOf(r), All: r.URL.Query().Get("all") != ""}
	if p.List, p.Now, err = h.s.Notices(ctx, who, p.All, thread.ParseCursor(r.URL.Query().Get("before")), noticesOf+1); err != nil {
		return err
	}
	if len(p.List) > noticesOf {
		p.List = p.List[:noticesOf]
		last := p.List[noticesOf-1]
		p.Older = thread.Cursor{At: last.At.UnixMicro(), ID: last.ID}
	}
	if p.Unread, err = h.s.Unread(ctx, who); err != nil {
		return err
	}
	if web.Part(r) {
		return web.Page(w, r, http.StatusOK, noticeList(p))
	}
	if p.Settings, err = h.s.Settings(ctx, who); err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, noticesWhole(p))
}

func (p noticesPage) src() string {
	if p.All {
		return "/notices?all=1"
	}
	return "/notices"
}

func (p noticesPage) pager() ui.PageLinks {
	l := ui.PageLinks{Say: ui.Plural(len(p.List), "notice", "notices") + ", newest first"}
	if p.Older.ID != "" {
		join := "?"
		if p.All {
			join = "&"
		}
		l.OlderHref = p.src() + join + "before=" + p.Older.String()
	}
	return l
}

// open marks a notice as read and goes on to what it is about.
func (h pages) open(w http.ResponseWriter, r *http.Request) error {
	n, err := h.s.Open(r.Context(), web.Who(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	to := path(n.About)
	switch {
	case to == "":
		to = "/notices?all=1"
	case n.Talk:
		to += "/thread"
	}
	return web.Redirect(w, r, to, "")
}

func (h pages) readAll(w http.ResponseWriter, r *http.Request) error {
	if err := h.s.ReadAll(r.Context(), web.Who(r)); err != nil {
		return err
	}
	return web.Redirect(w, r, "/notices", "All notices are marked as read.")
}

func (h pages) choose(w http.ResponseWriter, r *http.Request) error {
	c := thread.Settings{DigestOff: r.FormValue("digest") == "", UrgentOff: r.FormValue("urgent") == ""}
	if err := h.s.Choose(r.Context(), web.Who(r), c); err != nil {
		return err
	}
	return web.Redirect(w, r, "/notices", "Your choice of mails is kept.")
}

func (h pages) askStop(w http.ResponseWriter, r *http.Request) error {
	return web.Page(w, r, http.StatusOK, stopPage(r.PathValue("token"), false))
}

func (h pages) stop(w http.ResponseWriter, r *http.Request) error {
	if err := h.s.StopMail(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, stopPage("", true))
}

func icon(kind string) ui.IconName {
	switch kind {
	case "question", "answered", "assumed":
		return ui.IconQuestion
	case "mention":
		return ui.IconTalk
	case "returned", "declined", "recalled":
		return ui.IconReturn
	case "ready-to-sign", "delivered":
		return ui.IconSigned
	case "rush":
		return ui.IconFlag
	case "paused", "resumed", "cancelled":
		return ui.IconPause
	}
	return ui.IconFile
}
