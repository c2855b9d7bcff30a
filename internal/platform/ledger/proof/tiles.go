package proof

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// The bounds of a tile (C2SP tlog-tiles).
const (
	Height  = 8
	Width   = 1 << Height // hashes of a full tile, entries of a full bundle
	MaxLeaf = 1<<16 - 1   // bytes
)

// TilePath is where a hash tile of a level lies: "tile/0/x001/234", or "tile/0/x001/234.p/17" when it has 17 hashes.
func TilePath(level int, n int64, width int) string {
	return "tile/" + strings.TrimPrefix(tlog.Tile{H: Height, L: level, N: n, W: width}.Path(), "tile/8/")
}

// BundlePath is where a bundle of entries lies: "tile/entries/000.p/17".
func BundlePath(n int64, width int) string {
	return strings.Replace(TilePath(-1, n, width), "tile/data/", "tile/entries/", 1)
}

// ParsePath reads the path of a tile or, for level -1, of a bundle.
func ParsePath(path string) (level int, n int64, width int, err error) {
	rest, ok := strings.CutPrefix(path, "tile/")
	if !ok || strings.HasPrefix(rest, "data/") { // so x/mod calls entries
		return 0, 0, 0, errPath
	}
	if after, ok := strings.CutPrefix(rest, "entries/"); ok {
		rest = "data/" + after
	}
	t, err := tlog.ParseTilePath("tile/8/" + rest)
	if err != nil || t.L > 63/Height {
		return 0, 0, 0, errPath
	}
	return t.L, t.N, t.W, nil
}

var errPath = errors.New("proof: this is no path of a tile")

// Bundle puts leaves one after the other, each after its length in two bytes, big endian.
func Bundle(leaves [][]byte) ([]byte, error) {
	var b []byte
	for _, l := range leaves {
		if len(l) > MaxLeaf {
			return nil, fmt.Errorf("proof: a leaf of %d bytes", len(l))
		}
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(l))), l...) //nolint:gosec // bounded above
	}
	return b, nil
}

// Leaves reads a bundle.
func Leaves(bundle []byte) (leaves [][]byte, err error) {
	for len(bundle) > 0 {
		if len(bundle) < 2 {
			return leaves, errBundle
		}
		n := int(binary.BigEndian.Uint16(bundle))
		if len(bundle) < 2+n || len(leaves) == Width {
			return leaves, errBundle
		}
		leaves = append(leaves, bundle[2:2+n])
		bundle = bundle[2+n:]
	}
	return leaves, nil
}

var errBundle = errors.New("proof: the bundle of entries is cut off or too long")

// Hashes reads a tile.
func Hashes(tile []byte) ([]tlog.Hash, error) {
	if len(tile)%tlog.HashSize != 0 || len(tile) > Width*tlog.HashSize {
		return nil, fmt.Errorf("proof: a tile of %d bytes", len(tile))
	}
	out := make([]tlog.Hash, len(tile)/tlog.HashSize)
	for i := range out {
		out[i] = tlog.Hash(tile[i*tlog.HashSize:])
	}
	return out, nil
}

// A Tile is one of hashes, full or not.
type Tile struct {
	Level  int
	N      int64
	Hashes []tlog.Hash
}

// Bytes are the hashes one after the other.
func (t Tile) Bytes() []byte {
	b := make([]byte, 0, len(t.Hashes)*tlog.HashSize)
	for _, h := range t.Hashes {
		b = append(b, h[:]...)
	}
	return b
}

// An Edge is the right edge of a tree: on each level the hashes of the tile that is not full yet. It is all that is needed
// to append to the tree, whatever its size.
type Edge struct {
	Size   int64
	levels [][]tlog.Hash
}

// EdgeOf reads the edge of a tree of a size; tile gives the hashes of a tile that is not full.
func EdgeOf(size int64, tile func(level int, n int64, width int) ([]tlog.Hash, error)) (*Edge, error) {
	e := &Edge{Size: size}
	for level, count := 0, size; count > 0; level, count = level+1, count>>Height {
		var hashes []tlog.Hash
		if w := int(count % Width); w > 0 {
			var err error
			if hashes, err = tile(level, count>>Height, w); err != nil {
				return nil, err
			}
			if len(hashes) < w {
				return nil, fmt.Errorf("proof: tile %s has %d hashes", TilePath(level, count>>Height, w), len(hashes))
			}
			hashes = hashes[:w:w]
		}
		e.levels = append(e.levels, hashes)
	}
	return e, nil
}

// Append adds the hash of a leaf and returns the tiles that it filled, from the leaves up.
func (e *Edge) Append(leaf tlog.Hash) (full []Tile) {
	e.Size++
	h := leaf
	for level := 0; ; level++ {
		if level == len(e.levels) {
			e.levels = append(e.levels, nil)
		}
		e.levels[level] = append(e.levels[level], h)
		if len(e.levels[level]) < Width {
			return full
		}
		t := Tile{level, e.Size>>(Height*(level+1)) - 1, e.levels[level]}
		full, e.levels[level] = append(full, t), nil
		h = perfect(t.Hashes)
	}
}

// Partial returns the tiles that are not full.
func (e *Edge) Partial() (out []Tile) {
	for level, hashes := range e.levels {
		if len(hashes) > 0 {
			out = append(out, Tile{level, e.Size >> (Height * (level + 1)), hashes})
		}
	}
	return out
}

// Root is the hash of the tree (RFC 6962, section 2.1).
func (e *Edge) Root() tlog.Hash {
	var subtrees []tlog.Hash // perfect ones, the largest first
	for level := len(e.levels) - 1; level >= 0; level-- {
		rest := e.levels[level]
		for bit := Width / 2; bit > 0; bit /= 2 {
			if len(rest)&bit != 0 {
				subtrees = append(subtrees, perfect(rest[:bit]))
				rest = rest[bit:]
			}
		}
	}
	if len(subtrees) == 0 {
		root, _ := tlog.TreeHash(0, nil) //nolint:errcheck // of nothing, nothing is read
		return root
	}
	root := subtrees[len(subtrees)-1]
	for i := len(subtrees) - 2; i >= 0; i-- {
		root = tlog.NodeHash(subtrees[i], root)
	}
	return root
}

// perfect is the root over as many hashes as a power of two.
func perfect(hashes []tlog.Hash) tlog.Hash {
	row := append([]tlog.Hash(nil), hashes...)
	for len(row) > 1 {
		for i := range len(row) / 2 {
			row[i] = tlog.NodeHash(row[2*i], row[2*i+1])
		}
		row = row[:len(row)/2]
	}
	return row[0]
}
