package taskweb

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task"
	"countersign/internal/task/agreed"
	"countersign/internal/task/desk"
	"countersign/internal/ui"
)

type boardPage struct {
	frame
	desk.Board
	src string
}

func (h *handler) board(w http.ResponseWriter, r *http.Request) error {
	id := ident.MatterID(r.PathValue("id"))
	b, err := h.reads.Board(r.Context(), web.Who(r), id)
	if err != nil {
		return err
	}
	p := boardPage{frameOf(r, b.Title+", board", b.Now), b, matterPath(id) + "/board"}
	p.chrome.Wide = true
	if web.Part(r) {
		return web.Page(w, r, http.StatusOK, boardLive(p))
	}
	return web.Page(w, r, http.StatusOK, boardView(p))
}

func (p boardPage) topic() string { return "matter/" + string(p.Matter) }

func (p boardPage) open() (n int) {
	for _, c := range p.Columns {
		n += c.Total
	}
	return n
}

func (p boardPage) lead() string {
	return ui.Plural(p.open(), "task is", "tasks are") + " open, " + ui.Number(p.HeldTotal) + " held, " + ui.Number(p.DeliveredTotal) + " delivered in the last 14 days."
}

// columnIcon fills like a clock face with the place of the column.
func columnIcon(i int) ui.IconName {
	return []ui.IconName{ui.IconStage1, ui.IconStage2, ui.IconStage3, ui.IconStage4}[min(i, 3)]
}

func cardClass(l desk.Line) string {
	switch {
	case l.State != task.Open && l.State != task.Delivered:
		return "task hold"
	case l.Returned:
		return "task back"
	}
	return "task"
}

// left is the clock of a card or a desk: of the agreed time where there are terms, else of the time that the firm asked for.
func (f frame) left(l desk.Line) ui.ClockCard {
	k := l.Left
	if k == nil || l.State == task.Delivered || l.State == task.Cancelled {
		return f.clock(l.Task)
	}
	card := ui.ClockCard{Tone: ui.OK, Left: ui.Duration(k.Left) + " left", Note: "of " + ui.Duration(k.Amount) + " agreed, due " + f.says(k.Due), Used: k.Used}
	switch {
	case k.Left < 0:
		card.Tone, card.Left, card.Used = ui.Bad, ui.Duration(k.Left)+" over", 1
	case k.Stands != "":
		card.Tone, card.Note = ui.Plain, "of "+ui.Duration(k.Amount)+" agreed. "+k.Stands
	case k.Used > 0.85:
		card.Tone = ui.Warn
	}
	return card
}

// firmDay is the firm's day on which the hours of a meeting are drawn.
func (p boardPage) firmDay() (from, until time.Time) {
	at := p.now.In(p.Meeting.Firm.Zone)
	from = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	return from, from.AddDate(0, 0, 1)
}

// hours draws the firm's day of one side.
func (p boardPage) hours(s agreed.Side, side ui.Side) ui.DayBar {
	from, until := p.firmDay()
	parts := func(spans []agreed.Stretch) (out []ui.Part) {
		for _, x := range spans {
			out = append(out, ui.Part{From: ui.DayPart(x.From, from, until), Until: ui.DayPart(x.To, from, until)})
		}
		return out
	}
	return ui.DayBar{Says: s.Name + ": " + p.spans(s.Today, s.Zone), Side: side, Open: parts(s.Today), Both: parts(p.Meeting.Joint), Now: ui.DayPart(p.now, from, until)}
}

// spans writes stretches as a zone's clocks show them.
func (p boardPage) spans(spans []agreed.Stretch, zone *time.Location) string {
	var out []string
	for _, x := range spans {
		out = append(out, x.From.In(zone).Format("15:04")+" to "+ui.Clock(x.To.In(zone)))
	}
	if len(out) == 0 {
		return "no shift"
	}
	return strings.Join(out, ", ")
}

// together says when the sides meet today, and whether they do now.
func (p boardPage) together() string {
	m := p.Meeting
	for _, x := range m.Joint {
		if !p.now.Before(x.From) && p.now.Before(x.To) {
			return "Both on duty until " + p.says(x.To) + ", " + ui.Duration(x.To.Sub(p.now)) + " more."
		}
	}
	today := "No hours together today."
	if len(m.Joint) > 0 {
		today = "Together today " + p.spans(m.Joint, m.Firm.Zone) + ", " + p.spans(m.Joint, m.Provider.Zone) + "."
	}
	if m.Next.IsZero() {
		return today
	}
	return today + " Next " + p.says(m.Next) + "."
}

// onShift names who of a side works now.
func onShift(s agreed.Side) string {
	switch {
	case len(s.OnShift) > 0:
		return strings.Join(s.OnShift, ", ")
	case s.Open:
		return "nobody of the team"
	}
	return "off duty"
}

// agreedNote names the terms and the hours of a clock block.
func agreedNote(a *agreed.Clock) string {
	if a.Version == 0 {
		return ""
	}
	return "terms v" + strconv.Itoa(a.Version) + ", hours of " + a.Hours
}
