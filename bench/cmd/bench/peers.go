package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"countersign/internal/platform/docwork"
	"countersign/internal/platform/raster"
)

// What the reading of files is measured with.
const (
	dpi        = 110
	firstPages = 5 // of each file that are drawn
	peerRounds = 3
)

// A contest is the program beside a peer: medians of rounds in turns, files two at a time.
type contest struct {
	files, pages int
	ours, theirs []float64 // a second
	unit         string
}

// A compared is what reading real PDFs showed.
type compared struct {
	drawing, text contest
	equal         float64 // share of letters and digits that both give
	open          float64 // bytes of text a second out of files that are open, one after the other
	least         float64 // of the file that differs most
	ownOnly       int     // files that only the program reads
	theirOnly     int
}

// peers draws and reads the PDFs of courts with the program and with poppler. Each file has a process of its own there;
// here they are those of one matter, so that the two children read one after the other. Both write pictures as PNG to files.
func peers(ctx context.Context, binary, folder string) (out compared, err error) {
	for _, name := range []string{"pdftoppm", "pdftotext"} {
		if _, err := exec.LookPath(name); err != nil {
			return out, fmt.Errorf("%s is missing: scripts/bench.sh installs it", name)
		}
	}
	dir, err := os.MkdirTemp("", "countersign-bench-")
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	pool, err := docwork.NewPool(docwork.Settings{Program: binary, Cache: filepath.Join(dir, "cache"), Most: 2})
	if err != nil {
		return out, err
	}
	defer pool.Close()
	w := &contestant{pool: pool, dir: dir}
	files, err := w.both(ctx, folder, &out)
	if err != nil {
		return out, err
	}
	out.drawing = contest{files: len(files), unit: "pages/s"}
	out.text = contest{files: len(files), unit: "bytes of text/s"}
	for round := range peerRounds {
		for _, x := range []struct {
			c    *contest
			ours bool
			do   func(context.Context, string) (int64, error)
		}{{&out.drawing, true, w.draw}, {&out.drawing, false, pdftoppm(dir)}, {&out.text, true, w.read}, {&out.text, false, pdftotext}} {
			n, took, err := inPairs(ctx, files, x.do)
			if err != nil {
				return out, err
			}
			rate := float64(n) / took.Seconds()
			if x.ours {
				x.c.ours = append(x.c.ours, rate)
			} else {
				x.c.theirs = append(x.c.theirs, rate)
			}
			if x.c == &out.drawing {
				x.c.pages = int(n)
			}
			say("round %d: %.1f %s (ours: %v)", round+1, rate, x.c.unit, x.ours)
		}
	}
	out.open = float64(w.said.Load()) / time.Duration(max(w.busy.Load(), 1)).Seconds()
	return out, nil
}

// inPairs does something to every file, two at a time, and adds up.
func inPairs(ctx context.Context, files []string, do func(context.Context, string) (int64, error)) (total int64, took time.Duration, err error) {
	next := make(chan string)
	var sum atomic.Int64
	var failed [2]error
	var wg sync.WaitGroup
	begun := time.Now()
	for i := range failed {
		wg.Go(func() {
			for name := range next {
				n, err := do(ctx, name)
				failed[i] = errors.Join(failed[i], err)
				sum.Add(n)
			}
		})
	}
	for _, name := range files {
		next <- name
	}
	close(next)
	wg.Wait()
	return sum.Load(), time.Since(begun), errors.Join(failed[:]...)
}

// A contestant is the program in the contest.
type contestant struct {
	pool *docwork.Pool
	dir  string
	busy atomic.Int64 // nanoseconds for the text of open files, all rounds
	said atomic.Int64 // bytes of it
	turn atomic.Int64 // a file that was open is opened anew: each time has a key of its own
}

func (w *contestant) open(ctx context.Context, name string, ask func(*docwork.File) error) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	key := fmt.Sprint(w.turn.Add(1), "/", name)
	return w.pool.Do(ctx, docwork.Source{Key: key, Group: "court", Name: filepath.Base(name), Size: info.Size(), Bytes: func(context.Context) (docwork.Bytes, error) { return os.Open(name) }}, ask) //nolint:gosec // the corpus
}

