package world

import "countersign/internal/demo/paper"

// litigationPapers are the papers of any civil action.
func litigationPapers(s *shelf) {
	a, b := s.side(0).Name, s.side(1).Name
	filedOn, filed := s.on("Complaint filed", opened(s.m))
	s.add("Pleadings", filedOn+" Complaint.pdf", true, paper.Pleading, join(s.caption("Complaint"),
		paper.Para{Text: "Plaintiff " + a + ", for a complaint against Defendant " + b + ", states:"}, paper.Heading{Text: "The parties", Level: 2},
		points(a+" is and was at all relevant times a resident of this jurisdiction.", b+" does business in this jurisdiction and may be found here.",
			"The acts and omissions described below were those of Defendant's agents and employees, within the scope of their work."),
		paper.Heading{Text: "Count I: negligence", Level: 2},
		points("Defendant owed Plaintiff a duty of ordinary care.", "Defendant breached that duty by failing to train its people, to keep the records its own manual calls for, and to act on warnings it had received in writing.",
			"As a direct result Plaintiff suffered loss, expense and injury, in an amount to be proved at trial."),
		paper.Para{Text: "WHEREFORE, Plaintiff asks for judgment against Defendant, for costs, and for such other relief as is just. Filed " + filed + "."}, s.sign(filed, true))...)
	s.add("Pleadings", "2026-05-29 Answer and affirmative defenses.pdf", true, paper.Pleading, join(s.caption("Answer and affirmative defenses"),
		paper.Para{Text: "Defendant " + b + " answers the complaint as follows."},
		points("Defendant lacks knowledge sufficient to admit or deny the allegation of residence.", "Admitted.", "Denied.", "The allegation states a conclusion of law to which no answer is required.", "Denied.", "Denied."),
		paper.Heading{Text: "First affirmative defense", Level: 2}, paper.Para{Text: "Plaintiff's own negligence exceeded fifty percent of the proximate cause of the loss."},
		paper.Signature{Date: "May 29, 2026", Signed: true, Name: "Counsel for Defendant"})...)
	s.add("Discovery", "2026-06-26 First request for production.docx", false, paper.Pleading, join(s.caption("Plaintiff's first request for production of documents"),
		paper.Para{Text: "Plaintiff asks that Defendant produce the following within thirty days of service."},
		points("All records of dispatch, route assignment and hours for the day in question.", "Each version of the operations manual in force since January 1, 2024.",
			"All communications between Defendant and its insurer made in the ordinary course of business.", "The personnel and training file of each person named in Defendant's disclosures."), s.sign("June 26, 2026", false))...)
	s.add("Discovery", "2026-07-27 Responses to first request for production.pdf", true, paper.Pleading, join(s.caption("Responses to first request for production"),
		points("Defendant objects that the request is overbroad. Subject to the objection, see KES000001 to KES000214.", "See KES000215 to KES000390.", "Withheld as work product; a log will follow.", "Objection: privacy of non-parties. No documents are produced."),
		paper.Signature{Date: "July 27, 2026", Signed: true, Name: "Counsel for Defendant"})...)
	orderOn, ordered := "2026-06-15", "June 15, 2026"
	if s.m.Key == "brandt" {
		orderOn, ordered = "2026-04-09", "April 9, 2026"
	}
	s.add("Orders", orderOn+" Scheduling order.pdf", true, paper.Pleading, join(s.caption("Scheduling order"),
		points("Fact discovery closes on January 29, 2027.", "Privilege logs are exchanged by December 4, 2026.", "Motions to compel are heard on notice; the reply is filed no later than fourteen days before the hearing.", "Memoranda are limited to fifteen pages."),
		paper.Signature{Date: ordered, Signed: true, Name: "The Court"})...)
}

