package docwork

import (
	"bytes"
	"countersign/internal/kernel/area"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"golang.org/x/image/tiff"
)

// opened opens bytes in the test's own process, without PDFium.
func opened(data []byte, name string) file {
	var e *engine
	return e.openFile(bytes.NewReader(data), opening{Size: int64(len(data)), Name: name})
}

// said is all text of a file, page after page.
func said(t *testing.T, f file) string {
	t.Helper()
	var out []string
	for i := range f.info().Pages {
		text, err := f.text(i)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, text)
	}
	return strings.Join(out, "\n--\n")
}

const message = "Return-Path: <a@example.org>\r\nFrom: Ann Example <a@example.org>\r\nTo: b@example.org\r\nSubject: =?utf-8?q?Na=C3=AFve?= plan\r\nDate: Mon, 23 Nov 2026 08:40:00 -0600\r\n" +
	"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThe caf=E9 is closed.\r\n" +
	"--x\r\nContent-Type: application/pdf; name=\"Order.pdf\"\r\nContent-Disposition: attachment; filename=\"Order.pdf\"\r\n\r\n%PDF-1.7\r\n--x--\r\n"

func TestRenditions(t *testing.T) {
	w := func(body string) string {
		return `<x xmlns:a="a" xmlns:text="t">` + body + `</x>`
	}
	for _, c := range []struct {
		name string
		data []byte
		kind string
		want []string // each stands in the text, in this order
		not  string
	}{
		{"note.txt", []byte("One\n\fTwo"), "Text", []string{"One", "--", "Two"}, ""},
		{"m.eml", []byte(message), "E-mail", []string{"Naïve plan", "From: Ann Example", "14:40 UTC", "Attachment 1: Order.pdf, 8 bytes", "The café is closed."}, "%PDF"},
		{"m", []byte(message), "E-mail", []string{"Naïve plan"}, ""},
		{"m.eml", []byte("From x@y Mon Nov 23 08:40:00 2026\n" + message), "E-mail", []string{"Naïve plan"}, ""},
		{"page.html", []byte("<html><head><style>p{color:red}</style></head><body><p>One<script>steal()</script> two</p><td>a<td>b</body>"), "Web page", []string{"One two", "a", "b"}, "steal"},
		{"a.rtf", []byte(`{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator X;}Na\'efve \u8364? 500\par Second {\b bold} \{brace\}}`), "Rich text file", []string{"Naïve € 500", "Second bold {brace}"}, "Arial"},
		{"a.xlsx", zipped(t, map[string]string{"xl/workbook.xml": w(""), "xl/sharedStrings.xml": w(`<si><t>Bates</t></si><si><t>Amount</t></si>`),
			"xl/worksheets/sheet1.xml": w(`<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c><v>12.5</v></c><c t="inlineStr"><is><t>in line</t></is></c></row>`)}), "Workbook", []string{"Sheet 1", "Bates | Amount", "12.5 | in line"}, ""},
		{"a.pptx", zipped(t, map[string]string{"ppt/presentation.xml": w(""), "ppt/slides/slide10.xml": w(`<a:p><a:t>Last</a:t></a:p>`), "ppt/slides/slide2.xml": w(`<a:p><a:t>First</a:t></a:p>`)}), "Presentation", []string{"Slide 1", "First", "--", "Slide 2", "Last"}, ""},
		{"a.odt", zipped(t, map[string]string{"META-INF/manifest.xml": w(""), "content.xml": w(`<text:h>Title</text:h><text:p>A<text:tab/>b <text:span>c</text:span></text:p>`)}), "OpenDocument file", []string{"Title", "A b c"}, ""},
		{"a.zip", zipped(t, map[string]string{"../../etc/passwd": "x"}), "ZIP archive", []string{"Files: 1", "../../etc/passwd"}, ""},
	} {
		f := opened(c.data, c.name)
		got := strings.Join(strings.Fields(said(t, f)), " ")
		at := 0
		for _, want := range c.want {
			i := strings.Index(got[at:], want)
			if i < 0 {
				t.Errorf("%s: %q does not say %q after %q", c.name, got, want, got[:at])
				continue
			}
			at += i + len(want)
		}
		if f.info().Kind != c.kind || c.not != "" && strings.Contains(got, c.not) {
			t.Errorf("%s is %s (%s): %q", c.name, f.info().Kind, f.info().Why, got)
		}
	}
}

// Each page of a TIFF is a page; a chain of pages that runs in a circle ends.
func TestPictures(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 40, 20))
	m.SetGray(3, 3, color.Gray{Y: 200})
	var p, tf bytes.Buffer
	if err := png.Encode(&p, m); err != nil {
		t.Fatal(err)
	}
	if err := tiff.Encode(&tf, m, nil); err != nil {
		t.Fatal(err)
	}
	one := tf.Bytes()
	at := int(one[4]) | int(one[5])<<8 | int(one[6])<<16
	entries := int(one[at]) | int(one[at+1])<<8
	next := at + 2 + entries*12
	circle := bytes.Clone(one)
	copy(circle[next:], one[4:8])
	// A second directory, a copy of the first, at the end.
	second := bytes.Clone(one)
	where := len(second)
	copy(second[next:], []byte{byte(where), byte(where >> 8), byte(where >> 16), 0})
	second = append(second, one[at:next+4]...)
	for _, c := range []struct {
		what  string
		data  []byte
		pages int
	}{{"PNG", p.Bytes(), 1}, {"TIFF", one, 1}, {"a circle", circle, 1}, {"two pages", second, 2}, {"cut off", one[:at], 0}, {"a broken PNG", p.Bytes()[:20], 0}} {
		f := opened(c.data, "x")
		if n := len(f.info().Pages); n != c.pages || (n == 0) != (f.info().Why != "") {
			t.Errorf("%s has %d pages, want %d (%s)", c.what, n, c.pages, f.info().Why)
		}
		for i := range f.info().Pages {
			got, done, err := f.draw(i, 80)
			if err != nil || got.Bounds().Dx() != 80 || got.Bounds().Dy() != 40 {
				t.Errorf("%s, page %d: %v, %v", c.what, i, got, err)
				continue
			}
			done()
		}
	}
}

// The words in a rectangle of a rendition are those that stand in it.
func TestWithin(t *testing.T) {
	f := opened([]byte("First line here\nSecond line there"), "a.txt")
	for _, c := range []struct {
		in   area.Area
		want string
	}{{area.Area{W: 1, H: 1}, "First line here\nSecond line there"}, {area.Area{Y: 0.06, W: 1, H: 0.035}, "First line here"}, {area.Area{X: 0.9, W: 0.1, H: 1}, ""}} {
		if got, err := f.within(0, c.in); err != nil || got != c.want {
			t.Errorf("%+v: %q, %v; want %q", c.in, got, err, c.want)
		}
	}
	if _, err := f.within(5, area.Area{}); err == nil {
		t.Error("a page that is not there has words")
	}
}
