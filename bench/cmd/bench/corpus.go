package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"countersign/internal/platform/docwork"
	"countersign/internal/platform/mark"
)

// An outcome is what became of one kind of file.
type outcome struct {
	kind            string
	files, shown    int
	rendition       int // of shown: as text that says what it leaves out
	why             map[string]int
	slowest         time.Duration
	broken, tooLong int // children that died, and that were stopped
}

// corpus opens every file under a folder as the program does, draws and marks its first page and reads its text, and
// writes what became of them by kind. It names no file: the corpus is mail of real people.
func corpus(ctx context.Context, folder, binary, out string) error {
	cache, err := os.MkdirTemp("", "corpus")
	if err != nil {
		return err
	}
	defer os.RemoveAll(cache) //nolint:errcheck // a temporary folder
	pool, err := docwork.NewPool(docwork.Settings{Program: binary, Cache: cache, Most: 2})
	if err != nil {
		return err
	}
	defer pool.Close()
	kinds := map[string]*outcome{}
	var took []time.Duration
	runtime.GC()
	before := resident()
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		begun := time.Now()
		info, err := openOne(ctx, pool, path)
		spent := time.Since(begun)
		took = append(took, spent)
		o := kinds[info.Kind]
		if o == nil {
			o = &outcome{kind: info.Kind, why: map[string]int{}}
			kinds[info.Kind] = o
		}
		o.files++
		o.slowest = max(o.slowest, spent)
		say, isSay := errors.AsType[docwork.Sentence](err)
		switch {
		case isSay:
			o.why[string(say)]++
		case err != nil:
			return fmt.Errorf("%s: %w", path, err)
		case info.Why != "":
			o.why[info.Why]++
		default:
			o.shown++
			if info.Leaves != "" {
				o.rendition++
			}
		}
		if strings.Contains(info.Why+string(say), "took too long") {
			o.tooLong++
		} else if strings.Contains(info.Why+string(say), "made to break") {
			o.broken++
		}
		return nil
	})
	if err != nil {
		return err
	}
	runtime.GC()
	return os.WriteFile(out, []byte(outcomes(kinds, took, before, resident())), 0o644) //nolint:gosec // figures are public
}

func openOne(ctx context.Context, pool *docwork.Pool, path string) (info docwork.Info, err error) {
	size, err := os.Stat(path)
	if err != nil {
		return info, err
	}
	src := docwork.Source{Key: path, Name: filepath.Base(path), Size: size.Size(), Bytes: func(context.Context) (docwork.Bytes, error) { return os.Open(path) }} //nolint:gosec // the corpus
	err = pool.Do(ctx, src, func(f *docwork.File) error {
		if info = f.Info(); len(info.Pages) == 0 {
			return nil
		}
		page, err := f.Draw(0, 935)
		if err != nil {
			return err
		}
		defer page.Release()
		stamp, err := mark.New("A reader of the corpus", page.Width)
		if err != nil {
			return err
		}
		if err := stamp.Draw(page.Image); err != nil {
			return err
		}
		_, err = f.Text(0, nil)
		return err
	})
	return info, err
}

func outcomes(kinds map[string]*outcome, took []time.Duration, before, after int64) string {
	var b strings.Builder
	all := slices.SortedFunc(maps.Values(kinds), func(x, y *outcome) int { return cmp.Or(y.files-x.files, strings.Compare(x.kind, y.kind)) })
	var sum outcome
	for _, o := range all {
		sum.files, sum.shown, sum.rendition, sum.broken, sum.tooLong = sum.files+o.files, sum.shown+o.shown, sum.rendition+o.rendition, sum.broken+o.broken, sum.tooLong+o.tooLong
	}
	slices.Sort(took)
	at := func(p float64) string {
		if len(took) == 0 {
			return "-"
		}
		return fmt.Sprintf("%.0f ms", float64(took[int(float64(len(took)-1)*p)].Microseconds())/1000)
	}
	fmt.Fprintf(&b, "# What becomes of real files\n\n%s, %s, %d processors. Every file of the corpus was opened by a child of its own, its first page drawn, marked and read.\n\n",
		time.Now().UTC().Format("2006-01-02"), runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU())
	fmt.Fprintf(&b, "%d files: %d have pages (%d of them as a text rendition or with parts left out), %d have none and a sentence says why. Children that died: %d; stopped after 20 s: %d.\n",
		sum.files, sum.shown, sum.rendition, sum.files-sum.shown, sum.broken, sum.tooLong)
	fmt.Fprintf(&b, "A file, from opening it to its first page and text: p50 %s, p99 %s, slowest %s. Memory of the process that asks: %d MB before, %d MB after.\n\n", at(0.5), at(0.99), at(1), before>>20, after>>20)
	b.WriteString("| kind | files | with pages | slowest | why there are none |\n|---|---:|---:|---:|---|\n")
	for _, o := range all {
		var why []string
		for s, n := range o.why {
			why = append(why, fmt.Sprintf("%d: %s", n, s))
		}
		slices.Sort(why)
		fmt.Fprintf(&b, "| %s | %d | %d | %d ms | %s |\n", o.kind, o.files, o.shown, o.slowest.Milliseconds(), strings.Join(why, "<br>"))
	}
	return b.String()
}

// resident is this process's memory in bytes; 0 where the system does not tell.
func resident() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var all, set int64
	if _, err := fmt.Sscan(string(b), &all, &set); err != nil {
		return 0
	}
	return set * int64(os.Getpagesize())
}
