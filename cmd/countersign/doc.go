package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"unicode"

	"countersign/internal/cli"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/config"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/soffice"
)

// docCmd reads a file on this machine with the code that reads uploaded ones.
type docCmd struct {
	Text   docTextCmd   `cmd:"" help:"Print what a file says, page by page; a form feed ends each page."`
	Pages  docPagesCmd  `cmd:"" help:"Print what a file is: kind, pages and their sizes, what they leave out, files inside it."`
	Render docRenderCmd `cmd:"" help:"Write the pages of a file as PNG pictures. They carry no mark: the file is your own."`
}

// A docFile is a file on this machine. As an uploaded one it is opened in a child process that can reach nothing else.
type docFile struct {
	File     string `arg:"" help:"File to read." type:"path"`
	Password string `name:"password-file" help:"File that holds the password of a locked PDF, on one line, and that nobody else may read." placeholder:"FILE" type:"path"`
	Soffice  string `name:"soffice" help:"Program of LibreOffice, which draws office documents. Empty: soffice or libreoffice where programs are; none: not used." env:"COUNTERSIGN_SOFFICE" placeholder:"FILE"`
}

// ask opens the file and has fn ask it.
//
// Faults: NotFound (there is no such file), Invalid (it is a folder), Forbidden (this user may not read it).
func (d docFile) ask(ctx context.Context, fn func(*docwork.File) error) error {
	info, err := os.Stat(d.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.NotFound, "There is no file "+printable(d.File)+".")
	case err != nil:
		return fault.New(fault.Forbidden, printable(d.File)+" cannot be looked at: "+err.Error()+".")
	case info.IsDir():
		return fault.New(fault.Invalid, printable(d.File)+" is a folder. Name a file in it.")
	case !info.Mode().IsRegular():
		return fault.New(fault.Invalid, printable(d.File)+" is not a file that can be read in parts.")
	}
	set := docwork.Settings{Cache: compiled(), Once: true}
	office, err := soffice.Find(d.Soffice)
	if err != nil {
		return fault.New(fault.Invalid, "--soffice names no program that can be run.")
	}
	if office != nil {
		set.Office = office
	}
	pool, err := docwork.NewPool(set)
	if err != nil {
		return err
	}
	defer pool.Close()
	password, err := d.password()
	if err != nil {
		return err
	}
	err = pool.Do(ctx, docwork.Source{Key: d.File, Name: filepath.Base(d.File), Size: info.Size(),
		Bytes:    func(context.Context) (docwork.Bytes, error) { return os.Open(d.File) },
		Password: func(context.Context) (string, error) { return password, nil }}, fn)
	if errors.Is(err, fs.ErrPermission) {
		return fault.New(fault.Forbidden, printable(d.File)+" may not be read by you.")
	}
	return err
}

// password is what the password file says. It is no argument: those stand in the list of processes.
func (d docFile) password() (string, error) {
	if d.Password == "" {
		return "", nil
	}
	text, err := config.Secret(d.Password)
	if err != nil {
		return "", fault.New(fault.Invalid, "The password file cannot be read: "+err.Error()+".")
	}
	return text, nil
}

// compiled is the user's folder of compiled code; "" where there is none, and then every start compiles it anew.
func compiled() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	dir = filepath.Join(dir, "countersign", "compiled")
	if os.MkdirAll(dir, 0o700) != nil { // code is run from it: nobody else may write there
		return ""
	}
	return dir
}

// shown is the fault of a file that has no pages; nil when it has some.
func shown(info docwork.Info) error {
	switch {
	case len(info.Pages) > 0:
		return nil
	case info.Locked:
		return fault.New(fault.Forbidden, info.Why)
	}
	return fault.New(fault.Invalid, info.Why)
}

// printable takes from text what would steer a terminal or turn the direction of writing. Lines and tabs stay.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, text)
}

type docTextCmd struct {
	docFile `embed:""`
	JSON    bool `name:"json" help:"Print the paragraphs of the whole file, or why there are none: what versions are compared by."`
}

// Run prints the text. A page that cannot be read leaves its form feed, and the others come.
func (c *docTextCmd) Run(ctx context.Context, o *cli.IO) error {
	return c.ask(ctx, func(f *docwork.File) error {
		if err := shown(f.Info()); err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(o.Out).Encode(f.Words())
		}
		out := bufio.NewWriter(o.Out)
		broken := 0
		for n := range f.Info().Pages {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			text, err := f.Text(n, nil)
			if say, ok := errors.AsType[docwork.Sentence](err); ok {
				broken++
				fmt.Fprintf(o.Err, "Page %d: %s\n", n+1, say) //nolint:errcheck // a note
			} else if err != nil {
				return err
			}
			if text = printable(text); text != "" {
				text = strings.TrimRight(text, "\n") + "\n"
			}
			if _, err := out.WriteString(text + "\f"); err != nil {
				return err
			}
		}
		if err := out.Flush(); err != nil {
			return err
		}
		if broken > 0 {
			return fault.New(fault.Invalid, fmt.Sprintf("%d of %d pages could not be read.", broken, len(f.Info().Pages)))
		}
		return nil
	})
}

type docPagesCmd struct {
	docFile `embed:""`
	JSON    bool `name:"json" help:"Print it as JSON."`
}

// Run prints what the file is. Of a file without pages it prints what is known, and fails with the reason.
func (c *docPagesCmd) Run(ctx context.Context, o *cli.IO) error {
	return c.ask(ctx, func(f *docwork.File) error {
		info := f.Info()
		if !c.JSON {
			if err := about(o.Out, info); err != nil {
				return err
			}
		} else if err := json.NewEncoder(o.Out).Encode(info); err != nil {
			return err
		}
		return shown(info)
	})
}

// about writes an Info as a table. Pages of one size that follow each other share a line.
func about(w io.Writer, info docwork.Info) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "kind\t%s\npages\t%d\n", printable(info.Kind), len(info.Pages))
	for from := 0; from < len(info.Pages); {
		size, to := info.Pages[from], from+1
		for to < len(info.Pages) && info.Pages[to] == size {
			to++
		}
		which := fmt.Sprint(from + 1)
		if to > from+1 {
			which += fmt.Sprint("-", to)
		}
		fmt.Fprintf(t, "  %s\t%g x %g %s\n", which, size.W, size.H, unit(info))
		from = to
	}
	if info.Leaves != "" {
		fmt.Fprintf(t, "left out\t%s\n", printable(info.Leaves))
	}
	for i, m := range info.Children {
		name := ""
		if i == 0 {
			name = "inside"
		}
		fmt.Fprintf(t, "%s\t%s (%d bytes)\n", name, strings.ReplaceAll(printable(m.Name), "\n", " "), m.SizeBytes)
	}
	return t.Flush()
}

// isPicture reports whether sizes are pixels, not points.
func isPicture(info docwork.Info) bool { return strings.HasSuffix(info.Kind, " picture") }

func unit(info docwork.Info) string {
	if isPicture(info) {
		return "pixels"
	}
	return "pt"
}
