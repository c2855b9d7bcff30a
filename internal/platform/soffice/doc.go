// Package soffice has LibreOffice, where it is installed, draw office documents as PDF.
//
// Owns: finding the program, running it on one file, and what it may reach meanwhile.
//
// Invariants:
//   - it runs only where the kernel takes everything else from it: other folders, other machines, other programs' sockets,
//     and, where user namespaces are permitted, all sight of other processes; elsewhere there is no LibreOffice, since a document may name files of this machine to be shown in it;
//   - it sees one file in a folder of its own, in memory where the system has such folders, and a new profile each time:
//     nothing of a file, and no setting that a file may have changed, is there for the next;
//   - macros are not run and links are not followed;
//   - one runs at a time; what takes too long or too much memory is killed with all that it started;
//   - what comes back is bytes that nobody has looked at yet: a PDF only its reader can tell.
//
// Not here: what a file is, and who reads the PDF (package docwork).
package soffice

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"time"
)

// Command is the hidden command of this program that confines itself and becomes LibreOffice.
const Command = "become-soffice"

// Kinds are the file names' ends of what it draws.
var Kinds = []string{"docx", "xlsx", "pptx", "odt", "ods", "odp", "rtf", "doc", "xls", "ppt"}

// The limits of one file.
const (
	timeLimit = 45 * time.Second
	maxPDF    = 64 << 20 // bytes
)

// Why there is no PDF.
var (
	ErrTooLong = errors.New("soffice: it took too long")
	ErrFailed  = errors.New("soffice: it drew nothing")
)

// A Program is an installed LibreOffice.
type Program struct {
	path  string
	self  string        // this program
	limit time.Duration // for a file
	ways  []string      // how it is started: the first that is permitted
	turn  chan struct{} // full while it runs
}

// Find looks for LibreOffice: at path, or when that is empty as soffice or libreoffice where programs are. It is nil where
// there is none, where path is "none", and where the system cannot confine it.
//
// Errors: path names no program.
func Find(path string) (*Program, error) {
	if path == "none" {
		return nil, nil
	}
	names := []string{"soffice", "libreoffice"}
	if path != "" {
		names = []string{path}
	}
	for _, name := range names {
		at, err := exec.LookPath(name)
		if path != "" && err != nil {
			return nil, errors.New("soffice: " + path + " is not a program that can be run")
		}
		if err != nil || !available() {
			continue
		}
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		return &Program{path: at, self: self, limit: timeLimit, ways: []string{apart, beside}, turn: make(chan struct{}, 1)}, nil
	}
	return nil, nil
}

// Draws reports whether files of a kind can be drawn.
func Draws(kind string) bool { return slices.Contains(Kinds, kind) }
