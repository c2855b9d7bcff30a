package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"countersign/internal/bench/seed"
	"countersign/internal/platform/db"
)

// What the readers do.
const (
	readers    = 8
	readFor    = 30 * time.Second
	turnEvery  = time.Second // a reader looks at a page at least so long
	bookPages  = 500
	coldBooks  = 12
	pageWidth  = "935" // pixels: letter size at 110 dpi
	sampleTime = 250 * time.Millisecond
)

// A reading is what reading documents over HTTP showed.
type reading struct {
	cold, open, crowd timing // the first page of a book; pages of open documents, one reader; the same with all readers
	server, all       int64  // bytes resident: the server; the server with its children, each counted in full
	allShared         int64  // the same, what they share counted once
	children          int    // at that moment
	who               int    // readers
}

// reads measures what a reader waits for, over HTTP, on the program as it is shipped.
func (o options) reads(ctx context.Context, binary, folder string) (out reading, err error) {
	in, err := install(ctx, db.SQLite, seed.Small, say)
	if err != nil {
		return out, err
	}
	defer in.close() //nolint:errcheck // it is thrown away
	m, people := in.crowded()
	first := shot{path: "/", token: people[0].Token}
	if err := in.handOver(ctx); err != nil {
		return out, err
	}
	s, err := in.start(ctx, binary, first)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	l := &library{base: s.base, token: people[0].Token, client: &http.Client{Timeout: time.Minute}}
	to := "/matters/" + string(in.world.Matters[m].ID) + "/documents"
	book, err := bound()
	if err != nil {
		return out, err
	}
	for i := range coldBooks {
		v, err := l.upload(ctx, to, fmt.Sprintf("book-%d.pdf", i), book)
		if err != nil {
			return out, err
		}
		time.Sleep(2 * time.Second) // the child that waits is there again
		took, err := l.page(ctx, people[0].Token, v, 1)
		if err != nil {
			return out, err
		}
		out.cold.add(took)
	}
	papers, err := l.papers(ctx, to, folder)
	if err != nil {
		return out, err
	}
	for _, p := range papers {
		if _, err := l.page(ctx, people[0].Token, p.version, 1); err != nil {
			return out, err
		}
		for n := range min(firstPages, p.pages) {
			took, err := l.page(ctx, people[0].Token, p.version, n+1)
			if err != nil {
				return out, err
			}
			out.open.add(took)
		}
	}
	err = l.crowd(ctx, s, people, papers, &out)
	return out, err
}

// crowded finds the matter that most people may read, and up to readers of them, one of the firm first.
func (in *installation) crowded() (matter int, people []seed.Person) {
	for m := range in.world.Matters {
		var here []seed.Person
		for _, p := range in.world.People {
			if m%seed.WalledEvery != 0 && slices.Contains(in.world.OnTeam(p.ID), m) {
				here = append(here, p)
			}
		}
		slices.SortStableFunc(here, func(a, b seed.Person) int {
			return strings.Compare(strconv.FormatBool(b.Org == in.world.FirmOf(m)), strconv.FormatBool(a.Org == in.world.FirmOf(m)))
		})
		if len(here) > len(people) && here[0].Org == in.world.FirmOf(m) {
			matter, people = m, here
		}
	}
	return matter, people[:min(readers, len(people))]
}

func (t *timing) add(d time.Duration) { t.all = append(t.all, d) }

func (t *timing) sum() {
	t.n, t.p50, t.p90, t.p99, t.max = len(t.all), quantile(t.all, 0.5), quantile(t.all, 0.9), quantile(t.all, 0.99), quantile(t.all, 1)
}

// bound is a PDF of many pages of text.
func bound() ([]byte, error) {
	p := fpdf.New("P", "mm", "Letter", "")
	p.SetFont("Times", "", 11)
	for n := range bookPages {
		p.AddPage()
		for i := range 45 {
			p.CellFormat(0, 5.5, fmt.Sprintf("Page %d, line %d: the witness was asked about the second shipment and said what she remembered of it.", n+1, i+1), "", 1, "", false, 0, "")
		}
	}
	var b bytes.Buffer
	err := p.Output(&b)
	return b.Bytes(), err
}

