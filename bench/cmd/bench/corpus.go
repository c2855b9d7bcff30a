package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/internal/bench/seed"
	"countersign/internal/platform/db"
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

// clerks is how many files are put in and read at a time.
const clerks = 2

// A census is what became of all files.
type census struct {
	mu            sync.Mutex
	kinds         map[string]*outcome
	took          []time.Duration
	before, after [2]int64 // bytes resident: the server; the server with its children
	peak          int64    // of the server
}

// corpus puts every file under a folder into the program by its API, reads its first page and that page's words, and
// writes what became of them by kind. It names no file: the corpus is mail of real people.
func (o options) corpus(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "countersign-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	binary, err := o.program(ctx, dir)
	if err != nil {
		return err
	}
	in, err := install(ctx, db.SQLite, seed.Small, say)
	if err != nil {
		return err
	}
	defer in.close() //nolint:errcheck // it is thrown away
	m, people := in.crowded()
	if err := in.handOver(ctx); err != nil {
		return err
	}
	s, err := in.start(ctx, binary, shot{path: "/", token: people[0].Token})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	var names []string
	err = filepath.WalkDir(o.Corpus, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	c := &census{kinds: map[string]*outcome{}}
	l := &library{base: s.base, token: people[0].Token, client: &http.Client{Timeout: 2 * time.Minute}}
	matter := string(in.world.Matters[m].ID)
	for i := range min(len(names), 20) { // the program is at work when its memory is looked at first
		if _, err := l.become(ctx, matter, names[i*len(names)/20]); err != nil {
			return err
		}
	}
	if c.before, err = s.rested(); err != nil {
		return err
	}
	if err := c.take(ctx, names, func(name string) (became, error) { return l.become(ctx, matter, name) }); err != nil {
		return err
	}
	if _, c.peak, err = s.memory(); err != nil {
		return err
	}
	if c.after, err = s.rested(); err != nil {
		return err
	}
	return os.WriteFile(o.Out, []byte(c.String()), 0o644) //nolint:gosec // figures are public
}

// rested is the memory of the server, and with its children, once the files that are open have been closed.
func (s *server) rested() (at [2]int64, err error) {
	say("waiting until the open files are closed")
	time.Sleep(150 * time.Second)
	server, all, _, _, err := s.family()
	return [2]int64{server, all}, err
}

// take has clerks work through the files.
func (c *census) take(ctx context.Context, names []string, read func(string) (became, error)) error {
	next := make(chan string)
	var wg sync.WaitGroup
	var failed [clerks]error
	for i := range clerks {
		wg.Go(func() {
			for name := range next {
				if failed[i] != nil {
					continue
				}
				begun := time.Now()
				b, err := read(name)
				failed[i] = err
				c.note(b, time.Since(begun))
			}
		})
	}
	for i, name := range names {
		if i%100 == 0 {
			say("%d of %d files", i, len(names))
		}
		next <- name
		if ctx.Err() != nil {
			break
		}
	}
	close(next)
	wg.Wait()
	return errors.Join(append(failed[:], ctx.Err())...)
}

func (c *census) note(b became, spent time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.took = append(c.took, spent)
	o := c.kinds[b.Kind]
	if o == nil {
		o = &outcome{kind: b.Kind, why: map[string]int{}}
		c.kinds[b.Kind] = o
	}
	o.files++
	o.slowest = max(o.slowest, spent)
	switch {
	case b.Why != "":
		o.why[b.Why]++
	case b.Leaves != "":
		o.shown, o.rendition = o.shown+1, o.rendition+1
	default:
		o.shown++
	}
	switch {
	case strings.Contains(b.Why, "took too long"):
		o.tooLong++
	case strings.Contains(b.Why, "made to break"):
		o.broken++
	}
}

// became is what the program says of a file.
type became struct {
	Kind, Why, Leaves string
	Pages             []struct{ W, H float32 }
}

// become puts a file in, asks what it is, and reads its first page and the words of it. A refusal that says why is an outcome; an
// answer that breaks off, or an error of the program, is not.
func (l *library) become(ctx context.Context, matter, name string) (b became, err error) {
	data, err := os.ReadFile(name) //nolint:gosec // the corpus
	if err != nil {
		return b, err
	}
	var got struct{ Version struct{ ID string } }
	why, err := l.api(ctx, http.MethodPost, "/matters/"+matter+"/documents?kind=source&name="+url.QueryEscape(filepath.Base(name)), data, &got)
	if err != nil || why != "" {
		return became{Kind: "Not taken", Why: why}, err
	}
	path := "/versions/" + got.Version.ID
	if why, err = l.api(ctx, http.MethodGet, path+"/pages", nil, &b); err != nil || why != "" || len(b.Pages) == 0 {
		b.Why += why
		return b, err
	}
	if why, err = l.api(ctx, http.MethodGet, path+"/pages/1", nil, nil); err == nil && why == "" {
		why, err = l.api(ctx, http.MethodGet, path+"/words/1", nil, nil)
	}
	b.Why += why
	return b, err
}

// api sends a request. A problem below 500 comes back as its sentence.
func (l *library) api(ctx context.Context, method, path string, data []byte, into any) (why string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, l.base+"/api/v1"+path, bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	req.AddCookie(&http.Cookie{Name: "countersign", Value: l.token})
	res, err := l.client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close() //nolint:errcheck // it has been read
	text, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return "", err
	case res.StatusCode >= http.StatusInternalServerError:
		return "", fmt.Errorf("%s answers %s: %.300s", method, res.Status, text)
	case res.StatusCode >= http.StatusBadRequest:
		var p struct{ Detail string }
		err = json.Unmarshal(text, &p)
		return p.Detail, err
	case into != nil:
		err = json.Unmarshal(text, into)
	}
	return "", err
}

