package paper

import (
	"fmt"
	"strings"
)

// The parts of a DOCX that are the same in every document.
const (
	contentTypes = declaration + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + wordPath + `document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="` + wordPath + `styles+xml"/>` +
		`<Override PartName="/word/numbering.xml" ContentType="` + wordPath + `numbering+xml"/>` +
		`<Override PartName="/word/header1.xml" ContentType="` + wordPath + `header+xml"/>` +
		`<Override PartName="/word/footer1.xml" ContentType="` + wordPath + `footer+xml"/></Types>`

	relsOpen    = declaration + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	packageRels = relsOpen +
		`<Relationship Id="rId1" Type="` + relPath + `officeDocument" Target="word/document.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`
	documentRels = relsOpen +
		`<Relationship Id="rId1" Type="` + relPath + `styles" Target="styles.xml"/>` +
		`<Relationship Id="rId2" Type="` + relPath + `numbering" Target="numbering.xml"/>` +
		`<Relationship Id="rId3" Type="` + relPath + `header" Target="header1.xml"/>` +
		`<Relationship Id="rId4" Type="` + relPath + `footer" Target="footer1.xml"/></Relationships>`

	wordNumbering = declaration + `<w:numbering ` + wordNS + `><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/>` +
		`<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/><w:lvlJc w:val="left"/>` +
		`<w:pPr><w:ind w:left="720" w:hanging="720"/></w:pPr></w:lvl></w:abstractNum>` +
		`<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`
)

// wordStyles writes styles.xml: one row a style.
func wordStyles() string {
	rows := []struct{ id, name, para, run string }{
		{"BodyText", "Body Text", `<w:spacing w:after="160"/>`, ``},
		{"Title", "Title", `<w:spacing w:before="200" w:after="200"/><w:jc w:val="center"/>`, `<w:b/>`},
		{"Heading1", "heading 1", `<w:keepNext/><w:spacing w:before="160" w:after="80"/><w:outlineLvl w:val="0"/>`, `<w:b/>`},
		{"Quote", "Quote", `<w:spacing w:after="160"/><w:ind w:left="800" w:right="800"/>`, ``},
		{"Numbered", "List Number", `<w:numPr><w:numId w:val="1"/></w:numPr><w:spacing w:after="120"/>`, ``},
		{"Centered", "Centered", `<w:jc w:val="center"/>`, `<w:sz w:val="20"/>`},
		{"Court", "Court", `<w:jc w:val="center"/>`, `<w:b/>`},
		{"House", "House", `<w:jc w:val="center"/>`, `<w:b/><w:sz w:val="30"/>`},
		{"Line", "Line", `<w:spacing w:after="0"/>`, ``},
		{"HeadLine", "Head Line", `<w:tabs><w:tab w:val="left" w:pos="1300"/></w:tabs><w:ind w:left="1300" w:hanging="1300"/>`, ``},
		{"Rule", "Rule", `<w:pBdr><w:bottom w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr><w:spacing w:after="200"/>`, ``},
		{"Testimony", "Testimony", `<w:spacing w:after="0" w:line="400" w:lineRule="exact"/>`, `<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/><w:sz w:val="22"/>`},
		{"Cell", "Cell", ``, `<w:sz w:val="20"/>`},
		{"CellHead", "Cell Head", ``, `<w:b/><w:sz w:val="20"/>`},
		{"Header", "header", `<w:jc w:val="right"/>`, `<w:sz w:val="18"/>`},
		{"Footer", "footer", `<w:jc w:val="center"/>`, `<w:sz w:val="18"/>`},
	}
	var b strings.Builder
	b.WriteString(declaration + `<w:styles ` + wordNS + `><w:docDefaults><w:rPrDefault><w:rPr>` +
		`<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/><w:sz w:val="24"/><w:lang w:val="en-US"/>` +
		`</w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>`)
	for _, r := range rows {
		fmt.Fprintf(&b, `<w:style w:type="paragraph" w:styleId="%s"><w:name w:val="%s"/><w:basedOn w:val="Normal"/><w:pPr>%s</w:pPr><w:rPr>%s</w:rPr></w:style>`,
			r.id, r.name, r.para, r.run)
	}
	b.WriteString(`</w:styles>`)
	return b.String()
}