// testimony is the second volume of the plaintiff's deposition.
func testimony() paper.Testimony {
	turns := []paper.Utterance{{Mark: "THE REPORTER", Text: "We are on the record. This is volume two of the deposition of Karen L. Brandt. The time is 9:04 a.m. The witness is reminded that she is still under oath."}}
	qa := func(q, a string) {
		turns = append(turns, paper.Utterance{Mark: "Q", Text: q}, paper.Utterance{Mark: "A", Text: a})
	}
	qa("Good morning, Ms. Brandt. You understand the oath is the same as yesterday's?", "I do.")
	qa("Let us go back to the second of June. What time did you come to the yard?", "A little before six. The gate was open and the yard lights were still on.")
	qa("Who gave you the route that day?", "The sheet was on the board. Mr. Voss had written the routes.")
	qa("Did you see him write it?", "No. I knew his hand. He makes his sevens with a bar.")
	qa("Was it usual to have two stops at Joliet Cold Storage on one morning?", "No. That was the first time I had seen it. I said so to Mr. Voss on the telephone.")
	qa("What did he answer?", "He said Dunmore was short a truck, and that Kestrel would cover it.")
	turns = append(turns, paper.Utterance{Mark: "MR. GARROW", Text: "Objection. Hearsay. You may go on."})
	qa("When he said Dunmore, whom did you take him to mean?", "Dunmore Freight. They use the same yard and the same board. We never made a difference.")
	qa("I show you what is marked Exhibit 14. Do you know it?", "Yes. It is the delivery sheet. The date in the corner is the second of June, but it was typed up later.")
	qa("How do you know that it was typed up later?", "Because on the day it was in pencil. The postmark on the envelope is June 2 and the stamp says June 4.")
	qa("How long had you been on duty when the collision happened?", "About nine hours. I had asked for relief at noon, and nobody came.")
	qa("Did you ask in writing?", "I sent a message to dispatch. It should be on their system.")
	qa("Do you recall telling us in volume one that you first learned of the second stop at noon?", "I may have said so. I learned of it at six and was reminded at noon.")
	qa("What speed were you going as you came up to Laraway Road?", "Thirty-five. The limit is forty-five there.")
	qa("And the light?", "It was green for me when I was at the sign. I did not see it change.")
	qa("After the collision, whom did you speak to first?", "A woman who had stopped. Then dispatch. Mr. Voss told me not to write anything down until he came.")
	qa("Did he come?", "He came about forty minutes after. He took the sheet from the cab.")
	qa("Did you ever see that sheet again?", "Not until today. And this is not that sheet.")
	qa("Were you trained on the hours rule?", "There was a film when I started. Nothing after the manual changed.")
	qa("Did you sign for the new manual?", "I signed a list. I was not given the manual.")
	turns = append(turns, paper.Utterance{Mark: "MR. GARROW", Text: "Let us take ten minutes."})
	qa("We are back. Is there anything in your testimony this morning you want to change?", "No. Only that the second call to dispatch was at 12:20, not noon.")
	return paper.Testimony{First: 87, Turns: turns}
}

