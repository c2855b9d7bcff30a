package world

import "time"

// h is an instant so many hours from [Clock]; negative is past.
func h(hours float64) time.Time { return Clock.Add(time.Duration(hours * float64(time.Hour))) }

// Tasks are the showcase tasks as they stand at [Clock].
func Tasks() []Task {
	out := []Task{summaryTask(), replyTask(), memoTask()}
	for _, r := range taskRows {
		out = append(out, Task{Key: r.key, Matter: r.matter, Type: r.typ, Title: r.title, Stage: r.stage, Drafter: r.drafter, Holder: r.holder,
			Released: h(-r.age), Due: h(r.due), Paused: r.paused, Rush: r.rush, Files: r.files,
			Instructions: instructions(r.focus), Accept: []string{"Every statement names its source document and page.", "Names, dates and amounts agree with the matter facts.", "Open points are listed at the end, not guessed."}})
	}
	for i := range out {
		out[i].Sources = sourcesOf(out[i])
		switch out[i].Key {
		case "T-2095":
			out[i].Questions = []Question{{By: "bhosale", Text: "Is the sealed part of the transcript in scope?", Asked: h(-3.2)}}
		case "T-2084":
			out[i].Messages = []Message{{"brandvold", "The client sends the September statement on Tuesday; wait for it.", h(-72)}}
		}
	}
	return out
}

func instructions(focus string) []string {
	return []string{
		focus,
		"Use the template of the playbook; do not carry text over from another matter.",
		"Take names, dates and numbers from the matter facts.",
		"Where two sources differ, ask with the answer you would take.",
		"Leave dates of signature and signature blocks blank.",
	}
}

// sourcesOf are the documents that come with a package: those that its work rests on, else the matter's first sources.
func sourcesOf(t Task) (names []string) {
	const (
		volOne, volTwo, voss = "2026-10-13 Deposition of K. Brandt, vol. I.pdf", "2026-10-14 Deposition of K. Brandt, vol. II.pdf", "2026-11-05 Deposition of R. Voss.pdf"
		order, responses     = "2026-09-03 Order on motion to compel.pdf", "2026-07-27 Responses to first request for production.pdf"
		sheet, manual        = "Exhibit 7, delivery sheet route 14.pdf", "Exhibit 14, operations manual extract.pdf"
	)
	if names = map[string][]string{
		"T-2091": {volTwo, sheet, manual}, "T-2094": {order, responses, volOne}, "T-2087": {order, responses}, "T-2096": {sheet, voss, volTwo},
		"T-2098": {"2026-04-09 Scheduling order.pdf", voss}, "T-2095": {voss}, "T-2088": {responses}, "T-2089": {sheet, manual}, "T-2082": {volOne, manual}, "T-2099": {sheet, manual},
	}[t.Key]; names != nil {
		return names
	}
	for _, d := range Documents() {
		if d.Matter == t.Matter && d.Source && d.Folder != "Client" && d.Folder != "Correspondence" && len(names) < 3 {
			names = append(names, d.Name)
		}
	}
	return names
}

var taskRows = []struct {
	key, matter, typ, title, stage, drafter, holder string
	age, due                                        float64
	paused, rush                                    bool
	focus                                           string
	files                                           []string
}{
	{"T-2096", "brandt", "LI-07", "Chronology, June 2025 dispatch", "draft", "pawar", "pawar", 20, 52, false, false, "Set out hour by hour what was dispatched on 2 June 2025 and by whom.", nil},
	{"T-2098", "brandt", "LI-10", "Subpoena draft, Dunmore Freight LLC", "draft", "", "", 6, 7.7, false, true, "Draft the subpoena for the yard records of June 2025; the firm serves notice first.", nil},
	{"T-2095", "brandt", "LI-04", "Deposition summary, R. Voss", "draft", "bhosale", "bhosale", 70, 60, true, false, "Summarise the open part by topic; most room to how long sheets are kept.", nil},
	{"T-2088", "brandt", "LI-02", "Privilege log, custodian Marsh", "peer_review", "pawar", "kulkarni", 90, 60.5, false, false, "Log what was withheld from the Marsh set; the attorney decides each basis.", nil},
	{"T-2090", "brandt", "LI-01", "Document coding, batch 14", "peer_review", "bhosale", "damle", 30, 3.1, false, false, "Code 480 documents under the protocol of 9 April; privilege goes to the queue.", nil},
	{"T-2089", "brandt", "LI-09", "Exhibit list, hearing 10 December", "senior_review", "deshpande", "joshi", 75, 1.1, false, false, "List exhibits 1 to 22 with the short name and the source of each.", nil},
	{"T-2082", "brandt", "LI-04", "Deposition summary, K. Brandt vol. I", "attorney", "deshpande", "kim", 120, 11, false, false, "Summarise volume I by topic; note what the witness corrected.", nil},
	{"T-2080", "brandt", "LI-01", "Document coding, batch 12", "delivered", "bhosale", "", 160, -30, false, false, "Code batch 12 under the protocol of 9 April.", nil},
	{"T-2099", "brandt", "LI-09", "Exhibit binder for the 10 December hearing", "unreleased", "", "ansel", 0, 219, false, false, "Bind exhibits 1 to 22 in the order of the exhibit list. Leave out exhibit 19.", nil},
	{"T-2083", "raghavan", "IM-01", "L-1A support letter and packet", "attorney", "pawar", "brandvold", 140, 32.3, false, false, "Draft the support letter and assemble the packet in the order of the index.", []string{"Support letter.docx"}},
	{"T-2093", "raghavan", "IM-08", "Case status and notice log", "draft", "qureshi", "qureshi", 10, 40, false, false, "Log every notice received since 1 October with receipt number and date.", nil},
	{"T-2084", "castellano", "FA-02", "Financial affidavit, exhibits", "draft", "kale", "kale", 100, 70, true, false, "Tie each line of the affidavit to a statement page; list what is missing.", []string{"2026-10-21 Financial affidavit.docx"}},
	{"T-2092", "ostrava", "CO-06", "Closing checklist, Ostrava Tooling", "senior_review", "pawar", "joshi", 48, 0.9, false, false, "Bring the checklist to the state of the data room of Friday evening.", []string{"Checklist and open points.docx"}},
	{"O-0311", "merriwold", "LI-03", "Discovery request index, first set", "peer_review", "dizon", "abad", 26, 18, false, false, "Index the first set and build the response shell.", nil},
	{"O-0314", "pelletric", "CO-11", "Abstract of nine co-packing agreements", "draft", "kale", "kale", 14, 44, false, false, "Abstract the fields of the list; quote renewal and notice clauses in full.", nil},
}

