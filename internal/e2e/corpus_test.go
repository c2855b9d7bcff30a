package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/demo"
	"countersign/internal/demo/world"
	"countersign/internal/kernel/ident"
)

// real are files of the corpus that go round as sources; drafts go round as work product. The last three are hostile.
var (
	real = []string{"court/doctor/recap_documents/ca9_19.pdf", "court/doctor/recap_documents/ca7_3.pdf",
		"contracts/contraxsuite/software_license/25354_2005-04-21_SOFTWARE LICENSE AGREEMENT.txt", "email/enron-edrm-bailey-mime/00033.eml",
		"hostile/zero-byte.pdf", "hostile/zip-slip.zip", "hostile/header-injection.eml"}
	drafts = []string{"templates/alweaver/test/reserved_docx_variables.docx", "court/doctor/ocr_pdf_variation.pdf"}
)

// corpus is the folder of real files, which lies beside the project and is never part of it.
func corpus(t *testing.T) string {
	t.Helper()
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(filepath.Dir(strings.TrimSpace(string(mod))), "..", "shared", "corpus")
	if set := os.Getenv("COUNTERSIGN_CORPUS"); set != "" {
		dir = set
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the corpus of real files is not at %s", dir)
		}
		t.Skipf("the corpus of real files is not at %s: set COUNTERSIGN_CORPUS", dir)
	}
	return dir
}

// engines runs fn against a demonstration on each engine.
func engines(t *testing.T, fn func(t *testing.T, s *Server)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, Demo(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Common(t)) })
}

// A cast is the people of one circle, each with their way through the API.
type cast struct {
	t                                    *testing.T
	attorney, lead, junior, peer, senior *API
	matter, task                         string
}

func castOf(t *testing.T, s *Server) *cast {
	t.Helper()
	c := &cast{t: t}
	for _, p := range []struct {
		name string
		api  **API
	}{{"Margaret Ansel", &c.attorney}, {"Vikram Shinde", &c.lead}, {"Asha Deshpande", &c.junior}, {"Rohan Kulkarni", &c.peer}, {"Meera Joshi", &c.senior}} {
		*p.api = s.As(t, p.name).API()
	}
	return c
}

func me(a *API) string { return a.Read("/me")["person"].(string) }

// open opens a matter, with every gate that the client and the provider have to open, and returns the engagement and the provider.
func (c *cast) open() (engagement, provider string) {
	c.t.Helper()
	client := c.attorney.Do("/clients", Doc{"name": "Corpus client " + ident.New()})["id"]
	m := c.attorney.Do("/matters", Doc{"number": "C-" + ident.New()[24:], "title": "The corpus goes round", "client": client, "practice_area": "litigation", "jurisdiction": "US-FED",
		"data_class": "confidential", "supervisor": me(c.attorney), "parties": []Doc{{"name": "Corpus client", "role": "client"}, {"name": "Enron Corp.", "role": "defendant"}}})
	c.matter = m["id"].(string)
	for _, e := range c.attorney.Read("/engagements")["engagements"].([]any) {
		if e := e.(Doc); strings.HasPrefix(e["provider_name"].(string), "Meridian") {
			engagement, provider = e["id"].(string), e["provider"].(string)
		}
	}
	return engagement, provider
}

func (c *cast) clear(provider string) {
	c.t.Helper()
	path := "/matters/" + c.matter
	c.attorney.Do(path+"/consents", Doc{"provider": provider, "given_by": "K. Client", "given_on": "2026-11-20"})
	c.attorney.Do(path+"/conflict-checks", Doc{"provider": provider})
	for _, k := range c.lead.Read("/conflict-checks")["asked"].([]any) {
		c.lead.Do("/conflict-checks/"+k.(Doc)["id"].(string)+"/answer", Doc{"outcome": "clear"})
	}
}

// playbook finds a playbook of the attorney's firm by its code.
func (c *cast) playbook(code string) string {
	c.t.Helper()
	for after := ""; ; {
		page := c.attorney.Read("/playbooks?after=" + after)
		for _, p := range page["playbooks"].([]any) {
			if p.(Doc)["code"] == code {
				return p.(Doc)["id"].(string)
			}
		}
		if after, _ = page["after"].(string); after == "" {
			c.t.Fatalf("no playbook %s", code)
		}
	}
}

