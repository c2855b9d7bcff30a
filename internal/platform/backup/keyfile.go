package backup

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The folders within a key file: the organizations' keys, and the key files that lie in the data folder.
const (
	keyFolder  = "keys/"
	dataFolder = "data/"
)

// WriteKeys writes the archive's key, every key of the folder of the organizations' keys, and the other key files of the
// data folder into one file that only its owner may read.
func WriteKeys(path string, k Key, folder, data string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s is there already: a backup never replaces another", path)
	}
	return replace(path, 0o600, func(f *os.File) error {
		w := tar.NewWriter(f)
		add := func(name string, text []byte) error {
			if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o600}); err != nil {
				return err
			}
			_, err := w.Write(text)
			return err
		}
		if err := add(k.Name, []byte(k.text())); err != nil {
			return err
		}
		for prefix, dir := range map[string]string{keyFolder: folder, dataFolder: data} {
			if err := addKeys(dir, func(name string, text []byte) error {
				if prefix == dataFolder && name == k.Name {
					return nil
				}
				return add(prefix+name, text)
			}); err != nil {
				return err
			}
		}
		return w.Close()
	})
}

// addKeys gives the key files of a folder.
func addKeys(dir string, add func(name string, text []byte) error) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !keyName(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		if err := add(e.Name(), text); err != nil {
			return err
		}
	}
	return nil
}

// keyName keeps out files that are no keys, half-written ones, and everything that is more than a name.
func keyName(s string) bool {
	return strings.HasSuffix(s, ".key") && s[0] != '.' && len(s) < 200 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

// Keys is what a key file held.
type Keys struct {
	Archive Key

	orgs, data map[string][]byte
}

// ReadKeys reads a key file.
func ReadKeys(path string) (k Keys, err error) {
	f, err := os.Open(path)
	if err != nil {
		return k, err
	}
	defer f.Close()
	k.orgs, k.data = map[string][]byte{}, map[string][]byte{}
	bad := fmt.Errorf("%s is damaged, or it is not a key file", path)
	for t := tar.NewReader(f); ; {
		m, err := t.Next()
		if errors.Is(err, io.EOF) && k.Archive.Name != "" {
			return k, nil
		}
		if err != nil || m.Size > 1<<20 {
			return k, bad
		}
		text, err := io.ReadAll(t)
		if err != nil || !k.take(m.Name, text) {
			return k, bad
		}
	}
}

func (k *Keys) take(member string, text []byte) bool {
	folder, name := filepath.Split(member)
	switch {
	case !keyName(name):
		return false
	case folder == keyFolder:
		k.orgs[name] = text
	case folder == dataFolder:
		k.data[name] = text
	case folder == "" && (name == DatabaseKey || name == BackupKey):
		var err error
		k.Archive, err = parseKey(name, strings.TrimSpace(string(text)))
		return err == nil
	default:
		return false
	}
	return true
}

// Place writes the organizations' keys into their folder and the others into the data folder. A file that is there
// already must be the same.
func (k Keys) Place(folder, data string) error {
	return errors.Join(place(folder, k.orgs), place(data, k.data))
}

func place(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		there, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = os.WriteFile(path, text, 0o600)
		case err == nil && string(there) != string(text):
			err = fmt.Errorf("%s is there already and is another key", path)
		}
		if err != nil {
			return err
		}
	}
	return syncDir(dir)
}
