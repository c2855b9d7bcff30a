package engagement

import (
	"context"
	"errors"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

const columns = `e.id, e.firm_id, e.provider_id, e.name, e.phase, e.country, e.begun_on, e.rev`

func (e *Engagement) scan() []any {
	return []any{&e.ID, &e.Firm, &e.Provider, &e.Name, &e.Phase, &e.Country, &e.BegunOn, &e.Rev}
}

// load reads an engagement of the actor's own side for change.
func load(ctx context.Context, tx *gate.Tx, id ident.EngagementID) (e Engagement, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT `+columns+` FROM engagement e WHERE e.id = ? AND (e.firm_id = ? OR e.provider_id = ?)`,
		id, tx.Who.Org, tx.Who.Org).Join(tx.ForUpdate())).Scan(e.scan()...)
	if errors.Is(err, db.ErrNoRows) {
		return e, tx.Absent("engagement", string(id))
	}
	return e, err
}

func savePhase(ctx context.Context, tx *gate.Tx, e Engagement, to Phase) error {
	n, err := tx.Exec(ctx, db.SQL(`UPDATE engagement SET phase = ?, rev = rev + 1 WHERE id = ? AND rev = ?`, to, e.ID, e.Rev))
	if err == nil && n == 0 {
		err = fault.New(fault.Stale, "Someone changed this engagement. Look again, then resend.")
	}
	return err
}

func insert(ctx context.Context, tx *gate.Tx, e Engagement) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO engagement (id, firm_id, provider_id, name, phase, country, begun_on, rev, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.Firm, e.Provider, e.Name, e.Phase, e.Country, e.BegunOn, e.Rev, db.Micros(tx.Now)))
	return err
}

// zoneOf is the zone in which a firm's dates end.
func zoneOf(ctx context.Context, q db.Reader, firm ident.OrgID) (*time.Location, error) {
	var zone string
	if err := q.QueryRow(ctx, db.SQL(`SELECT zone FROM org WHERE id = ?`, firm)).Scan(&zone); err != nil {
		return nil, err
	}
	return time.LoadLocation(zone)
}
