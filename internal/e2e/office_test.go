package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestQuarantine: a file of another matter is set aside at once, and who had it is listed.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	s := Common(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	p.Enter("Signe Brandvold")
	matter := p.Find("In re Raghavan", "/matters/")
	p.Go(matter + "/documents")
	p.SendFiles("main form[data-upload]", write(t, "Statement of another client.", "Castellano statement.pdf")...)
	document := p.LinkTo("Castellano statement.pdf")

	reader := p.Another("/sign-in", Wide)
	reader.Enter("Leela Damle")
	reader.Go(document)
	// Opening is a download: the page stays.
	file := eval[string](reader, "read the link", `document.querySelector("main a.btn.primary").href`)
	if got := eval[int](reader, "open the file", `fetch(`+quote(file)+`).then((r) => r.status)`, chromedp.EvalAwaitPromise); got != 200 {
		t.Fatalf("the file answers %d", got)
	}

	p.Go(document)
	p.Mark("It belongs to another matter")
	p.Fill("#f-quarantine-reason", "Filed under the wrong client.")
	p.Send("Put in quarantine")
	p.Accessible()
	reader.Go(document)
	if got := reader.Text("main"); strings.Contains(got, "Castellano") {
		t.Errorf("who had the file still sees: %s", got)
	}
	if got := eval[int](reader, "open the file again", `fetch(`+quote(file)+`).then((r) => r.status)`, chromedp.EvalAwaitPromise); got == 200 {
		t.Error("who had the file can still open it")
	}
	p.Go(document)
	p.See("In quarantine")
	p.Accessible()
	p.Shot("quarantine")
	p.Follow("Who had it")
	p.See("Leela Damle")
	p.Shot("quarantine readers")
}

// TestPlaybookEdit: a new version is released; work already begun goes on with the one it began with.
func TestPlaybookEdit(t *testing.T) {
	t.Parallel()
	s := Common(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	p.Enter("David Okafor")
	book := p.Find("Privilege log", "/playbooks/")
	task := p.Find("Privilege log, custodian", "/tasks/")
	p.Go(book)
	p.Send("Start version 2")
	p.Fill("#f-steps", "Read the protocol first\nLog each entry\nAsk about joint privilege")
	p.Send("Add a review")
	p.See("Not saved yet.")
	p.Accessible()
	p.Shot("playbook editor")
	name := eval[string](p, "find the new stage", `[...document.querySelectorAll("input[name$=-name]")].find((e) => !e.value)?.id ?? ""`)
	if name != "" {
		p.Fill("#"+name, "Second look")
		key := strings.TrimSuffix(name, "name") + "key"
		if value(p, "#"+key) == "" {
			p.Fill("#"+key, "second_look")
		}
	}
	p.Fill("#f-note", "Joint privilege is asked about.")
	p.Send("Save and release version 2")
	p.See("Version 2 is in force.")
	p.Send("What changed")
	p.See("Ask about joint privilege")
	p.Accessible()
	p.Go(task)
	p.See("v1, pinned")
	p.Gone("Ask about joint privilege")
}

// TestImport: a file is previewed with what is refused, imported, and undone.
func TestImport(t *testing.T) {
	t.Parallel()
	s := Common(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	p.Enter("David Okafor")
	p.Go("/import")
	file := filepath.Join(t.TempDir(), "clients.csv")
	if err := os.WriteFile(file, []byte("name\r\nOakridge Dairy Cooperative\r\n\"Vireo Systems, Inc.\"\r\nFenn & Daughters\r\n\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Choose("#f-kind", "clients")
	p.SendFiles("main form[enctype]", file)
	p.See("Nothing is written yet.")
	p.See("There already")
	p.Accessible()
	p.Shot("import preview")
	p.Send("Import 2 rows")
	p.See("Imported: 2 made")
	p.Go("/clients")
	p.See("Oakridge Dairy Cooperative")
	p.Go("/import")
	p.Press("Undo")
	p.leave(func() { p.Click("details[open] form button") })
	p.See("Undone")
	p.Go("/clients")
	p.Gone("Oakridge Dairy Cooperative")
}

// TestSettings: the theme follows the choice, and a token is shown once.
func TestSettings(t *testing.T) {
	t.Parallel()
	s := Common(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	p.Enter("Prachi Kale")
	p.Go("/settings")
	p.Choose("#f-theme", "Dark")
	p.Send("Save settings")
	if got := eval[string](p, "read the theme", `document.documentElement.dataset.theme ?? ""`); got != "dark" {
		t.Errorf("the theme is %q", got)
	}
	p.Readable()
	p.Go("/settings/tokens")
	p.Fill("#f-name", "nightly export")
	p.Click("#f-scopes input")
	p.Send("Make token")
	p.See("it is shown this once")
	p.Accessible()
	p.Shot("token")
	p.Go("/settings/tokens")
	p.See("nightly export")
	p.Gone("it is shown this once")
	p.Press("Revoke")
	p.leave(func() { p.Click("details[open] form button") })
	p.See("The token opens nothing from now on.")
	p.See("No API tokens")
}

// TestTrail: the trail of the firm is filtered, taken out as CSV, and an entry opened.
func TestTrail(t *testing.T) {
	t.Parallel()
	s := Common(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	p.Enter("Thomas Lindqvist")
	p.Go("/trail?of=org")
	all := eval[int](p, "count the entries", `document.querySelectorAll(".trail a[href^='/entries/']").length`)
	p.Choose("#f-who", "Margaret Ansel")
	p.Send("Show")
	others := eval[int](p, "count the entries of others", `[...document.querySelectorAll(".trail b")].filter((e) => !e.textContent.startsWith("Margaret Ansel")).length`)
	if all == 0 || others != 0 {
		t.Errorf("%d entries, %d of others under the filter", all, others)
	}
	csv := eval[string](p, "take the trail out", `fetch([...document.querySelectorAll("a")].find((e) => e.textContent.includes("Take out as CSV")).href).then((r) => r.text())`, chromedp.EvalAwaitPromise)
	if lines := strings.Count(csv, "\n"); lines < 2 || !strings.Contains(csv, "Margaret Ansel") || strings.Contains(csv, "Grace Kim,") {
		t.Errorf("the CSV has %d lines: %.300s", lines, csv)
	}
	p.leave(func() { p.Click(".trail a[href^='/entries/']") })
	p.See("What it commits to")
	look(p, "entry")
}
