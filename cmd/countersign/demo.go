package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"countersign/internal/app"
	"countersign/internal/demo"
	"countersign/internal/platform/config"
	"countersign/internal/platform/telemetry"
)

type demoCmd struct {
	Data        string `help:"Folder of the demonstration." default:"countersign-demo" type:"path"`
	Addr        string `help:"Network address to listen on." default:"127.0.0.1:8080"`
	DatabaseURL string `name:"database-url" help:"An empty PostgreSQL database instead of SQLite in the folder." placeholder:"URL"`
	LogLevel    string `name:"log-level" help:"debug, info, warn or error." default:"warn" enum:"debug,info,warn,error"`
}

// Run builds the world where it is missing, and serves it until a signal comes.
func (c *demoCmd) Run(ctx context.Context) (err error) {
	log := telemetry.NewLogger(os.Stderr, "text", c.LogLevel)
	conf := &config.Config{Data: c.Data, Addr: c.Addr, DatabaseURL: c.DatabaseURL, BaseURL: "http://" + c.Addr, From: "Countersign <countersign@localhost>", LogFormat: "text", LogLevel: c.LogLevel}
	show := progress(os.Stderr)
	a, err := app.OpenDemo(ctx, conf, log, func(done, all int) { show("a year", int64(done), int64(all)) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Run(ctx, func(addr string) {
		fmt.Printf("\nCountersign is at http://%s\n\n", addr)
		if err := a.PrintSignIns(ctx, os.Stdout); err != nil {
			log.Error("sign-ins", "err", err)
		}
		fmt.Printf("\nEverybody's password is %s; the authenticator secret is %s.\nIn the page, \"Act as\" makes you another person with one click. Stop with Ctrl-C; the next start takes up where this one ends.\n", demo.Password, demo.Secret)
	})
}
