// Package parcel takes files out of ZIP archives, one at a time and within budgets.
//
// Owns: what an archive may hold, and the reasons why a file in it is not taken out.
//
// Invariants:
//   - nothing is unpacked but the file that is asked for, and nothing is written anywhere;
//   - a file is refused by what the archive says of it, and again by what comes out: never more than MaxBytes of it are held;
//   - an error is a sentence for the reader.
//
// Not here: what the files are (package docwork), attachments of messages (there too: the reader of mail unpacks them).
package parcel

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
)

// The budgets of an archive.
const (
	MaxBytes   = 64 << 20 // of one file, unpacked
	maxMembers = 10_000
	maxTimes   = 250      // a file may unpack to this many times its packed size
	freeBytes  = 16 << 20 // up to which the number of times does not count: a blank scan packs very small
)

// A Member is a file inside a file, as the outer one describes it.
type Member struct {
	Name      string `json:"name"`
	SizeBytes int64  `json:"size"`          // unpacked
	Why       string `json:"why,omitempty"` // one sentence: why it cannot be opened
}

// An Archive is a ZIP archive that is being read.
type Archive struct {
	Members []Member // in the order of its directory, folders left out
	files   []*zip.File
}

// The reasons why there is no archive, or no file of it.
var (
	ErrBroken    = errors.New("The archive is broken.")                            //nolint:staticcheck // a sentence for the reader
	ErrMany      = errors.New("The archive lists more files than are shown here.") //nolint:staticcheck // a sentence for the reader
	errNone      = errors.New("There is no such file in it.")                      //nolint:staticcheck // a sentence for the reader
	errTornOff   = errors.New("This file of the archive is broken.")               //nolint:staticcheck // a sentence for the reader
	errMoreComes = errors.New("More comes out of it than the archive says.")       //nolint:staticcheck // a sentence for the reader
)

// Open reads the directory of an archive of size bytes.
func Open(r io.ReaderAt, size int64) (*Archive, error) {
	z, err := zip.NewReader(r, size)
	switch {
	case err != nil && !errors.Is(err, zip.ErrInsecurePath): // names are shown, never followed
		return nil, ErrBroken
	case len(z.File) > maxMembers:
		return nil, ErrMany
	}
	a := &Archive{}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		a.Members = append(a.Members, Member{Name: f.Name, SizeBytes: int64(min(f.UncompressedSize64, 1<<62)), Why: refusal(f)}) //nolint:gosec // bounded
		a.files = append(a.files, f)
	}
	return a, nil
}

// refusal says by what the archive declares why a file is not unpacked.
func refusal(f *zip.File) string {
	const locked = 1 // APPNOTE.TXT 4.4.4, bit 0
	switch {
	case f.Flags&locked != 0:
		return "It is locked with a password."
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return "It is packed in a way that cannot be read here."
	case f.UncompressedSize64 > MaxBytes:
		return "It is larger than what is opened out of an archive (64 MB)."
	case f.UncompressedSize64 > freeBytes && f.UncompressedSize64/maxTimes > f.CompressedSize64:
		return "It unpacks to far more than it takes up, as an archive does that is made to break what reads it."
	}
	return ""
}

// Bytes unpacks file i of Members.
func (a *Archive) Bytes(i int) ([]byte, error) {
	if i < 0 || i >= len(a.files) {
		return nil, errNone
	}
	if why := a.Members[i].Why; why != "" {
		return nil, errors.New(why)
	}
	r, err := a.files[i].Open()
	if err != nil {
		return nil, errTornOff
	}
	defer r.Close() //nolint:errcheck // it is only read
	size := a.Members[i].SizeBytes
	out := bytes.NewBuffer(make([]byte, 0, min(size, 1<<20))) // it grows with what comes, not with what is said
	switch n, err := io.Copy(out, io.LimitReader(r, size+1)); {
	case n > size:
		return nil, errMoreComes
	case err != nil || n < size:
		return nil, errTornOff
	}
	return out.Bytes(), nil
}
