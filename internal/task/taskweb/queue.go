package taskweb

import (
	"net/http"
	"net/url"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task/desk"
	"countersign/internal/ui"
)

type queuePage struct {
	frame
	desk.Queue
	topic string
}

func (h *handler) queue(w http.ResponseWriter, r *http.Request) error {
	return h.queueWith(w, r, http.StatusOK, form{})
}

func (h *handler) queueWith(w http.ResponseWriter, r *http.Request, status int, refused form) error {
	q := r.URL.Query()
	who := web.Who(r)
	list, err := h.reads.Queue(r.Context(), who, desk.QueueFilter{Show: q.Get("show"), Matter: ident.MatterID(q.Get("matter")), Stage: q.Get("stage"), After: q.Get("after")})
	if err != nil {
		return err
	}
	p := queuePage{frameOf(r, "Work", list.Now), list, "org/" + string(who.Org)}
	p.form = refused
	if web.Part(r) {
		return web.Page(w, r, http.StatusOK, queueLive(p))
	}
	return web.Page(w, r, status, queueView(p))
}

// takeNext takes the most urgent task of the queue and opens its desk.
func (h *handler) takeNext(w http.ResponseWriter, r *http.Request) error {
	t, err := h.tasks.TakeNext(r.Context(), web.Who(r))
	if web.FieldErrors(err) != nil {
		return h.queueWith(w, r, web.Status(err), form{name: "next", err: err})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, taskPath(t.ID), t.Name()+" is with you.")
}

// href is the address of the list with one part of the filter changed; the page begins anew.
func (p queuePage) href(show string, more ...string) string {
	v := url.Values{"show": {show}}
	if p.Filter.Matter != "" {
		v.Set("matter", string(p.Filter.Matter))
	}
	if p.Filter.Stage != "" {
		v.Set("stage", p.Filter.Stage)
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return "/work?" + v.Encode()
}

func (p queuePage) here() string {
	if p.Filter.After == "" {
		return p.href(p.Filter.Show)
	}
	return p.href(p.Filter.Show, "after", p.Filter.After)
}

func (p queuePage) tabs() []ui.Tab {
	tab := func(label, show string, n int) ui.Tab {
		return ui.Tab{Label: label, Href: p.href(show), Count: n, Current: p.Filter.Show == show}
	}
	finished := p.Finished
	if finished == desk.FinishedCounted {
		finished = -1 // that many and more
	}
	return []ui.Tab{tab("With me", "mine", p.Mine), tab("Waiting", "waiting", p.Waiting), tab("All open", "all", p.All), tab("Finished", "finished", finished)}
}

func (p queuePage) total() string {
	n := map[string]int{"mine": p.Mine, "waiting": p.Waiting, "all": p.All, "finished": p.Finished}[p.Filter.Show]
	if p.Filter.Show == "finished" && n == desk.FinishedCounted {
		return ui.Number(n) + " tasks or more"
	}
	return ui.Plural(n, "task", "tasks")
}

func (p queuePage) pager() ui.PageLinks {
	order := "rush first, then by due time"
	if p.Filter.Show == "finished" {
		order = "newest first"
	}
	l := ui.PageLinks{Say: ui.Number(len(p.Lines)) + " of " + p.total() + ", " + order}
	if p.Filter.After != "" {
		l.NewestHref = p.href(p.Filter.Show)
	}
	if p.Next != "" {
		l.OlderHref = p.href(p.Filter.Show, "after", p.Next)
	}
	return l
}

func (p queuePage) matterOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: "Every matter"}}
	for _, m := range p.Matters {
		out = append(out, ui.Option{Value: string(m.ID), Label: m.Title})
	}
	return out
}

func (p queuePage) stageOptions() []ui.Option {
	out := []ui.Option{{Value: "", Label: "Every stage"}}
	for _, s := range p.Stages {
		out = append(out, ui.Option{Value: s.Key, Label: s.Name})
	}
	return out
}

// emptySays teaches the next step for each list.
func (p queuePage) emptySays() (heading, says string) {
	switch p.Filter.Show {
	case "mine":
		return "Nothing is with you", "Take what waits, or wait for what a lead gives you."
	case "waiting":
		return "Nothing waits", "Every open task has someone who works on it."
	case "finished":
		return "Nothing is finished yet", "Delivered and cancelled tasks stand here."
	}
	return "Nothing is open", "Released packages appear here."
}

// nothingWaits is why taking the next would be refused.
func nothingWaits(p queuePage) string {
	for _, l := range p.Lines {
		if l.Takes {
			return ""
		}
	}
	if p.Waiting == 0 && p.Filter.Matter == "" && p.Filter.Stage == "" {
		return "Nothing waits in the queue."
	}
	return ""
}
