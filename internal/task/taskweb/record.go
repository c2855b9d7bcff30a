package taskweb

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"countersign/internal/platform/web"
	"countersign/internal/task/desk"
	"countersign/internal/ui"
)

// A recordPage is the supervision record of a task, to read and to print.
type recordPage struct {
	Chrome ui.Chrome
	Reader web.Reader
	Record desk.Record
}

func (h *handler) record(w http.ResponseWriter, r *http.Request) error {
	rec, err := h.reads.Record(r.Context(), web.Who(r), taskID(r))
	if err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, recordView(recordPage{web.Chrome(r, "Supervision record "+rec.TaskNumber), web.ReaderOf(r), rec}))
}

func (h *handler) recordJSON(w http.ResponseWriter, r *http.Request) error {
	rec, err := h.reads.Record(r.Context(), web.Who(r), taskID(r))
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+rec.TaskNumber+`-record.json"`)
	_, err = w.Write(append(body, '\n'))
	return err
}

// bySeverity sums up the findings, worst first.
func (p recordPage) bySeverity() string {
	var parts []string
	for _, s := range []string{"critical", "major", "minor"} {
		if n := p.Record.Counts[s]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+s)
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

func (p recordPage) facts() []ui.Fact {
	r := p.Record
	facts := []ui.Fact{
		{Term: "Matter", Value: r.MatterTitle + ", " + r.MatterNo},
		{Term: "Provider", Value: r.Provider + ", " + r.Country},
		{Term: "Playbook", Value: r.Code + " " + r.Playbook + ", version " + strconv.FormatInt(r.PlaybookN, 10)},
	}
	if r.Template != "" {
		facts = append(facts, ui.Fact{Term: "Template", Value: r.Template})
	}
	return append(facts, ui.Fact{Term: "Findings", Value: p.bySeverity()})
}

func tookOf(s desk.Step) string {
	if s.Took <= 0 {
		return ""
	}
	return ui.Duration(s.Took)
}

func voidSays(l desk.VoidLine) string {
	return l.Name + ": v" + strconv.FormatInt(l.SignedN, 10) + " was signed, v" + strconv.FormatInt(l.CurrentN, 10) + " by " + l.By.Name + " is the file now"
}

// assumed says how an answer came about.
func assumed(a desk.Assumption) string {
	switch a.State {
	case "assumed":
		return "Assumed, nobody objected"
	case "answered":
		return "Answered by the firm"
	}
	return "Not answered yet"
}

func answerOf(a desk.Assumption) string {
	if a.State == "answered" && a.Answer != "" {
		return a.Answer
	}
	return a.Proposed
}
