package web

import (
	"countersign/internal/kernel/authz"
	"countersign/internal/ui"
)

// RuleLines shows rules that refuse as the design system shows them.
func RuleLines(rules []authz.Rule) []ui.RuleLine {
	out := make([]ui.RuleLine, len(rules))
	for i, r := range rules {
		name := r.Name
		if name == "" {
			name = r.ID
		}
		says := r.Say
		if r.Fix != "" {
			says += " " + r.Fix
		}
		out[i] = ui.RuleLine{Name: name, Says: says}
	}
	return out
}

func refusal(p ErrorPage) ui.RefusalProps {
	return ui.RefusalProps{Sentence: p.Say, Rules: RuleLines(p.Rules)}
}
