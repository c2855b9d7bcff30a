package docwork

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// A locked PDF opens with its password: one that its source comes to know, or one that is tried.
func TestLocked(t *testing.T) {
	p := pool(t, Settings{})
	src := source("locked.pdf", madePDF(t, "open sesame", "A secret"))
	known := ""
	src.Password = func(context.Context) (string, error) { return known, nil }
	look := func() (info Info, text string) {
		t.Helper()
		err := p.Do(t.Context(), src, func(f *File) (err error) {
			if info = f.Info(); len(info.Pages) > 0 {
				text, err = f.Text(0, nil)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return info, text
	}
	if info, _ := look(); !info.Locked || len(info.Pages) != 0 || info.Why != "The PDF is locked with a password." {
		t.Errorf("without a password: %+v", info)
	}
	known = "open says me"
	if info, _ := look(); !info.Locked || info.Why != "The PDF is locked, and this password does not open it." {
		t.Errorf("with another password: %+v", info)
	}
	known = "open sesame"
	if info, text := look(); info.Locked || info.Why != "" || strings.TrimSpace(text) != "A secret" {
		t.Errorf("with its password: %+v, %q", info, text)
	}
	p.mu.Lock()
	f := p.files["locked.pdf"]
	p.mu.Unlock()
	f.child.kill() // the next child needs it too
	if _, text := look(); strings.TrimSpace(text) != "A secret" {
		t.Errorf("opened again it says %q", text)
	}

	src = source("tried.pdf", madePDF(t, "open sesame", "A secret"))
	err := p.Do(t.Context(), src, func(f *File) error {
		if say, ok := errors.AsType[Sentence](f.Unlock("wrong")); !ok || !strings.Contains(string(say), "does not open it") {
			t.Errorf("a wrong password: %q", say)
		}
		if err := f.Unlock("open sesame"); err != nil {
			t.Errorf("the right one: %v", err)
		}
		if !errors.Is(f.Unlock("open sesame"), ErrNotLocked) {
			t.Error("a file that is open was unlocked")
		}
		_, err := f.Text(0, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	src.Key, src.Password = "store", func(context.Context) (string, error) { return "", errors.New("no store") }
	if err := p.Do(t.Context(), src, func(*File) error { return nil }); err == nil {
		t.Error("a store that fails was taken for a file without a password")
	}
}
