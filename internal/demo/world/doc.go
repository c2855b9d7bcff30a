// Package world is the invented world of the demo: two firms, two providers,
// their people, clients, matters, work and documents.
//
// Owns: the data, and the small functions that spell it out.
//
// Invariants:
//   - pure: no I/O, no clock, no randomness; every call gives the same answer;
//   - every key that one row names (person, matter, task type) exists;
//   - all addresses lie under .example; people, cases and companies are invented.
//
// Not here: how a document is rendered (package paper), how the world is played
// into a database through the verbs of the features (package demo).
package world
