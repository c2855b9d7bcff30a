package docwork

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"countersign/internal/platform/docwork/parcel"
)

// The budgets of an office file: its parts, what they unpack to, and what they say (maxText).
const (
	maxParts    = 10_000
	maxUnpacked = 128 << 20
)

var (
	errUnpacked = errors.New("docwork: it unpacks to too much")
	errText     = errors.New("docwork: it says too much")
)

// An office is a ZIP of XML parts that is being read.
type office struct {
	z    *zip.Reader
	left uint64 // what may still be unpacked
	said int    // bytes of text so far
}

// say counts text.
func (o *office) say(n int) error {
	if o.said += n; o.said > maxText {
		return errText
	}
	return nil
}

func (o *office) has(name string) bool {
	return slices.ContainsFunc(o.z.File, func(f *zip.File) bool { return f.Name == name })
}

// hasMember reports whether the bytes are a ZIP archive that lists a member.
func hasMember(data []byte, name string) bool {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return false
	}
	o, err := openZip(data)
	return err == nil && o.has(name)
}

func openZip(data []byte) (*office, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) > maxParts {
		return nil, errors.New("docwork: no archive")
	}
	return &office{z: z, left: maxUnpacked}, nil
}

// names are those of the parts under a folder, in the order of the numbers in them.
func (o *office) names(prefix string) (out []string) {
	for _, f := range o.z.File {
		if strings.HasPrefix(f.Name, prefix) && strings.HasSuffix(f.Name, ".xml") && !strings.Contains(f.Name[len(prefix):], "/") {
			out = append(out, f.Name)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return numberIn(a) - numberIn(b) })
	return out
}

func numberIn(name string) int {
	n, _ := strconv.Atoi(strings.Trim(path.Base(name), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ."))
	return n
}

// walk reads a part and calls visit for every token. Each part says its size, and is held to it.
func (o *office) walk(name string, visit func(xml.Token) error) error {
	i := slices.IndexFunc(o.z.File, func(f *zip.File) bool { return f.Name == name })
	if i < 0 {
		return io.ErrUnexpectedEOF
	}
	if o.z.File[i].UncompressedSize64 > o.left {
		return errUnpacked
	}
	o.left -= o.z.File[i].UncompressedSize64
	r, err := o.z.File[i].Open()
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // it is only read
	d := xml.NewDecoder(r)
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, ok := t.(xml.Directive); ok { // a document type could define entities
			return errors.New("docwork: a part with a directive")
		}
		if err := visit(t); err != nil {
			return err
		}
	}
}

// paragraphs reads the text of the elements named leaf, one line for each element named para.
func (o *office) paragraphs(name string, para, leaf []string) (lines []string, err error) {
	var line strings.Builder
	depth := 0
	all := len(leaf) == 0 // every character inside a paragraph counts
	err = o.walk(name, func(t xml.Token) error {
		switch x := t.(type) {
		case xml.StartElement:
			switch {
			case slices.Contains(para, x.Name.Local) && all, slices.Contains(leaf, x.Name.Local):
				depth++
			case x.Name.Local == "tab", x.Name.Local == "s", x.Name.Local == "br":
				line.WriteByte(' ')
			}
		case xml.EndElement:
			if slices.Contains(leaf, x.Name.Local) || all && slices.Contains(para, x.Name.Local) {
				depth--
			}
			if slices.Contains(para, x.Name.Local) {
				lines = append(lines, strings.TrimSpace(clean(line.String())))
				line.Reset()
			}
		case xml.CharData:
			if depth > 0 {
				line.Write(x)
				return o.say(len(x))
			}
		}
		return nil
	})
	return lines, err
}

func refusal(kind string, err error) file {
	switch {
	case errors.Is(err, errUnpacked):
		return cannot(kind, "The file unpacks to more than is read for its text.")
	case errors.Is(err, errText):
		return cannot(kind, "The file holds more text than is shown here.")
	}
	article := "a "
	if strings.ContainsAny(kind[:1], "AEIOU") {
		article = "an "
	}
	return cannot(kind, "The file begins like "+article+kind+" and is not one, or is broken.")
}

func isSlides(data []byte, _ string) bool { return hasMember(data, "ppt/presentation.xml") }

func openSlides(data []byte) file {
	const kind = "Presentation"
	o, err := openZip(data)
	if err != nil {
		return refusal(kind, err)
	}
	var blocks []block
	for i, name := range o.names("ppt/slides/") {
		lines, err := o.paragraphs(name, []string{"p"}, []string{"t"})
		if err != nil {
			return refusal(kind, err)
		}
		if i > 0 {
			blocks = append(blocks, block{text: "\f"})
		}
		blocks = append(blocks, block{text: fmt.Sprintf("Slide %d", i+1), style: heading})
		for _, l := range lines {
			blocks = append(blocks, block{text: l})
		}
	}
	return layOut(kind, "Layout, pictures, charts, notes and comments are left out.", blocks)
}

func isOpenDocument(data []byte, _ string) bool {
	return hasMember(data, "content.xml") && hasMember(data, "META-INF/manifest.xml")
}

func openOpenDocument(data []byte) file {
	const kind = "OpenDocument file"
	o, err := openZip(data)
	if err != nil {
		return refusal(kind, err)
	}
	lines, err := o.paragraphs("content.xml", []string{"p", "h"}, nil)
	if err != nil {
		return refusal(kind, err)
	}
	blocks := make([]block, len(lines))
	for i, l := range lines {
		blocks[i].text = l
	}
	return layOut(kind, "Layout, tables, pictures, headers and comments are left out.", blocks)
}

func isWorkbook(data []byte, _ string) bool { return hasMember(data, "xl/workbook.xml") }

// openWorkbook shows what the cells hold, row by row (ECMA-376 part 1, section 18).
func openWorkbook(data []byte) file {
	const kind = "Workbook"
	o, err := openZip(data)
	if err != nil {
		return refusal(kind, err)
	}
	shared, err := o.paragraphs("xl/sharedStrings.xml", []string{"si"}, []string{"t"})
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return refusal(kind, err)
	}
	var blocks []block
	for i, name := range o.names("xl/worksheets/") {
		if i > 0 {
			blocks = append(blocks, block{text: "\f", style: fixedWidth})
		}
		blocks = append(blocks, block{text: fmt.Sprintf("Sheet %d", i+1), style: heading})
		rows, err := o.rows(name, shared)
		if err != nil {
			return refusal(kind, err)
		}
		for _, r := range rows {
			blocks = append(blocks, block{text: r, style: fixedWidth})
		}
	}
	return layOut(kind, "Formats, formulas, charts and comments are left out: dates stand as the numbers that the file holds.", blocks)
}