// both finds the PDFs that the program and poppler read, and compares their text.
func (w *contestant) both(ctx context.Context, folder string, out *compared) (files []string, err error) {
	var same, most int
	out.least = 1
	err = filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(name) != ".pdf" {
			return err
		}
		var text strings.Builder
		pages := 0
		if err := w.open(ctx, name, func(f *docwork.File) error { pages = len(f.Info().Pages); return wordsOf(f, &text) }); err != nil {
			return err
		}
		theirs, err := exec.CommandContext(ctx, "pdftotext", name, "-").Output() //nolint:gosec // the peer, on the corpus
		switch {
		case pages > 0 && err != nil:
			out.ownOnly++
		case pages == 0 && err == nil:
			out.theirOnly++
		case pages > 0:
			files = append(files, name)
			s, m := shared(text.String(), string(theirs))
			same, most = same+s, most+m
			if m > 0 {
				out.least = min(out.least, float64(s)/float64(m))
			}
		}
		return nil
	})
	out.equal = float64(same) / float64(max(most, 1))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("there are no PDFs under %s", folder)
	}
	return files, err
}

func wordsOf(f *docwork.File, to *strings.Builder) error {
	for n := range f.Info().Pages {
		text, err := f.Text(n, nil)
		if _, ok := errors.AsType[docwork.Sentence](err); err != nil && !ok {
			return err
		}
		to.WriteString(text)
	}
	return nil
}

// shared counts the letters and digits that two texts have in common, whatever their order, and those of the longer one.
func shared(a, b string) (same, most int) {
	count := map[rune]int{}
	na, nb := 0, 0
	for _, r := range a {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			count[r]++
			na++
		}
	}
	for _, r := range b {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if nb++; count[r] > 0 {
				count[r]--
				same++
			}
		}
	}
	return same, max(na, nb)
}

func (w *contestant) draw(ctx context.Context, name string) (pages int64, err error) {
	err = w.open(ctx, name, func(f *docwork.File) error {
		for n, size := range f.Info().Pages[:min(firstPages, len(f.Info().Pages))] {
			page, err := f.Draw(n, int(math.Ceil(float64(size.W)*dpi/72)))
			if err != nil {
				return err
			}
			to, err := os.CreateTemp(w.dir, "own-*.png")
			if err != nil {
				return err
			}
			err = errors.Join(raster.PNG(to, page.Image), to.Close(), os.Remove(to.Name()))
			page.Release()
			if err != nil {
				return err
			}
			pages++
		}
		return nil
	})
	return pages, err
}

func pdftoppm(dir string) func(context.Context, string) (int64, error) {
	return func(ctx context.Context, name string) (int64, error) {
		to, err := os.MkdirTemp(dir, "peer-")
		if err != nil {
			return 0, err
		}
		defer os.RemoveAll(to)                                                                                                       //nolint:errcheck // a temporary folder
		err = exec.CommandContext(ctx, "pdftoppm", "-png", "-r", fmt.Sprint(dpi), "-l", fmt.Sprint(firstPages), name, to+"/p").Run() //nolint:gosec // the peer, on the corpus
		made, err2 := os.ReadDir(to)
		return int64(len(made)), errors.Join(err, err2)
	}
}

func (w *contestant) read(ctx context.Context, name string) (n int64, err error) {
	var text strings.Builder
	err = w.open(ctx, name, func(f *docwork.File) error {
		begun := time.Now()
		err := wordsOf(f, &text)
		w.busy.Add(int64(time.Since(begun)))
		w.said.Add(int64(text.Len()))
		return err
	})
	return int64(text.Len()), err
}

func pdftotext(ctx context.Context, name string) (int64, error) {
	text, err := exec.CommandContext(ctx, "pdftotext", name, "-").Output() //nolint:gosec // the peer, on the corpus
	return int64(len(text)), err
}
