// Package deadline keeps the docket: events that two people entered, the dates derived from them, and who is reminded.
//
// Owns: tables docket, docket_trigger, docket_entry, docket_date, docket_move, deadline, deadline_date, deadline_task,
// deadline_reminder, calendar_feed. Verbs: deadline.*.
//
// Invariants:
//   - nothing is in force that one person alone entered, and the second is of the firm; until the second has entered
//     the event, nobody else sees what the first one read;
//   - a date in force changes only by a move that one person proposed and another, of the firm, approved as they saw it;
//   - dates, entries and derivations are ended, never overwritten: the original and the reason of each move stay;
//   - a derivation is kept as it read on the day it was made, whatever later releases know of the rule;
//   - reminders run on the earliest date; each fires once, in order, and late ones say so;
//   - a feed shows what its person may see now, and no typed word.
//
// Not here: how dates are counted (packages rule and courtday); words of notices (package thread); tasks' own due times.
package deadline
