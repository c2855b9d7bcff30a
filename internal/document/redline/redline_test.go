package redline

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func side(p Passage, leave Op) (text string, there bool) {
	for _, r := range p.Runs {
		if r.Op != leave {
			text, there = text+r.Text, true
		}
	}
	return text, there || len(p.Runs) == 0
}

// Without the added words a comparison is the earlier text, without the removed ones the later, whatever was changed.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		paragraph := rapid.StringMatching(`(a |b |the |court |finds |  ){0,6}`)
		before := rapid.SliceOfN(paragraph, 0, 12).Draw(t, "before")
		after := slices.Clone(before)
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			at := rapid.IntRange(0, len(after)).Draw(t, "at")
			if at < len(after) && rapid.Bool().Draw(t, "drop") {
				after = slices.Delete(after, at, at+1)
			} else {
				after = slices.Insert(after, at, paragraph.Draw(t, "new"))
			}
		}
		passages := Compare(before, after)
		if slices.Equal(before, after) != (passages == nil) {
			t.Fatalf("%q and %q: %v", before, after, passages)
		}
		if passages == nil {
			return
		}
		var was, is []string
		for _, p := range passages {
			for range p.Skipped { // the same in both: it stands where the earlier text goes on
				was, is = append(was, before[len(was)]), append(is, before[len(was)])
			}
			if text, there := side(p, Added); there && p.Skipped == 0 {
				was = append(was, text)
			}
			if text, there := side(p, Removed); there && p.Skipped == 0 {
				is = append(is, text)
			}
		}
		if !slices.Equal(was, before) || !slices.Equal(is, after) {
			t.Fatalf("%q and %q come back as %q and %q", before, after, was, is)
		}
	})
}

func TestCompare(t *testing.T) {
	before := []string{"Caption", "One", "Two", "Three", "The court of Indiana finds for the plaintiff.", "Four", "Five", "Six", "End"}
	after := slices.Clone(before)
	after[4] = "The court of Illinois finds for the plaintiff."
	after = append(after, "A new end")
	var out []string
	for _, p := range Compare(before, after) {
		line := strings.Repeat(".", p.Skipped)
		for _, r := range p.Runs {
			line += []string{"", "+", "-"}[r.Op] + "[" + r.Text + "]"
		}
		out = append(out, line)
	}
	want := "..|[Two]|[Three]|[The court of ]-[Indiana ]+[Illinois ][finds for the plaintiff.]|[Four]|[Five]|[Six]|[End]|+[A new end]"
	if got := strings.Join(out, "|"); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := Compare([]string{"Not a word of it"}, []string{"Everything else instead"}); len(got) != 2 {
		t.Errorf("two paragraphs with nothing in common are put into one: %v", got)
	}
}
