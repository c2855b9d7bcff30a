package playbookweb

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/playbook"
	"countersign/internal/ui"
)

// An editPage is the editor of a draft version. Form is what is typed, saved or not.
type editPage struct {
	Chrome   ui.Chrome
	Playbook playbook.Playbook
	Form     editForm
	Errors   []ui.FieldError
	Unsaved  bool              // rows were moved: nothing is stored yet
	Theirs   []playbook.Change // after a stale form: how what is stored differs from what is typed
}

// An editForm is the fields of the editor as text.
type editForm struct {
	N, Rev                                 int64
	Offshore, Turnaround, Rush             string
	Condition, Deliverable, Template, Note string
	Steps, Inputs, Flags, Defects          string // one a line
	TemplateVersion                        string
	Stages                                 []stageForm
}

// A stageForm is one stage's row.
type stageForm struct {
	Key, Name, Kind, Role, Blind, Checklist string
}

func (p pages) edit(w http.ResponseWriter, r *http.Request) error {
	sh, err := p.draft(r)
	if err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, editView(editPage{Chrome: chrome(r, "Edit "+sh.Playbook.Code), Playbook: sh.Playbook, Form: formOf(sh.Version)}))
}

// draft reads the draft of the playbook in the address.
func (p pages) draft(r *http.Request) (playbook.Sheet, error) {
	sh, err := p.s.Sheet(r.Context(), web.Who(r), id(r), 0)
	if err != nil {
		return sh, err
	}
	if sh.Playbook.Draft == 0 {
		return sh, fault.New(fault.Conflict, "No version is being drafted. Start a new version on the playbook's page.")
	}
	return p.s.Sheet(r.Context(), web.Who(r), id(r), sh.Playbook.Draft)
}

// save takes the whole form. A button on a row changes the row and shows the form again; the others store it.
func (p pages) save(w http.ResponseWriter, r *http.Request) error {
	f := readForm(r)
	act := r.PostFormValue("act")
	if moved, ok := f.arrange(act); ok {
		return p.showEditor(w, r, moved, nil)
	}
	in, err := f.edit(id(r))
	if err != nil {
		return p.showEditor(w, r, f, err)
	}
	v, err := p.s.EditVersion(r.Context(), web.Who(r), in)
	if fault.Correctable(err) {
		return p.showEditor(w, r, f, err)
	}
	if err != nil {
		return err
	}
	if act != "release" {
		return web.Redirect(w, r, path(v.Playbook)+"/edit", "Saved. Nobody works by it before you release it.")
	}
	out, err := p.s.ReleaseVersion(r.Context(), web.Who(r), playbook.Release{Playbook: v.Playbook, N: v.N, Rev: v.Rev})
	if err != nil {
		return err
	}
	say := "Version " + itoa(v.N) + " is released: new tasks begin with it."
	if n := len(out.Older); n > 0 {
		say += " " + ui.Plural(n, "open task goes", "open tasks go") + " on with the version it began with."
	}
	return web.Redirect(w, r, path(v.Playbook), say)
}

func (p pages) showEditor(w http.ResponseWriter, r *http.Request, f editForm, refused error) error {
	sh, err := p.draft(r)
	if err != nil {
		return err
	}
	page := editPage{Chrome: chrome(r, "Edit "+sh.Playbook.Code), Playbook: sh.Playbook, Form: f, Errors: web.FieldErrors(refused), Unsaved: true}
	if fault.KindOf(refused) == fault.Stale && refused != nil {
		// The next save is made knowing what the other person stored.
		if in, err := f.edit(id(r)); err == nil {
			mine := sh.Version
			mine.Offshore, mine.TurnaroundHours, mine.RushHours, mine.Stages, mine.Body = in.Offshore, in.TurnaroundHours, in.RushHours, in.Stages, in.Body
			page.Theirs = playbook.Changes(sh.Version, mine)
		}
		page.Form.Rev = sh.Version.Rev
	}
	return web.Page(w, r, status(refused), editView(page))
}

func formOf(v playbook.Version) editForm {
	f := editForm{N: v.N, Rev: v.Rev, Offshore: string(v.Offshore), Turnaround: itoa(v.TurnaroundHours), Rush: itoa(v.RushHours),
		Condition: v.Body.Condition, Deliverable: v.Body.Deliverable, Template: v.Body.Template, Note: v.Note, TemplateVersion: string(v.Template),
		Steps: text(v.Body.Steps), Inputs: text(v.Body.Inputs), Flags: text(v.Body.Flags), Defects: text(v.Body.Defects)}
	for _, s := range v.Stages {
		f.Stages = append(f.Stages, stageForm{s.Key, s.Name, string(s.Kind), s.Role, strconv.Itoa(s.BlindPercent), text(v.Body.Checklist(s.Key))})
	}
	return f
}

