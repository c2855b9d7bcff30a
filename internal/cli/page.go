package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// A page is text for a terminal. What it is given was written by other people: characters that would steer the terminal
// or turn the direction of text are shown as a mark.
type page struct {
	out  bytes.Buffer
	rows []string // of the table that is open
}

func (p *page) line(format string, args ...any) {
	p.end()
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = plain(s)
		}
	}
	fmt.Fprintf(&p.out, format+"\n", args...)
}

// block is text of several lines, indented.
func (p *page) block(text string) {
	for l := range strings.Lines(text) {
		p.line("  %s", strings.TrimRight(l, "\r\n"))
	}
}

func (p *page) row(cells ...string) {
	for i, c := range cells {
		cells[i] = plain(c)
	}
	p.rows = append(p.rows, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
}

// field is a row of name and value; without a value it is left out.
func (p *page) field(name, value string) {
	if value != "" {
		p.row(name, value)
	}
}

func (p *page) end() {
	if len(p.rows) == 0 {
		return
	}
	t := tabwriter.NewWriter(&p.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(p.rows, "\n"))
	t.Flush() //nolint:errcheck // a buffer takes everything
	p.rows = nil
}

func (p *page) print(w io.Writer) error {
	p.end()
	_, err := w.Write(p.out.Bytes())
	return err
}

// plain makes s one line that only says what it says.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return '\uFFFD'
		}
		return r
	}, s)
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

func yes(b bool, word string) string {
	if b {
		return word
	}
	return ""
}
