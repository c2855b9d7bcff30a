package probeweb

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
	"countersign/internal/probe"
	"countersign/internal/ui"
)

// Routes registers the pages.
func Routes(mux web.Router, s *probe.Service) {
	h := pages{s}
	mux.Handle("GET /probes", web.Handler(h.board))
	mux.Handle("POST /probes", web.Handler(h.ask))
	mux.Handle("GET /probes/{id}", web.Handler(h.report))
}

type pages struct{ s *probe.Service }

// A boardPage is the probes of a firm.
type boardPage struct {
	Chrome ui.Chrome
	Board  probe.Board
	Reader web.Reader
	Say    string // why nothing was begun
}

func (p boardPage) topic() string { return "org/" + string(p.Reader.Actor.Org) }

// walking is the probe under way, if there is one.
func (p boardPage) walking() *probe.Probe {
	for i, x := range p.Board.Probes {
		if x.State == probe.Walking && p.Board.AsOf.Sub(x.At) < probe.WalkFor {
			return &p.Board.Probes[i]
		}
	}
	return nil
}

func (h pages) board(w http.ResponseWriter, r *http.Request) error { return h.show(w, r, nil) }

func (h pages) show(w http.ResponseWriter, r *http.Request, refused error) error {
	b, err := h.s.Board(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	p := boardPage{Chrome: web.Chrome(r, "Residency probe"), Board: b, Reader: web.ReaderOf(r)}
	status := http.StatusOK
	if refused != nil {
		status, p.Say = web.Status(refused), fault.Say(refused)
	}
	return web.Page(w, r, status, boardView(p))
}

func (h pages) ask(w http.ResponseWriter, r *http.Request) error {
	documents, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("documents")))
	if err != nil {
		documents = 0 // refused with the bounds
	}
	_, err = h.s.Ask(r.Context(), web.Who(r), documents)
	if k := fault.KindOf(err); err != nil && (k == fault.Conflict || k == fault.Invalid) {
		return h.show(w, r, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/probes", "The probe walks. Its result comes here by itself.")
}

// A reportPage is what one probe found.
type reportPage struct {
	Chrome ui.Chrome
	probe.Probe
	Reader web.Reader
	AsOf   time.Time
}

func (h pages) report(w http.ResponseWriter, r *http.Request) error {
	p, err := h.s.Probe(r.Context(), web.Who(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, reportView(reportPage{web.Chrome(r, "Residency probe"), p, web.ReaderOf(r), h.s.Gate.View(web.Who(r)).Now}))
}

// abroad are those in whose place the probe asked.
func (p reportPage) abroad() (out []probe.Walk) {
	for _, x := range p.Report.Walks {
		if !x.Home {
			out = append(out, x)
		}
	}
	return out
}

func (p reportPage) failed() (n int, at string) {
	for _, x := range p.Report.Walks {
		if n += x.Failed; x.Failed > 0 {
			at = x.FailedAt
		}
	}
	return n, at
}

func (p reportPage) figures() []ui.Figure {
	r, pages := p.Report, 0
	for _, x := range p.abroad() {
		pages += x.Pages
	}
	return []ui.Figure{
		{Label: "Documents tried", Value: strconv.Itoa(len(r.Drawn)), Note: "of " + ui.Plural(r.Kept, "that stays", "that stay") + " in the country, drawn at random"},
		{Label: "Routes", Value: strconv.Itoa(r.Routes), Note: "every one that this program serves"},
		{Label: "Requests abroad", Value: ui.Number(r.Asked()), Note: "in the place of " + ui.Plural(len(p.abroad()), "person", "people")},
		{Label: "Marked pages", Value: strconv.Itoa(pages), Note: "displayed, as the rule allows"},
		{Label: "Leaks", Value: strconv.Itoa(len(r.Leaks)), Note: "the file or its words, in any answer", Tone: leakTone(len(r.Leaks))},
	}
}

func leakTone(n int) ui.Tone {
	if n > 0 {
		return ui.Bad
	}
	return ui.OK
}

// A verdict is the result of a probe in a word and a sentence.
type verdict struct {
	tone       ui.Tone
	icon       ui.IconName
	word, says string
}

func verdictOf(p probe.Probe) verdict {
	r := p.Report
	switch {
	case p.State != probe.Ended:
		return verdict{ui.Info, ui.IconBusy, "Walking", "The probe is under way."}
	case len(r.Leaks) > 0:
		return verdict{ui.Bad, ui.IconNo, "Leaks: " + strconv.Itoa(len(r.Leaks)), "Something that is kept in the country left it. The routes are below; close them, then quarantine what is named."}
	case len(r.Drawn) == 0:
		return verdict{ui.Plain, ui.IconInfo, "Nothing to try", "No document is kept in the country from a provider that works on its matter."}
	case r.Blind() == len(r.Drawn):
		return verdict{ui.Warn, ui.IconWarn, "Proves nothing", "The probe could not find the documents at home either."}
	case r.Blind() > 0:
		return verdict{ui.Warn, ui.IconWarn, "Nothing left, in part", "Nothing left of the documents that the probe could know again; of " + ui.Plural(r.Blind(), "document", "documents") + " nothing is proven."}
	}
	return verdict{ui.OK, ui.IconOK, "Nothing left", "No answer abroad held a file that is kept in the country, or its words."}
}
