package privacy

import (
	"context"
	"encoding/json"
	"errors"

	"countersign/internal/deadline/courtday"
	"countersign/internal/deadline/rule"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

const columns = `r.id, r.number, r.org_id, r.kind, r.subject_kind, r.subject_id, r.label, r.reason, r.received_on, r.due_on, r.state, r.made_by, r.made_at, r.decided_by, r.decided_at, r.done_at, r.said, r.file, r.size_bytes, r.rev,
	COALESCE((SELECT p.name FROM person p WHERE p.id = r.made_by), ''), COALESCE((SELECT p.name FROM person p WHERE p.id = r.decided_by), '')`

// A row is a request with its sealed columns.
type row struct {
	Request
	label, reason, said []byte
}

func (x *row) scan(rs interface{ Scan(dest ...any) error }) error {
	return rs.Scan(&x.ID, &x.Number, &x.Org, &x.Kind, &x.SubjectKind, &x.SubjectID, &x.label, &x.reason, &x.ReceivedOn, &x.DueOn, &x.State, &x.MadeBy, db.At{T: &x.MadeAt},
		&x.DecidedBy, db.At{T: &x.DecidedAt}, db.At{T: &x.DoneAt}, &x.said, &x.file, &x.SizeBytes, &x.Rev, &x.MadeByName, &x.DecidedName)
}

// unseal reads the words of a row with open, a view's or a write's.
func (x *row) unseal(open func(sealed []byte, aad string) (string, error)) (r Request, err error) {
	if x.Label, err = open(x.label, "privacy_request.label/"+x.ID); err != nil {
		return r, err
	}
	if x.Reason, err = open(x.reason, "privacy_request.reason/"+x.ID); err != nil {
		return r, err
	}
	said, err := open(x.said, "privacy_request.said/"+x.ID)
	if err == nil && said != "" {
		err = json.Unmarshal([]byte(said), &x.Outcome)
	}
	return x.Request, err
}

// load finds a request of the actor's organization; a job finds any.
func load(ctx context.Context, tx *gate.Tx, id string) (r Request, err error) {
	var x row
	q := db.SQL(`SELECT `+columns+` FROM privacy_request r WHERE r.id = ?`, id)
	if !tx.Who.IsSystem() {
		q = q.And(db.SQL(`r.org_id = ?`, tx.Who.Org))
	}
	err = x.scan(tx.QueryRow(ctx, q.Join(tx.ForUpdate())))
	if errors.Is(err, db.ErrNoRows) {
		return r, tx.Absent("privacy_request", id)
	}
	if err != nil {
		return r, err
	}
	return x.unseal(func(sealed []byte, aad string) (string, error) { return tx.OpenOrg(ctx, x.Org, sealed, aad) })
}

func (r Request) sealed(ctx context.Context, tx *gate.Tx) (label, reason, said []byte, err error) {
	if label, err = tx.SealOrg(ctx, r.Org, r.Label, "privacy_request.label/"+r.ID); err != nil {
		return
	}
	if reason, err = tx.SealOrg(ctx, r.Org, r.Reason, "privacy_request.reason/"+r.ID); err != nil {
		return
	}
	text, err := json.Marshal(r.Outcome)
	if err != nil {
		return
	}
	said, err = tx.SealOrg(ctx, r.Org, string(text), "privacy_request.said/"+r.ID)
	return
}

func (r Request) insert(ctx context.Context, tx *gate.Tx) error {
	label, reason, said, err := r.sealed(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO privacy_request (id, number, org_id, kind, subject_kind, subject_id, label, reason, received_on, due_on, state, made_by, made_at, decided_by, decided_at, done_at, said, file, size_bytes, rev)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, '', 0, 1)`,
		r.ID, r.Number, r.Org, r.Kind, r.SubjectKind, r.SubjectID, label, reason, r.ReceivedOn, r.DueOn, r.State, r.MadeBy, db.Micros(r.MadeAt), r.DecidedBy, db.Micros(r.DecidedAt), said))
	return err
}

// save writes what changes of a request.
func (r *Request) save(ctx context.Context, tx *gate.Tx) error {
	label, reason, said, err := r.sealed(ctx, tx)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, db.SQL(`UPDATE privacy_request SET label = ?, reason = ?, state = ?, decided_by = ?, decided_at = ?, done_at = ?, said = ?, file = ?, size_bytes = ?, rev = rev + 1 WHERE id = ? AND rev = ?`,
		label, reason, r.State, r.DecidedBy, db.Micros(r.DecidedAt), db.Micros(r.DoneAt), said, r.file, r.SizeBytes, r.ID, r.Rev))
	if err == nil && n == 0 {
		err = fault.New(fault.Stale, "The request changed meanwhile. Load the page again.")
	}
	r.Rev++
	return err
}

// answerBy is the last day for an answer.
func answerBy(received courtday.Day) string { return rule.AnswerSubject(received, false).String() }
