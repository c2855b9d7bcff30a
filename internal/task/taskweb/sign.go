package taskweb

import (
	"net/http"
	"net/url"
	"strconv"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/ui"
)

// A signPage is what the attorney signs.
type signPage struct {
	Chrome ui.Chrome
	Reader web.Reader
	View   desk.SignView
	Note   string
	Lead   string
	Errors []ui.FieldError
}

func (h *handler) signView(w http.ResponseWriter, r *http.Request) error {
	v, err := h.reads.SignView(r.Context(), web.Who(r), taskID(r))
	if err != nil {
		return err
	}
	if !v.Looked {
		if err := h.tasks.Look(r.Context(), web.Who(r), v.Task.ID); err != nil {
			return err
		}
	}
	return web.Page(w, r, http.StatusOK, signView(signPageOf(r, v)))
}

func signPageOf(r *http.Request, v desk.SignView) signPage {
	return signPage{Chrome: web.Chrome(r, "Sign off "+v.Task.Name()), Reader: web.ReaderOf(r), View: v}
}

func (h *handler) signOff(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	rev, _ := strconv.ParseInt(r.PostFormValue("rev"), 10, 64)
	in := task.SignOff{Task: taskID(r), Rev: rev, Note: r.PostFormValue("note")}
	for _, f := range r.PostForm["file"] {
		in.Files = append(in.Files, ident.VersionID(f))
	}
	// Read before the signature: afterwards this task is not among those that wait.
	v, err := h.reads.SignView(r.Context(), web.Who(r), in.Task)
	if err != nil {
		return err
	}
	t, err := h.tasks.SignOff(r.Context(), web.Who(r), in)
	if err == nil {
		if v.Queue.Next != "" {
			return web.Redirect(w, r, pagePath(v.Queue.Next, "/sign"), t.Name()+" is signed and delivered. This one waits next.")
		}
		return web.Redirect(w, r, pagePath(t.ID, "/record"), t.Name()+" is signed and delivered. Nothing else waits for your signature.")
	}
	if !fault.Correctable(err) && !closedBy(err, "step-up") {
		return err
	}
	p := signPageOf(r, v)
	p.Note, p.Errors, p.Lead = in.Note, web.FieldErrors(err), "Not signed."
	if p.Errors == nil {
		p.Errors = []ui.FieldError{{Name: "note", Text: fault.Say(err)}}
	}
	return web.Page(w, r, web.Status(err), signView(p))
}

func closedBy(err error, rule string) bool {
	for _, r := range fault.Rules(err) {
		if r.ID == rule {
			return true
		}
	}
	return false
}

func (p signPage) refusedRules() []authz.Rule { return p.View.Refused.Rules }

// stepUp leads to the proof of a factor and back here.
func (p signPage) stepUp() string {
	return "/step-up?next=" + url.QueryEscape(pagePath(p.View.Task.ID, "/sign"))
}

func (p signPage) place() string {
	return strconv.Itoa(p.View.Queue.At) + " of " + strconv.Itoa(p.View.Queue.Of) + " waiting for your signature"
}

func (p signPage) keep() string {
	return string(p.Reader.Actor.Person) + "/task/" + string(p.View.Task.ID) + "/sign.note"
}

// track shows the tiers as done and the attorney's as the one that is open.
func (p signPage) track() (out []ui.StageStep) {
	for i, s := range p.View.Task.Stages {
		step := ui.StageStep{Name: s.Name, State: ui.Done}
		if i == p.View.Task.Stage {
			step.State, step.Note = ui.Now, "You"
		}
		if s.Kind == task.Draft {
			step.Note = p.View.Author.Name
		}
		for _, t := range p.View.Tiers {
			if t.Stage == i && t.Kind == task.Review && t.Verdict != "" {
				step.Note = t.By.Name + ", " + t.Says()
			}
		}
		out = append(out, step)
	}
	return append(out, ui.StageStep{Name: "Delivered"})
}

// shortHash is a SHA-256 as people compare it: its first and last eight characters.
func shortHash(hex string) string {
	if len(hex) < 64 {
		return hex
	}
	return hex[:4] + " " + hex[4:8] + " … " + hex[56:60] + " " + hex[60:]
}

func handSide(h desk.Hand) ui.Side {
	if h.Offshore {
		return ui.Offshore
	}
	return ui.Onshore
}

func tickedBy(c desk.CheckItem) string {
	if c.Done && c.By != "" {
		return "ticked by " + c.By
	}
	return ""
}

func sinceOpened(p reviewPage) string {
	if p.View.OpenedAt.IsZero() {
		return ""
	}
	return ui.Duration(p.View.Now.Sub(p.View.OpenedAt)) + " so far"
}
