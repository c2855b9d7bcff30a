package docwork

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// textOf finds out what the bytes are and reads them as that.
func textOf(data []byte) Text {
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return docx(data)
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return Text{Why: "A PDF is compared page by page, not by its words: open both versions."}
	}
	text, ok := decode(data)
	if !ok {
		return Text{Why: "This kind of file has no text that can be compared: open both versions."}
	}
	return paragraphs(text)
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

// paragraphs cuts text at its line ends. Control characters are dropped: the words are shown on a page.
func paragraphs(text string) Text {
	var t Text
	size := 0
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		line = strings.TrimRight(clean(line), " ")
		if size += len(line) + 8; size > maxText {
			return Text{Why: "The file holds more text than can be compared."}
		}
		t.Paragraphs = append(t.Paragraphs, line)
	}
	return t
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
