package testkit

import (
	"os"
	"path/filepath"
	"testing"

	"countersign/internal/platform/docwork"
)

// FilesCache is where tests keep the compiled code of the children, from one run to the next.
func FilesCache() string { return filepath.Join(os.TempDir(), "countersign-test-cache") }

// Files returns a pool whose children are the test's own program: its TestMain calls docwork.BeChild.
func Files(t testing.TB) *docwork.Pool {
	t.Helper()
	p, err := docwork.NewPool(docwork.Settings{Cache: FilesCache()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}
