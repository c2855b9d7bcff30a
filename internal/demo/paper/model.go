package paper

import (
	"time"
)

// Kind decides the look of a whole document.
type Kind string

// The kinds of document.
const (
	Plain      Kind = "plain"      // contracts, minutes, records, statements
	Pleading   Kind = "pleading"   // numbered lines in the margin, double spaced
	Transcript Kind = "transcript" // 25 numbered lines a page
	Letter     Kind = "letter"
	Memo       Kind = "memo"
	Email      Kind = "email"
)

// Doc is one document. Date is written into the file as its creation date and
// must be set; the renderers never ask a clock.
type Doc struct {
	Title  string
	Kind   Kind
	Author string
	Date   time.Time
	Mark   string // confidentiality legend at the foot of each page; empty for none
	Blocks []Block
}

// Block is one element of a document, in reading order.
type Block interface{ block() }

// Heading is a heading; Level 1 is centred capitals, 2 is bold at the margin.
type Heading struct {
	Text  string
	Level int
}

// Para is a paragraph of running text.
type Para struct{ Text string }

// Quote is an indented paragraph: words taken from elsewhere.
type Quote struct{ Text string }

// Numbered is a paragraph with the next number of the document.
type Numbered struct{ Text string }

// Table is a ruled table. Widths are shares of the text width; nil means equal.
type Table struct {
	Head   []string
	Rows   [][]string
	Widths []float64
}

// Party is one side's line in a caption.
type Party struct{ Name, Role string }

// Caption is the head of a court paper.
type Caption struct {
	Court  []string // one line each, printed in capitals
	First  []Party  // above the "v."
	Second []Party  // below it; none for an "In re" caption
	Number string
	Judge  string
	Paper  string // the name of this paper, printed below the caption
}

// Signature is a signature block. Signed prints the conformed "/s/" line.
type Signature struct {
	Date   string
	Signed bool
	Name   string
	Lines  []string
}

// PageBreak starts a new page.
type PageBreak struct{}

// Letterhead opens a letter.
type Letterhead struct {
	From []string // first line is the name of the sender's house
	Date string
	Via  string
	To   []string
	Re   string
}

// MailHead opens an e-mail; addresses are written as in the message header.
type MailHead struct {
	From, To, Cc, Subject string
	Sent                  time.Time
}

// MemoHead opens a memorandum.
type MemoHead struct{ To, From, Date, Re string }

// Utterance is one turn of speech in a transcript. Mark is "Q", "A" or the
// speaker's name as a reporter prints it ("MR. HALE", "THE WITNESS").
type Utterance struct{ Mark, Text string }

// Testimony is a run of a transcript that begins at the top of page First.
type Testimony struct {
	First int
	Turns []Utterance
}

func (Heading) block()    {}
func (Para) block()       {}
func (Quote) block()      {}
func (Numbered) block()   {}
func (Table) block()      {}
func (Caption) block()    {}
func (Signature) block()  {}
func (PageBreak) block()  {}
func (Letterhead) block() {}
func (MailHead) block()   {}
func (MemoHead) block()   {}
func (Testimony) block()  {}
