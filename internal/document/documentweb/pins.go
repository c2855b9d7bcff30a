package documentweb

import (
	"net/url"
	"slices"
	"strconv"

	"countersign/internal/document"
	"countersign/internal/kernel/area"
)

// pins are those on one page.
func (x readPage) pins(page int) (out []document.Pin) {
	for _, p := range x.Board.Pins {
		if p.Page == page {
			out = append(out, p)
		}
	}
	return out
}

// pinned reports whether the place that an address names is one that is pinned: then it is not drawn twice.
func (x readPage) pinned() bool {
	return slices.ContainsFunc(x.Board.Pins, func(p document.Pin) bool {
		a, ok := area.Parse(p.Area)
		return ok && p.Page == x.At.Page && a == x.At.Area
	})
}

// A pinShape is where a pin is drawn, in per cent of the page.
type pinShape struct {
	X, Y, W, H string // of the rectangle; W is "" for a pin of the whole page
	DiscX      string
	DiscY      string
}

// shapeOf places a pin. Those of a whole page stand below each other at its right edge; n is which of them it is.
func shapeOf(p document.Pin, n int) pinShape {
	a, ok := area.Parse(p.Area)
	if !ok {
		return pinShape{DiscX: "96%", DiscY: percent(0.03 + 0.035*float64(n%25))}
	}
	return pinShape{percent(a.X), percent(a.Y), percent(a.W), percent(a.H), percent(max(0.02, a.X)), percent(max(0.015, a.Y))}
}

// tone is how a pin is colored.
func tone(p document.Pin) string {
	if p.Question {
		return "question"
	}
	return p.Severity
}

// pinName is what a pin is called.
func pinName(p document.Pin) string {
	if p.Question {
		return "Question " + strconv.Itoa(p.Number)
	}
	return "Finding " + strconv.Itoa(p.Number)
}

// pinSign is what stands in the disc.
func pinSign(p document.Pin) string {
	if p.Question {
		return "?" + strconv.Itoa(p.Number)
	}
	return strconv.Itoa(p.Number)
}

// pinSays tells how a pin stands.
func pinSays(p document.Pin) string {
	if p.Question {
		return p.State + ", asked by " + p.By
	}
	return p.Severity + ", " + p.State + ", by " + p.By
}

// talk is where what is pinned is answered and settled.
func (x readPage) talk(p document.Pin) string {
	at := "/tasks/" + url.PathEscape(string(x.Task))
	switch {
	case p.Question:
		return at + "#question-" + p.ID
	case x.Board.Find:
		return at + "/review#finding-" + strconv.Itoa(p.Number)
	}
	return at + "#finding-" + p.ID
}

// point is where a place that is pointed to goes: the review's form of a finding. "" where the reader reviews nothing.
func (x readPage) point() string {
	if !x.Board.Find {
		return ""
	}
	return "/tasks/" + url.PathEscape(string(x.Task)) + "/review?version=" + url.QueryEscape(string(x.View.Version.ID))
}

// ask is where a place goes that a question is asked about; "" where the reader may ask none.
func (x readPage) ask() string {
	if !x.Board.Ask {
		return ""
	}
	return "/tasks/" + url.PathEscape(string(x.Task)) + "?version=" + url.QueryEscape(string(x.View.Version.ID))
}

// back leads to what the reading is for.
func (x readPage) back() (href, label string) {
	at := "/tasks/" + url.PathEscape(string(x.Task))
	if x.Board.Find {
		return at + "/review", "Back to the review"
	}
	return at, "Back to the task"
}
