package paper

import (
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
)

// TXT writes the document as plain UTF-8 text, lines of at most 78 characters.
func TXT(d Doc) []byte {
	var b strings.Builder
	for _, it := range flow(d) {
		writeText(&b, it)
	}
	return []byte(b.String())
}

func writeText(b *strings.Builder, it item) {
	switch {
	case it.end:
		b.WriteString("\f\n")
	case it.page != nil:
		fmt.Fprintf(b, "%70d\n", it.page.Number)
		for i, l := range it.page.Lines {
			fmt.Fprintf(b, "%4d  %s\n", i+1, l)
		}
	case it.table != nil:
		if len(it.table.Head) > 0 {
			b.WriteString(strings.Join(it.table.Head, " | ") + "\n")
		}
		for _, r := range it.table.Rows {
			b.WriteString(strings.Join(r, " | ") + "\n")
		}
		b.WriteString("\n")
	case it.style == rule:
		b.WriteString(strings.Repeat("-", 78) + "\n\n")
	default:
		text := it.text
		if it.label != "" {
			text = it.label + " " + text
		}
		for part := range strings.SplitSeq(text, "\n") {
			b.WriteString(strings.Join(wrap(part, "", 78), "\n") + "\n")
		}
		if it.style != plainLine && it.style != headLine {
			b.WriteString("\n")
		}
	}
}

// Attachment is a file carried by an e-mail.
type Attachment struct {
	Name, Type string // Type is a media type
	Bytes      []byte
}

// EML writes an e-mail message with CRLF lines. The document's first block must
// be its MailHead; the rest is the body. The message id comes from the sender
// and the instant, so it stays the same from run to run.
func EML(d Doc, files ...Attachment) ([]byte, error) {
	if len(d.Blocks) == 0 {
		return nil, fmt.Errorf("paper: e-mail %q is empty", d.Title)
	}
	h, ok := d.Blocks[0].(MailHead)
	if !ok {
		return nil, fmt.Errorf("paper: e-mail %q does not begin with its header", d.Title)
	}
	for _, v := range []string{h.From, h.To, h.Cc, h.Subject} {
		if strings.ContainsAny(v, "\r\n") {
			return nil, fmt.Errorf("paper: a header of e-mail %q has a line break", d.Title)
		}
	}
	var b strings.Builder
	_, domain, _ := strings.Cut(strings.TrimSuffix(h.From, ">"), "@")
	head := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	head("From", h.From)
	head("To", h.To)
	head("Cc", h.Cc)
	head("Date", h.Sent.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	head("Subject", mime.QEncoding.Encode("utf-8", h.Subject))
	head("Message-ID", fmt.Sprintf("<%d@%s>", h.Sent.UnixMicro(), domain))
	head("MIME-Version", "1.0")
	const boundary = "=_countersign_demo_part"
	if len(files) > 0 {
		head("Content-Type", `multipart/mixed; boundary="`+boundary+`"`)
		b.WriteString("\r\n--" + boundary + "\r\n")
	}
	text := d
	text.Blocks = d.Blocks[1:]
	part(&b, "text/plain; charset=utf-8", "", TXT(text))
	for _, f := range files {
		b.WriteString("--" + boundary + "\r\n")
		part(&b, f.Type, f.Name, f.Bytes)
	}
	if len(files) > 0 {
		b.WriteString("--" + boundary + "--\r\n")
	}
	return []byte(b.String()), nil
}

// part writes one MIME part in base64, which survives any relay unchanged.
func part(b *strings.Builder, media, name string, data []byte) {
	b.WriteString("Content-Type: " + media + "\r\nContent-Transfer-Encoding: base64\r\n")
	if name != "" {
		b.WriteString("Content-Disposition: " + mime.FormatMediaType("attachment", map[string]string{"filename": name}) + "\r\n")
	}
	b.WriteString("\r\n")
	code := base64.StdEncoding.EncodeToString(data)
	for len(code) > 76 {
		b.WriteString(code[:76] + "\r\n")
		code = code[76:]
	}
	b.WriteString(code + "\r\n")
}
