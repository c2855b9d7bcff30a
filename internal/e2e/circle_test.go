package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/demo"
	"countersign/internal/demo/paper"
)

// write puts real documents into a fresh folder, each with a line of its own, and returns their paths.
func write(t *testing.T, line string, names ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var out []string
	for _, name := range names {
		doc := paper.Doc{Title: name, Kind: paper.Memo, Author: "Test", Date: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
			Blocks: []paper.Block{paper.Heading{Text: name, Level: 1}, paper.Para{Text: line}}}
		make := paper.DOCX
		if strings.HasSuffix(name, ".pdf") {
			make = paper.PDF
		}
		body, err := make(doc)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), body, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, filepath.Join(dir, name))
	}
	return out
}

// A circle is one task on its way round, with the page of the attorney and the page on which the provider's people take turns.
type circle struct {
	t        *testing.T
	server   *Server
	firm     *Page
	provider *Page
	code     *Authenticator // the attorney's
	matter   string
	task     string
}

// TestCircle takes one task all the way round, from the attorney's package to her signature and to a later version that voids it.
func TestCircle(t *testing.T) {
	t.Parallel()
	s := Common(t)
	firm := Open(t, s.URL, "/sign-in", Wide)
	c := &circle{t: t, server: s, firm: firm, provider: firm.Another("/sign-in", Wide), code: NewAuthenticator(t, demo.Secret)}
	firm.Enter("Margaret Ansel")
	c.packAndRelease()
	c.decline()
	c.assign()
	c.draft()
	c.review()
	c.answer()
	c.approve()
	c.sign()
	c.void()
	c.signOwnEdits()
}

const title = "Index of the dispatch records"

// packAndRelease: a package with uploaded files, held by a closed gate, which the provider opens.
func (c *circle) packAndRelease() {
	p := c.firm
	p.Go("/matters")
	p.Follow("Brandt v. Kestrel")
	p.Follow("Board")
	c.matter = strings.TrimSuffix(p.Path(), "/board")
	p.Send("Release work")
	p.Fill("#f-title", title)
	p.Fill("#f-instructions", "Index the dispatch records of June 2025.\nOne line a record.\nSay which pages are missing.\nKeep the order of the files.\nAsk before you leave one out.")
	p.SendFiles("main form[data-upload]", write(c.t, "Dispatch of 2 June 2025, yard 4.", "Dispatch June.pdf", "Yard ledger.docx", "Route sheets.pdf")...)
	p.See("added by you just now")
	if got := eval[string](p, "read the title", `document.getElementById("f-title").value`); got != title {
		c.t.Fatalf("after the upload the title is %q", got)
	}
	p.Choose("#f-playbook", "LI-03")
	p.Choose("#f-engagement", "Meridian")
	p.Set("#f-due", "2026-12-02T17:00")
	p.Press("Keep, and look at the gates")
	p.waitFor("the form to ask for what is missing", `document.activeElement.id === "f-acceptance"`)
	p.Fill("#f-acceptance", "Every record has a line.\nEvery line names its page.")
	p.Send("Keep, and look at the gates")
	p.See("Refused while 1 gate is closed.")
	p.See("gate-conflict")
	p.See("Route sheets.pdf")
	p.Accessible()
	p.Shot("circle 1 gate closed")
	c.task = strings.TrimSuffix(p.Path(), "/release")

	p.Send("Open the matter's gates")
	p.Choose("#f-ask-provider", "Meridian")
	p.Send("Ask")
	c.turn("Vikram Shinde", "/conflict-checks")
	c.provider.Mark("Clear")
	c.provider.Send("Answer")
	c.provider.Gone("What did you find?")

	p.Go(c.task + "/release")
	p.Gone("Refused while")
	p.Send("Release to Meridian Paralegal Services")
	p.See("Not released. This task type may be delegated only on its condition")
	p.Mark("I confirm that the condition holds")
	p.Send("Release to Meridian Paralegal Services")
	p.See("is released. It waits in the provider's queue.")
}

