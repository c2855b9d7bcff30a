package ui

// Side is where a person or an organization stands.
type Side string

// The two sides of an engagement.
const (
	Onshore  Side = "onshore"  // the firm; square, petrol
	Offshore Side = "offshore" // the provider; round, plum
)

func (s Side) class() string {
	if s == Offshore {
		return "off"
	}
	return "on"
}

// Chrome is everything around the content of a page.
type Chrome struct {
	Title string // of the page; " · Countersign" is added in the browser's tab
	Side  Side   // the reader's own side; colours what can be acted on

	Theme   string // "light" or "dark"; "" follows the system
	Density string // "compact" or "roomy"; "" is regular
	KeysOff bool   // the person switched single-letter keys off (WCAG 2.1.4)

	Org    string // the organization the person acts for
	Person string // the person's full name; "" hides the person menu
	Nav    []NavSection

	Flash   *Flash   // one line about what just happened; nil for none
	Notices []Notice // newest unread notices, at most five, for the menu
	Unread  int      // unread notices in all
	Shift   *Shift   // the shift line above the page; nil for none
	Demo    *Demo    // the person switcher of the demonstration; nil elsewhere

	IdleSeconds int      // seconds without activity until the idle lock; 0 for none
	LiveTopics  []string // topics that the page listens to beyond those of its live parts
	CSS         []string // further style sheets, as addresses (see Asset)
	Scripts     []string // further modules, as addresses
	FindOff     bool     // nothing here is to be found by this reader
	Wide        bool     // the content may use the full width (boards, viewers)
}

// NavSection is one labelled list of the navigation.
type NavSection struct {
	Label string // "" for the first section
	Items []NavItem
}

// NavItem is one link of the navigation.
type NavItem struct {
	Label, Href string
	Icon        IconName
	Count       int // things waiting there; 0 shows nothing
	Current     bool
	Key         string // single letter after G that goes there ("h"); "" for none
}

// Notice is one line of the notices menu.
type Notice struct {
	Text, Href string
	Icon       IconName
}

// Flash tells what just happened. A form that posted well redirects to a page with Tone OK.
type Flash struct {
	Tone               Tone
	Text               string
	LinkText, LinkHref string // what can be done about it; "" for none
}

// Shift is the line with both clocks above a page.
type Shift struct {
	Now               Dual
	Say               string  // "Both on duty until 10:00 CST"
	OnFrom, OnUntil   float64 // onshore duty as parts of the day, 0 to 1, drawn as a bar
	OffFrom, OffUntil float64 // offshore duty, likewise
	At                float64 // the present instant, 0 to 1
}

// Demo is the person switcher: a post to /demo/as with the field "person".
type Demo struct {
	Casts   []DemoCast
	Current string // ID of the person acted as
}

// DemoCast is the people of one organization.
type DemoCast struct {
	Org    string
	People []DemoPerson
}

// DemoPerson is one person of the demonstration.
type DemoPerson struct{ ID, Name, Role string }

// Tone colours a badge or a notice. It never stands without a glyph and a word.
type Tone string

// The tones. The zero Tone is neutral.
const (
	Plain  Tone = ""
	OK     Tone = "ok"
	Warn   Tone = "warn"
	Bad    Tone = "bad"
	Info   Tone = "info"
	Accent Tone = "accent"
	Solid  Tone = "solid" // critical, filled
)

func (t Tone) icon() IconName {
	switch t {
	case OK:
		return IconOK
	case Warn, Bad, Solid:
		return IconWarn
	}
	return IconInfo
}

func (t Tone) notice() string {
	if t == Plain || t == Accent {
		return "info"
	}
	if t == Solid {
		return "bad"
	}
	return string(t)
}
