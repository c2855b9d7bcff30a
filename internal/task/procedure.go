package task

import (
	"context"
	"errors"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/playbook"
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
	book, err := playbook.Load(ctx, v, v.OpenOrg, t.Playbook, t.PlaybookN)
	if err != nil {
		return p, err
	}
	p = Procedure{Playbook: book.Name, N: book.N, Steps: book.Body.Steps, Checklist: book.Body.Checklist(t.At().Key),
		Deliverable: book.Body.Deliverable, Defects: book.Body.Defects, Template: book.Body.Template}
	if book.Template == "" {
		return p, nil
	}
	err = v.QueryRow(ctx, db.SQL(`SELECT document_id FROM version WHERE id = ?`, book.Template)).Scan(&p.TemplateDoc)
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return p, err
}
