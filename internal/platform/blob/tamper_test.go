package blob

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
)

// rootKey seals as keys.BlobKey does.
type rootKey string

var testKey = rootKey("a root of thirty-two bytes, fixed")

func (k rootKey) Derive(salt []byte) (a cipher.AEAD, check [16]byte, err error) {
	out, err := hkdf.Key(sha256.New, []byte(k), salt, "countersign blob v1", 48)
	if err != nil {
		return nil, check, err
	}
	copy(check[:], out[32:])
	b, err := aes.NewCipher(out[:32])
	if err != nil {
		return nil, check, err
	}
	a, err = cipher.NewGCMWithRandomNonce(b)
	return a, check, err
}

// raw gives the stored bytes of a blob.
func raw(t testing.TB, s *Store, name string) []byte {
	t.Helper()
	_, size, err := s.b.read(t.Context(), name, 0, make([]byte, 1))
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, size)
	if n, _, err := s.b.read(t.Context(), name, 0, b); err != nil || n != len(b) {
		t.Fatal(n, err)
	}
	return b
}

// plant stores bytes as an intruder in the bucket would.
func plant(t testing.TB, s *Store, name string, b []byte) {
	t.Helper()
	if err := s.b.remove(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	o, err := s.b.create(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := o.commit(); err != nil {
		t.Fatal(err)
	}
}

// refused opens and reads a blob that must not open in full, and fails if a byte comes out that is not plain's.
func refused(t testing.TB, s *Store, key Sealer, binding, name string, plain []byte) error {
	t.Helper()
	r, err := s.Open(t.Context(), key, binding, name)
	if err != nil {
		return err
	}
	got, err := io.ReadAll(r)
	if !bytes.HasPrefix(plain, got) {
		t.Fatal("wrong bytes were returned")
	}
	if err == nil {
		t.Fatal("it opened")
	}
	return err
}

func tamper(t *testing.T, s *Store) {
	plain := noise(3*segmentBytes + 100)
	st, other := put(t, s, plain), put(t, s, plain)
	good, second := raw(t, s, st.Name), raw(t, s, other.Name)
	seg := func(b []byte, i int) []byte {
		return b[headerBytes+i*sealedBytes : min(headerBytes+(i+1)*sealedBytes, len(b))]
	}
	changed := map[string][]byte{
		"empty":             {},
		"header only":       good[:headerBytes],
		"half a header":     good[:20],
		"one byte short":    good[:len(good)-1],
		"one byte long":     append(slices.Clone(good), 0),
		"an empty segment":  append(slices.Clone(good), make([]byte, extraBytes)...),
		"segments reversed": slices.Concat(good[:headerBytes], seg(good, 2), seg(good, 1), seg(good, 0), seg(good, 3)),
		"one dropped":       slices.Concat(good[:headerBytes], seg(good, 0), seg(good, 2), seg(good, 3)),
		"one repeated":      slices.Concat(good[:headerBytes], seg(good, 0), seg(good, 0), seg(good, 2), seg(good, 3)),
		"last repeated":     slices.Concat(good, seg(good, 3)),
		"from another blob": slices.Concat(good[:headerBytes], seg(good, 0), seg(second, 1), seg(good, 2), seg(good, 3)),
		"another header":    slices.Concat(second[:headerBytes], good[headerBytes:]),
		"the other blob":    second,
	}
	for i := range 3 {
		changed[fmt.Sprintf("cut after segment %d", i)] = good[:headerBytes+(i+1)*sealedBytes]
	}
	// One byte of every field of the header and of the nonce, text and tag of a middle and of the last segment.
	mid, last := headerBytes+sealedBytes, headerBytes+3*sealedBytes
	for _, at := range []int{0, 7, 8, 9, 11, 12, 15, 16, 47, 48, 63,
		headerBytes, headerBytes + 12, mid - 1, mid, mid + 11, mid + 12, mid + 30_000, mid + sealedBytes - 1,
		last, last + 12, last + 60, len(good) - 16, len(good) - 1} {
		b := slices.Clone(good)
		b[at] ^= 0x10
		changed[fmt.Sprintf("flip at %d", at)] = b
	}
	for what, b := range changed {
		t.Run(what, func(t *testing.T) {
			plant(t, s, st.Name, b)
			err := refused(t, s, testKey, "v1", st.Name, plain)
			if len(b) > 0 && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrWrongKey) {
				t.Errorf("refused for another reason: %v", err)
			}
		})
	}
	plant(t, s, st.Name, good)
	if err := refused(t, s, testKey, "v2", st.Name, nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("another binding: %v", err)
	}
	if err := refused(t, s, rootKey("another root of thirty-two bytes!"), "v1", st.Name, nil); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another key: %v", err)
	}
	r, err := s.Open(t.Context(), testKey, "v1", st.Name) // the suite itself did no harm
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("put back: %v", err)
	}
}

// TestChangeWhileReading changes a blob after it was opened.
func TestChangeWhileReading(t *testing.T) {
	s := &Store{newMemory()}
	plain := noise(3 * segmentBytes)
	st := put(t, s, plain)
	good := raw(t, s, st.Name)
	for what, change := range map[string]func([]byte) []byte{
		"flip":   func(b []byte) []byte { b[headerBytes+sealedBytes+50] ^= 1; return b },
		"cut":    func(b []byte) []byte { return b[:len(b)-sealedBytes] },
		"longer": func(b []byte) []byte { return append(b, 1) },
	} {
		plant(t, s, st.Name, good)
		r, err := s.Open(t.Context(), testKey, "v1", st.Name)
		if err != nil {
			t.Fatal(err)
		}
		plant(t, s, st.Name, change(slices.Clone(good)))
		got, err := io.ReadAll(r)
		if !errors.Is(err, ErrDamaged) || !bytes.HasPrefix(plain, got) {
			t.Errorf("%s: %d bytes, %v", what, len(got), err)
		}
	}
}
