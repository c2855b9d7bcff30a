package task

import (
	"context"
	"encoding/json"
	"fmt"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Procedure is what the pinned playbook version says about doing the work.
type Procedure struct {
	Playbook    string // name of the playbook
	N           int64
	Steps       []string
	Checklist   []string // of the open stage
	Deliverable string
	Defects     []string // what commonly goes wrong
	Template    string   // its text; "" when there is none
	TemplateDoc ident.DocumentID
}

// procedureFor reads the pinned version. Who sees a task sees its procedure: the provider reads a playbook in no other way.
func procedureFor(ctx context.Context, v gate.View, t Task) (p Procedure, err error) {
	p.N = t.PlaybookN
	var sealed []byte
	err = v.QueryRow(ctx, db.SQL(`SELECT pb.name, pv.body, COALESCE(ve.document_id, '') FROM playbook_version pv JOIN playbook pb ON pb.id = pv.playbook_id
		LEFT JOIN version ve ON ve.id = pv.template_version_id WHERE pv.playbook_id = ? AND pv.n = ?`, t.Playbook, t.PlaybookN)).Scan(&p.Playbook, &sealed, &p.TemplateDoc)
	if err != nil || len(sealed) == 0 {
		return p, err
	}
	text, err := v.OpenOrg(ctx, t.Firm, sealed, fmt.Sprintf("playbook_version.body/%s/%d", t.Playbook, t.PlaybookN))
	if err != nil {
		return p, err
	}
	var body struct {
		Steps       []string `json:"steps"`
		Deliverable string   `json:"deliverable"`
		Defects     []string `json:"defects"`
		Template    string   `json:"template"`
		Checklists  []struct {
			StageKey string   `json:"stage_key"`
			Items    []string `json:"items"`
		} `json:"checklists"`
	}
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		return p, err
	}
	p.Steps, p.Deliverable, p.Defects, p.Template = body.Steps, body.Deliverable, body.Defects, body.Template
	for _, c := range body.Checklists {
		if c.StageKey == t.At().Key {
			p.Checklist = c.Items
		}
	}
	return p, nil
}
