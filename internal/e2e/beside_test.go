package e2e

import (
	"strings"
	"testing"
)

// TestBeside reads two versions of a document next to each other.
func TestBeside(t *testing.T) {
	t.Parallel()
	s := Common(t)
	firm := Open(t, s.URL, "/sign-in", Wide)
	firm.Enter("Margaret Ansel")
	firm.Go("/matters")
	firm.Follow("Brandt")
	matter := firm.Path()
	firm.Go(matter + "/documents?kind=source")
	firm.SendFiles("form[data-upload]:has(#f-kind)", write(t, strings.Repeat("The crane stood at pier 9. ", 250), "Crane.pdf")...)
	firm.Go(matter + "/documents?q=Crane.pdf")
	firm.Follow("Crane.pdf")
	doc := firm.Path()
	firm.SendFiles(`form[action$="/versions"]`, write(t, strings.Repeat("The crane stood at pier 11. ", 40), "Crane.pdf")...)
	firm.Go(doc)
	firm.Send("Beside version 1")
	firm.See("Version 1 beside version 2.")
	firm.loaded("#p1 .half:nth-child(1) img")
	firm.loaded("#p1 .half:nth-child(2) img")
	if left := eval[bool](firm, "look whether they stand beside each other", `(() => {
		const [a, b] = [...document.querySelectorAll("#p1 .half")].map((e) => e.getBoundingClientRect());
		return a.top === b.top && a.right <= b.left;
	})()`); !left {
		t.Error("the versions do not stand beside each other")
	}
	firm.Accessible()
	firm.Shot("beside 1 wide")
	firm.Keys("n")
	firm.waitFor("page 2 to be current", `document.querySelector("[data-page]").textContent === "2"`)
	firm.See("This version has no such page.")
	firm.leave(func() { firm.Keys("[") })
	firm.See("The right one is 1 page behind.")
	firm.Scheme("dark")
	firm.Accessible()
	firm.Shot("beside 2 shifted dark")
	firm.Scheme("light")
	firm.Width(Narrow)
	firm.Accessible()
	firm.Shot("beside 3 narrow")
	firm.Width(Wide)
	firm.Send("Larger")
	firm.loaded("#p1 img")
	firm.Accessible()
	firm.Go(doc + "/beside?left=2&right=7")
	firm.See("There is no such record")
	firm.Go(doc + "/readers")
	firm.See("Margaret Ansel")
}
