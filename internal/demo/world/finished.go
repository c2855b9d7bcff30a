package world

import (
	"fmt"
	"time"
)

// Done is one finished task of the past year.
type Done struct {
	Key, Matter, Type, Title, Drafter, Peer, Senior, Attorney string
	Released, Due, Delivered                                  time.Time
	Cycles                                                    int // returns
	Touch                                                     time.Duration
	Pilot                                                     string // "drafting" or "research"; empty outside the pilot
	Findings                                                  []Finding
}

// kinds are the types of finished work with defects as the catalogue lists them.
var kinds = []struct {
	area, typ, title string
	hours            int
	defects          []Finding
}{
	{"litigation", "LI-04", "Deposition summary", 16, []Finding{
		{Severity: "major", Code: "D-M2", Page: 3, Text: "Wrong page-line cite: the words stand six lines further down."}, {Severity: "minor", Code: "D-N1", Page: 1, Text: "Leading characterisation in a heading; name the topic only."}}},
	{"litigation", "LI-01", "Document coding batch", 16, []Finding{
		{Severity: "major", Code: "D-M5", Page: 1, Text: "Inconsistent family coding: the parent is responsive, the attachment is not."}, {Severity: "minor", Code: "D-N3", Page: 1, Text: "Batch note is filed under the wrong batch number."}}},
	{"litigation", "LI-11", "Research memorandum", 24, []Finding{
		{Severity: "major", Code: "D-M1", Page: 4, Text: "No adverse authority is named, though the note to section II mentions one."}, {Severity: "critical", Code: "D-C3", Page: 2, Text: "The quoted words are not in the opinion cited."}}},
	{"litigation", "LI-03", "Discovery response shell", 8, []Finding{
		{Severity: "major", Code: "D-M4", Page: 2, Text: "Objections copied from the earlier set; the attorney had not chosen them."}, {Severity: "minor", Code: "D-N1", Page: 5, Text: "Numbering drifts after request 11."}}},
	{"immigration", "IM-01", "Petition packet", 24, []Finding{
		{Severity: "major", Code: "D-M3", Page: 2, Text: "The wage in the letter is not the wage in the form."}, {Severity: "critical", Code: "D-C4", Page: 1, Text: "An old edition of the form was used."}}},
	{"family", "FA-02", "Financial disclosure workbook", 16, []Finding{
		{Severity: "major", Code: "D-M6", Page: 1, Text: "A transfer between the two accounts is counted twice."}, {Severity: "minor", Code: "D-N2", Page: 2, Text: "Payee is misspelt in three rows."}}},
	{"corporate", "CO-11", "Contract abstract", 12, []Finding{
		{Severity: "major", Code: "D-M1", Page: 3, Text: "The second amendment was missed; the notice period is now ninety days."}, {Severity: "minor", Code: "D-N1", Page: 1, Text: "Column heads do not follow the field list."}}},
}

// Finished gives n finished tasks: 60 of the pilot (38 drafting with no defective
// task, 22 research with three), then work of a year across the matters. The
// same n gives the same tasks, and a smaller n is the head of a larger.
func Finished(n int) []Done {
	out := make([]Done, 0, n)
	for i := range n {
		if i < 60 {
			out = append(out, pilotTask(i))
		} else {
			out = append(out, yearTask(i))
		}
	}
	return out
}

func pilotTask(i int) Done {
	// The pilot ran on Brandt's file from its opening in March.
	at := time.Date(2026, 3, 16, 14, 0, 0, 0, time.UTC).AddDate(0, 0, i)
	m, _ := MatterBy("brandt")
	k, pilot := 3, "drafting"
	if i >= 38 {
		k, pilot = 2, "research"
	}
	d := done(i, k, m, at)
	d.Pilot = pilot
	if i == 44 || i == 51 || i == 59 { // defective tasks 7, 14 and 22 of research
		d.fault(kinds[k].defects[0], "senior_review")
	} else if i%5 == 0 {
		d.fault(Finding{Severity: "minor", Code: "D-N1", Page: 1, Text: "Heading style differs from the template."}, "peer_review")
	}
	return d
}

func yearTask(i int) Done {
	r := draw(i)
	at := time.Date(2026, 2, 16, 14, 0, 0, 0, time.UTC).Add(time.Duration(r%270*24) * time.Hour)
	var fits []Matter
	k := int(r / 7 % uint64(len(kinds)))
	for _, m := range Matters() {
		if m.Area == kinds[k].area && m.Provider != "" && m.Key != "orlov" {
			fits = append(fits, m)
		}
	}
	m := fits[int(r/11)%len(fits)]
	if from := mayStart(m); at.Before(from) {
		at = from.Add(time.Duration(r%28*24) * time.Hour)
	}
	d := done(i, k, m, at)
	switch r / 13 % 12 {
	case 0, 1:
		d.fault(kinds[k].defects[0], "peer_review")
	case 2:
		d.fault(kinds[k].defects[1], "senior_review")
	}
	return d
}

// mayStart is the first day on which work of a matter could be released: it was
// opened and its client had consented.
func mayStart(m Matter) time.Time {
	from := opened(m).AddDate(0, 0, 5)
	for _, c := range Clients() {
		if c.Key != m.Client {
			continue
		}
		if t, err := time.Parse(time.DateOnly, c.ConsentOn); err == nil && t.After(from) {
			from = t.AddDate(0, 0, 1)
		}
	}
	return from.Add(14 * time.Hour)
}

func done(i, k int, m Matter, at time.Time) Done {
	r := draw(i)
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.Add(24 * time.Hour)
	}
	hours := kinds[k].hours
	due := at.Add(time.Duration(3*hours) * time.Hour)
	d := Done{Key: fmt.Sprintf("T-%04d", 1000+i), Matter: m.Key, Type: kinds[k].typ, Title: fmt.Sprintf("%s %d", kinds[k].title, i+1),
		Drafter: pick(m.Team, "junior", r), Peer: pick(m.Team, "peer_reviewer", r/3), Senior: pick(m.Team, "senior_reviewer", r/5), Attorney: m.Supervisor,
		Released: at, Due: due, Delivered: due.Add(-time.Duration(r/17%uint64(hours)+1) * time.Hour), Touch: time.Duration(90+r%150) * time.Minute}
	if d.Senior == d.Peer { // nobody reviews the same work twice
		d.Senior = "joshi"
	}
	if i%25 == 24 {
		d.Delivered = due.Add(3 * time.Hour) // about one in twenty-five is late
	}
	return d
}

// fault returns the task once with a finding.
func (d *Done) fault(f Finding, stage string) {
	f.Stage, f.By, f.Answer = stage, d.Peer, "fixed"
	if stage == "senior_review" {
		f.By = d.Senior
	}
	d.Cycles++
	d.Findings = append(d.Findings, f)
}

// pick chooses among the people of a team who hold a role.
func pick(team []string, role string, r uint64) string {
	var have []string
	for _, key := range team {
		p, _ := PersonBy(key)
		for _, x := range p.Roles {
			if x == role {
				have = append(have, key)
			}
		}
	}
	if len(have) == 0 {
		return ""
	}
	return have[r%uint64(len(have))]
}

// draw mixes a number so that neighbours look unlike (splitmix64, Steele et al. 2014).
func draw(i int) uint64 {
	z := uint64(i+1) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return (z ^ z>>31) >> 1
}
