package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"syscall"

	"countersign/internal/kernel/fault"
)

// errFull is the fault of a Put that found no room.
var errFull = fault.New(fault.Internal, "The disk is full: nothing was stored.")

// nameBytes is the length of a blob's name before it is written as hexadecimal digits.
const nameBytes = 16

// A bucket is where sealed bytes lie. Names are checked by the Store.
type bucket interface {
	// create begins an object that nobody sees before commit. It ends with commit or abort; an abort after
	// commit does nothing, and an abort works though ctx is done.
	create(ctx context.Context, name string) (object, error)
	// read fills p from off and returns how much there was and the size of the whole object. A short read means
	// the object ends there. An absent object is fs.ErrNotExist.
	read(ctx context.Context, name string, off int64, p []byte) (n int, size int64, err error)
	// remove deletes an object; an absent one is no error.
	remove(ctx context.Context, name string) error
	close() error
}

type object interface {
	io.Writer
	commit() error // returns when the object is durable
	abort()
}

// A Store is an open bucket. It is safe for concurrent use.
type Store struct{ b bucket }

// Open opens the bucket at an address:
//
//	file:///var/lib/countersign/blobs   a folder, made if it is absent
//	s3://vault?region=eu-central-1      an S3 bucket; gocloud.dev's s3blob documents the parameters, such as
//	                                    endpoint, use_path_style and request_checksum_calculation=when_required
//	mem:                                memory, for tests
func Open(ctx context.Context, address string) (*Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("blob: the bucket's address cannot be read") // the text of err may hold credentials
	}
	var b bucket
	switch u.Scheme {
	case "file":
		b, err = openFolder(u.Path)
	case "s3":
		b, err = openS3(ctx, address)
	case "mem":
		b = newMemory()
	default:
		return nil, fmt.Errorf("blob: no such kind of bucket: %q", u.Scheme)
	}
	if err != nil {
		return nil, fmt.Errorf("blob: open the bucket: %w", err)
	}
	return &Store{b}, nil
}

// Close releases what the bucket holds. Readers end with it.
func (s *Store) Close() error { return s.b.close() }

// Stored tells what Put stored. SHA256 and Size are of the plaintext: keep them sealed.
type Stored struct {
	Name   string
	Size   int64
	SHA256 [sha256.Size]byte
}

// Put seals all of r under a fresh random name. binding names what the bytes belong to; Open must be given the
// same. On any error, also r's own or the end of ctx, nothing stays in the bucket.
//
// Faults: Internal, when the disk is full and when the bucket fails.
func (s *Store) Put(ctx context.Context, sealer Sealer, binding string, r io.Reader) (Stored, error) {
	return s.PutAs(ctx, sealer, NewName(), binding, r)
}

// PutAs is Put under a name that the caller drew with NewName and noted down first, so that a blob whose row never
// comes can be found and deleted.
func (s *Store) PutAs(ctx context.Context, sealer Sealer, name, binding string, r io.Reader) (st Stored, err error) {
	if !validName(name) {
		return st, errName
	}
	st.Name = name
	defer func() {
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			err = fmt.Errorf("%w (%w)", errFull, err)
		}
		if err != nil {
			err = fmt.Errorf("blob: put: %w", err)
			st = Stored{}
		}
	}()
	h, a, err := newHeader(sealer)
	if err != nil {
		return st, err
	}
	o, err := s.b.create(ctx, st.Name)
	if err != nil {
		return st, err
	}
	defer o.abort()
	if _, err := o.Write(h[:]); err != nil {
		return st, err
	}
	if err := st.copy(ctx, o, newCrypt(a, h, st.Name, binding), r); err != nil {
		return st, err
	}
	return st, o.commit()
}

// copy seals r segment by segment, always one ahead, because a segment's seal says whether it is the last.
func (st *Stored) copy(ctx context.Context, w io.Writer, c crypt, r io.Reader) error {
	hash := sha256.New()
	this, next := make([]byte, segmentBytes), make([]byte, segmentBytes)
	sealed := make([]byte, 0, sealedBytes)
	n, err := readFull(r, this)
	if err != nil {
		return err
	}
	for i := int64(0); ; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		ahead := 0
		if n == segmentBytes {
			if ahead, err = readFull(r, next); err != nil {
				return err
			}
		}
		hash.Write(this[:n])
		st.Size += int64(n)
		sealed = c.seal(sealed[:0], this[:n], i, ahead == 0)
		if _, err := w.Write(sealed); err != nil {
			return err
		}
		if ahead == 0 {
			hash.Sum(st.SHA256[:0])
			return ctx.Err()
		}
		this, next, n = next, this, ahead
	}
}

// readFull fills p unless r ends first. io.ReadFull will not do: it reports a short read with the very error that
// an HTTP body gives when the sender is cut off, and half a document would be stored as a whole one.
func readFull(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = r.Read(p[n:])
		n += m
	}
	if err == io.EOF { //nolint:errorlint // a wrapped one is r's own complaint
		err = nil
	}
	return n, err
}

// Delete removes a blob. An absent one is no error, so a job may try again.
func (s *Store) Delete(ctx context.Context, name string) error {
	if !validName(name) {
		return errName
	}
	if err := s.b.remove(ctx, name); err != nil {
		return fmt.Errorf("blob: delete %s: %w", name, err)
	}
	return nil
}

var errName = errors.New("blob: not the name of a blob")

// NewName draws a random name. It is used for one blob.
func NewName() string {
	var b [nameBytes]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// validName keeps everything that Put did not make away from paths and addresses.
func validName(s string) bool {
	return len(s) == 2*nameBytes && strings.Trim(s, "0123456789abcdef") == ""
}
