package paper

import (
	"fmt"
	"strings"
)

// item is a block broken down to what every renderer can set: one paragraph of
// a style, a table, or the end of a page. It keeps the renderers alike.
type item struct {
	style style
	label string // "12." of a numbered paragraph, "Date:" of a header line
	text  string
	table *Table
	page  *TranscriptPage
	end   bool // end of page
}

type style int

const (
	body style = iota
	title
	heading
	quote
	numbered
	centered
	court
	house
	plainLine
	headLine
	rule
)

// flow breaks a document down.
func flow(d Doc) []item {
	var out []item
	n := 0
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case Heading:
			s := heading
			if b.Level == 1 {
				s = title
			}
			out = append(out, item{style: s, text: b.Text})
		case Para:
			out = append(out, item{text: b.Text})
		case Quote:
			out = append(out, item{style: quote, text: b.Text})
		case Numbered:
			n++
			out = append(out, item{style: numbered, label: fmt.Sprintf("%d.", n), text: b.Text})
		case Table:
			out = append(out, item{table: &b})
		case PageBreak:
			out = append(out, item{end: true})
		case Testimony:
			for i, p := range b.Pages() {
				if i > 0 || len(out) > 0 {
					out = append(out, item{end: true})
				}
				out = append(out, item{page: &p})
			}
		case Caption:
			out = append(out, flowCaption(b)...)
		case Signature:
			out = append(out, flowSignature(b)...)
		case Letterhead:
			out = append(out, flowLetterhead(b)...)
		case MailHead:
			out = append(out, flowHead("From:", b.From, "To:", b.To, "Cc:", b.Cc,
				"Sent:", b.Sent.Format("Mon, 2 Jan 2006 15:04 -0700"), "Subject:", b.Subject)...)
		case MemoHead:
			out = append(out, item{style: title, text: "MEMORANDUM"})
			out = append(out, flowHead("TO:", b.To, "FROM:", b.From, "DATE:", b.Date, "RE:", b.Re)...)
		}
	}
	return out
}

func flowCaption(c Caption) []item {
	var out []item
	for _, l := range c.Court {
		out = append(out, item{style: court, text: strings.ToUpper(l)})
	}
	var left []string
	side := func(ps []Party) {
		for _, p := range ps {
			left = append(left, strings.ToUpper(p.Name)+",", "          "+p.Role+",")
		}
	}
	side(c.First)
	if len(c.Second) > 0 {
		left = append(left, "     v.")
		side(c.Second)
	}
	if n := len(left); n > 0 {
		left[n-1] = strings.TrimSuffix(left[n-1], ",") + "."
	}
	right := []string{"Case No. " + c.Number}
	if c.Judge != "" {
		right = append(right, "", c.Judge)
	}
	out = append(out, item{style: rule, table: &Table{
		Rows:   [][]string{{strings.Join(left, "\n"), strings.Join(right, "\n")}},
		Widths: []float64{0.55, 0.45},
	}})
	return append(out, item{style: title, text: c.Paper})
}

func flowSignature(s Signature) []item {
	var out []item
	if s.Date != "" {
		out = append(out, item{style: plainLine, text: "Dated: " + s.Date})
	}
	line := "______________________________"
	if s.Signed {
		line = "/s/ " + s.Name
	}
	out = append(out, item{style: plainLine, text: line}, item{style: plainLine, text: s.Name})
	for _, l := range s.Lines {
		out = append(out, item{style: plainLine, text: l})
	}
	return out
}

func flowLetterhead(l Letterhead) []item {
	var out []item
	for i, s := range l.From {
		st := centered
		if i == 0 {
			st = house
		}
		out = append(out, item{style: st, text: s})
	}
	out = append(out, item{style: rule}, item{text: l.Date})
	if l.Via != "" {
		out = append(out, item{text: l.Via})
	}
	for _, s := range l.To {
		out = append(out, item{style: plainLine, text: s})
	}
	return append(out, item{style: heading, text: "Re: " + l.Re})
}

func flowHead(pairs ...string) []item {
	var out []item
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, item{style: headLine, label: pairs[i], text: pairs[i+1]})
		}
	}
	return append(out, item{style: rule})
}
