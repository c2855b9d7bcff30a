// Package worktime counts time inside working calendars.
//
// Owns: calendars of shifts and closed days in a zone, their intersections and unions; when an amount of working time ends, how
// much lies between two instants, when two calendars are open together.
//
// Invariants:
//   - a shift belongs to the day on which it starts; a closed day cancels the shifts that start on it, not the tail of the
//     evening before; a close that is not after the open is on the next day;
//   - boundaries become instants first, and all arithmetic is on instants: an hour that a change of clocks skips is not worked, one
//     that comes twice is worked twice;
//   - a boundary in a skipped hour is the first instant after it; one that comes twice opens at the first and closes at the second;
//   - intervals are half open: who begins at the close begins at the next opening.
//
// Not here: courts' days (package deadline), whose calendar it is and what waits for whom.
package worktime
