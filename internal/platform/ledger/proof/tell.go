package proof

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Keys are public keys as a person gives them: the text itself, or the name of a file that holds it.
type Keys struct {
	Log       string
	Witnesses []string
}

// Read reads the keys.
func (k Keys) Read() (log note.Verifier, witnesses []note.Verifier, err error) {
	if k.Log == "" {
		return nil, nil, fmt.Errorf("give the public key of the log: it stands on the page Record; ask somebody you trust to read it to you, not this server")
	}
	text, err := textOf(k.Log)
	if err != nil {
		return nil, nil, err
	}
	if log, err = LogKey(text); err != nil {
		return nil, nil, fmt.Errorf("the key of the log is no key: %w", err)
	}
	for _, w := range k.Witnesses {
		if text, err = textOf(w); err != nil {
			return nil, nil, err
		}
		v, err := WitnessKey(text)
		if err != nil {
			return nil, nil, fmt.Errorf("the key of a witness is no key: %w", err)
		}
		witnesses = append(witnesses, v)
	}
	return log, witnesses, nil
}

// textOf is a key, or the first line of a file that holds one.
func textOf(s string) (string, error) {
	if strings.Count(s, "+") >= 2 {
		if _, err := os.Stat(s); err != nil {
			return s, nil
		}
	}
	b, err := os.ReadFile(s)
	if err != nil {
		return "", fmt.Errorf("%s is neither a key nor a file with one", s)
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	return line, nil
}

const day = "2 January 2006, 15:04:05 UTC"

// Tell says in one screen what a log proves, and what it does not.
func Tell(w io.Writer, r Report) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("Log        %s", r.Origin)
	line("Entries    %d read of %d that are signed for", r.Entries, r.Size)
	if r.Entries > 0 {
		line("           %d of them are refused attempts", r.Refused)
		line("Instants   %s to %s", r.First.Format(day), r.Last.Format(day))
	}
	line("Root       %s", r.Root)
	line("")
	if !r.Holds() {
		line("NOT PROVEN. Something is wrong:")
		for _, p := range r.Problems {
			line("  - %s", p)
		}
		if len(r.Problems) == mostProblems {
			line("  - and perhaps more")
		}
		_, err := io.WriteString(w, b.String())
		return err
	}
	line("Proven:")
	line("  - these are exactly the entries whose tree the key of the log has signed: none is missing, doubled, changed or out of place;")
	for _, c := range r.Cosigned {
		line("  - the witness %s saw the log grow to this, with nothing before it changed, on %s;", c.Name, c.At.Format(day))
	}
	line("Not proven:")
	if len(r.Cosigned) == 0 {
		line("  - that this is the only history that was ever signed: no witness that you gave the key of has cosigned it, and whoever holds the key of the log could have signed another;")
	} else {
		line("  - that the instants are right: they are by the server's clock; not later than the cosignature is what the witness vouches for;")
	}
	line("  - that what people did outside the program is in it, and that its names and words are true: entries hold identifiers and commitments.")
	if r.Others > 0 {
		line("%d signatures are by keys that you did not give.", r.Others)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
