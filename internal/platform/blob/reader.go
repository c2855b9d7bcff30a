package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// aheadSegments bounds what one request to the bucket fetches, and what a Reader keeps.
const aheadSegments = 16

// A Reader reads the plaintext of one blob: in sequence, from any offset, or at random. It decrypts only the
// segments that it needs, and asks the bucket for more of them at once while it is read in sequence. ReadAt may
// be called concurrently; calls wait for each other.
type Reader struct {
	ctx    context.Context // of Open: every later request to the bucket ends with it
	b      bucket
	name   string
	crypt  crypt
	layout layout

	mu     sync.Mutex
	off    int64
	closed bool
	first  int64  // the first segment in plain
	count  int64  // how many segments are in plain
	plain  []byte // checked plaintext of those segments
	sealed []byte // scratch
}

var errClosed = errors.New("blob: the reader is closed")

// Open checks the header and the last segment of a blob and returns a reader over its plaintext.
//
// Faults: Internal: ErrDamaged, ErrWrongKey, or the bucket's own error; an absent blob matches fs.ErrNotExist.
func (s *Store) Open(ctx context.Context, sealer Sealer, binding, name string) (_ *Reader, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("blob: open %s: %w", name, err)
		}
	}()
	if !validName(name) {
		return nil, errName
	}
	start := make([]byte, headerBytes+sealedBytes)
	n, size, err := s.b.read(ctx, name, 0, start)
	if err != nil {
		return nil, err
	}
	h, a, err := parseHeader(start[:n], sealer)
	if err != nil {
		return nil, err
	}
	l, err := layoutOf(size)
	if err != nil {
		return nil, err
	}
	r := &Reader{ctx: ctx, b: s.b, name: name, crypt: newCrypt(a, h, name, binding), layout: l}
	if l.segments == 1 { // the commonest blob is small: one request has brought all of it
		r.plain, err = r.crypt.open(nil, start[headerBytes:n], 0, true)
		r.count = 1
		return r, err
	}
	return r, r.load(l.segments-1, 1)
}

// Size is the length of the plaintext in bytes.
func (r *Reader) Size() int64 { return r.layout.plain }

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return 0, errClosed
	}
	if len(p) == 0 {
		return 0, nil
	}
	if r.off >= r.layout.plain {
		return 0, io.EOF
	}
	n, err := r.some(p, r.off)
	r.off += int64(n)
	return n, err
}

// ReadAt implements io.ReaderAt.
func (r *Reader) ReadAt(p []byte, off int64) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return 0, errClosed
	}
	if off < 0 {
		return 0, errors.New("blob: an offset before the beginning")
	}
	for n < len(p) {
		if off+int64(n) >= r.layout.plain || off+int64(n) < 0 {
			return n, io.EOF
		}
		m, err := r.some(p[n:], off+int64(n))
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Seek implements io.Seeker.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.off
	case io.SeekEnd:
		offset += r.layout.plain
	default:
		return 0, errors.New("blob: no such whence")
	}
	if offset < 0 {
		return 0, errors.New("blob: an offset before the beginning")
	}
	r.off = offset
	return offset, nil
}

// Close drops the plaintext that the reader holds.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.plain[:cap(r.plain)])
	r.closed, r.plain, r.count = true, nil, 0
	return nil
}

// some copies at least one byte from off, which lies inside the plaintext.
func (r *Reader) some(p []byte, off int64) (int, error) {
	i := off / segmentBytes
	if i < r.first || i >= r.first+r.count {
		if err := r.load(i, r.want(i, len(p))); err != nil {
			return 0, fmt.Errorf("blob: read %s: %w", r.name, err)
		}
	}
	return copy(p, r.plain[off-r.first*segmentBytes:]), nil
}

// want says how many segments to fetch from i: what the caller asks for, and twice as many as last time while
// the segments are read in sequence.
func (r *Reader) want(i int64, ask int) int64 {
	n := int64(ask/segmentBytes) + 1
	if i == r.first+r.count {
		n = max(n, 2*r.count)
	}
	return min(n, aheadSegments, r.layout.segments-i)
}

// load replaces what the reader holds by n segments from i. After an error it holds nothing.
func (r *Reader) load(i, n int64) error {
	r.first, r.count = i, 0
	from, to := r.layout.at(i), min(r.layout.at(i+n), r.layout.stored)
	if int64(cap(r.sealed)) < to-from {
		r.sealed = make([]byte, to-from)
		r.plain = make([]byte, 0, n*segmentBytes)
	}
	sealed := r.sealed[:to-from]
	got, size, err := r.b.read(r.ctx, r.name, from, sealed)
	if err != nil {
		return err
	}
	if got < len(sealed) || size != r.layout.stored {
		return ErrDamaged
	}
	plain := r.plain[:0]
	for k := i; k < i+n; k++ {
		part := sealed[:min(sealedBytes, len(sealed))]
		sealed = sealed[len(part):]
		if plain, err = r.crypt.open(plain, part, k, k == r.layout.segments-1); err != nil {
			return err
		}
	}
	r.plain, r.count = plain, n
	return nil
}
