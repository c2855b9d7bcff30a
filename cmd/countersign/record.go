package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/app"
	"countersign/internal/cli"
	"countersign/internal/client"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/config"
	"countersign/internal/platform/ledger/proof"
)

// logCmd are the commands about the log of a server.
type logCmd struct {
	Export logExportCmd `cmd:"" help:"Fetch the log of a server as files, as C2SP tlog-tiles has them."`
}

type logExportCmd struct {
	cli.Remote `embed:""`
	Dir        string `arg:"" help:"Empty or new folder." type:"path"`
	Cosigned   bool   `help:"Up to the newest cosigned checkpoint, not to the newest of all."`
}

// Run fetches every file. What is there already is not fetched again when it can never change.
func (c logExportCmd) Run(ctx context.Context, o *cli.IO) error {
	remote, err := c.Dial()
	if err != nil {
		return err
	}
	var record struct{ Public string }
	if err := remote.Get(ctx, "/record", &record); err != nil {
		return err
	}
	log, err := proof.LogKey(record.Public)
	if err != nil {
		return fault.New(fault.Conflict, "This server has no log yet.")
	}
	signed, s, err := checkpointOf(ctx, remote, log, c.Cosigned)
	if err != nil {
		return err
	}
	files := 0
	err = proof.Copy(signed, s.Checkpoint, tilesOf(ctx, remote), func(path string, data []byte) error {
		files++
		path = filepath.Join(c.Dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil { //nolint:gosec // the log is public; the user's mask counts
			return fault.New(fault.Invalid, "The folder cannot be written: "+err.Error()+".")
		}
		return os.WriteFile(path, data, 0o666) //nolint:gosec // as above
	})
	if err == nil {
		_, err = fmt.Fprintf(o.Out, "%d entries in %d files are in %s.\nCheck them with:\n  countersign verify --key '%s' %s\n", s.Size, files, c.Dir, record.Public, c.Dir)
	}
	return err
}

// verifyCmd checks files, offline.
type verifyCmd struct {
	Path    string   `arg:"" optional:"" help:"Folder with the files of a log, or an evidence pack." type:"path"`
	Key     string   `help:"Public key of the log, or a file that holds it. Have it from somebody you trust." placeholder:"KEY"`
	Witness []string `help:"Public key of a witness, or a file that holds it; may be given more than once." placeholder:"KEY" sep:"none"`

	Data        string `help:"In place of files: the whole installation in this folder, against its log. It needs the keys there." placeholder:"FOLDER" type:"path"`
	DatabaseURL string `name:"database-url" help:"With --data: the PostgreSQL of the installation." env:"COUNTERSIGN_DATABASE_URL" placeholder:"URL"`
}

var errNotProven = fault.New(fault.Conflict, "Not proven.")

// Run checks. It succeeds only when all holds.
func (c verifyCmd) Run(ctx context.Context, o *cli.IO) error {
	switch {
	case c.Data != "" && c.Path != "":
		return fault.New(fault.Invalid, "Name files to check, or an installation with --data, not both.")
	case c.Data != "":
		holds, err := app.Audit{Report: o.Out}.Run(ctx, &config.Config{Data: c.Data, DatabaseURL: c.DatabaseURL})
		if err == nil && !holds {
			err = errNotProven
		}
		return err
	case c.Path == "":
		return fault.New(fault.Invalid, "Name a folder with the files of a log, an evidence pack, or an installation with --data.")
	}
	holds, err := proof.Check(o.Out, c.Path, proof.Keys{Log: c.Key, Witnesses: c.Witness})
	if err != nil {
		return invalid(err)
	}
	if !holds {
		return errNotProven
	}
	return nil
}

// invalid turns what proof says of its input into a fault of the person who gave it.
func invalid(err error) error {
	return bad(errors.New(strings.TrimPrefix(err.Error(), "proof: ")))
}

// bad is a fault of what a person gave, said as a sentence.
func bad(err error) error {
	say := strings.TrimPrefix(err.Error(), "worktime: ")
	return fault.New(fault.Invalid, strings.ToUpper(say[:1])+say[1:]+".")
}

// witnessCmd are the commands of a witness, on a machine of its own.
type witnessCmd struct {
	Init witnessInitCmd `cmd:"" help:"Make the key of a witness on this machine."`
	Run  witnessRunCmd  `cmd:"" help:"Fetch the newest checkpoint, check that everything seen before is still in it, and cosign. Run it once a day or oftener."`
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

type witnessRunCmd struct {
	cli.Remote `embed:""`
	witnessDir `embed:""`
	Key        string `help:"Public key of the log, or a file that holds it. It is asked for the first time, and kept." placeholder:"KEY"`
}

// Run cosigns once. What the witness saw is on disk before its signature leaves this machine.
func (c witnessRunCmd) Run(ctx context.Context, o *cli.IO) error {
	w, err := c.witness()
	if err != nil {
		return err
	}
	remote, err := c.Dial()
	if err != nil {
		return err
	}
	id, err := registered(ctx, remote, w.Key.Name())
	if err != nil {
		return err
	}
	signed, s, err := checkpointOf(ctx, remote, w.Log, false)
	if err != nil {
		return errors.Join(err, refusal(ctx, remote, id, "The checkpoint of the server is not signed by the key of the log that this witness knows."))
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
	if _, err := remote.Post(ctx, "/record/witnesses/"+id+"/cosignatures", map[string]any{"size": s.Size, "line": line}, nil); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	_, err = fmt.Fprintf(o.Out, "Cosigned %d entries; %d are new since the last time.\n", s.Size, s.Size-seen)
	return err
}

// witness reads key and state.
func (c witnessRunCmd) witness() (*proof.Witness, error) {
	secret, err := os.ReadFile(c.file("secret.key"))
	if err != nil {
		return nil, fault.New(fault.Invalid, "There is no key in "+c.Dir+": make one with countersign witness init.")
	}
	kept := c.file("log.key")
	if c.Key == "" {
		if c.Key = kept; !exists(kept) {
			return nil, fault.New(fault.Invalid, "Give the public key of the log with --key this first time. It stands on the page Record.")
		}
	}
	log, _, err := proof.Keys{Log: c.Key}.Read()
	if err != nil {
		return nil, invalid(err)
	}
	if c.Key != kept && !exists(kept) {
		text := c.Key
		if b, err := os.ReadFile(c.Key); err == nil {
			text = string(b)
		}
		if err := os.WriteFile(kept, []byte(strings.TrimSpace(text)+"\n"), 0o600); err != nil {
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

// registered is the identifier of the witness on the server.
func registered(ctx context.Context, remote *client.Client, name string) (string, error) {
	var record struct {
		Witnesses []struct {
			ID, Name string
			Ended    bool
		}
	}
	if err := remote.Get(ctx, "/record", &record); err != nil {
		return "", err
	}
	for _, w := range record.Witnesses {
		if w.Name == name && !w.Ended {
			return w.ID, nil
		}
	}
	return "", fault.New(fault.Conflict, "The server knows no witness "+name+". Register its public key under Record first.")
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

func checkpointOf(ctx context.Context, remote *client.Client, log note.Verifier, cosigned bool) (signed []byte, s proof.Signed, err error) {
	path := "/log/checkpoint"
	if cosigned {
		path += "?cosigned"
	}
	var b bytes.Buffer
	if err := remote.Raw(ctx, "GET", path, nil, &b); err != nil {
		return nil, s, err
	}
	s, err = proof.Open(b.Bytes(), log)
	return b.Bytes(), s, err
}

// tilesOf fetches tiles from the server.
func tilesOf(ctx context.Context, remote *client.Client) proof.Tiles {
	return func(level int, n int64, width int) ([]byte, error) {
		path := proof.TilePath(level, n, width)
		if level < 0 {
			path = proof.BundlePath(n, width)
		}
		var b bytes.Buffer
		err := remote.Raw(ctx, "GET", "/log/"+path, nil, &b)
		return b.Bytes(), err
	}
}
