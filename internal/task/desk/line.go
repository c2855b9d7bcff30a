package desk

import (
	"context"
	"errors"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
	"countersign/internal/task/agreed"
)

// A Line is a task as lists show it.
type Line struct {
	task.Task
	MatterTitle  string
	MatterNumber string
	HolderName   string       // "" while it waits in a queue
	Open         int          // findings that want an answer
	Questions    int          // questions to the firm that are not settled
	Left         *agreed.Left // of the agreed time, on boards and desks; nil without terms
}

// byNews puts what was delivered last first.
const byNews = `t.delivered_at DESC, t.id DESC`

const lineColumns = `, m.title, m.number, COALESCE(h.name, ''),
	(SELECT COUNT(*) FROM finding f WHERE f.task_id = t.id AND f.state = 'open'),
	(SELECT COUNT(*) FROM question q WHERE q.task_id = t.id AND q.state = 'open')`

const lineFrom = task.From + `JOIN matter m ON m.id = t.matter_id LEFT JOIN person h ON h.id = t.holder_id `

// lines lists tasks that the viewer may know of. within is the condition by which they see matters: Reach for work
// anywhere, Visible for what is of one matter or in few hands. Only what is listed is read in full.
func lines(ctx context.Context, v gate.View, within, where db.Frag, order string, limit int) ([]Line, error) {
	listed := db.SQL(`SELECT t.id FROM task t WHERE 1 = 1`).And(where, within, task.Seen(v.Who.Org)).Join(db.SQL(` ORDER BY `+order+` LIMIT ?`, limit))
	q := db.SQL(`SELECT `+task.Columns+lineColumns+lineFrom+`WHERE t.id IN (`).Join(listed, db.SQL(`) ORDER BY `+order))
	return db.All(ctx, v, q, func(rs *db.Rows, l *Line) error { return scanLine(rs, l) })
}

func scanLine(rs interface{ Scan(...any) error }, l *Line) error {
	return task.Scan(rs, &l.Task, &l.MatterTitle, &l.MatterNumber, &l.HolderName, &l.Open, &l.Questions)
}

// count counts tasks that the viewer may know of.
func count(ctx context.Context, v gate.View, within, where db.Frag) (n int, err error) {
	q := db.SQL(`SELECT COUNT(*) FROM task t WHERE 1 = 1`).And(where, within, task.Seen(v.Who.Org))
	err = v.QueryRow(ctx, q).Scan(&n)
	return n, err
}

// line reads one task that the viewer may know of, with the hands it went through.
//
// Faults: NotFound (absent or walled).
func line(ctx context.Context, v gate.View, id ident.TaskID) (l Line, err error) {
	q := db.SQL(`SELECT `+task.Columns+lineColumns+lineFrom+`WHERE t.id = ?`, id).And(v.Visible("t.matter_id"), task.Seen(v.Who.Org))
	err = scanLine(v.QueryRow(ctx, q), &l)
	if errors.Is(err, db.ErrNoRows) {
		return l, fault.Missing()
	}
	if err != nil {
		return l, err
	}
	return l, l.Hands(ctx, v)
}

// UseClocks has the pages show agreed time. It is called once, when the features are put together.
func (s *Service) UseClocks(c agreed.Clocks) { s.clocks = c }

// agreeable fills what is left of agreed time into cards.
func (s *Service) agreeable(ctx context.Context, who actor.Actor, lists ...[]Line) error {
	if s.clocks == nil {
		return nil
	}
	var ids []ident.TaskID
	for _, list := range lists {
		for _, l := range list {
			ids = append(ids, l.ID)
		}
	}
	lefts, err := s.clocks.Lefts(ctx, who, ids)
	for _, list := range lists {
		for i := range list {
			if left, ok := lefts[list[i].ID]; ok {
				list[i].Left = &left
			}
		}
	}
	return err
}
