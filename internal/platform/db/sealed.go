package db

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/ncruces/go-sqlite3/vfs/xts"
)

// sealedVFS names the file layer of encrypted databases: AES-XTS by the library, between two thin layers of ours. The
// library deciphers in sectors of 512 bytes and asks the operating system for each of them alone: eight calls for a page,
// half the time of a query. The layer above it tells the layer below what is going to be asked for, and that one asks, or
// writes, once. Nothing is kept from one call to the next, so that nothing can be stale.
const sealedVFS = "countersign"

func init() { vfs.Register(sealedVFS, above{xts.Wrap(below{vfs.Find("")}, nil)}) }

const sector = 512

// batches counts the reads that were brought together.
var batches atomic.Int64

type above struct{ vfs.VFS }

func (a above) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, out, err := vfsutil.WrapOpenFilename(a.VFS, name, flags)
	if err != nil {
		return f, out, err
	}
	inner, whole := f.(cipherFile)
	batch, found := vfsutil.UnwrapFile[*batchFile](f)
	if !whole || !found {
		return f, out, nil // a temporary file: as the library has it
	}
	return &sealedFile{inner, batch}, out, nil
}

// cipherFile is all that the library's encrypted file can do, and osFile all that the operating system's can: a layer that
// left out a method would turn it off.
type cipherFile interface {
	vfs.FilePragma
	vfs.FileChunkSize
	vfs.FileSizeHint
	vfs.FileUnwrap
	vfs.FileSharedMemory
	vfs.FileLockState
	vfs.FileHasMoved
	vfs.FileOverwrite
	vfs.FileSync
	vfs.FileCommitPhaseTwo
	vfs.FileBatchAtomicWrite
	vfs.FileCheckpoint
	vfs.FileBusyHandler
}

type osFile interface {
	vfs.FileLockState
	vfs.FileHasMoved
	vfs.FileSizeHint
	vfs.FilePersistWAL
	vfs.FilePowersafeOverwrite
	vfs.FileSharedMemory
}

// A sealedFile is the side of a file that SQLite sees.
type sealedFile struct {
	cipherFile
	batch *batchFile
}

// Unwrap lets the library find its own file, and its key.
func (f *sealedFile) Unwrap() vfs.File { return f.cipherFile }

func (f *sealedFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.batch.fetch(off, len(p)); err != nil {
		return 0, err
	}
	defer f.batch.forget()
	return f.cipherFile.ReadAt(p, off)
}

func (f *sealedFile) WriteAt(p []byte, off int64) (int, error) {
	f.batch.collect(off)
	n, err := f.cipherFile.WriteAt(p, off)
	if err := errors.Join(err, f.batch.flush()); err != nil {
		return 0, err
	}
	return n, nil
}

type below struct{ vfs.VFS }

func (b below) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, out, err := vfsutil.WrapOpenFilename(b.VFS, name, flags)
	if err != nil {
		return f, out, err
	}
	if whole, ok := f.(osFile); ok {
		return &batchFile{osFile: whole}, out, nil
	}
	return f, out, nil
}

// A batchFile answers the sectors of one read from one call, and brings those of one write together.
type batchFile struct {
	osFile
	buf               []byte // sealed
	at                int64  // where buf stands in the file
	fetched, gathered bool
}

// fetch reads all sectors of a range. What lies beyond the end of the file is left to the library to find missing.
func (f *batchFile) fetch(off int64, n int) error {
	f.at = off &^ (sector - 1)
	n = int((off+int64(n)+sector-1)&^(sector-1) - f.at)
	if cap(f.buf) < n {
		f.buf = make([]byte, n)
	}
	n, err := f.osFile.ReadAt(f.buf[:n], f.at)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	f.buf, f.fetched = f.buf[:n], true
	batches.Add(1)
	return nil
}

func (f *batchFile) forget() { f.fetched = false }

func (f *batchFile) ReadAt(p []byte, off int64) (int, error) {
	if from := off - f.at; f.fetched && from >= 0 && from+int64(len(p)) <= int64(len(f.buf)) {
		return copy(p, f.buf[from:]), nil
	}
	return f.osFile.ReadAt(p, off)
}

func (f *batchFile) collect(off int64) {
	f.at, f.buf, f.gathered = off&^(sector-1), f.buf[:0], true
}

func (f *batchFile) WriteAt(p []byte, off int64) (int, error) {
	if f.gathered && off == f.at+int64(len(f.buf)) {
		f.buf = append(f.buf, p...)
		return len(p), nil
	}
	return f.osFile.WriteAt(p, off)
}

func (f *batchFile) flush() error {
	f.gathered = false
	if len(f.buf) == 0 {
		return nil
	}
	_, err := f.osFile.WriteAt(f.buf, f.at)
	return err
}
