package docwork

import (
	"bytes"
	"context"
	"testing"
	"time"
)

// in is a source of a group.
func in(group, key string, data []byte) Source {
	s := source(key, data)
	s.Group = group
	return s
}

// pidOf reads a file and tells which process did.
func pidOf(t *testing.T, p *Pool, s Source, want string) (pid int) {
	t.Helper()
	err := p.Do(t.Context(), s, func(f *File) error {
		text, err := f.Text(0, nil)
		if text != want {
			t.Errorf("%s says %q, not %q", s.Key, text, want)
		}
		pid = f.cmd.Process.Pid
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// A child reads the files of one matter one after the other, and never one of another matter.
func TestAChildServesOneMatter(t *testing.T) {
	for name, s := range map[string]Settings{
		"an open file lends its child":  {Rest: time.Nanosecond},
		"a file makes room for another": {Rest: time.Hour, Most: 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := pool(t, s)
			one, two := in("m1", "one", []byte("The first.")), in("m1", "two", []byte("The second."))
			first := pidOf(t, p, one, "The first.")
			if pid := pidOf(t, p, two, "The second."); pid != first {
				t.Errorf("the second file of the matter has a child of its own")
			}
			if pid := pidOf(t, p, one, "The first."); pid != first {
				t.Errorf("the first file of the matter has another child now")
			}
			other := pidOf(t, p, in("m2", "three", []byte("Of another matter.")), "Of another matter.")
			alone := pidOf(t, p, in("", "four", []byte("Of no matter.")), "Of no matter.")
			more := pidOf(t, p, in("", "five", []byte("Of none, too.")), "Of none, too.")
			if other == first || alone == first || alone == other || more == alone {
				t.Errorf("one child read files of two matters: %d, %d, %d, %d", first, other, alone, more)
			}
		})
	}
}

// Files that are read at the same time have a child each.
func TestAFileInUseKeepsItsChild(t *testing.T) {
	p := pool(t, Settings{Rest: time.Hour})
	first := pidOf(t, p, in("m1", "one", []byte("The first.")), "The first.")
	if pid := pidOf(t, p, in("m1", "two", []byte("The second.")), "The second."); pid == first {
		t.Error("a file that was in use a moment ago lost its child")
	}
}

// dying are the bytes of a file that ends the child that asks for them.
type dying struct {
	*bytes.Reader
	kill func()
}

func (d dying) ReadAt(p []byte, off int64) (int, error) { d.kill(); return d.Reader.ReadAt(p, off) }
func (dying) Close() error                              { return nil }

// A child that read one file and dies of the next is no verdict on the next; a second that read nothing else is.
func TestADeathInALentChild(t *testing.T) {
	p := pool(t, Settings{Rest: time.Nanosecond})
	pidOf(t, p, in("m1", "one", []byte("The first.")), "The first.")
	starts, deaths := 0, 1
	src := in("m1", "two", []byte("The second."))
	src.Bytes = func(context.Context) (Bytes, error) {
		starts++
		return dying{bytes.NewReader([]byte("The second.")), func() {
			if r := p.files["two"].running; r != nil && deaths > 0 { // not yet while the parent looks at the beginning
				deaths--
				r.kill()
			}
		}}, nil
	}
	ask := func(shown bool) {
		t.Helper()
		if err := p.Do(t.Context(), src, func(f *File) error {
			if len(f.Info().Pages) > 0 != shown {
				t.Errorf("after %d children: %+v", starts, f.Info())
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	ask(true)
	if starts != 2 {
		t.Errorf("%d children, want the lent one and a second", starts)
	}
	p.drop(p.files["two"])
	pidOf(t, p, in("m1", "one", []byte("The first.")), "The first.")
	starts, deaths = 0, 100
	ask(false)
	ask(false)
	if starts != 2 {
		t.Errorf("%d children, want the lent one and a second", starts)
	}
}
