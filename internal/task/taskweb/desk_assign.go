package taskweb

import (
	"net/http"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task"
	"countersign/internal/ui"
)

type assignPage struct {
	frame
	line   task.Line
	people []task.Candidate
}

func (h *handler) assignPage(w http.ResponseWriter, r *http.Request) error {
	return h.assignWith(w, r, http.StatusOK, form{})
}

func (h *handler) assignWith(w http.ResponseWriter, r *http.Request, status int, refused form) error {
	l, people, err := h.tasks.Candidates(r.Context(), web.Who(r), ident.TaskID(r.PathValue("id")))
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
