package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestLive: what one person does moves on another's page without a reload.
func TestLive(t *testing.T) {
	t.Parallel()
	s := Common(t)
	board := Open(t, s.URL, "/sign-in", Wide)
	board.Enter("Grace Kim")
	task := board.Find("Subpoena draft", "/tasks/")
	board.Go(board.Find("Brandt v", "/matters/") + "/board")
	queue := board.Another("/sign-in", Wide)
	queue.Enter("Sneha Bhosale")
	queue.Go("/work?show=waiting")
	queue.See("Subpoena draft")
	hand := board.Another("/sign-in", Wide)
	hand.Enter("Nikhil Pawar")
	for _, p := range []*Page{board, queue} {
		eval[bool](p, "mark the page", `window.notReloaded = true`)
	}
	hand.Go(task)
	hand.Click("#take")
	hand.See("It is with you now.")
	queue.Gone("Subpoena draft")
	board.waitFor("the card to name its holder", `[...document.querySelectorAll(".task, .cards > li")].some((e) => e.innerText.includes("Subpoena draft") && e.innerText.includes("Nikhil Pawar"))`)
	for _, p := range []*Page{board, queue} {
		if !eval[bool](p, "look for the mark", `window.notReloaded === true`) {
			t.Error("the page was loaded again")
		}
	}
}

// TestWalls: for a screened person a matter, its task and its document are as absent as what never was.
func TestWalls(t *testing.T) {
	t.Parallel()
	s := Common(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	p.Enter("Margaret Ansel")
	matter := p.Find("Brandt v", "/matters/")
	walled := []string{matter, matter + "/board", matter + "/documents", matter + "/thread", matter + "/trail", p.Find("Privilege log, custodian", "/tasks/"), p.Find("Voss", "/documents/")}

	p.Enter("Imran Qureshi")
	p.Go("/matters/01900000-0000-7000-8000-000000000000")
	absent, status := p.Text("main"), p.Status()
	if status != 404 {
		t.Errorf("an absent matter answers %d", status)
	}
	for _, path := range walled {
		p.Go(path)
		if got := p.Status(); got != status {
			t.Errorf("%s answers %d", path, got)
		}
		if got := p.Text("main"); got != absent {
			t.Errorf("%s says %q, an absent one %q", path, got, absent)
		}
	}
	for _, path := range []string{"/", "/matters", "/work?show=all", "/work?show=waiting", "/notices?all=1", "/trail", "/find?q=Brandt", "/find?q=Privilege+log", "/find?q=Kestrel"} {
		p.Go(path)
		if text := p.Text("main"); strings.Contains(text, "Brandt v.") || strings.Contains(text, "Privilege log, custodian") {
			t.Errorf("%s tells of the matter: %s", path, text)
		}
	}
	p.Go("/")
	palette(p, "Brandt")
	p.waitFor("nothing in the palette", `document.querySelector("#palette .results").textContent.trim() === "Nothing begins like that."`)
	// Not even a stream that asks for the matter by name hears of it.
	heard := eval[int](p, "ask the stream", `fetch("/live?topics=matter/`+strings.TrimPrefix(matter, "/matters/")+`", {signal: AbortSignal.timeout(3000)}).then((r) => r.status, () => 0)`, chromedp.EvalAwaitPromise)
	absentStream := eval[int](p, "ask the stream", `fetch("/live?topics=matter/01900000-0000-7000-8000-000000000000", {signal: AbortSignal.timeout(3000)}).then((r) => r.status, () => 0)`, chromedp.EvalAwaitPromise)
	if heard != absentStream {
		t.Errorf("the stream answers %d for the walled matter, %d for an absent one", heard, absentStream)
	}
}

// palette opens the palette by its keys and types into it.
func palette(p *Page, words string) {
	p.t.Helper()
	p.Keys("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.waitFor("the palette", `document.getElementById("palette").open && document.activeElement.name === "q"`)
	p.Keys(words)
}

// TestKeys: the pages can be used without a pointer.
func TestKeys(t *testing.T) {
	t.Parallel()
	s := Common(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	p.Enter("Signe Brandvold")
	p.Keys("?")
	p.waitFor("the list of keys", `document.getElementById("keys").open`)
	p.See("Next and previous row")
	p.Accessible()
	p.Shot("keys")
	p.Keys(kb.Escape)
	p.waitFor("the list to close", `!document.getElementById("keys").open`)

	palette(p, "Raghavan")
	p.waitFor("the matter in the palette", `document.querySelector("#palette .results a.on")?.textContent.includes("In re Raghavan")`)
	p.Accessible()
	p.Shot("palette")
	p.leave(func() { p.Keys(kb.Enter) })
	p.See("In re Raghavan (Vireo Systems), L-1A")
	if !strings.HasPrefix(p.Path(), "/matters/") {
		t.Errorf("the palette led to %s", p.Path())
	}

	p.Go("/matters")
	p.Keys("j")
	first := eval[string](p, "read the row", `document.activeElement.textContent`)
	p.Keys("j")
	second := eval[string](p, "read the row", `document.activeElement.textContent`)
	p.Keys("k")
	if again := eval[string](p, "read the row", `document.activeElement.textContent`); first == second || again != first {
		t.Errorf("J, J, K led to %q, %q, %q", first, second, again)
	}
	p.leave(func() { p.Keys(kb.Enter) })
	p.See(first)
	p.Keys("g")
	p.leave(func() { p.Keys("w") })
	if !strings.HasPrefix(p.Path(), "/work") {
		t.Errorf("G W led to %s", p.Path())
	}

	for _, path := range []string{"/", "/matters", "/work?show=all", "/playbooks", "/trail", "/settings", p.Find("L-1A support letter", "/tasks/")} {
		tabThrough(p, path)
	}
}

// tabThrough walks the page with Tab from its beginning to its end: every control is reached, and where the focus is can be seen.
func tabThrough(p *Page, path string) {
	p.t.Helper()
	p.Go(path)
	want := eval[int](p, "count the controls", `(() => {
		window.walked = new Set();
		const focusable = "a[href], button:not([disabled]), input:not([disabled]):not([type=hidden]), select:not([disabled]), textarea:not([disabled]), summary";
		window.wanted = [...document.querySelectorAll(focusable)].filter((e) => e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0 && !e.closest("dialog:not([open])") && !(e.type === "radio" && !e.checked));
		return window.wanted.length;
	})()`)
	for range 2*want + 10 {
		p.Keys(kb.Tab)
		step := eval[string](p, "look at the focus", `(() => {
			const e = document.activeElement;
			if (e === window.last) return ""; // a date has several parts
			window.last = e;
			if (e === document.body || window.walked.has(e)) return "end";
			window.walked.add(e);
			const s = getComputedStyle(e), box = e.getBoundingClientRect();
			const seen = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 || s.boxShadow !== "none" || e.matches(".skip");
			return seen && box.width > 0 ? "" : e.outerHTML.slice(0, 200);
		})()`)
		if step == "end" {
			break
		}
		if step != "" {
			p.t.Errorf("%s: the focus cannot be seen on %s", path, step)
		}
	}
	if missed := eval[string](p, "look for what was not reached", `window.wanted.filter((e) => e.isConnected && !window.walked.has(e)).map((e) => e.outerHTML.slice(0, 120)).slice(0, 3).join("\n")`); missed != "" {
		p.t.Errorf("%s: Tab does not reach %s", path, missed)
	}
}