// turn makes the provider's page that of another of its people.
func (c *circle) turn(name, path string) {
	c.t.Helper()
	c.provider.Enter(name)
	c.provider.Go(path)
}

// decline: the lead names what is missing, the attorney supplies it and releases again.
func (c *circle) decline() {
	c.turn("Vikram Shinde", c.task)
	c.provider.Press("Decline")
	c.provider.Fill("#f-decline-missing", "The yard ledger of May 2025.")
	c.provider.Send("Decline the package")
	c.provider.See("Declined. The firm sees what is missing.")

	p := c.firm
	p.Go("/")
	p.See(title)
	p.Go(c.task)
	p.See("The yard ledger of May 2025.")
	p.Send("Edit the package")
	p.See("declined the package: this is missing")
	p.SendFiles("main form[data-upload]", write(c.t, "Ledger of May 2025.", "Yard ledger May.pdf")...)
	p.See("added by you just now")
	p.Send("Keep, and look at the gates")
	p.See("Yard ledger May.pdf")
	p.See("Releasing again says that it is supplied.")
	p.Mark("I confirm that the condition holds")
	p.Send("Release to Meridian Paralegal Services")
	p.See("is released.")
}

// assign: the lead sees who may not have it and why, and gives it to a junior.
func (c *circle) assign() {
	p := c.provider
	p.Go(c.task)
	p.Send("Assign")
	if n := eval[int](p, "count who is greyed", `document.querySelectorAll("input[name=person]:disabled").length`); n == 0 {
		c.t.Error("nobody is greyed: Rohan Kulkarni is no junior")
	}
	if why := eval[string](p, "read a reason", `document.querySelector("input[name=person]:disabled").closest("label").querySelector(".hint").textContent`); why == "" {
		c.t.Error("who is greyed has no reason")
	}
	p.Accessible()
	p.Shot("circle 2 assign")
	p.Mark("Asha Deshpande")
	p.Send("Assign")
	p.See("Assigned. The person is told.")
}

// draft: the junior works the desk, asks, is answered, uploads two files and hands them in.
func (c *circle) draft() {
	c.turn("Asha Deshpande", "/")
	p := c.provider
	p.Follow(title)
	p.See("One line a record.")
	p.Click("#f-check-form input[type=checkbox]")
	p.Send("Keep the ticks")
	p.See("Kept.")
	p.Press("Ask with a default")
	p.Fill("#f-ask-text", "Are the weekend sheets in scope?")
	p.Fill("#f-ask-proposed", "Yes, all of them.")
	p.Click("input[name=silence]")
	p.Send("Ask the firm")
	p.See("Silence means yes at")

	c.firm.Go("/")
	c.firm.See("Are the weekend sheets in scope?")
	c.firm.Go(c.task)
	c.firm.Press("Answer instead")
	c.firm.Fill("textarea[name=text]", "Only those of June.")
	c.firm.Send("Answer")
	c.firm.See("Answered.")

	p.Go(c.task)
	p.See("Only those of June.")
	p.SendFiles("form[data-upload]:has(input[multiple])", write(c.t, "First draft.", "Index.docx", "Missing pages.docx")...)
	p.See("Manifest of 2 files")
	p.Accessible()
	p.Shot("circle 3 desk")
	p.Fill("#f-submit-note", "First submission.")
	p.Click("#submit")
	p.See("Handed in.")
}

// review: the peer reviewer takes it, raises two findings and returns it.
func (c *circle) review() {
	c.turn("Rohan Kulkarni", c.task)
	p := c.provider
	p.Click("#take")
	p.See("It is with you now.")
	p.Send("Review")
	for _, f := range []struct{ severity, file, page, quote, text string }{
		{"major", "Index.docx", "1", "First draft", "The record of yard 4 is missing."},
		{"minor", "Missing pages.docx", "1", "", "Name the pages, not their number."},
	} {
		p.Click("input[name=severity][value=" + f.severity + "]")
		p.Set("#f-code", eval[string](p, "read a category", `document.querySelector("#f-code optgroup[label=`+f.severity+` i] option").value`))
		p.Choose("#f-version", f.file)
		p.Fill("#f-page", f.page)
		p.Fill("#f-quote", f.quote)
		p.Fill("#f-text", f.text)
		p.Send("Add the finding")
		p.See(f.text)
	}
	p.Accessible()
	p.Shot("circle 4 review")
	p.Send("Return with 2 findings")
	p.See("Returned. The drafter sees the findings at once.")
}

