package proof

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Problem is something wrong with a log.
type Problem struct {
	Index int64  // of the first entry concerned; -1 when it is none
	ID    string // of the entry, when its leaf can be read
	What  string // one sentence
}

func (p Problem) String() string {
	switch {
	case p.Index < 0:
		return p.What
	case p.ID == "":
		return fmt.Sprintf("Entry %d: %s", p.Index, p.What)
	}
	return fmt.Sprintf("Entry %d (%s): %s", p.Index, p.ID, p.What)
}

// A Report is what the files of a log prove.
type Report struct {
	Signed
	Entries     int64 // that were read
	First, Last time.Time
	Refused     int64 // entries of refused attempts among them
	Problems    []Problem
}

// Holds is whether nothing is wrong.
func (r Report) Holds() bool { return len(r.Problems) == 0 }

// mostProblems bounds the list: the first says the most.
const mostProblems = 20

// Verify reads a whole log in the layout of C2SP tlog-tiles: checkpoint, bundles of entries and tiles of hashes. Every entry
// is hashed, every tile compared, and the root of the tree with what the log signed. An error is only that the checkpoint
// cannot be read or is not signed by log; all else that is wrong is in the report.
func Verify(files fs.FS, log note.Verifier, witnesses ...note.Verifier) (r Report, err error) {
	data, err := fs.ReadFile(files, "checkpoint")
	if err != nil {
		return r, fmt.Errorf("proof: there is no checkpoint: %w", err)
	}
	if r.Signed, err = Open(data, log, witnesses...); err != nil {
		return r, err
	}
	v := verifier{files: files, r: &r, edge: &Edge{}, seen: map[string]int64{}}
	for n := int64(0); n<<Height < r.Size; n++ {
		if !v.bundle(n, int(min(Width, r.Size-n<<Height))) {
			return r, nil // what comes after a gap can be tied to nothing
		}
	}
	for _, t := range v.edge.Partial() {
		v.tile(t)
	}
	if root := v.edge.Root(); root != r.Root && r.Holds() {
		v.wrong(-1, "", "these entries are a different history: their tree has another root than the checkpoint that was signed for it")
	}
	return r, nil
}

type verifier struct {
	files fs.FS
	r     *Report
	edge  *Edge
	seen  map[string]int64 // place of each entry by its identifier
}

func (v *verifier) wrong(index int64, id, what string) {
	if len(v.r.Problems) < mostProblems {
		v.r.Problems = append(v.r.Problems, Problem{index, id, what})
	}
}

// bundle reads the entries of a bundle into the tree; false when some are missing.
func (v *verifier) bundle(n int64, width int) bool {
	first := n << Height
	data, err := readTile(v.files, -1, n, width)
	if err != nil {
		v.wrong(first, "", fmt.Sprintf("it and those after it are missing: %s is not there", BundlePath(n, width)))
		return false
	}
	leaves, err := Leaves(data)
	if err != nil || len(leaves) < width {
		v.wrong(first+int64(len(leaves)), "", "it is missing: its bundle is cut off")
		return false
	}
	told := v.told(n, width)
	for i, leaf := range leaves[:width] {
		index := first + int64(i)
		v.leaf(index, leaf)
		h := tlog.RecordHash(leaf)
		if told != nil && h != told[i] {
			v.wrong(index, idOf(leaf), "its bytes are not those that the tree holds")
		}
		for _, t := range v.edge.Append(h) {
			if t.Level > 0 { // the leaves were compared one by one
				v.tile(t)
			}
		}
	}
	return true
}

// told is the hashes of a bundle's entries as the tree has them.
func (v *verifier) told(n int64, width int) []tlog.Hash {
	data, err := readTile(v.files, 0, n, width)
	if err == nil {
		var hashes []tlog.Hash
		if hashes, err = Hashes(data); err == nil && len(hashes) >= width {
			return hashes[:width]
		}
	}
	v.wrong(-1, "", fmt.Sprintf("tile %s is missing or cut off", TilePath(0, n, width)))
	return nil
}

