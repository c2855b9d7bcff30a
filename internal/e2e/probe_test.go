package e2e

import "testing"

// TestProbePage asks for a residency probe as the compliance officer, watches it end, and reads what it found.
func TestProbePage(t *testing.T) {
	t.Parallel()
	s := Common(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	p.Enter("Thomas Lindqvist")
	p.Go("/probes")
	p.Accessible()
	p.Shot("probe 1 before")
	p.Fill("#f-documents", "0")
	p.Send("Probe now")
	p.See("1 to 50 documents")
	p.Fill("#f-documents", "1")
	p.Send("Probe now")
	p.See("Under way")
	p.Shot("probe 2 walking")
	p.waitFor("the result", `document.querySelector("main").textContent.includes("Nothing left") && !document.querySelector("#walking")`)
	p.See("Nothing left")
	p.Accessible()
	p.Shot("probe 3 ended")
	p.leave(func() { p.Click(`main td a[href^="/probes/"]`) })
	p.See("In whose place it asked")
	p.See("Did not")
	p.Accessible()
	p.Shot("probe 4 report")
	p.Width(Narrow)
	p.Accessible()
	p.Shot("probe 5 report narrow")
}
