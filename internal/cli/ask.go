package cli

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"

	"countersign/internal/client"
	"countersign/internal/kernel/fault"
)

type whoami struct {
	Remote `embed:""`
}

type me struct {
	client.Me
	Scopes []string
	Orgs   []struct{ Org, Name string }
}

// Run shows who the token speaks for.
func (w whoami) Run(ctx context.Context, o *IO) error {
	return get(ctx, w.Remote, o, "/me", func(p *page, m me) {
		p.field("name", m.Name)
		p.field("e-mail", m.Email)
		for _, g := range m.Orgs {
			if g.Org == m.Org {
				p.field("for", g.Name)
			}
		}
		p.field("as", strings.ReplaceAll(strings.Join(m.Roles, ", "), "_", " "))
		p.field("scopes", strings.Join(m.Scopes, " "))
	})
}

type stepUp struct {
	Remote `embed:""`
	Once   `embed:""`
}

// Run proves the factor. The code is no argument: those stand in the list of processes.
func (s stepUp) Run(ctx context.Context, o *IO) error {
	c, err := s.dial()
	if err != nil {
		return err
	}
	fmt.Fprint(o.Err, "Code of your authenticator: ") //nolint:errcheck // a prompt
	line, err := bufio.NewReader(io.LimitReader(o.In, 100)).ReadString('\n')
	if err != nil && err != io.EOF {
		return err
	}
	return post(ctx, c, s.Remote, o, s.key(), "/me/step-up", map[string]string{"code": strings.TrimSpace(line)}, func(p *page, _ struct{}) {
		p.line("Proved; sensitive verbs are open to this token for ten minutes.")
	})
}

type matters struct {
	Remote `embed:""`
	Find   string `arg:"" optional:"" help:"Part of number, title or client."`
	Mine   bool   `help:"Only matters on which you have a role."`
	After  string `help:"Go on as the page before said." placeholder:"CURSOR"`
}

// Run lists matters.
func (m matters) Run(ctx context.Context, o *IO) error {
	q := url.Values{}
	for name, v := range map[string]string{"find": m.Find, "after": m.After, "mine": yes(m.Mine, "true")} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return get(ctx, m.Remote, o, "/matters?"+q.Encode(), func(p *page, l struct {
		Matters []client.Matter
		Total   int
		After   string
	}) {
		if len(l.Matters) == 0 {
			p.line("There are no such matters.")
			return
		}
		p.row("MATTER", "STATE", "CLASS", "SUPERVISOR", "CLIENT", "TITLE")
		for _, m := range l.Matters {
			p.row(m.Number, m.State, m.DataClass, m.Supervisor, m.Client, m.Title)
		}
		if l.After != "" {
			p.line("%d in all; go on with --after %s", l.Total, l.After)
		}
	})
}

type matter struct {
	Remote `embed:""`
	Matter string `arg:"" help:"The firm's number, or identifier of the matter."`
}

type overview struct {
	client.Matter
	Standing  string
	Providers []client.Gates
	Team      []struct{ Name, Role string }
	documents []client.Document
	total     int
}

// Run shows the matter. With --json it is the matter as the server gave it, without its documents.
func (m matter) Run(ctx context.Context, o *IO) error {
	c, err := m.dial()
	if err != nil {
		return err
	}
	id, err := matterID(ctx, c, m.Matter)
	if err != nil {
		return err
	}
	path := "/matters/" + url.PathEscape(id)
	var l struct {
		Documents []client.Document
		Total     int
	}
	if !m.JSON {
		if err := c.Get(ctx, path+"/documents", &l); err != nil {
			return err
		}
	}
	return get(ctx, m.Remote, o, path, func(p *page, v overview) {
		v.documents, v.total = l.Documents, l.Total
		v.tell(p)
	})
}

