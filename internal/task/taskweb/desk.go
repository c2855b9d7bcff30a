package taskweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/ui"
)

type deskPage struct {
	frame
	desk.Desk
}

func (h *handler) deskRoutes(mux web.Router) {
	mux.Handle("GET /tasks/{id}", web.Handler(h.desk))
	mux.Handle("GET /tasks/{id}/assign", web.Handler(h.assignPage))
	mux.Handle("POST /tasks/{id}/assign", web.Handler(h.assign))
	mux.Handle("POST /tasks/{id}/take", h.act("take", "It is with you now.", func(r *http.Request, who actor.Actor, id ident.TaskID) error {
		_, err := h.tasks.Take(r.Context(), who, id)
		return err
	}))
	mux.Handle("POST /tasks/{id}/decline", h.act("decline", "Declined. The firm sees what is missing.", h.decline))
	mux.Handle("POST /tasks/{id}/pause", h.act("pause", "Paused. Both sides see the reason.", h.pause))
	mux.Handle("POST /tasks/{id}/resume", h.act("resume", "It goes on where it was.", h.resume))
	mux.Handle("POST /tasks/{id}/recall", h.act("recall", "Recalled. The provider stops work on it.", h.recall))
	mux.Handle("POST /tasks/{id}/cancel", h.act("cancel", "Cancelled.", h.cancel))
	mux.Handle("POST /tasks/{id}/rush", h.act("rush", "The rush mark is changed.", h.rush))
	mux.Handle("POST /tasks/{id}/check", h.act("check", "Kept.", h.check))
	mux.Handle("POST /tasks/{id}/ask", h.act("ask", "Asked. Work goes on with your proposal in view.", h.ask))
	mux.Handle("POST /tasks/{id}/submit", h.act("submit", "Handed in.", h.submit))
	mux.Handle("POST /tasks/{id}/questions/{question}/answer", h.act("answer", "Answered.", h.answer))
	mux.Handle("POST /tasks/{id}/questions/{question}/withdraw", h.act("withdraw", "Withdrawn.", h.withdraw))
}

func (h *handler) desk(w http.ResponseWriter, r *http.Request) error {
	return h.deskWith(w, r, http.StatusOK, form{})
}

func (h *handler) deskWith(w http.ResponseWriter, r *http.Request, status int, refused form) error {
	d, err := h.reads.Desk(r.Context(), web.Who(r), ident.TaskID(r.PathValue("id")))
	if err != nil {
		return err
	}
	p := deskPage{frameOf(r, d.Line.Title, d.Now), d}
	p.form = refused
	if q := r.URL.Query(); refused.name == "" && q.Has("version") { // pointed to while reading
		p.form = form{name: "ask", values: url.Values{"version": q["version"], "page": q["page"], "area": q["area"]}}
	}
	p.chrome.Wide = true
	p.chrome.Scripts = append(slices.Clone(p.chrome.Scripts), ui.Asset("copy.js"), ui.Asset("drafts.js"))
	if web.Part(r) {
		return web.Page(w, r, http.StatusOK, deskState(p))
	}
	return web.Page(w, r, status, deskView(p))
}

// act is the shape of every form of the desk: do it and come back, or show the desk again with what was typed.
func (h *handler) act(name, done string, do func(r *http.Request, who actor.Actor, id ident.TaskID) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id := ident.TaskID(r.PathValue("id"))
		if err := r.ParseForm(); err != nil {
			return err
		}
		err := do(r, web.Who(r), id)
		if web.FieldErrors(err) != nil {
			return h.deskWith(w, r, web.Status(err), form{name: name, err: err, values: r.PostForm})
		}
		if err != nil {
			return err
		}
		return web.Redirect(w, r, taskPath(id), done)
	}
}

