package docwork

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"unicode"
)

// court are PDFs of courts in the corpus of real files, which lies beside the project and is never part of it.
var court = []string{"recap_documents/ca9_19.pdf", "recap_documents/ca7_3.pdf", "recap_documents/ca5_00516242060.pdf", "recap_documents/ca1_00117684624.pdf", "missouri.pdf"}

// The text of real court papers is what poppler makes of it, within 2 % of the letters and digits.
func TestTextBesidePoppler(t *testing.T) {
	pdftotext := os.Getenv("COUNTERSIGN_PDFTOTEXT")
	if pdftotext == "" {
		t.Skip("COUNTERSIGN_PDFTOTEXT is not set: scripts/poppler.sh sets it")
	}
	dir := os.Getenv("COUNTERSIGN_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the corpus of real files is not at %s", dir)
		}
		t.Skipf("the corpus of real files is not at %s: set COUNTERSIGN_CORPUS", dir)
	}
	p := pool(t, Settings{})
	for _, name := range court {
		name = filepath.Join(dir, "court", "doctor", name)
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		own := ""
		src := Source{Key: name, Name: filepath.Base(name), Size: info.Size(), Bytes: func(context.Context) (Bytes, error) { return os.Open(name) }}
		if err := p.Do(t.Context(), src, func(f *File) error {
			for n := range f.Info().Pages {
				text, err := f.Text(n, nil)
				if err != nil {
					return err
				}
				own += text
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		theirs, err := exec.CommandContext(t.Context(), pdftotext, name, "-").Output() //nolint:gosec // the peer, on the corpus
		if err != nil {
			t.Fatal(err)
		}
		same, most := inBoth(own, string(theirs))
		if most < 500 || float64(same) < 0.98*float64(most) {
			t.Errorf("%s: of %d letters and digits %d are in both texts", filepath.Base(name), most, same)
		}
	}
}

// inBoth counts the letters and digits that two texts have in common, whatever their order, and those of the longer one.
func inBoth(a, b string) (same, most int) {
	count := map[rune]int{}
	na, nb := 0, 0
	for _, r := range a {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			count[r]++
			na++
		}
	}
	for _, r := range b {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if nb++; count[r] > 0 {
				count[r]--
				same++
			}
		}
	}
	return same, max(na, nb)
}
