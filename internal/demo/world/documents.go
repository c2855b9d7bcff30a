package world

import (
	"strings"
	"time"

	"countersign/internal/demo/paper"
)

// Documents are all files of all matters, in the order of the matters.
func Documents() []Document {
	var out []Document
	for _, m := range Matters() {
		s := &shelf{m: m}
		switch m.Area {
		case "litigation":
			litigationPapers(s)
		case "immigration":
			immigrationPapers(s)
		case "family":
			familyPapers(s)
		default:
			dealPapers(s)
		}
		switch m.Key {
		case "brandt":
			brandtPapers(s)
		case "tesfay":
			tesfayPapers(s)
		}
		commonPapers(s)
		out = append(out, s.docs...)
	}
	return out
}

// shelf collects the documents of one matter.
type shelf struct {
	m    Matter
	docs []Document
}

// add files a document. The name begins with its date, YYYY-MM-DD.
func (s *shelf) add(folder, file string, source bool, kind paper.Kind, blocks ...paper.Block) *Document {
	title, format := file, "pdf"
	if i := strings.LastIndexByte(file, '.'); i > 0 {
		title, format = file[:i], file[i+1:]
	}
	at, err := time.Parse(time.DateOnly, title[:10])
	if err != nil {
		at = Clock.Add(-24 * time.Hour) // a name without a date: yesterday's work
	} else {
		title = title[11:]
	}
	m := s.m
	doc := paper.Doc{Title: title, Kind: kind, Author: s.firm().Name, Date: at.Add(15 * time.Hour), Blocks: blocks}
	if len(m.Flags) > 0 && m.Flags[0] == "protective_order" && source && kind != paper.Pleading {
		doc.Mark = "CONFIDENTIAL: SUBJECT TO PROTECTIVE ORDER, " + m.Fact("Case number")
	}
	s.docs = append(s.docs, Document{Matter: m.Key, Folder: folder, Name: file, Source: source, Format: format,
		DataClass: plainClass(m), By: m.Supervisor, Build: func() paper.Doc { return doc }})
	return &s.docs[len(s.docs)-1]
}

// plainClass is the class of an ordinary document of the matter: health data is
// marked document by document.
func plainClass(m Matter) string {
	if m.DataClass == "medicaid" {
		return "confidential"
	}
	return m.DataClass
}

func (s *shelf) firm() Org {
	for _, o := range Orgs() {
		if o.Key == s.m.Firm {
			return o
		}
	}
	return Org{}
}

func (s *shelf) side(i int) Party {
	if i < len(s.m.Parties) {
		return s.m.Parties[i]
	}
	return Party{Name: "the counterparty", Role: "Counterparty"}
}

// caption is the head of a paper in this matter.
func (s *shelf) caption(title string) paper.Caption {
	c := paper.Caption{Court: strings.SplitN(s.m.Fact("Court"), ", ", 2), Number: s.m.Fact("Case number"), Judge: s.m.Fact("Judge"), Paper: strings.ToUpper(title)}
	a, b := s.side(0), s.side(1)
	c.First, c.Second = []paper.Party{{Name: a.Name, Role: a.Role}}, []paper.Party{{Name: b.Name, Role: b.Role}}
	return c
}

func (s *shelf) sign(date string, signed bool) paper.Signature {
	return paper.Signature{Date: date, Signed: signed, Name: name(s.m.Supervisor), Lines: []string{s.firm().Name, "Attorney for " + s.side(0).Name}}
}

func (s *shelf) letter(date string, to []string, re string) paper.Letterhead {
	o := s.firm()
	return paper.Letterhead{From: []string{o.Name, o.City, "mail@" + o.Domain}, Date: date, Via: "By e-mail", To: to, Re: re}
}

func paras(text ...string) []paper.Block {
	out := make([]paper.Block, len(text))
	for i, t := range text {
		out[i] = paper.Para{Text: t}
	}
	return out
}

