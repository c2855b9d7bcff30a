package e2e

import (
	"strings"
	"testing"
	"time"
)

const password = "lantern-gravel-nineteen-otters"

// TestFirstRun founds an installation, sets up a second factor, and brings in a second person by a link that works once.
func TestFirstRun(t *testing.T) {
	t.Parallel()
	s := Serve(t)
	p := Open(t, s.URL, "/", Wide)
	p.See("Found this installation")
	look(p, "door first run")
	p.Fill("#f-org", "Pembroke & Vale LLP")
	p.Fill("#f-name", "Iris Pembroke")
	p.Fill("#f-email", "iris.pembroke@pembrokevale.example")
	p.Fill("#f-password", "short")
	p.Send("Found it")
	p.waitFor("the summary to have the focus", `document.activeElement.id === "errors"`)
	p.Accessible()
	p.Click("#errors a")
	p.waitFor("the field to have the focus", `document.activeElement.id === "f-password"`)
	p.Fill("#f-password", password)
	p.Send("Found it")

	code, recovery := enrol(p, "door enrol")
	p.See("What needs you now")
	if got := p.Path(); got != "/" {
		t.Errorf("after the recovery codes the address is %s", got)
	}
	p.Accessible()
	p.Shot("door empty home")

	p.Click(".usermenu")
	p.Send("Sign out")
	p.See("Sign in")
	p.Fill("#f-email", "iris.pembroke@pembrokevale.example")
	p.Fill("#f-password", "wrong-"+password)
	p.Send("Continue")
	p.See("You are not signed in.")
	p.Fill("#f-password", password)
	p.Send("Continue")
	look(p, "door code")
	p.Fill("#f-code", code.Code())
	p.Send("Sign in")
	p.See("What needs you now")

	p.Click(".usermenu")
	p.Send("Sign out")
	for _, want := range []string{"Signed in with a recovery code. 9 codes are left", "You are not signed in yet."} { // it works once
		p.Go("/sign-in")
		p.Fill("#f-email", "iris.pembroke@pembrokevale.example")
		p.Fill("#f-password", password)
		p.Send("Continue")
		p.Send("Use a recovery code")
		p.Fill("#f-recovery", recovery)
		p.Send("Sign in")
		p.See(want)
		if p.Path() != "/recovery" {
			p.Accessible()
			p.Click(".usermenu")
			p.Send("Sign out")
		}
	}
	p.Send("Enter a code of the authenticator")
	p.Fill("#f-code", code.Code())
	p.Send("Sign in")

	p.Go("/people")
	p.Fill("#f-name", "Otto Vale")
	p.Fill("#f-email", "otto.vale@pembrokevale.example")
	p.Mark("Supervising attorney")
	p.Send("Invite")
	p.See("it works once, within seven days")
	p.Accessible()
	link := strings.TrimPrefix(eval[string](p, "read the link", `[...document.querySelectorAll("dd")].map((e) => e.innerText).find((x) => x.includes("/invitation/"))`), s.URL)

	other := p.Another(link, Wide)
	other.See("Join Pembroke & Vale LLP")
	look(other, "door invitation")
	other.Fill("#f-name", "Otto Vale")
	other.Fill("#f-password", password+"-two")
	other.Send("Join")
	enrol(other, "door enrol second")
	other.See("What needs you now")

	third := p.Another(link, Wide)
	third.Gone("Join Pembroke & Vale LLP")
	third.Accessible()
	third.Shot("door invitation used")
}

// enrol sets up the authenticator that the page offers, reads the recovery codes and goes on.
func enrol(p *Page, shot string) (code *Authenticator, recovery string) {
	p.t.Helper()
	p.See("Set up a second factor")
	look(p, shot)
	p.Press("Enter the secret by hand")
	code = NewAuthenticator(p.t, p.Text("details code"))
	p.Fill("#f-code", "000000")
	p.Send("Set second factor")
	p.See("The second factor is not set yet.")
	p.Fill("#f-code", code.Code())
	p.Send("Set second factor")
	p.See("Keep these recovery codes")
	look(p, shot+" codes")
	if n := eval[int](p, "count the codes", `document.querySelectorAll("main li").length`); n != 10 {
		p.t.Errorf("%d recovery codes", n)
	}
	recovery = p.Text("main li")
	p.Send("I have kept them")
	return code, recovery
}

// TestIdleLock: text that was typed is there after the lock of the page, and after the lock of the session.
func TestIdleLock(t *testing.T) {
	t.Parallel()
	s := Common(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	p.Enter("Nikhil Pawar")
	task := p.Find("Chronology, June 2025", "/tasks/")
	p.Go(task + "/thread")
	const words = "Half a sentence about the dispatch of 2 June"
	p.Fill("#f-body", words)

	// The page locks by its own clock: let that go ahead, and touch the page.
	eval[bool](p, "let the clock go ahead", `(() => { const now = Date.now; Date.now = () => now() + 31 * 60 * 1000; return true; })()`)
	p.Keys("x")
	p.See("Locked while you were away")
	if !eval[bool](p, "look behind the lock", `getComputedStyle(document.querySelector(".app")).visibility === "hidden"`) {
		t.Error("behind the lock the page can be read")
	}
	p.Accessible()
	p.Shot("lock page")
	p.Fill("#idle-factor", "not the password")
	p.Press("Unlock")
	p.See("That is neither your password nor a code of your authenticator.")
	p.Fill("#idle-factor", "marble-harbor-signs-twice")
	p.Press("Unlock")
	p.waitFor("the lock to open", `!document.getElementById("idle").open`)
	if got := value(p, "#f-body"); !strings.HasPrefix(got, words) {
		t.Errorf("after the lock the field holds %q", got)
	}

	// The session locks at the server: the next page asks, and the text comes back.
	s.Later(t, "nikhil.pawar@meridianparalegal.example", 31*time.Minute)
	p.Send("Post")
	p.See("Locked while you were away")
	p.Accessible()
	p.Shot("lock session")
	p.Fill("#f-factor", "marble-harbor-signs-twice")
	p.Send("Unlock")
	p.Go(task + "/thread")
	p.See("Your unsent text is back.")
	if got := value(p, "#f-body"); !strings.HasPrefix(got, words) {
		t.Errorf("after the lock of the session the field holds %q", got)
	}
	p.Send("Post")
	p.See("Posted.")
	p.See(words)
	p.Go(task + "/thread")
	if got := value(p, "#f-body"); got != "" {
		t.Errorf("after the post the field holds %q", got)
	}
}

func value(p *Page, css string) string {
	p.t.Helper()
	return eval[string](p, "read "+css, `document.querySelector(`+quote(css)+`).value`)
}
