package proof

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// The trees over the eight leaves of the reference implementation of RFC 6962.
func TestRoots(t *testing.T) {
	leaves := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := []string{
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	e := &Edge{}
	for i, want := range roots {
		if root := e.Root(); hex.EncodeToString(root[:]) != want {
			t.Errorf("%d leaves: %x, want %s", i, root, want)
		}
		if i < len(leaves) {
			b, err := hex.DecodeString(leaves[i])
			if err != nil {
				t.Fatal(err)
			}
			e.Append(tlog.RecordHash(b))
		}
	}
}

// A small log in memory.
type small struct {
	files  fstest.MapFS
	leaves [][]byte
	key    note.Signer
	vkey   string
	c      Checkpoint
}

func leaf(i int) []byte {
	return []byte(fmt.Sprintf("countersign/leaf/v1\nid e%d\nat %d\nverb task.submit\noutcome done\nsubject task/t%d\nrev 1\nmatter m\nowner o\nactor p\norg o\nsession s\nvia web\nrule r\npolicy ab\nfield stage %s\n",
		i, 1_760_000_000_000_000+i, i, strings.Repeat("A", 43)+"="))
}

func newSmall(t testing.TB, leaves [][]byte) *small {
	t.Helper()
	secret, vkey, err := GenerateKey("log.example/one")
	if err != nil {
		t.Fatal(err)
	}
	s := &small{leaves: leaves, vkey: vkey}
	if s.key, err = note.NewSigner(secret); err != nil {
		t.Fatal(err)
	}
	s.files = s.write(t, leaves)
	return s
}

// write is the files of a log of leaves, signed.
func (s *small) write(t testing.TB, leaves [][]byte) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	e := &Edge{}
	put := func(tile Tile) {
		out[TilePath(tile.Level, tile.N, len(tile.Hashes))] = &fstest.MapFile{Data: tile.Bytes()}
	}
	for _, l := range leaves {
		for _, tile := range e.Append(tlog.RecordHash(l)) {
			put(tile)
		}
	}
	for _, tile := range e.Partial() {
		put(tile)
	}
	for n := 0; n*Width < len(leaves); n++ {
		some := leaves[n*Width : min(len(leaves), (n+1)*Width)]
		b, err := Bundle(some)
		if err != nil {
			t.Fatal(err)
		}
		out[BundlePath(int64(n), len(some))] = &fstest.MapFile{Data: b}
	}
	s.c = Checkpoint{s.key.Name(), e.Size, e.Root()}
	signed, err := Sign(s.c, s.key)
	if err != nil {
		t.Fatal(err)
	}
	out["checkpoint"] = &fstest.MapFile{Data: signed}
	return out
}

func (s *small) verifier(t testing.TB) note.Verifier {
	t.Helper()
	v, err := LogKey(s.vkey)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func many(n int) (out [][]byte) {
	for i := range n {
		out = append(out, leaf(i))
	}
	return out
}

// The edge grows as the tree of x/mod does, proofs of both kinds hold for every size, and an edge that was read back goes on.
func TestTrees(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 700).Draw(rt, "n")
		s := newSmall(t, many(n))
		tiles := FilesOf(s.files)
		root, err := tlog.TreeHash(int64(n), tlog.TileHashReader(tlog.Tree{N: s.c.Size, Hash: s.c.Root}, reader{tiles}))
		if err != nil || root != s.c.Root {
			rt.Fatalf("%v, %v", root, err)
		}
		i := rapid.IntRange(0, n-1).Draw(rt, "i")
		p, err := Inclusion(s.c, int64(i), tiles)
		if err != nil || Included(p, s.c, int64(i), s.leaves[i]) != nil {
			rt.Fatalf("inclusion of %d in %d: %v", i, n, err)
		}
		if Included(p, s.c, int64(i), leaf(n+1)) == nil {
			rt.Fatal("a leaf that is not there is included")
		}
		old := newSmall(t, many(rapid.IntRange(0, n).Draw(rt, "old"))).c
		q, err := Consistency(s.c, old.Size, tiles)
		if err != nil || Consistent(q, old, s.c) != nil {
			rt.Fatalf("consistency from %d to %d: %v", old.Size, n, err)
		}
		if old.Size > 0 {
			old.Root[3] ^= 1
			if Consistent(q, old, s.c) == nil {
				rt.Fatal("another history is consistent")
			}
		}
		e, err := EdgeOf(int64(n), func(level int, n int64, width int) ([]tlog.Hash, error) {
			b, err := tiles(level, n, width)
			if err != nil {
				return nil, err
			}
			return Hashes(b)
		})
		if err != nil || e.Root() != s.c.Root {
			rt.Fatalf("an edge that was read back: %v", err)
		}
	})
}

