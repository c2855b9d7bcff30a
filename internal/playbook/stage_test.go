package playbook

import (
	"slices"
	"strings"
	"testing"

	"countersign/internal/kernel/fault"
)

func TestCheckStages(t *testing.T) {
	change := func(fn func(s []Stage) []Stage) []Stage { return fn(DefaultStages()) }
	at := func(i int, fn func(*Stage)) []Stage {
		return change(func(s []Stage) []Stage { fn(&s[i]); return s })
	}
	many := DefaultStages()
	for len(many) <= MaxStages {
		many = slices.Insert(many, 1, many[1])
	}
	for _, c := range []struct {
		name   string
		stages []Stage
		field  string // "" when the stages are good
	}{
		{"defaults", DefaultStages(), ""},
		{"no review at all", change(func(s []Stage) []Stage { return []Stage{s[0], s[3]} }), ""},
		{"reviews in another order", change(func(s []Stage) []Stage { s[1], s[2] = s[2], s[1]; return s }), ""},
		{"another name", at(1, func(s *Stage) { s.Name = "Gegenlesen" }), ""},
		{"one more review", change(func(s []Stage) []Stage {
			return slices.Insert(s, 2, Stage{Key: "cite", Name: "Cite check", Kind: Review, Role: RolePeer, BlindPercent: 100})
		}), ""},
		{"nothing", nil, "stages"},
		{"draft alone", DefaultStages()[:1], "stages"},
		{"no draft", DefaultStages()[1:], "stages"},
		{"no acceptance", DefaultStages()[:3], "stages"},
		{"draft not first", change(func(s []Stage) []Stage { s[0], s[1] = s[1], s[0]; return s }), "stages"},
		{"acceptance not last", change(func(s []Stage) []Stage { s[2], s[3] = s[3], s[2]; return s }), "stages"},
		{"two drafts", at(1, func(s *Stage) { s.Kind, s.Role, s.BlindPercent = Draft, RoleJunior, 0 }), "stages"},
		{"two acceptances", at(2, func(s *Stage) { s.Kind, s.Role = Acceptance, RoleAttorney }), "stages"},
		{"too many", many, "stages"},
		{"same key", at(2, func(s *Stage) { s.Key = "peer" }), "stage-2-key"},
		{"key with capitals", at(2, func(s *Stage) { s.Key = "Senior" }), "stage-2-key"},
		{"no name", at(1, func(s *Stage) { s.Name = " " }), "stage-1-name"},
		{"name of two lines", at(1, func(s *Stage) { s.Name = "a\nb" }), "stage-1-name"},
		{"long name", at(1, func(s *Stage) { s.Name = strings.Repeat("é", 61) }), "stage-1-name"},
		{"junior reviews", at(1, func(s *Stage) { s.Role = RoleJunior }), "stage-1-role"},
		{"attorney reviews before she accepts", at(2, func(s *Stage) { s.Role = RoleAttorney }), "stage-2-role"},
		{"partner drafts", at(0, func(s *Stage) { s.Role = "partner" }), "stage-0-role"},
		{"senior reviewer accepts", at(3, func(s *Stage) { s.Role = RoleSenior }), "stage-3-role"},
		{"blind draft", at(0, func(s *Stage) { s.BlindPercent = 1 }), "stage-0-blind"},
		{"blind beyond all", at(1, func(s *Stage) { s.BlindPercent = 101 }), "stage-1-blind"},
		{"unknown kind", at(1, func(s *Stage) { s.Kind = "audit" }), "stage-1-kind"},
	} {
		err := CheckStages(c.stages)
		if (err == nil) != (c.field == "") || fault.Field(err) != c.field {
			t.Errorf("%s: %v (field %q), want field %q", c.name, err, fault.Field(err), c.field)
		}
	}
}

func TestChangesSeesOrderAlone(t *testing.T) {
	a := Version{Stages: DefaultStages(), Body: Body{Steps: []string{"x", "y", "y"}}}
	b := a
	b.Body.Steps = []string{"y", "x", "y"}
	if got := Changes(a, b); len(got) != 1 || got[0].Part != "Steps" || !got[0].Moved {
		t.Errorf("%+v", got)
	}
	b.Body.Steps = []string{"x", "y"}
	if got := Changes(a, b); len(got) != 1 || !slices.Equal(got[0].Removed, []string{"y"}) || got[0].Moved {
		t.Errorf("%+v", got)
	}
	if got := Changes(a, a); got != nil {
		t.Errorf("%+v", got)
	}
}
