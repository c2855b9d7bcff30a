// Package confine takes from a process what reading an untrusted file needs not, for good.
//
// Owns: the limits of processes, Landlock rules and seccomp filters, and how a child is tied to its parent.
//
// Invariants:
//   - what was given up does not come back, whatever the process runs later;
//   - All leaves no file, no socket and no program; Folders leaves the folders that are named, and no way to another machine
//     or to another program's socket.
//
// Not here: what the processes do (packages docwork and soffice).
package confine

import "errors"

// Limits bound a process and, each for itself, the processes that it starts.
type Limits struct {
	CPUSeconds  uint64 // of processor time
	MemoryBytes uint64 // that it may write to and shares with nobody
	FileBytes   uint64 // of a file that it writes; 0 is none
	Files       uint64 // that are open at once
}

// A Folder is one that stays within reach, or a single file.
type Folder struct {
	Path  string
	Write bool // beside reading, and running the programs in it
	Meet  bool // only to make sockets in it, and to remove what is this user's
}

// ErrMissing means that this system cannot take the file system away from a program.
var ErrMissing = errors.New("confine: this system has no Landlock or no seccomp")
