package cli

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	"countersign/internal/client"
	"countersign/internal/kernel/fault"
)

// IO is where the commands read and write; the program binds it to its own.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
}

// Commands are the verbs. Package main embeds them.
type Commands struct {
	Whoami    whoami    `cmd:"" group:"work" help:"Show for whom the token speaks, and its scopes."`
	StepUp    stepUp    `cmd:"" group:"work" help:"Prove a fresh second factor for ten minutes; the code is read from standard input."`
	Matters   matters   `cmd:"" group:"work" help:"List matters."`
	Matter    matter    `cmd:"" group:"work" help:"Show a matter with its gates, team and documents."`
	Tasks     tasks     `cmd:"" group:"work" help:"List tasks."`
	Task      taskVerbs `cmd:"" group:"work" help:"Show a task, or do something with it: take, submit, approve, sign-off …"`
	Say       say       `cmd:"" group:"work" help:"Say something on a task, matter or document."`
	Upload    upload    `cmd:"" group:"work" help:"Upload files to a matter."`
	Download  download  `cmd:"" group:"work" help:"Download a version of a document."`
	Probe     probe     `cmd:"" group:"work" help:"Have the server try whether anything that stays in the country leaves it, and show what it found."`
	Playbooks playbooks `cmd:"" group:"work" help:"List the playbooks of your firm."`
	API       call      `cmd:"" name:"api" group:"work" help:"Send any request of the API; /api/v1/openapi.json describes them."`
}

// Remote is embedded in every command that asks a server.
type Remote struct {
	Server    string `help:"Address of the server, https://countersign.example.org." env:"COUNTERSIGN_SERVER" placeholder:"URL"`
	TokenFile string `name:"token-file" help:"File with an API token (Settings, API tokens)." env:"COUNTERSIGN_TOKEN_FILE" placeholder:"FILE" type:"path"`
	JSON      bool   `name:"json" help:"Print the answer as the server gave it."`
}

// Once is embedded in every command that changes something.
type Once struct {
	Key string `help:"Idempotency key: a request that is sent again under its key is not carried out again. By default each has a key of its own." placeholder:"KEY"`
}

func (o Once) key() string {
	if o.Key != "" {
		return o.Key
	}
	return rand.Text()
}

// ExitCode is the one mapping from an error to an exit status: the kind of the fault, here or on the server.
func ExitCode(err error) int {
	if p, ok := errors.AsType[*client.Problem](err); ok {
		return p.ExitCode()
	}
	return int(fault.KindOf(err)) + 1
}

const longestToken = 1 << 10

// Dial reads the token and returns a client of the server.
//
// Faults: Invalid (no server, no token, or none that can be read).
func (r Remote) Dial() (*client.Client, error) { return r.dial() }

func (r Remote) dial() (*client.Client, error) {
	if r.Server == "" {
		return nil, fault.New(fault.Invalid, "Name the server with --server or COUNTERSIGN_SERVER.")
	}
	if r.TokenFile == "" {
		return nil, fault.New(fault.Invalid, "Name the file of your API token with --token-file or COUNTERSIGN_TOKEN_FILE.")
	}
	f, err := os.Open(r.TokenFile)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The token file cannot be read: "+err.Error()+".")
	}
	defer f.Close()
	token, err := io.ReadAll(io.LimitReader(f, longestToken))
	if err != nil {
		return nil, fault.New(fault.Invalid, "The token file cannot be read: "+err.Error()+".")
	}
	c, err := client.New(r.Server, string(token))
	if err != nil {
		return nil, fault.New(fault.Invalid, strings.ToUpper(err.Error()[:1])+err.Error()[1:]+".")
	}
	return c, nil
}

// get asks, and shows the answer: as it came, or told by tell.
func get[T any](ctx context.Context, r Remote, o *IO, path string, tell func(p *page, v T)) error {
	c, err := r.dial()
	if err != nil {
		return err
	}
	var raw json.RawMessage
	if err := c.Get(ctx, path, &raw); err != nil {
		return err
	}
	return show(r, o, raw, tell)
}

// post carries out a verb, and shows the answer, if it has one.
func post[T any](ctx context.Context, c *client.Client, r Remote, o *IO, key, path string, in any, tell func(p *page, v T)) error {
	var raw json.RawMessage
	c.Key = key
	again, err := c.Post(ctx, path, in, &raw)
	switch {
	case err != nil:
		return err
	case again != nil:
		return repeated(r, o, again)
	case len(raw) == 0: // done, and there is nothing to say about it
		raw = json.RawMessage("{}")
	}
	return show(r, o, raw, tell)
}

func repeated(r Remote, o *IO, again *client.Repeated) error {
	raw, err := json.Marshal(map[string]any{"repeated": true, "action": again.Action, "subject": again.Subject})
	if err != nil {
		return err
	}
	return show(r, o, raw, func(p *page, a client.Repeated) {
		p.line("This was done before, and is not done again: %s on %s.", a.Action, a.Subject)
	})
}

func show[T any](r Remote, o *IO, raw json.RawMessage, tell func(p *page, v T)) error {
	if r.JSON {
		_, err := o.Out.Write(append(raw, '\n'))
		return err
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	p := &page{}
	tell(p, v)
	return p.print(o.Out)
}
