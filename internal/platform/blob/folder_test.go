package blob

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"countersign/internal/kernel/fault"
)

// files lists the files under a folder.
func files(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFullDiskLeavesNothing(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full")
	}
	dir := t.TempDir()
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	f.open = func(path string) (*os.File, error) { // the name is made; its bytes find no room
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			return nil, err
		}
		return os.OpenFile("/dev/full", os.O_WRONLY, 0)
	}
	for _, n := range []int{0, 10, 3 * segmentBytes} {
		_, err = (&Store{f}).Put(t.Context(), testKey, "v1", bytes.NewReader(noise(n)))
		if fault.Say(err) != "The disk is full: nothing was stored." || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%d bytes: %v", n, err)
		}
		if left := files(t, dir); len(left) > 0 {
			t.Errorf("%d bytes: left %v", n, left)
		}
	}
}

func TestNoRoomForTheName(t *testing.T) {
	f, err := openFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f.open = func(path string) (*os.File, error) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.EDQUOT}
	}
	_, err = (&Store{f}).Put(t.Context(), testKey, "v1", bytes.NewReader(nil))
	if !errors.Is(err, errFull) {
		t.Error(err)
	}
}

func TestFailedPutsLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), "file://"+dir)
	if err != nil {
		t.Fatal(err)
	}
	conformBroken(t, s)
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	st := put(t, s, noise(10))
	if got := files(t, dir); len(got) != 1 || got[0] != filepath.Join(dir, st.Name[:2], st.Name[2:]) {
		t.Errorf("stored as %v", got)
	}
	if info, _ := os.Stat(files(t, dir)[0]); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestReopenSweepsTheAbandoned(t *testing.T) {
	dir := t.TempDir()
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	old, young := filepath.Join(f.incoming(), "old"), filepath.Join(f.incoming(), "young")
	for _, p := range []string{old, young} {
		if err := os.WriteFile(p, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	line := time.Unix(1_700_000_000, 0)
	for p, at := range map[string]time.Time{old: line.Add(-time.Second), young: line.Add(time.Second)} {
		if err := os.Chtimes(p, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.sweep(line); err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); len(left) != 1 || left[0] != young {
		t.Errorf("left %v", left)
	}
}
