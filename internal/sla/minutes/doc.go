// Package minutes keeps the minute ledger of a task: what every instant of its life counts as, and what follows from it.
//
// Owns: the split of a task's life into segments; the clocks that run on it (agreed, own target, each stage's share); whose a delay
// is; which credit is due for it.
//
// Invariants:
//   - the segments cover the time from release to the end, or to now, exactly once: their sum is wall time;
//   - of what overlaps, one counts: outside the calendar before legal hold, before court, before an incomplete package, before
//     waiting for the firm, before work. A wait takes away working time only (DOMAIN.md 2.1.6), so that what is outside the
//     calendar is nobody's;
//   - work keeps the terms that were in force when it was released: later terms change nothing about it;
//   - the parts of a delay add up to it, and each names the segments that it is made of.
//
// Not here: where facts and terms are kept (package sla); calendars (package worktime).
package minutes
