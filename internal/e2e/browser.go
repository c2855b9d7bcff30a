package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The two widths at which every page is looked at.
const (
	Wide   = 1280
	Narrow = 390
)

// A Page is a browser of its own, with its own profile, as one person has it open.
type Page struct {
	t    testing.TB
	ctx  context.Context
	base string
	seen *watch
}

// Open starts a browser of the given width for the server at base and goes to path.
func Open(t testing.TB, base, path string, width int) *Page {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: no browser")
	}
	chromium := need(t, "COUNTERSIGN_CHROMIUM")
	alloc, stop := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(chromium), chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(width, 900),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("force-prefers-reduced-motion", true))
	ctx, cancel := chromedp.NewContext(alloc) // no time limit: it would end the browser
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until the browser has let go of its profile folder
		cancel()
		stop()
	})
	return begin(t, ctx, base, path, width)
}

// Another opens a page beside this one in the same browser, with cookies and storage of its own, as another person has it open.
func (p *Page) Another(path string, width int) *Page {
	p.t.Helper()
	ctx, cancel := chromedp.NewContext(p.ctx, chromedp.WithNewBrowserContext())
	p.t.Cleanup(cancel)
	return begin(p.t, ctx, p.base, path, width)
}

// Tab opens a page beside this one for the same person.
func (p *Page) Tab(path string, width int) *Page {
	p.t.Helper()
	ctx, cancel := chromedp.NewContext(p.ctx)
	p.t.Cleanup(cancel)
	return begin(p.t, ctx, p.base, path, width)
}

func begin(t testing.TB, ctx context.Context, base, path string, width int) *Page { //nolint:revive // the test comes first, as everywhere here
	t.Helper()
	p := &Page{t: t, ctx: ctx, base: base, seen: &watch{base: base}}
	// The first step is without a time limit: a browser lives as long as the context that started it.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(width), 900)); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	if err := chromedp.Listen(ctx, p.seen.hear); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, wrong := range p.seen.take() {
			t.Error(wrong)
		}
	})
	p.Go(path)
	return p
}

// Width gives the page another width.
func (p *Page) Width(width int) {
	p.t.Helper()
	p.do("change the width", chromedp.EmulateViewport(int64(width), 900))
}

func need(t testing.TB, variable string) string {
	t.Helper()
	v := os.Getenv(variable)
	if v == "" {
		t.Fatal(variable + " is not set: run 'make e2e' or 'scripts/browser.sh go test ./internal/e2e/...', which find what is needed, or pass -short")
	}
	return v
}

func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.fail(what, err)
	}
}

// fail ends the test with what the person would see.
func (p *Page) fail(what string, err error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	at, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`(document.querySelector("main") ?? document.body)?.innerText.slice(0, 3000) ?? ""`))
	p.t.Fatalf("%s: %v\nat %s the page says:\n%s", what, err, at, text)
}

// Go opens the address path of the server, which is an absolute path.
func (p *Page) Go(path string) { p.t.Helper(); p.do("open "+path, chromedp.Navigate(p.base+path)) }

// Click presses the element that the CSS selector names, once it can be seen.
func (p *Page) Click(css string) {
	p.t.Helper()
	p.do("click "+css, chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
}

// Press presses the button or link whose whole visible text, or label for screen readers, is name.
func (p *Page) Press(name string) {
	p.t.Helper()
	p.press("the button or link "+name, "button, a[href], summary, input[type=submit]", `(e.getAttribute("aria-label") || e.innerText || e.value || "").trim() === `+quote(name))
}

// Send presses the button or link called name and waits for the page that comes.
func (p *Page) Send(name string) { p.t.Helper(); p.leave(func() { p.Press(name) }) }

// SendFiles puts files into the file field of the form that the selector names, presses its button and waits for the page that comes.
func (p *Page) SendFiles(form string, files ...string) {
	p.t.Helper()
	p.Upload(form+" input[type=file]", files...)
	p.leave(func() { p.Click(form + " button[type=submit]") })
}

// leave does what leads to another page and waits until that is there.
func (p *Page) leave(act func()) {
	p.t.Helper()
	eval[bool](p, "mark the page", `window.beforeLeaving = true`)
	act()
	p.waitFor("another page", `!window.beforeLeaving && document.readyState === "complete"`)
}

// press clicks the first element that the selector and the condition on e name, once it can be seen and used. A live part of the
// page may be replaced between finding and clicking; then the element is looked for again.
func (p *Page) press(what, css, condition string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		p.waitFor(what, fmt.Sprintf(`(() => {
			const found = [...document.querySelectorAll(%s)].find((e) => e.checkVisibility({visibilityProperty: true}) && !e.disabled && %s);
			document.querySelectorAll("[data-e2e]").forEach((e) => e.removeAttribute("data-e2e"));
			if (found) found.setAttribute("data-e2e", "");
			return document.readyState === "complete" && !!found;
		})()`, quote(css), condition))
		err := p.clickMarked(ctx)
		switch {
		case err == nil:
			return
		case ctx.Err() != nil || !gone(err):
			p.fail("click "+what, err)
		}
	}
}

