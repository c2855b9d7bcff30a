package world

import (
	"time"

	"countersign/internal/demo/paper"
)

// Clock is the fixed instant at which the demo opens: Monday 08:40 in Chicago,
// 20:10 in Pune.
var Clock = time.Date(2026, time.November, 23, 14, 40, 0, 0, time.UTC)

// Org is a firm or a provider.
type Org struct {
	Key, Name, Kind, City, Country, Zone, Domain string // Kind is "firm" or "provider"
	Standing                                     []string
}

// Person is somebody with a sign-in. Roles are the words of the product.
type Person struct {
	Key, Name, Org, Email, Title, Zone string
	Roles                              []string
	Client                             string // of a client's reader: which client
}

// Engagement is the relation of one firm and one provider.
type Engagement struct {
	Firm, Provider, Code, Phase string // Phase is "pilot" or "active"
	Countries                   []string
	Since                       time.Time
}

// Client is a client of one firm. Consent is empty when none is on file.
type Client struct {
	Key, Firm, Name, Consent string
	ConsentOn                string // YYYY-MM-DD; empty when there is none
	DataClasses              []string
}

// Party is one name of the party list, which conflicts are checked against.
type Party struct{ Name, Role string }

// Fact is a label and value the drafter may copy.
type Fact struct{ Label, Value string }

// Conflict is the provider's last conflict check. It is stale when PartyRev is
// behind the matter's party list.
type Conflict struct {
	Code, On, By string
	PartyRev     int
}

// Wall screens a person from a matter.
type Wall struct{ Person, Code, Reason, On string }

// Matter is one matter of one firm.
type Matter struct {
	Key, Number, Title, Client, Firm, Provider string
	Area                                       string // as in the task catalogue
	Jurisdiction, DataClass, Supervisor        string
	Parties                                    []Party
	PartyRev                                   int
	Facts                                      []Fact
	Standing                                   []string
	Conflict                                   Conflict
	Flags                                      []string // "protective_order", "export_control"
	FirmTeam, Team                             []string // people of the firm, of the provider
	Walls                                      []Wall
	Showcase                                   bool
	PagesOnly                                  bool // abroad its sources are seen as marked pages
}

// Fact gives the value under a label; empty when the matter has none.
func (m Matter) Fact(label string) string {
	for _, f := range m.Facts {
		if f.Label == label {
			return f.Value
		}
	}
	return ""
}

// Finding is one remark of a review. Code is from the defect taxonomy.
type Finding struct {
	Severity, Code, File, Quote, Text, By, Stage string
	Page                                         int
	Answer                                       string // "fixed", or empty while open
}

// Question is asked with the default that silence will make the answer.
type Question struct {
	By, Text, Default string
	Asked, Until      time.Time
	Answer, Answerer  string
}

// Message is one line of a task's thread.
type Message struct {
	By, Text string
	At       time.Time
}

// Task is one piece of showcase work as it stands at [Clock].
type Task struct {
	Key, Matter, Type, Title string
	Instructions, Accept     []string
	Released, Due            time.Time
	Stage                    string // unreleased, draft, peer_review, senior_review, attorney, delivered
	Drafter, Holder          string // Holder is who must act; empty when nobody took it
	Returned, Paused, Rush   bool
	Files                    []string // work product: names in Documents
	Sources                  []string // what comes with the package: names in Documents
	Findings                 []Finding
	Questions                []Question
	Messages                 []Message
}

// Document is one file of a matter.
type Document struct {
	Matter, Folder, Name string
	Source               bool   // false: work product
	Format               string // pdf, docx, eml, txt
	DataClass            string // as the matter unless set
	By                   string // who filed it
	Build                func() paper.Doc
}

// Bytes renders the document in its format.
func (d Document) Bytes() ([]byte, error) {
	doc := d.Build()
	switch d.Format {
	case "docx":
		return paper.DOCX(doc)
	case "eml":
		return paper.EML(doc)
	case "txt":
		return paper.TXT(doc), nil
	default:
		return paper.PDF(doc)
	}
}

// PersonBy gives the person of a key.
func PersonBy(key string) (Person, bool) {
	for _, p := range People() {
		if p.Key == key {
			return p, true
		}
	}
	return Person{}, false
}

// MatterBy gives the matter of a key.
func MatterBy(key string) (Matter, bool) {
	for _, m := range Matters() {
		if m.Key == key {
			return m, true
		}
	}
	return Matter{}, false
}

// name gives a person's name as it is printed in documents.
func name(key string) string {
	p, _ := PersonBy(key)
	return p.Name
}
