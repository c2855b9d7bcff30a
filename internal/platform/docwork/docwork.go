package docwork

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"countersign/internal/kernel/area"
)

// Command is the hidden command of the program that is the child. Its arguments are what it makes ready, and the folder of
// compiled code.
const Command = "docwork"

// What a child makes ready before it takes a file.
const (
	withPDF = "pdf"  // PDFium, whose start costs much of a second's work
	without = "rest" // nothing: PDF files are the only ones that need something
)

// The limits of one file and of one question about it.
const (
	MaxFile    = 64 << 20 // bytes of a file that is read whole: everything but PDF, which is read in ranges
	maxText    = 8 << 20  // bytes of text
	timeLimit  = 20 * time.Second
	memory     = 512 << 20 // bytes: beyond them Go's collector works harder
	memoryMax  = 1 << 30   // bytes: beyond them the child dies
	cpuSeconds = 600       // of processor time in all; what one question may take, the parent sees to
	MaxWidth   = 2400      // pixels of a page's width
)

// A Text is what a file says, paragraph by paragraph. Why tells in one sentence why there is none.
type Text struct {
	Paragraphs []string `json:"paragraphs"`
	Why        string   `json:"why"`
}

// A Source is a file to open: its bytes are asked for in ranges, while it is open.
type Source struct {
	Key   string // names the file: of one key only one child is running
	Group string // files of one group, a matter, may be read by one child, one after the other; "" shares with none
	Name  string // of the file; a hint where the bytes do not tell what they are
	Size  int64
	Bytes func(ctx context.Context) (Bytes, error) // ctx ends when the file is closed

	// Password is asked while the file is locked; nil, or "", when nobody knows it.
	Password func(ctx context.Context) (string, error)
}

// Bytes are those of a file.
type Bytes interface {
	io.ReaderAt
	io.Closer
}

// Settings of a Pool.
type Settings struct {
	Program string        // this program; "" is the running one
	Cache   string        // folder of compiled code, writable by this program alone; "" for none
	Most    int           // files that are open at once; 0 is 8
	Once    bool          // one file and no other: no child waits for the next
	Office  Office        // draws office documents; nil shows them as their text
	Idle    time.Duration // after which an open file is closed; 0 is two minutes
	Rest    time.Duration // after which an open file lends its child to another of its group; 0 is two seconds
}

// A Pool keeps the files that are open, and one child that waits for the next PDF. A child reads one file at a time, and the
// files of one group only.
type Pool struct {
	set  Settings
	ctx  context.Context // ends when the pool is closed: for what takes longer than a question
	stop context.CancelFunc

	mu       sync.Mutex
	closed   bool
	files    map[string]*File
	clock    int64              // counts uses: the file with the lowest count was used longest ago
	verdicts map[string]verdict // what ended a child, by file and question: it is not asked again for a while
	spare    chan *child        // holds at most one
	work     sync.WaitGroup     // what runs beside the callers
}

// NewPool returns a pool. It starts no child before the first file, or Warm.
func NewPool(s Settings) (*Pool, error) {
	if s.Most == 0 {
		s.Most = 8
	}
	if s.Idle == 0 {
		s.Idle = 2 * time.Minute
	}
	if s.Rest == 0 {
		s.Rest = 2 * time.Second
	}
	if s.Program == "" {
		program, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("docwork: %w", err)
		}
		s.Program = program
	}
	p := &Pool{set: s, files: map[string]*File{}, verdicts: map[string]verdict{}, spare: make(chan *child, 1)}
	p.ctx, p.stop = context.WithCancel(context.Background())
	return p, nil
}

// Close ends every child, when the questions that are being answered are.
func (p *Pool) Close() {
	p.stop()
	p.mu.Lock()
	p.closed = true
	files := p.files
	p.files = map[string]*File{}
	p.mu.Unlock()
	for _, f := range files {
		f.shut()
	}
	p.work.Wait()
	select {
	case c := <-p.spare:
		c.kill()
	default:
	}
}

// Warm starts a child that waits for the next PDF, so that its reader does not.
func (p *Pool) Warm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.set.Once || len(p.spare) > 0 {
		return
	}
	p.work.Go(func() {
		c, err := p.start(withPDF)
		if err != nil {
			return // the next file starts its own, and says what is wrong
		}
		select {
		case p.spare <- c:
		default:
			c.kill()
		}
	})
}

