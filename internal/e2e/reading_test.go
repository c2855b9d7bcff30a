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
