package proof

import (
	"archive/zip"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// PackFormat is the first thing that a pack says of itself.
const PackFormat = "countersign/pack/v1"

// A Pack is some entries of a log, opened for one reader, with the proofs that they are in it. It is the file pack.json of
// an evidence pack.
type Pack struct {
	Format     string      `json:"format"`
	About      string      `json:"about"`      // whose entries they are, in words
	For        string      `json:"for"`        // for whom it was made
	Made       time.Time   `json:"made"`       // by the server's clock
	LogKey     string      `json:"log_key"`    // as the server told it: have it confirmed by somebody else
	Checkpoint string      `json:"checkpoint"` // signed, of the tree in which the entries are proven
	Cosigned   string      `json:"cosigned"`   // the newest that a witness cosigned, when it is an older one; else ""
	Grew       []tlog.Hash `json:"grew"`       // consistency proof from that one
	Entries    []PackEntry `json:"entries"`    // oldest first
}

// A PackEntry is one entry with its proof, and what opens its commitments for the reader.
type PackEntry struct {
	Index    int64         `json:"index"`
	Leaf     string        `json:"leaf"`
	Proof    []tlog.Hash   `json:"proof"`
	Openings []PackOpening `json:"openings"`
}

// A PackOpening is the value behind a commitment.
type PackOpening struct {
	Name  string `json:"name"`
	Salt  []byte `json:"salt"`
	Value string `json:"value"`
}

// largestPack bounds what is read, in bytes.
const largestPack = 1 << 30

// ReadPack reads pack.json.
func ReadPack(r io.Reader) (p Pack, err error) {
	d := json.NewDecoder(io.LimitReader(r, largestPack))
	if err := d.Decode(&p); err != nil {
		return p, fmt.Errorf("proof: this is no evidence pack: %w", err)
	}
	if p.Format != PackFormat {
		return p, fmt.Errorf("proof: this is no evidence pack of a kind that is known here (%.40q)", p.Format)
	}
	return p, nil
}

// Check verifies what lies at a path: a folder with the files of a log, an evidence pack as a ZIP, or its pack.json. It
// tells w, and reports whether all holds. An error is that it could not be checked at all.
func Check(w io.Writer, path string, k Keys) (holds bool, err error) {
	log, witnesses, err := k.Read()
	if err != nil {
		return false, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return false, fmt.Errorf("%s is neither a folder with the files of a log nor an evidence pack", path)
	}
	if info.IsDir() {
		r, err := Verify(os.DirFS(path), log, witnesses...)
		if err != nil {
			return false, err
		}
		return r.Holds(), Tell(w, r)
	}
	p, err := openPack(path)
	if err != nil {
		return false, err
	}
	r, err := VerifyPack(p, log, witnesses...)
	if err != nil {
		return false, err
	}
	return r.Holds(), TellPack(w, r)
}

// openPack reads pack.json, out of the ZIP or as it is.
func openPack(path string) (p Pack, err error) {
	if z, err := zip.OpenReader(path); err == nil {
		defer z.Close() //nolint:errcheck // it was only read
		f, err := z.Open("pack.json")
		if err != nil {
			return p, fmt.Errorf("%s is no evidence pack: there is no pack.json in it", path)
		}
		return ReadPack(f)
	}
	f, err := os.Open(path) //nolint:gosec // the user named it
	if err != nil {
		return p, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return ReadPack(f)
}

// A PackReport is what a pack proves.
type PackReport struct {
	Report
	Pack     Pack
	Opened   int   // values that are behind their commitments
	Closed   int   // commitments that are not opened for this reader, or were erased
	Vouched  int   // entries within what a known witness cosigned
	Cosigned int64 // size up to which a known witness cosigned; 0 for none
}

// VerifyPack checks every proof and every opening of a pack. An error is only that its checkpoint is not signed by log.
func VerifyPack(p Pack, log note.Verifier, witnesses ...note.Verifier) (r PackReport, err error) {
	r.Pack = p
	if r.Signed, err = Open([]byte(p.Checkpoint), log, witnesses...); err != nil {
		return r, err
	}
	if len(r.Signed.Cosigned) > 0 {
		r.Cosigned = r.Size
	}
	if p.Cosigned != "" {
		old, err := OpenCosigned([]byte(p.Cosigned), log.Name(), witnesses...)
		if err == nil {
			err = Consistent(p.Grew, old.Checkpoint, r.Checkpoint)
		}
		switch {
		case err != nil:
			r.wrong(-1, "", "the cosigned checkpoint and the newer one are of two histories")
		case len(old.Cosigned) > 0 && old.Size > r.Cosigned:
			r.Cosigned, r.Signed.Cosigned = old.Size, old.Cosigned
		}
	}
	before := int64(-1)
	for _, e := range p.Entries {
		r.entry(e)
		if e.Index <= before {
			r.wrong(e.Index, idOf([]byte(e.Leaf)), "it is out of its order, or there twice")
		}
		before = e.Index
	}
	return r, nil
}

func (r *PackReport) wrong(index int64, id, what string) {
	if len(r.Problems) < mostProblems {
		r.Problems = append(r.Problems, Problem{index, id, what})
	}
}

func (r *PackReport) entry(e PackEntry) {
	l, err := ParseLeaf([]byte(e.Leaf))
	if err != nil {
		r.wrong(e.Index, "", err.Error())
		return
	}
	r.Entries++
	if l.Outcome == "refused" {
		r.Refused++
	}
	if r.First.IsZero() || l.At.Before(r.First) {
		r.First = l.At
	}
	if l.At.After(r.Last) {
		r.Last = l.At
	}
	if e.Index < 0 || e.Index >= r.Size || Included(e.Proof, r.Checkpoint, e.Index, []byte(e.Leaf)) != nil {
		r.wrong(e.Index, l.ID, "it is not in the log, or not like this")
		return
	}
	if e.Index < r.Cosigned {
		r.Vouched++
	}
	names := make([]string, 0, len(e.Openings))
	for _, o := range e.Openings {
		m := hmac.New(sha256.New, o.Salt)
		m.Write([]byte(o.Name + "\x00" + o.Value))
		hash, ok := l.Fields[o.Name]
		if !ok || slices.Contains(names, o.Name) || !hmac.Equal(m.Sum(nil), hash[:]) {
			r.wrong(e.Index, l.ID, fmt.Sprintf("its value of %.40q is not the one that was committed to", o.Name))
			continue
		}
		names = append(names, o.Name)
		r.Opened++
	}
	r.Closed += len(l.Fields) - len(names)
}

// TellPack says in one screen what a pack proves.
func TellPack(w io.Writer, r PackReport) error {
	p := r.Pack
	if _, err := fmt.Fprintf(w, "Pack       %s\nMade       %s for %s\nEntries    %d, %d of them within what a witness you named has cosigned\nValues     %d opened; %d withheld or erased\n\n",
		p.About, p.Made.UTC().Format(day), p.For, len(p.Entries), r.Vouched, r.Opened, r.Closed); err != nil {
		return err
	}
	if !r.Holds() {
		return Tell(w, r.Report)
	}
	_, err := fmt.Fprintf(w, "Log        %s, %d entries in all\n\nProven:\n  - each of these entries is in the log that its key has signed, with these bytes, in this place;\n  - each value that is shown is the one that was committed to when the entry was made;\n", r.Origin, r.Size)
	for _, c := range r.Signed.Cosigned {
		if err == nil {
			_, err = fmt.Fprintf(w, "  - the witness %s vouches for the first %d entries, on %s;\n", c.Name, r.Cosigned, c.At.Format(day))
		}
	}
	if err == nil {
		_, err = io.WriteString(w, "Not proven:\n  - that these are all entries about it: a reader is given those that they may read;\n")
	}
	if err == nil && r.Cosigned == 0 {
		_, err = io.WriteString(w, "  - that this is the only history: no witness that you gave the key of has cosigned it;\n")
	}
	if err == nil {
		_, err = io.WriteString(w, "  - that instants are right, and that what people wrote is true.\n")
	}
	return err
}
