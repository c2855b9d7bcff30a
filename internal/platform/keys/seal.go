package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
)

// version is the first byte of everything sealed here.
const version = 1

// errSeal says no more than this on purpose: which of key, place and bytes is wrong is nobody's business.
var errSeal = errors.New("keys: the seal does not open")

func fresh() []byte {
	k := make([]byte, keyBytes)
	rand.Read(k) // never fails: crypto/rand aborts the program instead
	return k
}

// newAEAD takes the form of GCM that draws its own nonces, the only one that the FIPS 140-3 module approves.
func newAEAD(key []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(b)
}

func seal(a cipher.AEAD, plain, aad []byte) []byte {
	out := make([]byte, 1, 1+len(plain)+a.Overhead())
	out[0] = version
	return a.Seal(out, nil, plain, aad)
}

func open(a cipher.AEAD, sealed, aad []byte) ([]byte, error) {
	if len(sealed) < 1+a.Overhead() || sealed[0] != version {
		return nil, errSeal
	}
	plain, err := a.Open(nil, nil, sealed[1:], aad)
	if err != nil {
		return nil, errSeal
	}
	return plain, nil
}

func wrap(key, plain, aad []byte) ([]byte, error) {
	a, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	return seal(a, plain, aad), nil
}

func unwrap(key, wrapped, aad []byte) ([]byte, error) {
	a, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	return open(a, wrapped, aad)
}