func readForm(r *http.Request) editForm {
	get := func(name string) string { return strings.ReplaceAll(r.PostFormValue(name), "\r\n", "\n") }
	f := editForm{N: number(r, "n"), Rev: number(r, "rev"), Offshore: get("offshore"), Turnaround: get("turnaround"), Rush: get("rush"),
		Condition: get("condition"), Deliverable: get("deliverable"), Template: get("template"), Note: get("note"), TemplateVersion: get("template_version"),
		Steps: get("steps"), Inputs: get("inputs"), Flags: get("flags"), Defects: get("defects")}
	for i := range min(number(r, "count"), 2*playbook.MaxStages) {
		at := "stage-" + itoa(i) + "-"
		f.Stages = append(f.Stages, stageForm{get(at + "key"), get(at + "name"), get(at + "kind"), get(at + "role"), get(at + "blind"), get(at + "checklist")})
	}
	return f
}

// arrange carries out a button of the stage rows: "add", "up-2", "down-2", "remove-2". ok is false for other buttons.
func (f editForm) arrange(act string) (_ editForm, ok bool) {
	f.Stages = slices.Clone(f.Stages)
	last := len(f.Stages) - 1
	if act == "add" && last >= 0 {
		f.Stages = slices.Insert(f.Stages, last, stageForm{Key: f.freeKey(), Kind: string(playbook.Review), Role: playbook.RolePeer, Blind: "0"})
		return f, true
	}
	verb, at, _ := strings.Cut(act, "-")
	i, err := strconv.Atoi(at)
	if err != nil || i < 1 || i >= last { // draft and acceptance keep their places
		return f, verb == "up" || verb == "down" || verb == "remove" || act == "add"
	}
	switch {
	case verb == "up" && i > 1:
		f.Stages[i], f.Stages[i-1] = f.Stages[i-1], f.Stages[i]
	case verb == "down" && i < last-1:
		f.Stages[i], f.Stages[i+1] = f.Stages[i+1], f.Stages[i]
	case verb == "remove":
		f.Stages = slices.Delete(f.Stages, i, i+1)
	case verb != "up" && verb != "down":
		return f, false
	}
	return f, true
}

func (f editForm) freeKey() string {
	for n := 1; ; n++ {
		key := "review-" + strconv.Itoa(n)
		if !slices.ContainsFunc(f.Stages, func(s stageForm) bool { return s.Key == key }) {
			return key
		}
	}
}

// edit turns text into a request. What is no number is refused here; everything else is decided by the verb.
func (f editForm) edit(id ident.PlaybookID) (e playbook.Edit, err error) {
	whole := func(field, s string) int64 {
		n, bad := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
		if bad != nil && err == nil {
			err = fault.InField(field, "Write a whole number.")
		}
		return n
	}
	e = playbook.Edit{Playbook: id, N: f.N, Rev: f.Rev, Offshore: playbook.Offshore(f.Offshore), Note: f.Note, Template: ident.VersionID(strings.TrimSpace(f.TemplateVersion)),
		TurnaroundHours: whole("turnaround", f.Turnaround), RushHours: whole("rush", f.Rush),
		Body: playbook.Body{Steps: list(f.Steps), Inputs: list(f.Inputs), Flags: list(f.Flags), Defects: list(f.Defects),
			Condition: strings.TrimSpace(f.Condition), Deliverable: strings.TrimSpace(f.Deliverable), Template: strings.TrimSpace(f.Template)}}
	for i, s := range f.Stages {
		stage := playbook.Stage{Key: strings.TrimSpace(s.Key), Name: strings.TrimSpace(s.Name), Kind: playbook.StageKind(s.Kind), Role: s.Role}
		if stage.Kind == playbook.Review {
			stage.BlindPercent = int(whole("stage-"+strconv.Itoa(i)+"-blind", s.Blind))
		}
		e.Stages = append(e.Stages, stage)
		if items := list(s.Checklist); len(items) > 0 {
			e.Body.Checklists = append(e.Body.Checklists, playbook.Checklist{StageKey: stage.Key, Items: items})
		}
	}
	return e, err
}

// list reads one item a line; blank lines are nothing.
func list(text string) (out []string) {
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func text(lines []string) string { return strings.Join(lines, "\n") }
