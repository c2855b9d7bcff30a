package ui

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

func TestDualOf(t *testing.T) {
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, chicago)
	}
	now := at(time.November, 23, 8, 40)
	for _, c := range []struct {
		name          string
		instant       time.Time
		reader, other *time.Location
		mine, theirs  string
	}{
		{"same day on both sides", now, chicago, pune, "08:40 CST", "20:10 IST"},
		{"read from the other side", now, pune, chicago, "20:10 IST", "08:40 CST"},
		{"the other day is named when it differs", at(time.November, 23, 17, 0), chicago, pune, "17:00 CST", "Tue 24 Nov 04:30 IST"},
		{"the reader's day is named when it is not today", at(time.November, 25, 10, 0), chicago, pune, "Wed 25 Nov 10:00 CST", "21:30 IST"},
		{"both days", at(time.November, 25, 23, 59), chicago, pune, "Wed 25 Nov 23:59 CST", "Thu 26 Nov 11:29 IST"},
		{"the year when it is another", at(time.December, 31, 23, 0), chicago, pune, "Thu 31 Dec 23:00 CST", "Fri 1 Jan 2027 10:30 IST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := DualOf(c.instant, now, c.reader, c.other)
			if got.Reader != c.mine || got.Other != c.theirs {
				t.Errorf("got %q · %q, want %q · %q", got.Reader, got.Other, c.mine, c.theirs)
			}
		})
	}
}

func TestWords(t *testing.T) {
	now := galleryNow()
	for _, c := range []struct{ what, got, want string }{
		{"hours and minutes", Duration(4*time.Hour + 10*time.Minute + 59*time.Second), "4 h 10 min"},
		{"whole hours", Duration(16 * time.Hour), "16 h"},
		{"minutes", Duration(55 * time.Minute), "55 min"},
		{"seconds", Duration(40 * time.Second), "40 s"},
		{"nothing", Duration(0), "0 s"},
		{"over", Duration(-40 * time.Minute), "40 min"},
		{"many hours", Duration(1200 * time.Hour), "1,200 h"},
		{"two names", Initials("Margaret Ansel"), "MA"},
		{"three names", Initials("Karen L. Brandt"), "KB"},
		{"one name", Initials("prakash"), "P"},
		{"beyond ASCII", Initials("élodie Østby"), "ÉØ"},
		{"nobody", Initials("  "), "–"},
		{"bytes", Bytes(999), "999 B"},
		{"megabytes", Bytes(3_200_000), "3.2 MB"},
		{"round", Bytes(2_000_000), "2 MB"},
		{"no 1000 kB", Bytes(999_990), "1 MB"},
		{"terabytes", Bytes(5_000_000_000_000_000), "5000 TB"},
		{"thousands", Number(48230), "48,230"},
		{"below", Number(999), "999"},
		{"negative", Number(-1000), "−1,000"},
		{"one", Plural(1, "finding", "findings"), "1 finding"},
		{"none", Plural(0, "finding", "findings"), "0 findings"},
		{"this year", Day(now, now), "Mon 23 Nov"},
		{"another year", Day(now.AddDate(1, 0, 0), now), "Tue 23 Nov 2027"},
		{"critical", string(SeverityIcon("Critical")), string(IconCritical)},
		{"major", string(SeverityTone("major")), string(Warn)},
		{"instant", Instant(now), "2026-11-23T14:40:00Z"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
}

func TestAssets(t *testing.T) {
	if again := hashAssets(embedded); again != assetHash {
		t.Errorf("the hash moved from %s to %s", assetHash, again)
	}
	for _, c := range []struct {
		path, kind string
		status     int
	}{
		{Asset("ui.js"), "text/javascript; charset=utf-8", 200},
		{Asset("tokens.css"), "text/css; charset=utf-8", 200},
		{Asset("mark.svg"), "image/svg+xml", 200},
		{"/assets/0000000000000000/ui.js", "", 404},
		{Asset("absent.js"), "", 404},
		{Asset("../assets.go"), "", 404},
		{Asset(""), "", 404},
	} {
		answer := httptest.NewRecorder()
		Assets().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, c.path, nil))
		if answer.Code != c.status {
			t.Errorf("%s: status %d, want %d", c.path, answer.Code, c.status)
		}
		if c.kind == "" {
			continue
		}
		if kind := answer.Header().Get("Content-Type"); kind != c.kind {
			t.Errorf("%s: type %q, want %q", c.path, kind, c.kind)
		}
		if cache := answer.Header().Get("Cache-Control"); !strings.Contains(cache, "immutable") {
			t.Errorf("%s: not immutable: %q", c.path, cache)
		}
	}
}

