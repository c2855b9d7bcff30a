package paper_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"io"
	"net/mail"
	"os/exec"
	"strings"
	"testing"
	"time"

	"countersign/internal/demo/paper"
)

func sample() paper.Doc {
	at := time.Date(2026, 4, 9, 15, 0, 0, 0, time.UTC)
	return paper.Doc{
		Title: "Order on motion to compel", Kind: paper.Pleading, Author: "Clerk", Date: at, Mark: "CONFIDENTIAL & SEALED",
		Blocks: []paper.Block{
			paper.Caption{Court: []string{"United States District Court"}, First: []paper.Party{{Name: "Ada Sample", Role: "Plaintiff"}},
				Second: []paper.Party{{Name: "Example <Co>", Role: "Defendant"}}, Number: "1:26-cv-00001", Judge: "Hon. A. Person", Paper: "ORDER"},
			paper.Heading{Text: "Background", Level: 2},
			paper.Para{Text: "The dispatcher kept a “delivery sheet” under § 4."},
			paper.Numbered{Text: "Firstly so."}, paper.Numbered{Text: "Secondly so."},
			paper.Quote{Text: "on demand and without charge"},
			paper.Table{Head: []string{"Date", "Event"}, Rows: [][]string{{"2 June", "Collision"}}},
			paper.PageBreak{},
			paper.Testimony{First: 87, Turns: []paper.Utterance{{Mark: "Q", Text: "Who assigned the route?"}, {Mark: "A", Text: "Mr. Voss did."}}},
			paper.Signature{Date: "April 9, 2026", Signed: true, Name: "A. Person", Lines: []string{"United States District Judge"}},
		},
	}
}

var words = []string{"ADA SAMPLE", "1:26-cv-00001", "Background", "delivery sheet", "Firstly", "without charge", "Collision",
	"Who assigned the route?", "Mr. Voss did.", "/s/ A. Person"}

func TestSameBytesEachTime(t *testing.T) {
	for name, render := range map[string]func() ([]byte, error){
		"pdf":  func() ([]byte, error) { return paper.PDF(sample()) },
		"docx": func() ([]byte, error) { return paper.DOCX(sample()) },
		"txt":  func() ([]byte, error) { return paper.TXT(sample()), nil },
	} {
		t.Run(name, func(t *testing.T) {
			var sums [2][32]byte
			for i := range sums {
				got, err := render()
				if err != nil {
					t.Fatal(err)
				}
				sums[i] = sha256.Sum256(got)
			}
			if sums[0] != sums[1] {
				t.Error("two renderings of one document differ")
			}
		})
	}
}

func TestPDFStructure(t *testing.T) {
	got, err := paper.PDF(sample())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(got, []byte("%PDF-")) || !bytes.Contains(got, []byte("%%EOF")) {
		t.Error("not a PDF from head to foot")
	}
	if n := bytes.Count(got, []byte("/Type /Page\n")); n < 2 {
		t.Errorf("%d pages, want at least 2", n)
	}
	if !bytes.Contains(got, []byte("D:20260409150000")) {
		t.Error("creation date is not the document's")
	}
}

func TestPDFWordsAreFoundBack(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed: only TestPDFStructure looked at the PDF")
	}
	pdf, err := paper.PDF(sample())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), tool, "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range words {
		if !strings.Contains(string(text), w) {
			t.Errorf("%q is not in the PDF", w)
		}
	}
}

func TestDOCXIsValidAndHoldsTheWords(t *testing.T) {
	got, err := paper.DOCX(sample())
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(got), int64(len(got)))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(r)
		for {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if c, ok := tok.(xml.CharData); ok && f.Name == "word/document.xml" {
				text.Write(c)
			}
		}
	}
	for _, w := range append(words, "EXAMPLE <CO>") {
		if !strings.Contains(text.String(), w) {
			t.Errorf("%q is not in the DOCX", w)
		}
	}
}

func TestTXTHoldsTheWords(t *testing.T) {
	for _, w := range append(words, "1. Firstly", "2. Secondly") {
		if !strings.Contains(string(paper.TXT(sample())), w) {
			t.Errorf("%q is not in the text", w)
		}
	}
}

func TestFindGivesPageAndLine(t *testing.T) {
	var turns []paper.Utterance
	for range 30 {
		turns = append(turns, paper.Utterance{Mark: "Q", Text: "And then?"})
	}
	turns = append(turns, paper.Utterance{Mark: "A", Text: "We left at noon."})
	page, line := paper.Testimony{First: 87, Turns: turns}.Find("left at noon")
	if page != 88 || line != 6 {
		t.Errorf("found at %d:%d, want 88:6", page, line)
	}
}

func TestEML(t *testing.T) {
	head := paper.MailHead{From: "Ada <ada@one.example>", To: "b@two.example", Subject: "Résumé of the call", Sent: time.Date(2026, 6, 2, 9, 0, 0, 0, time.UTC)}
	d := paper.Doc{Title: "mail", Kind: paper.Email, Blocks: []paper.Block{head, paper.Para{Text: "As agreed."}}}
	got, err := paper.EML(d, paper.Attachment{Name: "note.txt", Type: "text/plain", Bytes: []byte("hello")})
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(m.Header.Get("Content-Type"), "multipart/mixed") || !strings.HasSuffix(m.Header.Get("Message-ID"), "@one.example>") {
		t.Errorf("header is %v", m.Header)
	}
	head.Subject = "x\r\nBcc: c@three.example"
	d.Blocks[0] = head
	if _, err := paper.EML(d); err == nil {
		t.Error("a line break in a header was accepted")
	}
}
