// Package gate is the one way to client records.
//
// Owns: tables access_epoch, access_grant, matter_opening, wall, gate_fact, gate_clause, request_key, counter; the
// policies (policies/*.cedar); the order authorise → change → record → enqueue → commit → announce.
//
// Invariants:
//   - a write commits only if a permission was asked and granted in it and an entry was recorded;
//   - entries, jobs and change commit together or not at all; announcements are sent after the commit;
//   - SQL alone decides what exists for a person (Visible); Cedar decides only what may be done with what exists;
//   - a wall beats every grant; a walled record and an absent one give the same answer and leave the same trace;
//   - permission rests on interval rows that are ended, never overwritten; each change to one updates the epoch row
//     that Permit share-locks, so nothing slips in between;
//   - any error while a policy is evaluated is a deny.
//
// Not here: what the verbs do (the features), what a leaf looks like (package ledger).
package gate
