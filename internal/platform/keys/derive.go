package keys

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"time"

	"countersign/internal/kernel/ident"
)

// A dataKey is an unwrapped data key, already split by purpose; the key itself is not kept.
type dataKey struct {
	column cipher.AEAD
	hash   []byte
	blob   []byte
	org    ident.OrgID
	until  time.Time
}

func derive(plain []byte, org ident.OrgID, until time.Time) (*dataKey, error) {
	if len(plain) != keyBytes {
		return nil, fmt.Errorf("a data key of %d bytes", len(plain))
	}
	sub := func(info string) ([]byte, error) { return hkdf.Key(sha256.New, plain, nil, info, keyBytes) }
	column, err := sub("countersign column v1")
	if err != nil {
		return nil, err
	}
	k := &dataKey{org: org, until: until}
	if k.column, err = newAEAD(column); err != nil {
		return nil, err
	}
	if k.hash, err = sub("countersign same bytes v1"); err != nil {
		return nil, err
	}
	k.blob, err = sub("countersign blob root v1")
	return k, err
}

// A BlobKey is the root of the blob keys of one scope. It implements blob.Sealer.
type BlobKey struct{ root []byte }

// Derive returns the cipher of the blob with that salt, and a check value that tells the wrong key from damaged
// bytes. The check differs from blob to blob, so it does not show a bucket's owner which blobs share a matter.
func (k BlobKey) Derive(salt []byte) (a cipher.AEAD, check [16]byte, err error) {
	out, err := hkdf.Key(sha256.New, k.root, salt, "countersign blob v1", keyBytes+len(check))
	if err != nil {
		return nil, check, err
	}
	copy(check[:], out[keyBytes:])
	a, err = newAEAD(out[:keyBytes])
	return a, check, err
}

// String keeps the root out of anything that prints a BlobKey.
func (BlobKey) String() string { return "keys.BlobKey" }

// GoString does the same for %#v.
func (BlobKey) GoString() string { return "keys.BlobKey" }
