// Package rule derives court and agency deadlines: a date, the steps that led to it, and how firm it is.
//
// Owns: the rules as data (rules.json), the method of every regime, days added for the manner of service, hours, chains of
// dependent dates, the clocks of privacy law.
// Invariants: the same request always gives the same derivation; earliest <= expected <= latest; alerts are to run on the
// earliest date; the dates of an order are never computed and never roll; nothing here reads a clock, a file or a zone's
// present time.
// Not here: which days are holidays (package courtday); tables of cases (package sheet); who confirms a date.
//
// # Readings
//
// A derivation is made under several readings of "holiday", each wider than the one before; expected is what the
// prevailing one gives, earliest and latest are the extremes of all.
//
//	FED                 1 dates of the statute; 2 and the weekdays they are observed on; 3 and, counting forward, the holidays of the
//	                    state (prevailing); 4 and days on which an order closed the executive branch
//	USCIS, AGENCY, HSR  1 dates of the statute; 2 and observed weekdays (prevailing); 3 and closures
//	TX, TX-ANSWER, IL   1 holidays that are settled; 2 and those on which courts differ (prevailing)
//	CA*, NY, FL         one, for statute or rule of court says where a holiday moves
//	SEC-BD              one: federal holidays as observed
//
// # Certainty
//
// Certainty follows from the readings and the regime, the first of these that fits:
//
//	local-rule-check  the period is one of a local rule
//	conservative      no rule moves the date off a day that is none of the court's, or two methods are in use: earliest
//	                  is the safe one
//	settled           all readings give one date
//	state-holiday     it turns on a state holiday, FRCP 6(a)(6)(C)
//	unsettled         it turns on a holiday on which the courts of the state differ
//	prevailing        it turns on an observed weekday or on a closure
package rule
