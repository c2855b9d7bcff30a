package ui

import "strings"

func joined(topics []string) string { return strings.Join(topics, ",") }

func upper(key string) string { return strings.ToUpper(key) }

func pressed(on bool) string {
	if on {
		return "true"
	}
	return "false"
}

// short keeps the bell's number to two figures; the full one is said beside it.
func short(n int) string {
	if n > 99 {
		return "99+"
	}
	return itoa(n)
}

func arrow(sorted string) string {
	switch sorted {
	case "ascending":
		return " ↑"
	case "descending":
		return " ↓"
	}
	return ""
}
