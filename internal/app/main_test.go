package app

import (
	"os"
	"testing"

	"countersign/internal/platform/docwork"
	"countersign/internal/platform/soffice"
)

// The test's own program is the child that reads files, as the real one is.
func TestMain(m *testing.M) {
	soffice.BeChild()
	docwork.BeChild()
	os.Exit(m.Run())
}
