package e2e

import (
	"bytes"
	"image/png"
	"net/http"
	"strings"
	"testing"
)

// TestReading reads a source in the browser as the provider's junior, first with its file and then, after the firm keeps
// sources in the country, as pages only: from then on no route gives her the file or its text.
func TestReading(t *testing.T) {
	t.Parallel()
	s := Common(t)
	firm := Open(t, s.URL, "/sign-in", Wide)
	firm.Enter("Margaret Ansel")
	firm.Go("/matters")
	firm.Follow("Brandt")
	matter := firm.Path()
	firm.Go(matter + "/documents?kind=source")
	firm.Fill("#f-folder", "Yard")
	firm.SendFiles("form[data-upload]:has(#f-kind)", write(t, strings.Repeat("The gate log of yard 4 names the driver. ", 150), "Gate log.pdf")...)
	firm.Go(matter + "/documents?q=Gate+log")
	firm.Follow("Gate log.pdf")
	doc := firm.Path()
	firm.Send("Read version 1")
	read := firm.Path()
	firm.loaded("#p1 img")
	firm.See("of 2")
	firm.Accessible()
	firm.Shot("reading 1 firm")
	firm.Fill("#f-find-in", "yard 4 names")
	firm.Send("Find")
	firm.See("2 pages")
	firm.Click(`.section .lines a[href$="#p2"]`)
	firm.Shot("reading 2 found")

	junior := firm.Another("/sign-in", Wide)
	junior.Enter("Asha Deshpande")
	junior.Go(read)
	junior.loaded("#p1 img")
	junior.See("Take out the file")
	junior.Keys("n")
	junior.waitFor("page 2 to be current", `document.querySelector("[data-page]").textContent === "2"`)

	firm.Go(matter + "/residency?scope=folder&folder=Yard")
	firm.Accessible()
	firm.Shot("reading 3 residency")
	firm.Send("Set the rule")
	firm.See("The rule stands.")
	firm.See("Some stay on the host")

	junior.Go(read)
	junior.See("You see pages of this document, not the file.")
	junior.Gone("Take out the file")
	junior.loaded("#p1 img")
	junior.Accessible()
	junior.Shot("reading 4 abroad")
	junior.Width(Narrow)
	junior.Shot("reading 5 abroad narrow")
	junior.Width(Wide)
	version := strings.TrimSuffix(read, "/read")
	x := s.As(t, "Asha Deshpande")
	for _, path := range []string{"/file", "/words/1"} {
		if status, body := x.Get(version + path); status != http.StatusForbidden || strings.Contains(body, "gate log of yard") {
			t.Errorf("%s abroad: %d %s", path, status, Excerpt(body))
		}
	}
	if status, body := x.Get(doc + "/compare?from=1&to=1"); status != http.StatusForbidden || strings.Contains(body, "gate log of yard") {
		t.Errorf("the redline abroad: %d %s", status, Excerpt(body))
	}
	if _, body := x.Get(read + "?q=driver"); strings.Contains(body, "names the driver") {
		t.Error("a search abroad shows words of the document")
	}
	status, body := x.Get(version + "/pages/1?w=935")
	if m, err := png.Decode(bytes.NewReader([]byte(body))); status != http.StatusOK || err != nil || m.Bounds().Dx() != 935 {
		t.Errorf("a page: %d, %v", status, err)
	}

	firm.Go(doc + "/readers?page=1")
	firm.See("Asha Deshpande")
	firm.Accessible()
	firm.Shot("reading 6 who saw page 1")
	firm.Go(matter + "/residency")
	firm.Press("Lift")
	firm.Send("Lift the rule")
	firm.See("The rule is lifted.")
}

// loaded waits until a picture is there.
func (p *Page) loaded(css string) {
	p.t.Helper()
	p.waitFor("the picture "+css, `(() => { const i = document.querySelector(`+quote(css)+`); return i && i.complete && i.naturalWidth > 0; })()`)
}

// TestPointing writes a finding at a place that the reviewer draws on the page, and finds the place again from it.
func TestPointing(t *testing.T) {
	t.Parallel()
	s := Demo(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	p.Enter("Rohan Kulkarni")
	review := place(p, "log") + "/review"
	p.Go(review)
	p.leave(func() {
		p.Click(`section[aria-labelledby="changes"] a.title, #changes ~ * a.title, a.title[href*="&task="]`)
	})
	p.loaded("#p1 img")
	p.See("Point to a place")
	p.Accessible()
	drawn := eval[bool](p, "draw a rectangle", `(() => {
		const img = document.querySelector("#p1 img"), box = img.getBoundingClientRect();
		const at = (x, y) => ({bubbles: true, cancelable: true, button: 0, pointerType: "mouse", clientX: box.left + x * box.width, clientY: box.top + y * box.height});
		img.dispatchEvent(new PointerEvent("pointerdown", at(0.05, 0.05)));
		dispatchEvent(new PointerEvent("pointermove", at(0.95, 0.3)));
		dispatchEvent(new PointerEvent("pointerup", at(0.95, 0.3)));
		return !!document.querySelector("svg.pointed rect[width]");
	})()`)
	if !drawn {
		t.Fatal("nothing was drawn")
	}
	p.Shot("pointing 1 drawn")
	p.Send("Write a finding here")
	p.See("At the place you pointed to on page 1.")
	p.waitFor("the words in the rectangle", `document.querySelector("#f-quote").value.includes("Privilege log")`)
	if strings.Contains(eval[string](p, "read the address", `decodeURIComponent(location.href)`), "Privilege") {
		t.Error("words of the document stand in an address")
	}
	p.Set("#f-code", eval[string](p, "read a category", `document.querySelector("#f-code optgroup[label=major i] option").value`))
	p.Fill("#f-text", "The date is that of the other letter.")
	p.Shot("pointing 2 form")
	p.Send("Add the finding")
	p.See("The date is that of the other letter.")
	p.leave(func() { p.Click(`article.finding a.pin[href*="&at=1:"]`) })
	p.loaded("#p1 img")
	p.waitFor("the place on the page", `!!document.querySelector("#p1 svg.overlay rect.area")`)
	p.Accessible()
	p.Shot("pointing 3 the place")
}
