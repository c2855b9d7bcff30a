package backup

import (
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"time"
)

const format = "countersign backup 1"

// The members of an archive.
const (
	headerName   = "header.json"
	rowsName     = "rows"
	blobPrefix   = "blobs/"
	manifestName = "manifest.json"
	sealName     = "seal"
)

// rowsBinding binds the sealed rows to their place.
const rowsBinding = "countersign backup rows"

// A Header is the first member, in the clear.
type Header struct {
	Format  string    `json:"format"`
	Schema  int64     `json:"schema"` // version of the database
	Program string    `json:"program"`
	Engine  string    `json:"engine"` // from which it was taken; it restores into either
	At      time.Time `json:"at"`     // of the snapshot, real time
	Key     string    `json:"key"`    // name of the key file that seals it
	Salt    []byte    `json:"salt"`
	Check   []byte    `json:"check"`
}

// A Sum is a member with its size and the SHA-256 of its bytes as they are in the archive.
type Sum struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// A Manifest says what an archive holds.
type Manifest struct {
	Tables  []TableCount `json:"tables"`
	Rows    Sum          `json:"rows"`
	Blobs   []Sum        `json:"blobs"`
	Missing []string     `json:"missing,omitempty"` // blobs that a version lists and the bucket did not have
}

// RowCount is the number of rows of all tables.
func (m Manifest) RowCount() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// BlobBytes is the size of all sealed documents.
func (m Manifest) BlobBytes() (n int64) {
	for _, b := range m.Blobs {
		n += b.Bytes
	}
	return n
}

// The faults of an archive, one sentence each.
var (
	ErrCut     = errors.New("the archive ends before its seal: it was cut short when it was copied")
	ErrDamaged = errors.New("the archive is damaged: its bytes are not those that were written")
	ErrFormat  = errors.New("this file is not a backup that this program knows")
	ErrKey     = errors.New("the key given is not the one that this archive was sealed with")
	ErrNewer   = errors.New("the archive was made by a newer release: restore it with that release or a later one")
)

// Progress is told how far a step is; total is 0 when it is not known.
type Progress func(step string, done, total int64)

// tarBlock is the unit of a tar file.
const tarBlock = 512

// lagging reads through, counts, and hashes all but the last block that was read: when the reader has just returned the
// header of a member, sum is over everything before that header.
type lagging struct {
	r    io.Reader
	h    hash.Hash
	held []byte
	n    int64
}

// Read implements io.Reader, and nothing more: a tar reader would seek past what must be hashed.
func (l *lagging) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.n += int64(n)
	if l.h != nil {
		l.held = append(l.held, p[:n]...)
		if over := len(l.held) - tarBlock; over > 0 {
			l.h.Write(l.held[:over])
			l.held = append(l.held[:0], l.held[over:]...)
		}
	}
	return n, err
}

// counting hashes and counts what passes.
type counting struct {
	w io.Writer
	h hash.Hash
	n int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.h.Write(p[:n])
	c.n += int64(n)
	return n, err
}

func (c *counting) sum(name string) Sum {
	return Sum{name, c.n, hex.EncodeToString(c.h.Sum(nil))}
}
