package taskweb

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/ui"
)

func splitLines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
}

func (p deskPage) path() string  { return taskPath(p.Line.ID) }
func (p deskPage) topic() string { return "matter/" + string(p.Line.Matter) }
func (p deskPage) rev() ui.HiddenField {
	return ui.HiddenField{Name: "rev", Value: strconv.FormatInt(p.Line.Rev, 10)}
}

// mine reports whether the open draft is the reader's to hand in.
func (p deskPage) mine() bool { return p.Acts.Submit.Ready() }

// headline is the one sentence that says what happens next, and to whom it falls.
func (p deskPage) headline() string {
	l := p.Line
	switch {
	case l.State == task.Preparing:
		return "Not released: the provider does not know of it yet."
	case l.State == task.Declined:
		return "Declined. The firm supplies what is missing and releases it again."
	case l.State == task.Paused || l.State == task.Recalled || l.State == task.Cancelled:
		return stateWord(l.State) + ": " + p.Reason
	case l.State == task.Delivered:
		return "Signed by " + p.Supervisor + " and delivered " + p.says(l.DoneAt) + "."
	case l.Holder == "":
		return "Waits in the queue for " + strings.ToLower(l.At().Name) + "."
	case l.Holder == p.Me && l.Returned:
		return "You fix " + ui.Plural(l.Open, "finding", "findings") + ", then hand in again."
	case l.Holder == p.Me && l.At().Kind == task.Draft:
		return "You draft. " + p.next() + " reviews it next."
	case l.Holder == p.Me && l.At().Kind == task.Review:
		return "You review what was handed in " + p.says(l.StageAt) + "."
	case l.Holder == p.Me:
		return "Ready for you to read and sign."
	}
	return "With " + l.HolderName + " since " + p.says(l.StageAt) + "."
}

// next is who is down for the stage after the open one, or its name.
func (p deskPage) next() string {
	at := p.Line.Stage + 1
	if p.Line.ReturnTo > 0 {
		at = p.Line.ReturnTo
	}
	if at < len(p.Track) {
		if p.Track[at].Who != "" {
			return p.Track[at].Who
		}
		return "Whoever takes " + strings.ToLower(p.Track[at].Stage.Name)
	}
	return p.Supervisor
}

func (p deskPage) submitLabel() string {
	at := max(p.Line.Stage+1, p.Line.ReturnTo)
	if at < len(p.Track) {
		return "Submit to " + strings.ToLower(p.Track[at].Stage.Name)
	}
	return "Submit"
}

func (p deskPage) track() []ui.StageStep {
	out := make([]ui.StageStep, 0, len(p.Track)+1)
	for _, s := range p.Track {
		step := ui.StageStep{Name: s.Stage.Name, Note: s.Who, State: stageState(s.State)}
		if step.State == ui.Now || step.State == ui.Returned {
			if p.Line.Holder == p.Me {
				step.Note = "You"
			}
			if !p.Line.StageAt.IsZero() {
				step.Note = strings.TrimPrefix(step.Note+", since "+p.dual(p.Line.StageAt).Reader, ", ")
			}
			if p.Line.Holder == "" {
				step.Note = "In the queue"
			}
		}
		if s.State == "back" {
			step.Name += ", again"
		}
		out = append(out, step)
	}
	end := ui.StageStep{Name: "Delivered", Note: "Wanted by " + p.day(p.Line.Due)}
	if p.Line.State == task.Delivered {
		end.Note, end.State = p.dual(p.Line.DoneAt).Reader, ui.Done
	}
	return append(out, end)
}

// open lists the findings that the author answers now.
func (p deskPage) open() (out []desk.Fix) {
	for _, f := range p.Fixes {
		if f.State == "open" {
			out = append(out, f)
		}
	}
	return out
}

// settled lists the findings that are answered.
func (p deskPage) settled() (out []desk.Fix) {
	for _, f := range p.Fixes {
		if f.State != "open" {
			out = append(out, f)
		}
	}
	return out
}

func (p deskPage) fixNote() string {
	if len(p.History) == 0 || len(p.History[0].Verdicts) == 0 {
		return ""
	}
	last := p.History[0].Verdicts[len(p.History[0].Verdicts)-1]
	return last.Stage.Name + ", " + last.By + ", " + p.says(last.At)
}

func (p deskPage) lastNote() string {
	if len(p.History) == 0 || len(p.History[0].Verdicts) == 0 {
		return ""
	}
	return p.History[0].Verdicts[len(p.History[0].Verdicts)-1].Note
}

func findingCard(f desk.Fix, t ident.TaskID) ui.FindingCard {
	card := ui.FindingCard{ID: "finding-" + f.ID, Number: f.Number, Severity: f.Severity, Where: place(f.File, f.Page, f.Line), Href: placeHref(f.Document, f.FileN, f.Page, f.Area, t), Quote: f.Quote, Text: f.Text, Category: f.Category}
	switch f.State {
	case "fixed", "accepted":
		card.Answer, card.Fixed = "Fixed", true
	case "disputed":
		card.Answer = "Disputed"
	}
	return card
}

// askedAbout are the fields of the place that a question is asked about.
func (p deskPage) askedAbout() (out []ui.HiddenField) {
	for _, name := range []string{"version", "page", "area"} {
		out = append(out, ui.HiddenField{Name: name, Value: p.form.value("ask", name, "")})
	}
	return out
}

