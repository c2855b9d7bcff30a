// Package jobs is the queue in the database: River behind an interface of our own, poll-only on both engines.
//
// Owns: River's tables (river_…), the kinds of job, attempts and their back-off, schedules.
//
// Invariants:
//   - a job inserted in a transaction exists exactly when that transaction commits;
//   - delivery is at least once: a worker that dies leaves its job to the next one, so work must bear repetition;
//   - arguments are identifiers, never content: the worker reads the records again;
//   - nothing is sent to other nodes inside a transaction (no NOTIFY, no outbox row): workers poll;
//   - the queue runs on real time, also where business time is shifted.
//
// Not here: what a job does (the features), timers of the domain (rows with due_at, worked off by one tick job).
package jobs
