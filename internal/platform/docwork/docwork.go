package docwork

import (
	"context"
	"countersign/internal/kernel/area"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"sync"
	"time"
)

// Command is the hidden command of the program that is the child. Its one argument is the folder of compiled code.
const Command = "docwork"

// The limits of one file and of one question about it.
const (
	MaxFile   = 64 << 20 // bytes of a file that is read whole: everything but PDF, which is read in ranges
	maxText   = 8 << 20  // bytes of text
	timeLimit = 20 * time.Second
	memory    = 512 << 20 // bytes: beyond them Go's collector works harder
	memoryMax = 1 << 30   // bytes: beyond them the child dies
	MaxWidth  = 2400      // pixels of a page's width
)

// A Text is what a file says, paragraph by paragraph. Why tells in one sentence why there is none.
type Text struct {
	Paragraphs []string `json:"paragraphs"`
	Why        string   `json:"why"`
}

// A Source is a file to open: its bytes are asked for in ranges, while it is open.
type Source struct {
	Key   string // names the file: of one key only one child is running
	Name  string // of the file; a hint where the bytes do not tell what they are
	Size  int64
	Bytes func(ctx context.Context) (Bytes, error) // ctx ends when the file is closed
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
	Idle    time.Duration // after which an open file is closed; 0 is two minutes
}

// A Pool keeps the files that are open, each in a child of its own, and one child that waits for the next file.
type Pool struct {
	set Settings

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
	if s.Program == "" {
		program, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("docwork: %w", err)
		}
		s.Program = program
	}
	return &Pool{set: s, files: map[string]*File{}, verdicts: map[string]verdict{}, spare: make(chan *child, 1)}, nil
}

// Close ends every child, when the questions that are being answered are.
func (p *Pool) Close() {
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

// Warm starts a child that waits for the next file, so that its reader does not.
func (p *Pool) Warm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.spare) > 0 {
		return
	}
	p.work.Go(func() {
		c, err := p.start()
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
	pool *Pool
	src  Source
	turn chan struct{} // full while somebody asks; it guards what follows
	gone bool
	info Info
	*running

	used int64 // guarded by Pool.mu
	idle *time.Timer
}

// running is the child of an open file.
type running struct {
	*child
	bytes Bytes
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
		if len(p.files) >= p.set.Most {
			p.evict()
		}
		f = &File{pool: p, src: s, turn: make(chan struct{}, 1)}
		f.idle = time.AfterFunc(p.set.Idle, func() { p.drop(f) })
		p.files[s.Key] = f
	}
	f.idle.Reset(p.set.Idle)
	f.used = p.clock
	return f, nil
}

// evict closes the file that was used longest ago; mu is held.
func (p *Pool) evict() {
	var old *File
	for _, f := range p.files {
		if old == nil || f.used < old.used {
			old = f
		}
	}
	delete(p.files, old.src.Key)
	p.work.Go(old.shut)
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
		return nil
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
	c, err := f.pool.next()
	if err != nil {
		stop()
		return errors.Join(err, b.Close())
	}
	f.running, f.info = &running{c, b, stop}, Info{}
	err = f.ask("", askOpen, opening{f.src.Size, f.src.Name}, &f.info)
	if say, ok := errors.AsType[Sentence](err); ok {
		f.info = Info{Kind: "File", Why: string(say)}
		return nil
	}
	return err
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

func (f *File) ask(name string, kind byte, what, into any) error {
	body, err := f.answer(name, kind, what, result, nil)
	if err != nil {
		return err
	}
	if json.Unmarshal(body, into) != nil {
		return garbled
	}
	return nil
}

// answer puts one question to the child and brings it the ranges that it needs. A child that dies or takes too long has
// its question kept: it is not put to another child. name names the question.
func (f *File) answer(name string, kind byte, what any, expect byte, into []byte) ([]byte, error) {
	if why := f.pool.verdict(f.src.Key, name); why != "" {
		return nil, Sentence(why)
	}
	body, got, late, err := f.put(kind, what, into)
	if errors.Is(err, errGone) && kind != askOpen { // it died while nobody asked it: the question is not to blame
		f.end()
		body, got, late, err = f.put(kind, what, into)
	}
	switch {
	case err == nil && got == failed:
		return nil, Sentence(body)
	case err == nil && got == expect:
		return body, nil
	case errors.Is(err, errBytes), f.running == nil: // the store's fault, or the machine's, not the file's
		f.end()
		return nil, err
	}
	f.end()
	why := deadly
	switch {
	case late:
		why = tooLong
	case err == nil:
		why = garbled
	}
	f.pool.judge(f.src.Key, name, string(why))
	return nil, why
}

// put opens the file again if its child is gone, and puts the question in the time that there is for one.
func (f *File) put(kind byte, what any, into []byte) (body []byte, got byte, late bool, err error) {
	if f.running == nil {
		if err := f.open(); err != nil {
			return nil, 0, false, err
		}
		if f.running == nil {
			return []byte(f.info.Why), failed, false, nil
		}
	}
	alarm := time.AfterFunc(timeLimit, f.child.kill)
	body, got, err = f.exchange(kind, what, into)
	return body, got, !alarm.Stop(), err
}

var (
	errBytes = errors.New("docwork: the bytes of the file")
	errGone  = errors.New("docwork: the child is gone")
)

func (f *File) exchange(kind byte, what any, into []byte) (body []byte, got byte, err error) {
	if err := sendJSON(f.child.in, kind, what); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", errGone, err)
	}
	most := maxResult
	switch kind {
	case askPage:
		most = 9 + 4*(maxPixels+maxPixels/8)
	case askInner:
		most = MaxFile
	}
	var scratch []byte
	for {
		got, body, err := receive(f.child.out, most, into)
		if err != nil || got != need {
			return body, got, err
		}
		if len(body) != 12 {
			return nil, 0, fmt.Errorf("docwork: a need of %d bytes", len(body))
		}
		off, n := int64(binary.BigEndian.Uint64(body)), int(binary.BigEndian.Uint32(body[8:])) //nolint:gosec // checked below
		if off < 0 || off > f.src.Size || n > maxRange {
			return nil, 0, fmt.Errorf("docwork: %d bytes at %d are needed", n, off)
		}
		if cap(scratch) < n {
			scratch = make([]byte, max(n, 64<<10))
		}
		m, err := f.bytes.ReadAt(scratch[:n], off)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, fmt.Errorf("%w: %w", errBytes, err)
		}
		if err := send(f.child.in, given, scratch[:m]); err != nil {
			return nil, 0, err
		}
	}
}

// A verdict is why a question is not put to a child for now. It ends: a machine that is short of time or memory ends
// children too.
type verdict struct {
	why   string
	until time.Time
}

const verdictLasts = 10 * time.Minute

// mostVerdicts bounds what is remembered of files that end children; then it is all forgotten.
const mostVerdicts = 10_000

func (p *Pool) judge(key, question, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.verdicts) >= mostVerdicts {
		clear(p.verdicts)
	}
	p.verdicts[key+"\x00"+question] = verdict{why, time.Now().Add(verdictLasts)}
}

func (p *Pool) verdict(key, question string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.verdicts[key+"\x00"+question]
	if time.Now().After(v.until) {
		return ""
	}
	return v.why
}
