package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"countersign/internal/app"
	"countersign/internal/platform/config"
	"countersign/internal/platform/telemetry"
)

type serveCmd struct {
	config.Config `embed:""`
}

// Run serves until a signal comes.
func (c *serveCmd) Run(ctx context.Context) (err error) {
	log := telemetry.NewLogger(os.Stderr, c.LogFormat, c.LogLevel)
	a, err := app.Open(ctx, &c.Config, time.Now, nil, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Run(ctx, func(addr string) {
		fmt.Printf("Serving %s (listening on %s). Stop with Ctrl-C.\n", c.BaseURL, addr)
	})
}