// Tampering is caught, and the first bad entry named.
func TestTampering(t *testing.T) {
	const n = 600
	fresh := func() *small { return newSmall(t, many(n)) }
	bundle := func(s *small, i int64, leaves [][]byte) {
		b, err := Bundle(leaves)
		if err != nil {
			t.Fatal(err)
		}
		s.files[BundlePath(i, int(min(Width, n-i*Width)))] = &fstest.MapFile{Data: b}
	}
	for name, c := range map[string]struct {
		do    func(s *small)
		index int64
		says  string
	}{
		"nothing": {func(*small) {}, -2, ""},
		"edited": {func(s *small) {
			l := many(n)
			l[300] = bytes.Replace(l[300], []byte("web"), []byte("cli"), 1)
			bundle(s, 1, l[256:512])
		}, 300, "not those that the tree holds"},
		"backdated": {func(s *small) {
			l := many(n)
			l[3] = bytes.Replace(l[3], []byte("at 17"), []byte("at 16"), 1)
			bundle(s, 0, l[:256])
		}, 3, "not those that the tree holds"},
		"deleted": {func(s *small) { l := many(n); bundle(s, 2, append(l[512:550:550], l[551:]...)) }, 599, "missing"},
		"inserted": {func(s *small) {
			l := many(n)
			bundle(s, 0, append(append(append([][]byte{}, l[:9]...), leaf(9999)), l[9:255]...))
		}, 9, "not those that the tree holds"},
		"reordered":                {func(s *small) { l := many(n); l[7], l[8] = l[8], l[7]; bundle(s, 0, l[:256]) }, 7, "not those that the tree holds"},
		"doubled, and signed anew": {func(s *small) { l := many(n); l[70] = l[60]; s.files = s.write(t, l) }, 70, "entry 60 once more"},
		"a bundle is gone":         {func(s *small) { delete(s.files, BundlePath(1, 256)) }, 256, "missing"},
		"a tile is swapped": {func(s *small) {
			s.files[TilePath(0, 0, 256)], s.files[TilePath(0, 1, 256)] = s.files[TilePath(0, 1, 256)], s.files[TilePath(0, 0, 256)]
		}, 0, "not those that the tree holds"},
		"a tile above is changed": {func(s *small) { s.files[TilePath(1, 0, 2)].Data[40] ^= 1 }, 256, "does not follow"},
		"a tile is gone":          {func(s *small) { delete(s.files, TilePath(1, 0, 2)) }, -1, "missing"},
		"entry, tile and tile above are edited": {func(s *small) {
			l := many(n)
			l[300] = bytes.Replace(l[300], []byte("web"), []byte("cli"), 1)
			was := s.files["checkpoint"]
			s.files = s.write(t, l)
			s.files["checkpoint"] = was
		}, -1, "different history"},
		"a leaf is no leaf": {func(s *small) { l := many(n); l[5] = []byte("countersign/leaf/v1\nid x\n"); s.files = s.write(t, l) }, 5, "no leaf"},
	} {
		t.Run(name, func(t *testing.T) {
			s := fresh()
			c := c
			c.do(s)
			r, err := Verify(s.files, s.verifier(t))
			if err != nil {
				t.Fatal(err)
			}
			if c.index == -2 {
				if !r.Holds() || r.Entries != n || r.Size != n {
					t.Errorf("%+v", r)
				}
				return
			}
			if r.Holds() || r.Problems[0].Index != c.index || !strings.Contains(r.Problems[0].What, c.says) {
				t.Errorf("%v", r.Problems)
			}
		})
	}
	s := fresh()
	other := fresh()
	s.files["checkpoint"] = other.files["checkpoint"]
	if _, err := Verify(s.files, s.verifier(t)); err == nil {
		t.Error("a checkpoint of another key is taken")
	}
	delete(s.files, "checkpoint")
	if _, err := Verify(s.files, s.verifier(t)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// A history that is replaced and signed with the log's own key passes every check of the log alone: the witness catches it.
func TestTheWitnessCatchesAFork(t *testing.T) {
	s := newSmall(t, many(300))
	secret, wkey, err := GenerateKey("witness.example/firm")
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWitness(s.verifier(t), secret)
	if err != nil {
		t.Fatal(err)
	}
	first := s.files["checkpoint"].Data
	line, err := w.Add(AddRequest(0, nil, first))
	if err != nil {
		t.Fatal(err)
	}
	state := w.State()
	wv, err := WitnessKey(wkey)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Open(AddSignatures(first, line), s.verifier(t), wv)
	if err != nil || len(got.Cosigned) != 1 || got.Cosigned[0].Name != "witness.example/firm" || got.Cosigned[0].At.IsZero() {
		t.Fatalf("%+v, %v", got, err)
	}

	honest := s.c
	s.files = s.write(t, many(500))
	p, err := Consistency(s.c, honest.Size, FilesOf(s.files))
	if err != nil {
		t.Fatal(err)
	}
	grown := s.files["checkpoint"].Data

	forked := many(500)
	forked[10] = leaf(7777)
	s.files = s.write(t, forked)
	if r, err := Verify(s.files, s.verifier(t)); err != nil || !r.Holds() {
		t.Fatalf("the fork is to look whole: %v, %v", r.Problems, err)
	}
	q, err := Consistency(s.c, honest.Size, FilesOf(s.files))
	if err != nil {
		t.Fatal(err)
	}
	again, err := NewWitness(s.verifier(t), secret)
	if err != nil || again.Restore(state) != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		request []byte
		want    error
	}{
		"a fork":                   {AddRequest(300, q, s.files["checkpoint"].Data), ErrFork},
		"a fork from the start":    {AddRequest(0, nil, s.files["checkpoint"].Data), ErrStale},
		"without a proof":          {AddRequest(300, nil, grown), ErrFork},
		"a shorter log":            {AddRequest(300, nil, newSmallAs(t, s, many(200))), ErrMalformed},
		"the same size, otherwise": {AddRequest(300, nil, newSmallAs(t, s, forked[:300])), ErrFork},
		"another log":              {AddRequest(300, p, newSmall(t, many(500)).files["checkpoint"].Data), ErrUnsigned},
		"nonsense":                 {[]byte("old x\n\n"), ErrMalformed},
	} {
		if _, err := again.Add(c.request); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := again.Add(AddRequest(300, p, grown)); err != nil || again.Last.Size != 500 {
		t.Errorf("honest growth: %v", err)
	}
}

func newSmallAs(t *testing.T, s *small, leaves [][]byte) []byte {
	return s.write(t, leaves)["checkpoint"].Data
}

func TestPaths(t *testing.T) {
	for path, want := range map[string]string{
		"tile/0/000": "0 0 256", "tile/1/x001/234.p/17": "1 1234 17", "tile/entries/x001/x002/003": "-1 1002003 256", "tile/entries/000.p/255": "-1 0 255",
		"tile/data/000": "", "tile/0/1": "", "tile/8/000": "", "tile/0/000.p/256": "", "tile/0/000.p/0": "", "tile/-1/000": "", "x": "", "tile/": "", "tile/0/../0": "",
	} {
		level, n, width, err := ParsePath(path)
		got := ""
		if err == nil {
			got = fmt.Sprint(level, n, width)
			back := TilePath(level, n, width)
			if level < 0 {
				back = BundlePath(n, width)
			}
			if back != path {
				t.Errorf("%s becomes %s", path, back)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q (%v)", path, got, want, err)
		}
	}
}

func FuzzLeaf(f *testing.F) {
	f.Add(leaf(1))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = ParseLeaf(b) })
}

func FuzzBundle(f *testing.F) {
	b, err := Bundle(many(3))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		leaves, err := Leaves(b)
		if err != nil {
			return
		}
		if back, err := Bundle(leaves); err != nil || !bytes.Equal(back, b) {
			t.Fatalf("%x became %x (%v)", b, back, err)
		}
	})
}

func FuzzAdd(f *testing.F) {
	s := newSmall(f, many(3))
	f.Add(AddRequest(0, nil, s.files["checkpoint"].Data))
	v := s.verifier(f)
	secret, _, err := GenerateKey("w")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := NewWitness(v, secret)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Add(b)
	})
}

func FuzzPath(f *testing.F) {
	f.Add("tile/entries/x001/234.p/17")
	f.Fuzz(func(_ *testing.T, s string) { _, _, _, _ = ParsePath(s) })
}
