package documentweb_test

import (
	"net/url"
	"strings"
	"testing"

	"countersign/internal/platform/db"
	"countersign/internal/testkit"
)

// Two versions stand beside each other only for who may see both, and each was asked for as if it were read alone.
func TestBesideRoute(t *testing.T) {
	eachSite(t, func(t *testing.T, s site) {
		a := decode(t, s.do(t, testkit.Junior, script(form(library, url.Values{"kind": {"work"}}, 0, file{"Draft.txt", "one\n\ftwo"})), 201))
		doc := "/documents/" + string(a.Files[0].Document)
		s.do(t, testkit.Junior, form(doc+"/versions", url.Values{"after": {"1"}}, 0, file{"Draft.txt", "one"}), 303)
		page := s.get(t, testkit.Peer, doc+"/beside?left=1&right=2", 200)
		for _, want := range []string{"Version 1 beside version 2.", "This version has no such page.", `data-seen="/versions/` + string(a.Files[0].Version) + `/shown#1 /versions/`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if n := strings.Count(page, "<img"); n != 3 {
			t.Errorf("%d pictures of three pages", n)
		}
		if page := s.get(t, testkit.Peer, doc+"/beside?left=1&right=2&shift=-1", 200); !strings.Contains(page, "The right one is 1 page behind.") || strings.Count(page, "no such page") != 1 {
			t.Error(page)
		}
		if page := s.get(t, testkit.Peer, doc+"/beside", 200); !strings.Contains(page, "Version 1 beside version 2.") {
			t.Error("the newest two are not what it begins with")
		}
		if n := s.Int(db.SQL(`SELECT COUNT(*) FROM entry WHERE verb = 'document.see' AND NOT refused`)); n < 2 {
			t.Errorf("%d entries", n)
		}
		s.get(t, testkit.Peer, doc+"/beside?left=1&right=9", 404)
		for _, who := range []string{testkit.Walled, testkit.Rival} {
			s.get(t, who, doc+"/beside?left=1&right=2", 404)
		}
		s.post(t, testkit.Peer, doc+"/quarantine", url.Values{"cause": {"clawback"}, "reason": {"asked back"}, "matter": {string(testkit.Matter)}}, 303)
		s.get(t, testkit.Peer, doc+"/beside?left=1&right=2", 403)
	})
}
