// Package redline compares two texts word by word.
//
// Owns: Compare, and the passages that it gives.
// Invariants: without its added words a comparison is the earlier text, without the removed ones the later.
// Not here: where texts come from (packages document and docwork).
package redline

import "znkr.io/diff"

// A Run is words that two versions share, or that one of them has alone.
type Run struct {
	Text string
	Op   Op
}

// A Op is what became of words.
type Op int

// Kept words stand in both versions, Added ones in the later alone, Removed ones in the earlier alone.
const (
	Kept Op = iota
	Added
	Removed
)

// A Passage is one paragraph of a comparison, or a run of paragraphs that are the same in both and are left out.
type Passage struct {
	Runs    []Run
	Skipped int // paragraphs left out here; 0 for a paragraph that is shown
}

// around is how many unchanged paragraphs are shown on either side of a change.
const around = 2

// Compare compares two texts paragraph by paragraph, and word by word where a paragraph was reworded. It returns nothing
// when they are the same.
func Compare(before, after []string) []Passage {
	var all []Passage
	var gone, come []string
	changed := false
	flush := func() {
		for i := range max(len(gone), len(come)) {
			switch {
			case i >= len(gone):
				all = append(all, Passage{Runs: []Run{{come[i], Added}}})
			case i >= len(come):
				all = append(all, Passage{Runs: []Run{{gone[i], Removed}}})
			default:
				all = append(all, reworded(gone[i], come[i])...)
			}
			changed = true
		}
		gone, come = nil, nil
	}
	for _, e := range diff.Edits(before, after) {
		switch e.Op {
		case diff.Delete:
			gone = append(gone, e.X)
		case diff.Insert:
			come = append(come, e.Y)
		default:
			flush()
			all = append(all, Passage{Runs: []Run{{e.X, Kept}}})
		}
	}
	flush()
	if !changed {
		return nil
	}
	return folded(all)
}

// reworded compares two paragraphs word by word; when they share less than a third they are two, not one reworded.
func reworded(before, after string) []Passage {
	edits := diff.Edits(words(before), words(after))
	kept := 0
	var runs []Run
	for _, e := range edits {
		op, word := Kept, e.X
		switch e.Op {
		case diff.Delete:
			op = Removed
		case diff.Insert:
			op, word = Added, e.Y
		default:
			kept += 2
		}
		if n := len(runs); n > 0 && runs[n-1].Op == op {
			runs[n-1].Text += word
		} else {
			runs = append(runs, Run{word, op})
		}
	}
	if kept*3 < len(edits) {
		return []Passage{{Runs: []Run{{before, Removed}}}, {Runs: []Run{{after, Added}}}}
	}
	return []Passage{{Runs: runs}}
}

// words cuts a paragraph before each word, so that the parts put together are the paragraph.
func words(s string) (out []string) {
	start := 0
	for i := 1; i < len(s); i++ {
		if s[i-1] == ' ' && s[i] != ' ' {
			out, start = append(out, s[start:i]), i
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

func (p Passage) same() bool { return len(p.Runs) == 1 && p.Runs[0].Op == Kept }

// folded leaves out what is the same far from any change, and empty paragraphs that say nothing.
func folded(all []Passage) (out []Passage) {
	near := make([]bool, len(all))
	for i, p := range all {
		if !p.same() {
			for k := max(0, i-around); k <= min(len(all)-1, i+around); k++ {
				near[k] = true
			}
		}
	}
	for i, p := range all {
		if near[i] {
			out = append(out, p)
			continue
		}
		if n := len(out); n > 0 && out[n-1].Skipped > 0 {
			out[n-1].Skipped++
		} else {
			out = append(out, Passage{Skipped: 1})
		}
	}
	return out
}
