package probeweb

import (
	"slices"

	"countersign/internal/probe"
	"countersign/internal/ui"
)

func by(p probe.Probe) string {
	if p.By == "" {
		return "Countersign, at night"
	}
	return p.By
}

func emptySays(kept int) string {
	if kept == 0 {
		return "Nothing is kept in the country yet. Set a rule under Residency on a matter's documents; the probe then tries each night whether it holds."
	}
	return "Each night at two the probe tries whether the rules hold. It can be asked for now, too."
}

func nextSays(p boardPage) string {
	if p.Board.Next.IsZero() {
		return "Newest first"
	}
	d := ui.DualOf(p.Board.Next, p.Board.AsOf, p.Reader.Zone, p.Reader.Zone)
	return "Newest first; the next one is planned for " + d.Reader
}

func leaked(r probe.Report, route string) bool {
	return slices.ContainsFunc(r.Leaks, func(l probe.Leak) bool { return l.Route == route })
}
