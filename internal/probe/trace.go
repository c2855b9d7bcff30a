package probe

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"io"
	"slices"
	"strings"
	"unicode"
)

// Traces are what a document is known again by.
type Traces struct {
	native  [][]byte // passages of the file, as they are and in the usual encodings
	words   []string // runs of words, letters and digits only
	Looking string   // the rarest word in the middle of a run: a search that finds it and shows what stands around shows the run
}

const (
	runWords   = 8
	runs       = 24
	runLetters = 30
	runOwn     = 4 // words that stand in no record
)

// NewTraces makes traces of passages of a file and of its words. A run that is made of what the records say by themselves
// (titles, parties, names of files) is no trace: pages say it too.
func NewTraces(passages [][]byte, paragraphs, records []string) (t Traces) {
	for _, p := range passages {
		t.native = append(t.native, p, []byte(hex.EncodeToString(p)))
		for shift := range 3 { // base64 looks otherwise at each of three places
			for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
				if s := e.EncodeToString(p[min(shift, len(p)):]); len(s) > 16 {
					t.native = append(t.native, []byte(s[:len(s)-4]))
				}
			}
		}
	}
	recorded := map[string]bool{}
	for _, w := range words(strings.Join(records, " ")) {
		recorded[w] = true
	}
	all, times := words(strings.Join(paragraphs, " ")), map[string]int{}
	for _, w := range all {
		times[w]++
	}
	rarest, shortest := len(all)+1, 0
	for i := range runs {
		at := max(0, len(all)-runWords) * i / max(1, runs-1)
		run := all[at:min(len(all), at+runWords)]
		own := 0
		for _, w := range run {
			if !recorded[w] {
				own++
			}
		}
		s := strings.Join(run, "")
		if len(s) < runLetters || own < runOwn || slices.Contains(t.words, s) {
			continue
		}
		t.words = append(t.words, s)
		if w := run[len(run)/2]; times[w] < rarest || times[w] == rarest && len(s) < shortest {
			t.Looking, rarest, shortest = w, times[w], len(s)
		}
	}
	return t
}

// Empty reports that there is nothing to know the document by.
func (t Traces) Empty() bool { return len(t.native) == 0 && len(t.words) == 0 }

// deepest is how many archives inside one another are opened, and largest how much of a member is read.
const (
	deepest = 3
	largest = 32 << 20
)

// In says what of the document stands in an answer: "the file", "its words", or "".
func (t Traces) In(body []byte) string { return t.in(body, 0) }

func (t Traces) in(body []byte, depth int) string {
	for _, n := range t.native {
		if bytes.Contains(body, n) {
			return TheFile
		}
	}
	if len(t.words) > 0 && !bytes.HasPrefix(body, []byte("\x89PNG")) {
		s := letters(plain(body))
		for _, w := range t.words {
			if strings.Contains(s, w) {
				return ItsWords
			}
		}
	}
	if depth == deepest {
		return ""
	}
	for member := range members(body) {
		if found := t.in(member, depth+1); found != "" {
			return found
		}
	}
	return ""
}

// What can be found of a document.
const (
	TheFile  = "the file"
	ItsWords = "its words"
)

// members are the files in an archive.
func members(body []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		if z, err := gzip.NewReader(bytes.NewReader(body)); err == nil {
			inner, _ := io.ReadAll(io.LimitReader(z, largest)) // what came before an error counts
			yield(inner)
			return
		}
		if !bytes.HasPrefix(body, []byte("PK\x03\x04")) {
			return
		}
		z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			return
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				continue
			}
			inner, _ := io.ReadAll(io.LimitReader(r, largest))
			if !yield(inner) {
				return
			}
		}
	}
}

// plain is the text of an answer: JSON without its escapes, a page without its tags.
func plain(body []byte) string {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		var v any
		if json.Unmarshal(trimmed, &v) == nil {
			var b strings.Builder
			gather(v, &b)
			return b.String()
		}
	}
	if !bytes.ContainsRune(body, '<') {
		return string(body)
	}
	var b strings.Builder
	tag := false
	for _, r := range string(body) {
		switch {
		case r == '<':
			tag = true
		case r == '>':
			tag = false
		case !tag:
			b.WriteRune(r)
		}
	}
	// Attributes hold words too: a title, a description of a picture, a field that is filled in.
	return html.UnescapeString(b.String() + " " + string(body))
}

func gather(v any, b *strings.Builder) {
	switch v := v.(type) {
	case string:
		b.WriteString(v)
		b.WriteByte(' ')
	case []any:
		for _, x := range v {
			gather(x, b)
		}
	case map[string]any:
		for k, x := range v {
			b.WriteString(k)
			b.WriteByte(' ')
			gather(x, b)
		}
	}
}

// words are those of a text, in lower case, without what stands between them.
func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// letters is a text without anything but letters and digits, in lower case: what stands between words differs.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
