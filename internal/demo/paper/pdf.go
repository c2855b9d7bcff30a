package paper

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"codeberg.org/go-pdf/fpdf"
)

const (
	margin     = 25.4  // one inch, in millimetres
	pageWidth  = 215.9 // U.S. letter
	pageHeight = 279.4
	textWidth  = pageWidth - 2*margin
)

// PDF sets the document on U.S. letter in the core fonts. Characters outside
// Windows-1252 cannot be shown in them and come out as a dot.
func PDF(d Doc) ([]byte, error) {
	s := &sheet{Fpdf: fpdf.New("P", "mm", "Letter", ""), doc: d, lead: 5.2}
	s.tr = s.UnicodeTranslatorFromDescriptor("")
	if d.Kind == Pleading {
		s.lead = 8.2
	}
	s.SetCatalogSort(true)
	s.SetCreationDate(d.Date.UTC())
	s.SetModificationDate(d.Date.UTC())
	s.SetProducer("Countersign demo", true)
	s.SetTitle(d.Title, true)
	s.SetAuthor(d.Author, true)
	s.SetMargins(margin, margin, margin)
	s.SetAutoPageBreak(true, margin)
	s.AliasNbPages("{nb}")
	s.SetHeaderFunc(s.margins)
	s.SetFooterFunc(s.foot)
	s.AddPage()
	for _, it := range flow(d) {
		s.set(it)
	}
	var out bytes.Buffer
	if err := s.Output(&out); err != nil {
		return nil, fmt.Errorf("paper: pdf of %q: %w", d.Title, err)
	}
	return out.Bytes(), nil
}

// sheet is a PDF under way.
type sheet struct {
	*fpdf.Fpdf
	doc  Doc
	tr   func(string) string
	lead float64 // distance of two lines of body text
}

// margins prints the numbered lines of a pleading, as many courts ask for.
func (s *sheet) margins() {
	if s.doc.Kind != Pleading {
		return
	}
	s.SetFont("Times", "", 9)
	s.SetTextColor(110, 110, 110)
	const lines = 28
	step := (pageHeight - 2*margin) / lines
	for i := range lines {
		s.SetXY(margin-13, margin+float64(i)*step)
		s.CellFormat(8, step, strconv.Itoa(i+1), "", 0, "R", false, 0, "")
	}
	s.Line(margin-3, margin-8, margin-3, pageHeight-margin+8)
	s.SetTextColor(0, 0, 0)
	s.SetXY(margin, margin)
}

func (s *sheet) foot() {
	s.SetFont("Times", "", 9)
	s.SetY(-18)
	s.CellFormat(textWidth, 4, s.tr(s.doc.Mark), "", 2, "C", false, 0, "")
	if s.doc.Kind == Transcript {
		return // a transcript's pages carry their own numbers
	}
	s.CellFormat(textWidth, 4, fmt.Sprintf("Page %d of {nb}", s.PageNo()), "", 0, "C", false, 0, "")
}

func (s *sheet) set(it item) {
	switch {
	case it.end:
		s.AddPage()
	case it.page != nil:
		s.testimony(*it.page)
	case it.style == rule && it.table != nil:
		s.caption(it.table.Rows[0])
	case it.table != nil:
		s.grid(*it.table)
	case it.style == rule:
		y := s.GetY() + 1
		s.Line(margin, y, pageWidth-margin, y)
		s.Ln(6)
	default:
		s.paragraph(it)
	}
}

// looks is how each style of paragraph is set: font style, size, alignment,
// left indent in millimetres and space after.
var looks = map[style]struct {
	font   string
	size   float64
	align  string
	indent float64
	after  float64
}{
	body:      {"", 12, "L", 0, 3},
	title:     {"B", 12, "C", 0, 4},
	heading:   {"B", 12, "L", 0, 2},
	quote:     {"", 12, "L", 14, 3},
	numbered:  {"", 12, "L", 12, 2},
	centered:  {"", 10, "C", 0, 0},
	court:     {"B", 12, "C", 0, 1},
	house:     {"B", 15, "C", 0, 1},
	plainLine: {"", 12, "L", 0, 0},
	headLine:  {"", 12, "L", 24, 0},
}

