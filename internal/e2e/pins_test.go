package e2e

import (
	"strings"
	"testing"
)

// drag draws a rectangle on a page of the reader with the mouse: x, y, and the other corner, in parts of the page.
func (p *Page) drag(img, from, to string) {
	p.t.Helper()
	ok := eval[bool](p, "draw a rectangle", `(() => {
		const img = document.querySelector(`+quote(img)+`), box = img.getBoundingClientRect();
		const at = (x, y) => ({bubbles: true, cancelable: true, button: 0, pointerType: "mouse", clientX: box.left + x * box.width, clientY: box.top + y * box.height});
		img.dispatchEvent(new PointerEvent("pointerdown", at(`+from+`)));
		dispatchEvent(new PointerEvent("pointermove", at(`+to+`)));
		dispatchEvent(new PointerEvent("pointerup", at(`+to+`)));
		return !!document.querySelector("svg.pointed rect[width]");
	})()`)
	if !ok {
		p.t.Fatal("nothing was drawn")
	}
}

// TestPins asks about a place in a draft, and finds the question and the findings of the review on its pages, one after
// the other by key.
func TestPins(t *testing.T) {
	t.Parallel()
	s := Demo(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	p.Enter("Rohan Kulkarni")
	task := place(p, "log")
	p.Go(task + "/review")
	p.leave(func() { p.Click(`a.title[href*="&task="]`) })
	p.loaded("#p1 img")
	read := p.Path()
	p.drag("#p1 img", "0.1, 0.5", "0.8, 0.56")
	p.Shot("pins 1 drawn")
	p.Send("Write a finding here")
	p.Set("#f-code", eval[string](p, "read a category", `document.querySelector("#f-code optgroup[label=major i] option").value`))
	p.Fill("#f-text", "This entry names no basis.")
	p.Send("Add the finding")
	p.Go(read)
	p.loaded("#p1 img")
	p.See("Pinned to these pages")
	ask := eval[string](p, "read whether one may ask", `document.querySelector("[data-reader]").dataset.ask`)
	if ask == "" {
		t.Fatal("a reviewer of the task may not ask about its file")
	}
	p.drag("#p1 img", "0.1, 0.2", "0.6, 0.26")
	p.Send("Ask about this place")
	p.See("About page 1 of")
	p.Accessible()
	p.Shot("pins 2 question form")
	p.Fill("#f-ask-text", "Is this the letter of June?")
	p.Fill("#f-ask-proposed", "I read it as the letter of June.")
	p.Send("Ask the firm")
	p.See("Is this the letter of June?")
	p.Shot("pins 3 question on the desk")
	p.leave(func() { p.Click(`.question a[href*="&at=1:"]`) })
	p.loaded("#p1 img")
	eval[bool](p, "go to the top", `(scrollTo(0, 0), true)`) // else the bar stands over the list
	p.Accessible()
	p.Keys(".")
	p.waitFor("the question beside its place", `document.querySelector(".pinnote")?.innerText.includes("Is this the letter of June?")`)
	p.Keys(".")
	p.waitFor("the finding beside its place", `document.querySelector(".pinnote")?.innerText.includes("This entry names no basis.")`)
	p.Accessible()
	p.Shot("pins 4 finding")
	p.Scheme("dark")
	p.Readable()
	p.Shot("pins 5 dark")
	p.Scheme("light")
	p.Width(Narrow)
	p.Click(`[data-pinstep="-1"]`)
	p.waitFor("the question again", `document.querySelector(".pinnote")?.innerText.includes("Is this the letter of June?")`)
	p.Accessible()
	p.Shot("pins 6 narrow")
	p.Width(Wide)
	if n := eval[int](p, "count pins", `document.querySelectorAll("#p1 svg.overlay a").length`); n != 2 {
		t.Errorf("%d pins are on the page", n)
	}
	if strings.Contains(p.Path(), "June") {
		t.Error("words stand in an address")
	}
}
