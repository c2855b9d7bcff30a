package main

import (
	"fmt"
	"runtime"
	"time"
)

// The budgets of reading files.
const (
	drawnTimes, readTimes    = 2.5, 1.0 // of what poppler does
	equalLeast               = 0.98
	coldWithin               = 300 * time.Millisecond
	openP50, openP99         = 40 * time.Millisecond, 700 * time.Millisecond
	serverMost, childrenMost = 300 * mega, 800 * mega
)

func (r *report) files(c compared, h reading, busyBefore string) {
	for _, t := range []*timing{&h.cold, &h.open, &h.crowd} {
		t.sum()
	}
	r.line("## Reading files\n")
	r.line("%s; load average before: %s. The PDFs are those of courts in the corpus of real files, %d that both programs read (%d more only this one, %d only poppler).\n",
		time.Now().UTC().Format("2006-01-02 15:04 UTC"), busyBefore, c.text.files, c.ownOnly, c.theirOnly)
	r.line("### Beside poppler\n")
	r.line("Two files at a time on %d processors on both sides: a poppler process for each file; here two confined children, which read the files of one matter one after the other. Medians of %d rounds in turns; starting a process or child counts. Pages are drawn at %d dpi, the first %d of each file, and written as PNG files.\n", runtime.NumCPU(), len(c.text.ours), dpi, firstPages)
	r.line("| | Countersign | poppler | ratio | budget | |\n|---|---:|---:|---:|---:|---|")
	row := func(name string, x contest, least float64, format string) {
		own, peer := median(x.ours), median(x.theirs)
		r.line("| %s | "+format+" | "+format+" | %.2f | %.1f | %s |", name, own, peer, own/peer, least, atLeast(own/peer, least))
	}
	row(fmt.Sprintf("drawing, pages/s (%d pages; pdftoppm -png)", c.drawing.pages), c.drawing, drawnTimes, "%.1f")
	row("text, bytes of it/s (pdftotext)", c.text, readTimes, "%.0f")
	r.line("| text of a file that is open, bytes of it/s, one file at a time | %.0f | | | | |", c.open)
	r.line("| letters and digits that both give | %.2f %% | | | %.0f %% | %s |", c.equal*100, equalLeast*100, atLeast(c.equal, equalLeast))
	r.line("| the same, of the file that differs most | %.2f %% | | | | |\n", c.least*100)
	r.line("### Over HTTP\n")
	r.line("The stripped program as a process of its own, SQLite, signed-in readers, each page %s pixels wide with the reader's mark and its row on record.\n", pageWidth)
	r.line("| | n | measured | budget | |\n|---|---:|---:|---:|---|")
	r.line("| first page of a PDF of %d pages that nobody has open, p50 | %d | %s ms | %s ms | %s |", bookPages, h.cold.n, ms(h.cold.p50), ms(coldWithin), kept(h.cold.p50, coldWithin))
	r.line("| the same, slowest | | %s ms | | |", ms(h.cold.max))
	r.line("| page of an open document, one reader, p50 | %d | %s ms | %s ms | %s |", h.open.n, ms(h.open.p50), ms(openP50), kept(h.open.p50, openP50))
	r.line("| the same, p99 | | %s ms | %s ms | %s |", ms(h.open.p99), ms(openP99), kept(h.open.p99, openP99))
	r.line("| page while %d read at once, a page each second, p50 / p99 | %d | %s / %s ms | | |", readers, h.crowd.n, ms(h.crowd.p50), ms(h.crowd.p99))
	r.line("| memory of the server while %d read, at most | | %d MB | %d MB | %s |", readers, h.server/mega, int64(serverMost)/mega, kept(h.server, serverMost))
	r.line("| memory with its %d children, each counted in full | | %d MB | %d MB | %s |", h.children, h.all/mega, int64(childrenMost)/mega, kept(h.all, childrenMost))
	r.line("| the same, what they share counted once | | %d MB | | |", h.allShared/mega)
	r.line("\nThe %d readers were %d people.\n", readers, h.who)
}
