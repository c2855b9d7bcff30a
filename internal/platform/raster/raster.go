package raster

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"sync"
)

// PNG writes a page, which is opaque. A palette makes it a quarter of the work and less than half the bytes of full color:
// one byte for each pixel, and no row is tried under five filters.
func PNG(w io.Writer, m image.Image) error {
	switch x := m.(type) {
	case *image.Gray:
		m = &image.Paletted{Pix: x.Pix, Stride: x.Stride, Rect: x.Rect, Palette: grays}
	case *image.RGBA:
		buffer := indices.Get().(*[]uint8)
		defer indices.Put(buffer)
		if p := fewColors(x, buffer); p != nil {
			m = p
		}
	}
	return encoder.Encode(w, m)
}

var (
	encoder = png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &pngBuffers{}}
	indices = sync.Pool{New: func() any { return new([]uint8) }}
)

var grays = func() (p color.Palette) {
	for i := range 256 {
		p = append(p, color.Gray{uint8(i)}) //nolint:gosec // below 256
	}
	return p
}()

type pngBuffers struct{ sync.Pool }

func (p *pngBuffers) Get() *png.EncoderBuffer {
	b, _ := p.Pool.Get().(*png.EncoderBuffer)
	return b
}

func (p *pngBuffers) Put(b *png.EncoderBuffer) { p.Pool.Put(b) }

// levelOf rounds a value to one of 32 levels; level tells what it stands for.
func levelOf(v uint8) int { return (int(v)*31 + 127) / 255 }

func level(i int) uint8 { return uint8((i*255 + 15) / 31) } //nolint:gosec // i is at most 31

var levels = func() (t [256]int) {
	for v := range t {
		t[v] = levelOf(uint8(v)) //nolint:gosec // below 256
	}
	return t
}()

// fewColors is a page in at most 256 colors; nil when it has more of them.
func fewColors(m *image.RGBA, buffer *[]uint8) *image.Paletted {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if cap(*buffer) < w*h {
		*buffer = make([]uint8, w*h)
	}
	p := &image.Paletted{Pix: (*buffer)[:w*h], Stride: w, Rect: m.Rect}
	var place [1 << 15]uint16 // 1 more than the place in the palette
	for y := range h {
		from, to := m.Pix[y*m.Stride:y*m.Stride+4*w], p.Pix[y*w:(y+1)*w]
		for x := range to {
			c := from[4*x : 4*x+3 : 4*x+3]
			r, g, b := levels[c[0]], levels[c[1]], levels[c[2]]
			i := r<<10 | g<<5 | b
			if place[i] == 0 {
				if len(p.Palette) == 256 {
					return nil
				}
				p.Palette = append(p.Palette, color.RGBA{level(r), level(g), level(b), 255})
				place[i] = uint16(len(p.Palette)) //nolint:gosec // at most 256
			}
			to[x] = uint8(place[i] - 1) //nolint:gosec // below 256
		}
	}
	return p
}
