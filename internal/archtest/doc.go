// Package archtest holds the shape of the program as tests: who may import whom, who writes which table, how large things grow.
// Change a rule here and in ARCHITECTURE.md together, in the same change.
//
// Owns: the rules.
// Invariants: each rule is itself tested with mistakes that someone will make.
// Not here: style, which is the linter's.
package archtest