func points(text ...string) []paper.Block {
	out := make([]paper.Block, len(text))
	for i, t := range text {
		out[i] = paper.Numbered{Text: t}
	}
	return out
}

// join puts blocks and runs of blocks in one sequence.
func join(parts ...any) []paper.Block {
	var out []paper.Block
	for _, p := range parts {
		switch p := p.(type) {
		case paper.Block:
			out = append(out, p)
		case []paper.Block:
			out = append(out, p...)
		}
	}
	return out
}

// commonPapers are what every matter has: an engagement letter, the party list,
// an opening memorandum and a message.
func commonPapers(s *shelf) {
	m, firm := s.m, s.firm()
	client := s.side(0).Name
	open := opened(m)
	s.add("Client", open.Format(time.DateOnly)+" Engagement letter.docx", true, paper.Letter, join(
		s.letter(open.Format(longDate), []string{client}, m.Title),
		paras("Thank you for asking "+firm.Name+" to act in this matter. This letter records what we will do and on what terms.",
			"The supervising attorney is "+name(m.Supervisor)+". Routine drafting, indexing and file work may be done by trained paralegals of a provider outside the United States, under our supervision, only after you have agreed to it in writing. You may withdraw that agreement at any time.",
			"Work done by the provider is billed at cost, without markup. No document leaves our system: the provider's people see page images that carry their name and the time."),
		s.sign("", true))...)
	var rows [][]string
	for _, p := range m.Parties {
		rows = append(rows, []string{p.Name, p.Role})
	}
	s.add("Administration", "Party list.docx", false, paper.Plain, join(
		paper.Heading{Text: "Party list, " + m.Number, Level: 1}, paper.Para{Text: m.Title + ". Every name is checked by the firm and by the provider before work is released."},
		paper.Table{Head: []string{"Name", "Role"}, Rows: rows})...)
	var facts [][]string
	for _, f := range m.Facts {
		facts = append(facts, []string{f.Label, f.Value})
	}
	open = open.AddDate(0, 0, 4)
	s.add("Administration", open.Format(time.DateOnly)+" Opening memorandum.docx", false, paper.Memo, join(
		paper.MemoHead{To: "File " + m.Number, From: name(m.Supervisor), Date: open.Format(longDate), Re: m.Title},
		paras("This memorandum collects the facts that papers in this matter rest on. Copy them from here; where a source document differs, ask before choosing."),
		paper.Table{Head: []string{"Fact", "Value"}, Rows: facts, Widths: []float64{0.35, 0.65}})...)
	s.add("Correspondence", "2026-09-28 Message, file plan and next steps.eml", true, paper.Email, join(
		paper.MailHead{From: s.address(m.Supervisor), To: s.address(m.FirmTeam[0]), Subject: m.Number + ": file plan and next steps", Sent: time.Date(2026, 9, 28, 9, 12, 0, 0, time.FixedZone("CDT", -5*3600))},
		paras("The file plan for "+m.Title+" is complete. Sources are in their folders, and the party list is at revision "+string(rune('0'+m.PartyRev))+".",
			"Next: the provider confirms its conflict check, then I release the first package. Nothing goes out before the check is as new as the list."))...)
}

// longDate is how dates are written in papers and in the facts.
const longDate = "January 2, 2006"

// opened is the day the firm took the matter on.
func opened(m Matter) time.Time {
	switch m.Key {
	case "orlov", "ostrava", "castellano-trust", "pelletric":
		return time.Date(2026, 9, 8, 0, 0, 0, 0, time.UTC)
	default:
		return time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC)
	}
}

// on gives the day a fact names, as it begins a file name, and as it is written.
func (s *shelf) on(label string, otherwise time.Time) (file, words string) {
	t, err := time.Parse(longDate, s.m.Fact(label))
	if err != nil {
		t = otherwise
	}
	return t.Format(time.DateOnly), t.Format(longDate)
}

func (s *shelf) address(key string) string {
	p, _ := PersonBy(key)
	return p.Name + " <" + p.Email + ">"
}
