package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// A Violation is what axe-core found wrong on a page.
type Violation struct {
	Rule   string   `json:"rule"` // axe's name of the rule: "label"
	Help   string   `json:"help"`
	Places []string `json:"places"` // selectors and what is wrong there
}

// Accessible fails the test when axe-core finds anything against WCAG 2.2 AA, or when the page is wider than the screen.
func (p *Page) Accessible() {
	p.t.Helper()
	for _, v := range p.Violations() {
		p.t.Errorf("%s: %s (%s)\n\t%s", p.Path(), v.Help, v.Rule, strings.Join(v.Places, "\n\t"))
	}
	if over := eval[int](p, "measure", `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		p.t.Errorf("%s: the page is %d px wider than the screen", p.Path(), over)
	}
}

// Violations asks axe-core about the page as it is now. The script comes in through the debugger, which the page's content
// security policy does not bind, so the policy stays as it is shipped.
func (p *Page) Violations() []Violation {
	p.t.Helper()
	if !eval[bool](p, "look for axe-core", `typeof axe !== "undefined"`) {
		source := axe(p.t)
		eval[bool](p, "load axe-core", source+"\n;true")
	}
	return eval[[]Violation](p, "run axe-core", `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"]}).then((r) =>
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
