package docwork

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"countersign/internal/kernel/area"
)

// A frame on the pipe between parent and child is one byte that says what it is, four bytes of length (big endian), and
// that many bytes. The child asks for ranges of the file while it works on what the parent asked of it.
const (
	askOpen  = 'o' // parent: an opening
	askDrawn = 'O' // parent: an opening, of a PDF that is the same file drawn by LibreOffice
	askPage  = 'p' // parent: a pageWanted
	askText  = 't' // parent: a textWanted
	askFind  = 'f' // parent: a findWanted
	askWords = 'w' // parent: nothing; the paragraphs of the whole file
	askInner = 'm' // parent: a memberWanted
	given    = 'd' // parent: the bytes that were needed

	ready  = 'R' // child: it has given up what it can, and waits
	need   = 'n' // child: 8 bytes of offset, 4 of length
	result = 'r' // child: JSON
	pixels = 'i' // child: 4 bytes of width, 4 of height, 1 of bytes per pixel, then the pixels
	inner  = 'b' // child: the bytes of a file inside, MaxFile at most
	failed = 'e' // child: one sentence
)

// The bounds of a frame, in bytes.
const (
	maxRange  = 1 << 20
	maxResult = maxText + 8<<20
	maxPixels = 16 << 20 // pixels of one page
)

func send(w io.Writer, kind byte, parts ...[]byte) error {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	head := [5]byte{kind}
	binary.BigEndian.PutUint32(head[1:], uint32(n)) //nolint:gosec // frames are bounded far below
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	for _, p := range parts {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return nil
}

func sendJSON(w io.Writer, kind byte, what any) error {
	b, err := json.Marshal(what)
	if err != nil {
		return err
	}
	return send(w, kind, b)
}

// receive reads one frame of at most most bytes. into is used for its bytes when they fit.
func receive(r io.Reader, most int, into []byte) (kind byte, body []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := int(binary.BigEndian.Uint32(head[1:]))
	if n > most {
		return 0, nil, fmt.Errorf("docwork: a frame of %d bytes", n)
	}
	if n > cap(into) {
		into = make([]byte, n)
	}
	_, err = io.ReadFull(r, into[:n])
	return head[0], into[:n], err
}

type opening struct {
	Size int64  `json:"size"`
	Name string `json:"name"` // a hint where bytes do not tell, such as .csv

	Password string `json:"password"` // of a locked file; "" for none
}

type pageWanted struct {
	Page  int `json:"page"`  // from 0
	Width int `json:"width"` // pixels
}

// textWanted asks for the text of a page, or of a rectangle of it.
type textWanted struct {
	Page int        `json:"page"`
	In   *area.Area `json:"in,omitempty"`
}

type memberWanted struct {
	Member int `json:"member"` // its place in Info.Children, from 0
}

type findWanted struct {
	Words string `json:"words"`
}
