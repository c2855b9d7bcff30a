package keys

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestMemoryKeeperConforms(t *testing.T) { conformKeeper(t, NewMemoryKeeper()) }

func TestFileKeeperConforms(t *testing.T) { conformKeeper(t, newFiles(t)) }

func newFiles(t *testing.T) *FileKeeper {
	t.Helper()
	k, err := NewFileKeeper(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// conformKeeper is what every Keeper must pass.
func conformKeeper(t *testing.T, k Keeper) {
	ctx := t.Context()
	if _, err := k.Wrap(ctx, "org-a", []byte("x"), nil); !errors.Is(err, ErrNoKey) {
		t.Errorf("wrap without a key: %v", err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := errors.Join(k.Provision(ctx, "org-a"), k.Provision(ctx, "org-b")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	w, err := k.Wrap(ctx, "org-a", []byte("data key"), []byte("here"))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Provision(ctx, "org-a"); err != nil {
		t.Fatal(err)
	}
	if p, err := k.Unwrap(ctx, "org-a", w, []byte("here")); err != nil || string(p) != "data key" {
		t.Errorf("%q, %v", p, err)
	}
	for _, c := range []struct{ key, aad string }{{"org-a", "there"}, {"org-b", "here"}, {"org-c", "here"}} {
		if p, err := k.Unwrap(ctx, c.key, w, []byte(c.aad)); err == nil || p != nil {
			t.Errorf("%v: %q, %v", c, p, err)
		}
	}
}

func TestKeyFiles(t *testing.T) {
	k := newFiles(t)
	if err := k.Provision(t.Context(), "org-a"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(k.dir, "org-a.key")
	text, err := os.ReadFile(path)
	if err != nil || len(text) != 65 || text[64] != '\n' {
		t.Fatalf("%d bytes, %v", len(text), err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if info, _ := os.Stat(k.dir); info.Mode().Perm() != 0o700 {
		t.Errorf("folder mode %v", info.Mode())
	}
	if all, _ := os.ReadDir(k.dir); len(all) != 1 {
		t.Errorf("left over: %v", all)
	}
	use := func() error { return second(k.Wrap(t.Context(), "org-a", []byte("x"), nil)) }
	for what, change := range map[string]func() error{
		"open to others": func() error { return os.Chmod(path, 0o644) },
		"not a key":      func() error { return os.WriteFile(path, []byte(strings.Repeat("z", 64)), 0o600) },
		"short":          func() error { return os.WriteFile(path, text[:40], 0o600) },
		"long":           func() error { return os.WriteFile(path, append(text, text...), 0o600) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if err := use(); err == nil || strings.Contains(err.Error(), "zz") {
			t.Errorf("%s: %v", what, err)
		}
		if err := errors.Join(os.WriteFile(path, text, 0o600), os.Chmod(path, 0o600), use()); err != nil {
			t.Fatalf("after %s: %v", what, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := use(); !errors.Is(err, ErrNoKey) {
		t.Errorf("a file taken away: %v", err)
	}
	for _, name := range []string{"", "../org-a", "org/a", "org.a", "ORG", strings.Repeat("a", 81)} {
		if err := k.Provision(t.Context(), name); err == nil {
			t.Errorf("%q is taken for a key's name", name)
		}
	}
}
