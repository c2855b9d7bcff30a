package rule

import (
	"time"

	"countersign/internal/deadline/courtday"
)

const notifyHours = 72

// NotifyAuthority is when a supervisory authority must have been told: 72 hours after the controller became aware, counted
// as they pass; no weekend extends them. GDPR Art. 33(1).
func NotifyAuthority(aware time.Time) time.Time { return aware.Add(notifyHours * time.Hour) }

// AnswerSubject is the last day for an answer to a data subject: one month after receipt, three where it was extended. A
// month that is too short gives its last day. No weekend extends it here: what Regulation 1182/71 may add is not relied
// on. GDPR Art. 12(3).
func AnswerSubject(received courtday.Day, extended bool) courtday.Day {
	if extended {
		return received.Months(3)
	}
	return received.Months(1)
}

const breachDays = 60

// NotifyBreach is the outer limit of notice of a breach of health data: 60 days after it was first known, or would have
// been with diligence. No weekend extends it. 45 CFR 164.404(b), 164.410(b).
func NotifyBreach(discovered courtday.Day) courtday.Day { return discovered + breachDays }
