package world

// small spells out a matter from the few things that differ.
func small(m Matter, parties []Party, facts []Fact) Matter {
	m.Parties, m.Facts, m.PartyRev = parties, facts, 1
	if m.Firm == "" {
		m.Firm, m.Provider = "halsted", "meridian"
		m.FirmTeam = []string{"okafor", m.Supervisor}
		m.Team = []string{"shinde", "deshpande", "pawar", "kulkarni", "joshi"}
	}
	if m.Conflict.Code == "" {
		m.Conflict = Conflict{"K-0" + m.Number[len(m.Number)-2:], "2026-09-08", "shinde", 1}
	}
	return m
}

func smaller() []Matter {
	return []Matter{
		small(Matter{Key: "orlov", Number: "HR-2026-0461", Title: "Estate of Pyotr Orlovane", Client: "orlov", Area: "estate", Jurisdiction: "Illinois, Lake County", DataClass: "confidential", Supervisor: "kim"},
			[]Party{{"Estate of Pyotr Orlovane", "Estate"}, {"Vera Orlovane", "Executor"}},
			[]Fact{{"Court", "Circuit Court of Lake County, Illinois, Probate Division"}, {"Case number", "2026 PR 000733"}, {"Date of death", "August 11, 2026"}}),
		small(Matter{Key: "tesfay", Number: "HR-2026-0339", Title: "Tesfayohn v. Larkhill Care Centers", Client: "tesfay", Area: "litigation", Jurisdiction: "Illinois, Cook County", DataClass: "medicaid", Supervisor: "ansel"},
			[]Party{{"Almaz Tesfayohn", "Plaintiff"}, {"Larkhill Care Centers, Inc.", "Defendant"}},
			[]Fact{{"Court", "Circuit Court of Cook County, Illinois, Law Division"}, {"Case number", "2026 L 900882"}, {"Complaint filed", "April 27, 2026"}}),
		small(Matter{Key: "quill-nda", Number: "HR-2026-0402", Title: "Quillfeather Instruments: supplier agreements", Client: "quillfeather", Area: "corporate", Jurisdiction: "Illinois", DataClass: "confidential", Supervisor: "kim", Flags: []string{"export_control"}},
			[]Party{{"Quillfeather Instruments Co.", "Client"}, {"Borrowdene Optics Ltd.", "Counterparty"}},
			[]Fact{{"Signing", "July 20, 2026"}, {"Governing law", "Illinois"}}),
		small(Matter{Key: "quill-lease", Number: "HR-2026-0431", Title: "Quillfeather Instruments: Elgin lease", Client: "quillfeather", Area: "realestate", Jurisdiction: "Illinois, Kane County", DataClass: "confidential", Supervisor: "kim"},
			[]Party{{"Quillfeather Instruments Co.", "Tenant"}, {"Big Timber Sheds LLC", "Landlord"}},
			[]Fact{{"Signing", "May 6, 2026"}, {"Governing law", "Illinois"}}),
		small(Matter{Key: "vireo-h1b", Number: "HR-2026-0388", Title: "Vireo Systems: H-1B group 2026", Client: "vireo", Area: "immigration", Jurisdiction: "USCIS", DataClass: "confidential", Supervisor: "brandvold"},
			[]Party{{"Vireo Systems, Inc.", "Petitioner"}, {"Tomasz Wierzban", "Beneficiary"}},
			[]Fact{{"Petitioner", "Vireo Systems, Inc., Naperville, Illinois"}, {"Beneficiary", "Tomasz Wierzban"}, {"Position offered", "Senior Systems Analyst"}, {"Annual salary", "$131,500"}}),
		small(Matter{Key: "vireo-mark", Number: "HR-2026-0417", Title: "Vireo Systems: VIREOLINE mark", Client: "vireo", Area: "ip", Jurisdiction: "USPTO", DataClass: "confidential", Supervisor: "ansel"},
			[]Party{{"Vireo Systems, Inc.", "Applicant"}},
			[]Fact{{"Mark", "VIREOLINE"}, {"Classes", "9 and 42"}, {"Signing", "June 15, 2026"}}),
		small(Matter{Key: "hp-annual", Number: "HR-2026-0371", Title: "Harbor Point Holdings: entity calendar", Client: "harborpoint", Area: "corporate", Jurisdiction: "Delaware", DataClass: "confidential", Supervisor: "kim"},
			[]Party{{"Harbor Point Holdings LLC", "Client"}}, []Fact{{"Signing", "March 16, 2026"}, {"Governing law", "Delaware"}}),
		small(Matter{Key: "castellano-trust", Number: "HR-2026-0466", Title: "Elena Castellano: trust and will", Client: "castellano", Area: "estate", Jurisdiction: "Illinois", DataClass: "confidential", Supervisor: "brandvold"},
			[]Party{{"Elena Castellano", "Settlor"}}, []Fact{{"Signing", "November 9, 2026"}, {"Governing law", "Illinois"}}),
	}
}

func oakesMatters() []Matter {
	lak := []string{"manalo", "dizon", "salonga", "abad", "lacsamana"}
	firm := []string{"oakes", "villard"}
	return []Matter{
		small(Matter{Key: "merriwold", Number: "TO-26-018", Title: "Merriwold Tenants Cooperative v. Ashgrove Boilers", Client: "merriwold", Firm: "oakes", Provider: "lakandula", Area: "litigation",
			Jurisdiction: "New York County", DataClass: "confidential", Supervisor: "villard", FirmTeam: firm, Team: lak, Conflict: Conflict{"L-21", "2026-08-03", "manalo", 1}},
			[]Party{{"Merriwold Tenants Cooperative", "Plaintiff"}, {"Ashgrove Boilers Corp.", "Defendant"}},
			[]Fact{{"Court", "Supreme Court of the State of New York, County of New York"}, {"Case number", "990418/2026"}, {"Complaint filed", "February 24, 2026"}}),
		small(Matter{Key: "sandoval", Number: "TO-26-023", Title: "Sandovar v. Sandovar", Client: "sandoval", Firm: "oakes", Provider: "lakandula", Area: "family",
			Jurisdiction: "Kings County", DataClass: "confidential", Supervisor: "villard", FirmTeam: firm, Team: lak, Conflict: Conflict{"L-24", "2026-08-17", "manalo", 1}},
			[]Party{{"Ines Sandovar", "Plaintiff"}, {"Rafael Sandovar", "Defendant"}},
			[]Fact{{"Court", "Supreme Court of the State of New York, County of Kings"}, {"Case number", "990077/2026"}, {"Petition filed", "March 9, 2026"}, {"Petitioner gross monthly income", "$6,120.00"}, {"Respondent gross monthly income", "$9,080.00"}}),
		small(Matter{Key: "pelletric", Number: "TO-26-040", Title: "Pelletric Foods: co-packing agreements", Client: "pelletric", Firm: "oakes", Provider: "meridian", Area: "corporate",
			Jurisdiction: "New York", DataClass: "confidential", Supervisor: "oakes", FirmTeam: firm, Team: []string{"shinde", "kale", "damle", "gokhale"}, Conflict: Conflict{"K-115", "2026-09-18", "shinde", 1}},
			[]Party{{"Pelletric Foods Corp.", "Client"}, {"Stonebarrow Canning Inc.", "Counterparty"}},
			[]Fact{{"Signing", "September 25, 2026"}, {"Governing law", "New York"}}),
	}
}
