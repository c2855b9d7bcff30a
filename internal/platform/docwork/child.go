package docwork

import (
	"encoding/json"
	"io"
	"runtime/debug"
)

// Child is the whole life of the child: it gives up what it can, reads one file, writes its text, and ends.
func Child(in io.Reader, out io.Writer) error {
	debug.SetMemoryLimit(memory)
	if err := confine(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(read(in))
}

// read turns the bytes of a file into text. It must not trust a single one of them.
func read(in io.Reader) Text {
	data, err := io.ReadAll(io.LimitReader(in, MaxFile+1))
	switch {
	case err != nil:
		return Text{Why: "The file did not come through whole."}
	case len(data) > MaxFile:
		return Text{Why: "The file is larger than what is read for its text."}
	case len(data) == 0:
		return Text{Why: "The file is empty."}
	}
	return textOf(data)
}
