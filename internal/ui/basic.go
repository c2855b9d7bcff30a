package ui

import (
	"strconv"
	"strings"
)

// ButtonStyle is how loud a button is. One Primary on a page.
type ButtonStyle string

// The styles of a button. The zero style is the ordinary one.
const (
	Ordinary ButtonStyle = ""
	Primary  ButtonStyle = "primary"
	Quiet    ButtonStyle = "quiet"
	Danger   ButtonStyle = "danger"
	Destroy  ButtonStyle = "danger primary" // cannot be undone
)

// ButtonProps describe a button or a link that looks like one.
type ButtonProps struct {
	Label       string // the act: "Return", "Sign off 3 files"
	Style       ButtonStyle
	Icon        IconName
	IconOnly    bool // the label is for screen readers alone
	Small       bool
	Block       bool   // the full width
	Type        string // "submit" unless given
	Name, Value string // posted with the form
	ID          string // needed when Refused is set
	Opens       string // id of the dialog it opens
	Key         string // the key that does the same, shown beside
	Action      string // posts the form to this address in place of the form's own
	Refused     string // why the act would be refused now; the button stays and says so
}

func (b ButtonProps) kind() string {
	switch {
	case b.Type != "":
		return b.Type
	case b.Opens != "" || b.Refused != "":
		return "button"
	}
	return "submit"
}

// Person is a name with the side it stands on.
type Person struct {
	Name string
	Side Side
}

func (s Side) other() Side {
	if s == Offshore {
		return Onshore
	}
	return Offshore
}

func itoa(n int) string { return strconv.Itoa(n) }

// percent writes a part of the whole, 0 to 1, as an SVG length.
func percent(part float64) string {
	return strconv.FormatFloat(part*100, 'f', 2, 64) + "%"
}

func title(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
