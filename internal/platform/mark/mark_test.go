package mark

import (
	"errors"
	"image"
	"strings"
	"testing"
)

const says = "Asha Deshpande · Meridian Paralegal Services · 2026-11-27 07:36 UTC · 7F3A-22"

func page(w, h int, shade uint8) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = shade
	}
	return m
}

// Every part of a page that is worth cropping has some of the mark in it, on white, black and gray, and most of the
// page is left alone.
func TestCovers(t *testing.T) {
	s, err := New(says, 935)
	if err != nil {
		t.Fatal(err)
	}
	for _, shade := range []uint8{0xff, 0, 0xc0} {
		m := page(935, 1210, shade)
		if err := s.Draw(m); err != nil {
			t.Fatal(err)
		}
		changed := 0
		const part = 150 // a sixth of the width: five words
		for y := 0; y+part <= 1210; y += part / 2 {
			for x := 0; x+part <= 935; x += part / 2 {
				n := 0
				for yy := y; yy < y+part; yy++ {
					for xx := x; xx < x+part; xx++ {
						if d := int(m.Pix[yy*m.Stride+xx]) - int(shade); d > 12 || d < -12 {
							n++
						}
					}
				}
				if n < 40 {
					t.Errorf("shade %#x: the part at %d,%d has %d dots of the mark", shade, x, y, n)
				}
				changed += n
			}
		}
		if share := float64(changed) / 4 / (935 * 1210); share > 0.2 {
			t.Errorf("the mark covers %.0f %% of the page", 100*share)
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, text := range []string{"", "  ", "आशा देशपांडे", "A\x00B"} {
		if _, err := New(text, 900); !errors.Is(err, ErrLetters) {
			t.Errorf("%q: %v", text, err)
		}
	}
	s, err := New("A", 900)
	if err != nil {
		t.Fatal(err)
	}
	if s.Draw(image.NewCMYK(image.Rect(0, 0, 9, 9))) == nil {
		t.Error("an image that cannot be marked was let through")
	}
}

// Color and gray pages get the same mark.
func TestColor(t *testing.T) {
	s, err := New(strings.ToUpper(says), 300)
	if err != nil {
		t.Fatal(err)
	}
	g, c := page(300, 400, 0xff), image.NewRGBA(image.Rect(0, 0, 300, 400))
	for i := range c.Pix {
		c.Pix[i] = 0xff
	}
	if err := errors.Join(s.Draw(g), s.Draw(c)); err != nil {
		t.Fatal(err)
	}
	for i, v := range g.Pix {
		if c.Pix[4*i] != v || c.Pix[4*i+2] != v || c.Pix[4*i+3] != 0xff {
			t.Fatalf("dot %d is %d in gray, %v in color", i, v, c.Pix[4*i:4*i+4])
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	s, err := New(says, 935)
	if err != nil {
		b.Fatal(err)
	}
	m := page(935, 1210, 0xff)
	for b.Loop() {
		s.Draw(m) //nolint:errcheck // a benchmark
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(says, 935) //nolint:errcheck // a benchmark
	}
}
