package blob

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"

	"countersign/internal/kernel/fault"
)

const (
	magic        = "CSIGNBLB"
	version      = 1
	headerBytes  = 64
	segmentBytes = 64 << 10 // of plaintext
	extraBytes   = 12 + 16  // nonce and tag of a segment
	sealedBytes  = segmentBytes + extraBytes
)

var (
	// ErrDamaged is the fault when stored bytes are not what was stored under that name, binding and key.
	ErrDamaged = fault.New(fault.Internal, "The stored file does not match its seal, so it was not opened.")
	// ErrWrongKey is the fault when a blob is whole as far as its header shows, and sealed under another key.
	ErrWrongKey = fault.New(fault.Internal, "The stored file is sealed under another key, so it was not opened.")
)

// A Sealer derives the key of each blob from its salt: keys.BlobKey is one. The cipher draws its own nonces of 12
// bytes. check is a second output of the same derivation that reveals nothing about the key.
type Sealer interface {
	Derive(salt []byte) (a cipher.AEAD, check [16]byte, err error)
}

type header [headerBytes]byte

func (h *header) salt() []byte  { return h[16:48] }
func (h *header) check() []byte { return h[48:64] }

// newHeader draws a salt and derives the blob's cipher.
func newHeader(s Sealer) (h header, a cipher.AEAD, err error) {
	copy(h[:8], magic)
	h[8] = version
	binary.BigEndian.PutUint32(h[12:16], segmentBytes)
	rand.Read(h.salt())
	a, check, err := s.Derive(h.salt())
	copy(h.check(), check[:])
	return h, a, err
}

// parseHeader refuses everything that version 1 does not write.
func parseHeader(b []byte, s Sealer) (h header, a cipher.AEAD, err error) {
	if len(b) < headerBytes {
		return h, nil, ErrDamaged
	}
	copy(h[:], b)
	if string(h[:8]) != magic || h[8] != version || h[9] != 0 || h[10] != 0 || h[11] != 0 ||
		binary.BigEndian.Uint32(h[12:16]) != segmentBytes {
		return h, nil, ErrDamaged
	}
	a, check, err := s.Derive(h.salt())
	if err != nil {
		return h, nil, err
	}
	if subtle.ConstantTimeCompare(check[:], h.check()) != 1 {
		return h, nil, ErrWrongKey
	}
	return h, a, nil
}

// A layout is the arithmetic of a blob's segments.
type layout struct {
	stored   int64 // bytes in the bucket
	segments int64 // at least 1
	plain    int64 // bytes of plaintext
}

func layoutOf(stored int64) (layout, error) {
	body := stored - headerBytes
	if body < extraBytes {
		return layout{}, ErrDamaged
	}
	n := (body + sealedBytes - 1) / sealedBytes
	last := body - (n-1)*sealedBytes
	if last < extraBytes || last == extraBytes && n > 1 {
		return layout{}, ErrDamaged
	}
	return layout{stored, n, body - n*extraBytes}, nil
}

// at is the offset of segment i in the bucket; at(segments) is beyond the end.
func (layout) at(i int64) int64 { return headerBytes + i*sealedBytes }

// A crypt seals and opens the segments of one blob.
type crypt struct {
	aead cipher.AEAD
	aad  []byte // all but the last 9 bytes
}

func newCrypt(a cipher.AEAD, h header, name, binding string) crypt {
	aad := append([]byte(nil), h[:]...)
	for _, s := range []string{name, binding} {
		aad = binary.BigEndian.AppendUint64(aad, uint64(len(s)))
		aad = append(aad, s...)
	}
	return crypt{a, aad[:len(aad):len(aad)]} // clipped, so that appends never share
}

func (c crypt) context(i int64, last bool) []byte {
	aad := binary.BigEndian.AppendUint64(c.aad, uint64(i))
	if last {
		return append(aad, 1)
	}
	return append(aad, 0)
}

// seal appends the sealed segment to dst.
func (c crypt) seal(dst, plain []byte, i int64, last bool) []byte {
	return c.aead.Seal(dst, nil, plain, c.context(i, last))
}

// open appends the plaintext of a segment to dst, or returns dst as it was and ErrDamaged.
func (c crypt) open(dst, sealed []byte, i int64, last bool) ([]byte, error) {
	out, err := c.aead.Open(dst, nil, sealed, c.context(i, last))
	if err != nil {
		return dst, ErrDamaged
	}
	return out, nil
}
