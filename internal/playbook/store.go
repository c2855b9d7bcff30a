package playbook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Service is this package's verbs and questions. It holds no state of its own.
type Service struct{ gate *gate.Gate }

// NewService returns the playbook service.
func NewService(g *gate.Gate) *Service { return &Service{g} }

// Opener decrypts words of an organization: View.OpenOrg or Tx.OpenOrg.
type Opener func(ctx context.Context, o ident.OrgID, sealed []byte, aad string) (string, error)

const playbookColumns = `p.id, p.firm_id, p.code, p.name, p.practice_area, p.current_n, p.retired_at, p.made_at, p.rev,
	COALESCE((SELECT MAX(d.n) FROM playbook_version d WHERE d.playbook_id = p.id AND d.state = 'draft'), 0)`

func scanPlaybook(rs interface{ Scan(...any) error }, p *Playbook) error {
	return rs.Scan(&p.ID, &p.Firm, &p.Code, &p.Name, &p.Area, &p.Current, db.At{T: &p.Retired}, db.At{T: &p.Made}, &p.Rev, &p.Draft)
}

// load reads a playbook of the actor's firm and keeps it from changing until the write ends.
func load(ctx context.Context, tx *gate.Tx, id ident.PlaybookID) (p Playbook, err error) {
	q := db.SQL(`SELECT `+playbookColumns+` FROM playbook p WHERE p.id = ?`, id)
	if !tx.Who.IsSystem() {
		q = q.And(db.SQL(`p.firm_id = ?`, tx.Who.Org))
	}
	err = scanPlaybook(tx.QueryRow(ctx, q.Join(tx.ForUpdate())), &p)
	if errors.Is(err, db.ErrNoRows) {
		return p, tx.Absent("playbook", string(id))
	}
	return p, err
}

// Load reads one version inside or outside a write: Load(ctx, tx, tx.OpenOrg, id, n). The caller has made sure that
// the actor may know of it.
//
// Faults: NotFound.
func Load(ctx context.Context, q db.Reader, open Opener, id ident.PlaybookID, n int64) (v Version, err error) {
	defer fault.Wrap(&err, "playbook.Load(%s, %d)", id, n)
	return readVersion(ctx, q, open, db.SQL(`v.playbook_id = ? AND v.n = ?`, id, n))
}

func readVersion(ctx context.Context, q db.Reader, open Opener, where db.Frag) (v Version, err error) {
	var stages string
	var body []byte
	err = q.QueryRow(ctx, db.SQL(`
		SELECT v.playbook_id, p.firm_id, p.code, p.name, p.practice_area, v.n, v.state, v.offshore, v.turnaround_hours, v.rush_hours,
			v.stages, v.body, v.template_version_id, v.made_by, v.made_at, v.released_by, v.released_at, v.note, v.rev
		FROM playbook_version v JOIN playbook p ON p.id = v.playbook_id WHERE `).Join(where)).
		Scan(&v.Playbook, &v.Firm, &v.Code, &v.Name, &v.Area, &v.N, &v.State, &v.Offshore, &v.TurnaroundHours, &v.RushHours,
			&stages, &body, &v.Template, &v.MadeBy, db.At{T: &v.MadeAt}, &v.ReleasedBy, db.At{T: &v.ReleasedAt}, &v.Note, &v.Rev)
	if errors.Is(err, db.ErrNoRows) {
		return v, fault.Missing()
	}
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal([]byte(stages), &v.Stages); err != nil {
		return v, fmt.Errorf("stages: %w", err)
	}
	words, err := open(ctx, v.Firm, body, bodyPlace(v))
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal([]byte(words), &v.Body)
}

// bodyPlace binds the sealed body to its row.
func bodyPlace(v Version) string {
	return "playbook_version.body/" + string(v.Playbook) + "/" + strconv.FormatInt(v.N, 10)
}

func insertPlaybook(ctx context.Context, tx *gate.Tx, p Playbook) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO playbook (id, firm_id, code, name, practice_area, current_n, retired_at, made_at, rev) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)`,
		p.ID, p.Firm, p.Code, p.Name, p.Area, p.Current, db.Micros(p.Made), p.Rev))
	if db.IsDuplicate(err) {
		return fault.InField("code", "Another playbook of the firm has this code.")
	}
	return err
}

// savePlaybook writes what a verb may change over the row that load locked, and counts the revision up.
func savePlaybook(ctx context.Context, tx *gate.Tx, p *Playbook) error {
	n, err := tx.Exec(ctx, db.SQL(`UPDATE playbook SET current_n = ?, retired_at = ?, rev = rev + 1 WHERE id = ? AND rev = ?`,
		p.Current, db.Micros(p.Retired), p.ID, p.Rev))
	if err == nil && n == 0 {
		err = stale()
	}
	p.Rev++
	return err
}

func sealVersion(ctx context.Context, tx *gate.Tx, v Version) (stages string, body []byte, err error) {
	list, err := json.Marshal(v.Stages)
	if err != nil {
		return "", nil, err
	}
	words, err := json.Marshal(v.Body)
	if err != nil {
		return "", nil, err
	}
	body, err = tx.SealOrg(ctx, v.Firm, string(words), bodyPlace(v))
	return string(list), body, err
}

func insertVersion(ctx context.Context, tx *gate.Tx, v Version) error {
	stages, body, err := sealVersion(ctx, tx, v)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, db.SQL(`INSERT INTO playbook_version (playbook_id, n, state, offshore, turnaround_hours, rush_hours, stages, body,
			template_version_id, made_by, made_at, released_by, released_at, note, rev)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
		v.Playbook, v.N, v.State, v.Offshore, v.TurnaroundHours, v.RushHours, stages, body,
		v.Template, v.MadeBy, db.Micros(v.MadeAt), v.ReleasedBy, db.Micros(v.ReleasedAt), v.Note))
	return err
}

// saveVersion writes a draft over its row if nobody changed it since v.Rev. A released row is out of its reach.
func saveVersion(ctx context.Context, tx *gate.Tx, v *Version) error {
	stages, body, err := sealVersion(ctx, tx, *v)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, db.SQL(`UPDATE playbook_version SET state = ?, offshore = ?, turnaround_hours = ?, rush_hours = ?, stages = ?, body = ?,
			template_version_id = ?, released_by = ?, released_at = ?, note = ?, rev = rev + 1
		WHERE playbook_id = ? AND n = ? AND state = 'draft' AND rev = ?`,
		v.State, v.Offshore, v.TurnaroundHours, v.RushHours, stages, body,
		v.Template, v.ReleasedBy, db.Micros(v.ReleasedAt), v.Note, v.Playbook, v.N, v.Rev))
	if err == nil && n == 0 {
		err = stale()
	}
	v.Rev++
	return err
}

func stale() error {
	return fault.New(fault.Stale, "Someone changed this playbook meanwhile. Compare their text with yours, then save again.")
}
