package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"countersign/internal/app"
	"countersign/internal/platform/backup"
	"countersign/internal/platform/config"
)

// backupCmd writes an installation into one file, beside a running server.
type backupCmd struct {
	config.Config `embed:""`

	Out      string `help:"File to write; it must not exist yet." required:"" placeholder:"FILE" type:"path"`
	WithKeys bool   `name:"with-keys" help:"Write the keys too, into FILE.keys. Whoever has both files can read everything."`
}

// Run writes the archive and says what is in it.
func (c *backupCmd) Run(ctx context.Context) error {
	return app.Backup{Out: c.Out, WithKeys: c.WithKeys, Program: release(), Report: os.Stdout, Progress: progress(os.Stderr)}.Run(ctx, &c.Config)
}

// release is the version of the program as the Go toolchain stamped it.
func release() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// progress shows on one line of a terminal how far a step is; elsewhere it says nothing.
func progress(f *os.File) backup.Progress {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return func(string, int64, int64) {}
	}
	return showOn(f)
}

func showOn(w io.Writer) backup.Progress {
	lastStep, lastPart := "", int64(-1)
	return func(step string, done, total int64) {
		part := done / 1000 // where the end is not known: every thousand
		if total > 0 {
			part = done * 100 / total
		}
		if step == lastStep && part == lastPart {
			return
		}
		if lastStep != "" && step != lastStep {
			fmt.Fprintln(w)
		}
		lastStep, lastPart = step, part
		if total > 0 {
			fmt.Fprintf(w, "\r%-12s %3d %%", step, part)
			return
		}
		fmt.Fprintf(w, "\r%-12s %d", step, done)
	}
}
