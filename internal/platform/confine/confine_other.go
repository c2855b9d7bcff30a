//go:build !linux || !(amd64 || arm64)

package confine

import "os/exec"

// Bind ties nothing here.
func Bind(*exec.Cmd) {}

// Apart gives nothing here.
func Apart(*exec.Cmd) {}

// Mount cannot be done here.
func Mount(string, int64) error { return ErrMissing }

// KillGroup kills the child alone.
func KillGroup(cmd *exec.Cmd) { cmd.Process.Kill() } //nolint:errcheck // it may be dead already

// All has nothing to give up here: the process bounds of the parent are all there is.
func All(Limits) error { return nil }

// Folders cannot be done here.
func Folders(Limits, []Folder) error { return ErrMissing }

// Available reports that Folders cannot be done.
func Available() bool { return false }
