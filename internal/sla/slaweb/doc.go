// Package slaweb is the pages of working time: calendars, the terms of an engagement, the clock of a task.
//
// Owns: routes under /calendars, /engagements/{id}/terms and /tasks/{id}/clock.
// Invariants: a refused form keeps what was typed; no decision is taken here; instants are shown in both sides' zones.
// Not here: what may be done and why (package sla and the gate); counting (packages minutes and worktime).
package slaweb
