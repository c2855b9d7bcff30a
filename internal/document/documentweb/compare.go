package documentweb

import (
	"net/http"
	"strconv"

	"countersign/internal/document"
	"countersign/internal/document/redline"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

func (p pages) compare(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	from, _ := strconv.ParseInt(q.Get("from"), 10, 64) // what is no number is no version
	to, _ := strconv.ParseInt(q.Get("to"), 10, 64)
	c, err := p.s.Compare(r.Context(), web.Who(r), ident.DocumentID(r.PathValue("id")), from, to)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Page(w, r, http.StatusOK, comparePage(web.Chrome(r, "What changed in "+c.Document.Name), c))
}

func segments(p redline.Passage) []ui.Segment {
	kinds := map[redline.Op]ui.SegmentKind{redline.Kept: ui.Same, redline.Added: ui.Added, redline.Removed: ui.Removed}
	out := make([]ui.Segment, len(p.Runs))
	for i, r := range p.Runs {
		out[i] = ui.Segment{Text: r.Text, Kind: kinds[r.Op]}
	}
	return out
}

// changes counts the paragraphs that differ.
func changes(c document.Comparison) (n int) {
	for _, p := range c.Passages {
		for _, r := range p.Runs {
			if r.Op != redline.Kept {
				n++
				break
			}
		}
	}
	return n
}
