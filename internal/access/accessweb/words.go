package accessweb

import (
	"net/url"
	"strconv"
	"time"

	"countersign/internal/access"
	"countersign/internal/kernel/ident"
	"countersign/internal/ui"
)

func (p page) errorOf(field string) string {
	for _, e := range p.Errors {
		if e.Name == field {
			return e.Text
		}
	}
	return ""
}

// typed is the instant in the field: a refused one stays as it was typed.
func (p page) typed() string {
	if len(p.Errors) > 0 {
		return p.Typed
	}
	return p.At.In(p.Reader.Zone).Format(local)
}

// query carries the instant to the CSV.
func (p page) query() string {
	if p.Typed == "" || len(p.Errors) > 0 {
		return ""
	}
	return "?" + url.Values{"at": {p.Typed}}.Encode()
}

// lead is the answer in a sentence, before the instant.
func (p page) lead() string {
	n := p.Could()
	of := " of " + strconv.Itoa(len(p.Rows)) + " with a role could see it, "
	if p.ofDocument() {
		of = " of " + strconv.Itoa(len(p.Rows)) + " with a role could open it, "
	}
	return ui.Plural(n, "person", "people") + of
}

// day is an instant in the reader's zone, whole: it may lie years back.
func (p page) day(at time.Time) string { return at.In(p.Reader.Zone).Format("2 Jan 2006, 15:04 MST") }

func (p page) since(w access.Way) string {
	s := "since " + w.Since.In(p.Reader.Zone).Format("2 Jan 2006")
	if w.SetBy != "" {
		s += ", by " + w.SetBy
	}
	return s
}

func (p page) clock() string {
	if p.Typed == "" {
		return "This is now."
	}
	return "A minute is meant to its end."
}

// them is whom a matter is closed to: the firm itself has its own open.
func them(p page, x access.Row) string {
	if p.Firm {
		return x.OrgName
	}
	return "this person"
}

// mostShown bounds the rows of a preview.
const mostShown = 200

func shown(list []access.Sight) []access.Sight { return list[:min(len(list), mostShown)] }

// people counts the people of a list, each once.
func people(list []access.Sight) int {
	seen := map[ident.PersonID]bool{}
	for _, s := range list {
		seen[s.Person] = true
	}
	return len(seen)
}

func nothing(x whatIf) string {
	if x.Matters == 0 {
		return "No matter that you see is open to this provider."
	}
	return "Whom it concerns sees it already by another role, or will not until the matter is open to their organization."
}
