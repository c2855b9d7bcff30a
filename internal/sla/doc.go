// Package sla keeps working calendars and what firm and provider agreed on time, and tells the clock of a task.
//
// Owns: tables working_calendar, working_shift, day_off, sla_terms, clock_pause.
//
// Invariants:
//   - calendars and terms are interval rows: a change begins on a later day or at a later instant, so what was counted yesterday is
//     counted the same tomorrow;
//   - terms are in force when both sides said yes, never before they did; work keeps those in force at its release;
//   - the clock of a task is worked out from the task's own entries, its questions and the firm's pauses, each time it is looked at:
//     nothing is stored that could disagree with them;
//   - leave is a person's own organization's to see; of others one sees whether they are on shift.
//
// Not here: counting (packages worktime and minutes), the moves of a task (package task), deadlines of courts (package deadline).
package sla
