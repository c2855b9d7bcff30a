// Package courtday knows dates: which of them courts and agencies do not count, and how a count moves over them.
//
// Owns: dates without time or zone, the holidays of each court computed from their definitions, rolling and counting.
// Invariants: a holiday is computed from holidays.json, never listed by year; dates outside First to Last have no answer
// and are refused before a count starts; nothing here reads a clock.
// Not here: which rule counts how (package rule); hours and zones (package rule, kernel/wall).
//
// The computed holidays are checked against a list of 2024 to 2030 (Listed). For other years the definitions are applied
// as they stand in holidays.json, and a derivation that leaves the listed years says so.
package courtday
