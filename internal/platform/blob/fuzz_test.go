package blob

import (
	"bytes"
	"io"
	"testing"
)

// FuzzOpen feeds arbitrary stored bytes to the parser: whatever they are, it returns either an error or exactly
// what was sealed under that name.
func FuzzOpen(f *testing.F) {
	const name = "00112233445566778899aabbccddeeff"
	seal := func(plain []byte) []byte {
		h, a, err := newHeader(testKey)
		if err != nil {
			f.Fatal(err)
		}
		c := newCrypt(a, h, name, "v1")
		out := bytes.Clone(h[:])
		for i := int64(0); ; i++ {
			part := plain[:min(segmentBytes, len(plain))]
			plain = plain[len(part):]
			out = c.seal(out, part, i, len(plain) == 0)
			if len(plain) == 0 {
				return out
			}
		}
	}
	small, large := noise(40), noise(segmentBytes+1)
	f.Add(seal(nil))
	f.Add(seal(small))
	f.Add(seal(large))
	f.Fuzz(func(t *testing.T, stored []byte) {
		s := &Store{newMemory()}
		plant(t, s, name, stored)
		r, err := s.Open(t.Context(), testKey, "v1", name)
		if err != nil {
			return
		}
		got, err := io.ReadAll(r)
		if err == nil && len(got) > 0 && !bytes.Equal(got, small) && !bytes.Equal(got, large) {
			t.Fatalf("%d bytes that nobody sealed", len(got))
		}
		if err == nil && int64(len(got)) != r.Size() {
			t.Fatalf("Size() = %d, read %d", r.Size(), len(got))
		}
	})
}

func TestLayout(t *testing.T) {
	for _, n := range sizes {
		segments := max(1, (n+segmentBytes-1)/segmentBytes)
		l, err := layoutOf(int64(headerBytes + n + segments*extraBytes))
		if err != nil || l.plain != int64(n) || l.segments != int64(segments) {
			t.Errorf("%d: %+v, %v", n, l, err)
		}
	}
	for _, stored := range []int64{0, headerBytes, headerBytes + extraBytes - 1, headerBytes + sealedBytes + 1, headerBytes + sealedBytes + extraBytes} {
		if l, err := layoutOf(stored); err == nil {
			t.Errorf("%d stored bytes: %+v", stored, l)
		}
	}
}

// TestVersion1StaysReadable opens a blob sealed by the first release of the format, so that no later change of
// the code can orphan what is stored.
func TestVersion1StaysReadable(t *testing.T) {
	const name = "00112233445566778899aabbccddeeff"
	s := &Store{newMemory()}
	plant(t, s, name, version1)
	r, err := s.Open(t.Context(), testKey, "v1", name)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "Countersign seals this." {
		t.Errorf("%q, %v", got, err)
	}
}