// A File is one that is open. Its child may die at any time: the next question starts another.
type File struct {
	pool  *Pool
	src   Source
	turn  chan struct{} // full while somebody asks; it guards what follows
	gone  bool
	info  Info
	tried string // the password that was tried last
	drawn []byte // the file as LibreOffice drew it, kept while the file is open
	alone bool   // a child that had read others died of it, or of them: it gets one of its own
	heir  *child // of a file of the same group that made room for this one; nil when there is none, or it is in use
	*running

	used int64     // guarded by Pool.mu
	last time.Time // of use, guarded by Pool.mu
	idle *time.Timer
}

// running is the child of an open file.
type running struct {
	*child
	bytes Bytes
	size  int64 // of bytes
	stop  context.CancelFunc
}

var errClosed = errors.New("docwork: closed")

// Do has ask put its questions to a file. The file is opened when it is not, or its child has died; one caller asks at a
// time. A file that cannot be shown is no error: its Info says why. An error of ask is returned as it is.
func (p *Pool) Do(ctx context.Context, s Source, ask func(*File) error) error {
	for {
		f, err := p.file(s)
		if err != nil {
			return err
		}
		select {
		case f.turn <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		if f.gone { // shut while this caller waited
			<-f.turn
			continue
		}
		err = f.open()
		if err == nil {
			err = ask(f)
		}
		<-f.turn
		return err
	}
}

// file finds the file of a key among the open ones, or makes room for it.
func (p *Pool) file(s Source) (*File, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	p.clock++
	f := p.files[s.Key]
	if f == nil {
		f = &File{pool: p, src: s, turn: make(chan struct{}, 1)}
		if len(p.files) >= p.set.Most {
			p.evict(f)
		}
		f.idle = time.AfterFunc(p.set.Idle, func() { p.drop(f) })
		p.files[s.Key] = f
	}
	f.idle.Reset(p.set.Idle)
	f.used, f.last = p.clock, time.Now()
	return f, nil
}

// evict closes the file that was used longest ago, of those that nobody asks, and leaves its child to one of the same
// group; mu is held.
func (p *Pool) evict(to *File) {
	all := slices.SortedFunc(maps.Values(p.files), func(a, b *File) int { return cmp.Compare(a.used, b.used) })
	for _, old := range all {
		if !old.free() {
			continue
		}
		old.gone = true
		old.idle.Stop()
		if to.heir = old.lend(to, false); to.heir == nil {
			p.work.Go(func() { old.end(); <-old.turn })
		} else {
			<-old.turn
		}
		delete(p.files, old.src.Key)
		return
	}
	delete(p.files, all[0].src.Key)
	p.work.Go(all[0].shut)
}

func (p *Pool) drop(f *File) {
	p.mu.Lock()
	if p.files[f.src.Key] == f {
		delete(p.files, f.src.Key)
	}
	p.mu.Unlock()
	f.shut()
}

// shut ends a file for good, once nobody asks it.
func (f *File) shut() {
	f.turn <- struct{}{}
	f.gone = true
	f.idle.Stop()
	f.end()
	<-f.turn
}

// end kills the child; the caller has the turn.
func (f *File) end() {
	if f.heir != nil {
		f.heir.kill()
		f.heir = nil
	}
	if r := f.running; r != nil {
		f.running = nil
		r.stop()
		r.child.kill()
		r.bytes.Close() //nolint:errcheck // it was only read
	}
}

// open has a child open the file, when none has it.
func (f *File) open() error {
	if f.running != nil {
		return f.unlockAgain()
	}
	if why := f.pool.verdict(f.src.Key, ""); why != "" {
		f.info = Info{Kind: "File", Why: why}
		return nil
	}
	ctx, stop := context.WithCancel(context.Background()) // it outlives the request that opens it
	b, err := f.src.Bytes(ctx)
	if err != nil {
		stop()
		return err
	}
	c, err := f.pool.childFor(f, b)
	if err != nil {
		stop()
		return errors.Join(err, b.Close())
	}
	f.running, f.info = &running{c, b, f.src.Size, stop}, Info{}
	f.tried = ""
	if err = f.begin(""); err == nil {
		err = f.unlockAgain()
	}
	if err != nil || f.pool.set.Office == nil || f.info.Office == "" {
		return err
	}
	return f.redraw()
}

// begin has the child open the file.
func (f *File) begin(password string) error {
	var info Info
	err := f.ask("", askOpen, opening{f.src.Size, f.src.Name, password}, &info)
	if say, ok := errors.AsType[Sentence](err); ok {
		info, err = Info{Kind: "File", Why: string(say)}, nil
	}
	f.info = info
	return err
}

// unlockAgain tries the password that the source knows by now, each once.
func (f *File) unlockAgain() error {
	if !f.info.Locked || f.src.Password == nil {
		return nil
	}
	password, err := f.src.Password(f.pool.ctx)
	if err != nil || password == "" || password == f.tried {
		return err
	}
	f.tried = password
	return f.begin(password)
}

// Unlock opens a locked file with its password. A Sentence tells that it is not the one, or that there is no lock.
func (f *File) Unlock(password string) error {
	if !f.info.Locked {
		return ErrNotLocked
	}
	f.tried = password
	if err := f.begin(password); err != nil {
		return err
	}
	if len(f.info.Pages) == 0 {
		return Sentence(f.info.Why)
	}
	return nil
}

// A Sentence is why a file, or a page of it, is not shown. It is meant for the reader.
type Sentence string

func (s Sentence) Error() string { return string(s) }

// What is said when a child ended instead of answering.
const (
	tooLong = Sentence("Reading it took too long and was stopped.")
	deadly  = Sentence("It could not be read: it is broken, or made to break what reads it.")
	garbled = Sentence("It could not be read: what reads it gave no answer that makes sense.")
)

// ErrNotLocked is what Unlock says of a file that is open.
const ErrNotLocked = Sentence("The file is not locked: it opens without a password, or its password is known already.")

// Info says what the file is.
func (f *File) Info() Info { return f.info }

// A Page is the pixels of a page as the child gave them: one byte (gray) or four (RGBA) for each. They are valid until
// Release.
type Page struct {
	Width, Height int
	Image         image.Image // *image.Gray or *image.RGBA
	buffer        *[]byte
}

// Release gives the pixels back.
func (p *Page) Release() { buffers.Put(p.buffer) }

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Draw returns page n (from 0), width pixels wide. A Sentence tells why there is none.
func (f *File) Draw(n, width int) (_ *Page, err error) {
	buffer := buffers.Get().(*[]byte)
	defer func() {
		if err != nil {
			buffers.Put(buffer)
		}
	}()
	body, err := f.answer(fmt.Sprint("page ", n), askPage, pageWanted{n, min(max(width, 16), MaxWidth)}, pixels, *buffer)
	if err != nil {
		return nil, err
	}
	*buffer = body[:cap(body)]
	const head = 9
	if len(body) < head {
		return nil, garbled
	}
	w, h, each := int(binary.BigEndian.Uint32(body)), int(binary.BigEndian.Uint32(body[4:])), int(body[8])
	if w < 1 || h < 1 || w > maxPixels || h > maxPixels || w*h > maxPixels+maxPixels/8 || len(body) != head+w*h*each {
		return nil, garbled
	}
	p := &Page{Width: w, Height: h, buffer: buffer}
	switch r := image.Rect(0, 0, w, h); each {
	case 1:
		p.Image = &image.Gray{Pix: body[head:], Stride: w, Rect: r}
	case 4:
		p.Image = &image.RGBA{Pix: body[head:], Stride: 4 * w, Rect: r}
	default:
		return nil, garbled
	}
	return p, nil
}

// Text returns the words of page n (from 0), or of a rectangle of it.
func (f *File) Text(n int, in *area.Area) (text string, err error) {
	err = f.ask(fmt.Sprint("text ", n), askText, textWanted{n, in}, &text)
	return text, err
}

// Find returns the pages that hold words, in order, at most 500.
func (f *File) Find(words string) (hits []Hit, err error) {
	err = f.ask("find", askFind, findWanted{words}, &hits)
	return hits, err
}

// Words returns the text of the whole file by its paragraphs.
func (f *File) Words() (t Text) {
	if err := f.ask("words", askWords, nil, &t); err != nil {
		t = Text{Why: err.Error()}
		if _, ok := errors.AsType[Sentence](err); !ok {
			t.Why = string(deadly)
		}
	}
	return t
}
