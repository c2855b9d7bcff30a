package desk

import (
	"context"
	"errors"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
	"countersign/internal/task/agreed"
)

// BoardCards is how many cards one column shows.
const BoardCards = 50

// boardDelivered is how long delivered work stays on the board.
const boardDelivered = 14 * 24 * time.Hour

// A Column is one stage of a board with its first cards.
type Column struct {
	Stage task.Stage
	Total int
	Cards []Line
}

// A Board is the open work of a matter by stage.
type Board struct {
	Now            time.Time
	Matter         ident.MatterID
	Title, Number  string
	Firm           bool     // the reader acts for the firm, and may prepare packages
	Columns        []Column // in the order of the track
	Delivered      []Line   // of the last fourteen days, newest first
	DeliveredTotal int      // of the last fourteen days
	Held           []Line   // preparing, declined, paused, recalled
	HeldTotal      int
	Meeting        *agreed.Meeting // of the two sides; nil when nobody keeps a calendar
}

// Board shows the open work of a matter.
//
// Faults: NotFound.
func (s *Service) Board(ctx context.Context, who actor.Actor, m ident.MatterID) (b Board, err error) {
	defer fault.Wrap(&err, "desk.Board(%s)", m)
	v := s.gate.View(who)
	b = Board{Now: v.Now, Matter: m}
	var firm ident.OrgID
	err = v.QueryRow(ctx, db.SQL(`SELECT m.title, m.number, m.firm_id FROM matter m WHERE m.id = ?`, m).And(v.Visible("m.id"))).Scan(&b.Title, &b.Number, &firm)
	if errors.Is(err, db.ErrNoRows) {
		return b, fault.Missing()
	}
	if err != nil {
		return b, err
	}
	b.Firm = firm == who.Org
	if err := b.columns(ctx, v); err != nil {
		return b, err
	}
	held := db.SQL(`t.matter_id = ? AND t.state IN ('preparing', 'declined', 'paused', 'recalled')`, m)
	if b.Held, b.HeldTotal, err = some(ctx, v, held, task.ByUrgency); err != nil {
		return b, err
	}
	done := db.SQL(`t.matter_id = ? AND t.state = 'delivered' AND t.delivered_at > ?`, m, db.Micros(v.Now.Add(-boardDelivered)))
	if b.Delivered, b.DeliveredTotal, err = some(ctx, v, done, byNews); err != nil {
		return b, err
	}
	return b, s.boardTime(ctx, who, &b)
}

// boardTime fills what is left of agreed time, and when the sides meet.
func (s *Service) boardTime(ctx context.Context, who actor.Actor, b *Board) error {
	if s.clocks == nil {
		return nil
	}
	cards := [][]Line{b.Held}
	for _, c := range b.Columns {
		cards = append(cards, c.Cards)
	}
	if err := s.agreeable(ctx, who, cards...); err != nil {
		return err
	}
	m, ok, err := s.clocks.Meeting(ctx, who, b.Matter)
	if ok {
		b.Meeting = &m
	}
	return err
}

func (b *Board) columns(ctx context.Context, v gate.View) error {
	stages, err := stagesOfOpenWork(ctx, v, b.Matter)
	if err != nil {
		return err
	}
	for _, st := range stages {
		c := Column{Stage: st}
		where := db.SQL(`t.matter_id = ? AND t.state = 'open' AND t.stage_key = ?`, b.Matter, st.Key)
		if c.Cards, c.Total, err = some(ctx, v, where, task.ByUrgency); err != nil {
			return err
		}
		b.Columns = append(b.Columns, c)
	}
	return nil
}

// some returns the first cards of a list and how many there are in all.
func some(ctx context.Context, v gate.View, where db.Frag, order string) (cards []Line, total int, err error) {
	if total, err = count(ctx, v, v.Visible("t.matter_id"), where); err != nil || total == 0 {
		return nil, total, err
	}
	cards, err = lines(ctx, v, v.Visible("t.matter_id"), where, order, BoardCards)
	return cards, total, err
}
