package testkit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Vector returns the file of checked cases with the name: the test's own in testdata/, and in a subtest of its own that
// of the folder VECTORS, where that is set. A folder that lacks the file passes it over by name.
//
//	testkit.Vector(t, "deadlines.csv", func(t *testing.T, data []byte) { … })
func Vector(t *testing.T, name string, check func(t *testing.T, data []byte)) {
	t.Helper()
	folders := map[string]string{"own": "testdata"}
	if dir := os.Getenv("VECTORS"); dir != "" {
		folders["VECTORS"] = dir
	}
	for who, dir := range folders {
		t.Run(who, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if errors.Is(err, fs.ErrNotExist) && who == "VECTORS" {
				t.Skipf("%s has no %s", dir, name)
			}
			if err != nil {
				t.Fatal(err)
			}
			check(t, data)
		})
	}
}
