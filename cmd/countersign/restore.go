package main

import (
	"context"
	"os"

	"countersign/internal/app"
	"countersign/internal/platform/config"
)

// restoreCmd restores an archive into an empty installation and proves it.
type restoreCmd struct {
	config.Config `embed:""`

	In   string `help:"Archive that backup wrote." required:"" placeholder:"FILE" type:"existingfile"`
	Keys string `help:"Key file that backup --with-keys wrote. Without it, --database-key-file and --keys-dir say where the keys lie." placeholder:"FILE.keys" type:"existingfile"`
}

// Run restores the archive and says what was proved.
func (c *restoreCmd) Run(ctx context.Context) error {
	return app.Restore{In: c.In, KeysFile: c.Keys, Report: os.Stdout, Progress: progress(os.Stderr)}.Run(ctx, &c.Config)
}
