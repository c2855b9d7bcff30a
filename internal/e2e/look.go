package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// pause is between two looks at a page that is expected to change.
const pause = 25 * time.Millisecond

// Shot keeps a picture of the whole page as NAME.png in the folder COUNTERSIGN_SHOTS; without that variable it does nothing.
func (p *Page) Shot(name string) {
	p.t.Helper()
	dir := os.Getenv("COUNTERSIGN_SHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	eval[bool](p, "go to the top", `(scrollTo(0, 0), true)`)
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.fail("take a picture", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// Scheme is what the reader's system prefers: "light" or "dark".
func (p *Page) Scheme(scheme string) { p.t.Helper(); p.media("", scheme) }

// Print shows the page as it comes out of a printer, until Scheme is called.
func (p *Page) Print() { p.t.Helper(); p.media("print", "light") }

func (p *Page) media(kind, scheme string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"}}})
	if err != nil {
		p.fail("change the medium", err)
	}
}

// A Violation is what axe-core found wrong on a page.
type Violation struct {
	Rule   string   `json:"rule"` // axe's name of the rule: "label"
	Help   string   `json:"help"`
	Places []string `json:"places"` // selectors and what is wrong there
}

// Accessible fails the test when axe-core finds anything against WCAG 2.2 AA, or when the page is wider than the screen.
func (p *Page) Accessible() {
	p.t.Helper()
	p.report(p.Violations())
	if over := eval[int](p, "measure", `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		p.t.Errorf("%s: the page is %d px wider than the screen: %s", p.Path(), over, eval[string](p, "look for what is too wide", wide))
	}
}

// wide names what reaches beyond the right edge.
const wide = `[...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1)
	.slice(-3).map((e) => e.tagName.toLowerCase() + "." + e.className + " " + (e.textContent ?? "").trim().slice(0, 60)).join(" | ")`

// Readable fails the test when axe-core finds colors too close to one another.
func (p *Page) Readable() {
	p.t.Helper()
	p.report(p.check(`{type: "rule", values: ["color-contrast"]}`))
}

func (p *Page) report(all []Violation) {
	p.t.Helper()
	for _, v := range all {
		p.t.Errorf("%s: %s (%s)\n\t%s", p.Path(), v.Help, v.Rule, strings.Join(v.Places, "\n\t"))
	}
}

// Violations asks axe-core about the page as it is now. The script comes in through the debugger, which the page's content
// security policy does not bind, so the policy stays as it is shipped.
func (p *Page) Violations() []Violation {
	p.t.Helper()
	return p.check(`["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]`)
}

func (p *Page) check(only string) []Violation {
	p.t.Helper()
	if !eval[bool](p, "look for axe-core", `typeof axe !== "undefined"`) {
		source := axe(p.t)
		eval[bool](p, "load axe-core", source+"\n;true")
	}
	return eval[[]Violation](p, "run axe-core", `axe.run(document, {runOnly: `+only+`, resultTypes: ["violations"]}).then((r) =>
		r.violations.map((v) => ({rule: v.id, help: v.help, places: v.nodes.map((n) => n.target.join(" ") + ": " + n.failureSummary)})))`,
		chromedp.EvalAwaitPromise)
}

func axe(t testing.TB) string {
	t.Helper()
	source, err := os.ReadFile(need(t, "COUNTERSIGN_AXE"))
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}
