package docwork

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"

	"countersign/internal/platform/confine"
)

// A child is a process that has given up what it can and waits for a file.
type child struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	pdf   bool // it has PDFium ready
	files int  // that it was given so far
	once  sync.Once
}

// mostFiles is how many files a child reads before another takes its place: what it holds of old ones never becomes much.
const mostFiles = 100

// childFor gives a child for a file. To choose one the parent looks whether the beginning could be that of a PDF, or of
// something that is to be drawn as one; a child that has no PDFium ready is never given one. What the file is, only the child finds out.
func (p *Pool) childFor(f *File, b io.ReaderAt) (c *child, err error) {
	head := make([]byte, min(f.src.Size, pdfWithin))
	if n, err := b.ReadAt(head, 0); n < len(head) {
		return nil, fmt.Errorf("%w: %w", errBytes, err)
	}
	pdf := bytes.Contains(head, pdfHeader) || p.set.Office != nil && mayBeOffice(head)
	if c = p.lent(f, pdf); c == nil && !pdf {
		c, err = p.start(without)
	} else if c == nil {
		defer p.Warm()
		select {
		case c = <-p.spare:
		default:
			c, err = p.start(withPDF)
		}
	}
	if err == nil {
		c.files++
	}
	return c, err
}

// lent is the child of another file of the group, the one that was used longest ago, when nobody asked it for a while. The
// other file stays open, and finds a child for its next question in the same way; nil when there is none to lend.
func (p *Pool) lent(to *File, pdf bool) *child {
	if c := to.heir; c != nil {
		to.heir = nil
		if (c.pdf || !pdf) && !to.alone {
			return c
		}
		c.kill()
	}
	if to.src.Group == "" || to.alone {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range slices.SortedFunc(maps.Values(p.files), func(a, b *File) int { return cmp.Compare(a.used, b.used) }) {
		if f == to || time.Since(f.last) < p.set.Rest || !f.free() {
			continue
		}
		c := f.lend(to, pdf)
		<-f.turn
		if c != nil {
			return c
		}
	}
	return nil
}

// free takes the turn of a file that nobody asks; it does not wait.
func (f *File) free() bool {
	select {
	case f.turn <- struct{}{}:
		return true
	default:
		return false
	}
}

// lend takes the child from a file for another of its group; nil when it may not, or cannot, serve that one. The caller has the turn.
func (f *File) lend(to *File, pdf bool) *child {
	r := f.running
	if r == nil || to.src.Group == "" || f.src.Group != to.src.Group || f.alone || r.files >= mostFiles || pdf && !r.pdf {
		return nil
	}
	f.running = nil
	r.stop()
	r.bytes.Close() //nolint:errcheck // it was only read
	return r.child
}

func (p *Pool) start(what string) (*child, error) {
	cmd := exec.Command(p.set.Program, Command, what, p.set.Cache) //nolint:gosec // the running program itself
	cmd.Env, cmd.Dir = []string{}, os.TempDir()
	confine.Bind(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("docwork: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("docwork: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("docwork: %w", err)
	}
	c := &child{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 64<<10), pdf: what == withPDF}
	alarm := time.AfterFunc(time.Minute, c.kill) // the first time the code is compiled
	defer alarm.Stop()
	if kind, _, err := receive(c.out, 0, nil); err != nil || kind != ready {
		c.kill()
		return nil, fmt.Errorf("docwork: the child did not start: %w", errors.Join(err, errNotReady))
	}
	return c, nil
}

var errNotReady = errors.New("it sent no word that it is ready")

// kill ends the process. It may be called more than once, and while the child is asked.
func (c *child) kill() {
	c.once.Do(func() {
		c.cmd.Process.Kill() //nolint:errcheck // it may be dead already
		c.in.Close()         //nolint:errcheck // nothing more is said
		c.cmd.Wait()         //nolint:errcheck // how it ended does not matter
	})
}