// String is the table.
func (c *census) String() string {
	var b strings.Builder
	all := slices.SortedFunc(maps.Values(c.kinds), func(x, y *outcome) int { return cmp.Or(y.files-x.files, strings.Compare(x.kind, y.kind)) })
	var sum outcome
	for _, o := range all {
		sum.files, sum.shown, sum.rendition, sum.broken, sum.tooLong = sum.files+o.files, sum.shown+o.shown, sum.rendition+o.rendition, sum.broken+o.broken, sum.tooLong+o.tooLong
	}
	slices.Sort(c.took)
	at := func(p float64) string {
		if len(c.took) == 0 {
			return "-"
		}
		return fmt.Sprintf("%.0f ms", float64(c.took[int(float64(len(c.took)-1)*p)].Microseconds())/1000)
	}
	office := "LibreOffice drew office documents."
	if _, err := exec.LookPath("soffice"); err != nil || os.Getenv("COUNTERSIGN_SOFFICE") == "none" {
		office = "LibreOffice was not used."
	}
	fmt.Fprintf(&b, "# What becomes of real files\n\n%s, %s, %d processors. Every file of the corpus was put in by the API, %d at a time; what it is was asked for, then its first page and the words of that. %s\n\n",
		time.Now().UTC().Format("2006-01-02"), runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU(), clerks, office)
	fmt.Fprintf(&b, "%d files: %d have pages (%d of them as a text rendition or with parts left out), %d have none and a sentence says why. Children that died: %d; stopped after 20 s: %d; errors of the program: 0, or there would be no table.\n",
		sum.files, sum.shown, sum.rendition, sum.files-sum.shown, sum.broken, sum.tooLong)
	fmt.Fprintf(&b, "A file, from its upload to its first page and words: p50 %s, p99 %s, slowest %s.\n", at(0.5), at(0.99), at(1))
	fmt.Fprintf(&b, "Memory, with no file open: the server %d MB before and %d MB after (at most %d MB), with its waiting child %d and %d MB.\n\n",
		c.before[0]>>20, c.after[0]>>20, c.peak>>20, c.before[1]>>20, c.after[1]>>20)
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
