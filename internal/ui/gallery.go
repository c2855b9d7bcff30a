package ui

import "time"

// The gallery stands still, so that its pictures can be compared.
var (
	chicago = time.FixedZone("CST", -6*3600)
	pune    = time.FixedZone("IST", 5*3600+1800)
)

func galleryNow() time.Time { return time.Date(2026, time.November, 23, 8, 40, 0, 0, chicago) }

func galleryDual() Dual {
	dual := DualOf(time.Date(2026, time.November, 25, 23, 59, 0, 0, chicago), galleryNow(), chicago, pune)
	dual.Side = Onshore
	return dual
}

func galleryDualRef() *Dual {
	dual := galleryDual()
	return &dual
}

func galleryChrome() Chrome {
	now := DualOf(galleryNow(), galleryNow(), chicago, pune)
	now.Side = Onshore
	return Chrome{
		Title: "Every part, in every state", Side: Onshore, Org: "Halsted & Rowe LLP", Person: "Margaret Ansel",
		Unread:  3,
		Notices: []Notice{{Text: "Reply memorandum is ready to sign", Href: "#talk", Icon: IconStage4}},
		Flash:   &Flash{Tone: OK, Text: "Released to Meridian.", LinkText: "Undo until 08:42 CST", LinkHref: "#over"},
		Shift: &Shift{Now: now, Say: "Both on duty until 10:00 CST · Pune is closed tomorrow",
			OffFrom: 0.2917, OffUntil: 0.6667, OnFrom: 0.5625, OnUntil: 0.9583, At: 0.6111},
		Demo: &Demo{Current: "ma", Casts: []DemoCast{{Org: "Halsted & Rowe LLP", People: []DemoPerson{
			{ID: "ma", Name: "Margaret Ansel", Role: "attorney"}, {ID: "ad", Name: "Asha Deshpande", Role: "junior"}}}}},
		Nav: []NavSection{
			{Items: []NavItem{
				{Label: "Home", Href: "/", Icon: IconHome, Count: 5, Key: "h"},
				{Label: "Matters", Href: "/matters", Icon: IconFolder, Count: 23, Key: "m"}}},
			{Label: "Evidence", Items: []NavItem{
				{Label: "Trail", Href: "/trail", Icon: IconTrail, Key: "t"},
				{Label: "Parts", Href: "/ui", Icon: IconBook, Current: true}}},
		},
	}
}

func galleryTrack() []StageStep {
	return []StageStep{
		{Name: "Draft", Note: "Asha Deshpande, 3 h 12 min", State: Done},
		{Name: "Peer review", Note: "Returned once", State: Done},
		{Name: "Senior review", Note: "Meera Joshi", State: Now},
		{Name: "Attorney", Note: "Margaret Ansel"},
		{Name: "Delivered", Note: "by Wed 25 Nov"},
	}
}

func galleryGates() []GateLine {
	return []GateLine{
		{Name: "Client consent", Rule: "Consent C-31", Says: "letter of 12 Mar 2026"},
		{Name: "Task type", Rule: "LI-09, condition 1", Says: "protective order acknowledged first", State: Conditional},
		{Name: "Conflict check", Rule: "K-118", Says: "is older than the party list", State: Closed, Fix: FixLink{Label: "Ask Meridian to check again", Href: "#stages"}},
		{Name: "Health data", Says: "No document is marked as PHI", State: NotApplicable},
	}
}
