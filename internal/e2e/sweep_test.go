package e2e

import (
	"strings"
	"testing"
)

// rounds says who looks at what. A word in braces is a place that is looked up first.
var rounds = []struct{ who, pages string }{
	{"Margaret Ansel", `/ /matters /matters/new {brandt} {brandt}/board {brandt}/documents {brandt}/gates {brandt}/team {brandt}/edit {brandt}/thread {brandt}/trail {brandt}/packages/new
		/deadlines /deadlines?view=month&month=2026-12 {brandt}/deadlines {brandt}/docket {brandt}/events/new /calendar-feeds
		/clients {fix} {fix}/trail {reply} {reply}/review {reply}/sign {reply}/record {reply}/thread {binder}/release {binder}/package {done} {done}/record {voss} {voss}/readers {voss}/trail
		/work /work?show=all /playbooks {book} /defects /engagements /notices?all=1 /trail /find?q=brandt /settings /settings/sessions /settings/tokens /step-up /no-such-page`},
	{"David Okafor", `/ /engagements {engagement} /people`},
	{"Ruth Feldman", `/ {engagement} {engagement}/terms {book} /calendars`},
	{"Thomas Lindqvist", `/ /walls /trail?of=org {brandt}/gates {brandt}/team {brandt}/why /privacy /record`},
	{"Joanna Hallam", `/ /people {person} /import`},
	{"Louis Tremont", `/ /matters`},
	{"Vikram Shinde", `/ /work?show=waiting /conflict-checks {subpoena} {subpoena}/assign`},
	{"Asha Deshpande", `/ /work {fix} {fix}/why {fix}/clock /matters {brandt} /notices /privacy`},
	{"Rohan Kulkarni", `/ {log}/review`},
	{"Meera Joshi", `/ {memo}/review`},
	{"Farida Sathe", `/ /work`},
	{"Kedar Barve", `/ /people`},
	{"Corazon Manalo", `/ /matters`},
}

// places are what a word in braces stands for: what is asked of the page Find, and where the answer leads.
var sights = map[string][2]string{
	"brandt": {"Brandt v", "/matters/"}, "fix": {"Deposition summary, K. Brandt vol. II", "/tasks/"}, "reply": {"Reply memorandum", "/tasks/"}, "binder": {"Exhibit binder", "/tasks/"},
	"done": {"Document coding, batch 12", "/tasks/"}, "voss": {"Voss", "/documents/"}, "book": {"Deposition summary", "/playbooks/"}, "subpoena": {"Subpoena draft", "/tasks/"},
	"log": {"Privilege log, custodian", "/tasks/"}, "memo": {"Memorandum, second", "/tasks/"}, "person": {"Margaret Ansel", "/people/"},
}

// TestEveryPage looks at every main page at both widths, light and dark.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	s := Demo(t)
	p := Open(t, s.URL, "/sign-in", Wide)
	look(p, "sign-in")
	known := map[string]string{}
	for _, r := range rounds {
		p.Enter(r.who)
		for _, path := range strings.Fields(r.pages) {
			where := path
			if word, rest, ok := strings.Cut(strings.TrimPrefix(path, "{"), "}"); ok {
				if known[word] == "" {
					known[word] = place(p, word)
				}
				where = known[word] + rest
			}
			p.Go(where)
			look(p, strings.Fields(r.who)[1]+" "+path)
		}
	}
	p.Go("/ui")
	look(p, "components")
}

func place(p *Page, word string) string {
	p.t.Helper()
	if word == "engagement" {
		p.Go("/engagements")
		return p.link(`main a.title[href^="/engagements/"]`)
	}
	return p.Find(sights[word][0], sights[word][1])
}

// look judges the page as it is now, in all its clothes.
func look(p *Page, name string) {
	p.t.Helper()
	name = strings.NewReplacer("/", "-", "{", "", "}", "", "?", "-").Replace(name)
	p.Accessible()
	p.Shot(name + " wide")
	p.Scheme("dark")
	p.Readable()
	p.Shot(name + " wide dark")
	p.Width(Narrow)
	p.Shot(name + " narrow dark")
	p.Scheme("light")
	p.Accessible()
	p.Shot(name + " narrow")
	p.Width(Wide)
	for _, wrong := range p.seen.take() {
		p.t.Errorf("%s: %s", name, wrong)
	}
}
