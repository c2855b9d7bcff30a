package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"time"

	gocloud "gocloud.dev/blob"
	_ "gocloud.dev/blob/s3blob" // the s3 scheme
	"gocloud.dev/gcerrors"
)

// s3 is a bucket of an S3-compatible store. ETags and the store's own checksums are not relied on: the seal
// covers every byte.
type s3 struct{ bucket *gocloud.Bucket }

func openS3(ctx context.Context, address string) (*s3, error) {
	b, err := gocloud.OpenBucket(ctx, address)
	if err != nil {
		return nil, err
	}
	return &s3{b}, nil
}

func (s *s3) create(ctx context.Context, name string) (object, error) {
	ctx, cancel := context.WithCancel(ctx)
	w, err := s.bucket.NewWriter(ctx, name, &gocloud.WriterOptions{
		ContentType: "application/octet-stream", // given, or the library would sniff
	})
	if err != nil {
		cancel()
		return nil, err
	}
	return &s3Object{Writer: w, cancel: cancel, s3: s, name: name}, nil
}

func (s *s3) read(ctx context.Context, name string, off int64, p []byte) (n int, size int64, err error) {
	r, err := s.bucket.NewRangeReader(ctx, name, off, int64(len(p)), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return 0, 0, fs.ErrNotExist
	}
	if err != nil {
		return 0, 0, err
	}
	defer r.Close() //nolint:errcheck // a reader: nothing is lost
	n, err = io.ReadFull(r, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // the object ends here, or the answer was cut: the seal tells
	}
	return n, r.Size(), err
}

func (s *s3) remove(ctx context.Context, name string) error {
	err := s.bucket.Delete(ctx, name)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	return err
}

func (s *s3) close() error { return s.bucket.Close() }

type s3Object struct {
	*gocloud.Writer
	cancel context.CancelFunc
	s3     *s3
	name   string
	done   bool
}

// removeWithin bounds the attempt to remove an object whose upload failed.
const removeWithin = 10 * time.Second

func (o *s3Object) commit() error {
	o.done = true
	defer o.cancel()
	err := o.Writer.Close()
	if err != nil { // the store may have kept it though its answer was lost
		ctx, cancel := context.WithTimeout(context.Background(), removeWithin)
		defer cancel()
		o.s3.remove(ctx, o.name) //nolint:errcheck // the upload's own error is the one to tell
	}
	return err
}

// abort ends the upload: a writer whose context is done stores nothing when it is closed.
func (o *s3Object) abort() {
	o.cancel()
	if !o.done {
		o.Writer.Close() //nolint:errcheck // it reports the cancellation
	}
}
