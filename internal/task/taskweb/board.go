package taskweb

import (
	"net/http"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/task"
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
