package docwork

import (
	"bytes"
	"fmt"
	"net/mail"
	"path"
	"regexp"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"golang.org/x/net/html"
)

// headerLine is how a message begins: a header of RFC 5322, or a line that a mailbox file puts before it.
var headerLine = regexp.MustCompile(`(?i)^(From |(Return-Path|Received|Message-ID|Date|From|To|Subject|MIME-Version|Delivered-To|X-[A-Za-z-]+|Content-Type|Reply-To|Sender):)`)

func isMail(data []byte, name string) bool {
	data = bytes.TrimLeft(data[:min(len(data), 4096)], "\r\n")
	if !headerLine.Match(data) {
		return false
	}
	if ext := strings.ToLower(path.Ext(name)); ext == ".eml" || ext == ".mht" || ext == ".mhtml" {
		return true
	}
	// Without the name three headers must agree: a letter too may begin with "From".
	n := 0
	for _, h := range []string{"\nfrom:", "\nto:", "\nsubject:", "\ndate:", "\nmessage-id:", "\nreceived:", "\nmime-version:"} {
		if bytes.Contains(append([]byte("\n"), bytes.ToLower(data)...), []byte(h)) {
			n++
		}
	}
	return n >= 3
}

var mailParser = enmime.NewParser(enmime.DisableTextConversion(true), enmime.SkipMalformedParts(true), enmime.MaxStoredPartErrors(10))

func openMail(data []byte) file {
	data = bytes.TrimLeft(data, "\r\n")
	if bytes.HasPrefix(data, []byte("From ")) { // the line before a message of a mailbox file, sometimes run together with its first header
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		if _, header, ok := bytes.Cut(line, []byte("Return-Path:")); ok {
			rest = append(append([]byte("Return-Path:"), header...), append([]byte("\n"), rest...)...)
		}
		data = rest
	}
	e, err := mailParser.ReadEnvelope(bytes.NewReader(data))
	if err != nil {
		return cannot("E-mail", "The message is broken and cannot be taken apart.")
	}
	blocks := []block{{text: clean(e.GetHeader("Subject")), style: heading}}
	if blocks[0].text == "" {
		blocks[0].text = "(no subject)"
	}
	for _, h := range []string{"From", "To", "Cc", "Bcc", "Date", "Message-ID"} {
		if v := clean(e.GetHeader(h)); v != "" {
			if at, err := mail.ParseDate(v); h == "Date" && err == nil {
				v += at.UTC().Format(" (2006-01-02 15:04 UTC)")
			}
			blocks = append(blocks, block{text: h + ": " + v})
		}
	}
	parts := append(append(append([]*enmime.Part{}, e.Attachments...), e.Inlines...), e.OtherParts...)
	if len(parts) > maxParts {
		return cannot("E-mail", "The message has more attachments than are shown here.")
	}
	var inside []Member
	for _, part := range parts {
		inside = append(inside, Member{Name: partName(part), SizeBytes: int64(len(part.Content))})
	}
	for i, m := range inside {
		blocks = append(blocks, block{text: fmt.Sprintf("Attachment %d: %s, %d bytes", i+1, m.Name, m.SizeBytes)})
	}
	blocks = append(blocks, block{})
	body := e.Text
	leaves := "Other headers are left out; attachments are files of their own."
	if strings.TrimSpace(body) == "" && e.HTML != "" {
		lines := htmlText([]byte(e.HTML))
		body = strings.Join(lines, "\n")
		leaves = "It was written in HTML: fonts, layout and pictures are left out, as are other headers; attachments are files of their own."
	}
	if len(body) > maxText {
		return cannot("E-mail", "The message holds more text than is shown here.")
	}
	for line := range strings.Lines(body) {
		blocks = append(blocks, block{text: strings.TrimRight(clean(line), " ")})
	}
	f := layOut("E-mail", leaves, blocks)
	if s, ok := f.(*sheets); ok {
		s.says.Children, s.inside = inside, func(i int) ([]byte, error) { return parts[i].Content, nil }
	}
	return f
}

// partName is what an attachment is called. A message that was attached has no name of its own, but for its kind.
func partName(part *enmime.Part) string {
	switch name := cut(clean(part.FileName)); {
	case name != "":
		return name
	case part.ContentType == "message/rfc822":
		return "Attached message.eml"
	}
	return "part of type " + cut(clean(part.ContentType))
}

func isHTML(data []byte, name string) bool {
	head := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(data[:min(len(data), 1024)], []byte("\xef\xbb\xbf"))))
	ext := strings.ToLower(path.Ext(name))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html")) ||
		(ext == ".html" || ext == ".htm") && bytes.Contains(head, []byte("<"))
}

func openHTML(data []byte) file {
	text, ok := decode(data)
	if !ok {
		return cannot("Web page", "The page is in no encoding of text that can be read.")
	}
	lines := htmlText([]byte(text))
	blocks := make([]block, len(lines))
	for i, l := range lines {
		blocks[i].text = l
	}
	return layOut("Web page", "Nothing was run and nothing fetched: scripts, pictures, layout and links are left out.", blocks)
}

// htmlText is the words of a page, paragraph by paragraph. Nothing is run and nothing fetched.
func htmlText(data []byte) (lines []string) {
	z := html.NewTokenizer(bytes.NewReader(data))
	z.SetMaxBuf(maxText)
	var line strings.Builder
	skip, size := 0, 0
	end := func() {
		if t := strings.Join(strings.Fields(clean(line.String())), " "); t != "" {
			lines = append(lines, t)
		}
		line.Reset()
	}
	for {
		switch z.Next() {
		case html.ErrorToken:
			end()
			return lines
		case html.TextToken:
			if skip == 0 {
				t := z.Text()
				if size += len(t); size > maxText {
					end()
					return lines
				}
				line.Write(t[:len(t):len(t)])
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "script", "style", "template":
				skip++
			case "td", "th":
				line.WriteString("  ")
			case "p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "section", "article", "pre", "hr":
				end()
			}
		case html.SelfClosingTagToken:
			if name, _ := z.TagName(); string(name) == "br" || string(name) == "hr" {
				end()
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "script", "style", "template":
				skip = max(0, skip-1)
			case "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "section", "article", "pre":
				end()
			}
		}
	}
}
