package docwork

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// The budgets of a DOCX: what it may hold, packed and unpacked.
const (
	maxParts    = 10_000
	maxUnpacked = 128 << 20
)

var errBudget = errors.New("docwork: over a budget")

// docx reads the words of a Word document: body, footnotes and endnotes, in this order (ECMA-376 part 1, section 17).
// Deleted runs of tracked changes are left out, inserted ones are text.
func docx(data []byte) Text {
	broken := Text{Why: "The file begins like a Word document and is not one, or is broken."}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) > maxParts {
		return broken
	}
	var t Text
	left := uint64(maxUnpacked)
	found := false
	for _, name := range []string{"word/document.xml", "word/footnotes.xml", "word/endnotes.xml"} {
		i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == name })
		if i < 0 {
			continue
		}
		found = true
		// What a part says of its size is held to: archive/zip stops where the bytes run on.
		if z.File[i].UncompressedSize64 > left {
			return Text{Why: "The file unpacks to more than is read for its text."}
		}
		left -= z.File[i].UncompressedSize64
		lines, err := part(z.File[i])
		if errors.Is(err, errBudget) {
			return Text{Why: "The file holds more text than is shown here."}
		}
		if err != nil {
			return broken
		}
		t.Paragraphs = append(t.Paragraphs, lines...)
	}
	if !found {
		return Text{Why: "This archive is no Word document."}
	}
	return t
}

func part(f *zip.File) (lines []string, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // it is only read
	d := xml.NewDecoder(r)
	d.Entity, d.Strict = nil, true
	var line strings.Builder
	skip, text, size := 0, false, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		switch x := token.(type) {
		case xml.Directive: // a document type could define entities
			return nil, errors.New("docwork: a part with a directive")
		case xml.StartElement:
			switch x.Name.Local {
			case "del", "moveFrom":
				skip++
			case "t":
				text = skip == 0
			case "tab", "br", "cr":
				line.WriteByte(' ')
			}
		case xml.EndElement:
			switch x.Name.Local {
			case "del", "moveFrom":
				skip--
			case "t":
				text = false
			case "p":
				if size += line.Len() + 8; size > maxText {
					return nil, errBudget
				}
				lines = append(lines, strings.TrimSpace(clean(line.String())))
				line.Reset()
			}
		case xml.CharData:
			if text {
				line.Write(x)
			}
		}
	}
}

// hasMember reports whether the bytes are a ZIP archive that lists a member.
func hasMember(data []byte, name string) bool {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return false
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	return err == nil && slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == name })
}
