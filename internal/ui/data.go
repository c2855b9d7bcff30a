package ui

// Crumb is one step of the way to a page; the last has no Href.
type Crumb struct{ Label, Href string }

// Column is the head of one column.
type Column struct {
	Label  string
	Number bool   // figures, aligned at the end
	Hidden bool   // the label is for screen readers alone (a column of buttons)
	Href   string // sorts by this column; "" for none
	Sorted string // "ascending" or "descending"; "" when the rows are not sorted by it
}

// PageLinks are the neighbours of a keyset page; "" for none.
type PageLinks struct {
	Say                  string // "50 of 1,204, newest first"
	NewestHref           string
	NewerHref, OlderHref string
}

// Tab is one page of several about the same thing.
type Tab struct {
	Label, Href string
	Count       int // -1 shows none
	Current     bool
}

// Fact is one line of Facts.
type Fact struct {
	Term, Value string
	Copy        bool // with a button that copies Value
	Href        string
}

// Figure is one number with its denominator or interval in Note.
type Figure struct {
	Label, Value, Note string
	Tone               Tone
}

// FixLink is a way out of a refusal.
type FixLink struct{ Label, Href string }

// RuleLine is one rule that decided, with what it says.
type RuleLine struct {
	Name, Href string
	Says       string
	Open       bool // the rule allowed; a refusal ends with one that did not
}

// RefusalProps say no: what, by which rules, and what would change it.
type RefusalProps struct {
	Sentence string // "You may not open the file itself."
	Rules    []RuleLine
	Fixes    []FixLink
	WhoCan   string // "Margaret Ansel can change it."
}

// ConfirmProps ask once more before an act that others see; it works without script.
type ConfirmProps struct {
	Label    string // of the button that opens
	Question string // "Return with 3 findings?"
	Says     string // "Asha Deshpande sees them at once."
	Verb     string // of the button that acts
	Action   string // address of the post
	Style    ButtonStyle
	Hidden   []HiddenField
}

// Segment is one run of words of a comparison.
type Segment struct {
	Text string
	Kind SegmentKind
}

// SegmentKind is what happened to a Segment.
type SegmentKind int

// Kinds of a Segment.
const (
	Same SegmentKind = iota
	Added
	Removed
)
