package docwork

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// openText opens what is neither PDF nor picture: it becomes a text rendition.
func openText(data []byte, name string) file {
	for _, r := range renditions {
		if r.is(data, name) {
			f := r.open(data)
			if s, ok := f.(*sheets); ok && r.office != nil {
				s.says.Office = r.office(data)
			}
			return f
		}
	}
	text, ok := decode(data)
	if !ok {
		return cannot("File", "This kind of file cannot be shown here.")
	}
	return plainText(text)
}

// renditions are the kinds of file that are shown as their text, each with how it is known: by its bytes, and where they
// do not tell, by its name.
var renditions = []struct {
	is     func(data []byte, name string) bool
	open   func(data []byte) file
	office func(data []byte) string // the kind as LibreOffice knows it, when it may draw it
}{
	{isDocx, openDocx, kindOf("docx")},
	{isWorkbook, openWorkbook, kindOf("xlsx")},
	{isSlides, openSlides, kindOf("pptx")},
	{isOpenDocument, openOpenDocument, openDocumentKind},
	{isArchive, openArchive, nil},
	{isOLE, openOLE, nil}, // it says its kind itself
	{isRTF, openRTF, kindOf("rtf")},
	{isMail, openMail, nil},
	{isHTML, openHTML, nil},
}

func plainText(text string) file {
	var blocks []block
	size := 0
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		if size += len(line) + 8; size > maxText {
			return cannot("Text", "The file holds more text than is shown here.")
		}
		line, page := strings.CutPrefix(line, "\f")
		if page {
			blocks = append(blocks, block{text: "\f", style: fixedWidth})
		}
		blocks = append(blocks, block{text: strings.TrimRight(clean(strings.ReplaceAll(line, "\t", "    ")), " "), style: fixedWidth})
	}
	return layOut("Text", "", blocks)
}

// decode reads plain text: UTF-8, UTF-16 with a mark, or Windows-1252. ok is false for what is no text.
func decode(data []byte) (text string, ok bool) {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		order := binary.ByteOrder(binary.LittleEndian)
		if data[0] == 0xfe {
			order = binary.BigEndian
		}
		units := make([]uint16, 0, len(data)/2)
		for b := data[2:]; len(b) >= 2; b = b[2:] {
			units = append(units, order.Uint16(b))
		}
		return string(utf16.Decode(units)), true
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(data, 0) >= 0 {
		return "", false
	}
	if utf8.Valid(data) {
		return string(data), true
	}
	controls := 0
	for _, b := range data {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' {
			controls++
		}
	}
	if controls*100 > len(data) {
		return "", false
	}
	plain, err := charmap.Windows1252.NewDecoder().Bytes(data)
	return string(plain), err == nil
}

func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}
