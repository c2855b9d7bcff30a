// Package demo builds the demonstration: the world of package world, made through the same verbs that people use, in
// the order of its own calendar.
//
// Owns: the script of the demonstration and its clock.
//
// Invariants:
//   - everything in the world came through the gate: nothing is written behind its back;
//   - every person, matter and document is invented;
//   - the same program builds the same world, identifiers and salts apart.
//
// Not here: the words and papers (package world), the server around it (package app).
package demo
