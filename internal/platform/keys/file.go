package keys

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A FileKeeper keeps each firm key in a file of its own, <dir>/<key>.key: 64 hexadecimal digits and a newline.
// It reads the file each time, so taking a file away takes the key away.
type FileKeeper struct{ dir string }

// NewFileKeeper returns the Keeper of the folder dir, which it makes if it is absent, open to its owner alone.
func NewFileKeeper(dir string) (*FileKeeper, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keys: the key folder: %w", err)
	}
	if err := syncDir(filepath.Dir(filepath.Clean(dir))); err != nil {
		return nil, fmt.Errorf("keys: the key folder: %w", err)
	}
	return &FileKeeper{dir}, nil
}

// Provision implements Keeper. When it returns, the key survives a power cut; an existing key is never replaced.
func (f *FileKeeper) Provision(_ context.Context, key string) error {
	path, err := f.path(key)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	if err := f.create(path); err != nil {
		return fmt.Errorf("keys: make %s: %w", key, err)
	}
	return nil
}

// create writes a fresh key beside path and links it into place: of two processes that make the same key, one
// wins and the other keeps the winner's.
func (f *FileKeeper) create(path string) error {
	tmp, err := os.CreateTemp(f.dir, ".new-*") // CreateTemp makes it 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // gone already when the rename succeeded
	_, err = tmp.WriteString(hex.EncodeToString(fresh()) + "\n")
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(f.dir)
}

// Wrap implements Keeper.
func (f *FileKeeper) Wrap(_ context.Context, key string, plain, aad []byte) ([]byte, error) {
	k, err := f.read(key)
	if err != nil {
		return nil, err
	}
	return wrap(k, plain, aad)
}

// Unwrap implements Keeper.
func (f *FileKeeper) Unwrap(_ context.Context, key string, wrapped, aad []byte) ([]byte, error) {
	k, err := f.read(key)
	if err != nil {
		return nil, err
	}
	return unwrap(k, wrapped, aad)
}

func (f *FileKeeper) read(key string) ([]byte, error) {
	path, err := f.path(key)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("keys: no file for %s: %w", key, ErrNoKey)
	}
	if err != nil {
		return nil, fmt.Errorf("keys: %s: %w", key, err)
	}
	// The group may read: container platforms mount secrets that way.
	if info.Mode().Perm()&0o027 != 0 {
		return nil, fmt.Errorf("keys: the file of %s is open to others (mode %04o, want 0600)", key, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("keys: %s: %w", key, err)
	}
	k := make([]byte, keyBytes)
	text = bytes.TrimSpace(text)
	if len(text) != 2*keyBytes {
		return nil, fmt.Errorf("keys: the file of %s does not hold a key", key)
	}
	if _, err := hex.Decode(k, text); err != nil { // its text would quote a digit of the key
		return nil, fmt.Errorf("keys: the file of %s does not hold a key", key)
	}
	return k, nil
}

func (f *FileKeeper) path(key string) (string, error) {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
	if key == "" || len(key) > 80 || strings.Trim(key, letters) != "" {
		return "", errors.New("keys: not the name of a key")
	}
	return filepath.Join(f.dir, key+".key"), nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
