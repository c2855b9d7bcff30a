package accessweb

import (
	"net/http"
	"net/url"
	"strings"

	"countersign/internal/access"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// records are the words in addresses of records that can be asked about.
var records = map[string]string{"matters": "matter", "tasks": "task", "documents": "document"}

// A whyPage is what one person may do with a record, and why.
type whyPage struct {
	access.Why
	Chrome ui.Chrome
	Reader web.Reader
	Path   string
}

func (h pages) why(word string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id := r.PathValue("id")
		why, err := h.s.Why(r.Context(), web.Who(r), records[word], id, ident.PersonID(r.URL.Query().Get("person")))
		if err != nil {
			return err
		}
		p := whyPage{Why: why, Reader: web.ReaderOf(r), Path: "/" + word + "/" + url.PathEscape(id)}
		p.Chrome = web.Chrome(r, p.title())
		return web.Page(w, r, http.StatusOK, whyView(p))
	}
}

func (p whyPage) title() string {
	if p.Self {
		return "What you may do with " + p.Name
	}
	return "What " + p.Who.Name + " may do with " + p.Name
}

func (p whyPage) who() string {
	if p.Self {
		return "You"
	}
	return p.Who.Name
}

// people are whom a reader may choose, in a form.
func (p whyPage) people() (out []ui.Option) {
	seen := map[ident.PersonID]bool{}
	for _, x := range p.Rows {
		if !seen[x.Person] {
			seen[x.Person] = true
			out = append(out, ui.Option{Value: string(x.Person), Label: x.Name + ", " + x.OrgName})
		}
	}
	return out
}

// word is a verdict as a badge has it.
func (p whyPage) word(v access.Verdict) (tone ui.Tone, icon ui.IconName, says string) {
	switch {
	case v.Allowed:
		return ui.OK, ui.IconOK, "May"
	case v.Depends:
		return ui.Plain, ui.IconInfo, "Depends"
	case len(v.Rules) > 0:
		return ui.Bad, ui.IconLock, "Refused"
	}
	if p.Self {
		return ui.Plain, ui.IconVoid, "Not yours"
	}
	return ui.Plain, ui.IconVoid, "Not theirs"
}

// decided are the acts that a rule decides; none are those that no role of the person includes.
func (p whyPage) decided() []access.Verdict { return p.Verdicts[:p.split()] }

func (p whyPage) none() []access.Verdict { return p.Verdicts[p.split():] }

// split is where the acts begin that no rule decides: they stand last.
func (p whyPage) split() int {
	for i, v := range p.Verdicts {
		if len(v.Rules) == 0 {
			return i
		}
	}
	return len(p.Verdicts)
}

func (p whyPage) noneWords() string {
	if p.Self {
		return "no role of yours includes, or which hang on what they are done with"
	}
	return "no role of theirs includes, or which hang on what they are done with"
}

// after puts a rule's sentence after its name.
func after(say string) string {
	if say == "" {
		return ""
	}
	return ": " + say
}

// sentence begins as a sentence does.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// noRule says why no rule is named.
func (p whyPage) noRule(v access.Verdict) string {
	if v.Depends {
		return "It hangs on whom or what it is done with; the answer comes when it is tried."
	}
	if p.Self {
		return "No role of yours includes it."
	}
	return "No role of theirs includes it."
}

// ruleLink leads to the text of a rule below.
func ruleLink(r authz.Rule) string { return "#rule-" + r.ID }

// A clausePage is what a clause would forbid, before it is put in force.
type clausePage struct {
	access.ClauseEffect
	Chrome  ui.Chrome
	Back    ui.Crumb
	Action  string
	Typed   []ui.HiddenField
	Refused error
}

func (h pages) ifClause(w http.ResponseWriter, r *http.Request) error {
	id := ident.EngagementID(r.PathValue("id"))
	e, err := h.s.IfClause(r.Context(), web.Who(r), access.Clause{Engagement: id, Name: r.PostFormValue("name"), Say: r.PostFormValue("say"), Fix: r.PostFormValue("fix"), Text: r.PostFormValue("text")})
	status, err := refusal(err)
	if status == 0 {
		return err
	}
	at := "/engagements/" + url.PathEscape(string(id))
	p := clausePage{ClauseEffect: e, Chrome: web.Chrome(r, "If this clause is in force"), Back: ui.Crumb{Label: "Engagement", Href: at}, Action: at + "/clauses", Refused: err}
	for _, f := range []string{"name", "say", "fix", "text"} {
		p.Typed = append(p.Typed, ui.HiddenField{Name: f, Value: r.PostFormValue(f)})
	}
	return web.Page(w, r, status, clauseView(p))
}

func (p clausePage) looked() string {
	if p.Tasks == 0 {
		return "There is no task of this engagement that you see yet: nothing could be tried."
	}
	return "Tried for everybody on the newest " + ui.Plural(p.Tasks, "task", "tasks") + " of the engagement."
}

// refusal is the status of a change that would be refused; 0 where the error is none of that kind.
func refusal(err error) (int, error) {
	k := fault.KindOf(err)
	switch {
	case err == nil:
		return http.StatusOK, nil
	case k == fault.Invalid || k == fault.Conflict || k == fault.Forbidden:
		return web.Status(err), err
	}
	return 0, err
}
