package documentweb_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"countersign/internal/testkit"
)

// The reader of a locked file asks for its password, says when it is wrong, and shows the pages when it is right.
func TestUnlockRoutes(t *testing.T) {
	eachSite(t, func(t *testing.T, s site) {
		p := fpdf.New("P", "mm", "Letter", "")
		p.SetProtection(fpdf.CnProtectPrint, "open sesame", "of its owner")
		p.AddPage()
		var b bytes.Buffer
		if err := p.Output(&b); err != nil {
			t.Fatal(err)
		}
		got := decode(t, s.do(t, testkit.Attorney, script(form(library, url.Values{"kind": {"source"}}, 0, file{"a.pdf", b.String()})), 201))
		at := "/versions/" + string(got.Files[0].Version)
		if page := s.get(t, testkit.Junior, at+"/read", 200); !strings.Contains(page, "This file is locked") || !strings.Contains(page, `type="password"`) {
			t.Errorf("the reader does not ask for the password:\n%s", page)
		}
		s.post(t, testkit.Walled, at+"/unlock", url.Values{"password": {"open sesame"}}, 404)
		rec := s.post(t, testkit.Junior, at+"/unlock", url.Values{"password": {"open says me"}}, 422)
		if page := rec.Body.String(); !strings.Contains(page, "does not open it") || strings.Contains(page, "says me") {
			t.Errorf("after a wrong password:\n%s", page)
		}
		s.post(t, testkit.Junior, at+"/unlock", url.Values{"password": {"open sesame"}}, 303)
		if page := s.get(t, testkit.Junior, at+"/read", 200); strings.Contains(page, "This file is locked") || !strings.Contains(page, "/pages/1?") {
			t.Errorf("after the password:\n%s", page)
		}
	})
}
