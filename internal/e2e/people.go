package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"
)

// Enter makes the page that of a person of the demonstration, by the doors of the demonstration, and waits for their home page.
func (p *Page) Enter(name string) {
	p.t.Helper()
	script := fmt.Sprintf(`(() => {
		const name = %s, box = document.getElementById("demo-person");
		if (box) {
			box.value = [...box.options].find((o) => o.text.startsWith(name + ",")).value;
			box.dispatchEvent(new Event("change", {bubbles: true}));
			return true;
		}
		const button = [...document.querySelectorAll("button[name=person]")].find((b) => b.querySelector("b")?.textContent === name);
		button?.click();
		return !!button;
	})()`, quote(name))
	if !eval[bool](p, "look for the doors of the demonstration", `!!document.getElementById("demo-person") || !!document.querySelector("button[name=person]")`) {
		p.Go("/sign-in")
	}
	if !eval[bool](p, "enter as "+name, script) {
		p.fail("enter as "+name, fmt.Errorf("there is no door for %s", name))
	}
	p.waitFor("the home page of "+name, `location.pathname === "/" && document.readyState === "complete" && document.querySelector(".username")?.textContent === `+quote(name))
}

// Find asks the page Find for words and returns the address of the first answer that begins with prefix.
func (p *Page) Find(words, prefix string) string {
	p.t.Helper()
	p.Go("/find?q=" + url.QueryEscape(words))
	href := p.link(fmt.Sprintf(`main a[href^=%s]`, quote(prefix)))
	if href == "" {
		p.fail("find "+words, fmt.Errorf("nothing under %s", prefix))
	}
	return href
}

// link is the address of the first link that the selector names, or "".
func (p *Page) link(css string) string {
	p.t.Helper()
	return eval[string](p, "read the link "+css, `document.querySelector(`+quote(css)+`)?.getAttribute("href") ?? ""`)
}

// LinkTo is the address of the first link on the page whose text contains words.
func (p *Page) LinkTo(words string) string {
	p.t.Helper()
	const with = `[...document.querySelectorAll("main a[href]")].find((a) => a.textContent.includes(%s))`
	p.waitFor("a link with "+words, "!!"+fmt.Sprintf(with, quote(words)))
	return eval[string](p, "read the link "+words, fmt.Sprintf(with, quote(words))+`.getAttribute("href")`)
}

// Status is the status that the page came with.
func (p *Page) Status() int {
	p.t.Helper()
	return eval[int](p, "read the status", `performance.getEntriesByType("navigation")[0].responseStatus`)
}

// An Authenticator shows codes for one secret, each once, as long as one shows them.
type Authenticator struct {
	t      testing.TB
	secret string
	last   int64 // step of the code that was shown last
}

// NewAuthenticator takes the secret as it stands on the page of enrolment.
func NewAuthenticator(t testing.TB, secret string) *Authenticator {
	return &Authenticator{t: t, secret: strings.ReplaceAll(secret, " ", "")}
}

// Code is one that was not shown yet. The program takes the step before and the one after too, so that three in a row need no waiting.
func (a *Authenticator) Code() string {
	a.t.Helper()
	now := time.Now().Unix() / 30
	a.last = max(a.last+1, now-1)
	if wait := a.last - 1 - now; wait > 0 {
		time.Sleep(time.Until(time.Unix((now+wait)*30, 0)))
	}
	code, err := hotp.GenerateCode(a.secret, uint64(a.last))
	if err != nil {
		a.t.Fatal(err)
	}
	return code
}