// revOf is the revision that the person was looking at; 0 when the form says none.
func revOf(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("rev"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (h *handler) pause(r *http.Request, who actor.Actor, id ident.TaskID) error {
	_, err := h.tasks.Pause(r.Context(), who, id, revOf(r), r.PostFormValue("reason"))
	return err
}

func (h *handler) resume(r *http.Request, who actor.Actor, id ident.TaskID) error {
	_, err := h.tasks.Resume(r.Context(), who, id, revOf(r), r.PostFormValue("reason"))
	return err
}

func (h *handler) recall(r *http.Request, who actor.Actor, id ident.TaskID) error {
	_, err := h.tasks.Recall(r.Context(), who, id, revOf(r), r.PostFormValue("reason"))
	return err
}

func (h *handler) cancel(r *http.Request, who actor.Actor, id ident.TaskID) error {
	_, err := h.tasks.Cancel(r.Context(), who, id, revOf(r), r.PostFormValue("reason"))
	return err
}

func (h *handler) rush(r *http.Request, who actor.Actor, id ident.TaskID) error {
	_, err := h.tasks.MarkRush(r.Context(), who, id, revOf(r), r.PostFormValue("rush") == "yes", r.PostFormValue("reason"))
	return err
}

func (h *handler) decline(r *http.Request, who actor.Actor, id ident.TaskID) error {
	_, err := h.tasks.Decline(r.Context(), who, id, revOf(r), splitLines(r.PostFormValue("missing")))
	return err
}

// check ticks and unticks what differs from the page that the person saw.
func (h *handler) check(r *http.Request, who actor.Actor, id ident.TaskID) error {
	now, before := r.PostForm["item"], r.PostForm["was"]
	for _, c := range []struct {
		items, other []string
		done         bool
	}{{now, before, true}, {before, now, false}} {
		for _, item := range c.items {
			n, err := strconv.Atoi(item)
			if err != nil || slices.Contains(c.other, item) {
				continue
			}
			if err := h.tasks.Check(r.Context(), who, id, n, c.done); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *handler) ask(r *http.Request, who actor.Actor, id ident.TaskID) error {
	_, err := h.tasks.Ask(r.Context(), who, task.NewQuestion{Task: id, Text: r.PostFormValue("text"), Proposed: r.PostFormValue("proposed"), Silence: silence(r),
		Version: ident.VersionID(r.PostFormValue("version")), Page: counting(r.PostFormValue("page")), Area: r.PostFormValue("area")})
	return err
}

// silence reads the chosen instant, or the one typed in the reader's own zone; zero when neither can be read, which
// the verb refuses.
func silence(r *http.Request) time.Time {
	if own := r.PostFormValue("silence_own"); own != "" {
		zone := web.ReaderOf(r).Zone
		if zone == nil {
			zone = time.UTC
		}
		if t, err := time.ParseInLocation("2006-01-02T15:04", own, zone); err == nil {
			return t
		}
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, r.PostFormValue("silence"))
	if err != nil {
		return time.Time{}
	}
	return t
}

func (h *handler) answer(r *http.Request, who actor.Actor, _ ident.TaskID) error {
	return h.tasks.Answer(r.Context(), who, r.PathValue("question"), r.PostFormValue("text"))
}

func (h *handler) withdraw(r *http.Request, who actor.Actor, _ ident.TaskID) error {
	return h.tasks.Withdraw(r.Context(), who, r.PathValue("question"))
}

func (h *handler) submit(r *http.Request, who actor.Actor, id ident.TaskID) error {
	in := task.HandIn{Task: id, Rev: revOf(r), Note: r.PostFormValue("note"), FixedAll: r.PostFormValue("fixed_all") != "", Files: inOrder(r.PostForm)}
	for _, f := range r.PostForm["finding"] {
		switch r.PostFormValue("verdict-" + f) {
		case "fixed":
			in.Answers = append(in.Answers, task.Answer{Finding: f, Text: r.PostFormValue("answer-" + f)})
		case "disputed":
			in.Answers = append(in.Answers, task.Answer{Finding: f, Disputed: true, Text: r.PostFormValue("answer-" + f)})
		}
	}
	_, err := h.tasks.Submit(r.Context(), who, in)
	return err
}

// inOrder lists the chosen versions by the number typed beside each; those without one follow as they stand.
func inOrder(v url.Values) (out []ident.VersionID) {
	at := func(id ident.VersionID) int {
		n, err := strconv.Atoi(v.Get("place-" + string(id)))
		if err != nil {
			return 1 << 20
		}
		return n
	}
	for _, id := range v["file"] {
		out = append(out, ident.VersionID(id))
	}
	slices.SortStableFunc(out, func(a, b ident.VersionID) int { return at(a) - at(b) })
	return out
}

type assignPage struct {
	frame
	line   desk.Line
	people []desk.Candidate
}

func (h *handler) assignPage(w http.ResponseWriter, r *http.Request) error {
	return h.assignWith(w, r, http.StatusOK, form{})
}

func (h *handler) assignWith(w http.ResponseWriter, r *http.Request, status int, refused form) error {
	l, people, err := h.reads.Candidates(r.Context(), web.Who(r), ident.TaskID(r.PathValue("id")))
	if err != nil {
		return err
	}
	p := assignPage{frameOf(r, "Assign "+l.Name(), l.StageAt), l, people}
	p.form = refused
	return web.Page(w, r, status, assignView(p))
}

func (h *handler) assign(w http.ResponseWriter, r *http.Request) error {
	id := ident.TaskID(r.PathValue("id"))
	if err := r.ParseForm(); err != nil {
		return err
	}
	_, err := h.tasks.Assign(r.Context(), web.Who(r), id, revOf(r), ident.PersonID(r.PostFormValue("person")), r.PostFormValue("reason"))
	if web.FieldErrors(err) != nil {
		return h.assignWith(w, r, web.Status(err), form{name: "assign", err: err, values: r.PostForm})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, taskPath(id), "Assigned. The person is told.")
}

// options are the people who may be given the work, each with their load; the others stand below with the reason.
func (p assignPage) options() (out []ui.Option) {
	for _, c := range p.people {
		o := ui.Option{Value: string(c.Person), Label: c.Name, Hint: ui.Plural(c.Load, "open task", "open tasks")}
		if c.Title != "" {
			o.Hint = c.Title + ", " + o.Hint
		}
		switch {
		case c.Holds:
			o.Hint, o.Disabled = "Holds it now. "+o.Hint, true
		case c.WhyNot != "":
			o.Hint, o.Disabled = c.WhyNot, true
		}
		out = append(out, o)
	}
	return out
}

func (p assignPage) able() (n int) {
	for _, c := range p.people {
		if c.WhyNot == "" && !c.Holds {
			n++
		}
	}
	return n
}

func noCandidate(p assignPage) string {
	if p.able() == 0 {
		return "Nobody else may be given this stage."
	}
	return ""
}
