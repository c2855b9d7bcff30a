package document

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"countersign/internal/kernel/fault"
)

func TestCleanName(t *testing.T) {
	long := strings.Repeat("n", 4000)
	for _, c := range []struct {
		name, raw, want string
		notes           int
	}{
		{"plain", "Order 2026-11-25.pdf", "Order 2026-11-25.pdf", 0},
		{"Devanagari with a joiner", "क्\u200dष.pdf", "क्\u200dष.pdf", 0},
		{"decomposed", "Re\u0301sume\u0301.pdf", "Résumé.pdf", 0},
		{"path upwards", "../../etc/passwd", "passwd", 1},
		{"Windows path", `C:\Users\me\a.docx`, "a.docx", 1},
		{"mixed path", `..\../x`, "x", 1},
		{"right to left override", "invoice\u202Efdp.exe", "invoicefdp.exe", 1},
		{"isolates and marks", "\u2066a\u2069\u200f\u061c.txt", "a.txt", 1},
		{"control characters", "a\x00b\r\nc\x7f.txt", "abc.txt", 1},
		{"line separator", "a\u2028b", "ab", 1},
		{"invisible", "a\u200b\ufeff\u2060b", "ab", 1},
		{"no-break spaces", "\u00a0a\u3000b ", "a b", 1},
		{"not UTF-8", "a\xffb", "a\uFFFDb", 1},
		{"4,000 characters", long + ".pdf", long[:MaxNameBytes-4] + ".pdf", 1},
		{"4,000 characters of three bytes", strings.Repeat("न", 4000) + ".pdf", strings.Repeat("न", 83) + ".pdf", 1},
		{"extension beyond reason", "a." + long, "a." + long[:MaxNameBytes-2], 1},
		{"markup stays text", `"><img src=x>.html`, `"><img src=x>.html`, 0},
	} {
		got, notes, err := CleanName(c.raw)
		if err != nil || got != c.want || len(notes) != c.notes {
			t.Errorf("%s: %q, %q, %v", c.name, got, notes, err)
		}
	}
	for _, raw := range []string{"", " ", ".", "..", "a/", `a\..`, "\u202e", "\x00", "/../."} {
		if got, _, err := CleanName(raw); fault.KindOf(err) != fault.Invalid || fault.Field(err) != "file" {
			t.Errorf("%q became %q, %v", raw, got, err)
		}
	}
}

func TestCleanFolder(t *testing.T) {
	for raw, want := range map[string]string{"": "", "/": "", "Pleadings / Orders/": "Pleadings/Orders", `a\b`: "a/b", "a\u202eb": "ab"} {
		if got, err := cleanFolder(raw); err != nil || got != want {
			t.Errorf("%q: %q, %v", raw, got, err)
		}
	}
	for _, raw := range []string{"..", "a/../b", "a/./b", strings.Repeat("x", 401), strings.Repeat("x/", 13)} {
		if got, err := cleanFolder(raw); fault.Field(err) != "folder" {
			t.Errorf("%q: %q, %v", raw, got, err)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"a.pdf", "../x", "a\u202eb", strings.Repeat("é", 300) + ".docx", "\xff.\u0301", strings.Repeat("e", 251) + "\u0301.pdf", ". ."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		name, _, err := CleanName(raw)
		if err != nil {
			return
		}
		if len(name) > MaxNameBytes || !utf8.ValidString(name) || strings.ContainsAny(name, "/\\\r\n\x00") || name == "." || name == ".." {
			t.Fatalf("%q became %q", raw, name)
		}
		for _, r := range name {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q kept %U", raw, r)
			}
		}
		if again, notes, err := CleanName(name); again != name || len(notes) != 0 || err != nil {
			t.Fatalf("%q became %q and then %q (%q, %v)", raw, name, again, notes, err)
		}
	})
}

func TestLie(t *testing.T) {
	for _, c := range []struct{ name, head, lie string }{
		{"a.pdf", "%PDF-1.7", ""},
		{"A.PDF", "%PDF-1.7", ""},
		{"a.pdf", "PK\x03\x04\x14\x00\x00\x00", "named .pdf, is "},
		{"a.docx", "PK\x03\x04\x14\x00\x00\x00", ""},
		{"a.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ""},
		{"a.txt", "\x7fELF\x02\x01\x01", "named .txt, is "},
		{"a.pdf", "<html><script>", "named .pdf, is text"},
		{"a.pdf", "", "an empty file"},
		{"a.eml", "From: a\r\nTo: b\r\n\r\nx", ""},
		{"a.qqq", "%PDF-1.7", ""},
		{"noextension", "MZ\x90\x00", ""},
		{"a.jpg", "\x89PNG\r\n\x1a\n", "named .jpg, is a PNG image"},
		{"a.pdf", "\x01\x02\x03\xff\xfe\x00", "named .pdf, is bytes of an unknown kind"},
	} {
		got := Lie(c.name, sniff([]byte(c.head)))
		if !strings.HasPrefix(got, c.lie) || c.lie == "" && got != "" {
			t.Errorf("%s with %q: %q", c.name, c.head, got)
		}
	}
}
