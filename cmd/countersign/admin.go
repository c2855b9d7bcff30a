package main

import (
	"context"
	"os"
	"strings"

	"countersign/internal/account"
	"countersign/internal/app"
	"countersign/internal/platform/config"
)

// adminCmd is what needs the keys of an installation, and is therefore done at its machine.
type adminCmd struct {
	Token adminTokenCmd `cmd:"" help:"Make an API token for a person, beside a running server too."`
}

type adminTokenCmd struct {
	config.Config `embed:""`

	Email  string `help:"Address of the person it is for." required:"" placeholder:"ADDRESS"`
	Org    string `help:"Name of the organization it acts for, where the person belongs to several." placeholder:"NAME"`
	Name   string `help:"What it is for." required:"" placeholder:"NAME"`
	Scopes string `help:"Scopes, with spaces between: ${scopes}." required:"" placeholder:"SCOPES"`
	Days   int    `help:"It lasts so many days." default:"30"`
	Out    string `help:"File to write; it must not exist yet." required:"" placeholder:"FILE" type:"path"`
}

// Run writes the token. It is never printed.
func (c *adminTokenCmd) Run(ctx context.Context) error {
	return app.TokenFor{Email: c.Email, Org: c.Org, Out: c.Out, Report: os.Stdout,
		Token: account.TokenRequest{Name: c.Name, Scopes: strings.Fields(c.Scopes), Days: c.Days}}.Run(ctx, &c.Config)
}

// scopes lists the scopes for the help.
func scopes() string {
	var ids []string
	for _, s := range account.Scopes {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, " ")
}
