package deadline

import (
	"context"

	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Shift is what a change does to one deadline.
type Shift struct {
	Deadline Deadline // with the date that it has; no ID when it is new
	To       Line
	Settled  bool // it is satisfied or cancelled: its date stays what it was
	Gone     bool // the chain gives it no more
}

// Moves reports whether the date changes.
func (x Shift) Moves() bool {
	return !x.Settled && (x.Gone || x.Deadline.ID == "" || !x.Deadline.Date.same(x.To.Date))
}

// shifts compares what is in force with what w gives together with the other dates of its chain.
func shifts(ctx context.Context, q db.Reader, t Trigger, w What) (out []Shift, err error) {
	others := map[string]courtday.Day{}
	if t.Chain != "" {
		if others, err = factsOf(ctx, q, t); err != nil {
			return nil, err
		}
	}
	lines, err := w.lines(others)
	if err != nil {
		return nil, err
	}
	have, err := openOf(ctx, q, t)
	if err != nil {
		return nil, err
	}
	by := map[string]Deadline{}
	for _, d := range have {
		by[d.Link] = d
	}
	for _, l := range lines {
		link := l.Link
		if t.Chain == "" {
			link = t.ID
		}
		d := by[link]
		delete(by, link)
		out = append(out, Shift{Deadline: d, To: l, Settled: d.ID != "" && d.State != Open})
	}
	for _, d := range have {
		if _, left := by[d.Link]; left && d.State == Open {
			out = append(out, Shift{Deadline: d, Gone: true})
		}
	}
	return out, nil
}

// factsOf are the dates of the chain that other triggers of the matter give.
func factsOf(ctx context.Context, q db.Reader, t Trigger) (map[string]courtday.Day, error) {
	type fact struct {
		event string
		on    courtday.Day
	}
	all, err := db.All(ctx, q, db.SQL(`SELECT t.event, x.on_date FROM docket_trigger t JOIN docket_date x ON x.trigger_id = t.id AND x.until_at = ?
		WHERE t.matter_id = ? AND t.chain = ? AND t.state = ? AND t.id <> ?`, gate.Forever, t.Matter, t.Chain, InForce, t.ID),
		func(rs *db.Rows, f *fact) error { return rs.Scan(&f.event, dayIn{&f.on}) })
	out := map[string]courtday.Day{}
	for _, f := range all {
		out[f.event] = f.on
	}
	return out, err
}

// holdDocket makes changes of one matter's docket come one after the other.
func holdDocket(ctx context.Context, tx *gate.Tx, m ident.MatterID) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO docket (matter_id, rev) VALUES (?, 1) ON CONFLICT (matter_id) DO UPDATE SET rev = docket.rev + 1`, m))
	return err
}

// carryOut brings what the shifts say into force.
func carryOut(ctx context.Context, tx *gate.Tx, t Trigger, all []Shift, move string) error {
	for _, x := range all {
		var err error
		switch {
		case !x.Moves():
		case x.Deadline.ID == "":
			err = begin(ctx, tx, t, x.To)
		case x.Gone:
			err = vanish(ctx, tx, x.Deadline)
		default:
			err = shift(ctx, tx, x.Deadline, x.To, move)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func begin(ctx context.Context, tx *gate.Tx, t Trigger, l Line) error {
	n, err := tx.Count(ctx, string(t.Firm), "deadline")
	if err != nil {
		return err
	}
	d := Deadline{ID: ident.New(), Trigger: t.ID, Matter: t.Matter, Firm: t.Firm, Number: n, Chain: t.Chain, Link: l.Link, Rule: l.Rule,
		Title: l.Title, Zone: t.Zone, Owner: t.Owner, OwnerOrg: t.OwnerOrg, State: Open, Rev: 1, Date: l.Date}
	if t.Chain == "" {
		d.Link = t.ID
	}
	if err := insertDeadline(ctx, tx, d); err != nil {
		return err
	}
	if err := insertDate(ctx, tx, d.ID, d.Date); err != nil {
		return err
	}
	return setLadder(ctx, tx, d)
}

func shift(ctx context.Context, tx *gate.Tx, d Deadline, l Line, move string) error {
	at := db.Micros(tx.Now)
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE deadline_date SET until_at = ? WHERE deadline_id = ? AND seq = ?`, at, d.ID, d.Seq)); err != nil {
		return err
	}
	d.Seq++
	d.Date = l.Date
	d.Date.Seq, d.Date.Move = d.Seq, move
	if err := insertDate(ctx, tx, d.ID, d.Date); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, db.SQL(`UPDATE deadline SET seq = ?, changed_at = ?, rev = rev + 1 WHERE id = ?`, d.Seq, at, d.ID)); err != nil {
		return err
	}
	return setLadder(ctx, tx, d)
}

// vanish cancels a deadline that the chain gives no more.
func vanish(ctx context.Context, tx *gate.Tx, d Deadline) error {
	at := db.Micros(tx.Now)
	_, err := tx.Exec(ctx, db.SQL(`UPDATE deadline SET state = ?, settled_by = ?, settled_at = ?, changed_at = ?, rev = rev + 1 WHERE id = ?`, Cancelled, tx.Who.Person, at, at, d.ID))
	if err != nil {
		return err
	}
	return endLadder(ctx, tx, d.ID)
}
