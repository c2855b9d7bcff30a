package docwork

import (
	"encoding/xml"
	"strings"
)

func isDocx(data []byte, _ string) bool { return hasMember(data, "word/document.xml") }

// openDocx shows the words of a Word document: body, footnotes and endnotes, in this order (ECMA-376 part 1, section 17).
// Deleted runs of tracked changes are left out, inserted ones are text.
func openDocx(data []byte) file {
	const kind = "Word document"
	o, err := openZip(data)
	if err != nil {
		return refusal(kind, err)
	}
	var blocks []block
	for _, name := range []string{"word/document.xml", "word/footnotes.xml", "word/endnotes.xml"} {
		if !o.has(name) {
			continue
		}
		lines, err := o.docxPart(name)
		if err != nil {
			return refusal(kind, err)
		}
		for _, l := range lines {
			blocks = append(blocks, block{text: l})
		}
	}
	return layOut(kind, "Fonts, layout, tables, pictures, headers and comments are left out; tracked insertions are shown as text, deletions are not.", blocks)
}

func (o *office) docxPart(name string) (lines []string, err error) {
	var line strings.Builder
	skip, text := 0, false
	err = o.walk(name, func(token xml.Token) error {
		switch x := token.(type) {
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
				lines = append(lines, strings.TrimSpace(clean(line.String())))
				line.Reset()
			}
		case xml.CharData:
			if text {
				line.Write(x)
				return o.say(len(x))
			}
		}
		return nil
	})
	return lines, err
}
