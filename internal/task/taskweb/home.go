package taskweb

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/internal/platform/web"
	"countersign/internal/task/desk"
	"countersign/internal/ui"
)

type homePage struct {
	frame
	desk.Home
	topic string
}

func (h *handler) home(w http.ResponseWriter, r *http.Request) error {
	who := web.Who(r)
	home, err := h.reads.Home(r.Context(), who)
	if err != nil {
		return err
	}
	p := homePage{frameOf(r, "What needs you now", home.Now), home, "org/" + string(who.Org)}
	if web.Part(r) {
		return web.Page(w, r, http.StatusOK, homeLive(p))
	}
	return web.Page(w, r, http.StatusOK, homeView(p))
}

func (p homePage) heading() string {
	if p.Is("client_reader") {
		return "Your work with providers"
	}
	return "What needs you now"
}

// lead is the sentence under the heading: how much waits, and since when nothing does.
func (p homePage) lead() string {
	if p.Is("client_reader") {
		return "What was handed to a provider on your matters, to whom, and under what protection."
	}
	late := 0
	for _, n := range p.Needs {
		if n.Kind != desk.NeedRelease && !n.When.After(p.now) {
			late++
		}
	}
	switch {
	case len(p.Needs) == 0 && p.Next > 0:
		return "Nothing is with you. " + ui.Plural(p.Next, "task waits", "tasks wait") + " in the team's queue."
	case len(p.Needs) == 0:
		return "Nothing waits on you."
	case late > 0:
		return ui.Plural(len(p.Needs), "thing waits", "things wait") + " on you; " + ui.Plural(late, "is", "are") + " past its time."
	}
	return ui.Plural(len(p.Needs), "thing waits", "things wait") + " on you; the first by " + p.says(p.Needs[0].When) + "."
}

// showsFigures: people who answer for the whole see its figures first.
func (p homePage) showsFigures() bool {
	return len(p.Begin) == 0 && p.Is("operations_manager", "partner", "compliance_officer", "quality_auditor", "team_lead")
}

func (p homePage) figures() []ui.Figure {
	c := p.Counts
	tone := func(n int, t ui.Tone) ui.Tone {
		if n == 0 {
			return ui.Plain
		}
		return t
	}
	out := []ui.Figure{
		{Label: "Open", Value: ui.Number(c.Open), Note: ui.Number(c.Held) + " more held"},
		{Label: "Past due", Value: ui.Number(c.Late), Note: "of " + ui.Number(c.Open) + " open", Tone: tone(c.Late, ui.Bad)},
		{Label: "Due within 12 h", Value: ui.Number(c.DueSoon), Note: "of " + ui.Number(c.Open) + " open", Tone: tone(c.DueSoon, ui.Warn)},
		{Label: "Nobody holds", Value: ui.Number(c.Waiting), Note: "of " + ui.Number(c.Open) + " open"},
	}
	if p.Provider {
		return append(out, ui.Figure{Label: "Waiting for a firm", Value: ui.Number(c.Questions), Note: "questions not settled"})
	}
	return append(out, ui.Figure{Label: "Delivered", Value: ui.Number(c.Delivered), Note: "in the last 7 days"})
}

// A needWord is what is said of a kind of need: verb, tone, button and where the button goes.
type needWord struct {
	verb   string
	tone   ui.Tone
	button string
	href   string
}

func (p homePage) word(n desk.Need) needWord {
	at := taskPath(n.Line.ID)
	switch n.Kind {
	case desk.NeedFix:
		return needWord{"Fix and hand in again", ui.Bad, "Open your desk", at + "#fix"}
	case desk.NeedReview:
		return needWord{"Review", ui.Plain, "Review", at + "/review"}
	case desk.NeedSign:
		return needWord{"Sign off", ui.Plain, "Read and sign", at + "/sign"}
	case desk.NeedAnswer:
		return needWord{"Answer by " + ui.Clock(n.When.In(p.reader.Zone)), ui.Warn, "Answer", at + "#question-" + n.Question.ID}
	case desk.NeedSupply:
		return needWord{"Supply what is missing", ui.Bad, "Open the package", at}
	case desk.NeedRelease:
		return needWord{"Release", ui.Plain, "Open the package", at}
	case desk.NeedAssign:
		return needWord{"Assign", ui.Warn, "Assign", at + "/assign"}
	}
	return needWord{"Draft", ui.Plain, "Open your desk", at}
}

