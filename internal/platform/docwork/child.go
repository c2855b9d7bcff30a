package docwork

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"runtime/debug"

	"countersign/internal/platform/confine"
)

// BeChild makes this process a child if it was started as one; then it does not return. The program calls it first.
func BeChild() {
	if len(os.Args) != 4 || os.Args[1] != Command {
		return
	}
	if err := Child(os.Stdin, os.Stdout, os.Args[2], os.Args[3]); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// tidiness is how much garbage a child may hold, in percent of what it uses: there are many of them, and PDFium, which does most
// of the work, makes none.
const tidiness = 40

// Child is the whole life of the child: it readies what reads files, gives up what it can, says so, opens one file,
// answers questions about it, and ends with its input. what says what it readies.
func Child(in io.Reader, out io.Writer, what, cache string) error {
	debug.SetMemoryLimit(memory)
	debug.SetGCPercent(tidiness)
	var e *engine
	if what == withPDF {
		var err error
		if e, err = newEngine(cache); err != nil {
			e = nil // no WebAssembly on this machine: everything but PDF is shown
		}
		debug.FreeOSMemory() // what the start left behind: the child may wait for long, beside many others
	}
	if err := confine.All(confine.Limits{CPUSeconds: cpuSeconds, MemoryBytes: memoryMax, Files: 64}); err != nil {
		return err
	}
	return (&worker{engine: e, in: bufio.NewReaderSize(in, 64<<10), out: bufio.NewWriterSize(out, 64<<10)}).serve()
}

// A worker is the child's side of the pipe.
type worker struct {
	engine *engine
	in     *bufio.Reader
	out    *bufio.Writer
	bytes  *ranges
	file   file
}

func (w *worker) serve() error {
	if err := send(w.out, ready); err != nil {
		return err
	}
	for {
		if err := w.out.Flush(); err != nil {
			return err
		}
		kind, body, err := receive(w.in, 1<<20, nil)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := w.answer(kind, body); err != nil {
			return err
		}
	}
}

func (w *worker) answer(kind byte, body []byte) error {
	if kind == askOpen || kind == askDrawn && w.file != nil {
		return w.open(kind, body)
	}
	if w.file == nil {
		return errors.New("docwork: a question before there is a file")
	}
	var err error
	switch kind {
	case askPage:
		var q pageWanted
		if err := json.Unmarshal(body, &q); err != nil {
			return err
		}
		var m image.Image
		var done func()
		if m, done, err = w.file.draw(q.Page, q.Width); err == nil {
			defer done()
			return sendImage(w.out, m)
		}
	case askText:
		var q textWanted
		if err := json.Unmarshal(body, &q); err != nil {
			return err
		}
		var text string
		if q.In != nil {
			text, err = w.file.within(q.Page, *q.In)
		} else {
			text, err = w.file.text(q.Page)
		}
		if err == nil {
			return sendJSON(w.out, result, text)
		}
	case askFind:
		var q findWanted
		if err := json.Unmarshal(body, &q); err != nil {
			return err
		}
		var hits []Hit
		if hits, err = find(w.file, q.Words); err == nil {
			return sendJSON(w.out, result, hits)
		}
	case askWords:
		return sendJSON(w.out, result, words(w.file))
	case askInner:
		var q memberWanted
		if err := json.Unmarshal(body, &q); err != nil {
			return err
		}
		var b []byte
		if b, err = member(w.file, q.Member); err == nil {
			return send(w.out, inner, b)
		}
	default:
		return fmt.Errorf("docwork: a question %q", kind)
	}
	return send(w.out, failed, []byte(err.Error()))
}

// open opens the file, or what LibreOffice drew of it.
func (w *worker) open(kind byte, body []byte) error {
	var o opening
	if err := json.Unmarshal(body, &o); err != nil {
		return err
	}
	if kind == askOpen {
		if err := w.closeFile(); err != nil {
			return err
		}
	}
	w.bytes = &ranges{w: w, size: o.Size}
	if kind == askOpen {
		w.file = w.engine.openFile(w.bytes, o)
	} else {
		w.file = drawnBy(w.file, w.engine.openPDF(w.bytes, o))
	}
	return sendJSON(w.out, result, w.file.info())
}

// closeFile lets go of the file that was open, so that the next finds nothing of it.
func (w *worker) closeFile() (err error) {
	if f, ok := w.file.(io.Closer); ok {
		err = f.Close()
	}
	w.file, w.bytes = nil, nil
	return err
}

// words is the text of the whole file by its paragraphs.
func words(f file) Text {
	switch f := f.(type) {
	case *pdfFile:
		return f.words()
	case *drawn:
		return f.words()
	case *sheets:
		return f.words()
	case nothing:
		return Text{Why: f.Why}
	}
	return Text{Why: "A picture has no words that can be compared: look at both versions side by side."}
}

// sendImage sends the pixels of a page, gray ones as one byte each.
func sendImage(out io.Writer, m image.Image) error {
	var pix []byte
	each := 4
	switch x := m.(type) {
	case *image.Gray:
		pix, each = x.Pix, 1
	case *image.RGBA:
		pix = x.Pix
		if isGray(pix) {
			pix, each = gray(pix), 1
		}
	default:
		return fmt.Errorf("docwork: an image of type %T", m)
	}
	size := m.Bounds()
	var head [9]byte
	binary.BigEndian.PutUint32(head[:], uint32(size.Dx()))  //nolint:gosec // a page's size
	binary.BigEndian.PutUint32(head[4:], uint32(size.Dy())) //nolint:gosec // a page's size
	head[8] = byte(each)
	return send(out, pixels, head[:], pix[:size.Dx()*size.Dy()*each])
}

func isGray(rgba []byte) bool {
	for i := 0; i+3 < len(rgba); i += 4 {
		if rgba[i] != rgba[i+1] || rgba[i] != rgba[i+2] {
			return false
		}
	}
	return true
}

func gray(rgba []byte) []byte {
	out := make([]byte, len(rgba)/4)
	for i := range out {
		out[i] = rgba[4*i]
	}
	return out
}

// ranges reads the file through the parent, in blocks, and keeps a few of them: PDFium reads in small steps.
type ranges struct {
	w      *worker
	size   int64
	off    int64
	blocks map[int64][]byte
	order  []int64
}

const (
	blockBytes = 64 << 10
	mostBlocks = 64
)

func (r *ranges) Read(p []byte) (int, error) {
	n, err := r.ReadAt(p, r.off)
	r.off += int64(n)
	return n, err
}

func (r *ranges) Seek(off int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		off += r.off
	case io.SeekEnd:
		off += r.size
	}
	if off < 0 {
		return r.off, errors.New("docwork: a place before the beginning")
	}
	r.off = off
	return off, nil
}

