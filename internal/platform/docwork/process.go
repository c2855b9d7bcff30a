package docwork

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"countersign/internal/platform/confine"
)

// A child is a process that has given up what it can and waits for a file.
type child struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	once sync.Once
}

// childFor gives a child for a file. To choose one the parent looks whether the beginning could be that of a PDF, or of
// something that is to be drawn as one; a child that has no PDFium ready is never given one. What the file is, only the child finds out.
func (p *Pool) childFor(b io.ReaderAt, size int64) (*child, error) {
	head := make([]byte, min(size, pdfWithin))
	if n, err := b.ReadAt(head, 0); n < len(head) {
		return nil, fmt.Errorf("%w: %w", errBytes, err)
	}
	if !bytes.Contains(head, pdfHeader) && (p.set.Office == nil || !mayBeOffice(head)) {
		return p.start(without)
	}
	defer p.Warm()
	select {
	case c := <-p.spare:
		return c, nil
	default:
		return p.start(withPDF)
	}
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
	c := &child{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 64<<10)}
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
