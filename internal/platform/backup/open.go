package backup

import (
	"archive/tar"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"
)

// An Archive is an archive whose every byte has been checked.
type Archive struct {
	Header   Header
	Manifest Manifest

	f   *os.File
	key Key
	at  map[string]int64 // where each member begins
}

// ReadHeader reads what an archive says of itself, unchecked: which key opens it, and which release made it.
func ReadHeader(path string) (h Header, err error) {
	f, err := os.Open(path)
	if err != nil {
		return h, err
	}
	defer f.Close()
	return readHeader(tar.NewReader(f))
}

func readHeader(t *tar.Reader) (h Header, err error) {
	m, err := t.Next()
	if err != nil || m.Name != headerName || m.Size > 1<<16 {
		return h, ErrFormat
	}
	text, err := io.ReadAll(t)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return h, ErrCut
	}
	if err != nil || json.Unmarshal(text, &h) != nil || h.Format != format {
		return h, ErrFormat
	}
	return h, nil
}

// Open reads a whole archive and checks its seal. schema is the version that the program knows.
//
// Faults, one sentence each: ErrFormat, ErrKey, ErrNewer, ErrCut, ErrDamaged.
func Open(ctx context.Context, path string, key Key, schema int64, progress Progress) (a *Archive, err error) {
	h, err := ReadHeader(path)
	switch {
	case err != nil:
		return nil, err
	case h.Schema > schema:
		return nil, fmt.Errorf("%w (its schema is %d, this program knows %d)", ErrNewer, h.Schema, schema)
	case !hmac.Equal(h.Check, key.check(h.Salt)):
		return nil, ErrKey
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	a = &Archive{Header: h, f: f, key: key, at: map[string]int64{}}
	if err := a.scan(ctx, progress); err != nil {
		f.Close()
		return nil, err
	}
	return a, nil
}

// Close closes the file.
func (a *Archive) Close() error { return a.f.Close() }

// scan walks the members once, hashing every byte.
func (a *Archive) scan(ctx context.Context, progress Progress) error {
	info, err := a.f.Stat()
	if err != nil {
		return err
	}
	in := &lagging{r: a.f, h: a.key.seal(a.Header.Salt)}
	t := tar.NewReader(in)
	var members []Sum
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		m, err := t.Next()
		if err != nil {
			return broken(err)
		}
		if m.Name == sealName {
			return a.checkSeal(t, in, members)
		}
		a.at[m.Name] = in.n
		s, err := a.member(m.Name, t)
		if err != nil {
			return broken(err)
		}
		members = append(members, s)
		progress("archive", in.n, info.Size())
	}
}

func (a *Archive) member(name string, r io.Reader) (Sum, error) {
	c := &counting{w: io.Discard, h: sha256.New()}
	if name == manifestName {
		text, err := io.ReadAll(r)
		if err != nil {
			return Sum{}, err
		}
		if json.Unmarshal(text, &a.Manifest) != nil {
			return Sum{}, ErrDamaged
		}
		r = strings.NewReader("")
	}
	_, err := io.Copy(c, r)
	return c.sum(name), err
}

// broken says in one sentence what a tar reader means.
func broken(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ErrCut
	case errors.Is(err, tar.ErrHeader), errors.Is(err, tar.ErrFieldTooLong):
		return ErrDamaged
	}
	return err
}

// checkSeal compares the seal, the manifest with what was read, and that nothing but the end of a tar file follows.
func (a *Archive) checkSeal(t *tar.Reader, in *lagging, members []Sum) error {
	want := in.h.Sum(nil)
	got, err := io.ReadAll(io.LimitReader(t, int64(len(want))+1))
	if err != nil {
		return broken(err)
	}
	in.h = hash.Hash(nil)
	rest, err := io.ReadAll(io.LimitReader(in, 4*tarBlock))
	if err != nil {
		return err
	}
	end := tarBlock - len(want) + 2*tarBlock
	if len(rest) < end {
		return ErrCut
	}
	if !hmac.Equal(got, want) || len(rest) != end || slices.ContainsFunc(rest, func(b byte) bool { return b != 0 }) {
		return a.which(members)
	}
	listed := append([]Sum{a.Manifest.Rows}, a.Manifest.Blobs...)
	if len(members) < 2 || !slices.Equal(members[1:len(members)-1], listed) {
		return ErrDamaged
	}
	return nil
}

// which names the first member whose bytes are not those of the manifest, if the manifest can still be read.
func (a *Archive) which(members []Sum) error {
	listed := map[string]Sum{a.Manifest.Rows.Name: a.Manifest.Rows}
	for _, b := range a.Manifest.Blobs {
		listed[blobPrefix+strings.TrimPrefix(b.Name, blobPrefix)] = b
	}
	for _, m := range members {
		if l, ok := listed[m.Name]; ok && l != m {
			return fmt.Errorf("%w: the first is in %s", ErrDamaged, m.Name)
		}
	}
	return ErrDamaged
}

// section is the bytes of a member.
func (a *Archive) section(s Sum) *io.SectionReader {
	return io.NewSectionReader(a.f, a.at[s.Name], s.Bytes)
}

// checked reads a member once more and refuses bytes that have changed since the seal was checked.
type checked struct {
	r    io.Reader
	h    hash.Hash
	want Sum
}

func (a *Archive) checked(s Sum) io.Reader { return &checked{a.section(s), sha256.New(), s} }

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.h.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(c.h.Sum(nil)) != c.want.SHA256 {
		return n, ErrDamaged
	}
	return n, err
}
