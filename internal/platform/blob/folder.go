package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// abandonedAfter is the age at which an unfinished file must be from a process that died: a living one writes.
const abandonedAfter = 24 * time.Hour

// folder is a bucket in the file system: <dir>/<first two digits>/<the other digits>, and <dir>/incoming for
// what is not committed yet.
type folder struct {
	dir  string
	open func(path string) (*os.File, error) // makes an incoming file; tests put a full disk here
}

func openFolder(dir string) (*folder, error) {
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("the folder %q is not an absolute path", dir)
	}
	f := &folder{dir: filepath.Clean(dir), open: func(path string) (*os.File, error) {
		return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	}}
	if err := f.makeFolders(); err != nil {
		return nil, err
	}
	if err := errors.Join(syncDir(f.dir), syncDir(filepath.Dir(f.dir))); err != nil {
		return nil, err
	}
	return f, f.sweep(time.Now().Add(-abandonedAfter))
}

// makeFolders makes every folder that a name can ask for, so that a commit has one folder to sync, not two.
func (f *folder) makeFolders() error {
	if err := os.MkdirAll(f.incoming(), 0o700); err != nil {
		return err
	}
	for i := range 256 {
		if err := os.Mkdir(filepath.Join(f.dir, fmt.Sprintf("%02x", i)), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

func (f *folder) incoming() string { return filepath.Join(f.dir, "incoming") }

func (f *folder) path(name string) string { return filepath.Join(f.dir, name[:2], name[2:]) }

// sweep removes what a process left unfinished that died before the instant given.
func (f *folder) sweep(before time.Time) error {
	left, err := os.ReadDir(f.incoming())
	if err != nil {
		return err
	}
	for _, e := range left {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // its writer has just committed it
		}
		if err != nil {
			return err
		}
		if info.Mode().IsRegular() && info.ModTime().Before(before) {
			if err := os.Remove(filepath.Join(f.incoming(), e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

func (f *folder) create(_ context.Context, name string) (object, error) {
	tmp := filepath.Join(f.incoming(), name)
	w, err := f.open(tmp)
	if err != nil {
		os.Remove(tmp) //nolint:errcheck // usually it was never made
		return nil, err
	}
	return &fileObject{File: w, folder: f, tmp: tmp, name: name}, nil
}

func (f *folder) read(ctx context.Context, name string, off int64, p []byte) (n int, size int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	file, err := os.Open(f.path(name))
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, 0, err
	}
	n, err = file.ReadAt(p, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, info.Size(), err
}

func (f *folder) remove(_ context.Context, name string) error {
	path := f.path(name)
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, syncDir(filepath.Dir(path)))
}

func (f *folder) close() error { return nil }

type fileObject struct {
	*os.File
	folder    *folder
	tmp, name string
	done      bool
}

// commit makes the bytes durable, then the name, then the folder that holds the name.
func (o *fileObject) commit() error {
	if err := o.Sync(); err != nil {
		return err
	}
	if err := o.File.Close(); err != nil {
		return err
	}
	path := o.folder.path(o.name)
	if err := os.Rename(o.tmp, path); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return errors.Join(err, os.Remove(path)) // the name may not last, so it must not be given out
	}
	o.done = true
	return nil
}

func (o *fileObject) abort() {
	if !o.done {
		o.File.Close()   //nolint:errcheck // its bytes are thrown away
		os.Remove(o.tmp) //nolint:errcheck // the sweep takes what this leaves
	}
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
