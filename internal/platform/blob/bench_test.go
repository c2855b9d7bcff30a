package blob

import (
	"bytes"
	"io"
	"testing"
)

func benchStore(b *testing.B) *Store {
	s, err := Open(b.Context(), "file://"+b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkPut(b *testing.B) {
	s, plain := benchStore(b), noise(32<<20)
	b.SetBytes(int64(len(plain)))
	b.ReportAllocs()
	for b.Loop() {
		st, err := s.Put(b.Context(), testKey, "v1", bytes.NewReader(plain))
		if err != nil {
			b.Fatal(err)
		}
		s.Delete(b.Context(), st.Name)
	}
}

func BenchmarkOpenAndReadAll(b *testing.B) {
	s, plain := benchStore(b), noise(32<<20)
	st := put(b, s, plain)
	b.SetBytes(int64(len(plain)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := s.Open(b.Context(), testKey, "v1", st.Name)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadAtRandom(b *testing.B) {
	s, plain := benchStore(b), noise(32<<20)
	r, err := s.Open(b.Context(), testKey, "v1", put(b, s, plain).Name)
	if err != nil {
		b.Fatal(err)
	}
	p := make([]byte, 4096)
	off := int64(0)
	for b.Loop() {
		off = (off*6364136223846793005 + 1442695040888963407) & (16<<20 - 1)
		if _, err := r.ReadAt(p, off); err != nil {
			b.Fatal(err)
		}
	}
}
