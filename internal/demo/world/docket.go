package world

import "time"

// A DocketEvent is an event of a matter's docket with what two people read.
type DocketEvent struct {
	Key, Matter string
	Title, Note string
	Source      string // name of the document that it was read in; "" for none

	Rule, Chain, Event        string
	On, Service, Jurisdiction string

	By      string // entered it
	Second  string // entered it too; "" when it waits
	Misread string // date that the second person read; "" when both read the same
	At      time.Time

	MoveTo, Reason, MoveBy string // a proposed move that waits for approval; "" for none
}

// Docket is what stands on the dockets of the showcase when the demonstration opens.
func Docket() []DocketEvent {
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, time.November, day, hour, minute, 0, 0, time.UTC)
	}
	return []DocketEvent{
		{Key: "privilege-logs", Matter: "brandt", Title: "Privilege logs are exchanged", Note: "Paragraph 4 of the scheduling order.", Rule: "ORDER-FIXED", On: "2026-12-04", Jurisdiction: "US-FED/IL",
			By: "deshpande", Second: "ansel", At: at(16, 15, 10)},
		{Key: "second-requests", Matter: "brandt", Title: "Kestrel’s second request for production came by mail", Note: "Postmark on the envelope.", Rule: "FRCP-34B2A", On: "2026-11-12", Service: "mail", Jurisdiction: "US-FED/IL",
			By: "deshpande", Second: "kim", At: at(16, 15, 40)},
		{Key: "hearing", Matter: "brandt", Title: "Hearing on the motion to compel", Rule: "FRCP-6C2", On: "2026-12-10", Jurisdiction: "US-FED/IL", By: "kim", Second: "ansel", At: at(17, 16, 5),
			MoveTo: "2026-12-17", Reason: "The minute order of 19 November resets the hearing to the 17th.", MoveBy: "deshpande"},
		{Key: "subpoena", Matter: "brandt", Title: "Subpoena served on Joliet Cold Storage", Note: "The server’s affidavit is in the pleadings folder.", Rule: "FRCP-45D2B", On: "2026-11-18", Jurisdiction: "US-FED/IL",
			By: "deshpande", At: at(20, 14, 20)},
		{Key: "rfe", Matter: "raghavan", Title: "Request for evidence came by mail", Note: "The notice asks for the organization chart abroad.", Rule: "USCIS-RFE", On: "2026-11-09", Service: "mail", Jurisdiction: "US-AGENCY",
			By: "pawar", Second: "brandvold", At: at(17, 15, 0)},
		{Key: "requests", Matter: "castellano", Title: "Respondent’s interrogatories were served", Rule: "ILSCR-213", On: "2026-11-06", Service: "mail", Jurisdiction: "IL", By: "bhosale", Second: "brandvold", Misread: "2026-11-09", At: at(18, 15, 30)},
	}
}
