// Command countersign is the whole program: server, demonstration, backup and the client of a running server.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones are right on machines that have no zone files

	"github.com/alecthomas/kong"

	"countersign/internal/kernel/fault"
)

type cli struct {
	Demo    demoCmd    `cmd:"" help:"Build the demonstration where it is missing, and serve it."`
	Serve   serveCmd   `cmd:"" help:"Serve an installation."`
	Backup  backupCmd  `cmd:"" help:"Write an installation into one file, beside a running server."`
	Restore restoreCmd `cmd:"" help:"Restore a backup into an empty folder and prove what was restored."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

type versionCmd struct{}

// Run prints the version that the Go toolchain stamped.
func (versionCmd) Run() error {
	fmt.Println("countersign", release())
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	k := kong.Parse(&c, kong.Name("countersign"), kong.UsageOnError(),
		kong.Description("Paralegal work delegated, drafted, checked in three tiers and countersigned."), kong.BindTo(ctx, (*context.Context)(nil)))
	err := k.Run()
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	fmt.Fprintln(os.Stderr, "countersign:", err)
	os.Exit(exitCode(err)) //nolint:gocritic // nothing is left to stop
}

// exitCode is the one mapping from a fault to an exit status.
func exitCode(err error) int {
	switch fault.KindOf(err) {
	case fault.Invalid:
		return 2
	case fault.NotFound:
		return 3
	case fault.Forbidden:
		return 4
	case fault.Conflict:
		return 5
	case fault.Stale:
		return 6
	}
	return 1
}
