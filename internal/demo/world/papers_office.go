package world

import (
	"strconv"

	"countersign/internal/demo/paper"
)

func itoa(n int) string { return strconv.Itoa(n) }

func immigrationPapers(s *shelf) {
	m := s.m
	pet, who, job := s.side(0).Name, m.Fact("Beneficiary"), m.Fact("Position offered")
	s.add("Petition", "Support letter.docx", false, paper.Letter, join(s.letter("November 20, 2026", []string{"U.S. Citizenship and Immigration Services"}, "Petition of "+pet+" for "+who),
		paras(pet+" submits this letter in support of its petition for "+who+", to be employed as "+job+" at an annual salary of "+m.Fact("Annual salary")+".",
			"In this position the beneficiary will direct the work of supervisory and professional employees, set goals and policies for the function, and exercise discretion over its daily operations."),
		paper.Table{Head: []string{"Duty", "Share of time"}, Rows: [][]string{{"Directs managers and approves their plans", "40%"}, {"Sets budget and staffing", "25%"}, {"Sets policy for service levels", "20%"}, {"Reports to the executive committee", "15%"}}}, s.sign("", false))...)
	s.add("Evidence", "2026-10-02 Organization chart and list of reports.pdf", true, paper.Plain, join(paper.Heading{Text: "Organization of the function", Level: 1},
		paper.Table{Head: []string{"Position", "Reports to", "Degree"}, Rows: [][]string{{job, "Chief operating officer", "M.S."}, {"Manager, reliability", job, "B.E."}, {"Manager, service desk", job, "B.Sc."}, {"Manager, capacity", job, "B.E."}}})...)
	s.add("Evidence", "2026-09-18 Employment confirmation letter.pdf", true, paper.Letter, join(paper.Letterhead{From: []string{pet}, Date: "September 18, 2026", To: []string{"To whom it may concern"}, Re: who},
		paras("We confirm that "+who+" has been employed full time and without a break in the period stated in the petition, and that the duties described there are those in fact performed."))...)
	s.add("Evidence", "2026-09-25 Birth certificate, translation cover.pdf", true, paper.Plain, join(paper.Heading{Text: "Certificate of translation", Level: 1},
		paras("I certify that I am competent to translate into English from the language of the attached certificate of birth of "+who+", and that the translation is complete and accurate to the best of my knowledge."),
		paper.Signature{Date: "September 25, 2026", Signed: true, Name: "Devika Anandavel", Lines: []string{"Translator"}})...)
}

func familyPapers(s *shelf) {
	m := s.m
	a, b := s.side(0).Name, s.side(1).Name
	petitionOn, petition := s.on("Petition filed", opened(m))
	s.add("Pleadings", petitionOn+" Petition for dissolution.pdf", true, paper.Pleading, join(s.caption("Petition for dissolution of marriage"),
		points("Petitioner "+a+" has lived in this State for more than ninety days.", "The parties were married and are now separated; irreconcilable differences have caused the breakdown of the marriage.",
			"There are minor children of the marriage, named here by initials only.", "Petitioner asks for an allocation of parental responsibilities, support, and a just division of the marital property."), s.sign(petition, true))...)
	s.add("Financial", "2026-10-21 Financial affidavit.docx", false, paper.Pleading, join(s.caption("Financial affidavit"),
		paper.Para{Text: a + ", being first duly sworn, states that the figures below are true and complete as of October 21, 2026."},
		paper.Table{Head: []string{"Item", a, b}, Rows: [][]string{{"Gross monthly income", m.Fact("Petitioner gross monthly income"), m.Fact("Respondent gross monthly income")}, {"Housing", "$2,150.00", "not stated"}, {"Health insurance", "$410.00", "not stated"}, {"Child care", "$980.00", "$0.00"}}},
		paper.Signature{Name: a, Lines: []string{"Affiant"}})...)
	s.add("Financial", "2026-08-31 Bank statement, account ending 4471.pdf", true, paper.Plain, join(paper.Heading{Text: "Statement of account ending 4471, August 2026", Level: 1},
		paper.Table{Head: []string{"Date", "Description", "Amount", "Balance"}, Rows: [][]string{{"2026-08-01", "Opening balance", "", "$6,204.18"}, {"2026-08-05", "Transfer to account ending 9920", "-$1,500.00", "$4,704.18"}, {"2026-08-15", "Payroll", "$3,120.44", "$7,824.62"}, {"2026-08-28", "School fees", "-$640.00", "$7,184.62"}}})...)
	s.add("Agreements", "Marital settlement agreement, shell.docx", false, paper.Plain, join(paper.Heading{Text: "Marital settlement agreement", Level: 1},
		paper.Para{Text: "This agreement is made between " + a + " and " + b + "."},
		points("Each party has made full disclosure of income and property.", "The marital residence is listed for sale within sixty days of judgment.", "Retirement accounts are divided as of the date of separation by separate order.", "Neither party disparages the other before the children."),
		paper.Signature{Name: a}, paper.Signature{Name: b})...)
}

func dealPapers(s *shelf) {
	m := s.m
	a, b := s.side(0).Name, s.side(1).Name
	law := m.Fact("Governing law")
	if law == "" {
		law = "Illinois"
	}
	onFile, on := s.on("Signing", opened(m).AddDate(0, 0, 23))
	s.add("Agreements", onFile+" Principal agreement.docx", false, paper.Plain, join(paper.Heading{Text: "Agreement", Level: 1},
		paper.Para{Text: "This agreement is dated " + on + " and made between " + a + " and " + b + "."},
		points("Definitions. Capitalized terms have the meaning given where they first appear.", "Consideration. The amounts and the times of payment are those of Schedule 1.",
			"Notice. A notice is in writing and takes effect on the second business day after it is sent to the address in Schedule 2.",
			"Term and renewal. The agreement renews for one year unless a party gives notice ninety days before the end of the term.",
			"Assignment. Neither party assigns without the written consent of the other, which is not unreasonably withheld.", "Governing law. The law of "+law+" governs."),
		paper.Signature{Name: a, Lines: []string{"By: ____________", "Title: ____________"}}, paper.Signature{Name: b, Lines: []string{"By: ____________", "Title: ____________"}})...)
	s.add("Corporate records", "2026-09-15 Minutes of the meeting.pdf", true, paper.Plain, join(paper.Heading{Text: "Minutes of a meeting concerning " + m.Title, Level: 1},
		paras("The meeting was called to order at 10:00 a.m. A quorum was present throughout. Notice had been given or was waived.",
			"RESOLVED, that the terms presented to the meeting are approved, and that the officers are authorized to sign the papers needed to carry them out."),
		paper.Signature{Date: "September 15, 2026", Signed: true, Name: "Secretary of the meeting"})...)
	s.add("Work product", "Checklist and open points.docx", false, paper.Plain, join(paper.Heading{Text: "Checklist: " + m.Title, Level: 1},
		paper.Table{Head: []string{"Item", "Who", "State"}, Rows: [][]string{{"Good standing certificates", "Provider", "Ordered"}, {"Signature pages", name(m.Supervisor), "Held in escrow"}, {"Consent of lender or landlord", b, "Draft sent"}, {"Schedules checked against sources", "Provider", "In hand"}}})...)
	s.add("Correspondence", "2026-11-02 Letter to the other side.pdf", true, paper.Letter, join(s.letter("November 2, 2026", []string{b}, m.Title),
		paras("We enclose the revised draft. The changes since the last draft are marked. Sections 3 and 4 remain open on our side.",
			"We ask for your comments by November 16 so that the schedules can be settled in the week after."), s.sign("", true))...)
}