// clickMarked clicks what press has marked. It does not wait long for a mark that is gone.
func (p *Page) clickMarked(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	return chromedp.Do(ctx, chromedp.Click(chromedp.CSS("[data-e2e]"), chromedp.NodeVisible))
}

// glance is how long a marked element may take to be clicked before it is looked for again.
const glance = 20 * time.Second

// gone reports whether a click failed because its element left the page before the mouse was pressed.
func gone(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "node") || strings.Contains(err.Error(), "box model")
}

// Fill replaces the content of a field, once it can be seen.
func (p *Page) Fill(css, text string) {
	p.t.Helper()
	p.waitFor("the field "+css, fmt.Sprintf(`(() => {
		const field = document.querySelector(%s);
		if (!field?.checkVisibility() || field.disabled || document.readyState !== "complete") return false;
		field.focus();
		field.select();
		return document.activeElement === field;
	})()`, quote(css)))
	if text == "" {
		p.Keys(kb.Delete)
		return
	}
	if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.fail("fill "+css, err)
	}
}

// Choose picks the option of a select that has this value, or whose text begins so.
func (p *Page) Choose(css, option string) {
	p.t.Helper()
	p.waitFor("the choice "+option+" in "+css, fmt.Sprintf(`(() => {
		const box = document.querySelector(%s), option = %s;
		const found = [...(box?.options ?? [])].find((o) => o.value === option || o.text.trim().startsWith(option));
		if (!found || found.disabled) return false;
		box.value = found.value;
		for (const kind of ["input", "change"]) box.dispatchEvent(new Event(kind, {bubbles: true}));
		return true;
	})()`, quote(css), quote(option)))
}

// Set gives a field a value at once, as the picker of a date does.
func (p *Page) Set(css, value string) {
	p.t.Helper()
	p.waitFor("the field "+css, fmt.Sprintf(`(() => {
		const field = document.querySelector(%s);
		if (!field) return false;
		field.value = %s;
		for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {bubbles: true}));
		return true;
	})()`, quote(css), quote(value)))
}

// Follow presses the first link that can be seen whose text contains words, and waits for the page that comes.
func (p *Page) Follow(words string) {
	p.t.Helper()
	p.leave(func() { p.press("the link "+words, "a[href]", `e.innerText.includes(`+quote(words)+`)`) })
}

// Mark presses the box or button of a choice whose label contains words.
func (p *Page) Mark(words string) {
	p.t.Helper()
	p.press("the choice "+words, "label.choice", `e.innerText.includes(`+quote(words)+`)`)
}

// Keys types into whatever has the focus, with kb's constants for special keys.
func (p *Page) Keys(keys string, more ...chromedp.KeyOption) {
	p.t.Helper()
	p.do("type", chromedp.KeyEvent(keys, more...))
}

// Upload puts files into a file field, as a person who picks them. The names are paths on this machine.
func (p *Page) Upload(css string, files ...string) {
	p.t.Helper()
	for i, f := range files {
		abs, err := filepath.Abs(f)
		if err != nil {
			p.t.Fatal(err)
		}
		files[i] = abs
	}
	p.do("upload into "+css, chromedp.SetUploadFiles(chromedp.CSS(css), files))
}

// See waits until the page shows text.
func (p *Page) See(text string) {
	p.t.Helper()
	p.waitFor("the text "+text, "!!document.body && document.body.innerText.includes("+quote(text)+")")
}

// Gone waits until the page no longer shows text.
func (p *Page) Gone(text string) {
	p.t.Helper()
	p.waitFor("no text "+text, "!!document.body && !document.body.innerText.includes("+quote(text)+")")
}

// Text is the visible text of the first element that the selector names.
func (p *Page) Text(css string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(css)))
	if err != nil {
		p.fail("read "+css, err)
	}
	return text
}

// Path is the path and query of the page's address.
func (p *Page) Path() string {
	p.t.Helper()
	return strings.TrimPrefix(eval[string](p, "read the address", "location.href"), p.base)
}

func (p *Page) waitFor(what, expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for { // a page that changes under the poll ends it with an error: ask the new page
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		if err == nil && ok {
			return
		}
		if err := chromedp.Do(ctx, chromedp.Sleep(pause)); err != nil {
			p.fail("wait for "+what, err)
		}
	}
}

func eval[T any](p *Page, what, expression string, opts ...chromedp.EvaluateOption) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, opts...))
	if err != nil {
		p.fail(what, err)
	}
	return v
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return string(b)
}
