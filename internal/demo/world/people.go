package world

import (
	"strings"
	"time"
)

// Orgs are the two firms and the two providers.
func Orgs() []Org {
	return []Org{
		{Key: "halsted", Name: "Halsted & Rowe LLP", Kind: "firm", City: "Chicago", Country: "US", Zone: "America/Chicago", Domain: "halstedrowe.example",
			Standing: []string{
				"Cite the record as Ex. 14 at 3, never p. 3 of Ex. 14.",
				"American spelling; dates as 10 December 2026 in working papers and December 10, 2026 in court papers.",
				"Leave every signature block blank; the attorney signs.",
			}},
		{Key: "oakes", Name: "Tamsin Oakes LLP", Kind: "firm", City: "New York", Country: "US", Zone: "America/New_York", Domain: "tamsinoakes.example",
			Standing: []string{
				"Follow the Part rules of the assigned justice before our own template.",
				"Quote leases and deeds exactly, with their own capitals.",
			}},
		{Key: "meridian", Name: "Meridian Paralegal Services", Kind: "provider", City: "Pune", Country: "IN", Zone: "Asia/Kolkata", Domain: "meridianparalegal.example"},
		{Key: "lakandula", Name: "Lakandula Legal Support", Kind: "provider", City: "Manila", Country: "PH", Zone: "Asia/Manila", Domain: "lakandulalegal.example"},
	}
}

// Engagements are the relations in force at [Clock].
func Engagements() []Engagement {
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 15, 0, 0, 0, time.UTC) }
	return []Engagement{
		{Firm: "halsted", Provider: "meridian", Code: "E-04", Phase: "active", Countries: []string{"IN"}, Since: day(time.February, 2)},
		{Firm: "oakes", Provider: "meridian", Code: "O-02", Phase: "pilot", Countries: []string{"IN"}, Since: day(time.September, 14)},
		{Firm: "oakes", Provider: "lakandula", Code: "O-01", Phase: "active", Countries: []string{"PH"}, Since: day(time.January, 12)},
	}
}

// People are all who can sign in: Halsted 8, Oakes 5, Meridian 12, Lakandula 6.
func People() []Person {
	rows := []struct{ key, name, org, title, roles string }{
		{"okafor", "David Okafor", "halsted", "Partner", "partner"},
		{"ansel", "Margaret Ansel", "halsted", "Counsel, litigation", "supervising_attorney"},
		{"kim", "Grace Kim", "halsted", "Associate", "supervising_attorney"},
		{"brandvold", "Signe Brandvold", "halsted", "Counsel, immigration and family", "supervising_attorney"},
		{"feldman", "Ruth Feldman", "halsted", "Operations manager", "operations_manager"},
		{"lindqvist", "Thomas Lindqvist", "halsted", "Compliance officer", "compliance_officer"},
		{"hallam", "Joanna Hallam", "halsted", "Systems administrator", "administrator"},
		{"tremont", "Louis Tremont", "halsted", "General counsel, Vireo Systems", "client_reader"},
		{"oakes", "Tamsin Oakes", "oakes", "Founding partner", "partner"},
		{"villard", "Henri Villard", "oakes", "Senior associate", "supervising_attorney"},
		{"stroud", "Bettina Stroud", "oakes", "Office manager", "operations_manager"},
		{"achterberg", "Paul Achterberg", "oakes", "General counsel of the firm", "compliance_officer"},
		{"nwosu", "Chidi Nwosu", "oakes", "Systems administrator", "administrator"},
		{"shinde", "Vikram Shinde", "meridian", "Team lead", "team_lead"},
		{"deshpande", "Asha Deshpande", "meridian", "Paralegal", "junior"},
		{"pawar", "Nikhil Pawar", "meridian", "Paralegal", "junior"},
		{"bhosale", "Sneha Bhosale", "meridian", "Paralegal", "junior"},
		{"kale", "Prachi Kale", "meridian", "Paralegal", "junior"},
		{"qureshi", "Imran Qureshi", "meridian", "Paralegal", "junior"},
		{"kulkarni", "Rohan Kulkarni", "meridian", "Peer reviewer", "peer_reviewer"},
		{"damle", "Leela Damle", "meridian", "Peer reviewer", "peer_reviewer,senior_reviewer"},
		{"joshi", "Meera Joshi", "meridian", "Senior reviewer", "senior_reviewer"},
		{"gokhale", "Anand Gokhale", "meridian", "Senior reviewer", "senior_reviewer"},
		{"sathe", "Farida Sathe", "meridian", "Quality auditor", "quality_auditor"},
		{"barve", "Kedar Barve", "meridian", "Systems administrator", "administrator"},
		{"manalo", "Corazon Manalo", "lakandula", "Team lead", "team_lead"},
		{"dizon", "Paolo Dizon", "lakandula", "Paralegal", "junior"},
		{"salonga", "Mirasol Salonga", "lakandula", "Paralegal", "junior"},
		{"abad", "Teresita Abad", "lakandula", "Peer reviewer", "peer_reviewer"},
		{"lacsamana", "Ramon Lacsamana", "lakandula", "Senior reviewer", "senior_reviewer,quality_auditor"},
		{"ocampo", "Jun Ocampo", "lakandula", "Systems administrator", "administrator"},
	}
	byOrg := map[string]Org{}
	for _, o := range Orgs() {
		byOrg[o.Key] = o
	}
	out := make([]Person, 0, len(rows))
	for _, r := range rows {
		o := byOrg[r.org]
		p := Person{Key: r.key, Name: r.name, Org: r.org, Title: r.title, Zone: o.Zone, Roles: strings.Split(r.roles, ",")}
		p.Email = strings.ToLower(strings.ReplaceAll(r.name, " ", ".")) + "@" + o.Domain
		if p.Key == "tremont" {
			p.Client, p.Email = "vireo", "louis.tremont@vireosystems.example"
		}
		out = append(out, p)
	}
	return out
}

// Hours is when an organization works, on weekdays: minutes of the day in its zone, and the days it is closed.
type Hours struct {
	Org, Name   string
	Open, Close int
	Closed      map[string]string // day, name
}

// WorkingHours are the calendars of the demonstration. Pune's day meets Chicago's morning; Manila works at night.
func WorkingHours() []Hours {
	american := map[string]string{"2026-05-25": "Memorial Day", "2026-06-19": "Juneteenth", "2026-07-03": "Independence Day, observed", "2026-09-07": "Labor Day",
		"2026-11-26": "Thanksgiving Day", "2026-12-25": "Christmas Day", "2027-01-01": "New Year's Day"}
	return []Hours{
		{"halsted", "Chicago office", 7*60 + 30, 17 * 60, american},
		{"oakes", "New York office", 8*60 + 30, 18 * 60, american},
		{"meridian", "Pune, day into evening", 12*60 + 30, 21*60 + 30, map[string]string{"2026-08-15": "Independence Day", "2026-10-02": "Gandhi Jayanti", "2026-11-24": "Guru Nanak Jayanti", "2027-01-26": "Republic Day"}},
		{"lakandula", "Manila, night", 21 * 60, 6 * 60, map[string]string{"2026-06-12": "Independence Day", "2026-12-25": "Christmas Day", "2026-12-30": "Rizal Day"}},
	}
}
