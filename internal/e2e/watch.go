package e2e

import (
	"fmt"
	"strings"
	"sync"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// A watch notes what goes wrong behind a page: errors of its scripts, what the content security policy stopped, answers that blame
// the server, requests to another host.
type watch struct {
	base string

	mu    sync.Mutex
	wrong []string
}

// hear takes one event of the browser. It runs in the loop that reads them, so it only notes.
func (w *watch) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		w.note("a script failed: %s (%s:%d)", text, e.ExceptionDetails.URL, e.ExceptionDetails.LineNumber+1)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			w.note("the console says: %s", said(e.Args))
		}
	case *cdplog.EventEntryAdded:
		// What the network answered is judged below.
		if e.Entry.Level == cdplog.EntryLevelError && e.Entry.Source != cdplog.EntrySourceNetwork {
			w.note("the browser says: %s (%s)", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		url := e.Request.URL
		if strings.HasPrefix(url, "http") && !strings.HasPrefix(url, w.base+"/") || strings.HasPrefix(url, "ws") {
			w.note("a request to another host: %s", url)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 500 {
			w.note("the server answered %d to %s", e.Response.Status, e.Response.URL)
		}
	}
}

func (w *watch) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// take returns what was noted since it was last asked.
func (w *watch) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.wrong
	w.wrong = nil
	return out
}

func said(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		words = append(words, strings.Trim(string(a.Value), `"`)+a.Description)
	}
	return strings.Join(words, " ")
}