// A library puts documents on a matter and reads them.
type library struct {
	base, token string
	client      *http.Client
}

// A paper is an uploaded document that has pages.
type paper struct {
	version string
	pages   int
}

func (l *library) upload(ctx context.Context, path, name string, data []byte) (version string, err error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("kind", "source"); err != nil {
		return "", err
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return "", err
	}
	if _, err := part.Write(data); err != nil {
		return "", err
	}
	if err := form.Close(); err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base+path, &body)
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", "application/json")
	req.AddCookie(&http.Cookie{Name: "countersign", Value: l.token})
	res, err := l.client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close() //nolint:errcheck // it has been read
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	var got struct {
		Files []struct{ Version string }
	}
	if json.Unmarshal(text, &got) != nil || res.StatusCode != http.StatusCreated || len(got.Files) != 1 {
		return "", fmt.Errorf("upload of %s answers %s: %.300s", name, res.Status, text)
	}
	return got.Files[0].Version, nil
}

// page asks for a page and says how long it took until it was there, whole.
func (l *library) page(ctx context.Context, token, version string, n int) (time.Duration, error) {
	begun := time.Now()
	err := shot{path: fmt.Sprintf("/versions/%s/pages/%d?w=%s", version, n, pageWidth), token: token}.send(ctx, l.client, l.base)
	return time.Since(begun), err
}

// papers puts the PDFs of a folder on the matter and keeps those that have pages.
func (l *library) papers(ctx context.Context, to, folder string) (all []paper, err error) {
	err = filepath.WalkDir(folder, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(name) != ".pdf" {
			return err
		}
		data, err := os.ReadFile(name) //nolint:gosec // the corpus
		if err != nil {
			return err
		}
		p := paper{}
		if p.version, err = l.upload(ctx, to, filepath.Base(name), data); err != nil {
			return err
		}
		for p.pages < firstPages {
			if _, err := l.page(ctx, l.token, p.version, p.pages+1); err != nil {
				break // the file has no more pages
			}
			p.pages++
		}
		if p.pages > 0 {
			all = append(all, p)
		}
		return nil
	})
	return all, err
}

// crowd has all readers read at once, each a document of their own, and looks how much memory that takes at most.
func (l *library) crowd(ctx context.Context, s *server, people []seed.Person, papers []paper, out *reading) error {
	slices.SortStableFunc(papers, func(a, b paper) int { return b.pages - a.pages })
	ctx, stop := context.WithTimeout(ctx, readFor)
	defer stop()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for i := range readers {
		who, what := people[i%len(people)], papers[i%len(papers)]
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				took, err := l.page(ctx, who.Token, what.version, n%what.pages+1)
				mu.Lock()
				if err == nil {
					out.crowd.add(took)
				} else if ctx.Err() == nil {
					failed = errors.Join(failed, err)
				}
				mu.Unlock()
				time.Sleep(max(0, turnEvery-took))
			}
		})
	}
	for ctx.Err() == nil {
		time.Sleep(sampleTime)
		server, all, allShared, children, err := s.family()
		if err != nil {
			return err
		}
		out.server = max(out.server, server)
		if all > out.all {
			out.all, out.allShared, out.children = all, allShared, children
		}
	}
	wg.Wait()
	out.who = len(people)
	return failed
}

// family is the memory of the server and of its children: resident, and with what they share counted once.
func (s *server) family() (server, all, allShared int64, children int, err error) {
	if server, _, err = s.memory(); err != nil {
		return 0, 0, 0, 0, err
	}
	all, allShared = server, proportional(s.cmd.Process.Pid)
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0, 0, 0, err
	}
	for _, t := range tasks {
		ids, err := os.ReadFile(t) //nolint:gosec // the kernel's own file
		if err != nil {
			continue // the thread has ended
		}
		for _, id := range strings.Fields(string(ids)) {
			pid, err := strconv.Atoi(id)
			if err != nil {
				continue
			}
			now, _, err := memoryOf(pid)
			if err != nil {
				continue // the child has ended
			}
			all, allShared, children = all+now, allShared+proportional(pid), children+1
		}
	}
	return server, all, allShared, children, nil
}

// proportional is the memory of a process, of what it shares with others its part.
func proportional(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	for l := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(l, "Pss:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}
