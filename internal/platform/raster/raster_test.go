package raster

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"pgregory.net/rapid"
)

func unpacked(t rapid.TB, m image.Image) image.Image {
	var b bytes.Buffer
	if err := PNG(&b, m); err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(&b)
	if err != nil || got.Bounds() != m.Bounds() {
		t.Fatal(err, got.Bounds())
	}
	return got
}

// What is packed comes back: gray exactly, few colors within 4 of 255 with black and white exact, many colors exactly.
func TestPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 40).Draw(t, "w"), rapid.IntRange(1, 40).Draw(t, "h")
		colors := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) color.RGBA {
			v := rapid.SliceOfN(rapid.Uint8(), 3, 3).Draw(t, "c")
			return color.RGBA{v[0], v[1], v[2], 255}
		}), 1, 300).Draw(t, "colors")
		colors = append(colors, color.RGBA{0, 0, 0, 255}, color.RGBA{255, 255, 255, 255})
		m, g := image.NewRGBA(image.Rect(0, 0, w, h)), image.NewGray(image.Rect(0, 0, w, h))
		for i := range w * h {
			c := colors[i%len(colors)]
			m.Set(i%w, i/w, c)
			g.Set(i%w, i/w, color.Gray{c.R})
		}
		few, gray := unpacked(t, m), unpacked(t, g)
		for i := range w * h {
			x, y := i%w, i/w
			if got := color.GrayModel.Convert(gray.At(x, y)); got != g.At(x, y) {
				t.Fatalf("gray %v came back as %v", g.At(x, y), got)
			}
			want, got := m.RGBAAt(x, y), color.RGBAModel.Convert(few.At(x, y)).(color.RGBA)
			plain := want.R == want.G && want.G == want.B && (want.R == 0 || want.R == 255)
			for _, d := range []int{int(want.R) - int(got.R), int(want.G) - int(got.G), int(want.B) - int(got.B)} {
				if d < -4 || d > 4 || plain && d != 0 {
					t.Fatalf("%v came back as %v", want, got)
				}
			}
		}
	})
}

// A picture with more colors than a palette has keeps every one.
func TestPhotographs(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 256, 256))
	for i := range 256 * 256 {
		m.Set(i%256, i/256, color.RGBA{uint8(i), uint8(i >> 8), uint8(i * 7), 255})
	}
	got := unpacked(t, m)
	for i := range 256 * 256 {
		if x, y := i%256, i/256; color.RGBAModel.Convert(got.At(x, y)) != m.At(x, y) {
			t.Fatalf("%v came back as %v", m.At(x, y), got.At(x, y))
		}
	}
}

func BenchmarkPage(b *testing.B) {
	m := image.NewRGBA(image.Rect(0, 0, 935, 1210))
	for i := range 935 * 1210 {
		v := uint8(255)
		if i%11 == 0 && i/935%20 < 9 {
			v = uint8(i)
		}
		m.Set(i%935, i/935, color.RGBA{v, v, max(v, 90), 255})
	}
	var w bytes.Buffer
	b.Run("packed", func(b *testing.B) {
		for b.Loop() {
			w.Reset()
			_ = PNG(&w, m)
		}
	})
	b.Run("by the standard encoder", func(b *testing.B) {
		for b.Loop() {
			w.Reset()
			_ = encoder.Encode(&w, m)
		}
	})
}