func (r *ranges) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		at := off + int64(n)
		if at >= r.size {
			return n, io.EOF
		}
		b, err := r.block(at / blockBytes)
		if err != nil {
			return n, err
		}
		from := at % blockBytes
		if from >= int64(len(b)) {
			return n, io.ErrUnexpectedEOF
		}
		n += copy(p[n:], b[from:])
	}
	return n, nil
}

func (r *ranges) block(i int64) ([]byte, error) {
	if b, ok := r.blocks[i]; ok {
		return b, nil
	}
	var ask [12]byte
	binary.BigEndian.PutUint64(ask[:], uint64(i*blockBytes)) //nolint:gosec // not negative
	binary.BigEndian.PutUint32(ask[8:], uint32(min(blockBytes, r.size-i*blockBytes)))
	if err := send(r.w.out, need, ask[:]); err != nil {
		return nil, err
	}
	if err := r.w.out.Flush(); err != nil {
		return nil, err
	}
	kind, b, err := receive(r.w.in, maxRange, nil)
	if err != nil || kind != given {
		return nil, errors.Join(err, errors.New("docwork: no range came"))
	}
	if r.blocks == nil {
		r.blocks = map[int64][]byte{}
	}
	if len(r.order) >= mostBlocks {
		delete(r.blocks, r.order[0])
		r.order = r.order[1:]
	}
	r.blocks[i] = b
	r.order = append(r.order, i)
	return b, nil
}
