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

	"countersign/internal/cli"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/soffice"
)

type program struct {
	cli.Commands `embed:""`

	Demo     demoCmd     `cmd:"" group:"run" help:"Build the demonstration where it is missing, and serve it."`
	Serve    serveCmd    `cmd:"" group:"run" help:"Serve an installation."`
	Backup   backupCmd   `cmd:"" group:"run" help:"Write an installation into one file, beside a running server."`
	Restore  restoreCmd  `cmd:"" group:"run" help:"Restore a backup into an empty folder and prove what was restored."`
	Doc      docCmd      `cmd:"" group:"file" help:"Read a file on this machine as the server reads uploaded ones: its text, its pages, pictures of them."`
	Log      logCmd      `cmd:"" group:"work" help:"Fetch the log of a server, to check it elsewhere."`
	Verify   verifyCmd   `cmd:"" group:"file" help:"Check the files of a log or an evidence pack, offline: what is proven, by whom, up to when, and what is not."`
	Witness  witnessCmd  `cmd:"" group:"work" help:"Witness the log of a server, with a key on this machine."`
	Deadline deadlineCmd `cmd:"" group:"count" help:"Count court and agency deadlines."`
	Clock    clockCmd    `cmd:"" group:"count" help:"Count working time inside calendars, for rows of a CSV file."`
	Admin    adminCmd    `cmd:"" group:"run" help:"Do what only the machine of an installation may."`
	Version  versionCmd  `cmd:"" group:"run" help:"Print the version."`
}

type versionCmd struct{}

// Run prints the version that the Go toolchain stamped.
func (versionCmd) Run() error {
	fmt.Println("countersign", release())
	return nil
}

const interrupted = 130 // as shells say it

func main() { os.Exit(run()) }

func run() int {
	soffice.BeChild()
	docwork.BeChild() // before anything else: the child has no command line, no signals, no settings
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k := kong.Parse(&program{}, kong.Name("countersign"), kong.ShortUsageOnError(), kong.Vars{"scopes": scopes()},
		kong.Description("Paralegal work delegated, drafted, checked in three tiers and countersigned."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.ExplicitGroups([]kong.Group{
			{Key: "work", Title: "Work on a server (--server, --token-file):"}, {Key: "run", Title: "Run a server:"},
			{Key: "file", Title: "Read a file on this machine:"},
			{Key: "count", Title: "Count dates and hours on this machine:"}}),
		kong.Exit(func(code int) { os.Exit(min(code, int(fault.Invalid)+1)) }), // a command line that does not parse is invalid
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&cli.IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	err := k.Run()
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) {
		return interrupted
	}
	fmt.Fprintln(os.Stderr, "countersign:", err)
	return cli.ExitCode(err)
}
