package cli

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"countersign/internal/client"
	"countersign/internal/kernel/fault"
)

type upload struct {
	Remote `embed:""`
	Once   `embed:""`
	Matter string   `arg:"" help:"The firm's number, or identifier of the matter."`
	Files  []string `arg:"" name:"file" help:"Files, each a new document." type:"path"`
	Task   string   `help:"The task that they are work product of: number or identifier." placeholder:"TASK"`
	Kind   string   `help:"${enum}. By default work with --task, else source." enum:",source,work,template,evidence" default:"" placeholder:"KIND"`
	Folder string   `help:"Folder in the matter." placeholder:"FOLDER"`
}

// Run sends the files in their order. What was sent before a refusal stays.
func (u upload) Run(ctx context.Context, o *IO) error {
	for _, name := range u.Files { // before anything is sent
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			return fault.New(fault.Invalid, name+" is not a file that can be read.")
		}
	}
	c, err := u.dial()
	if err != nil {
		return err
	}
	id, err := matterID(ctx, c, u.Matter)
	if err != nil {
		return err
	}
	q := url.Values{"kind": {u.Kind}}
	if u.Kind == "" {
		q.Set("kind", "source")
	}
	if u.Task != "" {
		t, err := taskID(ctx, c, u.Task)
		if err != nil {
			return err
		}
		q.Set("task", t)
		if u.Kind == "" {
			q.Set("kind", "work")
		}
	}
	if u.Folder != "" {
		q.Set("folder", u.Folder)
	}
	key := u.key()
	for i, name := range u.Files {
		q.Set("name", filepath.Base(name))
		c.Key = key + "." + strconv.Itoa(i) // of the same path, so a key for each
		if err := u.send(ctx, c, o, "/matters/"+url.PathEscape(id)+"/documents?"+q.Encode(), name); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	return nil
}

func (u upload) send(ctx context.Context, c *client.Client, o *IO, path, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	m := newMeter(o, filepath.Base(name), info.Size())
	var raw json.RawMessage
	again, err := c.Upload(ctx, path, io.TeeReader(f, m), &raw)
	m.end()
	if err != nil {
		return err
	}
	if again != nil {
		return repeated(u.Remote, o, again)
	}
	return show(u.Remote, o, raw, func(p *page, r client.Received) {
		p.line("%s  version %s  %s", r.Document.Name, r.Version.ID, size(r.Version.SizeBytes))
		for _, n := range r.Notes {
			p.line("  %s", n)
		}
	})
}

type download struct {
	Remote  `embed:""`
	Version string `arg:"" help:"Identifier of the version; matter lists them."`
	Out     string `short:"o" required:"" help:"File to write." placeholder:"FILE" type:"path"`
	Force   bool   `help:"Replace the file if it is there."`
}

// Run writes the version beside its name, and gives it the name when all of it is there.
func (d download) Run(ctx context.Context, o *IO) error {
	if _, err := os.Lstat(d.Out); err == nil && !d.Force { // before asking: taking out a document leaves an entry
		return fault.New(fault.Conflict, d.Out+" is there already. Choose another name, or --force.")
	}
	c, err := d.dial()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(d.Out), ".countersign-*") // readable by its owner only
	if err != nil {
		return fault.New(fault.Invalid, "The file cannot be written: "+err.Error()+".")
	}
	defer os.Remove(f.Name()) //nolint:errcheck // by then it mostly has its own name
	m := newMeter(o, filepath.Base(d.Out), 0)
	sum, err := c.Download(ctx, d.Version, io.MultiWriter(f, m))
	m.end()
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := d.name(f.Name()); err != nil {
		return err
	}
	raw, err := json.Marshal(map[string]any{"file": d.Out, "sha256": hex.EncodeToString(sum[:]), "size_bytes": m.done})
	if err != nil {
		return err
	}
	return show(d.Remote, o, raw, func(p *page, _ struct{}) { p.line("%s  %s  sha256 %x", d.Out, size(m.done), sum) })
}

// name gives the whole file its name. Without --force a file that has come there meanwhile is not replaced.
func (d download) name(whole string) error {
	if d.Force {
		return os.Rename(whole, d.Out)
	}
	err := os.Link(whole, d.Out)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fault.New(fault.Conflict, d.Out+" is there already. Choose another name, or --force.")
	case err != nil: // a file system without links
		return os.Rename(whole, d.Out)
	}
	return nil
}

// A meter shows on a terminal how far a file is; elsewhere it only counts.
type meter struct {
	out         io.Writer // nil: no terminal
	name        string
	done, total int64
	last        string
}

func newMeter(o *IO, name string, total int64) *meter {
	m := &meter{name: plain(name), total: total}
	if f, ok := o.Err.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			m.out = o.Err
		}
	}
	return m
}

func (m *meter) Write(b []byte) (int, error) {
	m.done += int64(len(b))
	at := size(m.done)
	if m.total > 0 {
		at = strconv.FormatInt(m.done*100/m.total, 10) + " %"
	}
	if m.out != nil && at != m.last {
		fmt.Fprintf(m.out, "\r%s  %-10s", m.name, at)
		m.last = at
	}
	return len(b), nil
}

func (m *meter) end() {
	if m.last != "" {
		fmt.Fprintln(m.out)
	}
}

func size(n int64) string {
	switch {
	case n >= 1_000_000_000:
		return strconv.FormatFloat(float64(n)/1e9, 'f', 1, 64) + " GB"
	case n >= 1_000_000:
		return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
	case n >= 1000:
		return strconv.FormatFloat(float64(n)/1000, 'f', 1, 64) + " KB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