// answer: the junior answers one finding in words and the rest with "fixed all", and hands in a new version.
func (c *circle) answer() {
	c.turn("Asha Deshpande", c.task)
	p := c.provider
	p.See("The record of yard 4 is missing.")
	p.Press("New version of Index.docx")
	p.SendFiles("details[open] form[data-upload]", write(c.t, "Second draft, with yard 4.", "Index.docx")...)
	p.See("v2")
	p.Click("input[type=radio][value=fixed]")
	p.Fill("input[name^=answer-]", "Yard 4 stands on page 2.")
	p.Click("input[name=fixed_all]")
	p.Fill("#f-submit-note", "Both findings answered.")
	p.Shot("circle 5 answers")
	p.Click("#submit")
	p.See("Handed in.")
}

// approve: the peer reviewer sees what changed and approves, then the senior reviewer does.
func (c *circle) approve() {
	c.turn("Rohan Kulkarni", c.task+"/review")
	p := c.provider
	p.See("since submission 1, which you saw")
	p.See("Yard 4 stands on page 2.")
	p.See("open v1")
	p.Shot("circle 6 what changed")
	p.Send("Accept")
	p.Send("Accept")
	p.Send("Approve")
	p.See("goes on to Senior review")

	c.turn("Meera Joshi", c.task)
	p.Click("#take")
	p.Send("Review")
	p.Send("Approve")
	p.See("goes on to Attorney acceptance")
}

// sign: the attorney confirms that it is she, signs, and reads the record.
func (c *circle) sign() {
	p := c.firm
	c.server.Later(c.t, "margaret.ansel@halstedrowe.example", 11*time.Minute)
	p.Go(c.task)
	p.Send("Read and sign")
	p.Accessible()
	p.Shot("circle 7 sign")
	p.Send("Confirm it is you, then sign")
	p.Fill("#f-code", c.code.Code())
	p.Send("Confirm")
	p.Send("Sign 2 files and deliver")
	p.See("Delivered")
	p.Go(c.task + "/record")
	p.See("Countersigned")
	p.See("Manifest SHA-256")
	p.See("Rohan Kulkarni")
	p.Accessible()
	p.Shot("circle 8 record")
	p.Print()
	p.Shot("circle 8 record printed")
	p.Scheme("light")
}

// void: a later version of a signed file voids the signature, where everyone sees it.
func (c *circle) void() {
	p := c.firm
	p.Follow("Index.docx")
	p.Send("Versions")
	p.SendFiles("main form[data-upload]", write(c.t, "A later thought.", "Index.docx")...)
	p.See("Version 3")
	p.Go(c.task)
	p.See("The signature is void.")
	p.Go(c.task + "/record")
	p.See("Signature void")
	p.Shot("circle 9 void")
	c.turn("Asha Deshpande", c.task)
	c.provider.See("The signature is void.")
}

// signOwnEdits: in the same sitting the attorney accepts another deliverable with her own edits; she is not asked again who she is.
func (c *circle) signOwnEdits() {
	p := c.firm
	task := p.Find("Deposition summary, K. Brandt vol. I", "/tasks/")
	p.Go(task + "/sign")
	p.Send("Replace a file with my edits")
	p.Click("#work ~ .body a, section[aria-labelledby=work] a")
	p.SendFiles("main form[data-upload]", write(c.t, "Counsel's own wording.", "Deposition summary K. Brandt vol. I.docx")...)
	p.See("Version 2")
	p.Go(task + "/sign")
	p.See("With your edits")
	p.Accessible()
	p.Shot("circle 10 own edits")
	p.Send("Sign 1 file and deliver")
	p.See("Delivered")
	p.Go(task + "/record")
	p.See("with own edits")
}
