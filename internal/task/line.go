package task

import (
	"context"
	"errors"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Line is a task as lists show it.
type Line struct {
	Task
	MatterTitle  string
	MatterNumber string
	HolderName   string // "" while it waits in a queue
	Open         int    // findings that want an answer
	Questions    int    // questions to the firm that are not settled
}

// byUrgency puts rush first, then what is due first. byNews puts what was delivered last first.
const (
	byUrgency = `CASE WHEN t.rush THEN 0 ELSE 1 END, t.due_at, t.id`
	byNews    = `t.delivered_at DESC, t.id DESC`
)

const lineColumns = `, m.title, m.number, COALESCE(h.name, ''),
	(SELECT COUNT(*) FROM finding f WHERE f.task_id = t.id AND f.state = 'open'),
	(SELECT COUNT(*) FROM question q WHERE q.task_id = t.id AND q.state = 'open')`

const lineFrom = taskFrom + `JOIN matter m ON m.id = t.matter_id LEFT JOIN person h ON h.id = t.holder_id `

// lines lists tasks that the viewer may know of.
func lines(ctx context.Context, v gate.View, where db.Frag, order string, limit int) ([]Line, error) {
	q := db.SQL(`SELECT `+taskColumns+lineColumns+lineFrom+`WHERE 1 = 1`).And(where, v.Visible("t.matter_id"), seen(v.Who.Org)).
		Join(db.SQL(` ORDER BY `+order+` LIMIT ?`, limit))
	return db.All(ctx, v, q, func(rs *db.Rows, l *Line) error { return scanLine(rs, l) })
}

func scanLine(rs interface{ Scan(...any) error }, l *Line) error {
	return scanTask(rs, &l.Task, &l.MatterTitle, &l.MatterNumber, &l.HolderName, &l.Open, &l.Questions)
}

// count counts tasks that the viewer may know of.
func count(ctx context.Context, v gate.View, where db.Frag) (n int, err error) {
	q := db.SQL(`SELECT COUNT(*) FROM task t WHERE 1 = 1`).And(where, v.Visible("t.matter_id"), seen(v.Who.Org))
	err = v.QueryRow(ctx, q).Scan(&n)
	return n, err
}

// line reads one task that the viewer may know of, with the hands it went through.
//
// Faults: NotFound (absent or walled).
func line(ctx context.Context, v gate.View, id ident.TaskID) (l Line, err error) {
	q := db.SQL(`SELECT `+taskColumns+lineColumns+lineFrom+`WHERE t.id = ?`, id).And(v.Visible("t.matter_id"), seen(v.Who.Org))
	err = scanLine(v.QueryRow(ctx, q), &l)
	if errors.Is(err, db.ErrNoRows) {
		return l, fault.Missing()
	}
	if err != nil {
		return l, err
	}
	return l, l.hands(ctx, v)
}

// mayWork answers whether the viewer may be given the open stage.
func (s *Service) mayWork(ctx context.Context, v gate.View, t Task) (authz.Decision, error) {
	if err := t.hands(ctx, v); err != nil {
		return authz.Decision{}, err
	}
	return v.May(ctx, t.workAction(), t.Subject())
}
