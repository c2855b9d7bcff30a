package live

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A gatekeeper is an allow function that can change its mind.
type gatekeeper struct {
	mu  sync.Mutex
	may map[Topic]bool
}

func (g *gatekeeper) set(t Topic, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.may == nil {
		g.may = map[Topic]bool{}
	}
	g.may[t] = ok
}

func (g *gatekeeper) allow(_ *http.Request, t Topic) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.may[t]
}

// connect opens the stream and returns a function that reads the next line that is not empty; "" at its end.
func connect(t *testing.T, h *Hub, g *gatekeeper, topics string, beat time.Duration) func() string {
	t.Helper()
	srv := httptest.NewServer(handler(h, g.allow, beat))
	t.Cleanup(srv.Close)
	res, err := http.Get(srv.URL + "/live?topics=" + topics)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%s %v", res.Status, res.Header)
	}
	lines := bufio.NewScanner(res.Body)
	next := func() string {
		for lines.Scan() {
			if lines.Text() != "" {
				return lines.Text()
			}
		}
		return ""
	}
	if l := next(); l != "retry: 3000" {
		t.Fatal(l)
	}
	return next
}

func want(t *testing.T, next func() string, lines ...string) {
	t.Helper()
	for _, w := range lines {
		if got := next(); got != w {
			t.Fatalf("%q, want %q", got, w)
		}
	}
}

func TestTheStreamNamesWhatChangedAndAWallSilencesItAtOnce(t *testing.T) {
	var h Hub
	var g gatekeeper
	g.set("a", true)
	g.set("b", true)
	next := connect(t, &h, &g, "a,b,hidden", time.Hour)
	h.Publish("hidden", "other", "a")
	want(t, next, "event: changed", "data: a")
	g.set("a", false) // a wall
	h.Publish("a")
	h.Publish("b")
	want(t, next, "event: changed", "data: b")
	h.refreshAll()
	want(t, next, "event: refresh", "data: all")
	g.set("b", false) // the session ends
	h.Publish("b")
	want(t, next, "")
}

func TestTheStreamBeatsAndEndsWithTheSession(t *testing.T) {
	var h Hub
	var g gatekeeper
	g.set("a", true)
	next := connect(t, &h, &g, "a", 5*time.Millisecond)
	want(t, next, ": alive")
	g.set("a", false)
	for next() != "" {
	}
}

func TestTheStreamEndsWhenTheProgramStops(t *testing.T) {
	var h Hub
	var g gatekeeper
	g.set("a", true)
	next := connect(t, &h, &g, "a", time.Hour)
	h.Close()
	want(t, next, "")
}

func TestRequestsThatGetNoStream(t *testing.T) {
	var many []string
	for i := range maxTopics + 1 {
		many = append(many, strings.Repeat("x", i+1))
	}
	for query, status := range map[string]int{
		"":                                  422,
		"topics=,,":                         422,
		"topics=a%0Ab":                      422,
		"topics=" + strings.Join(many, ","): 422,
		"topics=" + strings.Repeat("y", maxTopicBytes+1): 422,
		"topics=walled": 404,
	} {
		var h Hub
		w := httptest.NewRecorder()
		Handler(&h, (&gatekeeper{}).allow).ServeHTTP(w, httptest.NewRequest("GET", "/live?"+query, nil))
		if w.Code != status || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%.40s: %d %v", query, w.Code, w.Header())
		}
		if len(h.subs) != 0 {
			t.Errorf("%.40s: left a subscription", query)
		}
	}
	if got, _ := parse("a,a,b"); !slices.Equal(got, []Topic{"a", "b"}) {
		t.Error(got)
	}
}