func (o *office) rows(name string, shared []string) (rows []string, err error) {
	var cells []string
	var value strings.Builder
	kind, in := "", false
	err = o.walk(name, func(t xml.Token) error {
		switch x := t.(type) {
		case xml.StartElement:
			switch x.Name.Local {
			case "row":
				cells = cells[:0]
			case "c":
				kind = ""
				for _, a := range x.Attr {
					if a.Name.Local == "t" {
						kind = a.Value
					}
				}
				value.Reset()
			case "v", "t":
				in = true
			}
		case xml.EndElement:
			switch x.Name.Local {
			case "v", "t":
				in = false
			case "c":
				v := value.String()
				if n, err := strconv.Atoi(v); kind == "s" && err == nil && n >= 0 && n < len(shared) {
					v = shared[n]
				}
				cells = append(cells, clean(v))
				return o.say(len(v)) // a shared string counts each time
			case "row":
				if line := strings.TrimSpace(strings.Join(cells, "  |  ")); line != "" {
					rows = append(rows, line)
				}
			}
		case xml.CharData:
			if in {
				value.Write(x)
			}
		}
		return nil
	})
	return rows, err
}

func isRTF(data []byte, _ string) bool { return bytes.HasPrefix(data, []byte(`{\rtf`)) }

// rtfAside are destinations of RTF whose text is not the document's.
var rtfAside = []string{"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "themedata", "datastore", "latentstyles", "listtable", "listoverridetable", "rsidtbl", "generator", "xmlnstbl", "header", "footer", "headerl", "headerr", "headerf", "footerl", "footerr", "footerf", "fldinst"}

// openRTF reads the text of a rich text file: one pass over groups, control words and text (RTF 1.9.1).
func openRTF(data []byte) file {
	r := &rtf{data: data, instead: 1}
	for r.at < len(data) {
		r.step()
		if r.line.Len() > maxText {
			return cannot("Rich text file", "The file holds more text than is shown here.")
		}
	}
	r.end()
	return layOut("Rich text file", "Fonts, layout, tables, pictures, headers and comments are left out.", r.blocks)
}

// An rtf is a file on its way through the reader.
type rtf struct {
	data    []byte
	at      int
	blocks  []block
	line    strings.Builder
	skip    bool   // the open group is not the document's text
	skips   []bool // of the groups around it
	instead int    // how many characters stand in for one given by \u, where it cannot be shown
	pending int    // of those that are still to come
}

func (r *rtf) end() {
	r.blocks = append(r.blocks, block{text: strings.TrimSpace(clean(r.line.String()))})
	r.line.Reset()
}

func (r *rtf) put(s string) {
	if r.pending > 0 {
		r.pending--
		return
	}
	if !r.skip {
		r.line.WriteString(s)
	}
}

func (r *rtf) step() {
	c := r.data[r.at]
	r.at++
	switch c {
	case '{':
		r.skips = append(r.skips, r.skip)
	case '}':
		if n := len(r.skips); n > 0 {
			r.skip, r.skips = r.skips[n-1], r.skips[:n-1]
		}
	case '\r', '\n':
	case '\\':
		if r.at < len(r.data) {
			r.control()
		}
	default:
		r.put(string(rune(c)))
	}
}

// control reads what follows a backslash: a symbol, or a word with its number.
func (r *rtf) control() {
	letter := func(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
	start := r.at
	for r.at < len(r.data) && letter(r.data[r.at]) {
		r.at++
	}
	if r.at == start {
		r.symbol()
		return
	}
	word, digits := string(r.data[start:r.at]), r.at
	for r.at < len(r.data) && (r.data[r.at] >= '0' && r.data[r.at] <= '9' || r.at == digits && r.data[r.at] == '-') {
		r.at++
	}
	n, _ := strconv.Atoi(string(r.data[digits:r.at]))
	if r.at < len(r.data) && r.data[r.at] == ' ' {
		r.at++
	}
	r.word(word, n)
}

func (r *rtf) symbol() {
	c := r.data[r.at]
	r.at++
	switch c {
	case '\'':
		if r.at+2 <= len(r.data) {
			if b, err := strconv.ParseUint(string(r.data[r.at:r.at+2]), 16, 8); err == nil {
				text, _ := decode([]byte{byte(b)})
				r.put(text)
			}
			r.at += 2
		}
	case '*':
		r.skip = true
	case '~':
		r.put(" ")
	case '\\', '{', '}':
		r.put(string(rune(c)))
	}
}

// rtfSigns are control words that stand for a character.
var rtfSigns = map[string]string{"tab": "  ", "cell": "  ", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”"}

func (r *rtf) word(word string, n int) {
	switch word {
	case "par", "line", "row", "sect", "page":
		if !r.skip {
			r.end()
		}
	case "uc":
		r.instead = min(max(n, 0), 10)
	case "u":
		if n < 0 {
			n += 1 << 16
		}
		r.put(string(rune(n))) //nolint:gosec // a code unit
		r.pending = r.instead
	case "bin":
		r.at += max(0, min(n, len(r.data)-r.at))
	default:
		if sign := rtfSigns[word]; sign != "" {
			r.put(sign)
		} else if slices.Contains(rtfAside, word) {
			r.skip = true
		}
	}
}

// isArchive comes last: many kinds of file are archives.
func isArchive(data []byte, _ string) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// openArchive lists what an archive says it holds. Nothing is unpacked before it is asked for.
func openArchive(data []byte) file { return openZIP(bytes.NewReader(data), int64(len(data))) }

func openZIP(r io.ReaderAt, size int64) file {
	a, err := parcel.Open(r, size)
	if err != nil {
		return cannot("ZIP archive", err.Error())
	}
	blocks := []block{{text: "Files: " + strconv.Itoa(len(a.Members)), style: heading}}
	inside := make([]Member, len(a.Members))
	for i, m := range a.Members {
		m.Name = cut(clean(m.Name))
		inside[i] = m
		blocks = append(blocks, block{text: fmt.Sprintf("%12d  %s", m.SizeBytes, m.Name), style: fixedWidth})
	}
	out := layOut("ZIP archive", "The list of its files, as the archive gives it; each is a file of its own.", blocks)
	if s, ok := out.(*sheets); ok {
		s.says.Children, s.inside = inside, a.Bytes
	}
	return out
}

// cut bounds the name of a file inside.
func cut(name string) string {
	const most = 250
	if r := []rune(name); len(r) > most {
		return string(r[:most]) + "…"
	}
	return name
}
