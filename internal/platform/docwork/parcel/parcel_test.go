package parcel

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"strings"
	"testing"
)

type part struct{ name, text string }

func packed(t testing.TB, parts ...part) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err == nil {
			_, err = io.WriteString(w, p.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func opened(t *testing.T, data []byte) *Archive {
	t.Helper()
	a, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Folders are left out, names stay what they are, and each file comes out by its place.
func TestBytes(t *testing.T) {
	a := opened(t, packed(t, part{"dir/", ""}, part{"dir/a.txt", "one"}, part{"../../etc/passwd", "two"}, part{"empty", ""}))
	for i, want := range []part{{"dir/a.txt", "one"}, {"../../etc/passwd", "two"}, {"empty", ""}} {
		got, err := a.Bytes(i)
		if m := a.Members[i]; err != nil || string(got) != want.text || m.Name != want.name || m.SizeBytes != int64(len(want.text)) || m.Why != "" {
			t.Errorf("%+v: %q, %v", m, got, err)
		}
	}
	for _, i := range []int{-1, 3} {
		if _, err := a.Bytes(i); err == nil {
			t.Errorf("there is a file %d of 3", i)
		}
	}
}

// A bomb is refused by what its directory says, and one that denies what it is by what comes out of it.
func TestBombs(t *testing.T) {
	directory := func(data []byte, at int, n uint32) []byte { // changes a field of the one entry of the directory
		binary.LittleEndian.PutUint32(data[bytes.LastIndex(data, []byte("PK\x01\x02"))+at:], n)
		return data
	}
	short := func() []byte { return packed(t, part{"a", strings.Repeat("a", 1000)}) }
	const sizeUnpacked, flagsAndMethod = 24, 8
	for _, c := range []struct {
		what string
		data []byte
		why  string // what the list says; "" when only unpacking shows it
		err  string
	}{
		{"too large", packed(t, part{"a", strings.Repeat(" ", MaxBytes+1)}), "It is larger", "It is larger"},
		{"too dense", packed(t, part{"a", strings.Repeat(" ", freeBytes+1)}), "It unpacks to far more", "It unpacks to far more"},
		{"a blank scan", packed(t, part{"a", strings.Repeat(" ", freeBytes)}), "", ""},
		{"more comes than is said", directory(short(), sizeUnpacked, 10), "", "broken"},
		{"less comes than is said", directory(short(), sizeUnpacked, 2000), "", "broken"},
		{"locked", directory(short(), flagsAndMethod, 8<<16|1), "It is locked", "It is locked"},
		{"packed in another way", directory(short(), flagsAndMethod, 99<<16), "It is packed in a way", "It is packed in a way"},
	} {
		a := opened(t, c.data)
		_, err := a.Bytes(0)
		if !strings.HasPrefix(a.Members[0].Why, c.why) || c.why == "" && a.Members[0].Why != "" {
			t.Errorf("%s: the list says %q", c.what, a.Members[0].Why)
		}
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	var many []part
	for i := range maxMembers + 1 {
		many = append(many, part{strconv.Itoa(i), ""})
	}
	for what, c := range map[string]struct {
		data []byte
		want error
	}{"many": {packed(t, many...), ErrMany}, "broken": {packed(t, part{"a", "b"})[:40], ErrBroken}, "nothing": {nil, ErrBroken}} {
		if _, err := Open(bytes.NewReader(c.data), int64(len(c.data))); err != c.want { //nolint:errorlint // it comes bare
			t.Errorf("%s: %v", what, err)
		}
	}
}

// FuzzOpen opens whatever comes and takes out its first files: never more than is allowed, and exactly what is said.
func FuzzOpen(f *testing.F) {
	f.Add(packed(f, part{"a", "text"}, part{"b/c", strings.Repeat("x", 5000)}))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for i := range min(len(a.Members), 3) {
			b, err := a.Bytes(i)
			if err == nil && int64(len(b)) != a.Members[i].SizeBytes || len(b) > MaxBytes {
				t.Errorf("%+v gave %d bytes", a.Members[i], len(b))
			}
		}
	})
}
