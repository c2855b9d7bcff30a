package testkit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Vectors opens a file of checked cases: of the folder that VECTORS names, where a file that is missing is skipped by name, else of
// testdata.
func Vectors(t testing.TB, name string) *os.File {
	t.Helper()
	dir := os.Getenv("VECTORS")
	given := dir != ""
	if !given {
		dir = "testdata"
	}
	f, err := os.Open(filepath.Join(dir, name))
	if given && errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not in %s", name, dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
