package mark

import (
	"errors"
	"image"
	"math"
	"strings"
	"unicode"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
)

// ErrLetters is that a mark has letters which cannot be drawn.
var ErrLetters = errors.New("mark: letters that cannot be drawn")

// letters has Latin, Greek and Cyrillic.
var letters = func() *opentype.Font {
	f, err := opentype.Parse(gomedium.TTF)
	if err != nil {
		panic(err) // a font that the program brings itself
	}
	return f
}()

// The look of a mark.
const (
	slope    = 24 * math.Pi / 180 // upward, so that lines of text do not hide it
	strength = 90                 // of 255: how far a pixel moves to the middle gray under a full letter
	middle   = 0x78
)

// A Stamp is a mark for pages of one width.
type Stamp struct {
	w, h int
	rows [][]dot // what a tile has in each of its rows
}

type dot struct {
	x int
	a uint8 // how far to move, of 255
}

// Drawable reports whether a text can be written.
func Drawable(text string) bool {
	var b sfnt.Buffer
	for _, r := range text {
		if i, err := letters.GlyphIndex(&b, r); err != nil || i == 0 || !unicode.IsPrint(r) {
			return false
		}
	}
	return strings.TrimSpace(text) != ""
}

// New makes the mark text for pages that are width pixels wide.
//
// Faults: ErrLetters.
func New(text string, width int) (*Stamp, error) {
	if !Drawable(text) {
		return nil, ErrLetters
	}
	face, err := opentype.NewFace(letters, &opentype.FaceOptions{Size: max(7, float64(width)/62), DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, err
	}
	m := face.Metrics()
	line := image.NewAlpha(image.Rect(0, 0, font.MeasureString(face, text).Ceil()+2, (m.Ascent+m.Descent).Ceil()+2))
	d := font.Drawer{Dst: line, Src: image.Opaque, Face: face, Dot: fixed.Point26_6{X: fixed.I(1), Y: m.Ascent + fixed.I(1)}}
	d.DrawString(text)

	// The line slopes upward over the tile and goes on at its foot where it leaves it at the top: lines stand at equal
	// distances, and no part of the page is far from one.
	sin, cos := math.Sincos(slope)
	lw, lh := float64(line.Rect.Dx()), float64(line.Rect.Dy())
	turned := image.NewAlpha(image.Rect(0, 0, int(lw*cos+lh*sin)+1, int(lw*sin+lh*cos)+1))
	draw.ApproxBiLinear.Transform(turned, f64.Aff3{cos, sin, 0, -sin, cos, lw * sin}, line, line.Rect, draw.Src, nil)
	s := &Stamp{w: turned.Rect.Dx() + line.Rect.Dy(), h: max(2*line.Rect.Dy(), width/9)}
	full := make([]uint8, s.w*s.h)
	for y := range turned.Rect.Dy() {
		for x := range turned.Rect.Dx() {
			i := y%s.h*s.w + x
			full[i] = max(full[i], turned.Pix[y*turned.Stride+x])
		}
	}
	s.rows = make([][]dot, s.h)
	for y := range s.rows {
		for x := range s.w {
			if a := int(full[y*s.w+x]) * strength / 255; a > 4 {
				s.rows[y] = append(s.rows[y], dot{x, uint8(a)}) //nolint:gosec // at most strength
			}
		}
	}
	return s, nil
}

// Draw marks the whole of a page.
func (s *Stamp) Draw(m image.Image) error {
	var pix []uint8
	var stride, each int
	switch x := m.(type) {
	case *image.Gray:
		pix, stride, each = x.Pix, x.Stride, 1
	case *image.RGBA:
		pix, stride, each = x.Pix, x.Stride, 4
	default:
		return errors.New("mark: an image of another kind")
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	for y := range h {
		row := pix[y*stride : y*stride+w*each]
		for from := 0; from < w; from += s.w {
			for _, d := range s.rows[y%s.h] {
				x := from + d.x
				if x >= w {
					break
				}
				for i := x * each; i < x*each+min(each, 3); i++ {
					row[i] += uint8((middle - int(row[i])) * int(d.a) / 255) //nolint:gosec // it wraps to the value between
				}
			}
		}
	}
	return nil
}