// Real files go the whole way round over REST, and every byte comes back.
func TestCorpusGoesRound(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no server")
	}
	dir := corpus(t)
	engines(t, func(t *testing.T, s *Server) {
		c := castOf(t, s)
		engagement, provider := c.open()
		sums := map[string]string{} // version → SHA-256
		put := func(a *API, path, file string) (document, version string) {
			t.Helper()
			body, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			document, version = a.Put(path, filepath.Base(file), bytes.NewReader(body))
			sum := sha256.Sum256(body)
			sums[version] = hex.EncodeToString(sum[:])
			return document, version
		}
		var sources []string
		for _, f := range real {
			d, _ := put(c.attorney, "/matters/"+c.matter+"/documents?kind=source&folder=Corpus", f)
			sources = append(sources, d)
		}
		pack := Doc{"matter": c.matter, "engagement": engagement, "playbook": c.playbook("LI-04"), "title": "Summary of the corpus", "instructions": "Read it all.\nSay what is there.",
			"acceptance": "Every statement names its source.", "due": world.Clock.Add(72 * time.Hour).Format(time.RFC3339), "documents": sources}
		p := "/tasks/" + c.attorney.Do("/tasks", pack)["id"].(string)
		refused := c.attorney.Refused(p+"/release", Doc{})
		for _, gate := range []string{"gate-consent", "gate-conflict"} {
			if !refused.Rule(gate) {
				t.Errorf("released without %s: %v", gate, refused)
			}
		}
		c.clear(provider)
		c.attorney.Do(p+"/release", Doc{})
		for _, a := range []*API{c.junior, c.peer, c.senior} {
			c.lead.Do("/matters/"+c.matter+"/team", Doc{"person": me(a)})
		}
		c.junior.Do(p+"/take", nil)
		var manifest []string
		for _, f := range drafts {
			_, v := put(c.junior, "/matters/"+c.matter+"/documents?kind=work&task="+p[len("/tasks/"):], f)
			manifest = append(manifest, v)
		}
		c.junior.Do(p+"/submit", Doc{"files": manifest, "note": "First draft"})
		if got := c.junior.Refused(p+"/approve", Doc{}); got.Status != 403 {
			t.Errorf("the author reviews: %v", got)
		}
		c.peer.Do(p+"/take", nil)
		finding := c.peer.Do(p+"/findings", Doc{"severity": "major", "code": "D-M2", "version": manifest[0], "page": 1, "quote": "court", "text": "Cite the page."})["id"].(string)
		c.peer.Do(p+"/return", Doc{"note": "One finding"})
		_, v2 := put(c.junior, "/documents/"+documentOf(c.junior, c.matter, manifest[0])+"/versions?reason=fixed", "court/doctor/recap_documents/ca5_00516242060.pdf")
		manifest[0] = v2
		c.junior.Do(p+"/submit", Doc{"files": manifest, "answers": []Doc{{"finding": finding, "text": "Cited."}}})
		c.peer.Do(p+"/findings/"+finding+"/settle", Doc{"state": "accepted"})
		c.peer.Do(p+"/approve", Doc{})
		c.senior.Do(p+"/take", nil)
		c.senior.Do(p+"/approve", Doc{})
		code := NewAuthenticator(t, demo.Secret).Code()
		c.attorney.Do("/me/step-up", Doc{"code": code})
		done := c.attorney.Do(p+"/sign-off", Doc{"files": manifest, "note": "Accepted."})
		if done["state"] != "delivered" {
			t.Fatalf("signed off: %v", done)
		}
		whole := c.attorney.Read(p)
		if sig := whole["signature"].(Doc); sig["stands"] != true {
			t.Errorf("the signature: %v", sig)
		}
		for version, want := range sums {
			for _, a := range []*API{c.attorney, c.junior} { // both sides read the same bytes
				var b bytes.Buffer
				got, err := a.Download(t.Context(), version, &b)
				if err != nil || hex.EncodeToString(got[:]) != want {
					t.Errorf("version %s came back as %x (%d bytes), %v; want %s", version, got, b.Len(), err, want)
				}
			}
		}
		// Whatever comes after the signature voids it.
		signed := documentOf(c.attorney, c.matter, manifest[1])
		if _, err := c.junior.Upload(t.Context(), "/documents/"+signed+"/versions?reason=late&name=late.docx", strings.NewReader("too late"), nil); err == nil {
			t.Error("the junior changed delivered work")
		}
		c.attorney.Put("/documents/"+signed+"/versions?reason=late", "late.docx", strings.NewReader("changed after the signature"))
		if sig := c.attorney.Read(p)["signature"].(Doc); sig["stands"] != false {
			t.Errorf("a later version, and the signature stands: %v", sig)
		}
	})
}

// documentOf finds the document of a version that is the newest of it.
func documentOf(a *API, matter, version string) string {
	a.t.Helper()
	for _, d := range a.Read("/matters/" + matter + "/documents?kind=work")["documents"].([]any) {
		if d.(Doc)["version"] == version {
			return d.(Doc)["id"].(string)
		}
	}
	a.t.Fatalf("no document has %s as its newest version", version)
	return ""
}