func summaryTask() Task {
	const file = "Brandt vol II summary.docx"
	return Task{
		Key: "T-2091", Matter: "brandt", Type: "LI-04", Title: "Deposition summary, K. Brandt vol. II", Released: h(-71.5), Due: h(43.2),
		Stage: "draft", Returned: true, Drafter: "deshpande", Holder: "deshpande", Files: []string{file},
		Instructions: []string{"Summarise volume II by topic.", "Give most room to who assigned the route on 2 June 2025.", "Keep objections out unless they led to a ruling.", "List admissions in a table of their own.", "Ten pages at most."},
		Accept:       []string{"Every statement carries page and line.", "Admissions in a table of their own.", "No opinion on credibility."},
		Findings: []Finding{
			{Severity: "major", Code: "D-M2", File: file, Page: 1, Quote: "It is the delivery sheet", Text: "The cite is to the question, not the answer. The answer begins on the next line.", By: "kulkarni", Stage: "peer_review", Answer: "fixed"},
			{Severity: "major", Code: "D-M1", File: file, Page: 1, Quote: "Events of 2 June 2025", Text: "The contradiction with volume I, on when she learned of the second stop, is missing.", By: "kulkarni", Stage: "peer_review"},
			{Severity: "minor", Code: "D-N1", File: file, Page: 1, Quote: "Exhibit 14", Text: "The heading should say what the exhibit is: delivery sheet.", By: "kulkarni", Stage: "peer_review", Answer: "fixed"},
		},
		Questions: []Question{{By: "deshpande", Text: "Exhibit 14 bears two dates. Which one does the firm use?", Default: "The postmark, 2 June 2025.", Asked: h(-0.3), Until: h(1.33)}},
		Messages: []Message{
			{"kulkarni", "Close. Two cites and one missing contradiction; the rest reads well.", h(-2.06)},
			{"kim", "@Asha vol. I is final; use its page numbers for contradictions.", h(-0.7)},
		},
	}
}

func replyTask() Task {
	const file = "Reply memorandum, motion to compel.docx"
	return Task{
		Key: "T-2094", Matter: "brandt", Type: "LI-06", Title: "Reply memorandum, motion to compel", Released: h(-98), Due: time.Date(2026, 11, 26, 5, 59, 0, 0, time.UTC),
		Stage: "attorney", Drafter: "deshpande", Holder: "ansel", Files: []string{file},
		Instructions: instructions("Check every cite of the reply and build its tables; fifteen pages at most."),
		Accept:       []string{"Every record cite opened and read.", "Quotations match the source word for word.", "Inside the limit of the local rule."},
		Findings: []Finding{
			{Severity: "critical", Code: "D-C4", File: file, Page: 1, Quote: "UNITED STATES DISTRICT COURT", Text: "The draft named the Northern District of Indiana. The court is the Northern District of Illinois.", By: "joshi", Stage: "senior_review", Answer: "fixed"},
			{Severity: "major", Code: "D-M2", File: file, Page: 2, Quote: "Ex. 14 at 3", Text: "The draft cited page 2; the words stand on page 3.", By: "kulkarni", Stage: "peer_review", Answer: "fixed"},
		},
		Questions: []Question{{By: "deshpande", Text: "Are dispatch records kept at every depot or at Joliet alone?", Default: "Seven years at every depot, as the manual says.", Asked: h(-78), Until: h(-70.67)}},
	}
}

func memoTask() Task {
	return Task{
		Key: "T-2087", Matter: "brandt", Type: "LI-11", Title: "Memorandum, second motion to compel", Released: h(-110), Due: h(5.33),
		Stage: "senior_review", Drafter: "deshpande", Holder: "joshi",
		Instructions: instructions("Set out what control means for records that a subsidiary holds."),
		Accept:       []string{"Adverse authority is named.", "Each authority is marked as opened and read.", "No conclusion on the merits."},
		Messages:     []Message{{"deshpande", "Third submission is in. Section II is new; the rest is unchanged.", h(-3)}},
	}
}