// askedPlace says which place that is.
func (p deskPage) askedPlace() string {
	version, page := p.form.value("ask", "version", ""), p.form.value("ask", "page", "")
	for _, d := range append(slices.Clone(p.Sources), p.Work...) {
		for _, v := range d.Versions {
			if string(v.ID) == version && !d.Quarantined {
				return "page " + page + " of " + d.Name + " v" + strconv.FormatInt(v.N, 10)
			}
		}
	}
	return "page " + page + " of a document"
}

func questionPlace(q desk.Question) string {
	return place(q.File+" v"+strconv.FormatInt(q.FileN, 10), q.Page, 0)
}

// place says where in a file something stands; page or line 0 is not given.
func place(file string, page, line int) string {
	if page > 0 {
		file += ", p. " + strconv.Itoa(page)
	}
	if line > 0 {
		file += ", line " + strconv.Itoa(line)
	}
	return file
}

func (p deskPage) done() (n int) {
	for _, c := range p.Checks {
		if c.Done {
			n++
		}
	}
	return n
}

// handable are the documents of which the newest version may be handed in.
func (p deskPage) handable() (out []desk.Paper) {
	for _, w := range p.Work {
		if !w.Quarantined && len(w.Versions) > 0 {
			out = append(out, w)
		}
	}
	return out
}

func (p deskPage) paperNote(d desk.Paper) string {
	if d.Quarantined {
		return "Quarantined: it is not shown"
	}
	if len(d.Versions) == 0 {
		return ""
	}
	v := d.Versions[0]
	return "v" + strconv.FormatInt(v.N, 10) + " · " + ui.Bytes(v.Size) + " · " + v.By + ", " + p.dual(v.At).Reader
}

// silences are sensible times for silence to mean yes, in both zones: hours from now, and hours at which the other
// side is at work.
func (p deskPage) silences() []ui.Option {
	var out []ui.Option
	add := func(t time.Time, hint string) {
		if t.Sub(p.now) >= time.Hour+5*time.Minute {
			out = append(out, ui.Option{Value: t.UTC().Format(time.RFC3339), Label: p.says(t), Hint: hint})
		}
	}
	whole := p.now.Add(10 * time.Minute).Truncate(5 * time.Minute)
	add(whole.Add(2*time.Hour), "in two hours")
	add(whole.Add(4*time.Hour), "in four hours")
	there := p.now.In(p.reader.Other)
	for days := range 2 {
		for _, hour := range []int{10, 17} {
			at := time.Date(there.Year(), there.Month(), there.Day()+days, hour, 0, 0, 0, p.reader.Other)
			if len(out) < 5 {
				add(at, "on the other side: "+at.Format("Mon 15:04 MST"))
			}
		}
	}
	return out
}

// settledHow says what became of a question.
func settledHow(q desk.Question) string {
	switch q.State {
	case "answered":
		if q.Answer == "" {
			return q.AnsweredBy + " agrees with the proposal."
		}
		return q.AnsweredBy + ": " + q.Answer
	case "assumed":
		return "Nobody objected in time: the proposal holds."
	}
	return "Withdrawn."
}

func questionTone(q desk.Question) (ui.Tone, ui.IconName, string) {
	switch q.State {
	case "open":
		return ui.Warn, ui.IconWait, "Open"
	case "answered":
		return ui.OK, ui.IconOK, "Answered"
	case "assumed":
		return ui.Warn, ui.IconInfo, "Assumption"
	}
	return ui.Plain, ui.IconVoid, "Withdrawn"
}

// keepKey is where unsent text is kept in the browser: by person and record, so that nobody meets another's words.
func keepKey(p deskPage, field string) string {
	return string(p.Me) + "/" + string(p.Line.ID) + "/" + field
}

// stillOpen says what stands between the author and the next tier.
func (p deskPage) stillOpen() string {
	if n := len(p.open()); n > 0 {
		return ui.Plural(n, "finding needs", "findings need") + " an answer."
	}
	if n := len(p.Checks) - p.done(); n > 0 {
		return ui.Plural(n, "line", "lines") + " of the checklist not ticked."
	}
	return p.next() + " reviews it next."
}

func (p deskPage) cannotSubmit() string {
	if len(p.handable()) == 0 {
		return "Upload a draft first."
	}
	return ""
}

// silence is the choice that is set: what was chosen before, else the second.
func (p deskPage) silence() string {
	options := p.silences()
	or := ""
	if len(options) > 0 {
		or = options[min(1, len(options)-1)].Value
	}
	return cmp.Or(p.form.value("ask", "silence", ""), or)
}

// deskAnswerText is what was typed as the answer to this question.
func deskAnswerText(p deskPage, q desk.Question) string {
	if p.form.value("answer", "question", "") == q.ID {
		return p.form.value("answer", "text", "")
	}
	return ""
}

func facts(fs []desk.Fact) []ui.Fact {
	out := make([]ui.Fact, len(fs))
	for i, f := range fs {
		out[i] = ui.Fact{Term: f.Label, Value: f.Value, Copy: true}
	}
	return out
}

// quieter is the style of the control that opens a question, never louder than the one that acts.
func quieter(s ui.ButtonStyle) ui.ButtonStyle {
	if s == ui.Destroy {
		return ui.Danger
	}
	return s
}
