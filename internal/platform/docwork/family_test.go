package docwork

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

// letter is an e-mail with one attachment.
func letter(name, kind string, attached []byte) []byte {
	return []byte("From: Ann Example <a@example.org>\r\nTo: b@example.org\r\nSubject: The file\r\nDate: Mon, 23 Nov 2026 08:40:00 -0600\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSee what is attached.\r\n" +
		"--x\r\nContent-Type: " + kind + "; name=\"" + name + "\"\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString(attached) + "\r\n--x--\r\n")
}

// A file inside a file inside a file is read as if it came alone.
func TestInside(t *testing.T) {
	p := pool(t, Settings{Most: 2}) // fewer than the files on the way: they make room for one another
	inner := zipped(t, map[string]string{"notes.txt": "The deepest words."})
	root := source("root", zipped(t, map[string]string{"mail.eml": string(letter("inner.zip", "application/zip", inner))}))
	for range 2 {
		s, outer, err := Inside(t.Context(), p, root, []int{0, 0, 0})
		if err != nil || len(outer) != 3 || outer[0].Kind != "ZIP archive" || outer[1].Kind != "E-mail" || outer[2].Kind != "ZIP archive" {
			t.Fatalf("%+v, %v", outer, err)
		}
		if s.Name != "notes.txt" || s.Size != 18 || s.Key == root.Key {
			t.Errorf("%+v", s)
		}
		err = p.Do(t.Context(), s, func(f *File) error {
			text, err := f.Text(0, nil)
			if text != "The deepest words." || len(f.Info().Pages) != 1 {
				t.Errorf("%q, %+v", text, f.Info())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range [][]int{{1}, {-1}, {0, 1}, {0, 0, 0, 0}} {
		if _, _, err := Inside(t.Context(), p, root, path); !errors.Is(err, ErrNotInside) {
			t.Errorf("%v: %v", path, err)
		}
	}
}

// What an archive says of its files may be a lie: then there is a sentence, and the archive itself stays readable.
func TestInsideABomb(t *testing.T) {
	p := pool(t, Settings{})
	for what, c := range map[string]struct {
		data []byte
		want string
	}{
		"it denies its size": {lying(zipped(t, map[string]string{"a.txt": strings.Repeat("a", 5000)})), "is broken"},
		"too large":          {zipped(t, map[string]string{"a.txt": strings.Repeat("a", MaxFile+1)}), "larger than what is opened"},
	} {
		root := source(what, c.data)
		s, outer, err := Inside(t.Context(), p, root, []int{0})
		if err == nil {
			err = p.Do(t.Context(), s, func(*File) error { return nil })
		}
		if say, ok := errors.AsType[Sentence](err); !ok || !strings.Contains(string(say), c.want) || len(outer) != 1 {
			t.Errorf("%s: %v, %+v", what, err, outer)
		}
		if err := p.Do(t.Context(), root, func(f *File) error { _, err := f.Text(0, nil); return err }); err != nil {
			t.Errorf("%s: the archive is gone: %v", what, err)
		}
	}
}

// Archives larger than what is read whole are read in ranges.
func TestALargeArchive(t *testing.T) {
	p := pool(t, Settings{})
	var noise strings.Builder
	for n := uint32(1); noise.Len() < MaxFile+MaxFile/8; n = n*1664525 + 1013904223 {
		noise.WriteByte(byte(n >> 24))
	}
	root := source("large", zipped(t, map[string]string{"noise.bin": noise.String(), "a.txt": "small"}))
	if root.Size <= MaxFile {
		t.Fatalf("%d bytes are not large", root.Size)
	}
	err := p.Do(t.Context(), root, func(f *File) error {
		if n := len(f.Info().Children); n != 2 {
			t.Errorf("%d files inside: %s", n, f.Info().Why)
		}
		for i, c := range f.Info().Children {
			if b, err := f.Member(i); c.Name == "a.txt" && (err != nil || string(b) != "small") {
				t.Errorf("%q, %v", b, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