// tile compares a tile that follows from the entries with the one in the files.
func (v *verifier) tile(t Tile) {
	data, err := readTile(v.files, t.Level, t.N, len(t.Hashes))
	path := TilePath(t.Level, t.N, len(t.Hashes))
	if err != nil {
		v.wrong(-1, "", fmt.Sprintf("tile %s is missing", path))
		return
	}
	hashes, err := Hashes(data)
	if err != nil || len(hashes) < len(t.Hashes) {
		v.wrong(-1, "", fmt.Sprintf("tile %s is cut off", path))
		return
	}
	for i, h := range t.Hashes {
		if hashes[i] != h {
			at := (t.N<<Height + int64(i)) << (Height * t.Level)
			v.wrong(at, "", fmt.Sprintf("tile %s does not follow from the entries from here on", path))
			return
		}
	}
}

// leaf looks at the words of an entry.
func (v *verifier) leaf(index int64, b []byte) {
	l, err := ParseLeaf(b)
	if err != nil {
		v.wrong(index, "", err.Error())
		return
	}
	if before, ok := v.seen[l.ID]; ok {
		v.wrong(index, l.ID, fmt.Sprintf("it is entry %d once more", before))
	}
	v.seen[l.ID] = index
	v.r.Entries++
	if l.Outcome == "refused" {
		v.r.Refused++
	}
	if v.r.First.IsZero() || l.At.Before(v.r.First) {
		v.r.First = l.At
	}
	if l.At.After(v.r.Last) {
		v.r.Last = l.At
	}
}

func idOf(leaf []byte) string {
	l, err := ParseLeaf(leaf)
	if err != nil {
		return ""
	}
	return l.ID
}

// readTile reads a tile of a width, or a fuller one in its place.
func readTile(files fs.FS, level int, n int64, width int) ([]byte, error) {
	path := TilePath
	if level < 0 {
		path = func(_ int, n int64, width int) string { return BundlePath(n, width) }
	}
	data, err := fs.ReadFile(files, path(level, n, width))
	if errors.Is(err, fs.ErrNotExist) && width < Width {
		data, err = fs.ReadFile(files, path(level, n, Width))
	}
	return data, err
}

// Tiles read the hashes of a tree for proofs.
type Tiles func(level int, n int64, width int) ([]byte, error)

// FilesOf reads tiles from a folder.
func FilesOf(files fs.FS) Tiles {
	return func(level int, n int64, width int) ([]byte, error) { return readTile(files, level, n, width) }
}

// reader makes tiles a tlog.TileReader: what it gives is checked against the root of a tree.
type reader struct{ tiles Tiles }

func (reader) Height() int                     { return Height }
func (reader) SaveTiles([]tlog.Tile, [][]byte) {}

func (r reader) ReadTiles(ts []tlog.Tile) (out [][]byte, err error) {
	for _, t := range ts {
		b, err := r.tiles(t.L, t.N, t.W)
		if err != nil {
			return nil, err
		}
		if len(b) < t.W*tlog.HashSize {
			return nil, fmt.Errorf("proof: tile %s is cut off", TilePath(t.L, t.N, t.W))
		}
		out = append(out, b[:t.W*tlog.HashSize])
	}
	return out, nil
}

// Inclusion proves that the leaf at an index is in the tree of a checkpoint (RFC 6962, section 2.1.1).
func Inclusion(c Checkpoint, index int64, tiles Tiles) (tlog.RecordProof, error) {
	return tlog.ProveRecord(c.Size, index, tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, reader{tiles}))
}

// Consistency proves that the tree of a checkpoint begins with the whole tree of an older size (RFC 6962, section 2.1.2).
func Consistency(c Checkpoint, old int64, tiles Tiles) (tlog.TreeProof, error) {
	if old == 0 || old == c.Size {
		return nil, nil
	}
	return tlog.ProveTree(c.Size, old, tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, reader{tiles}))
}

// Included checks an inclusion proof.
func Included(p tlog.RecordProof, c Checkpoint, index int64, leaf []byte) error {
	return tlog.CheckRecord(p, c.Size, c.Root, index, tlog.RecordHash(leaf))
}

// Consistent checks a consistency proof between two checkpoints of a log.
func Consistent(p tlog.TreeProof, older, newer Checkpoint) error {
	switch {
	case older.Size > newer.Size:
		return errors.New("proof: the log became shorter")
	case older.Size == newer.Size && older.Root != newer.Root:
		return errors.New("proof: two trees of one size: the history was replaced")
	case older.Size == 0 || older.Size == newer.Size:
		return nil
	}
	return tlog.CheckTree(p, newer.Size, newer.Root, older.Size, older.Root)
}
