package e2e

import (
	"bytes"
	"fmt"
	"image/png"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// A traffic is every answer that a page's browser got.
type traffic struct {
	p *Page

	mu      sync.Mutex
	answers []answered
	done    map[network.RequestID]bool
	streams []string // what came over event streams
}

// An answered request, as the browser saw it.
type answered struct {
	id     network.RequestID
	url    string
	kind   string // media type
	cache  string // Cache-Control
	status int64
	body   []byte
}

// record notes every answer from now on.
func (p *Page) record() *traffic {
	p.t.Helper()
	w := &traffic{p: p, done: map[network.RequestID]bool{}}
	if err := chromedp.Listen(p.ctx, w.hear); err != nil {
		p.t.Fatal(err)
	}
	return w
}

func (w *traffic) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventResponseReceived:
		a := answered{id: e.RequestID, url: e.Response.URL, kind: e.Response.MimeType, status: e.Response.Status}
		for name, value := range e.Response.Headers {
			if strings.EqualFold(name, "Cache-Control") {
				a.cache = fmt.Sprint(value)
			}
		}
		w.answers = append(w.answers, a)
	case *network.EventLoadingFinished:
		w.done[e.RequestID] = true
	case *network.EventEventSourceMessageReceived:
		w.streams = append(w.streams, e.EventName+" "+e.EventID+" "+e.Data)
	}
}

// take returns the answers since it was last asked, with their bodies. The browser forgets them when it leaves the page.
func (w *traffic) take() (out []answered) {
	w.p.t.Helper()
	w.p.waitFor("the pictures", `document.readyState === "complete" && [...document.images].every((i) => { i.loading = "eager"; return i.complete && i.naturalWidth > 0; })`)
	w.mu.Lock()
	list, done := w.answers, w.done
	w.answers = nil
	w.mu.Unlock()
	for _, a := range list {
		if a.kind == "text/event-stream" { // it does not end; its messages are in streams
			continue
		}
		if !strings.HasPrefix(a.url, "http") {
			continue
		}
		w.mu.Lock()
		whole := done[a.id]
		w.mu.Unlock()
		b, err := chromedp.Call(w.p.ctx, network.GetResponseBody, network.GetResponseBodyParams{RequestID: a.id})
		if err != nil && a.status != 204 && !strings.HasPrefix(a.url, w.p.base+"/assets/") { // the program's own, which the browser has from before
			w.p.t.Errorf("the body of %s (%s, whole: %t): %v", a.url, a.kind, whole, err)
		}
		a.body = b.Body
		out = append(out, a)
	}
	return out
}

// saved is the page as "save as" keeps it: everything in one file, pictures too.
func (p *Page) saved() string {
	p.t.Helper()
	s, err := chromedp.Call(p.ctx, cdppage.CaptureSnapshot, cdppage.CaptureSnapshotParams{Format: cdppage.CaptureSnapshotFormatMhtml})
	if err != nil {
		p.fail("save the page", err)
	}
	return s.Data
}

// TestOnlyPixelsGoAbroad reads a source under a residency rule, files inside it too, and looks at everything that came
// over the wire: the document is in pictures, which no cache keeps, and nowhere else.
func TestOnlyPixelsGoAbroad(t *testing.T) {
	t.Parallel()
	s := Common(t)
	firm := Open(t, s.URL, "/sign-in", Wide)
	firm.Enter("Margaret Ansel")
	firm.Go("/matters")
	firm.Follow("Brandt")
	matter := firm.Path()
	const word = "zinnwaldite" // it stands in the document and nowhere else
	line := "The lab found " + word + " in the sample of pier 9."
	files := append(write(t, strings.Repeat(line+" ", 120), "Lab report.pdf"), bundle(t, "Lab bundle.zip", line))
	for _, f := range files {
		firm.Go(matter + "/documents?kind=source")
		firm.Fill("#f-folder", "Lab")
		firm.SendFiles("form[data-upload]:has(#f-kind)", f)
	}
	firm.Go(matter + "/residency?scope=folder&folder=Lab")
	firm.Send("Set the rule")
	var reads []string
	for _, name := range []string{"Lab report.pdf", "Lab bundle.zip"} {
		firm.Go(matter + "/documents?q=" + strings.ReplaceAll(name, " ", "+"))
		firm.Follow(name)
		firm.Send("Read version 1")
		reads = append(reads, firm.Path())
	}
	if text := eval[string](firm, "read the words", `fetch(location.pathname.replace("/read", "/words/1") + "?in=2.1").then((r) => r.text())`, chromedp.EvalAwaitPromise); !strings.Contains(text, word) {
		t.Fatalf("the word to look for is not in the document: %q", text)
	}

	abroad := firm.Another("/sign-in", Wide)
	abroad.Enter("Asha Deshpande")
	abroad.Go("/settings") // no part of it is asked for again while the next page comes
	w := abroad.record()
	pictures := 0
	for _, path := range []string{reads[0], reads[0] + "?q=" + "sample+of+pier", reads[0] + "?w=1400&turn=1", reads[1], reads[1] + "?in=2", reads[1] + "?in=2.1", reads[1] + "?in=2.2.1"} {
		abroad.Go(path)
		abroad.loaded("#p1 img")
		for _, a := range w.take() {
			pages := strings.Contains(a.url, "/pages/")
			switch {
			case bytes.Contains(a.body, []byte(word)), bytes.Contains(a.body, []byte("%PDF-")), bytes.HasPrefix(a.body, []byte("PK\x03\x04")):
				t.Errorf("%s (%s) brings the document itself", a.url, a.kind)
			case pages && a.kind != "image/png":
				t.Errorf("%s is %s", a.url, a.kind)
			case pages:
				if _, err := png.Decode(bytes.NewReader(a.body)); err != nil {
					t.Errorf("%s: %v", a.url, err)
				}
				pictures++
				fallthrough
			case strings.HasPrefix(strings.TrimPrefix(a.url, s.URL), "/versions/"):
				if a.cache != "no-store" {
					t.Errorf("%s may be kept: %q", a.url, a.cache)
				}
			}
		}
		kept := abroad.saved()
		if strings.Contains(strings.ReplaceAll(kept, "=\r\n", ""), word) || strings.Contains(eval[string](abroad, "read the page", "document.documentElement.outerHTML"), word) {
			t.Errorf("%s, saved, holds words of the document", path)
		}
	}
	if pictures < 12 {
		t.Errorf("%d pictures of pages were looked at", pictures)
	}
	if all := strings.Join(w.streams, "\n"); strings.Contains(all, word) {
		t.Errorf("the live stream brings words of the document")
	}
	if stores := eval[string](abroad, "read the stores", `JSON.stringify([localStorage, sessionStorage])`); strings.Contains(stores, word) {
		t.Error("the browser keeps words of the document")
	}
}
