package paper

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// zipEpoch is the earliest instant a zip entry can carry; every entry has it.
var zipEpoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	declaration = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	wordNS      = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	relNS       = `xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	wordPath    = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	relPath     = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// DOCX writes the document as WordprocessingML (ECMA-376) with real styles,
// automatic numbering and a page field in the footer.
func DOCX(d Doc) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRels},
		{"docProps/core.xml", coreProperties(d)},
		{"word/document.xml", wordDocument(d)},
		{"word/_rels/document.xml.rels", documentRels},
		{"word/styles.xml", wordStyles()},
		{"word/numbering.xml", wordNumbering},
		{"word/header1.xml", declaration + `<w:hdr ` + wordNS + `>` + run("p", d.Title, "Header") + `</w:hdr>`},
		{"word/footer1.xml", wordFooter(d)},
	}
	for _, p := range parts {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: zipEpoch})
		if err != nil {
			return nil, fmt.Errorf("paper: docx of %q: %w", d.Title, err)
		}
		if _, err := w.Write([]byte(p.text)); err != nil {
			return nil, fmt.Errorf("paper: docx of %q: %w", d.Title, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("paper: docx of %q: %w", d.Title, err)
	}
	return out.Bytes(), nil
}

// styleNames are the paragraph styles of styles.xml.
var styleNames = map[style]string{
	body: "BodyText", title: "Title", heading: "Heading1", quote: "Quote", numbered: "Numbered",
	centered: "Centered", court: "Court", house: "House", plainLine: "Line", headLine: "HeadLine", rule: "Rule",
}

func wordDocument(d Doc) string {
	var b strings.Builder
	b.WriteString(declaration + `<w:document ` + wordNS + ` ` + relNS + `><w:body>`)
	for _, it := range flow(d) {
		switch {
		case it.end:
			b.WriteString(`<w:p><w:r><w:br w:type="page"/></w:r></w:p>`)
		case it.page != nil:
			b.WriteString(run("p", strings.Repeat(" ", 60)+strconv.Itoa(it.page.Number), "Testimony"))
			for i, l := range it.page.Lines {
				b.WriteString(run("p", fmt.Sprintf("%2d  %s", i+1, l), "Testimony"))
			}
		case it.table != nil:
			wordTable(&b, *it.table, it.style != rule)
		case it.style == headLine:
			b.WriteString(run("p", it.label+"\t"+it.text, "HeadLine"))
		default: // a numbered paragraph gets its number from its style
			b.WriteString(run("p", it.text, styleNames[it.style]))
		}
	}
	b.WriteString(`<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/>` +
		`<w:pgSz w:w="12240" w:h="15840"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="720" w:footer="720" w:gutter="0"/>`)
	if d.Kind == Pleading {
		b.WriteString(`<w:lnNumType w:countBy="1" w:restart="newPage"/>`)
	}
	b.WriteString(`</w:sectPr></w:body></w:document>`)
	return b.String()
}

// run writes one paragraph of one style; tabs and line breaks are kept.
func run(element, text, styleName string) string {
	var b strings.Builder
	b.WriteString(`<w:` + element + `><w:pPr><w:pStyle w:val="` + styleName + `"/></w:pPr><w:r>`)
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteString(`<w:br/>`)
		}
		for j, cell := range strings.Split(line, "\t") {
			if j > 0 {
				b.WriteString(`<w:tab/>`)
			}
			b.WriteString(`<w:t xml:space="preserve">` + escape(cell) + `</w:t>`)
		}
	}
	b.WriteString(`</w:r></w:` + element + `>`)
	return b.String()
}

func wordTable(b *strings.Builder, t Table, ruled bool) {
	const full = 9360 // text width in twentieths of a point
	widths := t.shares()
	b.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="9360" w:type="dxa"/>`)
	if ruled {
		b.WriteString(`<w:tblBorders>`)
		for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
			b.WriteString(`<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="808080"/>`)
		}
		b.WriteString(`</w:tblBorders>`)
	} else { // a caption is ruled between its halves and below
		b.WriteString(`<w:tblBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/><w:insideV w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:tblBorders>`)
	}
	b.WriteString(`<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, w := range widths {
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, int(w*full))
	}
	b.WriteString(`</w:tblGrid>`)
	row := func(cells []string, styleName, props string) {
		b.WriteString(`<w:tr>` + props)
		for i := range widths {
			text := ""
			if i < len(cells) {
				text = cells[i]
			}
			fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>%s</w:tc>`, int(widths[i]*full), run("p", text, styleName))
		}
		b.WriteString(`</w:tr>`)
	}
	if len(t.Head) > 0 {
		row(t.Head, "CellHead", `<w:trPr><w:tblHeader/></w:trPr>`)
	}
	for _, r := range t.Rows {
		row(r, "Cell", "")
	}
	b.WriteString(`</w:tbl><w:p><w:pPr><w:pStyle w:val="Line"/></w:pPr></w:p>`)
}

func wordFooter(d Doc) string {
	field := func(code string) string {
		return `<w:fldSimple w:instr=" ` + code + ` "><w:r><w:t>1</w:t></w:r></w:fldSimple>`
	}
	text := func(s string) string { return `<w:r><w:t xml:space="preserve">` + escape(s) + `</w:t></w:r>` }
	mark := ""
	if d.Mark != "" {
		mark = run("p", d.Mark, "Footer")
	}
	return declaration + `<w:ftr ` + wordNS + `>` + mark + `<w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>` +
		text("Page ") + field("PAGE") + text(" of ") + field("NUMPAGES") + `</w:p></w:ftr>`
}

func coreProperties(d Doc) string {
	at := d.Date.UTC().Format(time.RFC3339)
	return declaration + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"` +
		` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<dc:title>` + escape(d.Title) + `</dc:title><dc:creator>` + escape(d.Author) + `</dc:creator>` +
		`<dcterms:created xsi:type="dcterms:W3CDTF">` + at + `</dcterms:created>` +
		`<dcterms:modified xsi:type="dcterms:W3CDTF">` + at + `</dcterms:modified></cp:coreProperties>`
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a bytes.Buffer does not fail
	return b.String()
}
