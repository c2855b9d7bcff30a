package docwork

import (
	"image"
	"image/color"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"countersign/internal/kernel/area"
)

// A block is a paragraph of a text rendition.
type block struct {
	text   string
	style  style
	indent int // steps from the left margin
}

type style int

const (
	plain style = iota
	heading
	fixedWidth
	aside // what the program says of the file, not the file itself
)

// A sheets file is text on pages of letter size, drawn by the program: what there is of a file whose look is not known.
type sheets struct {
	says   Info
	pages  [][]row
	blocks []block                     // as they came
	inside func(i int) ([]byte, error) // the bytes of a child; nil without children
}

// A row is one line of a page.
type row struct {
	text  string
	style style
	x, y  float64 // of the baseline, in points
}

// quiet is the gray of what the program says itself.
var quiet = color.Gray{Y: 0x60}

// The page of a rendition, in points: letter size with margins of 0.9 inch.
const (
	sheetW, sheetH = 612.0, 792.0
	margin         = 64.0
	indentStep     = 18.0
)

// lead is the distance of lines, sizes the height of letters, in points.
var (
	lead  = map[style]float64{plain: 14.5, heading: 20, fixedWidth: 12, aside: 12}
	sizes = map[style]float64{plain: 11, heading: 14, fixedWidth: 9, aside: 8.5}
	cuts  = map[style]*opentype.Font{plain: parsed(goregular.TTF), heading: parsed(gobold.TTF), fixedWidth: parsed(gomono.TTF), aside: parsed(goregular.TTF)}
)

func parsed(ttf []byte) *opentype.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic(err) // a font that the program brings itself
	}
	return f
}

// layOut puts blocks on pages. leaves says what the rendition leaves out; it stands on the first page too.
func layOut(kind, leaves string, blocks []block) file {
	s := &sheets{says: Info{Kind: kind, Leaves: leaves}, blocks: blocks}
	if leaves != "" {
		blocks = append([]block{{text: "Text of a file: " + kind + ". " + leaves, style: aside}, {}}, blocks...)
	}
	var page []row
	y := margin
	turn := func() {
		s.pages, page, y = append(s.pages, page), nil, margin
	}
	for _, b := range blocks {
		x := margin + float64(min(b.indent, 12))*indentStep
		for _, line := range wrap(b.text, b.style, sheetW-margin-x) {
			if y += lead[b.style]; y > sheetH-margin {
				turn()
				y += lead[b.style]
			}
			if line == "\f" {
				turn()
				continue
			}
			if strings.TrimSpace(line) != "" {
				page = append(page, row{line, b.style, x, y})
			}
			if len(s.pages) == maxPages {
				s.says.Leaves = strings.TrimSpace(s.says.Leaves + " Only the first 10,000 pages of text are shown.")
				break
			}
		}
		if len(s.pages) == maxPages {
			break
		}
		if b.style == plain || b.style == heading {
			y += lead[plain] / 3
		}
	}
	if len(page) > 0 || len(s.pages) == 0 {
		s.pages = append(s.pages, page)
	}
	s.says.Pages = make([]Size, len(s.pages))
	for i := range s.says.Pages {
		s.says.Pages[i] = Size{sheetW, sheetH}
	}
	return s
}

// wrap cuts a paragraph into lines that are at most width points wide, at spaces where there are some.
func wrap(text string, st style, width float64) (lines []string) {
	for part := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrapLine(part, st, width)...)
	}
	return lines
}

func wrapLine(text string, st style, width float64) (lines []string) {
	var used float64
	start, space := 0, -1
	for i, r := range text {
		w := advance(r, st)
		if used += w; used > width && i > start {
			end, next := i, i
			if space > start {
				end, next = space, space+1
			}
			lines = append(lines, text[start:end])
			start, space, used = next, -1, 0
			for _, r := range text[start:i] {
				used += advance(r, st)
			}
			used += w
		}
		if r == ' ' {
			space = i
		}
	}
	return append(lines, text[start:])
}

// advances are the widths of letters in points, asked of the font once.
var advances = map[style]map[rune]float64{plain: {}, heading: {}, fixedWidth: {}, aside: {}}

func advance(r rune, st style) float64 {
	if w, ok := advances[st][r]; ok {
		return w
	}
	w := 0.0
	if a, ok := face(st, 1).GlyphAdvance(r); ok {
		w = float64(a) / 64
	}
	advances[st][r] = w
	return w
}

type faceKey struct {
	style style
	scale float64
}

var (
	faces   = map[faceKey]font.Face{}
	facesMu sync.Mutex
)

// face is a cut of letters for a scale, in pixels a point. Few scales are asked for; when they grow many, all are given up.
func face(st style, scale float64) font.Face {
	facesMu.Lock()
	defer facesMu.Unlock()
	k := faceKey{st, scale}
	if f, ok := faces[k]; ok {
		return f
	}
	if len(faces) > 64 {
		clear(faces)
	}
	f, err := opentype.NewFace(cuts[st], &opentype.FaceOptions{Size: sizes[st] * scale, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err) // only a size that is no number
	}
	faces[k] = f
	return f
}

func (s *sheets) info() Info { return s.says }

// words are the paragraphs, as they came.
func (s *sheets) words() (t Text) {
	for _, b := range s.blocks {
		if b.text != "\f" {
			t.Paragraphs = append(t.Paragraphs, b.text)
		}
	}
	return t
}

func (s *sheets) draw(n, width int) (image.Image, func(), error) {
	if n < 0 || n >= len(s.pages) {
		return nil, nil, errNoPage
	}
	w, h := fit(s.says.Pages[n], width)
	scale := float64(w) / sheetW
	to := image.NewGray(image.Rect(0, 0, w, h))
	for i := range to.Pix {
		to.Pix[i] = 0xff
	}
	for _, r := range s.pages[n] {
		d := font.Drawer{Dst: to, Src: image.Black, Face: face(r.style, scale), Dot: fixed.Point26_6{X: fixed.Int26_6(r.x * scale * 64), Y: fixed.Int26_6(r.y * scale * 64)}}
		if r.style == aside {
			d.Src = image.NewUniform(quiet)
		}
		d.DrawString(r.text)
	}
	return to, func() {}, nil
}

func (s *sheets) text(n int) (string, error) { return s.within(n, area.Area{W: 1, H: 1}) }

func (s *sheets) within(n int, in area.Area) (string, error) {
	if n < 0 || n >= len(s.pages) {
		return "", errNoPage
	}
	var out []string
	for _, r := range s.pages[n] {
		top, bottom := (r.y-sizes[r.style])/sheetH, (r.y+2)/sheetH
		if r.style == aside || bottom < in.Y || top > in.Y+in.H {
			continue
		}
		var b strings.Builder
		x := r.x
		for _, c := range r.text {
			w := advance(c, r.style)
			if mid := (x + w/2) / sheetW; mid >= in.X && mid <= in.X+in.W {
				b.WriteRune(c)
			}
			x += w
		}
		if line := strings.TrimSpace(b.String()); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n"), nil
}
