// Package seed fills a database with a large made-up world, for measuring: firms and providers with years of work.
//
// Owns: the shape of that world, and writing it in bulk.
//
// Invariants:
//   - the same Size gives the same world but for keys and seals, which are real: every page opens;
//   - everyone sees what the rules of the gate give them: grants, openings and facts are complete;
//   - it writes past the gate, so it takes an empty database only.
//
// Not here: what is measured (bench/cmd/bench), the demonstration (internal/demo).
package seed
