package paper

import "strings"

// LinesPerPage is the reporters' usual page, which page:line cites rest on.
const LinesPerPage = 25

const transcriptWidth = 58 // characters of a line, without its number

// TranscriptPage is one page of testimony: exactly 25 lines, the last ones
// possibly empty.
type TranscriptPage struct {
	Number int
	Lines  [LinesPerPage]string
}

// Pages lays the testimony out, so that a cite such as 88:20 can be worked out
// from the same layout that is printed.
func (t Testimony) Pages() []TranscriptPage {
	var lines []string
	for _, u := range t.Turns {
		lead, hang := "          "+u.Mark+":  ", ""
		if u.Mark == "Q" || u.Mark == "A" {
			lead = "     " + u.Mark + "    "
		}
		lines = append(lines, wrap(lead+u.Text, hang, transcriptWidth)...)
	}
	var out []TranscriptPage
	for i := 0; i < len(lines); i += LinesPerPage {
		p := TranscriptPage{Number: t.First + i/LinesPerPage}
		copy(p.Lines[:], lines[i:min(i+LinesPerPage, len(lines))])
		out = append(out, p)
	}
	return out
}

// Find gives the page and line on which words begin; zero and zero when no one
// line holds them.
func (t Testimony) Find(words string) (page, line int) {
	for _, p := range t.Pages() {
		for i, l := range p.Lines {
			if strings.Contains(l, words) {
				return p.Number, i + 1
			}
		}
	}
	return 0, 0
}

// wrap breaks text at spaces into lines of at most width bytes, keeping the
// leading spaces of the first line.
func wrap(text, hang string, width int) []string {
	lead := text[:len(text)-len(strings.TrimLeft(text, " "))]
	var out []string
	line := lead
	empty := true
	rest := strings.TrimLeft(text, " ")
	for word := range strings.SplitSeq(rest, " ") {
		switch {
		case empty:
			line += word
		case len(line)+1+len(word) > width:
			out = append(out, line)
			line = hang + word
		default:
			line += " " + word
		}
		empty = false
	}
	return append(out, line)
}
