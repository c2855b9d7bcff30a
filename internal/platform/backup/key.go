package backup

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io/fs"
	"os"

	"countersign/internal/platform/config"
)

// A Key seals archives. Name is that of its file: database.key or backup.key.
type Key struct {
	Name string
	raw  []byte
}

// The names of key files.
const (
	DatabaseKey = "database.key"
	BackupKey   = "backup.key"
)

const keyBytes = 64

// ErrNotKey is the fault of a key file that holds no key.
var ErrNotKey = errors.New("the key file does not hold a key (128 hex digits)")

// ReadKey reads the key in a file, which others on the machine must not be able to read.
func ReadKey(name, path string) (Key, error) {
	text, err := config.Secret(path)
	if err != nil {
		return Key{}, err
	}
	return parseKey(name, text)
}

func parseKey(name, text string) (Key, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != keyBytes {
		return Key{}, ErrNotKey
	}
	return Key{name, raw}, nil
}

// EnsureKey reads the key in a file and makes it if it is absent; made says so.
func EnsureKey(name, path string) (k Key, made bool, err error) {
	k, err = ReadKey(name, path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, false, err
	}
	k = Key{name, make([]byte, keyBytes)}
	rand.Read(k.raw) //nolint:errcheck // never fails: crypto/rand aborts the program instead
	return k, true, k.Save(path)
}

// Save writes the key to a file that must not exist yet.
func (k Key) Save(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(k.text())
	return errors.Join(err, f.Sync(), f.Close())
}

func (k Key) text() string { return hex.EncodeToString(k.raw) + "\n" }

// String keeps the key out of anything that prints it.
func (k Key) String() string { return k.Name }

// GoString does the same for %#v.
func (k Key) GoString() string { return k.Name }

func (k Key) derive(salt []byte, info string) []byte {
	out, err := hkdf.Key(sha256.New, k.raw, salt, info, 32)
	if err != nil {
		panic("backup: HKDF-SHA-256 gives 32 bytes for any input: " + err.Error())
	}
	return out
}

// check tells the right key from a wrong one without reading the archive.
func (k Key) check(salt []byte) []byte { return k.derive(salt, "countersign backup check v1")[:16] }

func (k Key) seal(salt []byte) hash.Hash {
	return hmac.New(sha256.New, k.derive(salt, "countersign backup seal v1"))
}

// Derive implements blob.Sealer for the rows.
func (k Key) Derive(salt []byte) (a cipher.AEAD, check [16]byte, err error) {
	copy(check[:], k.derive(salt, "countersign backup rows check v1"))
	b, err := aes.NewCipher(k.derive(salt, "countersign backup rows v1"))
	if err != nil {
		return nil, check, err
	}
	a, err = cipher.NewGCMWithRandomNonce(b)
	return a, check, err
}

// As is the same key under another name.
func (k Key) As(name string) Key { return Key{name, k.raw} }