func (s *sheet) paragraph(it item) {
	l := looks[it.style]
	lead := 5.2
	if it.style == body || it.style == numbered {
		lead = s.lead
	}
	if it.style == heading && s.GetY() > pageHeight-margin-25 {
		s.AddPage() // a heading does not stand alone at the foot of a page
	}
	s.SetFont("Times", l.font, l.size)
	if it.label != "" {
		y := s.GetY()
		if y+lead > pageHeight-margin {
			s.AddPage()
			s.SetFont("Times", l.font, l.size)
			y = s.GetY()
		}
		s.SetXY(margin, y)
		s.CellFormat(l.indent, lead, s.tr(it.label), "", 0, "L", false, 0, "")
	}
	s.SetLeftMargin(margin + l.indent)
	s.SetX(margin + l.indent)
	s.MultiCell(textWidth-l.indent, lead, s.tr(it.text), "", l.align, false)
	s.SetLeftMargin(margin)
	s.SetX(margin)
	s.Ln(l.after)
}

// caption sets parties on the left of a ruled line and the number on its right.
func (s *sheet) caption(cells []string) {
	s.Ln(4)
	s.SetFont("Times", "", 12)
	top := s.GetY()
	left := textWidth * 0.55
	s.MultiCell(left, 5.6, s.tr(cells[0]), "", "L", false)
	bottom := s.GetY() + 2
	s.SetXY(margin+left+6, top)
	s.SetLeftMargin(margin + left + 6)
	s.MultiCell(textWidth-left-6, 5.6, s.tr(cells[1]), "", "L", false)
	s.SetLeftMargin(margin)
	bottom = max(bottom, s.GetY()+2)
	s.Line(margin+left+2, top, margin+left+2, bottom)
	s.Line(margin, bottom, margin+left+2, bottom)
	s.SetXY(margin, bottom+6)
}

func (s *sheet) testimony(p TranscriptPage) {
	s.SetFont("Courier", "", 11)
	s.SetXY(margin, margin-8)
	s.CellFormat(textWidth, 6, strconv.Itoa(p.Number), "", 0, "R", false, 0, "")
	for i, line := range p.Lines {
		s.SetXY(margin, margin+4+float64(i)*8.4)
		s.CellFormat(12, 8, strconv.Itoa(i+1), "", 0, "R", false, 0, "")
		s.CellFormat(textWidth-12, 8, s.tr("  "+line), "", 0, "L", false, 0, "")
	}
}

func (s *sheet) grid(t Table) {
	widths := t.shares()
	s.SetFont("Times", "B", 10)
	if len(t.Head) > 0 {
		s.row(t.Head, widths)
	}
	s.SetFont("Times", "", 10)
	for _, r := range t.Rows {
		s.row(r, widths)
	}
	s.Ln(4)
}

func (s *sheet) row(cells []string, widths []float64) {
	const lead = 4.6
	lines := make([][]string, len(cells))
	tall := 1
	for i, c := range cells {
		for part := range strings.SplitSeq(s.tr(c), "\n") {
			for _, l := range s.SplitLines([]byte(part), widths[i]*textWidth-3) {
				lines[i] = append(lines[i], string(l))
			}
		}
		tall = max(tall, len(lines[i]))
	}
	h := float64(tall)*lead + 2
	if s.GetY()+h > pageHeight-margin {
		size, _ := s.GetFontSize()
		bold := s.GetFontStyle()
		s.AddPage()
		s.SetFont("Times", bold, size)
	}
	x, y := margin, s.GetY()
	for i := range cells {
		w := widths[i] * textWidth
		s.Rect(x, y, w, h, "D")
		for j, l := range lines[i] {
			s.SetXY(x+0.5, y+1+float64(j)*lead)
			s.CellFormat(w-1, lead, l, "", 0, "L", false, 0, "")
		}
		x += w
	}
	s.SetXY(margin, y+h)
}

// shares gives each column its part of the text width.
func (t Table) shares() []float64 {
	n := len(t.Head)
	for _, r := range t.Rows {
		n = max(n, len(r))
	}
	if len(t.Widths) == n {
		return t.Widths
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = 1 / float64(n)
	}
	return out
}
