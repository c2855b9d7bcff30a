package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/cli"
	"countersign/internal/client"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/ledger/proof"
)

// witnessCmd are the commands of a witness, on a machine of its own.
type witnessCmd struct {
	Init  witnessInitCmd  `cmd:"" help:"Make the key of a witness on this machine."`
	Run   witnessRunCmd   `cmd:"" help:"Fetch the newest checkpoint, check that everything seen before is still in it, and cosign. Run it once a day or oftener."`
	Serve witnessServeCmd `cmd:"" help:"Answer add-checkpoint requests (C2SP tlog-witness), for whoever brings checkpoints here."`
}

// witnessDir is where a witness keeps its key and what it saw.
type witnessDir struct {
	Dir string `help:"Folder of the witness: its secret key, and the newest checkpoint it cosigned." default:"countersign-witness" type:"path"`
}

func (d witnessDir) file(name string) string { return filepath.Join(d.Dir, name) }

type witnessInitCmd struct {
	witnessDir `embed:""`
	Name       string `arg:"" help:"Name of the key, for all to see: witness.example.org/firm."`
}

// Run makes a key. A key that is there is left alone.
func (c witnessInitCmd) Run(o *cli.IO) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fault.New(fault.Invalid, "The folder cannot be written: "+err.Error()+".")
	}
	secret, public, err := proof.GenerateKey(c.Name)
	if err != nil {
		return invalid(err)
	}
	f, err := os.OpenFile(c.file("secret.key"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "There is a key in "+c.Dir+" already. A new witness has a folder of its own.")
	}
	if err != nil {
		return fault.New(fault.Invalid, "The key cannot be written: "+err.Error()+".")
	}
	_, err = io.WriteString(f, secret+"\n")
	if err = errors.Join(err, f.Sync(), f.Close(), os.WriteFile(c.file("public.key"), []byte(public+"\n"), 0o600)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(o.Out, "%s\n\nThis is the public key: register it on the server, under Record. The secret one is in %s and goes nowhere else.\n", public, c.file("secret.key"))
	return err
}

// witnessOf is a witness that knows the key of its log.
type witnessOf struct {
	witnessDir `embed:""`
	Key        string `help:"Public key of the log, or a file that holds it. It is asked for the first time, and kept; given again, it takes the place of the one that is kept." placeholder:"KEY"`
}

// witness reads key and state.
func (c witnessOf) witness() (*proof.Witness, error) {
	secret, err := os.ReadFile(c.file("secret.key"))
	if err != nil {
		return nil, fault.New(fault.Invalid, "There is no key in "+c.Dir+": make one with countersign witness init.")
	}
	kept := c.file("log.key")
	given := c.Key
	if given == "" {
		if given = kept; !exists(kept) {
			return nil, fault.New(fault.Invalid, "Give the public key of the log with --key this first time. It stands on the page Record.")
		}
	}
	text := given
	if b, err := os.ReadFile(given); err == nil { //nolint:gosec // the user named it
		text = string(b)
	}
	log, err := proof.LogKey(text)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The key of the log is none: it begins with the name of the log, a plus sign and eight letters and digits.")
	}
	if given != kept {
		if err := keep(kept, []byte(strings.TrimSpace(text)+"\n")); err != nil {
			return nil, err
		}
	}
	w, err := proof.NewWitness(log, string(secret))
	if err != nil {
		return nil, invalid(err)
	}
	state, err := os.ReadFile(c.file("checkpoint"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return w, w.Restore(state)
}

type witnessRunCmd struct {
	cli.Remote `embed:""`
	witnessOf  `embed:""`
	To         string `help:"Bring the checkpoint to a witness that is served there (C2SP tlog-witness), in place of the one in the folder." placeholder:"URL"`
}

// Run cosigns once. What the witness saw is on disk before its signature leaves this machine.
func (c witnessRunCmd) Run(ctx context.Context, o *cli.IO) error {
	if c.To != "" {
		return c.bring(ctx, o)
	}
	w, err := c.witness()
	if err != nil {
		return err
	}
	remote, err := c.Dial()
	if err != nil {
		return err
	}
	id, key, err := registered(ctx, remote, w.Key.Name())
	if err != nil {
		return err
	}
	signed, s, err := checkpointOf(ctx, remote, w.Log, false)
	if err != nil {
		say := "The checkpoint of the server is not signed by the key of the log that this witness knows."
		return errors.Join(fault.New(fault.Conflict, "Refused. "+say+" Where the log has a new key and somebody whom you trust confirms it, give it with --key."), err, refusal(ctx, remote, id, say))
	}
	seen := w.Last.Size
	var grew []tlog.Hash
	if s.Size >= seen {
		if grew, err = proof.Consistency(s.Checkpoint, seen, tilesOf(ctx, remote)); err != nil {
			return fmt.Errorf("the proof that the log only grew cannot be made: %w", errors.Join(err, refusal(ctx, remote, id, "The tiles of the log do not follow from its checkpoint.")))
		}
	}
	line, err := w.Add(proof.AddRequest(seen, grew, signed))
	if err != nil {
		say := fmt.Sprintf("This witness saw %d entries with root %s; the server now shows %d entries that do not begin with them.", seen, w.Last.Root, s.Size)
		return errors.Join(fault.New(fault.Conflict, "Refused. "+say+" Keep the folder of this witness as it is, and tell your compliance officer."), err, refusal(ctx, remote, id, say))
	}
	if err := keep(c.file("checkpoint"), w.State()); err != nil {
		return err
	}
	if err := handIn(ctx, remote, id, s.Size, line); err != nil {
		return err
	}
	if _, err = fmt.Fprintf(o.Out, "Cosigned %d entries; %d are new since the last time.\n", s.Size, s.Size-seen); err == nil && !proof.SameKey(key, w.Log) {
		_, err = fmt.Fprintf(o.Out, "The log has a new key: %s\nThe one that this witness knows still signs. Have the new one confirmed, then give it with --key.\n", key)
	}
	return err
}

func handIn(ctx context.Context, remote *client.Client, id string, size int64, line string) error {
	_, err := remote.Post(ctx, "/record/witnesses/"+id+"/cosignatures", map[string]any{"size": size, "line": line}, nil)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func exists(name string) bool { _, err := os.Stat(name); return err == nil }

// keep replaces a file as a whole, and on the disk.
func keep(name string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}

// registered is the identifier of the witness on the server, and the key that its log has now.
func registered(ctx context.Context, remote *client.Client, name string) (id, key string, err error) {
	var record struct {
		Public    string
		Witnesses []struct {
			ID, Name string
			Ended    bool
		}
	}
	if err := remote.Get(ctx, "/record", &record); err != nil {
		return "", "", err
	}
	for _, w := range record.Witnesses {
		if w.Name == name && !w.Ended {
			return w.ID, record.Public, nil
		}
	}
	return "", "", fault.New(fault.Conflict, "The server knows no witness "+name+". Register its public key under Record first.")
}

// refusal tells the server, so that both sides' compliance officers learn of it. That the server may be the one that lies is
// why the error is told here too.
func refusal(ctx context.Context, remote *client.Client, id, says string) error {
	_, err := remote.Post(ctx, "/record/witnesses/"+id+"/refusals", map[string]string{"says": says}, nil)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
