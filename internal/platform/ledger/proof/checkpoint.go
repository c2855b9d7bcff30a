package proof

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	f_note "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Checkpoint says how large the tree of a log is, and its root.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Text is the body of its note (C2SP tlog-checkpoint).
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

var errCheckpoint = errors.New("proof: this is no checkpoint")

// parseCheckpoint reads the body of a note. Extension lines are allowed and mean nothing here.
func parseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[0] == "" {
		return c, errCheckpoint
	}
	c.Origin = lines[0]
	c.Size, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || c.Size < 0 || lines[1] != strconv.FormatInt(c.Size, 10) {
		return c, errCheckpoint
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return c, errCheckpoint
	}
	c.Root = tlog.Hash(root)
	return c, nil
}

// A Cosignature is that a witness saw the log grow up to a checkpoint without anything before it changing.
type Cosignature struct {
	Name string
	At   time.Time // by the witness's clock
}

// A Signed checkpoint is one that opened: the log's key signed it, and some of the witnesses that were asked for.
type Signed struct {
	Checkpoint
	Cosigned []Cosignature
	Others   int // signatures by keys that are not known here
}

// Open reads a signed checkpoint. log is the key of the log, witnesses are keys for cosignatures; a signature of either
// that is wrong is an error, and so is a missing one of the log.
func Open(data []byte, log note.Verifier, witnesses ...note.Verifier) (s Signed, err error) {
	n, err := note.Open(data, note.VerifierList(append([]note.Verifier{log}, witnesses...)...))
	if err != nil {
		return s, fmt.Errorf("proof: the checkpoint is not signed by the key that was given for the log: %w", err)
	}
	if s.Checkpoint, err = parseCheckpoint(n.Text); err != nil {
		return s, err
	}
	signed := false
	for _, sig := range n.Sigs {
		if sig.Name == log.Name() && sig.Hash == log.KeyHash() {
			signed = true
			continue
		}
		at, err := f_note.CoSigV1Timestamp(sig)
		if err != nil {
			return s, fmt.Errorf("proof: the cosignature of %s: %w", sig.Name, err)
		}
		s.Cosigned = append(s.Cosigned, Cosignature{sig.Name, at.UTC()})
	}
	if !signed {
		return s, errors.New("proof: the checkpoint is not signed by the key that was given for the log")
	}
	if s.Origin != log.Name() {
		return s, fmt.Errorf("proof: the checkpoint is of the log %q, the key of %q", s.Origin, log.Name())
	}
	s.Others = len(n.UnverifiedSigs)
	return s, nil
}

// OpenCosigned reads a checkpoint of which only the witnesses' signatures count: the log may have another key by now, and a
// witness signs only what it saw signed.
func OpenCosigned(data []byte, origin string, witnesses ...note.Verifier) (s Signed, err error) {
	n, err := note.Open(data, note.VerifierList(witnesses...))
	if unknown, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		n, err = unknown.Note, nil
	}
	if err != nil {
		return s, fmt.Errorf("proof: the cosigned checkpoint: %w", err)
	}
	if s.Checkpoint, err = parseCheckpoint(n.Text); err == nil && s.Origin != origin {
		err = fmt.Errorf("proof: the cosigned checkpoint is of the log %q", s.Origin)
	}
	for _, sig := range n.Sigs {
		at, e := f_note.CoSigV1Timestamp(sig)
		err = errors.Join(err, e)
		s.Cosigned = append(s.Cosigned, Cosignature{sig.Name, at.UTC()})
	}
	s.Others = len(n.UnverifiedSigs)
	return s, err
}

// LogKey reads the public key of a log, "name+hash+base64".
func LogKey(text string) (note.Verifier, error) { return note.NewVerifier(strings.TrimSpace(text)) }

// SameKey is whether a public key of a log is the one of a verifier.
func SameKey(text string, log note.Verifier) bool {
	v, err := LogKey(text)
	return err == nil && v.Name() == log.Name() && v.KeyHash() == log.KeyHash()
}

// WitnessKey reads the public key of a witness; the plain form of an Ed25519 key and the form for cosignatures both do.
func WitnessKey(text string) (note.Verifier, error) {
	text = strings.TrimSpace(text)
	if v, err := f_note.NewVerifierForCosignatureV1(text); err == nil {
		return v, nil
	}
	asCosigner, err := f_note.VKeyToCosignatureV1(text)
	if err != nil {
		return nil, err
	}
	return f_note.NewVerifierForCosignatureV1(asCosigner)
}

// GenerateKey makes an Ed25519 key for a log or a witness: the secret form and the public one.
func GenerateKey(name string) (secret, public string, err error) {
	if name == "" || strings.ContainsAny(name, " \t\r\n+") {
		return "", "", errors.New("proof: the name of a key is one word without a plus sign")
	}
	return note.GenerateKey(rand.Reader, name)
}

// Sign signs a checkpoint for its log. Several keys sign while one takes over from another.
func Sign(c Checkpoint, keys ...note.Signer) ([]byte, error) {
	return note.Sign(&note.Note{Text: c.Text()}, keys...)
}

// AddSignatures puts the signature lines of cosigners below a signed checkpoint.
func AddSignatures(checkpoint []byte, lines ...string) []byte {
	out := append([]byte(nil), checkpoint...)
	for _, l := range lines {
		out = append(out, strings.TrimRight(l, "\n")+"\n"...)
	}
	return out
}