// why says in one line why it waits on the reader.
func (p homePage) why(n desk.Need) string {
	l := n.Line
	switch n.Kind {
	case desk.NeedFix:
		return ui.Plural(l.Open, "finding", "findings") + " to answer, with you since " + p.says(l.StageAt) + "."
	case desk.NeedReview:
		return l.At().Name + ", handed in " + p.says(l.StageAt) + ", cycle " + ui.Number(l.Cycle) + "."
	case desk.NeedSign:
		return ui.Plural(len(l.Stages)-1, "tier", "tiers") + " done, " + ui.Plural(l.Questions, "question", "questions") + " not settled."
	case desk.NeedAnswer:
		return n.Question.AskerName + " asks. If nobody objects: " + n.Question.Proposed
	case desk.NeedSupply:
		return "The provider cannot begin: " + ui.Plural(len(n.Missing), "thing is", "things are") + " missing."
	case desk.NeedRelease:
		return stateWord(l.State) + "; the provider does not work on it."
	case desk.NeedAssign:
		return l.At().Name + ": nobody holds it since " + p.says(l.StageAt) + "."
	}
	return "With you since " + p.says(l.StageAt) + "."
}

func (p homePage) ask(n desk.Need) string {
	if n.Question != nil {
		return n.Question.Text
	}
	if len(n.Missing) > 0 {
		return n.Missing[0]
	}
	return ""
}

// left is the bold word beside the instant.
func (p homePage) left(when time.Time) string {
	d := when.Sub(p.now)
	switch {
	case d <= 0:
		return ui.Duration(d) + " late"
	case d < 24*time.Hour:
		return ui.Duration(d) + " left"
	}
	return "Due " + p.day(when)
}

// homeTake: taking the next is the one primary act when nothing is with the reader.
func homeTake(p homePage) ui.ButtonStyle {
	if len(p.Needs) == 0 {
		return ui.Primary
	}
	return ui.Ordinary
}

// consentSays puts "name, 2026-03-12" into words.
func consentSays(consent string) string {
	i := strings.LastIndex(consent, ", ")
	if i < 0 {
		return consent
	}
	return consent[:i] + ", " + ui.DayOf(consent[i+2:])
}

func agreementNames(kinds string) string {
	var names []string
	for _, k := range []struct{ kind, name string }{{"nda", "Non-disclosure"}, {"dpa", "Data processing"}, {"baa", "Business associate"}} {
		if slices.Contains(strings.Fields(kinds), k.kind) {
			names = append(names, k.name)
		}
	}
	if len(names) == 0 {
		return "None"
	}
	return strings.Join(names, ", ")
}

// A stepWord is how a first step is put, where it is done, and who does it when the reader does not.
type stepWord struct{ title, says, button, href, who string }

func (p homePage) step(s desk.FirstStep) stepWord {
	if p.Provider {
		switch s.Kind {
		case "people":
			return stepWord{"Invite your people", "A team lead first: she answers conflict checks and gives out work.", "Invite people", "/people", "An administrator of yours"}
		case "engagement":
			return stepWord{"The firm opens an engagement", "In pilot or active, it lets packages through.", "", "", "The firm’s operations manager"}
		}
		return stepWord{"The first package arrives", "It appears in the queue the moment the firm releases it.", "", "", "The firm’s attorney"}
	}
	switch s.Kind {
	case "people":
		return stepWord{"Invite people, and add the provider", "Partners, supervising attorneys, an operations manager and a compliance officer; the provider is an organization of its own.", "Invite people", "/people", "An administrator"}
	case "engagement":
		return stepWord{"Open an engagement with the provider", "Put its agreements on file and move it to pilot or active.", "Open an engagement", "/engagements", "The operations manager or a partner"}
	case "playbooks":
		return stepWord{"Bring in the playbooks", "84 task types with steps, checklists and review tiers come as defaults that you edit.", "Playbooks", "/playbooks", "A supervising attorney or the operations manager"}
	case "matter":
		return stepWord{"Open a matter", "With its parties, so that the provider can check for conflicts, and the client’s consent.", "Open a matter", "/matters/new", "A supervising attorney or the operations manager"}
	}
	return stepWord{"Write the first package", "Task type, five lines, documents and a due time. The gates say what is still closed.", "Matters", "/matters", "The matter’s supervising attorney"}
}

func beginNote(steps []desk.FirstStep) string {
	done := 0
	for _, s := range steps {
		if s.Done {
			done++
		}
	}
	return ui.Number(done) + " of " + ui.Number(len(steps)) + " done"
}