func render(t *testing.T, part templ.Component) *html.Node {
	t.Helper()
	var page bytes.Buffer
	if err := part.Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&page)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestPagesKeepTheContentPolicy(t *testing.T) {
	chrome := galleryChrome()
	chrome.IdleSeconds = 600
	for name, root := range map[string]*html.Node{
		"gallery": render(t, Gallery()), "bare": render(t, Bare("Sign in")), "page": render(t, Page(chrome)),
	} {
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "style" || n.Data == "script" && attribute(n, "src") == "" {
				t.Errorf("%s: inline <%s>", name, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
				}
				if (a.Key == "src" || a.Key == "href" || a.Key == "action") && strings.Contains(a.Val, "//") {
					t.Errorf("%s: another host in %s=%q", name, a.Key, a.Val)
				}
			}
		}
	}
}

func TestGalleryIsWellMarkedUp(t *testing.T) {
	root := render(t, Gallery())
	ids, labelled := map[string]int{}, map[string]bool{}
	for n := range root.Descendants() {
		if id := attribute(n, "id"); id != "" {
			ids[id]++
		}
		if n.Data == "label" {
			labelled[attribute(n, "for")] = true
		}
	}
	level, firsts := 0, 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			next := int(n.Data[1] - '0')
			if next > level+1 {
				t.Errorf("h%d follows h%d", next, level)
			}
			if next == 1 {
				firsts++
			}
			level = next
		}
		checkNamed(t, n, labelled)
		for _, key := range []string{"for", "aria-labelledby", "aria-describedby", "popovertarget", "data-open"} {
			if to := attribute(n, key); to != "" && ids[to] == 0 {
				t.Errorf("<%s %s=%q> leads nowhere", n.Data, key, to)
			}
		}
	}
	if firsts != 1 {
		t.Errorf("%d h1, want 1", firsts)
	}
	for id, times := range ids {
		if times > 1 {
			t.Errorf("id %q stands %d times", id, times)
		}
	}
}

func checkNamed(t *testing.T, n *html.Node, labelled map[string]bool) {
	t.Helper()
	switch n.Data {
	case "input", "select", "textarea":
		inLabel := n.Parent != nil && n.Parent.Data == "label"
		if attribute(n, "type") != "hidden" && !inLabel && !labelled[attribute(n, "id")] && attribute(n, "aria-label") == "" {
			t.Errorf("<%s name=%q> has no label", n.Data, attribute(n, "name"))
		}
	case "button", "a", "summary":
		if strings.TrimSpace(words(n)) == "" {
			t.Errorf("<%s %v> has no words", n.Data, n.Attr)
		}
	}
}

func TestFieldKeepsItsValueAndNamesItsError(t *testing.T) {
	root := render(t, Field(FieldProps{Name: "due", Label: "Due", Value: `"24" <Nov>`, Error: "Pune is closed."}))
	for n := range root.Descendants() {
		if n.Data != "input" {
			continue
		}
		if attribute(n, "value") != `"24" <Nov>` || attribute(n, "aria-invalid") != "true" || attribute(n, "aria-describedby") != "f-due-error" {
			t.Errorf("field lost its words: %v", n.Attr)
		}
		return
	}
	t.Error("no input")
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return text.String()
}