// brandtPapers are the papers of the litigation showcase alone.
func brandtPapers(s *shelf) {
	s.add("Depositions", "2026-10-14 Deposition of K. Brandt, vol. II.pdf", true, paper.Transcript, testimony())
	s.add("Depositions", "2026-10-13 Deposition of K. Brandt, vol. I.pdf", true, paper.Transcript, paper.Testimony{First: 30, Turns: []paper.Utterance{
		{Mark: "Q", Text: "State your name for the record."}, {Mark: "A", Text: "Karen Louise Brandt."},
		{Mark: "Q", Text: "By whom were you employed in June of last year?"}, {Mark: "A", Text: "Kestrel Logistics. Since March of 2022."},
		{Mark: "Q", Text: "When did you first learn that there would be a second stop?"}, {Mark: "A", Text: "At noon, from dispatch."},
		{Mark: "Q", Text: "Who assigned drivers to routes?"}, {Mark: "A", Text: "Mr. Voss, or whoever sat in his chair."}}})
	s.add("Depositions", "2026-11-05 Deposition of R. Voss.pdf", true, paper.Transcript, paper.Testimony{First: 1, Turns: []paper.Utterance{
		{Mark: "Q", Text: "Mr. Voss, what is a delivery sheet?"}, {Mark: "A", Text: "It is the plan of the day. One for each truck."},
		{Mark: "Q", Text: "How long are they kept?"}, {Mark: "A", Text: "Seven years, at every depot. It is in the manual."},
		{Mark: "Q", Text: "Where is the sheet of June 2, 2025, for route 14?"}, {Mark: "A", Text: "I was told that it was misfiled."},
		{Mark: "MR. GARROW", Text: "The next part is designated confidential under the order and is sealed."}}})
	s.add("Orders", "2026-09-03 Order on motion to compel.pdf", true, paper.Pleading, join(s.caption("Order on motion to compel"),
		paras("Before the Court is Plaintiff's motion to compel. For the reasons below it is granted in part.",
			"Defendant's manual gives it the right to call for delivery records “on demand and without charge.” Records that a party may obtain on demand are within its control under Fed. R. Civ. P. 34(a)(1). The objection that they lie at another depot is overruled.",
			"Defendant shall produce the records of June 2025 within twenty-one days. The request for fees is denied."),
		paper.Signature{Date: "September 3, 2026", Signed: true, Name: "Adaline R. Prewitt", Lines: []string{"United States District Judge"}})...)
	s.add("Motions", "Reply memorandum, motion to compel.docx", false, paper.Pleading, join(s.caption("Reply in support of second motion to compel"),
		paper.Heading{Text: "Introduction", Level: 2},
		paras("Kestrel does not say that the June 2025 dispatch records are gone. It says that they are elsewhere. Its dispatcher testified that they are kept seven years, at every depot.",
			"Kestrel's operations manual gives it the right to call for the records “on demand and without charge.” Ex. 14 at 3. That is control."),
		paper.Heading{Text: "Argument", Level: 2},
		points("The records are within Kestrel's control, whether Dunmore Freight LLC or Kestrel holds the paper. Dunmore is a subsidiary that shares the yard and the board. Brandt Dep. vol. II.",
			"The burden Kestrel describes is a search of one cabinet for one month.", "The Court should order production within ten days."), s.sign("November 25, 2026", false))...)
	s.add("Work product", "Brandt vol II summary.docx", false, paper.Memo, join(
		paper.MemoHead{To: "Margaret Ansel", From: "Asha Deshpande", Date: "November 23, 2026", Re: "Deposition of Karen L. Brandt, vol. II"},
		paper.Heading{Text: "Events of 2 June 2025", Level: 2},
		paper.Para{Text: "The witness came to the yard shortly before six. The route stood on the board in the hand of Mr. Voss. " + cite("The sheet was on the board") + "."},
		paper.Heading{Text: "Exhibit 14", Level: 2},
		paper.Para{Text: "She knew the sheet and said that it had been typed up later than its date. " + cite("It is the delivery sheet") + "."},
		paper.Heading{Text: "Admissions", Level: 2},
		paper.Table{Head: []string{"Subject", "Cite"}, Rows: [][]string{{"Nine hours on duty", cite("About nine hours")}, {"Light not seen to change", cite("It was green for me")}}})...)
	exhibit := s.add("Exhibits", "Exhibit 7, delivery sheet route 14.pdf", true, paper.Plain, paper.Heading{Text: "Delivery sheet, route 14", Level: 1},
		paper.Table{Head: []string{"Stop", "Place", "Time", "Driver"}, Rows: [][]string{{"1", "Joliet Cold Storage Co.", "06:40", "K. Brandt"}, {"2", "Lockport yard", "09:15", "K. Brandt"}, {"3", "Joliet Cold Storage Co.", "11:50", "K. Brandt"}}})
	exhibit.By = "okafor"
	s.add("Exhibits", "Exhibit 9, clinic record.pdf", true, paper.Plain, join(paper.Heading{Text: "Clinic record, summary", Level: 1},
		paras("Patient: K. L. Brandt. Seen June 3, 2025, by Dr. Hana Weisz. Complaint: pain of the left shoulder and neck after a road collision the day before.",
			"Findings: reduced rotation, no fracture on film. Plan: sling two weeks, therapy twice weekly, review in six weeks."))...).DataClass = "phi"
	s.add("Exhibits", "Exhibit 14, operations manual extract.pdf", true, paper.Plain, join(paper.Heading{Text: "Operations manual, section 4: records", Level: 1},
		points("Delivery sheets are kept seven years at every depot.", "Kestrel may call for the records of any carrier using its yards, on demand and without charge.", "A sheet is never replaced. A correction is a second sheet, dated the day it is made."))...)
	s.add("Correspondence", "2026-11-10 Meet-and-confer letter.docx", false, paper.Letter, join(s.letter("November 10, 2026", []string{"Neil Garrow", "Garrow & Stell LLC"}, "Brandt v. Kestrel Logistics, Inc., 1:26-cv-04417"),
		paras("We write under Local Rule 37.2 about the delivery records of June 2025. Mr. Voss testified on November 5 that they are kept seven years at every depot. Your responses of July 27 say that none are held at Joliet.",
			"We are free on November 12 and 13 to speak. If we have not agreed by then, we shall ask the Court to set the matter for December 10."), s.sign("", false))...)
}

// cite names the page and line of words in the transcript.
func cite(words string) string {
	page, line := testimony().Find(words)
	return "Brandt Dep. " + itoa(page) + ":" + itoa(line)
}

// tesfayPapers plant the one exhibit that may never be shown abroad.
func tesfayPapers(s *shelf) {
	s.add("Exhibits", "Exhibit 3, Medicaid claims history.pdf", true, paper.Plain, join(paper.Heading{Text: "Medicaid claims history", Level: 1},
		paper.Para{Text: "Recipient: A. Tesfayohn. Invented recipient number ending 0000. Period: January 1 to April 1, 2026."},
		paper.Table{Head: []string{"Date", "Service", "Billed"}, Rows: [][]string{{"2026-01-14", "Skilled nursing, daily", "$312.00"}, {"2026-02-02", "Wound care", "$148.50"}, {"2026-03-19", "Hospital transfer", "$1,204.00"}}})...).DataClass = "medicaid"
}
