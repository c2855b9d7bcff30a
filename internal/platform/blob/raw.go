package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Raw returns the sealed bytes of a blob as they lie in the bucket, and how many they are: for a backup, which needs no
// key. An absent blob matches fs.ErrNotExist.
func (s *Store) Raw(ctx context.Context, name string) (io.Reader, int64, error) {
	if !validName(name) {
		return nil, 0, errName
	}
	r := &rawReader{ctx: ctx, b: s.b, name: name, buf: make([]byte, aheadSegments*sealedBytes)}
	n, size, err := s.b.read(ctx, name, 0, r.buf)
	if err != nil {
		return nil, 0, fmt.Errorf("blob: read %s: %w", name, err)
	}
	r.rest, r.next, r.size = r.buf[:n], int64(n), size
	return r, size, nil
}

type rawReader struct {
	ctx        context.Context // of Raw
	b          bucket
	name       string
	buf, rest  []byte
	next, size int64
}

// Read implements io.Reader.
func (r *rawReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.next >= r.size {
			return 0, io.EOF
		}
		n, size, err := r.b.read(r.ctx, r.name, r.next, r.buf)
		if err != nil {
			return 0, fmt.Errorf("blob: read %s: %w", r.name, err)
		}
		if n == 0 || size != r.size {
			return 0, io.ErrUnexpectedEOF
		}
		r.rest, r.next = r.buf[:n], r.next+int64(n)
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// PutRaw stores sealed bytes under the name that they were sealed under. They are not checked: Open does that.
func (s *Store) PutRaw(ctx context.Context, name string, r io.Reader) error {
	if !validName(name) {
		return errName
	}
	o, err := s.b.create(ctx, name)
	if err != nil {
		return err
	}
	defer o.abort()
	if _, err := io.Copy(o, r); err != nil {
		return err
	}
	return o.commit()
}

// SealTo writes what Put would store to w, for bytes that are kept elsewhere than in a bucket. name and binding are as
// in Put and Open.
func SealTo(ctx context.Context, w io.Writer, sealer Sealer, name, binding string, r io.Reader) (st Stored, err error) {
	h, a, err := newHeader(sealer)
	if err != nil {
		return st, err
	}
	if _, err := w.Write(h[:]); err != nil {
		return st, err
	}
	st.Name = name
	return st, st.copy(ctx, w, newCrypt(a, h, name, binding), r)
}

// OpenAt reads what SealTo wrote. size is that of the sealed bytes.
func OpenAt(ctx context.Context, sealer Sealer, name, binding string, at io.ReaderAt, size int64) (*Reader, error) {
	b := readerAt{at, size}
	start := make([]byte, headerBytes)
	if _, _, err := b.read(ctx, name, 0, start); err != nil {
		return nil, err
	}
	h, a, err := parseHeader(start, sealer)
	if err != nil {
		return nil, err
	}
	l, err := layoutOf(size)
	if err != nil {
		return nil, err
	}
	r := &Reader{ctx: ctx, b: b, name: name, crypt: newCrypt(a, h, name, binding), layout: l}
	return r, r.load(l.segments-1, 1)
}

// readerAt is a bucket of one object that can only be read.
type readerAt struct {
	at   io.ReaderAt
	size int64
}

var errReadOnly = errors.New("blob: this can only be read")

func (b readerAt) create(context.Context, string) (object, error) { return nil, errReadOnly }
func (b readerAt) remove(context.Context, string) error           { return errReadOnly }
func (b readerAt) close() error                                   { return nil }
func (b readerAt) read(ctx context.Context, _ string, off int64, p []byte) (int, int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	n, err := b.at.ReadAt(p, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, b.size, err
}
