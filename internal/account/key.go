package account

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
)

// SecretKey is an Installation over one secret of at least 32 bytes, kept in a file or by a KMS.
type SecretKey struct {
	seal cipher.AEAD
	mac  []byte
}

// NewSecretKey derives the keys of an installation from its secret.
func NewSecretKey(secret []byte) (*SecretKey, error) {
	if len(secret) < 32 {
		return nil, errors.New("account: the secret of the installation has less than 32 bytes")
	}
	sealing, err := hkdf.Key(sha256.New, secret, nil, "countersign installation seal v1", 32)
	if err != nil {
		return nil, err
	}
	mac, err := hkdf.Key(sha256.New, secret, nil, "countersign installation mac v1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	return &SecretKey{gcm, mac}, err
}

// Seal implements Installation.
func (k *SecretKey) Seal(plain []byte, aad string) ([]byte, error) {
	return k.seal.Seal(nil, nil, plain, []byte(aad)), nil
}

// Open implements Installation.
func (k *SecretKey) Open(sealed []byte, aad string) ([]byte, error) {
	return k.seal.Open(nil, nil, sealed, []byte(aad))
}

// MAC implements Installation: HMAC-SHA-256 in hex.
func (k *SecretKey) MAC(text string) string {
	h := hmac.New(sha256.New, k.mac)
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

// newToken returns 256 random bits as text.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) //nolint:errcheck // never fails: crypto/rand aborts the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashToken is how a token is stored. It needs no salt and no slow hash: 256 random bits cannot be guessed.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
