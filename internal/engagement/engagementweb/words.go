package engagementweb

import (
	"time"

	"countersign/internal/engagement"
	"countersign/internal/ui"
)

// zones are the reader's and the other side's.
type zones struct{ mine, other *time.Location }

func tone(l engagement.Light) ui.Tone {
	switch l {
	case engagement.Green:
		return ui.OK
	case engagement.Amber:
		return ui.Warn
	case engagement.Red:
		return ui.Bad
	}
	return ui.Plain
}

func glyph(l engagement.Light) ui.IconName {
	switch l {
	case engagement.Green:
		return ui.IconOK
	case engagement.Amber:
		return ui.IconWarn
	case engagement.Red:
		return ui.IconNo
	}
	return ui.IconNA
}

func word(l engagement.Light) string {
	switch l {
	case engagement.Green:
		return "Holds"
	case engagement.Amber:
		return "Needs care"
	case engagement.Red:
		return "Closed"
	}
	return "Not needed"
}

var phaseNames = map[engagement.Phase]string{
	engagement.Evaluation: "Evaluation", engagement.Pilot: "Pilot", engagement.Active: "Active",
	engagement.Suspended: "Suspended", engagement.Ended: "Ended",
}

func phaseLight(p engagement.Phase) engagement.Light {
	switch {
	case p.Releases():
		return engagement.Green
	case p == engagement.Evaluation:
		return engagement.Amber
	}
	return engagement.Red
}

// worst is the terms that do not hold, worst first, for the list: what needs someone comes before what is well.
func worst(terms []engagement.Term) []engagement.Term {
	var out []engagement.Term
	for _, l := range []engagement.Light{engagement.Red, engagement.Amber} {
		for _, t := range terms {
			if t.Light == l {
				out = append(out, t)
			}
		}
	}
	return out
}

func providerOptions(cs []engagement.Choice) []ui.Option {
	out := []ui.Option{{Value: "", Label: "Choose a provider"}}
	for _, c := range cs {
		out = append(out, ui.Option{Value: c.ID, Label: c.Name})
	}
	return out
}

func agreementOptions() []ui.Option {
	var out []ui.Option
	for _, k := range engagement.AgreementKinds {
		out = append(out, ui.Option{Value: k.Kind, Label: k.Name})
	}
	return out
}

func phaseOptions(ps []engagement.Phase) []ui.Option {
	var out []ui.Option
	for _, p := range ps {
		out = append(out, ui.Option{Value: string(p), Label: phaseNames[p]})
	}
	return out
}

// example is a clause that can be tried as it stands.
const example = `forbid (principal, action == Action::"task.release", resource)
when { resource.matter.data_class == "medicaid" };`
