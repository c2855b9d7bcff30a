package docwork

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// Command is the hidden command of the program that is the child.
const Command = "docwork"

// The limits of one reading.
const (
	MaxFile   = 64 << 20 // bytes of a file that is read for its text
	maxText   = 8 << 20  // bytes of text
	timeLimit = 20 * time.Second
	memory    = 1 << 30 // bytes, of Go's heap
)

// A Text is what a file says, paragraph by paragraph. Why tells in one sentence why there is none.
type Text struct {
	Paragraphs []string `json:"paragraphs"`
	Why        string   `json:"why"`
}

// A Reader starts children of a program.
type Reader struct {
	program string // path of this program
}

// New returns a Reader that starts children of the running program.
func New() (*Reader, error) {
	program, err := os.Executable()
	return &Reader{program}, err
}

// At is New for another program that has the command: tests, whose own binary has none.
func At(program string) *Reader { return &Reader{program} }

// Text reads a file to its end and returns its text. A file that is broken, too large or hostile is no error: Why says
// so. An error means that the child could not be started.
func (r *Reader) Text(ctx context.Context, file io.Reader) (t Text, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.program, Command) //nolint:gosec // the running program itself
	cmd.Env, cmd.Dir = []string{}, os.TempDir()
	bind(cmd)
	cmd.Stdin = io.LimitReader(file, MaxFile+1)
	out := &limited{most: maxText + 1<<16}
	cmd.Stdout, cmd.Stderr = out, io.Discard
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return t, fmt.Errorf("docwork: %w", err)
	}
	err = cmd.Wait()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return Text{Why: "Reading the file took too long and was stopped."}, nil
	case ctx.Err() != nil:
		return t, ctx.Err()
	case out.over:
		return Text{Why: "The file holds more text than can be compared."}, nil
	case err != nil:
		return Text{Why: "The file could not be read: it is broken, or made to break what reads it."}, nil
	}
	if err := json.Unmarshal(out.Bytes(), &t); err != nil {
		return Text{Why: "The file could not be read: it is broken, or made to break what reads it."}, nil
	}
	return t, nil
}

// limited keeps what a child writes, up to a bound; beyond it the child meets a broken pipe.
type limited struct {
	bytes.Buffer
	most int
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > l.most {
		l.over = true
		return 0, io.ErrShortWrite
	}
	return l.Buffer.Write(p)
}
