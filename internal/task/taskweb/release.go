package taskweb

import (
	"net/http"
	"strconv"

	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
	"countersign/internal/task/desk"
	"countersign/internal/ui"
)

// A releasePage is the last look before a package leaves the firm.
type releasePage struct {
	Chrome    ui.Chrome
	Reader    web.Reader
	View      desk.ReleaseView
	Confirmed bool
	Lead      string // why the release that was just asked for is refused; "" otherwise
}

func (h *handler) releaseView(w http.ResponseWriter, r *http.Request) error {
	v, err := h.reads.ReleaseView(r.Context(), web.Who(r), taskID(r))
	if err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, releaseView(releasePageOf(r, v)))
}

func releasePageOf(r *http.Request, v desk.ReleaseView) releasePage {
	return releasePage{Chrome: web.Chrome(r, "Release "+v.Task.Name()), Reader: web.ReaderOf(r), View: v}
}

func (h *handler) release(w http.ResponseWriter, r *http.Request) error {
	rev, _ := strconv.ParseInt(r.PostFormValue("rev"), 10, 64)
	confirmed := r.PostFormValue("condition") == "yes"
	t, err := h.tasks.Release(r.Context(), web.Who(r), taskID(r), rev, confirmed)
	if err == nil {
		return web.Redirect(w, r, pagePath(t.ID, ""), t.Name()+" is released. It waits in the provider's queue.")
	}
	if !fault.Correctable(err) && len(fault.Rules(err)) == 0 {
		return err
	}
	v, again := h.reads.ReleaseView(r.Context(), web.Who(r), taskID(r))
	if again != nil {
		return again
	}
	p := releasePageOf(r, v)
	p.Confirmed, p.Lead = confirmed, fault.Say(err)
	if n := len(fault.Rules(err)); n > 1 {
		p.Lead = strconv.Itoa(n) + " gates are closed. Each names its rule and what opens it."
	}
	return web.Page(w, r, web.Status(err), releaseView(p))
}

func (p releasePage) gates() []ui.GateLine {
	out := make([]ui.GateLine, len(p.View.Gates))
	for i, g := range p.View.Gates {
		line := ui.GateLine{Name: g.Name, Says: g.Says}
		switch {
		case g.Confirmable:
			line.State, line.Says = ui.Conditional, "Read the condition below and confirm that it holds."
		case g.Closed:
			line.State, line.Rule = ui.Closed, g.ID
			line.Says += " " + g.Fix
			line.Fix = p.fix(g.ID)
		}
		out[i] = line
	}
	return out
}

// fix is where a closed gate is opened.
func (p releasePage) fix(gate string) ui.FixLink {
	matter := "/matters/" + string(p.View.Matter)
	switch gate {
	case "gate-consent", "gate-conflict", "gate-protective-order", "gate-export":
		return ui.FixLink{Label: "Open the matter's gates", Href: matter + "/gates"}
	case "gate-matter-open":
		return ui.FixLink{Label: "Open the matter", Href: matter}
	case "gate-phase", "gate-baa":
		return ui.FixLink{Label: "Open the engagement", Href: "/engagements/" + string(p.View.Task.Engagement)}
	case "gate-mfa":
		return ui.FixLink{Label: "Open your settings", Href: "/settings"}
	}
	return ui.FixLink{}
}

func (p releasePage) note() string {
	if p.View.Closed == 0 {
		return "all " + strconv.Itoa(len(p.View.Gates)) + " hold or can be confirmed"
	}
	return strconv.Itoa(p.View.Closed) + " closed, of " + strconv.Itoa(len(p.View.Gates))
}

// refused says why the button would be refused now; "" when it would not.
func (p releasePage) refused() string {
	if p.View.Refused != "" {
		return p.View.Refused
	}
	if p.View.Closed > 0 {
		return "Refused while " + ui.Plural(p.View.Closed, "gate is", "gates are") + " closed."
	}
	return ""
}

func (p releasePage) whoReads() string {
	return "Files on this package can be opened by the people of " + p.View.Provider + " on this matter's team in " + p.View.Country + "."
}

func packageCrumbs(p packagePage) []ui.Crumb {
	return []ui.Crumb{{Label: "Matters", Href: "/matters"}, {Label: p.Form.Title, Href: "/matters/" + string(p.Form.Matter)}, {Label: p.Chrome.Title}}
}

func packageSentence(p packagePage) string {
	if p.Kept != nil && p.Kept.Amend {
		return "The provider has this package. An amendment shows at once, with its reason, and counts as complete again from now."
	}
	return "Nobody of the provider sees it before it is released."
}

func packageFoot(p packagePage) string {
	return p.Form.Client + ", " + p.Form.Number
}
