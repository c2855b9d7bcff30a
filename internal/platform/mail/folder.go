package mail

import (
	"bytes"
	"context"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"time"
)

// NewFolder returns a sender that writes each message to dir as ID.eml, readable by the owner alone. dir is made if
// it is absent.
func NewFolder(dir, from string) (Sender, error) {
	a, err := sender(from)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return &folder{dir, a}, nil
}

type folder struct {
	dir  string
	from *mail.Address
}

// Send implements Sender.
func (f *folder) Send(ctx context.Context, m Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	msg, err := build(f.from, m, time.Now())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return &Error{ID: m.ID, Reason: "it cannot be encoded", permanent: true}
	}
	if err := writeWhole(filepath.Join(f.dir, m.ID+".eml"), b.Bytes()); err != nil {
		return &Error{ID: m.ID, Reason: err.Error()}
	}
	return nil
}

// writeWhole makes the file appear complete or not at all.
func writeWhole(path string, data []byte) error {
	t, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(t.Name()) //nolint:errcheck // gone after the rename
	_, err = t.Write(data)
	if err == nil {
		err = t.Sync()
	}
	if e := t.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(t.Name(), path)
}
