package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/iotest"

	"countersign/internal/kernel/fault"
	"pgregory.net/rapid"
)

// sizes are the plaintexts around every edge of the format.
var sizes = []int{0, 1, segmentBytes - 1, segmentBytes, segmentBytes + 1, 3 * segmentBytes, 40*segmentBytes + 17}

func TestMemoryConforms(t *testing.T) { conform(t, "mem:") }

func TestFolderConforms(t *testing.T) { conform(t, "file://"+t.TempDir()) }

// TestS3Conforms runs when COUNTERSIGN_TEST_S3 holds the address of a bucket.
func TestS3Conforms(t *testing.T) {
	address := os.Getenv("COUNTERSIGN_TEST_S3")
	if address == "" {
		t.Skip("COUNTERSIGN_TEST_S3 is not set")
	}
	conform(t, address)
}

// conform is what every bucket must pass.
func conform(t *testing.T, address string) {
	s, err := Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	t.Run("round trip", func(t *testing.T) { conformRoundTrip(t, s) })
	t.Run("random access", func(t *testing.T) { conformRandomAccess(t, s) })
	t.Run("concurrent readers", func(t *testing.T) { conformConcurrent(t, s) })
	t.Run("absent", func(t *testing.T) { conformAbsent(t, s) })
	t.Run("broken source", func(t *testing.T) { conformBroken(t, s) })
	t.Run("tamper", func(t *testing.T) { tamper(t, s) })
}

func conformRoundTrip(t *testing.T, s *Store) {
	for _, n := range sizes {
		want := noise(n)
		st := put(t, s, want)
		if st.Size != int64(n) || st.SHA256 != sha256.Sum256(want) || !validName(st.Name) {
			t.Errorf("%d bytes: stored %+v", n, st)
		}
		r, err := s.Open(t.Context(), testKey, "v1", st.Name)
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if r.Size() != int64(n) {
			t.Errorf("%d bytes: Size() = %d", n, r.Size())
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: read %d, %v", n, len(got), err)
		}
		r.Close()
		if _, err := r.Read(make([]byte, 1)); err == nil {
			t.Error("a closed reader reads")
		}
	}
}

func conformRandomAccess(t *testing.T, s *Store) {
	plain := noise(5*segmentBytes + 1000)
	st := put(t, s, plain)
	r, err := s.Open(t.Context(), testKey, "v1", st.Name)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		off := rapid.Int64Range(0, int64(len(plain))+10).Draw(rt, "off")
		got := make([]byte, rapid.IntRange(0, 3*segmentBytes).Draw(rt, "len"))
		want := make([]byte, len(got))
		var n, wn int
		var err, werr error
		model := bytes.NewReader(plain)
		if rapid.Bool().Draw(rt, "at") {
			n, err = r.ReadAt(got, off)
			wn, werr = model.ReadAt(want, off)
			if len(got) == 0 { // bytes.Reader says EOF at the end even then; both are allowed
				err, werr = nil, nil
			}
		} else {
			r.Seek(off-r.Size(), io.SeekEnd)
			model.Seek(off, io.SeekStart)
			n, err = io.ReadFull(r, got)
			wn, werr = io.ReadFull(model, want)
		}
		if n != wn || err != werr || !bytes.Equal(got[:n], want[:n]) {
			rt.Fatalf("%d bytes at %d: %d, %v; want %d, %v", len(got), off, n, err, wn, werr)
		}
	})
	r.Seek(0, io.SeekStart)
	if err := iotest.TestReader(r, plain); err != nil {
		t.Error(err)
	}
}

func conformConcurrent(t *testing.T, s *Store) {
	plain := noise(3*segmentBytes + 5)
	st := put(t, s, plain)
	r, err := s.Open(t.Context(), testKey, "v1", st.Name)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			got := make([]byte, 20_000)
			off := i * 25_000 % (len(plain) - len(got))
			if _, err := r.ReadAt(got, int64(off)); err != nil || !bytes.Equal(got, plain[off:off+len(got)]) {
				t.Errorf("at %d: %v", off, err)
			}
		})
	}
	wg.Wait()
}

func conformAbsent(t *testing.T, s *Store) {
	st := put(t, s, noise(10))
	for range 2 { // the second finds nothing, and says nothing
		if err := s.Delete(t.Context(), st.Name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Open(t.Context(), testKey, "v1", st.Name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a deleted blob: %v", err)
	}
	for _, name := range []string{"", "x", "../../../../etc/passwd", st.Name + "/x", st.Name[:30] + ".."} {
		if _, err := s.Open(t.Context(), testKey, "v1", name); !errors.Is(err, errName) {
			t.Errorf("%q: %v", name, err)
		}
		if err := s.Delete(t.Context(), name); !errors.Is(err, errName) {
			t.Errorf("delete %q: %v", name, err)
		}
	}
}

// conformBroken puts from sources that fail; that nothing is left is checked where a bucket can be listed.
func conformBroken(t *testing.T, s *Store) {
	broken := errors.New("the line dropped")
	// 12 MiB, so that S3 has begun an upload in parts.
	src := io.MultiReader(bytes.NewReader(noise(12<<20)), iotest.ErrReader(broken))
	if st, err := s.Put(t.Context(), testKey, "v1", src); !errors.Is(err, broken) || st.Name != "" {
		t.Errorf("broken source: %+v, %v", st, err)
	}
	cut := io.MultiReader(bytes.NewReader(noise(100)), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := s.Put(t.Context(), testKey, "v1", cut); err == nil {
		t.Error("an upload that was cut off was stored as if it were whole")
	}
	ctx, cancel := context.WithCancel(t.Context())
	src = io.MultiReader(bytes.NewReader(noise(2*segmentBytes)), after(cancel), bytes.NewReader(noise(segmentBytes)))
	if _, err := s.Put(ctx, testKey, "v1", src); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// after is an empty reader that calls f when it is reached.
type after func()

func (f after) Read([]byte) (int, error) { f(); return 0, io.EOF }

func put(t testing.TB, s *Store, plain []byte) Stored {
	t.Helper()
	st, err := s.Put(t.Context(), testKey, "v1", bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// noise is n bytes that differ from place to place and are the same in every run.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}).Read(b)
	return b
}

func TestOpenRefusesAddresses(t *testing.T) {
	for _, address := range []string{"", "ftp://x", "file:relative", "s3://:secret@%zz"} {
		if _, err := Open(t.Context(), address); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%q: %v", address, err)
		}
	}
}
