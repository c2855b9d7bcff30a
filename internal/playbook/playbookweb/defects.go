package playbookweb

import (
	"net/http"
	"net/url"
	"strings"

	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
	"countersign/internal/playbook"
	"countersign/internal/ui"
)

// A defectsPage is the taxonomy, with the form for a new code or the one that is edited.
type defectsPage struct {
	Chrome  ui.Chrome
	Defects []playbook.Defect
	Edits   bool
	Form    playbook.Defect // Rev 0: a new code
	Errors  []ui.FieldError
}

func (p pages) defects(w http.ResponseWriter, r *http.Request) error {
	return p.showDefects(w, r, playbook.Defect{Severity: "major", Points: 3}, nil)
}

// showDefects shows form, or the code that the address asks to edit.
func (p pages) showDefects(w http.ResponseWriter, r *http.Request, form playbook.Defect, refused error) error {
	all, err := p.s.Taxonomy(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	l, err := p.s.List(r.Context(), web.Who(r), playbook.Filter{})
	if err != nil {
		return err
	}
	if code := r.URL.Query().Get("edit"); code != "" && refused == nil {
		for _, d := range all {
			if d.Code == code && d.Retired.IsZero() {
				form = d
			}
		}
	}
	page := defectsPage{chrome(r, "Defect codes"), all, l.Edits, form, web.FieldErrors(refused)}
	return web.Page(w, r, status(refused), defectsView(page))
}

func readDefect(r *http.Request, code string) playbook.Defect {
	points := number(r, "points")
	if r.PostFormValue("points") != "0" && points == 0 {
		points = -1 // not a number: refused with the field named
	}
	return playbook.Defect{Code: strings.TrimSpace(code), Severity: r.PostFormValue("severity"), Name: r.PostFormValue("name"),
		Examples: r.PostFormValue("examples"), Points: points, Rev: number(r, "rev")}
}

func (p pages) addDefect(w http.ResponseWriter, r *http.Request) error {
	d := readDefect(r, r.PostFormValue("code"))
	return p.answerDefect(w, r, d, "Added. Reviewers can choose it now.", p.s.AddDefect(r.Context(), web.Who(r), d))
}

func (p pages) editDefect(w http.ResponseWriter, r *http.Request) error {
	d := readDefect(r, r.PathValue("code"))
	return p.answerDefect(w, r, d, "Saved.", p.s.EditDefect(r.Context(), web.Who(r), d))
}

func (p pages) retireDefect(w http.ResponseWriter, r *http.Request) error {
	if err := p.s.RetireDefect(r.Context(), web.Who(r), r.PathValue("code"), number(r, "rev")); err != nil {
		return err
	}
	return web.Redirect(w, r, "/defects", "Retired. Findings filed under it keep it.")
}

func (p pages) answerDefect(w http.ResponseWriter, r *http.Request, d playbook.Defect, flash string, err error) error {
	if fault.Correctable(err) {
		return p.showDefects(w, r, d, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/defects", flash)
}

func defectPath(code string) string { return "/defects/" + url.PathEscape(code) }

func defectHeading(d playbook.Defect) string {
	if d.Rev > 0 {
		return "Edit " + d.Code
	}
	return "Add a code"
}

func defectVerb(d playbook.Defect) string {
	if d.Rev > 0 {
		return "Save"
	}
	return "Add"
}

func defectAction(d playbook.Defect) string {
	if d.Rev > 0 {
		return defectPath(d.Code)
	}
	return "/defects"
}

// points keeps a refused figure out of the field: it was no number.
func points(d playbook.Defect) string {
	if d.Points < 0 {
		return ""
	}
	return itoa(d.Points)
}
