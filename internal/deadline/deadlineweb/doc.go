// Package deadlineweb shows the docket: what is due, one deadline with its derivation, one event with its two entries.
//
// Owns: /deadlines, /events, /moves, /matters/{id}/deadlines, /calendar-feeds, /calendar/…, and deadlines and events under /api/v1.
// Invariants: every filter is in the address; what an event gives is shown before it is stored; a calendar address needs no
// session and shows nothing but what its person may see at that moment.
// Not here: decisions and dates (package deadline), how a calendar is written (package ical).
package deadlineweb
