package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"countersign/internal/cli"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/raster"
)

type docRenderCmd struct {
	docFile `embed:""`
	Out     string `help:"Folder for the pictures; by default that of the file." placeholder:"DIR" type:"path"`
	DPI     int    `name:"dpi" help:"Dots to the inch of the page; 110 where neither this nor --width is given." placeholder:"N"`
	Width   int    `help:"Pixels of the width of every page, instead of --dpi." placeholder:"PIXELS"`
	Pages   string `help:"Pages, such as 1-3,7. By default all." placeholder:"LIST"`
	Force   bool   `help:"Write over pictures that are there already."`
}

const defaultDPI = 110

// Run writes the pages and prints the name of each picture.
//
// Faults: those of ask; Invalid (the list of pages, the size), NotFound (a page that is not there), Conflict (a picture is there already).
func (c *docRenderCmd) Run(ctx context.Context, o *cli.IO) error {
	switch {
	case c.DPI != 0 && c.Width != 0:
		return fault.New(fault.Invalid, "Give --dpi or --width, not both.")
	case c.DPI < 0 || c.Width < 0 || c.Width > docwork.MaxWidth:
		return fault.New(fault.Invalid, fmt.Sprintf("A page is drawn at most %d pixels wide.", docwork.MaxWidth))
	}
	if c.Out == "" {
		c.Out = filepath.Dir(c.File)
	}
	return c.ask(ctx, func(f *docwork.File) error {
		info := f.Info()
		if err := shown(info); err != nil {
			return err
		}
		if isPicture(info) && c.DPI != 0 {
			return fault.New(fault.Invalid, "A picture has pixels, not inches: give --width instead of --dpi.")
		}
		wanted, err := pageList(c.Pages, len(info.Pages))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(c.Out, 0o755); err != nil { //nolint:gosec // as every program makes folders
			return fault.New(fault.Invalid, "The folder "+printable(c.Out)+" cannot be made: "+err.Error()+".")
		}
		return c.draw(ctx, o, f, wanted)
	})
}

// draw writes the wanted pages, counted from 0. One picture is packed while the child draws the next.
func (c *docRenderCmd) draw(ctx context.Context, o *cli.IO, f *docwork.File, wanted []int) (err error) {
	var packing sync.WaitGroup
	var failed error // guarded by packing
	defer func() {
		packing.Wait()
		err = errors.Join(err, failed)
	}()
	for _, n := range wanted {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		width, most := c.pixels(f.Info(), n), ""
		if width > docwork.MaxWidth {
			width, most = docwork.MaxWidth, fmt.Sprintf(" (%d pixels wide: more are not drawn)", docwork.MaxWidth)
		}
		page, err := f.Draw(n, width)
		if say, ok := errors.AsType[docwork.Sentence](err); ok {
			return fault.New(fault.Invalid, fmt.Sprintf("Page %d: %s", n+1, say))
		}
		if err != nil {
			return err
		}
		if packing.Wait(); failed != nil {
			page.Release()
			return nil
		}
		packing.Go(func() {
			defer page.Release()
			name := c.name(n, len(f.Info().Pages))
			if failed = c.write(name, page); failed == nil {
				fmt.Fprintln(o.Out, printable(name)+most) //nolint:errcheck // the picture is there
			}
		})
	}
	return nil
}

// pixels is the width of page n; a picture has one of its own.
func (c *docRenderCmd) pixels(info docwork.Info, n int) int {
	w := float64(info.Pages[n].W)
	switch {
	case c.Width != 0:
		return c.Width
	case isPicture(info):
		return int(w)
	case c.DPI != 0:
		return int(math.Ceil(w * float64(c.DPI) / 72))
	}
	return int(math.Ceil(w * defaultDPI / 72))
}

// name is that of the picture of page n (from 0): letter.pdf has letter-01.png to letter-12.png.
func (c *docRenderCmd) name(n, of int) string {
	base := filepath.Base(c.File)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	return filepath.Join(c.Out, fmt.Sprintf("%s-%0*d.png", base, len(strconv.Itoa(of)), n+1))
}

func (c *docRenderCmd) write(name string, p *docwork.Page) (err error) {
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if c.Force {
		how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	out, err := os.OpenFile(name, how, 0o666) //nolint:gosec // the user's own picture, under the user's mask
	switch {
	case errors.Is(err, fs.ErrExist):
		return fault.New(fault.Conflict, printable(name)+" is there already. Write over it with --force, or name another folder with --out.")
	case err != nil:
		return fault.New(fault.Invalid, printable(name)+" cannot be written: "+err.Error()+".")
	}
	if err := errors.Join(raster.PNG(out, p.Image), out.Close()); err != nil {
		return errors.Join(err, os.Remove(name)) // half a picture is none
	}
	return nil
}

// pageList reads "1-3,7" as pages of a file that has so many: counted from 0, in order, each once. Nothing is all of them.
//
// Faults: Invalid, NotFound (a page that is not there).
func pageList(text string, of int) (pages []int, err error) {
	if text == "" {
		text = fmt.Sprint("1-", of)
	}
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil || from < 1 || to < from {
			return nil, fault.New(fault.Invalid, "Pages are listed like 1-3,7, and counted from 1.")
		}
		if to > of {
			return nil, fault.New(fault.NotFound, fmt.Sprintf("There is no page %d: the file has %d.", to, of))
		}
		for n := from; n <= to; n++ {
			pages = append(pages, n-1)
		}
	}
	slices.Sort(pages)
	return slices.Compact(pages), nil
}
