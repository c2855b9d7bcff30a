package playbook

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// catalogue holds the task types and defects that every firm may begin with.
//
//go:embed catalogue
var catalogue embed.FS

// taskType is one entry of task_catalogue.json.
type taskType struct {
	Area        string   `json:"practice_area"`
	Code        string   `json:"task_id"`
	Name        string   `json:"name"`
	Inputs      []string `json:"inputs"`
	Steps       []string `json:"sop_steps"`
	Checklist   []string `json:"review_checklist"`
	Deliverable string   `json:"deliverable"`
	Standard    int64    `json:"turnaround_standard_h"` // business hours
	Rush        int64    `json:"turnaround_rush_h"`     // business hours
	Defects     []string `json:"common_defects"`
	Offshore    Offshore `json:"offshore"`
	Flags       []string `json:"flags"`
}

// Imported tells what ImportCatalogue made.
type Imported struct{ Playbooks, Defects int }

// ImportCatalogue gives the actor's firm the default playbooks, each released as version 1, and the default defect
// codes. What the firm has already, by code, is left as it is, so a second import makes nothing.
//
// Faults: Forbidden.
func (s *Service) ImportCatalogue(ctx context.Context, who actor.Actor) (out Imported, err error) {
	defer fault.Wrap(&err, "playbook.ImportCatalogue")
	err = s.gate.Write(ctx, who, Import, func(tx *gate.Tx) error {
		out = Imported{}
		firm := authz.Subject{Ref: authz.Ref{Kind: "organization", ID: string(who.Org)}, Org: string(who.Org)}
		if err := tx.Permit(ctx, firm); err != nil {
			return err
		}
		if out.Playbooks, err = importPlaybooks(ctx, tx); err != nil {
			return err
		}
		if out.Defects, err = importDefects(ctx, tx); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: firm.Ref, Values: map[string]string{
			"playbooks": strconv.Itoa(out.Playbooks), "defects": strconv.Itoa(out.Defects)}})
		tx.Announce(Topic(who.Org))
		return nil
	})
	return out, err
}

func importPlaybooks(ctx context.Context, tx *gate.Tx) (made int, err error) {
	types, err := taskTypes()
	if err != nil {
		return 0, err
	}
	have, err := codes(ctx, tx, `SELECT code FROM playbook WHERE firm_id = ?`)
	if err != nil {
		return 0, err
	}
	for _, t := range types {
		if have[t.Code] {
			continue
		}
		p := Playbook{ID: ident.PlaybookID(ident.New()), Firm: tx.Who.Org, Code: t.Code, Name: t.Name, Area: t.Area, Current: 1, Made: tx.Now, Rev: 1}
		v := t.version(p, tx)
		if err := v.Check(); err != nil {
			return made, fmt.Errorf("catalogue %s: %w", t.Code, err)
		}
		if err := insertPlaybook(ctx, tx, p); err != nil {
			return made, err
		}
		if err := insertVersion(ctx, tx, v); err != nil {
			return made, err
		}
		made++
	}
	return made, nil
}

// version is the task type as version 1 of a playbook. The catalogue's flags are what a conditional type is bound to.
func (t taskType) version(p Playbook, tx *gate.Tx) Version {
	v := Version{Playbook: p.ID, Firm: p.Firm, Code: p.Code, Name: p.Name, Area: p.Area, N: 1, State: InForce,
		Offshore: t.Offshore, TurnaroundHours: t.Standard, RushHours: t.Rush, Stages: DefaultStages(),
		MadeBy: tx.Who.Person, MadeAt: tx.Now, ReleasedBy: tx.Who.Person, ReleasedAt: tx.Now, Note: "From the catalogue", Rev: 1,
		Body: Body{Steps: sentences(t.Steps), Flags: sentences(t.Flags), Deliverable: sentence(t.Deliverable), Inputs: sentences(t.Inputs), Defects: sentences(t.Defects)}}
	for _, s := range v.Stages { // who drafts goes through the list before the reviewers do
		if s.Kind != Acceptance {
			v.Body.Checklists = append(v.Body.Checklists, Checklist{StageKey: s.Key, Items: sentences(t.Checklist)})
		}
	}
	if t.Offshore == Conditional {
		v.Body.Condition = sentence(strings.Join(t.Flags, "; "))
	}
	return v
}

// sentence begins a line of the catalogue, which is written in fragments, with a capital.
func sentence(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

func sentences(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = sentence(l)
	}
	return out
}

func taskTypes() (out []taskType, err error) {
	b, err := catalogue.ReadFile("catalogue/task_catalogue.json")
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	return out, err
}

func importDefects(ctx context.Context, tx *gate.Tx) (made int, err error) {
	defects, err := defaultDefects()
	if err != nil {
		return 0, err
	}
	have, err := codes(ctx, tx, `SELECT code FROM defect WHERE firm_id = ?`)
	if err != nil {
		return 0, err
	}
	for _, d := range defects {
		if have[d.Code] {
			continue
		}
		if err := insertDefect(ctx, tx, d); err != nil {
			return made, err
		}
		made++
	}
	return made, nil
}

// defaultDefects reads defect_taxonomy.csv: class, code, defect, examples, points.
func defaultDefects() ([]Defect, error) {
	b, err := catalogue.ReadFile("catalogue/defect_taxonomy.csv")
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []Defect
	for _, r := range rows[1:] {
		points, err := strconv.ParseInt(r[4], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", r[1], err)
		}
		out = append(out, Defect{Severity: r[0], Code: r[1], Name: r[2], Examples: r[3], Points: points})
	}
	return out, nil
}

// codes returns the codes that the actor's firm has, by a query with the firm as its one argument.
func codes(ctx context.Context, tx *gate.Tx, query string) (map[string]bool, error) {
	list, err := db.Column[string](ctx, tx, db.SQL(query, tx.Who.Org))
	have := map[string]bool{}
	for _, c := range list {
		have[c] = true
	}
	return have, err
}
