package table

import (
	"errors"
	"io"
	"strings"
	"testing"

	"countersign/internal/kernel/fault"
)

func TestRows(t *testing.T) {
	r, err := New(strings.NewReader("\uFEFFb, a ,c\r\n2,1,3\r\n\r\n,,\r\n5, 4 ,\"6,\n7\"\nshort,1\n8,\"9\"x,1\n11,10,\xff\n14,13,15\n"), "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			got = append(got, fault.Say(err))
			continue
		}
		got = append(got, row.Get("a")+row.Get("b")+row.Get("c")+row.Get("d"))
	}
	want := []string{"123", "456,\n7", "Line 7 has 2 cells where the header has 3.", "Line 8: the quotation marks do not match.", "Line 9 is not UTF-8.", "131415"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
}

func TestHeader(t *testing.T) {
	for in, want := range map[string]string{"": "empty", "a,a\n": "twice", "b\n": "no column a", "\"": "no header"} {
		if _, err := New(strings.NewReader(in), "a"); err == nil || !strings.Contains(fault.Say(err), want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}

// A quotation mark that never closes does not fill the memory.
func TestEndless(t *testing.T) {
	r, err := New(io.MultiReader(strings.NewReader("a\n\""), endless{}), "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); fault.KindOf(err) != fault.Conflict {
		t.Errorf("%v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func FuzzRows(f *testing.F) {
	f.Add("a,b\n1,2\n\"3\n")
	f.Fuzz(func(t *testing.T, in string) {
		r, err := New(strings.NewReader(in), "a")
		if err != nil {
			return
		}
		for range 10_000 {
			row, err := r.Next()
			if err != nil && fault.KindOf(err) != fault.Invalid {
				return
			}
			if err == nil && row.Line < 2 {
				t.Fatalf("line %d", row.Line)
			}
		}
		if len(in) < 10_000 {
			t.Fatal("more rows than bytes")
		}
	})
}
