package world

// Matters are all matters of both firms, the four showcase matters first.
func Matters() []Matter {
	out := []Matter{brandt(), raghavan(), castellano(), ostrava()}
	out = append(out, smaller()...)
	return append(out, oakesMatters()...)
}

func brandt() Matter {
	return Matter{
		Key: "brandt", Number: "HR-2026-0412", Title: "Brandt v. Kestrel Logistics, Inc.", Client: "brandt", Firm: "halsted", Provider: "meridian",
		Area: "litigation", Jurisdiction: "N.D. Ill.", DataClass: "confidential", Supervisor: "ansel", Showcase: true,
		Parties: []Party{
			{"Karen L. Brandt", "Plaintiff"}, {"Kestrel Logistics, Inc.", "Defendant"}, {"Raymond Voss", "Witness, dispatcher of Kestrel"},
			{"Philip Marsh", "Witness, records custodian of Kestrel"}, {"Garrow & Stell LLC", "Counsel for Defendant"},
			{"Joliet Cold Storage Co.", "Non-party"}, {"Dr. Hana Weisz", "Treating physician"}, {"Dunmore Freight LLC", "Subsidiary of Defendant"},
		},
		PartyRev: 4, // Dunmore was added on 20 November
		Facts: []Fact{
			{"Court", "United States District Court for the Northern District of Illinois"}, {"Case number", "1:26-cv-04417"},
			{"Judge", "Hon. Adaline R. Prewitt"}, {"Caption", "Brandt v. Kestrel Logistics, Inc."}, {"We act for", "Plaintiff"},
			{"Complaint filed", "March 2, 2026"}, {"Date of collision", "June 2, 2025"}, {"Place of collision", "Route 53 at Laraway Road, Will County"},
			{"Opposing counsel", "Neil Garrow, Garrow & Stell LLC"}, {"Witness", "Karen L. Brandt"}, {"Deposition taken", "October 14, 2026, vol. II"},
			{"Hearing", "December 10, 2026, motion to compel"},
		},
		Standing: []string{
			"Cite the deposition as Brandt Dep. 88:20–89:3.",
			"Dunmore Freight LLC is a subsidiary of Kestrel, not an affiliate.",
			"Exhibit 9 (clinic record) is not to be described outside the sealed appendix.",
		},
		Conflict: Conflict{"K-118", "2026-11-09", "shinde", 3}, Flags: []string{"protective_order"},
		FirmTeam: []string{"okafor", "ansel", "kim"},
		Team:     []string{"shinde", "deshpande", "pawar", "bhosale", "kulkarni", "damle", "joshi"},
		Walls:    []Wall{{"qureshi", "W-12", "Worked for the opposing team in 2024.", "2026-03-03"}},
	}
}

func raghavan() Matter {
	return Matter{
		Key: "raghavan", Number: "HR-2026-0377", Title: "In re Raghavan (Vireo Systems), L-1A", Client: "vireo", Firm: "halsted", Provider: "meridian",
		Area: "immigration", Jurisdiction: "USCIS", DataClass: "confidential", Supervisor: "brandvold", Showcase: true, PagesOnly: true,
		Parties:  []Party{{"Vireo Systems, Inc.", "Petitioner"}, {"Nandini Raghavan", "Beneficiary"}, {"Vireo Systems India Pvt. Ltd.", "Qualifying organization abroad"}},
		PartyRev: 1,
		Facts: []Fact{
			{"Petitioner", "Vireo Systems, Inc., Naperville, Illinois"}, {"Beneficiary", "Nandini Raghavan"}, {"Classification", "L-1A intracompany transferee, manager"},
			{"Employer abroad", "Vireo Systems India Pvt. Ltd., Coimbatore"}, {"Employed abroad since", "August 3, 2020"}, {"Position abroad", "Head of Platform Operations"},
			{"Position offered", "Director of Platform Operations"}, {"Annual salary", "$186,000"}, {"Direct reports", "6 managers"}, {"Start date", "January 18, 2027"},
		},
		Standing: []string{"Name the beneficiary as Ms. Raghavan throughout.", "Every duty carries a percentage of time; they total 100.", "Use the form editions on the firm's list, never one found elsewhere."},
		Conflict: Conflict{"K-104", "2026-10-05", "shinde", 1},
		FirmTeam: []string{"okafor", "brandvold", "ansel"}, Team: []string{"shinde", "pawar", "qureshi", "damle", "joshi"},
	}
}

func castellano() Matter {
	return Matter{
		Key: "castellano", Number: "HR-2026-0298", Title: "In re Marriage of Castellano", Client: "castellano", Firm: "halsted", Provider: "meridian",
		Area: "family", Jurisdiction: "Illinois, Cook County", DataClass: "confidential", Supervisor: "brandvold", Showcase: true,
		Parties:  []Party{{"Elena Castellano", "Petitioner"}, {"Marco Castellano", "Respondent"}, {"Lakeline Dental Group", "Respondent's employer"}},
		PartyRev: 2,
		Facts: []Fact{
			{"Court", "Circuit Court of Cook County, Illinois, Domestic Relations Division"}, {"Case number", "2026 D 900417"}, {"Judge", "Hon. Marcus Ettelbrick"},
			{"Married", "May 14, 2011"}, {"Separated", "January 6, 2026"}, {"Petition filed", "February 18, 2026"}, {"Children", "Two minors, named by initials only: L.C. and T.C."},
			{"Petitioner gross monthly income", "$7,450.00"}, {"Respondent gross monthly income", "$14,900.00"}, {"Hearing", "December 16, 2026, temporary support"},
		},
		Standing: []string{"Children by initials only, in every paper.", "Account numbers: last four digits only.", "Statements are cited by bank, month and page."},
		Conflict: Conflict{"K-097", "2026-09-22", "shinde", 2},
		FirmTeam: []string{"brandvold", "kim"}, Team: []string{"shinde", "bhosale", "kale", "kulkarni", "joshi"},
	}
}

func ostrava() Matter {
	return Matter{
		Key: "ostrava", Number: "HR-2026-0455", Title: "Harbor Point Holdings: purchase of Ostrava Tooling", Client: "harborpoint", Firm: "halsted", Provider: "meridian",
		Area: "corporate", Jurisdiction: "Delaware", DataClass: "privileged", Supervisor: "ansel", Showcase: true,
		Parties:  []Party{{"Harbor Point Holdings LLC", "Buyer"}, {"Ostrava Tooling, Inc.", "Target"}, {"Milos Havran", "Seller"}, {"Fennwick Savings Bank", "Lender"}},
		PartyRev: 1,
		Facts: []Fact{
			{"Buyer", "Harbor Point Holdings LLC, a Delaware limited liability company"}, {"Target", "Ostrava Tooling, Inc., an Illinois corporation"}, {"Seller", "Milos Havran"},
			{"Purchase price", "$18,400,000"}, {"Escrow", "$1,840,000 for eighteen months"}, {"Signing", "October 30, 2026"}, {"Closing", "December 4, 2026"}, {"Governing law", "Delaware"},
		},
		Standing: []string{"Signature pages are released by Ms. Ansel only.", "Defined terms as in the purchase agreement; no synonyms."},
		Conflict: Conflict{"K-111", "2026-10-26", "shinde", 1},
		FirmTeam: []string{"okafor", "ansel", "kim"}, Team: []string{"shinde", "pawar", "kale", "damle", "joshi", "gokhale"},
	}
}
