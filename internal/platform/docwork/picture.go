package docwork

import (
	"bytes"
	"countersign/internal/kernel/area"
	"encoding/binary"
	"errors"
	"image"
	_ "image/gif" // the formats of pictures that are shown
	_ "image/jpeg"
	_ "image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	"golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// maxPicture bounds the pixels of a picture that is unpacked.
const maxPicture = 64 << 20

var pictureKinds = []struct{ head, kind string }{
	{"\x89PNG\r\n\x1a\n", "PNG picture"}, {"\xff\xd8\xff", "JPEG picture"}, {"GIF87a", "GIF picture"}, {"GIF89a", "GIF picture"},
	{"II*\x00", "TIFF picture"}, {"MM\x00*", "TIFF picture"}, {"BM", "BMP picture"},
}

func pictureKind(head []byte) string {
	for _, k := range pictureKinds {
		if bytes.HasPrefix(head, []byte(k.head)) {
			if k.kind == "BMP picture" && (len(head) < 18 || head[14] < 12 || head[15] != 0) { // a text may begin with BM
				continue
			}
			return k.kind
		}
	}
	if len(head) > 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP" {
		return "WebP picture"
	}
	return ""
}

type picture struct {
	says Info
	open []func() (image.Image, error) // one for each page
	last int
	kept image.Image // page last, unpacked
}

func openPicture(kind string, r io.ReadSeeker, size int64) file {
	if size > MaxFile {
		return cannot(kind, "The picture is larger than what is shown here.")
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return cannot(kind, "The file did not come through whole.")
	}
	p := &picture{says: Info{Kind: kind}, last: -1}
	whole := func() io.Reader { return bytes.NewReader(data) }
	parts := []func() io.Reader{whole}
	decode := func(r io.Reader) (image.Image, error) { m, _, err := image.Decode(r); return m, err }
	config := func(r io.Reader) (image.Config, error) { c, _, err := image.DecodeConfig(r); return c, err }
	switch kind {
	case "TIFF picture":
		parts = nil
		for _, page := range tiffPages(data) {
			parts = append(parts, page.reader)
		}
		decode, config = tiff.Decode, tiff.DecodeConfig
	case "BMP picture":
		decode, config = bmp.Decode, bmp.DecodeConfig
	}
	large := false
	for _, part := range parts {
		c, err := config(part())
		if err != nil || c.Width < 1 || c.Height < 1 {
			continue
		}
		if c.Width > maxPicture/c.Height {
			large = true
			continue
		}
		p.says.Pages = append(p.says.Pages, Size{float32(c.Width), float32(c.Height)})
		p.open = append(p.open, func() (image.Image, error) { return decode(part()) })
	}
	switch {
	case len(p.open) == 0 && large:
		return cannot(kind, "The picture unpacks to more than is shown here.")
	case len(p.open) == 0:
		return cannot(kind, "The picture is broken, or of a variety that cannot be shown here.")
	case len(p.open) < len(parts):
		p.says.Leaves = "Some pages of the file are broken, or too large, and are left out."
	case kind == "GIF picture":
		p.says.Leaves = "Of a moving picture only the first frame is shown."
	}
	return p
}

func (p *picture) info() Info { return p.says }

func (p *picture) draw(n, width int) (image.Image, func(), error) {
	if n < 0 || n >= len(p.open) {
		return nil, nil, errNoPage
	}
	if p.last != n {
		m, err := p.open[n]()
		if err != nil {
			return nil, nil, errors.New("The picture is broken and cannot be drawn.") //nolint:staticcheck // a sentence for the reader
		}
		p.kept, p.last = m, n
	}
	w, h := fit(p.says.Pages[n], width)
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src) // what is transparent is paper
	draw.BiLinear.Scale(to, to.Bounds(), p.kept, p.kept.Bounds(), draw.Over, nil)
	return to, func() {}, nil
}

func (p *picture) text(int) (string, error)              { return "", nil }
func (p *picture) within(int, area.Area) (string, error) { return "", nil }

// tiffPages gives each page of a TIFF as a file of its own: the same bytes, whose header names another directory
// (TIFF 6.0, section 2). A chain of directories that runs in a circle ends.
func tiffPages(data []byte) (pages []tiffPage) {
	if len(data) < 8 {
		return nil
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	seen := map[uint32]bool{}
	for at := order.Uint32(data[4:]); at != 0 && !seen[at] && len(pages) < maxTIFF; {
		seen[at] = true
		if int64(at)+2 > int64(len(data)) {
			break
		}
		next := int64(at) + 2 + int64(order.Uint16(data[at:]))*12
		if next+4 > int64(len(data)) {
			break
		}
		p := tiffPage{data: data}
		copy(p.head[:], data)
		order.PutUint32(p.head[4:], at)
		pages = append(pages, p)
		at = order.Uint32(data[next:])
	}
	return pages
}

// A tiffPage is the bytes of a file behind another header.
type tiffPage struct {
	head [8]byte
	data []byte
}

func (p tiffPage) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(p.data)) {
		return 0, io.EOF
	}
	n := copy(b, p.data[off:])
	if off < int64(len(p.head)) {
		copy(b[:n], p.head[off:])
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// reader is a reader of it from its beginning; the decoder finds ReadAt and keeps no copy.
func (p tiffPage) reader() io.Reader { return io.NewSectionReader(p, 0, int64(len(p.data))) }

// maxTIFF bounds the pages of a TIFF.
const maxTIFF = 500
