package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
)

// A Source is an installation to be written into an archive.
type Source struct {
	DB       *db.DB
	Blobs    *blob.Store
	Key      Key
	Schema   int64
	Program  string
	Listed   db.Frag // names of all blobs that a version lists, one column
	Now      time.Time
	Progress Progress
}

// Write writes the archive of a running installation. path must not exist; nothing is there under that name until
// everything is. A manifest with Missing tells of damage that the installation had already.
func Write(ctx context.Context, s Source, path string) (h Header, m Manifest, err error) {
	if _, err := os.Lstat(path); err == nil {
		return h, m, fmt.Errorf("%s is there already: a backup never replaces another", path)
	}
	h = Header{Format: format, Schema: s.Schema, Program: s.Program, Engine: string(s.DB.Engine), At: s.Now.UTC(), Key: s.Key.Name, Salt: make([]byte, 32)}
	rand.Read(h.Salt) //nolint:errcheck // never fails: crypto/rand aborts the program instead
	h.Check = s.Key.check(h.Salt)
	err = replace(path, 0o600, func(f *os.File) error {
		rows, err := os.CreateTemp(filepath.Dir(path), ".countersign-rows-*")
		if err != nil {
			return err
		}
		defer func() { rows.Close(); os.Remove(rows.Name()) }() //nolint:errcheck // sealed, and of no use alone
		var names []string
		if m.Tables, names, err = s.snapshot(ctx, rows, &m.Rows); err != nil {
			return err
		}
		w := newWriter(f, s.Key, h)
		if err := w.json(headerName, h); err != nil {
			return err
		}
		if err := w.rows(rows, m.Rows); err != nil {
			return err
		}
		if err := s.blobs(ctx, w, names, &m); err != nil {
			return err
		}
		return w.end(m)
	})
	return h, m, err
}

// snapshot writes the sealed rows and lists the blobs of the same instant.
func (s Source) snapshot(ctx context.Context, to io.Writer, sum *Sum) (counts []TableCount, names []string, err error) {
	out := &counting{w: to, h: sha256.New()}
	err = s.DB.Snapshot(ctx, func(r db.Reader) error {
		pr, pw := io.Pipe()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			z, err := gzip.NewWriterLevel(pw, gzip.BestSpeed)
			if err == nil {
				counts, err = writeRows(ctx, s.DB, r, z, s.Progress)
				err = errors.Join(err, z.Close())
			}
			pw.CloseWithError(err) //nolint:errcheck // never fails
		}()
		_, err := blob.SealTo(ctx, out, s.Key, rowsName, rowsBinding, pr)
		pr.CloseWithError(err) //nolint:errcheck // never fails; it ends the writer
		<-ended
		if err != nil {
			return err
		}
		names, err = db.Column[string](ctx, r, s.Listed)
		return err
	})
	*sum = out.sum(rowsName)
	slices.Sort(names)
	return counts, slices.Compact(names), err
}

func (s Source) blobs(ctx context.Context, w *writer, names []string, m *Manifest) error {
	for i, name := range names {
		r, size, err := s.Blobs.Raw(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			m.Missing = append(m.Missing, name)
			continue
		}
		if err != nil {
			return err
		}
		sum, err := w.member(blobPrefix+name, size, r)
		if err != nil {
			return err
		}
		m.Blobs = append(m.Blobs, sum)
		s.Progress("documents", int64(i+1), int64(len(names)))
	}
	return nil
}

// writer writes the members of an archive.
type writer struct {
	tar *tar.Writer
	mac *counting
}

func newWriter(f io.Writer, k Key, h Header) *writer {
	mac := &counting{w: f, h: k.seal(h.Salt)}
	return &writer{tar.NewWriter(mac), mac}
}

func (w *writer) member(name string, size int64, r io.Reader) (Sum, error) {
	if err := w.tar.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600}); err != nil {
		return Sum{}, err
	}
	c := &counting{w: w.tar, h: sha256.New()}
	n, err := io.Copy(c, r)
	if err == nil && n != size {
		err = fmt.Errorf("%s changed its size while it was read", name)
	}
	return c.sum(name), err
}

func (w *writer) json(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	_, err = w.member(name, int64(len(text)), bytes.NewReader(text))
	return err
}

func (w *writer) rows(f *os.File, want Sum) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	got, err := w.member(rowsName, want.Bytes, f)
	if err == nil && got != want {
		err = errors.New("the rows changed on the disk while they were written")
	}
	return err
}

func (w *writer) end(m Manifest) error {
	if err := errors.Join(w.json(manifestName, m), w.tar.Flush()); err != nil {
		return err
	}
	sum := w.mac.h.Sum(nil)
	_, err := w.member(sealName, int64(len(sum)), bytes.NewReader(sum))
	return errors.Join(err, w.tar.Close())
}
