package proof

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	f_note "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Witness cosigns checkpoints of one log, each only after a proof that everything it cosigned before is still in it. It
// keeps nothing but the newest checkpoint that it cosigned.
type Witness struct {
	Log  note.Verifier
	Key  *f_note.Signer
	Last Checkpoint // the zero Checkpoint: none yet
}

// NewWitness reads the secret key of a witness.
func NewWitness(log note.Verifier, secret string) (*Witness, error) {
	key, err := f_note.NewSignerForCosignatureV1(strings.TrimSpace(secret))
	if err != nil {
		return nil, fmt.Errorf("proof: the witness's key: %w", err)
	}
	return &Witness{Log: log, Key: key}, nil
}

// What a witness says no to (C2SP tlog-witness names the status of each).
var (
	ErrMalformed = errors.New("proof: the request is malformed")                                           // 400
	ErrUnknown   = errors.New("proof: the checkpoint is of another log than the witness knows")            // 404
	ErrUnsigned  = errors.New("proof: the checkpoint is not signed by the log")                            // 403
	ErrStale     = errors.New("proof: the witness has seen another size of the log")                       // 409
	ErrFork      = errors.New("proof: the history was replaced: the new tree does not begin with the old") // 422
	ErrRoot      = fmt.Errorf("%w: at this size it had another root", ErrFork)                             // 409
)

// Add answers an add-checkpoint request: "old N", the lines of the consistency proof in base64, an empty line, the signed
// checkpoint. It returns the cosignature line. The caller stores Last before it hands the line out.
func (w *Witness) Add(request []byte) (line string, err error) {
	old, p, checkpoint, err := parseAdd(request)
	if err != nil {
		return "", err
	}
	if origin, _, _ := bytes.Cut(checkpoint, []byte("\n")); string(origin) != w.Log.Name() {
		return "", ErrUnknown
	}
	s, err := Open(checkpoint, w.Log)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnsigned, err)
	}
	switch {
	case old > s.Size:
		return "", ErrMalformed
	case old != w.Last.Size:
		return "", fmt.Errorf("%w: it is %d", ErrStale, w.Last.Size)
	}
	if old == s.Size && old > 0 && s.Root != w.Last.Root {
		return "", ErrRoot
	}
	last := w.Last
	last.Origin = s.Origin
	if err := Consistent(p, last, s.Checkpoint); err != nil {
		return "", fmt.Errorf("%w (%w)", ErrFork, err)
	}
	signed, err := note.Sign(&note.Note{Text: s.Text()}, w.Key)
	if err != nil {
		return "", err
	}
	_, sigs, _ := bytes.Cut(signed, []byte("\n\n"))
	w.Last = s.Checkpoint
	return string(sigs), nil
}

// AddRequest is what Add reads.
func AddRequest(old int64, p tlog.TreeProof, checkpoint []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "old %d\n", old)
	for _, h := range p {
		fmt.Fprintf(&b, "%s\n", base64.StdEncoding.EncodeToString(h[:]))
	}
	b.WriteByte('\n')
	b.Write(checkpoint)
	return b.Bytes()
}

// mostProof is how many hashes a consistency proof has at most (C2SP tlog-witness).
const mostProof = 63

func parseAdd(request []byte) (old int64, p tlog.TreeProof, checkpoint []byte, err error) {
	head, checkpoint, ok := bytes.Cut(request, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	number, isOld := strings.CutPrefix(lines[0], "old ")
	if !ok || !isOld || len(lines)-1 > mostProof {
		return 0, nil, nil, ErrMalformed
	}
	old, err = strconv.ParseInt(number, 10, 64)
	if err != nil || old < 0 || strconv.FormatInt(old, 10) != number {
		return 0, nil, nil, ErrMalformed
	}
	for _, line := range lines[1:] {
		h, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(h) != tlog.HashSize {
			return 0, nil, nil, ErrMalformed
		}
		p = append(p, tlog.Hash(h))
	}
	return old, p, checkpoint, nil
}

// State is what a witness keeps: the body of the checkpoint that it cosigned last.
func (w *Witness) State() []byte { return []byte(w.Last.Text()) }

// Restore reads State; nothing is the beginning.
func (w *Witness) Restore(state []byte) (err error) {
	if len(state) == 0 {
		w.Last = Checkpoint{}
		return nil
	}
	w.Last, err = parseCheckpoint(string(state))
	return err
}
