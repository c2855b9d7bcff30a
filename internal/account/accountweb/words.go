package accountweb

import (
	"strings"

	"countersign/internal/account"
	"countersign/internal/ui"
)

// unset is what a list posts for "": a browser does not send a form with an empty choice in a required list.
const unset = "-"

func chosen(value string) string {
	if value == "" {
		return unset
	}
	return value
}

func posted(value string) string {
	if value == unset {
		return ""
	}
	return value
}

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// subtitle is the second line of a member: title and address.
func subtitle(m account.Member) string {
	if m.Title == "" {
		return m.Email
	}
	return m.Title + " · " + m.Email
}

// teamRoles names the roles that a person has on a matter.
func teamRoles(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = account.RoleName(id)
		if id == "team" {
			names[i] = "On the team"
		}
	}
	return strings.Join(names, ", ")
}

func firmOptions(firms []account.Org) []ui.Option {
	out := []ui.Option{{Value: unset, Label: "Every firm of the provider"}}
	for _, f := range firms {
		out = append(out, ui.Option{Value: string(f.ID), Label: "Only " + f.Name})
	}
	return out
}