func (v overview) tell(p *page) {
	p.line("%s  %s", v.Number, v.Title)
	p.field("  id", v.ID)
	p.field("  client", v.Client)
	p.field("  state", v.State)
	p.field("  class", v.DataClass)
	section(p, "Standing instructions", v.Standing)
	for _, g := range v.Providers {
		p.line("\nGates towards %s", g.Name)
		for _, x := range g.Gates {
			p.row("  "+yes(x.Open, "open")+yes(!x.Open, "SHUT"), x.Name, strings.TrimSpace(x.Say+" "+yes(!x.Open, x.Fix)))
		}
	}
	for i, t := range v.Team {
		heading(p, i, "Team")
		p.row("  "+t.Name, strings.ReplaceAll(t.Role, "_", " "))
	}
	for i, d := range v.documents {
		heading(p, i, "Documents, by their newest version")
		p.row("  "+d.Version, d.Kind, size(d.SizeBytes), strings.TrimPrefix(d.Folder+"/"+d.Name, "/"), yes(d.State != "active", d.State))
	}
	if v.total > len(v.documents) {
		p.line("  … and %d more", v.total-len(v.documents))
	}
}

type playbooks struct {
	Remote `embed:""`
	Find   string `arg:"" optional:"" help:"Part of a code or name."`
	After  string `help:"Go on as the page before said." placeholder:"CURSOR"`
}

// Run lists playbooks.
func (b playbooks) Run(ctx context.Context, o *IO) error {
	q := url.Values{}
	for name, v := range map[string]string{"find": b.Find, "after": b.After} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return get(ctx, b.Remote, o, "/playbooks?"+q.Encode(), func(p *page, l struct {
		Playbooks []client.Playbook
		After     string
	}) {
		if len(l.Playbooks) == 0 {
			p.line("There are no such playbooks.")
			return
		}
		p.row("CODE", "VERSION", "OFFSHORE", "NAME")
		for _, b := range l.Playbooks {
			p.row(b.Code, strconv.FormatInt(b.Current, 10), b.Offshore, b.Name)
		}
		if l.After != "" {
			p.line("Go on with --after %s", l.After)
		}
	})
}

type say struct {
	Remote `embed:""`
	Once   `embed:""`
	On     string `arg:"" help:"task/T-2094, matter/NUMBER or document/ID."`
	Text   string `arg:"" help:"What you say; - reads it from standard input."`
}

const longestText = 1 << 20

// Run posts the message.
func (s say) Run(ctx context.Context, o *IO) error {
	kind, name, ok := strings.Cut(s.On, "/")
	if !ok || name == "" || kind != "task" && kind != "matter" && kind != "document" {
		return fault.New(fault.Invalid, "Say it on task/…, matter/… or document/….")
	}
	if s.Text == "-" {
		text, err := io.ReadAll(io.LimitReader(o.In, longestText))
		if err != nil {
			return err
		}
		s.Text = strings.TrimSpace(string(text))
	}
	c, err := s.dial()
	if err != nil {
		return err
	}
	id, err := identified(ctx, c, kind, name)
	if err != nil {
		return err
	}
	return post(ctx, c, s.Remote, o, s.key(), "/threads/"+kind+"/"+url.PathEscape(id), map[string]string{"text": s.Text}, func(p *page, _ client.Made) {
		p.line("Said on %s %s.", kind, name)
	})
}

type call struct {
	Remote `embed:""`
	Once   `embed:""`
	Method string `arg:"" enum:"GET,POST" help:"GET or POST."`
	Path   string `arg:"" help:"Below /api/v1, such as /tasks/ID/approve."`
	Body   string `arg:"" optional:"" help:"JSON, @FILE, or - for standard input."`
}

// Run sends the request and copies the answer.
func (a call) Run(ctx context.Context, o *IO) error {
	if !strings.HasPrefix(a.Path, "/") {
		return fault.New(fault.Invalid, "The path begins with /, such as /tasks.")
	}
	var body io.Reader
	switch {
	case a.Body == "-":
		body = o.In
	case strings.HasPrefix(a.Body, "@"):
		b, err := os.ReadFile(a.Body[1:])
		if err != nil {
			return fault.New(fault.Invalid, "The body cannot be read: "+err.Error()+".")
		}
		body = bytes.NewReader(b)
	case a.Body != "":
		body = strings.NewReader(a.Body)
	}
	c, err := a.dial()
	if err != nil {
		return err
	}
	c.Key = a.key() // sent with a POST only
	return c.Raw(ctx, a.Method, a.Path, body, o.Out)
}
