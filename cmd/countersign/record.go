package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"countersign/internal/app"
	"countersign/internal/cli"
	"countersign/internal/client"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/config"
	"countersign/internal/platform/ledger/proof"
)

// logCmd are the commands about the log of a server.
type logCmd struct {
	Export    logExportCmd `cmd:"" help:"Fetch the log of a server as files, as C2SP tlog-tiles has them."`
	RotateKey logRotateCmd `cmd:"" help:"Give the log of the installation on this machine a new key."`
}

type logRotateCmd struct {
	config.Config `embed:""`

	Alone bool `help:"The old key signs no more from now on: it may be in wrong hands. Witnesses and verifiers have to be told the new one first."`
}

// Run changes the key. That it was changed is an entry of every organization.
func (c *logRotateCmd) Run(ctx context.Context, o *cli.IO) error {
	return app.LogKey{Alone: c.Alone, Report: o.Out}.Run(ctx, &c.Config)
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
	var record struct{ Public, Before string }
	if err := remote.Get(ctx, "/record", &record); err != nil {
		return err
	}
	log, err := proof.LogKey(record.Public)
	if err != nil {
		return fault.New(fault.Conflict, "This server has no log yet.")
	}
	signed, s, err := checkpointOf(ctx, remote, log, c.Cosigned)
	if before, e := proof.LogKey(record.Before); err != nil && e == nil { // cosigned before the key changed
		record.Public = record.Before
		signed, s, err = checkpointOf(ctx, remote, before, c.Cosigned)
	}
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
